"""What the screens say of runs: every row fits its width, whatever the logs hold."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests import boards
from tests.board_parts import GB, NOW, metric
from trainmon import units
from trainmon.estimates import EstimateDocument, Verdict, VerdictKind
from trainmon.events import StageKind
from trainmon.exports.report import found_in, stage_took
from trainmon.gpu_snapshot import GpuDevice, GpuPanel, GpuSample, RunGpu
from trainmon.plan.estimates_text import estimates_text
from trainmon.snapshot import Board, RunSnapshot, RunStatus, StageInfo
from trainmon.tui import bars, columns, compare_rows, estimates_rows, run_sections, timeline, totals, words
from trainmon.tui.help_screen import help_rows
from trainmon.tui.roster import Roster
from trainmon.tui.text import Row, width_of

WIDTHS = range(60, 251, 19)
KINDS = [pytest.param(run, id=run.name) for run in boards.every_kind()]
HOSTILE = [
    replace(boards.out_of_memory(), name=name, stage=name, state_reason=name, unit=name)
    for name in boards.HOSTILE_NAMES
]


@pytest.fixture
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def head(board: Board | None, width: int, *, sort: str, wanted: str, clock: str = "") -> list[Row]:
    roster = Roster(board.runs if board is not None else ())
    return totals.head(board, roster, width, sort=sort, wanted=wanted, clock=clock)


def shown(rows: list[Row]) -> list[str]:
    return ["".join(text for text, _ in row) for row in rows]


def all_rows(run: RunSnapshot, width: int) -> Iterator[Row]:
    layout = columns.lay_out(width)
    yield columns.titles(layout)
    yield columns.line(run, layout, now=NOW, marked=True, in_group=True)
    yield columns.line(run, layout, now=NOW, at_cursor=True)
    yield from run_sections.head(run, width, NOW)
    yield from run_sections.figures(run, width)
    yield from run_sections.problems(run, width)
    yield from run_sections.documented(run, width)
    yield from run_sections.preview(run, width, 14)
    yield from timeline.timeline(run, width)
    yield from compare_rows.comparison([run, run], width, 8)


@pytest.mark.parametrize("run", [*KINDS, *HOSTILE])
def test_every_row_fits_its_width_and_holds_no_control(run: RunSnapshot) -> None:
    for width in WIDTHS:
        for row in all_rows(run, width):
            assert width_of(row) <= width
            assert all(text.isprintable() for text, _ in row)


@pytest.mark.parametrize("width", [59, 75, 79, 119, 199, 249])
def test_lines_and_titles_of_the_overview_are_equally_wide(width: int) -> None:
    layout = columns.lay_out(width)
    lines = [columns.line(run, layout, now=NOW) for run in boards.every_kind()]

    assert {width_of(line) for line in lines} == {width}
    assert width_of(columns.titles(layout)) <= width


def test_columns_come_with_the_width() -> None:
    counts = [len(columns.lay_out(width).columns) for width in range(60, 251)]

    assert counts == sorted(counts)
    assert {column.title.strip() for column, _ in columns.lay_out(60).columns} == {
        "state",
        "run",
        "progress",
        "ETA",
        "verdict",
    }
    assert {"loss", "step", "s/step", "documented"} <= {column.title for column, _ in columns.lay_out(120).columns}
    assert {"GPU memory", "note", "against it"} <= {column.title for column, _ in columns.lay_out(250).columns}


def test_columns_that_would_stay_empty_give_their_room_to_names() -> None:
    runs = [replace(boards.interrupted(), name="a-long-name-of-a-run-in-an-archive", stage="", gpu=None)]

    layout = columns.lay_out(119, columns.needs_of(Roster(runs), grouped=True))

    titles = {column.title: width for column, width in layout.columns}
    assert not {"ETA", "documented", "stage"} & set(titles)
    assert {"elapsed", "loss"} <= set(titles)
    assert titles["run"] > 14 + 10


def test_names_inside_folders_need_no_room_for_the_folder() -> None:
    runs = [replace(boards.within(), name="folder-with-a-long-name/a"), replace(boards.within(), name="other/bc")]

    assert columns.needs_of(Roster(runs), grouped=True).name_width == 2
    assert columns.needs_of(Roster(runs), grouped=False).name_width == 25


def test_a_finished_run_without_a_clock_has_a_full_bar() -> None:
    run = replace(boards.finished(), elapsed_s=None, verdict=None, documented=None)

    text = shown([columns.line(run, columns.lay_out(79), now=NOW)])[0]

    assert "━" * 10 + " 100%" in text


def test_a_state_is_a_sign_and_a_word() -> None:
    said = {run.state: words.state(run)[0] for run in boards.every_kind()}

    assert len({text[0] for text in said.values()}) == len(said)
    assert all(text.endswith(state) for state, text in said.items())


def test_the_overview_says_what_is_wrong_in_the_place_of_the_verdict() -> None:
    layout = columns.lay_out(80)
    failed, lost, silent, slow = (
        "".join(text for text, _ in columns.line(run, layout, now=NOW))
        for run in (boards.out_of_memory(), boards.not_a_number(), boards.stalled(), boards.slower())
    )

    assert failed.rstrip().endswith("GPU OOM")
    assert "NaN since 1,204" in lost
    assert "silent 12 min" in silent
    assert "▲ 1.42x slower" in slow


def test_a_run_known_by_its_documented_estimate_only_says_so() -> None:
    text = shown([columns.line(boards.waiting(), columns.lay_out(119), now=NOW)])[0]

    assert "○ waiting" in text
    assert "18-35 min" in text
    assert "not yet" in text


def test_a_metric_that_is_no_number_is_shown_as_such() -> None:
    run = replace(boards.within(), metrics={"loss": metric([(0, 1.0), (1, 2.0)], math.inf)})

    assert words.loss(boards.not_a_number()) == ("nan", "bad")
    assert words.loss(run) == ("inf", "bad")


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["accuracy", "eval_loss", "train_loss"], "train_loss"),
        (["eval_loss", "loss"], "loss"),
        (["val_loss"], "val_loss"),
        (["loss scale", "lm loss", "validation lm loss"], "lm loss"),
        (["accuracy"], None),
    ],
)
def test_the_loss_is_the_training_loss_where_there_is_one(names: list[str], chosen: str | None) -> None:
    one = metric([(0, 1.0), (1, 0.5)])

    assert words.loss_name(replace(boards.within(), metrics=dict.fromkeys(names, one))) == chosen


def test_the_resumed_run_is_filled_by_its_progress_not_by_its_attempt() -> None:
    course = words.course(boards.resumed())

    assert course.share == pytest.approx(0.678)


def test_the_documented_section_shows_the_line_of_the_document() -> None:
    text = "\n".join(shown(run_sections.documented(boards.within(), 100)))

    assert "docs/TIME_ESTIMATES.md:28" in text
    assert "**Total baseline training**: 30-60 minutes" in text
    assert "≠ not comparable" in text
    assert "the document assumes an A100" in text


def test_a_plan_that_nothing_was_held_against_yet_is_shown_as_such() -> None:
    run = replace(boards.within(), comparisons=(), verdict=None, stages=())
    text = "\n".join(shown(run_sections.documented(run, 100)))

    assert "nothing that it took is measured yet" in text
    assert "· not yet" in text
    assert "no estimate document" not in text
    assert "no estimate document" in "\n".join(shown(run_sections.documented(replace(run, documented=None), 100)))


def test_problems_name_their_line_and_the_cause_first() -> None:
    text = shown(run_sections.problems(boards.out_of_memory(), 80))

    assert "GPU OOM" in text[0]
    assert "line 412, step 212" in text[0]
    assert len([line for line in text if line.startswith("  ! ")]) == 3


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(boards.stalled(), id="stalled"),
        pytest.param(boards.interrupted(), id="the log just stops"),
        pytest.param(
            replace(boards.interrupted(), state=RunStatus.FAILED, state_reason="killed by signal 9"), id="killed"
        ),
    ],
)
def test_the_problems_of_a_run_that_is_not_well_begin_with_its_state(run: RunSnapshot) -> None:
    state, reason = shown(run_sections.problems(replace(run, problems=()), 80))

    assert run.state in state
    assert run.state_reason in reason


def test_a_state_that_a_problem_explains_is_not_told_twice() -> None:
    assert "failed" not in shown(run_sections.problems(boards.out_of_memory(), 80))[0]
    assert "no problem" in shown(run_sections.problems(replace(boards.finished(), problems=()), 80))[0]


def test_memory_is_what_is_in_use_and_of_a_run_that_is_over_the_peak() -> None:
    device = GpuDevice(index=0, memory_used_bytes=0.011 * GB, peak_memory_bytes=9.5 * GB, memory_total_bytes=11 * GB)
    gpu = RunGpu(devices=(device,), peak_memory_bytes=9.5 * GB, memory_total_bytes=11 * GB, basis="log")

    assert words.memory(replace(boards.finished(), gpu=gpu)) == "9.5/11.0 GB"
    assert words.memory(replace(boards.within(), gpu=gpu)) == "11 MB/11.0 GB"
    assert words.memory(replace(boards.finished(), gpu=replace(gpu, peak_memory_bytes=None))) == "11 MB/11.0 GB"


def test_the_timelines_axis_ends_where_it_says() -> None:
    run = boards.pipeline()
    last_s = max((stage.started_s or 0) + (stage.elapsed_s or 0) for stage in run.stages)
    late = replace(run, eta=None, verdict=None, documented=None, elapsed_s=60.0)
    late = replace(late, stages=tuple(replace(stage, documented=None) for stage in run.stages))

    assert shown(timeline.timeline(late, 100))[0].rstrip().endswith(f"0 … {units.duration(last_s)}")


def test_the_timeline_shows_the_plan_above_what_happened() -> None:
    text = shown(timeline.timeline(boards.pipeline(), 100))

    rows = [line for line in text if "plan " in line or "embedding" in line]
    assert "plan 20-30 min" in rows[1]
    assert "▲ 1.35x slower" in rows[2]
    assert "not begun" in text[-2]


def test_a_stage_under_way_without_a_clock_shows_how_far_it_is() -> None:
    run = boards.within()
    training = StageInfo(name="training", kind=StageKind.TRAIN, current=84.0, total=240.0, active=True)

    begun = shown(timeline.timeline(replace(run, stages=(training,)), 80))
    idle = shown(timeline.timeline(replace(run, stages=(replace(training, current=None, active=False),)), 80))

    assert "84/240" in begun[1]
    assert "not begun" not in begun[1]
    assert "not begun" in idle[1]


@pytest.mark.parametrize(
    ("stage", "shown_time", "exported"),
    [
        pytest.param(
            StageInfo(name="training", kind=StageKind.TRAIN, elapsed_s=4080.0, current=9.0),
            "56m 23s", "1h 08m (compared: 56m 23s)", id="without its checkpoints",
        ),
        pytest.param(
            StageInfo(name="training", kind=StageKind.TRAIN, elapsed_s=3383.0, current=9.0),
            "56m 23s", "56m 23s", id="all of it",
        ),
        pytest.param(
            StageInfo(name="saving", kind=StageKind.CHECKPOINT, elapsed_s=0.0, occurrences=49),
            "56m 23s", "11m 09s (compared: 56m 23s)", id="a bar that took no time itself",
        ),
    ],
)  # fmt: skip
def test_the_time_beside_a_ratio_is_the_one_it_is_of(stage: StageInfo, shown_time: str, exported: str) -> None:
    verdict = Verdict(kind=VerdictKind.SLOWER, ratio=1.17, measured_s=3383.0, text="56m 23s against 32-48 min")
    run = replace(boards.within(), stages=(replace(stage, verdict=verdict),), overhead_s={"checkpoint": 669.0})

    assert f"{shown_time} ▲ 1.17x slower" in shown(timeline.timeline(run, 80))[1]
    assert stage_took(run, run.stages[0]) == exported


def test_checkpoints_without_a_time_of_their_own_show_what_they_cost() -> None:
    stage = StageInfo(name="saving", kind=StageKind.CHECKPOINT, elapsed_s=0.0, occurrences=49)
    run = replace(boards.within(), stages=(stage,), overhead_s={"checkpoint": 669.0})

    assert "11m 09s" in shown(timeline.timeline(run, 80))[1]


def test_a_stall_is_named_among_the_overheads() -> None:
    assert "stall 12m 00s" in "\n".join(shown(timeline.timeline(boards.stalled(), 80)))


def test_a_run_that_stands_still_says_nothing_of_the_end(utc: None) -> None:
    first, _ = shown(head(boards.board([boards.stalled(), boards.finished()]), 120, sort="worst first", wanted=""))

    assert "done at" not in first


def test_the_head_counts_the_runs_and_says_when_all_are_done(utc: None) -> None:
    first, second = shown(head(boards.board(catching_up=True), 120, sort="worst first", wanted=""))

    assert "11 runs" in first
    assert "6 running" in first
    assert "3 in trouble  1 NaN  1 interrupted" in first
    assert "catching up" in first
    assert "all done at 13:04" in first
    assert "TIME_ESTIMATES.md" in second
    assert "1 contradiction" in second
    assert "worst first" in second


def test_several_documents_and_their_contradictions_are_counted_as_the_reports_count_them() -> None:
    (found,) = boards.document().contradictions
    several = tuple(replace(found, severity=severity) for severity in ("low", "high", "medium", "low"))
    documents = tuple(replace(boards.document(), path=f"{at}.md", contradictions=several) for at in range(6))

    second = shown(head(replace(boards.board(), documents=documents), 80, sort="worst first", wanted=""))[1]

    assert "against 6 documents  24 contradictions (12 grave) (d)" in second
    assert "4 contradictions (2 grave)" in shown(estimates_rows.names(documents, 0, 80))[0]
    assert found_in(documents[0]).endswith("4 contradictions (2 grave)")
    assert "4 contradictions (2 grave)" in estimates_text(documents[:1])
    trifles = replace(documents[0], contradictions=several[:1])
    assert found_in(trifles).endswith("1 contradiction (minor)")
    assert ".md" not in second


def test_the_documents_are_named_where_one_of_them_is_shown() -> None:
    documents = [replace(boards.document(), path=f"plans/plan-{at}.md") for at in range(20)]

    text = shown(estimates_rows.names(documents, 21, 80))

    assert len(text) == 6
    assert "▸ plans/plan-1.md  1 contradiction" in text[1]


CLOCK = "600x  00:50:03 of 11:02:31  paused"


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_replays_clock_is_in_the_head_whatever_else_is(width: int) -> None:
    calm = Board(taken_at=NOW, runs=(boards.within(),))
    long = replace(boards.within(), name="folder/with-a-name-that-is-far-too-long-for-any-line-of-eighty-cells")

    for board in (calm, boards.board(catching_up=True), None):
        assert shown(head(board, width, sort="", wanted="", clock=CLOCK))[0].rstrip().endswith(CLOCK)
    assert shown(run_sections.head(long, width, NOW, CLOCK))[0].rstrip().endswith(CLOCK)


def test_before_the_first_board_the_head_says_what_is_awaited() -> None:
    assert "reading the logs" in shown(head(None, 80, sort="", wanted=""))[0]


def test_a_board_without_documents_and_gpus_says_so() -> None:
    empty = Board(taken_at=NOW, gpu=GpuPanel(note="no NVIDIA driver on this machine"))

    assert "no estimate document" in shown(head(empty, 80, sort="", wanted=""))[1]
    assert "no NVIDIA driver" in shown(totals.gpu_rows(empty, 80))[0]


def test_a_lost_gpu_and_a_silent_sensor_are_told_apart() -> None:
    panel = GpuPanel(samples=(GpuSample(index=0, lost=True), GpuSample(index=1, memory_used_bytes=2 * GB)))
    lost, silent = shown(totals.gpu_rows(Board(taken_at=NOW, gpu=panel), 100))

    assert "lost" in lost
    assert "2.0 GB of -" in silent


def test_many_gpus_are_cut_to_the_room_there_is() -> None:
    rows = shown(totals.gpu_rows(boards.board(gpu=boards.gpus(6)), 80, most=3))

    assert len(rows) == 4
    assert "3 more GPUs" in rows[-1]


def test_the_title_names_progress_and_time_left() -> None:
    running = boards.board([boards.within()])

    assert totals.terminal_title(running) == "trainmon 43% ETA 25m 10s"
    assert totals.terminal_title(boards.board([boards.finished()])) == "trainmon done"
    assert totals.terminal_title(boards.board([boards.out_of_memory()])) == "trainmon 1 failed"
    assert totals.terminal_title(boards.board([boards.stalled(), boards.finished()])) == "trainmon 1 stalled"
    assert totals.terminal_title(Board(taken_at=NOW)) == "trainmon"


def listed(document: EstimateDocument, width: int) -> list[str]:
    return shown([item.row(width) for item in estimates_rows.document_items(document, ())])


def test_an_estimate_document_is_shown_line_by_line() -> None:
    text = "\n".join(listed(boards.document(), 120))

    assert "18  stage" in text
    assert "2-5 min" in text
    assert ">60 min" in text
    assert "8.0 GB to 10.0 GB" in text
    assert "= 16,000 / 8   (line 4, 8)" in text
    assert "The parts add up to 36-70 minutes" in text


def test_the_gravest_contradiction_comes_first() -> None:
    (found,) = boards.document().contradictions
    several = tuple(replace(found, severity=severity, text=severity) for severity in ("low", "high", "medium"))

    rows = listed(replace(boards.document(), contradictions=several), 100)

    said = [(row.split()[1], row.split()[-1]) for row in rows if row.startswith("  ! ")]
    assert said == [("grave", "high"), ("grave", "medium"), ("minor", "low")]


def test_a_run_that_ended_says_what_it_took() -> None:
    assert "took 52m 00s" in shown(run_sections.head(replace(boards.finished(), ended_at=None), 100, NOW))[2]
    assert "5m 40s so far" in shown(run_sections.head(replace(boards.within(), eta=None, elapsed_s=340), 100, NOW))[2]


def test_a_comparison_has_a_column_a_run_and_overlaid_curves() -> None:
    runs = [boards.within(), boards.slower()]

    text = "\n".join(shown(compare_rows.comparison(runs, 120, 8)))

    assert "A mmarco/baseline" in text
    assert "B lora/llama-7b-r64" in text
    assert "A 1.1371  B 0.82286" in text


def test_more_runs_than_colours_are_counted() -> None:
    text = shown(compare_rows.comparison([boards.within()] * 8, 200, 8))

    assert " 2 more marked runs are not shown" in text


def test_the_help_fits_a_small_terminal() -> None:
    text = shown(help_rows(78))

    assert max(width_of(row) for row in help_rows(78)) <= 78
    assert not [line for line in text if "…" in line]


@pytest.mark.parametrize("sign", [bars.FILL, bars.TRACK, bars.BAND, bars.FILLED_BAND, bars.MARK, bars.UNKNOWN])
def test_the_help_explains_every_sign_of_the_bar(sign: str) -> None:
    legend = shown(help_rows(78))[-4:]

    assert any(f"{sign} " in line for line in legend)


def test_q_is_said_to_leave_from_the_list_only() -> None:
    (line,) = (line for line in shown(help_rows(78)) if line.split()[:1] == ["q"])

    assert "list of runs" in line
    assert "back" in line
