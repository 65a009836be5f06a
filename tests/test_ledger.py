"""The books of a run: pauses by cause and cadence, stalls, a lasting change of pace."""

from __future__ import annotations

import pytest

from tests.step_clocks import clock_of, running
from trainmon.events import StageKind
from trainmon.timing.steptime import StepClock


def test_a_stall_is_overhead_and_no_step_time() -> None:
    clock = clock_of(running(*[0.08] * 120, 23.8, *[0.08] * 100))

    measured, stall = clock.measure(), clock.overheads()["stall"]

    assert measured is not None
    assert measured.mean == pytest.approx(0.08)
    assert (stall.count, stall.total_s) == pytest.approx((1, 23.72))


def test_announced_pauses_are_booked_with_count_mean_and_cadence() -> None:
    clock, time_s = StepClock(), 0.0
    for step in range(241):
        clock.observe(step, time_s, resolution_s=0.0)
        time_s += 0.13
        if step and step % 60 == 0:
            clock.pause(StageKind.EVAL, 0.97)
            time_s += 0.97 + 0.9  # a save of which nothing is said

    overheads, measured = clock.overheads(), clock.measure()

    assert measured is not None
    assert measured.mean == pytest.approx(0.13)
    evaluation, rest = overheads["eval"], overheads["other"]
    assert (evaluation.count, evaluation.mean_s, evaluation.cadence_steps) == pytest.approx((4, 0.97, 60))
    assert (rest.count, rest.mean_s, rest.cadence_steps) == pytest.approx((3, 0.9, 60))


def test_a_pause_of_unknown_length_is_what_the_clock_shows() -> None:
    clock = clock_of(running(*[0.5] * 20))
    clock.pause(StageKind.CHECKPOINT, None)
    clock.observe(21, 10.0 + 7.5, resolution_s=0.0)

    assert clock.overheads()["checkpoint"].total_s == pytest.approx(7.0)


def test_an_evaluation_told_by_its_bar_and_by_its_line_counts_once() -> None:
    clock = clock_of(running(*[0.5] * 20))
    clock.pause(StageKind.EVAL, 3.0)
    clock.pause(StageKind.EVAL, 3.417)
    clock.observe(21, 10.0 + 3.917, resolution_s=0.0)

    evaluation = clock.overheads()["eval"]

    assert (evaluation.count, evaluation.total_s) == pytest.approx((1, 3.417))


def test_unannounced_pauses_at_a_cadence_are_told_apart_from_a_stall() -> None:
    steps = [900.0 + 30.0 if step and step % 500 == 0 else 30.0 for step in range(3938)]
    steps[2200] = 7231.0

    overheads = clock_of(running(*steps)).overheads()

    assert (overheads["other"].count, overheads["other"].cadence_steps) == (7, 500)
    assert (overheads["stall"].count, overheads["stall"].total_s) == pytest.approx((1, 7201.0))


@pytest.mark.parametrize(
    ("late", "ratio"),
    [
        pytest.param(0.2, 2.0, id="twice as slow"),
        pytest.param(0.1, None, id="steady"),
        pytest.param(0.05, None, id="faster"),
    ],
)
def test_only_a_lasting_slower_pace_is_a_slowdown(late: float, ratio: float | None) -> None:
    slowdown = clock_of(running(*[0.1] * 300, *[late] * 200)).slowdown()

    if ratio is None:
        assert slowdown is None
    else:
        assert slowdown is not None
        assert slowdown.ratio == pytest.approx(ratio, rel=0.05)
        assert slowdown.step == pytest.approx(300, abs=15)


def test_a_drift_is_no_slowdown() -> None:
    assert clock_of(running(*[0.1 + 0.0004 * step for step in range(500)])).slowdown() is None


def test_a_change_of_pace_is_not_taken_for_pauses() -> None:
    clock = clock_of(running(*[0.1] * 100, *[0.8] * 30))

    assert "stall" not in clock.overheads()


def test_memory_stays_bounded() -> None:
    clock = clock_of(running(*[0.1] * 20_000))
    pace = clock.pace()

    assert pace is not None
    assert len(pace.curve) <= 512
