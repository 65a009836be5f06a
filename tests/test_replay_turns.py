"""What befell an archived run without a line that reports it: a restart, a slowdown, an end that never came."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.archives import BEGAN_AT, SAMPLES, archive_of, stamped
from tests.test_attempts import RESUMED_BARS
from trainmon.replay.archive import Archive
from trainmon.replay.reel import Turn
from trainmon.replay.source import ReplaySource
from trainmon.settings import Settings
from trainmon.snapshot import RunStatus


def slower_from(step: int, steps: int) -> str:
    """One line a second, from a step on one line every three seconds; it breaks off."""
    before = stamped(step).replace(f"/{step} ", "/9000 ")
    after = "".join(
        line.replace(f" step {at}/", f" step {at + step}/").replace(f"/{steps} ", "/9000 ")
        for at, line in enumerate(stamped(steps, 3.0, BEGAN_AT + step).splitlines(keepends=True), start=1)
    )
    return before + after


def turns_of(archive: Archive) -> list[tuple[Turn, float]]:
    return [(turn.turn, turn.at_s) for run in archive.reel.runs for turn in run.turns]


def test_where_a_run_becomes_slower_and_where_it_breaks_off_is_known(tmp_path: Path) -> None:
    (tmp_path / "train.log").write_text(slower_from(300, 300))

    archive = archive_of(tmp_path)

    assert turns_of(archive) == [(Turn.SLOWER, pytest.approx(300, abs=5)), (Turn.INTERRUPTED, archive.axis.span_s)]


def test_where_a_run_goes_on_after_it_died_is_known(tmp_path: Path) -> None:
    (tmp_path / "train.log").write_text(RESUMED_BARS, newline="")

    archive = archive_of(tmp_path)

    ((turn, at_s), *_) = turns_of(archive)
    assert turn is Turn.RESUMED
    assert {run.attempts for run in archive.board(at_s - 1).runs} == {1}
    assert {run.attempts for run in archive.board(at_s + 1).runs} == {2}


def test_a_run_that_finishes_at_its_pace_has_no_such_moment(tmp_path: Path) -> None:
    (tmp_path / "train.log").write_text(stamped(600))

    assert turns_of(archive_of(tmp_path)) == []


def test_the_next_problem_is_also_the_next_such_moment(tmp_path: Path) -> None:
    (tmp_path / "train.log").write_text(slower_from(300, 300))
    source = ReplaySource([str(tmp_path)], Settings(), steady=lambda: 0.0)
    while source.refresh().catching_up:
        pass

    source.seek_problem(+1)
    slower_at = source.position_s
    source.seek_problem(+1)

    assert slower_at == pytest.approx(300, abs=5)
    assert [run.state for run in source.refresh().runs] == [RunStatus.INTERRUPTED]


def test_a_run_that_has_not_begun_is_held_against_its_plan_already() -> None:
    archive = archive_of(SAMPLES / "encoders")
    ends = {run.name: run for run in archive.board(archive.axis.span_s).runs}

    waiting = [run for run in archive.board(0.0).runs if run.state is RunStatus.WAITING]

    assert waiting
    assert all(run.documented == ends[run.name].documented is not None for run in waiting)
