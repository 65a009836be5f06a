"""What the overview says of a run: its trouble at every width, its verdict in words that cannot be misread."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests import boards
from tests.board_parts import NOW, documented
from trainmon.estimates import Contradiction, EstimateDocument
from trainmon.events import StageKind
from trainmon.runs.status import DELETED
from trainmon.snapshot import PauseInfo, RunSnapshot, RunStatus, StageInfo
from trainmon.tui import columns, compare_rows, estimates_rows, timeline, totals
from trainmon.tui.roster import Roster
from trainmon.tui.text import Row


def line(run: RunSnapshot, width: int) -> str:
    return line_in(run, columns.lay_out(width))


def line_in(run: RunSnapshot, layout: columns.Layout) -> str:
    return "".join(text for text, _ in columns.line(run, layout, now=NOW))


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


def shown(rows: list[Row]) -> list[str]:
    return ["".join(text for text, _ in row) for row in rows]


@pytest.mark.parametrize(
    ("duration_s", "word"), [pytest.param(1.3, "pause", id="short"), pytest.param(300.0, "stall", id="long")]
)
def test_what_is_short_is_a_pause_and_no_stall(duration_s: float, word: str) -> None:
    pauses = tuple(PauseInfo(kind="stall", started_s=at, duration_s=duration_s) for at in (300.0, 500.0, 900.0))
    run = replace(boards.within(), pauses=pauses, overhead_s={"stall": 3 * duration_s})

    (row,) = (line for line in shown(timeline.timeline(run, 100)) if " x3" in line and "longest" in line)

    assert row.strip().startswith(f"{word} x3")
    assert shown(timeline.timeline(run, 100))[-1].strip().startswith(f"overhead: {word} ")


def test_long_names_of_stages_are_whole_where_there_is_room() -> None:
    stage = StageInfo(name="Writing model shards", kind=StageKind.SAVE, occurrences=49, elapsed_s=30, started_s=5)
    run = replace(boards.within(), stages=(stage,))

    assert "Writing model shards x49 " in "\n".join(shown(timeline.timeline(run, 200)))
    assert "x49" in "\n".join(shown(timeline.timeline(run, 60)))


def test_of_a_planned_range_both_ends_are_seen() -> None:
    plan = documented(40 * 60, 80 * 60, line=3)
    stages = (StageInfo(name="training", kind=StageKind.TRAIN, elapsed_s=600.0, started_s=0.0, documented=plan),)

    planned = shown(timeline.timeline(replace(boards.within(), stages=stages, eta=None, verdict=None), 100))[1]

    assert planned.count("▒") == pytest.approx(planned.count("░"), abs=1)


def test_where_no_run_has_an_eta_a_narrow_overview_gives_its_cells_to_the_trouble() -> None:
    runs = [boards.interrupted(), boards.out_of_memory()]
    layout = columns.lay_out(59, columns.needs_of(Roster(runs), grouped=False))

    widths = {column.title: width for column, width in layout.columns}

    assert "ETA" not in widths
    assert widths["verdict"] > 20
    assert {len(line_in(run, layout)) for run in runs} == {59}


def test_long_names_of_metrics_are_whole_in_a_comparison() -> None:
    run = boards.within()
    named = replace(run, metrics={**run.metrics, "train_samples_per_second": run.metrics["loss"]})

    assert "train_samples_per_second " in "\n".join(shown(compare_rows.comparison([named, named], 120, 8)))


def test_long_names_of_stages_are_whole_in_a_wide_overview() -> None:
    run = replace(boards.within(), stage="question_encoder.layers")

    layout = columns.lay_out(199, columns.needs_of(Roster([run]), grouped=False))

    assert "question_encoder.layers" in line_in(run, layout)


@pytest.mark.parametrize("width", [59, 79, 119, 199])
def test_a_run_whose_log_was_deleted_says_so_in_the_list(width: int) -> None:
    run = boards.finished()
    gone = replace(run, files=(replace(run.files[0], notes=(DELETED,)),))

    assert "log deleted" in line(gone, width)
    assert "log deleted" not in line(run, width)


def test_the_head_counts_as_many_lost_runs_as_the_lines_say() -> None:
    lost = boards.not_a_number()
    failed = replace(lost, name="failed", state=RunStatus.FAILED)
    board = boards.board([lost, failed, boards.out_of_memory()])

    head = shown(totals.head(board, Roster(board.runs), 120, sort="", wanted=""))[0]

    assert "2 NaN" in head
    assert sum("NaN" in line(run, 120) for run in board.runs) == 2
