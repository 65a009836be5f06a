"""Tells training time from everything else: which intervals are steps, which hold a pause, which are warm-up.

Judged against the intervals around it (a local median), so that a change of pace is not taken for a row of pauses:
a pause stands alone, a slower pace goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from trainmon.events import StageKind
from trainmon.ticks import Interval

PAUSE_STEPS = 3.0
"""An interval longer than expected by this many steps may hold a pause ..."""
PAUSE_SIGMAS = 5.0
"""... if it also stands out this far from the scatter of its neighbours."""
WARMUP_RATIO = 1.5
SKIP_RATIO = 0.1
REGION = 4
"""At most so many intervals after a pause are still blurred by it."""
RUN_LENGTH = 3
"""So many long intervals in a row are a change of pace ..."""
ALIKE = 3.0
"""... if the longest is at most this many times the middle one."""


class Part(StrEnum):
    """What an interval is evidence of."""

    TRAIN = "train"
    WARMUP = "warmup"
    PAUSE = "pause"
    UNSURE = "unsure"
    """Training, but its clock is blurred by the pause before it."""
    SKIPPED = "skipped"
    """The counter jumped over steps that an earlier attempt did."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An interval, what it is, and how much of it was no training."""

    interval: Interval
    part: Part
    step_s: float
    """Seconds per step that its training is priced at."""
    excess_s: float = 0.0


def weighted_quantile(values: Sequence[tuple[float, float]], share: float) -> float:
    """The value below which `share` of the weight of (value, weight) lies; `values` must not be empty."""
    ordered = sorted(values)
    target = share * sum(weight for _, weight in ordered)
    for value, weight in ordered:
        target -= weight
        if target <= 0:
            return value
    return ordered[-1][0]


def base_step_s(intervals: Sequence[Interval]) -> float | None:
    """The usual seconds per step: median of the intervals without announced pauses, else of all."""
    free = [(interval.step_s, interval.steps) for interval in intervals if not interval.pauses]
    rates = free if len(free) >= 2 or len(free) == len(intervals) else [(i.step_s, i.steps) for i in intervals]
    return weighted_quantile(rates, 0.5) if rates else None


def judge(intervals: Sequence[Interval], *, leading: bool) -> list[Judged]:
    """Say of each interval what it is. `leading`: the first of them is the first of the attempt."""
    head = warmup_length(intervals) if leading else 0
    base = base_step_s(intervals[head:])
    if base is None:
        return []
    fast = _ticks_every_second(intervals)
    scatter = _scatter(intervals, base, fast)
    long = [_is_long(interval, base, scatter) for interval in intervals]
    parts = _parts(intervals, long, head)
    if leading and _is_skip(intervals, base):
        parts[0] = Part.SKIPPED
    judged = [Judged(i, part, base if part in _PRICED else i.step_s) for i, part in zip(intervals, parts, strict=True)]
    for index, part in enumerate(parts):
        if part is Part.PAUSE and judged[index].part is Part.PAUSE:
            _measure_pause(judged, index, base, fast)
    return judged


_PRICED = (Part.PAUSE, Part.SKIPPED)


def _parts(intervals: Sequence[Interval], long: Sequence[bool], head: int) -> list[Part]:
    parts: list[Part] = []
    for index, interval in enumerate(intervals):
        if interval.pauses:
            parts.append(Part.PAUSE)
        elif index < head:
            parts.append(Part.WARMUP)
        else:
            parts.append(Part.PAUSE if long[index] and _stands_alone(intervals, long, index) else Part.TRAIN)
    return parts


def _measure_pause(judged: list[Judged], index: int, base: float, fast: bool) -> None:
    """Price the pause at `index`. Where steps are faster than ticks it blurs the mark after it: the next interval
    belongs to it, and so do those after that which are still too long."""
    excess = _excess(judged[index].interval, base)
    last = index
    if fast:
        while last + 1 < len(judged) and last - index < REGION and judged[last + 1].part is not Part.WARMUP:
            after = judged[last + 1].interval
            if last > index and _excess(after, base) <= PAUSE_STEPS / 2 * base:
                break
            if after.pauses:
                break
            last += 1
            excess += _excess(after, base)
            judged[last] = Judged(after, Part.UNSURE, base)
        if last == index and judged[index].interval.blurred_end:
            excess += judged[index].interval.resolution_s / 2
    judged[index] = Judged(judged[index].interval, Part.PAUSE, base, max(excess, 0.0))


def _excess(interval: Interval, base: float) -> float:
    return interval.duration_s - base * interval.steps


def _scatter(intervals: Sequence[Interval], base: float, fast: bool) -> float:
    """Standard deviation of an interval's time round the expected one, from the median deviation.

    Where steps are faster than ticks, one step more or less in a tick says nothing.
    """
    slack = base if fast else 0.0
    deviations = [(max(abs(_excess(i, base)) - slack, 0.0), 1.0) for i in intervals if not i.pauses]
    return 1.4826 * weighted_quantile(deviations, 0.5) if deviations else 0.0


def _ticks_every_second(intervals: Sequence[Interval]) -> bool:
    """Steps come faster than the clock ticks, so a mark is sharp unless a pause went before."""
    ticks = sum(1 for i in intervals if i.resolution_s > 0 and i.duration_s <= 1.01 * i.resolution_s)
    return 2 * ticks > len(intervals)


def _is_long(interval: Interval, base: float, scatter: float) -> bool:
    blur = interval.resolution_s if interval.blurred_end and base * interval.steps > interval.resolution_s else 0.0
    return not interval.pauses and _excess(interval, base) > blur + max(PAUSE_STEPS * base, PAUSE_SIGMAS * scatter)


def _stands_alone(intervals: Sequence[Interval], long: Sequence[bool], index: int) -> bool:
    """Few long ones in a row, or unlike each other: a slower pace is long many times, and alike."""
    first = last = index
    while first > 0 and long[first - 1]:
        first -= 1
    while last + 1 < len(long) and long[last + 1]:
        last += 1
    run = sorted(interval.step_s for interval in intervals[first : last + 1])
    return len(run) < RUN_LENGTH or run[len(run) // 2] * ALIKE < run[-1]


def _is_skip(intervals: Sequence[Interval], base: float) -> bool:
    """The first redraw after a resume counts the steps of the attempt before."""
    first, usual = intervals[0], sorted(interval.steps for interval in intervals)[(len(intervals) - 1) // 2]
    return len(intervals) > 1 and first.steps >= 5 * usual and first.duration_s < SKIP_RATIO * base * first.steps


def warmup_length(intervals: Sequence[Interval]) -> int:
    """How many leading intervals are clearly slower than the newer half of all: they say nothing of what follows."""
    newer = intervals[len(intervals) // 2 :]
    base = base_step_s(newer)
    if base is None or len(intervals) < 2:
        return 0
    head = 0
    for first, second in pairwise(intervals):
        slow = first.step_s > WARMUP_RATIO * base or first.pauses
        if not slow and second.step_s <= WARMUP_RATIO * base:
            break
        head += 1
    while head and (intervals[head - 1].pauses or intervals[head - 1].step_s <= WARMUP_RATIO * base):
        head -= 1
    return head


def split_excess(interval: Interval, excess_s: float, threshold_s: float) -> list[tuple[StageKind, float]]:
    """Book the excess of an interval with announced pauses: known durations first, the rest to those without one."""
    booked = [(kind, duration) for kind, duration in interval.pauses if duration is not None]
    if sum(duration for _, duration in booked) > excess_s + threshold_s:
        # The same pause told twice: by its own bar and by the line that sums it up.
        booked = [(kind, max(d for k, d in booked if k is kind)) for kind in dict.fromkeys(kind for kind, _ in booked)]
    rest = max(excess_s - sum(duration for _, duration in booked), 0.0)
    told = {kind for kind, _ in booked}
    unknown = sorted({kind for kind, duration in interval.pauses if duration is None} - told)
    if unknown:
        return booked + [(kind, rest / len(unknown)) for kind in unknown]
    if rest > threshold_s:
        booked.append((StageKind.OTHER, rest))
    return booked
