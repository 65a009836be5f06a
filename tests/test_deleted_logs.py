"""A log that is deleted while it is watched: its run does not vanish with it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import store_over
from trainmon.snapshot import RunSnapshot, RunStatus
from trainmon.store import Store

STEPS = "".join(f"step {n}/100 loss {1 / n:.3f}\n" for n in range(1, 41))
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "train.log"
    path.write_text(STEPS)
    return path


@pytest.fixture
def written(log: Path) -> Iterator[Path]:
    """The log, held open for writing by this process."""
    with log.open("a"):
        yield log


def board_at(store: Store, now: float) -> tuple[RunSnapshot, ...]:
    store.refresh(now, 600.0, rescan=True)
    return store.board(now).runs


def test_a_run_whose_writer_lives_goes_on_after_its_log_was_deleted(written: Path) -> None:
    store, now = store_over(written.parent), written.stat().st_mtime
    board_at(store, now)
    written.unlink()

    (run,) = board_at(store, now + 300)

    assert (run.name, run.state, run.step) == ("train", RunStatus.RUNNING, 40)
    assert run.files[0].notes == ("deleted, its writer still runs",)


def test_a_run_without_a_writer_stays_listed_as_gone(log: Path) -> None:
    store, now = store_over(log.parent), log.stat().st_mtime
    board_at(store, now)
    log.unlink()

    (run,) = board_at(store, now + 300)

    assert (run.state, run.state_reason, run.step) == (RunStatus.INTERRUPTED, "the log was deleted", 40)
    assert run.files[0].notes == ("the log was deleted",)


def test_a_finished_run_stays_finished(log: Path) -> None:
    log.write_text(STEPS + "step 100/100 loss 0.01\n")
    store, now = store_over(log.parent), log.stat().st_mtime
    board_at(store, now)
    log.unlink()

    assert [run.state for run in board_at(store, now + 300)] == [RunStatus.FINISHED]


def test_a_renamed_log_is_one_run(log: Path) -> None:
    store, now = store_over(log.parent), log.stat().st_mtime
    board_at(store, now)
    log.rename(log.with_name("night.log"))

    assert [run.name for run in board_at(store, now + 300)] == ["night"]


def test_a_log_that_comes_back_is_read_on(log: Path) -> None:
    store, now = store_over(log.parent), log.stat().st_mtime
    board_at(store, now)
    log.unlink()
    board_at(store, now + 10)
    log.write_text(STEPS + "step 41/100 loss 0.3\n")

    (run,) = board_at(store, now + 20)

    assert run.step == 41
    assert run.state_reason != "the log was deleted"
