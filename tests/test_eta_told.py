"""A log that tells no total but counts down: the time left is the log's own, until a total is known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.whole_runs import run_of
from trainmon.parsers import log_formats
from trainmon.timing.backtest import OURS, Piece, backtest
from trainmon.timing.eta import forecast
from trainmon.timing.steptime import StepClock

STEP_S, STEPS = 0.6, 1600
BEGAN_S = 1_790_000_000.0


def detectron(step: int) -> bytes:
    """One line of detectron2 after so many steps, without a total."""
    at = datetime.fromtimestamp(BEGAN_S + STEP_S * step, UTC)
    left = timedelta(seconds=int(STEP_S * (STEPS - step)))
    return (
        f"[{at:%m/%d %H:%M:%S} d2.utils.events]:  eta: {left}  iter: {step - 1}  total_loss: {2 - step / 1000:.4f}  "
        f"time: {STEP_S:.4f}  data_time: 0.0041  lr: 0.001  max_mem: 1804M\n"
    ).encode()


def lines(until: int = STEPS) -> list[Piece]:
    """A line every 20 steps with the time at which it came."""
    return [(detectron(step), BEGAN_S + STEP_S * step) for step in range(20, until + 1, 20)]


@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_a_countdown_gives_the_time_left_where_nothing_tells_a_total(share: float) -> None:
    run = backtest("countdown", lines(), log_formats(), shares=(share,), default_year=2026)

    (moment,) = run.moments
    assert moment.guess(OURS) == pytest.approx(moment.true_s, rel=0.05)
    assert moment.eta is not None
    assert moment.eta.basis == "as the log says"
    assert moment.eta.remaining_s.low < moment.true_s < moment.eta.remaining_s.high


def test_it_is_no_total(tmp_path: Path) -> None:
    run = run_of(tmp_path, b"".join(data for data, _ in lines(until=800)).decode())

    assert (run.step, run.total_steps, run.progress) == (800, None, None)


def test_days_are_read() -> None:
    data = detectron(20).replace(b"eta: 0:15:48", b"eta: 1 day, 2:03:04")
    assert b"1 day" in data
    pieces: list[Piece] = [(data, BEGAN_S), *lines()]

    run = backtest("days", pieces, log_formats(), shares=(0.0001,), default_year=2026)

    assert run.moments[0].guess(OURS) == pytest.approx(86400 + 2 * 3600 + 3 * 60 + 4, rel=0.01)


def test_steps_since_it_was_told_are_taken_off_and_a_known_total_goes_before_it() -> None:
    clock = StepClock()
    for step in range(0, 101, 10):
        clock.observe(step, float(step), resolution_s=0.0)
    clock.told_left = (80, 500.0)
    pace = clock.pace()

    told = forecast(pace, step=100, total_steps=None, now_s=0.0, last_observed_s=0.0)
    known = forecast(pace, step=100, total_steps=200, now_s=0.0, last_observed_s=0.0)

    assert told is not None
    assert told.remaining_s.likely == pytest.approx(480.0)
    assert known is not None
    assert known.remaining_s.likely == pytest.approx(100.0, rel=0.05)


def test_another_attempt_has_been_told_nothing_yet() -> None:
    clock = StepClock()
    clock.observe(10, 10.0, resolution_s=0.0)
    clock.told_left = (10, 500.0)
    clock.restart(5)

    pace = clock.pace()

    assert pace is not None
    assert pace.told_left is None
