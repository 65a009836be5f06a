"""A document as the starting point of a forecast, and how it loses its weight."""

from __future__ import annotations

import pytest

from trainmon.timing.eta import forecast
from trainmon.timing.pace import Pace, Prior
from trainmon.timing.steptime import StepClock


def pace_of(steps: int) -> Pace:
    """The pace of a run that did so many steps of half a second."""
    clock = StepClock()
    for step in range(steps + 1):
        clock.observe(step, 0.5 * step, resolution_s=0.0)
    pace = clock.pace()
    assert pace is not None
    return pace


def likely_s(pace: Pace | None, step: float, total: float, prior: Prior) -> float:
    """What is likely left."""
    eta = forecast(pace, step=step, total_steps=total, now_s=0.0, last_observed_s=0.0, prior=prior)
    assert eta is not None
    return eta.remaining_s.likely


def test_before_the_first_step_the_document_alone_answers() -> None:
    prior = Prior(low_s=900.0, high_s=1800.0)

    eta = forecast(None, step=None, total_steps=None, now_s=0.0, last_observed_s=None, prior=prior)

    assert eta is not None
    assert eta.basis == "documented"
    assert 900 < eta.remaining_s.likely < 1800
    assert eta.remaining_s.low < 900
    assert eta.remaining_s.high > 1800


def test_evidence_takes_the_weight_from_the_document() -> None:
    prior = Prior(likely_s=1.3 * 500.0)
    errors = []
    for steps in (1, 10, 100, 600):
        errors.append(likely_s(pace_of(steps), steps, 1000, prior) / (0.5 * (1000 - steps)))

    assert 1.1 < errors[1] < 1.31
    assert errors[1] > errors[2] > errors[3] - 0.01
    assert errors[3] == pytest.approx(1.0, abs=0.05)


def test_a_document_that_is_far_off_loses_its_weight_at_once() -> None:
    assert likely_s(pace_of(60), 60, 1000, Prior(low_s=9000.0, high_s=11000.0)) == pytest.approx(470.0, rel=0.1)
