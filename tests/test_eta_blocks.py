"""A program that holds its output back is not standing still between two blocks of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from trainmon.parsers import log_formats
from trainmon.timing.backtest import OURS, Piece, backtest
from trainmon.timing.blocks import Blocks

STEP_S, STEPS, LINES_IN_BLOCK = 2.0, 400, 50


def line(step: int) -> bytes:
    """A line of `logging`, with the time of day."""
    at = datetime.fromtimestamp(1_790_000_000 + STEP_S * step, UTC)
    return f"{at:%Y-%m-%d %H:%M:%S},000 - INFO - step {step}/{STEPS} loss={3 - step / 300:.4f}\n".encode()


def in_blocks() -> list[Piece]:
    """Fifty lines come at once, when the last of them is written."""
    lines = [line(step) for step in range(1, STEPS + 1)]
    starts = range(0, STEPS, LINES_IN_BLOCK)
    return [
        (b"".join(lines[at : at + LINES_IN_BLOCK]), 1_790_000_000 + STEP_S * (at + LINES_IN_BLOCK)) for at in starts
    ]


@pytest.mark.parametrize("share", [0.47, 0.53, 0.7, 0.78])
def test_between_two_blocks_the_end_stays_where_it_is(share: float) -> None:
    run = backtest("blocks", in_blocks(), log_formats(), shares=(share,))

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
