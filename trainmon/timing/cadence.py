"""How often a pause comes back: the cadence of recurring events, from where they were seen."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise
from statistics import fmean, median

from trainmon.timing.pace import Recurring

KEPT = 64
HIT_SHARE = 0.8
"""A cadence must find so much of what it predicts."""
GROWING = 1.1
"""Costs that rise each time, and by so much from the first to the last, go on rising."""
_ROUND = (1000.0, 500.0, 250.0, 200.0, 100.0, 50.0)


@dataclass(frozen=True, slots=True)
class Event:
    """One pause: at or after `step`, at most `within` steps later."""

    step: float
    within: float
    duration_s: float


@dataclass(frozen=True, slots=True)
class Pattern:
    """Events sorted into those that follow a cadence and the rest."""

    cadence_steps: float | None
    regular: Sequence[Event]
    irregular: Sequence[Event]


@dataclass(slots=True)
class Events:
    """Pauses of one cause; the last 64 are kept one by one."""

    kind: str
    announced: bool
    count: int = 0
    total_s: float = 0.0
    recent: deque[Event] = field(default_factory=lambda: deque(maxlen=KEPT))

    def add(self, event: Event) -> None:
        """One more pause."""
        self.count += 1
        self.total_s += event.duration_s
        self.recent.append(event)

    def copy(self) -> Events:
        """An independent copy."""
        return Events(self.kind, self.announced, self.count, self.total_s, self.recent.copy())

    def all_of(self, some: Sequence[Event]) -> tuple[float, float]:
        """Count and seconds of pauses like `some` of the kept ones, over the whole attempt."""
        for_each_kept = self.count / len(self.recent)
        return len(some) * for_each_kept, sum(event.duration_s for event in some) * for_each_kept

    def pattern(self, since: float, until: float) -> Pattern:
        """Which of them recur; the attempt began at `since` and the counter stands at `until` by now."""
        return find_pattern(tuple(self.recent), since, until, announced=self.announced)

    def recurring(self, pattern: Pattern) -> Recurring | None:
        """What a forecast needs of those that recur."""
        if pattern.cadence_steps is None:
            return self._first() if self.count == 1 else None
        costs = [event.duration_s for event in pattern.regular][-16:]
        return Recurring(
            kind=self.kind,
            count=len(pattern.regular),
            cost_s=_next_cost(costs),
            last_step=pattern.regular[-1].step,
            slack_steps=max(event.within for event in pattern.regular),
            cadence_steps=pattern.cadence_steps,
            announced=self.announced,
        )

    def _first(self) -> Recurring | None:
        """One pause that nobody announced: it may be the first of many."""
        event = self.recent[0]
        cadence = _single(event)
        if cadence is None or event.within > cadence / 4:
            return None
        return Recurring(
            kind=self.kind,
            count=1,
            cost_s=event.duration_s,
            last_step=cadence,
            slack_steps=event.within,
            cadence_steps=cadence,
            announced=False,
        )


def _next_cost(costs: Sequence[float]) -> float:
    """Seconds of the next ones: where each took longer than the one before (a growing set, longer answers) the last
    ones tell, else the middle of all."""
    rising = all(earlier < later for earlier, later in pairwise(costs))
    if len(costs) > 2 and rising and costs[-1] > GROWING * costs[0]:
        return costs[-1] + (costs[-1] - costs[0]) / (len(costs) - 1)
    return median(costs) if len(costs) > 4 else fmean(costs)


def find_pattern(events: Sequence[Event], since: float, until: float, *, announced: bool) -> Pattern:
    """Sort events into a cadence and the rest; the cadence that explains most of them wins.

    One event alone recurs every so many steps from the start if the log announced it.
    """
    if len(events) == 1:
        cadence = _single(events[0], since) if announced else None
        return Pattern(cadence, events if cadence else (), () if cadence else events)
    best = Pattern(None, (), events)
    for cadence in _candidates(events):
        for first in islice(events, 3):
            found = _follow(events, first, cadence, until, announced)
            if found is not None and _worth(found) > _worth(best):
                best = found
    return best


def _worth(pattern: Pattern) -> tuple[int, bool]:
    """How many events it explains; between equals, one that counts from step 0."""
    cadence = pattern.cadence_steps
    return len(pattern.regular), cadence is not None and _in_phase(pattern.regular[0], cadence)


def _in_phase(event: Event, cadence: float) -> bool:
    slack = min(event.within + 0.005 * cadence, 0.4 * cadence)
    return event.step >= cadence - slack and abs(event.step - round(event.step / cadence) * cadence) <= slack


def _candidates(events: Sequence[Event]) -> list[float]:
    """Gaps between events, those between neighbours first, the larger first."""
    near = [*events[:6], *events[-6:]] if len(events) > 12 else list(events)
    gaps = {b.step - a.step for ahead in (1, 2, 3) for a, b in zip(near, near[ahead:], strict=False)}
    gaps |= {event.step for event in events[:2]}
    return sorted((gap for gap in gaps if gap >= 1), reverse=True)


def _follow(events: Sequence[Event], first: Event, cadence: float, until: float, announced: bool) -> Pattern | None:
    slack = min(max(event.within for event in events) + 1.0 + 0.005 * cadence, 0.4 * cadence)
    hits: dict[int, Event] = {}
    rest: list[Event] = []
    for event in events:
        times = round((event.step - first.step) / cadence)
        if times >= 0 and times not in hits and abs(event.step - first.step - times * cadence) <= slack:
            hits[times] = event
        else:
            rest.append(event)
    due = math.floor((until - first.step - slack) / cadence)
    expected = max(due, round((events[-1].step - first.step) / cadence)) + 1
    costs = sorted(event.duration_s for event in hits.values())
    alike = _in_phase(first, cadence) and costs[-1] <= 3 * costs[0]
    enough = len(hits) >= 3 or (len(hits) == 2 and (announced or alike))
    if not enough or len(hits) < HIT_SHARE * expected or 2 * len(rest) > len(hits) + 1:
        return None
    last = max(hits)
    exact = (hits[last].step - first.step) / last if last else cadence
    if abs(exact - round(exact)) * last <= slack:
        exact = float(round(exact))
    return Pattern(exact, tuple(hits.values()), tuple(rest))


def _single(event: Event, since: float = 0.0) -> float | None:
    """A round step at which it may have been, else the step itself; after a resume what divides it from the start."""
    step = event.step
    for unit in _ROUND:
        multiple = math.ceil(step / unit) * unit
        if 0 < multiple <= step + event.within:
            step = multiple
            break
    ahead = step - since
    if since > 0 and ahead > 1 and abs(step / ahead - round(step / ahead)) * ahead <= 1 + event.within:
        return ahead
    return step if step > 0 else None
