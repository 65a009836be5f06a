"""What tells the time of an archived log, and what was known of a run at a moment of its past."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.archives import BEGAN_AT, SAMPLES, archive_of, bars, stamped
from trainmon.replay.archive import said_then
from trainmon.snapshot import RunStatus

# -- what tells the time -------------------------------------------------------------------------------------------


def test_timestamps_put_a_run_on_the_calendar(tmp_path: Path) -> None:
    (tmp_path / "train.log").write_text(stamped(600))
    archive = archive_of(tmp_path)
    (run,) = archive.board(299.0).runs

    assert archive.notes == ("time by timestamps",)
    assert archive.axis.moment(0.0) == BEGAN_AT + 1
    assert (run.state, run.step, run.total_steps) == (RunStatus.RUNNING, 300, 600)
    assert run.eta is not None
    assert run.eta.finish_at is not None
    assert run.eta.finish_at.likely == pytest.approx(BEGAN_AT + 600, abs=20)


def test_bars_without_a_date_begin_at_0_and_name_no_hour(tmp_path: Path) -> None:
    for name, total in (("short", 100), ("long", 400)):
        (tmp_path / f"{name}.log").write_text(bars(total), newline="")
    archive = archive_of(tmp_path)
    runs = {run.name: run for run in archive.board(400.0).runs}

    assert archive.axis.span_s == 800
    assert "time by bars' elapsed" in archive.notes
    assert "2 without a date begin together at 0" in archive.notes
    assert runs["short"].state is RunStatus.FINISHED
    assert (runs["long"].state, runs["long"].step) == (RunStatus.RUNNING, 200)
    assert runs["long"].eta is not None
    assert runs["long"].eta.finish_at is None
    assert runs["long"].came_true_s == pytest.approx(400, abs=1e-3)


def test_a_record_of_the_files_growth_comes_before_the_logs_own_clock(tmp_path: Path) -> None:
    text = bars(10)
    (tmp_path / "train.log").write_text(text, newline="")
    lines = [f'{{"offset": {len(text.encode()) * part // 4}, "t": {BEGAN_AT + part * 1000}}}' for part in range(5)]
    (tmp_path / "train.timing.jsonl").write_text("\n".join(lines))
    archive = archive_of(tmp_path)

    assert archive.notes == ("time by timing.jsonl",)
    assert (archive.axis.moment(0.0), archive.axis.span_s) == (BEGAN_AT, 4000)
    assert [archive.board(at).runs[0].step for at in (0, 1000, 2000, 4000)] == [None, 2, 5, 10]


def test_a_log_without_any_time_is_given_a_second_a_line(tmp_path: Path) -> None:
    (tmp_path / "train.log").write_text("".join(f"step {i}/50 loss {9 / (i + 9):.4f}\n" for i in range(1, 51)))
    archive = archive_of(tmp_path)
    modified_at = (tmp_path / "train.log").stat().st_mtime

    assert archive.notes[0] == "time by file's times"
    assert archive.axis.span_s == pytest.approx(50, abs=1)
    assert archive.axis.moment(archive.axis.span_s) == pytest.approx(modified_at, abs=0.01)
    assert archive.board(25.0).runs[0].step == pytest.approx(25, abs=1)


def test_runs_months_apart_follow_each_other_at_once(tmp_path: Path) -> None:
    (tmp_path / "may.log").write_text(stamped(100))
    (tmp_path / "july.log").write_text(stamped(200, began_at=BEGAN_AT + 60 * 86400))
    archive = archive_of(tmp_path)
    early = {run.name: run for run in archive.board(50).runs}
    late = {run.name: run for run in archive.board(150).runs}

    assert archive.axis.span_s == 99 + 199
    assert (early["may"].state, early["july"].state) == (RunStatus.RUNNING, RunStatus.WAITING)
    assert early["july"].state_reason == "begins in 60d 00h"
    assert (late["may"].state, late["july"].state) == (RunStatus.FINISHED, RunStatus.RUNNING)


# -- what was known then -------------------------------------------------------------------------------------------


def test_a_run_is_not_interrupted_before_its_log_ends(tmp_path: Path) -> None:
    lines = stamped(600).splitlines(keepends=True)
    (tmp_path / "killed.log").write_text("".join(lines[:400]))
    archive = archive_of(tmp_path)
    states = [archive.board(at).runs[0].state for at in (0, 100, 398, 399)]

    assert states == [RunStatus.RUNNING] * 3 + [RunStatus.INTERRUPTED]
    assert archive.board(100).runs[0].came_true_s is None
    assert "came true: never, it did not finish" in said_then(archive.board(100).runs[0])


def test_a_silence_is_a_stall_while_it_lasts(tmp_path: Path) -> None:
    before, after = (stamped(200, began_at=at).splitlines(keepends=True) for at in (BEGAN_AT, BEGAN_AT + 900))
    (tmp_path / "train.log").write_text("".join([*before[:100], *after[100:]]))
    archive = archive_of(tmp_path)

    states = [archive.board(at).runs[0].state for at in (90, 500, 1020)]

    assert states == [RunStatus.RUNNING, RunStatus.STALLED, RunStatus.RUNNING]


def test_what_was_said_stands_beside_what_came_true() -> None:
    archive = archive_of(SAMPLES / "lora" / "contamination_10.log")
    run = archive.board(archive.axis.span_s / 2).runs[0]
    said = said_then(run)

    assert run.eta is not None
    assert run.came_true_s is not None
    assert run.eta.remaining_s.low <= run.came_true_s <= run.eta.remaining_s.high
    assert said.startswith("contamination_10: said then ")
    assert " left, came true: 35m" in said


def test_the_document_beside_a_log_tells_nothing_before_the_end(tmp_path: Path) -> None:
    (tmp_path / "train.log").write_text(bars(100), newline="")
    state = (
        '{"global_step": 100, "max_steps": 100, "log_history": [{"loss": 1.5, "step": 10}, {"loss": 0.5, "step": 90}]}'
    )
    (tmp_path / "trainer_state.json").write_text(state)
    archive = archive_of(tmp_path)

    assert "loss" not in archive.board(100).runs[0].metrics
    assert archive.board(200).runs[0].metrics["loss"].last == 0.5
