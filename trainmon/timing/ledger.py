"""The books of one attempt: training seconds and steps, pauses by cause, and the curve of both, in bounded memory."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

from trainmon.events import StageKind
from trainmon.timing.cadence import Event, Events
from trainmon.timing.levels import Curve, find_change
from trainmon.timing.pace import Overhead, Recurring, Slowdown
from trainmon.timing.pauses import PAUSE_STEPS, Judged, Part, judge, split_excess
from trainmon.timing.spans import STALL, Span, Spans
from trainmon.timing.ticks import Interval

CURVE = 384
"""Points of the curve; with the 64 intervals that wait this stays below 512 samples."""
SLOWER = 1.25
OPENING = 12
"""First intervals kept as they are: early on they are all there is."""
SHARP_TICKS = 20.0
"""A stretch so many times as long as its ends are uncertain tells its pace to 5 %: steps of 0.45 s on a clock of whole
seconds are no mixture of 0.33 and 0.5 s."""
_BINS_PER_E = 50.0
"""Bins of the histogram of step times are 2 % wide."""


class Ledger:
    """What was booked so far."""

    def __init__(self) -> None:
        self.steps = 0.0
        self.seconds = 0.0
        self.last_step_s = 0.0
        self.warmup_steps = 0.0
        self.warmup_s = 0.0
        self.trained_s = 0.0
        """Seconds of training steps of this attempt, warm-up and all; pauses are not in it."""
        self.earlier_s: tuple[float, ...] = ()
        """The same of each attempt before."""
        self.since = 0.0
        """The step at which the attempt began."""
        self.at = 0.0
        """The step up to which everything is booked."""
        self.skipped_to: float | None = None
        self.curve: list[tuple[float, float]] = []
        self.opening: tuple[tuple[float, float], ...] = ()
        self._histogram: Counter[int] = Counter()
        self._pooled = (0.0, 0.0)
        self._sharp_s = 0.0
        self._events: dict[tuple[str, bool], Events] = {}
        self._spans: dict[tuple[str, bool], Spans] = {}
        self._began = False

    def copy(self) -> Ledger:
        """An independent copy."""
        other = Ledger()
        other.__dict__.update(self.__dict__)
        other.curve = self.curve.copy()
        other._histogram = self._histogram.copy()
        other._events = {key: events.copy() for key, events in self._events.items()}
        other._spans = {key: spans.copy() for key, spans in self._spans.items()}
        return other

    def next_attempt(self) -> Ledger:
        """Books for a new attempt: what recurs is remembered, what was measured is not."""
        other = Ledger()
        other._events, other._spans = self._events, self._spans
        other.earlier_s = (*self.earlier_s, self.trained_s)
        return other

    def book(self, intervals: Sequence[Interval], count: int) -> None:
        """Book the first `count` intervals, judged among all of them."""
        if not intervals:
            return
        judged = judge(intervals, leading=not self._began)[:count]
        if not self._began:
            self.since = intervals[0].from_step
        self._began = True
        for one in judged:
            self._book(one)

    def book_pending(
        self, step: float, since_s: float, seconds: float, pauses: Sequence[tuple[StageKind, float | None]]
    ) -> None:
        """Book pauses after which the counter has not moved yet; `seconds` of silence since `since_s` were seen."""
        steps = max(step - self.at, 1.0)
        waiting = Interval(step - steps, step, seconds, pauses=tuple(pauses))
        step_s = self.seconds / self.steps if self.steps else 0.0
        excess_s = max(seconds - step_s * steps, 0.0)
        booked = split_excess(waiting, excess_s, math.inf)
        for kind, duration_s in booked:
            self._add(kind, True, Event(step, 0.0, duration_s))
        self._note(True, since_s + max(seconds - sum(duration_s for _, duration_s in booked), 0.0), booked)

    def _book(self, judged: Judged) -> None:
        interval, part = judged.interval, judged.part
        self.at = interval.to_step
        if part is Part.SKIPPED:
            self.skipped_to = self.since = interval.to_step
            return
        if not interval.pauses and len(self.opening) < OPENING:
            self.opening = (*self.opening, (interval.steps, interval.step_s))
        if part is Part.WARMUP:
            self.warmup_steps += interval.steps
            self.warmup_s += interval.duration_s
            self.trained_s += interval.duration_s
            return
        if part is Part.PAUSE:
            self._pause(judged)
        if part is Part.TRAIN:
            self._train(interval, judged.step_s)
        self.trained_s += judged.step_s * interval.steps
        self._extend(interval, judged.step_s * interval.steps)

    def _train(self, interval: Interval, step_s: float) -> None:
        steps = interval.steps
        self.steps += steps
        self.seconds += steps * step_s
        self.last_step_s = step_s
        # A stretch counts once its ends are sharp beside it, else the ticks would be the distribution.
        pooled_steps, pooled_s = self._pooled[0] + steps, self._pooled[1] + steps * step_s
        self._pooled = (pooled_steps, pooled_s)
        self._sharp_s = SHARP_TICKS * interval.slack_s(step_s)
        if pooled_s >= self._sharp_s and pooled_s > 0:
            self._histogram[round(math.log(pooled_s / pooled_steps) * _BINS_PER_E)] += max(1, round(pooled_steps))
            self._pooled = (0.0, 0.0)

    def _pause(self, judged: Judged) -> None:
        interval = judged.interval
        if not interval.pauses:
            self._add(STALL, False, Event(interval.from_step, interval.steps - 1, judged.excess_s))
            self._note(False, interval.began_s, [(STALL, judged.excess_s)])
            return
        at = interval.from_step if interval.pause_step is None else interval.pause_step
        until = interval.to_step if interval.pause_until is None else interval.pause_until
        within = max(until - at - 1, 0.0)
        threshold = interval.slack_s(judged.step_s) + PAUSE_STEPS * judged.step_s
        booked = split_excess(interval, judged.excess_s, threshold)
        for kind, duration_s in booked:
            self._add(kind, True, Event(at, within, duration_s))
        if interval.began_s is not None:
            self._note(True, interval.began_s + judged.step_s * max(at - interval.from_step, 0.0), booked)

    def _add(self, kind: str, announced: bool, event: Event) -> None:
        self._events.setdefault((kind, announced), Events(kind, announced)).add(event)

    def _note(self, announced: bool, at_s: float | None, booked: Sequence[tuple[str, float]]) -> None:
        """Keep when pauses that lie one behind the other took place."""
        if at_s is None:
            return
        for kind, duration_s in booked:
            self._spans.setdefault((kind, announced), Spans()).add(at_s, duration_s)
            at_s += duration_s

    def _extend(self, interval: Interval, seconds: float) -> None:
        if not self.curve:
            self.curve.append((interval.from_step, 0.0))
        at_step, at_s = self.curve[-1]
        if interval.to_step > at_step:
            self.curve.append((interval.to_step, at_s + seconds))
        if len(self.curve) > CURVE:
            del self.curve[1:-1:2]

    def quantile(self, share: float) -> float:
        """Seconds per step that `share` of the steps stayed below (2 % bins)."""
        target = share * self._histogram.total()
        for bin_, weight in sorted(self._histogram.items()):
            target -= weight
            if target <= 0:
                return math.exp(bin_ / _BINS_PER_E)
        return self.seconds / self.steps if self.steps else 0.0

    def history(self) -> tuple[tuple[float, float], ...]:
        """(step, seconds per step) along the curve, over stretches whose pace the clock tells."""
        marks = self.curve[:1]
        for point in self.curve[1:]:
            if point[1] - marks[-1][1] >= self._sharp_s:
                marks.append(point)
        return tuple((b[0], (b[1] - a[1]) / (b[0] - a[0])) for a, b in pairwise(marks))

    def recurring(self) -> tuple[Recurring, ...]:
        """Pauses that come back at a cadence. A lone one that took longer than the steps before it is a mishap."""
        found = [events.recurring(events.pattern(self.since, self.at)) for events in self._events.values()]
        step_s = self.seconds / self.steps if self.steps else math.inf
        return tuple(
            one
            for one in found
            if one is not None and (one.announced or one.count > 1 or one.cost_s <= one.cadence_steps * step_s)
        )

    def irregular(self) -> tuple[int, float]:
        """Count and seconds of pauses without a cadence, also of those that are not kept one by one any more."""
        found = [
            events.all_of(events.pattern(self.since, self.at).irregular)
            for events in self._events.values()
            if events.count
        ]
        return round(sum(count for count, _ in found)), sum(seconds for _, seconds in found)

    def overheads(self) -> Mapping[str, Overhead]:
        """By cause; unexplained time that comes back at a cadence is `other`, not a stall."""
        books = _Books()
        for events in self._events.values():
            pattern = events.pattern(self.since, self.at)
            if events.announced:
                books.add(events.kind, events.count, events.total_s, pattern.cadence_steps)
                continue
            stalls = [event.duration_s for event in pattern.irregular]
            books.add(STALL, len(stalls), sum(stalls), None)
            count, total = events.count - len(stalls), events.total_s - sum(stalls)
            if pattern.cadence_steps is None:
                books.add(STALL, count, total, None)
            else:
                books.add(StageKind.OTHER, count, total, pattern.cadence_steps)
        return books.found

    def spans(self) -> Mapping[str, tuple[Span, ...]]:
        """When pauses took place, by cause as in `overheads`."""
        found: dict[str, list[Span]] = {}
        for (kind, announced), spans in self._spans.items():
            if announced:
                found.setdefault(kind, []).extend(spans.all())
                continue
            pattern = self._events[kind, announced].pattern(self.since, self.at)
            stalls = {event.duration_s for event in pattern.irregular}
            for span in spans.all():
                recurs = pattern.cadence_steps is not None and span[1] not in stalls
                found.setdefault(StageKind.OTHER if recurs else kind, []).append(span)
        return {name: tuple(spans) for name, spans in found.items()}

    def slowdown(self) -> Slowdown | None:
        """The one lasting change to a slower pace, if there is one."""
        change = find_change(Curve(self.curve)) if len(self.curve) > 1 else None
        if change is None or change.after_s < SLOWER * change.before_s:
            return None
        return Slowdown(
            step=float(round(change.step)),
            ratio=change.after_s / change.before_s,
            before_s=change.before_s,
            after_s=change.after_s,
        )


class _Books:
    """Overheads summed by cause."""

    def __init__(self) -> None:
        self.found: dict[str, Overhead] = {}

    def add(self, kind: str, count: int, total_s: float, cadence_steps: float | None) -> None:
        """Book so many pauses of one cause."""
        if count <= 0:
            return
        before = self.found.get(kind)
        if before is not None:
            count, total_s = count + before.count, total_s + before.total_s
            cadence_steps = cadence_steps if before.cadence_steps is None else before.cadence_steps
        mean_s = total_s / count
        self.found[kind] = Overhead(kind=kind, count=count, total_s=total_s, mean_s=mean_s, cadence_steps=cadence_steps)
