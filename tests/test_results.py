"""What a document reports to have been measured is the plan of no run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.planned_runs import a_run, document, sample_document
from trainmon.estimates import EstimateDocument, Scope
from trainmon.plan.documents import DocumentShelf
from trainmon.plan.evidence import evidence_of
from trainmon.plan.matching import matcher_for
from trainmon.plan.results import REASON, is_plan, plans_only

REPORT = """# Training runs

## What happened

| Run | What happened | Verdict | Documented, and the arithmetic |
|-----|---------------|---------|--------------------------------|
| `first` | 2,375 steps, saved every 50; finished | within | 40-50 min; 47.9 min |
| `second` | slow disk: 1.43 s a step; finished | slower | 40-50 min; 70.6 min |
| `third` | killed while training | none | 11-22 h; no step was made |
"""
BESIDE = """# Training plan

| run | planned | actual |
|---|---|---|
| first | 3 hours | 3.4 hours |
| second | 5 hours | 7 hours |
"""
PAST = "# Training\n\nThe fine-tune took 3 hours on one A100. Training takes 5 hours in total.\n"


def told(read: EstimateDocument) -> list[str]:
    return [one.text for one in plans_only(read).estimates if one.scope in (Scope.TOTAL, Scope.STAGE, Scope.STEP)]


def test_a_table_that_says_what_happened_is_no_plan() -> None:
    assert told(document(REPORT)) == []
    assert not is_plan(plans_only(document(REPORT)))
    assert plans_only(document(REPORT)).facts == ()


def test_of_planned_and_measured_columns_the_planned_one_stays() -> None:
    assert told(document(BESIDE)) == ["3 hours", "5 hours"]


@pytest.mark.parametrize(
    ("path", "left"),
    [
        pytest.param("logs/README.md", ["5 hours"], id="a-readme-tells-of-the-past"),
        pytest.param("logs/plan.md", ["3 hours", "5 hours"], id="a-plan-may-go-by-the-last-time"),
    ],
)
def test_what_took_so_long_in_a_readme_is_a_result(path: str, left: list[str]) -> None:
    assert told(document(PAST, path)) == left


def test_a_contradiction_between_plan_and_result_is_none() -> None:
    read = document(REPORT + "\n## Plan\n\n- Training: 3 hours\n")
    lines = {line for one in plans_only(read).contradictions for line in one.lines}
    assert lines.isdisjoint(range(7, 10))


@pytest.mark.parametrize("name", ["chatbot", "encoders", "lora", "proteins", "retrieval"])
def test_of_a_plan_nothing_is_left_out(name: str) -> None:
    read = sample_document(name)
    assert plans_only(read) is read


def test_a_report_of_results_is_skipped_with_the_reason_unless_the_user_named_it(tmp_path: Path) -> None:
    report, plan = tmp_path / "README.md", tmp_path / "plan.md"
    report.write_text(REPORT)
    plan.write_text(BESIDE)
    shelf = DocumentShelf()
    shelf.offer([report, plan])
    assert [Path(one.path).name for one in shelf.documents] == ["plan.md"]
    assert [(Path(one.path).name, one.reason) for one in shelf.left_out] == [("README.md", REASON)]
    named = DocumentShelf([report])
    named.offer([plan])
    assert [Path(one.path).name for one in named.documents] == ["README.md"]
    assert named.left_out == ()


def test_a_readme_farther_away_speaks_only_where_no_document_is_nearer() -> None:
    near = document("# A100\n\n- Total on an A100: 3 hours\n", "logs/a/plan.md")
    readme = document("# T4\n\n- Total on a T4: 9 hours\n", "logs/README.md")
    run = a_run("exp", path="logs/a/train.log", gpus=("Tesla T4",))
    both = matcher_for(evidence_of(run), [near, readme], "logs/a/train.log")
    alone = matcher_for(evidence_of(run), [readme], "logs/a/train.log")
    assert both is not None
    assert alone is not None
    assert [one.path for one in both.documents] == ["logs/a/plan.md"]
    assert [one.path for one in alone.documents] == ["logs/README.md"]


def test_an_aside_of_a_report_makes_it_no_plan(tmp_path: Path) -> None:
    rows = "".join(f"| run {number} | finished | within | 40-50 min; 47 min |\n" for number in range(6))
    report = tmp_path / "samples.md"
    report.write_text(
        REPORT.replace("| `third`", f"{rows}| `third`") + "\n```\npython make/all.py   # four minutes\n```\n"
    )
    shelf = DocumentShelf()
    shelf.offer([report])
    assert shelf.documents == ()
    assert [skipped.reason for skipped in shelf.left_out] == [REASON]


def test_a_changelog_plans_nothing(tmp_path: Path) -> None:
    changes = tmp_path / "CHANGELOG.md"
    changes.write_text("# Changelog\n\n- Training takes 3 hours instead of 5.\n")
    shelf = DocumentShelf()
    shelf.offer([changes])
    assert shelf.documents == ()
