"""Going anywhere in archived logs: the same boards whatever the way, and the end as everybody else reads it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from tests.live import read_whole
from trainmon.errors import NothingReadableError
from trainmon.replay import ReplaySource, print_replay
from trainmon.replay_archive import Archive
from trainmon.replay_cursor import BLOCK_BYTES, LogCursor
from trainmon.replay_reading import ArchiveReading
from trainmon.replay_timeline import ClockSource
from trainmon.settings import Settings
from trainmon.snapshot import RunSnapshot, RunStatus

SAMPLES = Path(__file__).resolve().parents[1] / "sample_logs"
STAMPED = "".join(f"2025-03-03 08:{i // 60:02d}:{i % 60:02d} INFO step {i}/600 loss {9 / (i + 9):.4f}\n" for i in range(1, 601))


def archive_of(*logs: Path) -> Archive:
    read = ArchiveReading([str(log) for log in logs], Settings()).step()
    assert read is not None
    return read


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def bar(step: int, total: int, elapsed_s: int) -> str:
    rest = (total - step) * elapsed_s // max(step, 1)
    rate = f"{step / elapsed_s:.2f}it/s" if elapsed_s else "?it/s"
    clock = f"{elapsed_s // 60:02d}:{elapsed_s % 60:02d}<{rest // 60:02d}:{rest % 60:02d}"
    return f"\r{100 * step // total:3d}%|{'█' * (10 * step // total):<10}| {step}/{total} [{clock}, {rate}]"


def bars(total: int, step_s: int = 2) -> str:
    return "".join(bar(step, total, step * step_s) for step in range(total + 1)) + "\n"


def repeated(board_run: RunSnapshot) -> str:
    """All that is said of a run; NaN equals NaN here."""
    return repr(board_run)


# -- the same wherever one comes from ------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def generated(shared: Path) -> list[Path]:
    return sorted(path for path in (shared / "logs" / "generated").iterdir() if path.is_dir())


def straight(archive: Archive, name: str, position_s: float) -> str:
    """The run at a position, read from the beginning by a cursor that was nowhere before."""
    run = next(run for run in archive.runs if run.files.name == name)
    run._cursor = None
    if run.index is not None:
        run.index, kept = run.index, run.index._checkpoints
        run.index._checkpoints = kept[:1]
        try:
            return repeated(run.at(archive.axis.moment(position_s)))
        finally:
            run.index._checkpoints = kept
            run._cursor = None
    return repeated(run.at(archive.axis.moment(position_s)))


def test_seeking_anywhere_equals_reading_straight_to_that_moment(generated: list[Path]) -> None:
    chance = random.Random(5)
    checked = 0
    for folder in generated:
        archive = archive_of(folder)
        places = [chance.random() * archive.axis.span_s for _ in range(5)]
        boards = [archive.board(place) for place in places]
        for place, board in zip(places, boards, strict=True):
            for run in board.runs:
                assert repeated(run) == straight(archive, run.name, place), (folder.name, run.name, place)
                checked += run.state is RunStatus.RUNNING
        archive.close()
    assert checked > 100


def test_going_back_and_forth_gives_the_same_boards() -> None:
    archive = archive_of(SAMPLES / "lora", SAMPLES / "proteins")
    places = [archive.axis.span_s * part / 20 for part in range(21)]
    forward = [repr(archive.board(place)) for place in places]
    backward = [repr(archive.board(place)) for place in reversed(places)]

    assert forward == backward[::-1]
    assert len(set(forward)) == len(forward)


UNTIMED = {"came_true_s"}


def test_at_the_end_every_run_is_as_reading_it_whole_shows_it(generated: list[Path]) -> None:
    for folder in generated:
        archive = archive_of(folder)
        shown = {run.name: run for run in archive.board(archive.axis.span_s).runs}
        whole = {run.name: run for run in read_whole(folder).runs}
        by_arrivals = any(r.index is not None and r.index.clock is ClockSource.ARRIVALS for r in archive.runs)
        archive.close()
        assert shown.keys() == whole.keys(), folder.name
        for name, run in whole.items():
            # When its bytes arrived, a record tells beside what the log itself tells: times, and what follows from it.
            later = {"step_time_s", "stages", "overhead_s", "started_at", "ended_at", "last_activity_at", "elapsed_s"}
            later |= {"comparisons", "verdict", "problems"}
            for field in fields(run):
                if not (by_arrivals and field.name in later):
                    there = repr(getattr(shown[name], field.name)), repr(getattr(run, field.name))
                    assert there[0] == there[1], (folder.name, name, field.name)


def test_without_a_record_of_arrivals_the_end_is_the_same_to_the_last_field(
    generated: list[Path], tmp_path: Path
) -> None:
    for folder in generated:
        copied = tmp_path / folder.name
        copied.mkdir()
        for log in folder.glob("*.log"):
            (copied / log.name).write_bytes(log.read_bytes())
        archive = archive_of(copied)
        shown = archive.board(archive.axis.span_s)
        archive.close()
        if any(path.stat().st_size > 512 << 10 for path in copied.iterdir()):
            continue
        assert repr(shown.runs) == repr(read_whole(copied).runs), folder.name
