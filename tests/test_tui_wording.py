"""What the overview says of a run: its trouble at every width, its verdict in words that cannot be misread."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests import boards
from tests.board_parts import NOW
from trainmon.estimates import Contradiction, EstimateDocument
from trainmon.snapshot import RunSnapshot
from trainmon.tui import columns, estimates_rows


def line(run: RunSnapshot, width: int) -> str:
    return "".join(text for text, _ in columns.line(run, columns.lay_out(width), now=NOW))


@pytest.mark.parametrize("width", [59, 79, 119, 199, 249])
def test_trouble_stands_in_the_place_of_the_verdict_at_every_width(width: int) -> None:
    failed = line(boards.out_of_memory(), width)
    lost = line(boards.not_a_number(), width)

    assert "GPU OOM" in failed
    assert "NaN" in lost
    assert "within" not in lost


def test_a_run_that_is_ahead_of_its_plan_is_so_many_times_faster() -> None:
    run = boards.faster()
    assert run.verdict is not None

    seventh = replace(run, verdict=replace(run.verdict, ratio=0.14))

    assert "▼ 7.1x faster" in line(seventh, 119)


@pytest.mark.parametrize(
    ("kind", "ratio", "severity", "said"),
    [
        pytest.param("part_exceeds_whole", 1.2, "medium", ["grave", "part over its whole", "1.20x"], id="a part"),
        pytest.param("sample_breaks_range", 12.34, "high", ["grave", "sample out of range", "12.3x"], id="a sample"),
        pytest.param("two_values", None, "low", ["minor", "two values"], id="two values"),
        pytest.param("threshold", 1.0, "low", ["minor", "alarm level"], id="a threshold"),
    ],
)
def test_contradictions_are_told_in_words(kind: str, ratio: float | None, severity: str, said: list[str]) -> None:
    one = Contradiction(lines=(3, 9), kind=kind, text="it cannot be", ratio=ratio, severity=severity)
    items = estimates_rows.document_items(EstimateDocument(path="plan.md", contradictions=(one,)), [])

    shown = "".join(text for text, _ in items[1].row(120))

    assert all(word in shown for word in said)
    assert "_" not in shown
    assert "1.00x" not in shown
