"""A program that holds its output back is not standing still between two blocks of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from trainmon.parsers import log_formats
from trainmon.timing.backtest import OURS, Piece, backtest
from trainmon.timing.blocks import Blocks

STEP_S, STEPS = 2.0, 400


def line(step: int) -> bytes:
    """A line of `logging`, with the time of day."""
    at = datetime.fromtimestamp(1_790_000_000 + STEP_S * step, UTC)
    return f"{at:%Y-%m-%d %H:%M:%S},000 - INFO - step {step}/{STEPS} loss={3 - step / 300:.4f}\n".encode()


def in_blocks(size: int) -> list[Piece]:
    """So many lines come at once, when the last of them is written; the last block may be smaller."""
    lines = [line(step) for step in range(1, STEPS + 1)]
    return [
        (b"".join(lines[at : at + size]), 1_790_000_000 + STEP_S * min(at + size, STEPS))
        for at in range(0, STEPS, size)
    ]


@pytest.mark.parametrize("share", [0.47, 0.53, 0.7, 0.78])
def test_between_two_blocks_the_end_stays_where_it_is(share: float) -> None:
    run = backtest("blocks", in_blocks(50), log_formats(), shares=(share,))

    (moment,) = run.moments
    assert moment.guess(OURS) == pytest.approx(moment.true_s, rel=0.02)


def test_one_slow_look_makes_no_blocks() -> None:
    blocks = Blocks()
    for step in range(100):
        blocks.see(float(step), 1000.0 + step)
    for step in range(100, 700):
        blocks.see(float(step), 2000.0)
    assert blocks.usual_s == 0.0

    for step in range(700, 1300):
        blocks.see(float(step), 3000.0)
    assert blocks.usual_s == pytest.approx(600.0)


def test_two_lines_at_once_are_no_block() -> None:
    blocks = Blocks()
    for step in range(100):
        blocks.see(60.0 * step, 1000.0 + 120 * (step // 2))
    assert blocks.usual_s == 0.0


def test_what_should_be_over_by_now_and_is_not_has_something_left() -> None:
    *blocks, (last, at_s) = in_blocks(60)
    assert at_s is not None
    run = backtest("late", [*blocks, (last, at_s + 30.0)], log_formats(), shares=(0.99,))

    (moment,) = run.moments
    overdue_s = 30.0 - moment.true_s
    assert 20.0 < overdue_s < 30.0
    assert moment.guess(OURS) == pytest.approx(0.5 * overdue_s, abs=1.0)
