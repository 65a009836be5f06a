"""Tells training time from everything else: which intervals are steps, which hold a pause, which are warm-up.

Judged against the intervals around it (a local median), so that a change of pace is not taken for a row of pauses:
a pause stands alone, a slower pace goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from trainmon.events import StageKind
from trainmon.timing.ticks import Interval

PAUSE_STEPS = 3.0
"""An interval longer than expected by this many steps may hold a pause ..."""
PAUSE_SIGMAS = 5.0
"""... if it also stands out this far from the scatter of its neighbours ..."""
PAUSE_SHARE = 0.1
"""... and is longer than expected by this share: ninety steps that take 4 % longer hold no pause."""
TELLING_TICKS = 4.0
"""A stretch tells the pace once it is this many times as long as its ends are uncertain."""
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
    """The usual seconds per step: median of the intervals without announced pauses, else of all.

    Where ticks are coarse beside the intervals, several are taken together first.
    """
    free = [interval for interval in intervals if not interval.pauses]
    chosen = free if len(free) >= 2 or len(free) == len(intervals) else intervals
    rates = _rates(chosen)
    return weighted_quantile(rates, 0.5) if rates else None


def _rates(intervals: Sequence[Interval]) -> list[tuple[float, float]]:
    """(seconds per step, steps) of stretches long enough to tell."""
    rates: list[tuple[float, float]] = []
    steps = seconds = 0.0
    for interval in intervals:
        steps += interval.steps
        seconds += interval.step_s * interval.steps
        if seconds >= TELLING_TICKS * interval.slack_s(seconds / steps):
            rates.append((seconds / steps, steps))
            steps = seconds = 0.0
    if steps and (not rates or steps > 0.5 * rates[-1][1]):
        rates.append((seconds / steps, steps))
    return rates


def judge(intervals: Sequence[Interval], *, leading: bool) -> list[Judged]:
    """Say of each interval what it is. `leading`: the first of them is the first of the attempt."""
    if leading and _is_skip(intervals):
        skipped, worked = _around_leap(intervals[0])
        rest = judge([*worked, *intervals[1:]], leading=True)
        return [Judged(skipped, Part.SKIPPED, rest[0].step_s), *rest]
    head = warmup_length(intervals) if leading else 0
    base = base_step_s(intervals[head:])
    if base is None:
        return []
    fast = _sharp_ticks(intervals, base)
    scatter = _scatter(intervals, base)
    long = [_is_long(interval, base, scatter) for interval in intervals]
    parts = _parts(intervals, long, head)
    judged = [_priced(i, part, base) for i, part in zip(intervals, parts, strict=True)]
    for index, part in enumerate(parts):
        if part is Part.PAUSE and judged[index].part is Part.PAUSE:
            _measure_pause(judged, index, base, fast)
    return judged


def _priced(interval: Interval, part: Part, base: float) -> Judged:
    if part is Part.PAUSE:
        return Judged(interval, part, base)
    return Judged(interval, part, max(interval.step_s + interval.lag_s(base) / interval.steps, 0.0))


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
    """Price the pause at `index`. Where steps are faster than ticks it blurs the mark right after it: the next interval
    belongs to it, and so do those after that which are still too long."""
    interval = judged[index].interval
    excess = _excess(interval, base)
    sharp = interval.pause_until is not None and interval.pause_until < interval.to_step
    for last in range(index + 1, min(index + 1 + REGION, len(judged)) if fast else 0):
        after = judged[last].interval
        if judged[last].part is Part.WARMUP or after.pauses:
            break
        if (sharp or last > index + 1) and _excess(after, base) <= PAUSE_STEPS / 2 * base:
            break
        excess += _excess(after, base)
        judged[last] = Judged(after, Part.UNSURE, base)
    judged[index] = Judged(interval, Part.PAUSE, base, max(excess, 0.0))


def _excess(interval: Interval, base: float) -> float:
    return interval.duration_s - base * interval.steps


def _scatter(intervals: Sequence[Interval], base: float) -> float:
    """Standard deviation of an interval's time round the expected one, beyond what ticks explain (median deviation)."""
    deviations = [(max(abs(_excess(i, base)) - i.slack_s(base), 0.0), 1.0) for i in intervals if not i.pauses]
    return 1.4826 * weighted_quantile(deviations, 0.5) if deviations else 0.0


def _sharp_ticks(intervals: Sequence[Interval], base: float) -> bool:
    """Most intervals are one tick long and far sharper than a tick; then a pause blurs the mark that follows it."""
    sharp = sum(
        1 for i in intervals if 0 < i.duration_s <= 1.01 * i.resolution_s and 2 * i.slack_s(base) < i.resolution_s
    )
    return 2 * sharp > len(intervals)


def _is_long(interval: Interval, base: float, scatter: float) -> bool:
    slack = interval.slack_s(base)
    return not interval.pauses and _excess(interval, base) > slack + max(
        (PAUSE_STEPS - 1) * base, PAUSE_SIGMAS * scatter, PAUSE_SHARE * base * interval.steps
    )


def _stands_alone(intervals: Sequence[Interval], long: Sequence[bool], index: int) -> bool:
    """Few long ones in a row, or unlike each other: a slower pace is long many times, and alike."""
    first = last = index
    while first > 0 and long[first - 1]:
        first -= 1
    while last + 1 < len(long) and long[last + 1]:
        last += 1
    run = sorted(interval.step_s for interval in intervals[first : last + 1])
    return len(run) < RUN_LENGTH or run[len(run) // 2] * ALIKE < run[-1]


def _is_skip(intervals: Sequence[Interval]) -> bool:
    """The first redraw after a resume counts the steps of the attempt before."""
    base = base_step_s(intervals[1:])
    if base is None:
        return False
    first, later = intervals[0], sorted(interval.steps for interval in intervals[1:])
    from_step, to_step = first.leap or (first.from_step, first.to_step)
    leap = to_step - from_step
    took_s = first.duration_s - base * (first.steps - leap)
    return leap >= 5 * later[len(later) // 2] and took_s < SKIP_RATIO * base * leap


def _around_leap(first: Interval) -> tuple[Interval, list[Interval]]:
    """The part of the first interval up to the end of its leap, which took no time, and what lies behind it."""
    _, until = first.leap or (first.from_step, first.to_step)
    if until >= first.to_step:
        return first, []
    return replace(first, to_step=until, duration_s=0.0, pauses=()), [replace(first, from_step=until, leap=None)]


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
    """Book the excess of an interval with announced pauses, once per kind: known durations first, the rest to those
    without one, to `other` among them where nothing else is; what nothing explains is `other`, too."""
    known: dict[StageKind, float] = {}
    for kind in dict.fromkeys(kind for kind, _ in interval.pauses):
        durations = [duration for told, duration in interval.pauses if told is kind and duration]
        if durations:
            known[kind] = _total(durations, excess_s + threshold_s)
    rest = max(excess_s - sum(known.values()), 0.0)
    unknown = list(dict.fromkeys(kind for kind, _ in interval.pauses if kind not in known))
    unknown = [kind for kind in unknown if kind is not StageKind.OTHER] or unknown
    booked = [*known.items(), *((kind, rest / len(unknown)) for kind in unknown)]
    if not unknown and rest > threshold_s:
        booked.append((StageKind.OTHER, rest))
    return booked


def _total(durations: Sequence[float], limit_s: float) -> float:
    """Seconds of several announcements of one kind. One pause may be told twice: by its own bar, in whole seconds, and
    by the line that sums it up."""
    exact = [duration for duration in durations if duration != int(duration)]
    for whole in (duration for duration in durations if duration == int(duration)):
        if not any(abs(whole - duration) <= 1.0 for duration in exact):
            exact.append(whole)
    return sum(exact) if sum(exact) <= limit_s else max(exact)
