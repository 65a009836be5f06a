"""Step time from counter and clock: ticks, pauses, warm-up, cadence."""

from __future__ import annotations

import json
import re
import statistics
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.step_clocks import clock_of, running
from trainmon.events import StageKind
from trainmon.snapshot import ClockBasis
from trainmon.timing.steptime import StepClock

BAR = re.compile(rb"\|\s*(\d+)/(\d+) \[(?:(\d+):)?(\d+):(\d\d)<")
EVALUATED = re.compile(rb"'eval_runtime': '?([\d.]+)")


def test_one_state_of_the_counter_says_nothing() -> None:
    clock = clock_of([3.0])

    assert clock.measure() is None
    assert clock.overheads() == {}


def test_step_time_is_the_time_between_two_states_over_the_steps_between_them() -> None:
    clock = StepClock()
    clock.observe(100, 50.0, resolution_s=0.0, basis=ClockBasis.TIMESTAMPS)
    clock.observe(110, 53.0, resolution_s=0.0, basis=ClockBasis.TIMESTAMPS)

    measured = clock.measure()

    assert measured is not None
    assert (measured.mean, measured.count) == pytest.approx((0.3, 10))
    assert measured.basis is ClockBasis.TIMESTAMPS


@pytest.mark.parametrize("step_s", [0.031, 0.13, 0.9, 1.2, 30.5])
def test_a_clock_of_whole_seconds_measures_to_within_two_percent(step_s: float) -> None:
    clock = clock_of(running(*[step_s] * 240), resolution_s=1.0)

    measured = clock.measure()

    assert measured is not None
    assert measured.mean == pytest.approx(step_s, rel=0.02)


@pytest.mark.parametrize("step_s", [0.13, 0.45, 0.9, 1.5])
def test_the_ticks_of_a_clock_are_not_the_spread_of_the_steps(step_s: float) -> None:
    measured = clock_of(running(*[step_s] * 600), resolution_s=1.0).measure()

    assert measured is not None
    assert (measured.p10, measured.median, measured.p90) == pytest.approx((step_s,) * 3, rel=0.06)
    assert [pace for _, pace in measured.history] == pytest.approx([step_s] * len(measured.history), rel=0.06)
    assert len(measured.history) > 3


def test_the_pace_now_is_the_one_that_lasts() -> None:
    measured = clock_of(running(*[0.5] * 300, *[1.5] * 200)).measure()

    assert measured is not None
    assert measured.now == pytest.approx(1.5, rel=0.05)
    assert measured.mean == pytest.approx(0.9, rel=0.05)


def test_sparse_lines_with_a_clock_of_whole_seconds_measure_right() -> None:
    clock = StepClock()
    for step in range(0, 600, 5):
        clock.observe(step, float(int(0.118 * step)))

    measured = clock.measure()

    assert measured is not None
    assert measured.mean == pytest.approx(0.118, rel=0.03)


def test_warm_up_is_told_apart() -> None:
    measured = clock_of(running(1.45, 1.13, 0.79, 0.48, *[0.13] * 60)).measure()

    assert measured is not None
    assert measured.warmup_steps == 4
    assert measured.warmup_s == pytest.approx(3.85)
    assert measured.mean == pytest.approx(0.13)


def test_the_jump_of_a_resumed_bar_is_no_work() -> None:
    clock = StepClock()
    for step, time_s in [(0, 0.0), (121, 1.0), *((121 + k, 1.0 + 0.14 * k) for k in range(1, 80))]:
        clock.observe(step, time_s, resolution_s=0.0)

    measured, pace = clock.measure(), clock.pace()

    assert measured is not None
    assert measured.mean == pytest.approx(0.14)
    assert pace is not None
    assert pace.start_step == 121


def test_steps_of_an_earlier_attempt_do_not_count() -> None:
    clock = clock_of(running(*[1.0] * 50))
    clock.restart(40)
    for step, time_s in enumerate(running(*[0.2] * 20), 40):
        clock.observe(step, time_s, resolution_s=0.0)

    measured, pace = clock.measure(), clock.pace()

    assert measured is not None
    assert (measured.count, measured.mean) == pytest.approx((20, 0.2))
    assert pace is not None
    assert (pace.start_step, pace.earlier_step_s) == pytest.approx((40, 1.0))


def test_nothing_is_measured_across_a_clock_that_jumps_back() -> None:
    clock = clock_of(running(*[0.5] * 20))
    for step, time_s in enumerate(running(*[0.5] * 20), 20):
        clock.observe(step, time_s, resolution_s=0.0)

    measured = clock.measure()

    assert measured is not None
    assert (measured.count, measured.mean) == pytest.approx((40, 0.5))


def test_printed_step_times_serve_only_without_a_clock() -> None:
    clock = StepClock()
    for step in range(10, 60, 10):
        clock.printed(step, 0.25)

    printed = clock.measure()
    for step, time_s in ((60, 100.0), (70, 105.0), (80, 110.0)):
        clock.observe(step, time_s, resolution_s=0.0, basis=ClockBasis.ARRIVAL)
    timed = clock.measure()

    assert printed is not None
    assert printed.mean == pytest.approx(0.25)
    assert printed.basis is ClockBasis.PRINTED
    assert timed is not None
    assert timed.mean == pytest.approx(0.5)
    assert timed.basis is ClockBasis.ARRIVAL


def test_lines_with_another_clock_in_between_do_not_disturb() -> None:
    clock = StepClock()
    for step in range(100):
        clock.observe(step, 0.5 * step, resolution_s=0.0, basis=ClockBasis.ELAPSED)
        if step % 10 == 0:
            clock.observe(step, 1000 + 0.5 * step, resolution_s=1.0, basis=ClockBasis.TIMESTAMPS)

    measured = clock.measure()

    assert measured is not None
    assert measured.mean == pytest.approx(0.5)
    assert measured.count == 99


def test_a_clock_that_falls_silent_is_replaced() -> None:
    clock = clock_of(running(*[0.5] * 20))
    for step in range(20, 100):
        clock.observe(step, 1000.0 + step, resolution_s=0.0, basis=ClockBasis.ARRIVAL)

    measured = clock.measure()

    assert measured is not None
    assert measured.last == pytest.approx(1.0)


def test_a_fresh_lap_of_a_bar_is_measured_from_its_start() -> None:
    clock = StepClock()
    for lap in range(8):
        clock.lap(25 * lap, 2.0 * lap, fresh=True)
        for step in range(1, 26):
            clock.observe(25 * lap + step, 2.0 * lap + int(0.09 * step))

    measured = clock.measure()

    assert measured is not None
    assert measured.mean == pytest.approx(0.09, rel=0.05)


gaps = st.lists(
    st.tuples(st.integers(0, 5), st.floats(0, 100), st.sampled_from([None, StageKind.EVAL, StageKind.CHECKPOINT])),
    max_size=200,
)


@given(gaps)
def test_asking_never_changes_an_answer(moves: list[tuple[int, float, StageKind | None]]) -> None:
    asked, silent = StepClock(), StepClock()
    step, time_s = 0, 0.0
    for steps, seconds, pause in moves:
        step, time_s = step + steps, time_s + seconds
        for clock in (asked, silent):
            clock.observe(step, time_s, resolution_s=1.0)
            if pause is not None:
                clock.pause(pause, None)
        asked.measure()
        asked.pace()
        asked.overheads()

    assert asked.measure() == silent.measure()
    assert asked.pace() == silent.pace()
    assert asked.overheads() == silent.overheads()


@given(st.lists(st.tuples(st.floats(), st.floats()), max_size=80))
def test_no_observation_breaks_it(observations: list[tuple[float, float]]) -> None:
    clock = StepClock()
    for step, time_s in observations:
        clock.observe(step, time_s)

    measured = clock.measure()

    assert measured is None or (measured.mean >= 0 and measured.count >= 0)


def _bars(log: bytes, total: int) -> Iterator[tuple[int, int] | float]:
    for piece in re.split(rb"[\r\n]+", log):
        bar = BAR.search(piece)
        if bar is not None and int(bar[2]) == total:
            yield int(bar[1]), int(bar[3] or 0) * 3600 + int(bar[4]) * 60 + int(bar[5])
        evaluated = EVALUATED.search(piece)
        if evaluated is not None:
            yield float(evaluated[1])


def _true_step_s(truth: dict[str, object]) -> float:
    """Mean of consecutive steps outside pauses, stalls and warm-up."""
    stages = truth["stages"]
    assert isinstance(stages, list)
    main = next(stage for stage in stages if stage["stage"] == truth["main_stage"])["step_times"]
    steps = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(main)]
    middle = statistics.median(steps)
    begun = next(index for index, seconds in enumerate(steps) if seconds <= 1.5 * middle)
    return statistics.fmean(seconds for seconds in steps[begun:] if seconds < 5 * middle)


@pytest.mark.parametrize(
    "name",
    [
        "hf4_plain_redirect",
        "hf4_resume_pty",
        "hf5_plain_pty",
        "hf5_oom_redirect",
        "hf4_gradacc8_tee",
        "trl_sft_redirect",
        "tq_ascii_redirect",
        "tq_initial_redirect",
        "tq_sim35h_redirect",
        "tq_stall_redirect",
        "tq_crash_redirect",
    ],
)
def test_real_bars_give_the_true_step_time(shared: Path, name: str) -> None:
    folder = shared / "logs" / "generated" / name
    truth = json.loads((folder / f"{name}.truth.json").read_text(encoding="utf-8"))
    clock = StepClock()
    for seen in _bars((folder / f"{name}.log").read_bytes(), truth["total_steps"]):
        if isinstance(seen, float):
            clock.pause(StageKind.EVAL, seen)
        else:
            clock.observe(*seen)

    measured = clock.measure()

    assert measured is not None
    assert measured.mean == pytest.approx(_true_step_s(truth), rel=0.05)


def test_a_resumed_bar_jumps_within_the_first_tick_of_its_clock() -> None:
    """The bar stands at 0, and at once where the checkpoint was; the first steps fall into the same second."""
    clock = StepClock()
    clock.observe(0, 0.0)
    for step in range(102, 242, 2):
        clock.observe(step, float(int(0.085 * (step - 102))))

    measured, pace = clock.measure(), clock.pace()

    assert measured is not None
    assert pace is not None
    assert measured.mean == pytest.approx(0.085, rel=0.05)
    assert pace.start_step == 102
    assert clock.overheads() == {}
