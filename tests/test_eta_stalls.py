"""A run that stands still while somebody watches: its end moves away, and nobody needs to wait to see it."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import pytest

from tests.live import NOW, store_over
from trainmon.snapshot import Interval
from trainmon.store import Store

STEP_S = 0.7
WATCHED = 97
STEPS = 300


def printed(step: int) -> str:
    """A line without any clock."""
    return f"step {step}/{STEPS} loss {3 - step / 200:.4f}\n"


def redrawn(step: int) -> str:
    """A redraw with tqdm's whole seconds."""
    took = int(step * STEP_S)
    return f"\rtrain:  10%|#         | {step}/{STEPS} [{took // 60:02d}:{took % 60:02d}<03:00,  1.43it/s]"


class Watched:
    """A store over a log that grows under a simulated clock."""

    def __init__(self, folder: Path, line: object = printed) -> None:
        self.log, self.line, self.now = folder / "run.log", line, NOW
        self.write("Starting training\n")
        self.store: Store = store_over(folder)
        self.look()

    def write(self, text: str) -> None:
        with self.log.open("a", newline="") as file:
            file.write(text)
        os.utime(self.log, (self.now, self.now))

    def look(self) -> None:
        while not self.store.refresh(self.now, 5.0):
            pass

    def train(self) -> Watched:
        """Its first steps under the watcher's eyes."""
        for step in range(1, WATCHED + 1):
            self.now += STEP_S
            self.write(self.line(step))  # type: ignore[operator]
            self.look()
        return self

    def left(self, later_s: float = 0.0) -> Interval:
        """What the run says is left, so many seconds later."""
        (run,) = self.store.board(self.now + later_s).runs
        assert run.eta is not None
        return run.eta.remaining_s


@pytest.mark.parametrize("line", [pytest.param(printed, id="arrivals"), pytest.param(redrawn, id="a bar's clock")])
def test_a_silence_far_shorter_than_what_was_watched_moves_the_end_away_and_widens_the_interval(
    line: object, tmp_path: Path
) -> None:
    run = Watched(tmp_path, line).train()

    rests = [run.left(later_s) for later_s in (2.0, 10.0, 30.0, 50.0)]

    assert all(a.likely < b.likely for a, b in pairwise(rests))
    assert all(a.high - a.low < b.high - b.low for a, b in pairwise(rests))


def test_within_the_rhythm_of_the_lines_the_end_stays_where_it_is(tmp_path: Path) -> None:
    run = Watched(tmp_path).train()

    assert run.left(0.5).likely == pytest.approx(run.left().likely - 0.5, abs=0.05)


@pytest.mark.parametrize("line", [pytest.param(printed, id="arrivals"), pytest.param(redrawn, id="a bar's clock")])
def test_lines_that_tell_of_no_step_do_not_hide_that_the_training_hangs(line: object, tmp_path: Path) -> None:
    run = Watched(tmp_path, line).train()
    before = run.left()

    for _ in range(10):
        run.now += 30.0
        run.write("\nheartbeat: the data loader's workers live\n")
        run.look()

    assert run.left().likely > before.likely + 0.4 * 300.0
    assert run.left().high - run.left().low > before.high - before.low + 300.0


def test_a_run_that_moves_on_is_what_it_was(tmp_path: Path) -> None:
    run = Watched(tmp_path).train()
    run.now += 60.0
    stalled = run.left()

    run.write(printed(WATCHED + 1))
    run.look()

    assert run.left().likely < stalled.likely
    assert run.left().likely == pytest.approx((STEPS - WATCHED) * STEP_S, rel=0.2)
