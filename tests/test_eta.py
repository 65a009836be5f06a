"""The forecast of the whole run: what is in it, and what it never does."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainmon.events import StageKind
from trainmon.snapshot import Eta, Interval
from trainmon.timing.eta import forecast
from trainmon.timing.pace import Pace, Prior, StagePlan
from trainmon.timing.steptime import StepClock


def pace_of(step_times: Iterable[float], *, pause_every: int = 0, pause_s: float = 0.0) -> tuple[Pace, float]:
    """The pace of a run with these step times, and its clock at the last step."""
    clock, time_s, step = StepClock(), 0.0, 0
    clock.observe(0, 0.0, resolution_s=0.0)
    for step, seconds in enumerate(step_times, 1):
        time_s += seconds
        clock.observe(step, time_s, resolution_s=0.0)
        if pause_every and step % pause_every == 0:
            clock.pause(StageKind.EVAL, pause_s)
            time_s += pause_s
    pace = clock.pace()
    assert pace is not None
    return pace, time_s


def remaining(
    pace: Pace | None, step: float | None, total: float | None, now_s: float = 0.0, **more: object
) -> Interval:
    """The interval of a forecast that must exist."""
    eta = forecast(pace, step=step, total_steps=total, now_s=now_s, last_observed_s=now_s, **more)  # type: ignore[arg-type]
    assert eta is not None
    return eta.remaining_s


def test_a_steady_run_ends_after_its_steps() -> None:
    pace, now_s = pace_of([0.5] * 100)

    rest = remaining(pace, 100, 300, now_s)

    assert rest.likely == pytest.approx(100.0, rel=0.02)
    assert rest.low < rest.likely < rest.high


def test_evaluations_to_come_are_counted_at_their_cadence() -> None:
    pace, now_s = pace_of([0.5] * 130, pause_every=50, pause_s=20.0)

    rest = remaining(pace, 130, 300, now_s)

    assert rest.likely == pytest.approx(0.5 * 170 + 4 * 20.0, rel=0.02)  # after 150, 200, 250 and 300


def test_only_the_last_pace_counts_after_a_clear_change() -> None:
    pace, now_s = pace_of([0.5] * 200 + [1.0] * 100)

    assert remaining(pace, 300, 400, now_s).likely == pytest.approx(100.0, rel=0.1)


def test_warm_up_does_not_lead_the_forecast_astray() -> None:
    pace, now_s = pace_of([1.8, 1.5, 1.2, 0.8, 0.4, *[0.13] * 20])

    assert remaining(pace, 25, 240, now_s).likely == pytest.approx(215 * 0.13, rel=0.1)


def test_without_a_total_there_is_no_forecast_and_the_pace_remains() -> None:
    pace, now_s = pace_of([0.5] * 100)

    assert forecast(pace, step=100, total_steps=None, now_s=now_s, last_observed_s=now_s) is None
    assert pace.curve


def test_a_clock_that_counts_epochs_serves_a_run_that_counts_steps() -> None:
    pace, now_s = pace_of([60.0] * 20)

    assert remaining(pace, 2000, 3000, now_s, steps_per_count=100).likely == pytest.approx(600.0, rel=0.02)


def test_a_total_that_was_passed_is_not_believed() -> None:
    pace, now_s = pace_of([0.5] * 100)

    assert forecast(pace, step=100, total_steps=80, now_s=now_s, last_observed_s=now_s) is None


def test_a_resumed_run_is_right_from_its_first_redraw() -> None:
    clock = StepClock()
    for step in range(200):
        clock.observe(step, 0.5 * step, resolution_s=0.0)
    clock.restart(150)
    clock.observe(150, 0.0, resolution_s=0.0)

    assert remaining(clock.pace(), 150, 300).likely == pytest.approx(75.0, rel=0.05)


def test_the_jump_of_a_resumed_bar_is_not_believed() -> None:
    clock = StepClock()
    clock.observe(0, 0.0)
    clock.observe(121, 1.0)

    assert forecast(clock.pace(), step=121, total_steps=240, now_s=1.0, last_observed_s=1.0) is None


def test_a_stall_moves_the_end_away_and_widens_the_interval() -> None:
    pace, at_s = pace_of([0.5] * 100)
    rests = []
    for silence_s in (0.0, 60.0, 600.0):
        eta = forecast(pace, step=100, total_steps=300, now_s=at_s + silence_s, last_observed_s=at_s)
        assert eta is not None
        rests.append(eta.remaining_s)

    assert rests[0].likely < rests[1].likely < rests[2].likely
    assert rests[2].high - rests[2].low > rests[1].high - rests[1].low > rests[0].high - rests[0].low


def test_a_pause_that_is_due_does_not_look_like_a_stall() -> None:
    pace, at_s = pace_of([0.5] * 149, pause_every=50, pause_s=20.0)

    before = remaining(pace, 149, 300, at_s)
    eta = forecast(pace, step=149, total_steps=300, now_s=at_s + 15.0, last_observed_s=at_s)

    assert eta is not None
    assert eta.remaining_s.likely == pytest.approx(before.likely - 15.0, abs=0.6)


def test_stages_that_have_not_begun_are_priced_from_the_document() -> None:
    pace, now_s = pace_of([0.5] * 100)
    later = StagePlan(name="embedding", kind=StageKind.DATA, low_s=90.0, high_s=110.0)

    eta = forecast(pace, step=100, total_steps=300, now_s=now_s, last_observed_s=now_s, unfinished_stages=[later])

    assert eta is not None
    assert eta.remaining_s.likely == pytest.approx(200.0, rel=0.02)
    assert eta.basis == "measured + documented stages"


@pytest.mark.parametrize(("kind", "answers"), [(StageKind.TRAIN, False), (StageKind.SAVE, True)])
def test_an_unpriced_stage_leaves_no_answer_only_if_it_is_essential(kind: StageKind, answers: bool) -> None:
    pace, now_s = pace_of([0.5] * 100)
    plan = StagePlan(name="it", kind=kind)

    eta = forecast(pace, step=100, total_steps=300, now_s=now_s, last_observed_s=now_s, unfinished_stages=[plan])

    assert (eta is not None) is answers
    assert eta is None or eta.basis == "measured, without it"


def test_a_run_that_may_stop_early_may_be_over_sooner() -> None:
    pace, now_s = pace_of([0.5] * 100)

    assert remaining(pace, 100, 300, now_s, may_stop_early=True).low < remaining(pace, 100, 300, now_s).low


def test_the_total_may_change() -> None:
    pace, now_s = pace_of([0.5] * 100)

    assert remaining(pace, 100, 500, now_s).likely == pytest.approx(
        2 * remaining(pace, 100, 300, now_s).likely, rel=0.02
    )


def test_the_end_is_told_as_a_time_of_day() -> None:
    pace, now_s = pace_of([0.5] * 100)

    eta = forecast(pace, step=100, total_steps=300, now_s=now_s, last_observed_s=now_s, wall_now_s=1.7e9)

    assert eta is not None
    assert eta.finish_at is not None
    assert eta.finish_at.likely == 1.7e9 + eta.remaining_s.likely


step_times = st.lists(st.floats(0, 1e6), min_size=1, max_size=120)
priors = st.none() | st.builds(
    Prior,
    low_s=st.none() | st.floats(0, 1e9),
    likely_s=st.none() | st.floats(0, 1e9),
    high_s=st.none() | st.floats(0, 1e9),
    steps=st.none() | st.floats(1, 1e6),
)


def _ask(pace: Pace, total: float, now_s: float, last_s: float, prior: Prior | None) -> Eta | None:
    return forecast(
        pace, step=pace.last_step, total_steps=total, now_s=now_s, last_observed_s=last_s, prior=prior, wall_now_s=1e9
    )


@given(step_times, st.floats(0, 1e7), st.floats(0, 1e6), priors)
def test_it_is_finite_ordered_and_never_negative(
    seconds: list[float], total: float, silence_s: float, prior: Prior | None
) -> None:
    pace, last_s = pace_of(seconds, pause_every=7, pause_s=3.0)

    eta = _ask(pace, total, last_s + silence_s, last_s, prior)

    if eta is not None:
        rest = eta.remaining_s
        assert 0 <= rest.low <= rest.likely <= rest.high
        assert math.isfinite(rest.high)


@given(step_times, st.integers(1, 1000), st.floats(0, 1e5), st.floats(0, 1e5), priors)
def test_a_longer_silence_never_brings_the_end_nearer(
    seconds: list[float], more: int, one_s: float, two_s: float, prior: Prior | None
) -> None:
    pace, last_s = pace_of(seconds)
    short_s, long_s = sorted((one_s, two_s))

    early = _ask(pace, pace.last_step + more, last_s + short_s, last_s, prior)
    late = _ask(pace, pace.last_step + more, last_s + long_s, last_s, prior)

    assert (early is None) == (late is None)
    if early is not None and late is not None:
        for bound in ("low", "likely", "high"):
            before, after = getattr(early.remaining_s, bound) + short_s, getattr(late.remaining_s, bound) + long_s
            assert after >= before - 1e-6 * max(before, 1.0)


@given(st.integers(2, 60), st.floats(0, 1e5), st.floats(0, 1e5))
def test_beyond_the_rhythm_of_the_run_a_longer_silence_never_lowers_what_is_left(
    steps: int, one_s: float, two_s: float
) -> None:
    pace, last_s = pace_of([0.5] * steps)
    short_s, long_s = sorted((one_s + 1.0, two_s + 1.0))

    early, late = (_ask(pace, 2.0 * steps, last_s + silence_s, last_s, None) for silence_s in (short_s, long_s))

    assert early is not None
    assert late is not None
    assert early.remaining_s.likely <= late.remaining_s.likely
    assert early.remaining_s.high <= late.remaining_s.high


def test_half_way_through_noisy_runs_the_interval_holds_the_end() -> None:
    chance, hits = random.Random(3), 0
    for _ in range(60):
        level, drift = chance.uniform(0.1, 5), chance.uniform(-0.1, 0.3)
        seconds = [level * (1 + drift * k / 400) * math.exp(chance.gauss(0, 0.2)) for k in range(400)]
        pace, now_s = pace_of(seconds[:200])
        rest = remaining(pace, 200, 400, now_s)
        hits += rest.low <= sum(seconds[200:]) <= rest.high

    assert 42 <= hits <= 60
