"""What stands where the plan says one thing and the run ended early, or shows no time: one figure, and the line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.planned_runs import a_run, document
from trainmon.estimates import Contradiction, EstimateDocument, Scope, VerdictKind
from trainmon.exports.contract import run_object
from trainmon.exports.report import found_in, verdict_of
from trainmon.exports.status_text import status_text
from trainmon.plan.judging import judge
from trainmon.settings import Settings
from trainmon.snapshot import Board, RunSnapshot, RunStatus
from trainmon.timing.pace import Pace
from trainmon.tui import words
from trainmon.tui.compare_table import table
from trainmon.tui.text import Row

MINUTE = 60.0
PLAN = document("# Plan\n\n- Total: 60-120 minutes\n- Training: 40-80 minutes\n")
FAILED: dict[str, Any] = {
    "state": RunStatus.FAILED, "elapsed_s": 1100.0, "steps": 310, "total_steps": 1000, "step_s": 3.5,
}  # fmt: skip


def judged(run: RunSnapshot, *documents: EstimateDocument, pace: Pace | None = None) -> RunSnapshot:
    settings = Settings(estimates=tuple(Path(one.path) for one in documents))
    return judge(
        run,
        documents=documents,
        settings=settings,
        pace=pace,
        last_observed_s=None,
        now_s=run.elapsed_s or 0.0,
        now=0.0,
    )


def text_of(rows: list[Row]) -> str:
    return "\n".join("".join(text for text, _ in row) for row in rows)


def test_of_a_failed_run_the_pace_is_within_its_plan_not_the_run() -> None:
    run = judged(a_run("cached", **FAILED), PLAN)
    assert run.verdict is not None
    assert (run.verdict.kind, run.verdict.so_far) == (VerdictKind.WITHIN, True)
    assert run.verdict.text.endswith(", so far: failed at 31 %")
    assert verdict_of(run) == "pace within"
    assert words.verdict_of(run)[0] == "= pace within"


def test_a_failed_run_that_was_too_slow_is_slower() -> None:
    run = judged(a_run("cached", **FAILED | {"step_s": 9.6}), PLAN)
    assert verdict_of(run) == "2.00x slower"


def test_header_compare_status_and_json_show_the_figure_that_the_verdict_compares() -> None:
    run = judged(a_run("cached", **FAILED), PLAN)
    assert run.verdict is not None
    assert run.documented is run.verdict.documented
    assert words.documented(run.documented) == "40-80 min"
    assert "40-80 min" in text_of(table([run], 80))
    assert "40-80 min" in status_text(Board(taken_at=0.0, runs=(run,)))
    written = run_object(run)
    assert written["documented"] == written["verdict"]["documented"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("plan", "shown"),
    [
        pytest.param("- Time per epoch: 30-50 minutes\n", "30-50 min/epoch", id="epoch"),
        pytest.param("- Time per step: 3.5 s\n", "3.50 s/step", id="step"),
    ],
)
def test_a_figure_that_is_not_of_the_whole_run_says_of_what_it_is(plan: str, shown: str) -> None:
    run = judged(a_run("cached", **FAILED, epochs=2), document(f"# Plan\n\n{plan}"))
    assert words.documented(run.documented) == shown
    assert words.course(run).band_s is None


@pytest.mark.parametrize(
    ("state", "said"),
    [
        pytest.param(RunStatus.FINISHED, "no time measured", id="finished-without-a-clock"),
        pytest.param(RunStatus.RUNNING, "not yet", id="running"),
        pytest.param(RunStatus.FAILED, "not comparable", id="failed"),
    ],
)
def test_the_plan_line_is_shown_where_nothing_was_measured(state: RunStatus, said: str) -> None:
    plan = document("# Plan\n\n- Total: 6 minutes\n")
    run = judged(a_run("plain", state=state, steps=1200), plan)
    assert verdict_of(run) == said
    shown = status_text(Board(taken_at=0.0, runs=(run,)))
    assert 'total 6 min, estimates.md:3 "- Total: 6 minutes"' in shown
    assert "no estimate" not in shown


def test_a_finished_run_without_a_clock_is_not_told_it_was_not_reached() -> None:
    run = judged(a_run("plain", steps=1200), document("# Plan\n\n- Total: 6 minutes\n"))
    assert words.verdict_of(run) == ("· no time measured", "muted")


def test_a_run_that_no_line_speaks_of_has_no_estimate_however_it_ended() -> None:
    run = judged(
        a_run("killed", state=RunStatus.INTERRUPTED, steps=170, total_steps=600), document("# Plan\n\nSoon.\n")
    )
    assert run.verdict is None
    assert verdict_of(run) == "no estimate"


def test_the_total_made_from_steps_is_shown_too() -> None:
    run = judged(a_run("plain", steps=1200), document("# Plan\n\n- 0.3 s per step\n"))
    assert run.documented is not None
    assert run.documented.scope is Scope.TOTAL
    assert run.documented.likely_s == pytest.approx(6 * MINUTE)


def test_contradictions_are_all_counted_and_the_grave_ones_apart() -> None:
    found = [Contradiction(lines=(1,), kind="rounding", text="", severity=each) for each in ("low", "medium", "high")]
    told = found_in(EstimateDocument(path="plan.md", contradictions=tuple(found)))
    assert told == "0 estimates, 3 contradictions (2 grave)"
