"""A document that is right, and one that is three times too short or too long, against what the first steps say."""

from __future__ import annotations

import math
import random

import pytest

from trainmon.timing.eta import forecast
from trainmon.timing.pace import Prior
from trainmon.timing.steptime import StepClock

STEPS = 1000
ASKED = (1, 2, 3, 10, 20, 50, 100)


def errors(factor: float, *, slow_steps: int = 0) -> dict[int, float]:
    """Signed relative error after so many steps of a second, the first ones of ten, by a plan so far off."""
    chance, clock, at_s = random.Random(1), StepClock(), 0.0
    times = [math.exp(chance.gauss(0, 0.1)) * (10.0 if step < slow_steps else 1.0) for step in range(STEPS)]
    told = factor * sum(times)
    prior = Prior(low_s=0.9 * told, high_s=1.1 * told)
    clock.observe(0, 0.0, resolution_s=0.0)
    found = {}
    for step, seconds in enumerate(times[: ASKED[-1]], 1):
        at_s += seconds
        clock.observe(step, at_s, resolution_s=0.0)
        if step in ASKED:
            eta = forecast(
                clock.pace(),
                step=step,
                total_steps=STEPS,
                now_s=at_s,
                last_observed_s=at_s,
                prior=prior,
                elapsed_s=at_s,
            )
            assert eta is not None
            found[step] = eta.remaining_s.likely / (sum(times) - at_s) - 1
    return found


@pytest.mark.parametrize("slow_steps", [pytest.param(0, id="at pace at once"), pytest.param(3, id="slow first steps")])
def test_a_right_document_carries_over_the_first_steps(slow_steps: int) -> None:
    assert all(abs(error) < 0.25 for error in errors(1.0, slow_steps=slow_steps).values())


@pytest.mark.parametrize("factor", [pytest.param(1 / 3, id="too short"), pytest.param(3.0, id="too long")])
@pytest.mark.parametrize("slow_steps", [pytest.param(0, id="at pace at once"), pytest.param(3, id="slow first steps")])
def test_a_document_three_times_off_is_given_up_after_ten_steps(factor: float, slow_steps: int) -> None:
    found = errors(factor, slow_steps=slow_steps)

    assert abs(found[1]) > 0.5
    assert all(abs(error) < 0.15 for step, error in found.items() if step >= 10)


def test_steps_that_are_faster_than_documented_count_at_once() -> None:
    assert errors(3.0)[2] < 1.0


def test_without_a_clock_the_document_answers_for_what_is_left_and_a_step_of_silence_is_no_stall() -> None:
    pace = StepClock()
    pace.observe(400, 0.0, resolution_s=0.0)
    prior = Prior(likely_s=1000.0)

    rests = [
        forecast(pace.pace(), step=400, total_steps=STEPS, now_s=silence_s, last_observed_s=0.0, prior=prior)
        for silence_s in (0.0, 1.0, 100.0)
    ]

    likely = [eta.remaining_s.likely for eta in rests if eta is not None]
    assert [eta.basis for eta in rests if eta is not None] == ["documented"] * 3
    assert likely == [pytest.approx(600.0), pytest.approx(599.0), pytest.approx(599.0 + 0.5 * 99.0)]
