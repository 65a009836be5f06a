"""How often a pause comes back: the cadence of recurring events, from where they were seen."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import fmean, median, pstdev

from trainmon.pace import Recurring

KEPT = 64
_ROUND = (1000.0, 500.0, 250.0, 200.0, 100.0, 50.0)


@dataclass(slots=True)
class Events:
    """Pauses of one cause; the last 64 are kept one by one."""

    kind: str
    announced: bool
    count: int = 0
    total_s: float = 0.0
    first_step: float = 0.0
    recent: deque[tuple[float, float, float]] = field(default_factory=lambda: deque(maxlen=KEPT))
    """(step at or after which it was, steps it may have been later, seconds)."""

    def add(self, step: float, within: float, duration_s: float) -> None:
        """One more pause, between `step` and `step + within`."""
        if not self.count:
            self.first_step = step
        self.count += 1
        self.total_s += duration_s
        self.recent.append((step, within, duration_s))

    def copy(self) -> Events:
        """An independent copy."""
        return Events(self.kind, self.announced, self.count, self.total_s, self.first_step, self.recent.copy())

    def recurring(self) -> Recurring:
        """What is known about them, for a forecast."""
        costs = [duration for _, _, duration in self.recent][-16:]
        return Recurring(
            kind=self.kind,
            count=self.count,
            mean_s=fmean(costs),
            spread_s=pstdev(costs),
            first_step=self.first_step,
            last_step=self.recent[-1][0],
            cadence_steps=self.cadence(),
            announced=self.announced,
        )

    def cadence(self) -> float | None:
        """Steps from one to the next, if that is regular.

        One event alone: every so many steps from the start when it was announced, or when the step is a round one.
        """
        steps = [(step, within) for step, within, _ in self.recent]
        if len(steps) == 1:
            step, within = steps[0]
            return _single(step, within, self.announced) if self.count == 1 else None
        gaps = [after - before for (before, _), (after, _) in pairwise(steps) if after > before]
        if not gaps:
            return None
        slack = max(within for _, within in steps)
        usual = median(gaps)
        base = _refined(gaps, usual, slack)
        regular = sum(1 for gap in gaps if _is_multiple(gap, base, slack))
        if regular < math.ceil(0.8 * len(gaps)):
            return None
        if len(gaps) == 1 and not self.announced and not _is_multiple(steps[0][0], base, slack):
            return None
        return base


def _refined(gaps: list[float], usual: float, slack: float) -> float:
    """Over many gaps the slack of the single one averages out; a whole number where it fits."""
    near = [gap for gap in gaps if abs(gap - usual) <= slack + 0.02 * usual] or [usual]
    mean = fmean(near)
    return float(round(mean)) if abs(mean - round(mean)) <= max(slack / len(near), 0.02) else mean


def _is_multiple(steps: float, cadence: float, slack: float) -> bool:
    times = max(round(steps / cadence), 1)
    return abs(steps - times * cadence) <= slack + 0.02 * cadence


def _single(step: float, within: float, announced: bool) -> float | None:
    for unit in _ROUND:
        multiple = math.ceil(step / unit) * unit
        if 0 < multiple <= step + within:
            return multiple
    return step if announced and step > 0 else None
