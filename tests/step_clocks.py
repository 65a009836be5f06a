"""Step clocks that saw steps at given times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trainmon.timing.steptime import StepClock


def clock_of(times: Iterable[float], *, resolution_s: float = 0.0, first: int = 0) -> StepClock:
    """A clock that saw step `first`, `first + 1`, ... at these times, cut off to whole ticks."""
    clock = StepClock()
    for step, time_s in enumerate(times, first):
        shown = time_s // resolution_s * resolution_s if resolution_s else time_s
        clock.observe(step, shown, resolution_s=resolution_s)
    return clock


def running(*step_times: float) -> Iterator[float]:
    """Times of the steps 0, 1, ... with these seconds between them."""
    time_s = 0.0
    yield time_s
    for seconds in step_times:
        time_s += seconds
        yield time_s
