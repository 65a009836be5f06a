"""`trainmon estimates DOC`: every duration with its line, the plan's numbers once, the contradictions worst first."""

from __future__ import annotations

import pytest

from tests.planned_runs import sample_document
from trainmon.estimates import Contradiction, Derived, Estimate, EstimateDocument, Fact, Scope
from trainmon.exports.status_text import cell_width
from trainmon.plan.estimates_text import estimates_text


def line_of(text: str, number: int, scope: str) -> str:
    return next(line for line in text.splitlines() if line.split()[:2] == [str(number), scope])


def test_every_duration_stands_in_the_table_with_its_line_scope_range_and_words() -> None:
    text = estimates_text([sample_document("retrieval")])
    assert text.startswith(sample_document("retrieval").path)
    assert "How long the mMARCO runs take" in text.splitlines()[0]
    row = line_of(text, 17, "epoch")
    assert row.split() == ["17", "epoch", "15-30", "min", "15-30", "minutes", "Per", "epoch"]
    before = text.partition(row)[0].splitlines()
    assert [line for line in before if not line.startswith(" ")][-1] == "Baseline (LANS)"


def test_what_is_never_held_against_a_run_stands_apart() -> None:
    text = estimates_text([sample_document("proteins")])
    held, _, apart = text.partition("never held against a run:")
    assert "6-11 h" in held
    assert "saving" not in held
    assert line_of(apart, 85, "saving")
    assert line_of(apart, 92, "sample")


def test_a_fact_stands_once_with_all_its_lines() -> None:
    facts = [Fact(line=line, name="epochs", value=2.0) for line in (9, 5)]
    facts.append(Fact(line=7, name="memory_bytes", value=8e9, high=10e9))
    text = estimates_text([EstimateDocument(path="plan.md", facts=tuple(facts))])
    assert "  epochs  2 (lines 5, 9)\n" in text
    assert "  memory  8 GB to 10 GB (line 7)\n" in text
    assert "no duration of a training in it" in text


def test_derived_values_show_their_formula_and_contradictions_stand_worst_first() -> None:
    read = EstimateDocument(
        path="plan.md",
        derived=(Derived(name="total_s", value=1900.0, high=2850.0, from_lines=(1, 2), formula="2,375 x 0.8-1.2 s"),),
        contradictions=(
            Contradiction(lines=(3,), kind="rounding", text="47.5 is rounded up"),
            Contradiction(lines=(8,), kind="rounding", text="47.5 is rounded up"),
            Contradiction(lines=(4, 9), kind="sum", text="parts make 12 h, stated is 11 h", severity="high"),
        ),
    )
    text = estimates_text([read])
    assert "  total  32-48 min = 2,375 x 0.8-1.2 s (lines 1, 2)\n" in text
    tail = text.partition("contradictions:\n")[2].splitlines()
    assert tail == [
        "  grave  parts make 12 h, stated is 11 h (lines 4, 9)",
        "  minor  47.5 is rounded up (lines 3; 8)",
    ]


def test_one_line_that_says_a_duration_in_several_units_is_one_row() -> None:
    text = estimates_text([sample_document("lora")])
    row = line_of(text, 20, "stage")
    assert "1,900 seconds = 32 minutes" in row
    assert len([line for line in text.splitlines() if line.split()[:2] == ["20", "stage"]]) == 1


@pytest.mark.parametrize("width", [60, 80, 120])
def test_words_that_do_not_fit_go_on_under_themselves_and_none_is_lost(width: int) -> None:
    for name in ("chatbot", "proteins"):
        text = estimates_text([sample_document(name)], width=width)
        assert all(cell_width(line) <= width for line in text.splitlines())
        assert "…" not in text
        tail = " ".join(text.partition("contradictions:")[2].split())
        assert tail == " ".join(estimates_text([sample_document(name)]).partition("contradictions:")[2].split())


def test_no_line_is_wider_than_the_terminal_and_a_pipe_cuts_nothing() -> None:
    read = sample_document("lora")
    assert all(cell_width(line) <= 80 for line in estimates_text([read], width=80).splitlines())
    assert max(map(cell_width, estimates_text([read]).splitlines())) > 80


def test_text_of_a_document_cannot_steer_the_terminal() -> None:
    hostile = Estimate(line=1, text="\x1b[2J5 min", scope=Scope.TOTAL, subject="a\x07b\u202e", high_s=300.0)
    text = estimates_text([EstimateDocument(path="\x1b]0;x\x07.md", estimates=(hostile,), title="\x1b[31m")])
    assert not [char for char in text if ord(char) < 32 and char != "\n"]
    assert "\u202e" not in text


def test_several_documents_follow_each_other() -> None:
    text = estimates_text([sample_document("lora"), sample_document("chatbot")])
    assert "\n\n" + sample_document("chatbot").path in text
    assert text.endswith("\n")
