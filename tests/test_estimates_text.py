"""`trainmon estimates DOC`: every duration with its line, the plan's numbers once, the contradictions worst first."""

from __future__ import annotations

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
    assert "15-30 min" in row
    assert "15-30 minutes" in row
    assert "Baseline (LANS)" in row


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
    assert "  epochs        2                 lines 5, 9\n" in text
    assert "  memory bytes  7.5 GB to 9.3 GB  line 7\n" in text
    assert "no duration of a training in it" in text


def test_derived_values_show_their_formula_and_contradictions_stand_worst_first() -> None:
    read = EstimateDocument(
        path="plan.md",
        derived=(Derived(name="total_s", value=1900.0, high=2850.0, from_lines=(1, 2), formula="2,375 x 0.8-1.2 s"),),
        contradictions=(
            Contradiction(lines=(3,), kind="rounding", text="47.5 is rounded up"),
            Contradiction(lines=(4, 9), kind="sum", text="parts make 12 h, stated is 11 h", severity="high"),
        ),
    )
    text = estimates_text([read])
    assert "  total  32-48 min  2,375 x 0.8-1.2 s  lines 1, 2\n" in text
    tail = text.partition("contradictions:\n")[2].splitlines()
    assert tail == ["  lines 4, 9 (high): parts make 12 h, stated is 11 h", "  line 3 (low): 47.5 is rounded up"]


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
