"""The pace to expect: a mean over windows of the past, each trusted as far as it foretold this run so far.

A run that is steady is best foretold by its whole past, one that drifts by its last part; which of the two a run is,
its own past tells: at moments gone by, every window's mean is held against what came after. After a clear lasting
change only what followed it counts.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

WINDOWS = (1.0, 0.5, 0.25, 0.12, 0.06)
"""Shares of the measured steps, the last ones."""
_MOMENTS = tuple(0.2 + 0.05 * k for k in range(15))
_FLOOR = 0.0004
"""Square of a relative error below which windows count as equally good."""
_CELLS = 48
_MIN_CELLS = 5
_DAMPED = (0.5, 0.7, 0.8, 0.9, 0.95, 1.0)
"""After 1, 2, ... intervals of alike length."""
_FALLING = 0.9
_FALL_ENDS = 0.4
"""A drop to less than this is the end of the warm-up; a lesser one goes on."""
_FALL_POWER = 1.5
_MOST = 2.0
"""What is to come takes at most so many times as long as the slower of the last two openings."""
WARM_UP_S = 60.0
"""Compiling and filling caches take a minute at most, however long a step is."""
SETTLED = 6
SETTLED_STEPS = 12.0
"""Either so many intervals or so many steps since the warm-up, and the opening no longer matters."""
CHANGE_RATIO = 1.2
CHANGE_SIGMAS = 6.0


@dataclass(frozen=True, slots=True)
class Level:
    """Seconds per step to expect, and how far off that may be."""

    step_s: float
    error: float
    """Relative error that this method made in the past of this run (root of the weighted mean square)."""
    most_s: float = math.inf
    """First steps are hardly ever faster than those to come: seconds per step stay below this."""


@dataclass(frozen=True, slots=True)
class Change:
    """A lasting change of pace."""

    step: float
    before_s: float
    after_s: float


class Curve:
    """Training seconds as a function of the step, straight between its points."""

    def __init__(self, points: Sequence[tuple[float, float]]) -> None:
        self.points = points
        self._steps = [step for step, _ in points]

    @property
    def first(self) -> float:
        """First step measured."""
        return self._steps[0]

    @property
    def last(self) -> float:
        """Last step measured."""
        return self._steps[-1]

    def seconds(self, step: float) -> float:
        """Training seconds when the counter stood at `step`."""
        right = min(max(bisect_right(self._steps, step), 1), len(self.points) - 1)
        (from_step, from_s), (to_step, to_s) = self.points[right - 1], self.points[right]
        return from_s + (to_s - from_s) * (step - from_step) / (to_step - from_step)

    def step_s(self, from_step: float, to_step: float) -> float:
        """Mean seconds per step between two steps."""
        return (self.seconds(to_step) - self.seconds(from_step)) / (to_step - from_step)

    def since(self, step: float) -> Curve:
        """The part from `step` on."""
        at = bisect_right(self._steps, step)
        head = [] if at and self._steps[at - 1] == step else [(step, self.seconds(step))]
        return Curve([*head, *self.points[at - (not head) :]])


def expected(curve: Curve, opening: Sequence[tuple[float, float]] = ()) -> Level:
    """The pace to expect from now on; `curve` has at least two points. `opening`: see `Pace.opening`."""
    if opening and len(curve.points) <= SETTLED and curve.last - curve.first < SETTLED_STEPS:
        return from_opening(opening)
    change = find_change(curve)
    if change is not None:
        curve = curve.since(change.step)
    first, span = curve.first, curve.last - curve.first
    shortest = 2 * span / (len(curve.points) - 1)
    windows = [share for share in WINDOWS if share == 1.0 or share * span >= shortest]
    now = [_log(curve.step_s(curve.last - share * span, curve.last)) for share in windows]
    if len(windows) == 1:
        return Level(math.exp(now[0]), 0.1)
    squares = [0.0] * len(windows)
    total = 0.0
    for moment in _MOMENTS:
        at = first + moment * span
        came = _log(curve.step_s(at, curve.last))
        trust = math.sqrt(1 - moment)
        total += trust
        for index, share in enumerate(windows):
            window = max(share * moment * span, min(shortest, moment * span))
            squares[index] += trust * (_log(curve.step_s(at - window, at)) - came) ** 2
    errors = [square / total for square in squares]
    weights = [1.0 / (error + _FLOOR) for error in errors]
    scale = sum(weights)
    log_step_s = sum(weight * value for weight, value in zip(weights, now, strict=True)) / scale
    error = sum(weight * error for weight, error in zip(weights, errors, strict=True)) / scale
    return Level(math.exp(log_step_s), math.sqrt(error))


def from_opening(opening: Sequence[tuple[float, float]]) -> Level:
    """The pace to expect when only the first intervals, (steps, seconds per step), are known.

    First steps are slow (compilation, caches, a cold loader): while they fall they are taken to fall on, and the
    fewer there are, the further below them the pace is sought.
    """
    rates = [rate for _, rate in opening]
    last, before = rates[-1], rates[-2] if len(rates) > 1 else 0.0
    fall = last / before if before > 0 else 1.0
    if len(rates) > 1 and fall < _FALL_ENDS:
        return Level(last, 0.3)
    lasted_s, most_s = opening[-1][0] * last, _MOST * max(rates[-2:])
    least = max(1 - WARM_UP_S / lasted_s, 0.0) if lasted_s > 0 else 0.0
    if len(rates) > 1 and fall < _FALLING:
        # Warm-up fades with the steps, not with the lines that tell of them.
        fallen = fall ** (_FALL_POWER / math.sqrt(max(opening[-1][0], 1.0)))
        return Level(last * max(fallen, least), 1.2 * max(1 - least, 0.2), most_s)
    damped = max(_DAMPED[min(len(rates), len(_DAMPED)) - 1], least)
    return Level((min(last, before) if before else last) * damped, 2.0 * (1.05 - damped), most_s)


def _log(value: float) -> float:
    return math.log(max(value, 1e-9))


def find_change(curve: Curve) -> Change | None:
    """The clearest lasting change of pace, if there is a clear one: two levels that differ far beyond the scatter."""
    cells = min(_CELLS, len(curve.points) - 1)
    if cells < 2 * _MIN_CELLS:
        return None
    span = (curve.last - curve.first) / cells
    marks = [curve.seconds(curve.first + span * index) for index in range(cells + 1)]
    logs = [_log((marks[index + 1] - marks[index]) / span) for index in range(cells)]
    best, split = 0.0, 0
    total, left = sum(logs), 0.0
    for index in range(1, cells):
        left += logs[index - 1]
        if _MIN_CELLS <= index <= cells - _MIN_CELLS:
            gap = left / index - (total - left) / (cells - index)
            gain = gap * gap * index * (cells - index) / cells
            if gain > best:
                best, split = gain, index
    if not split:
        return None
    before, after = sum(logs[:split]) / split, sum(logs[split:]) / (cells - split)
    rest = sum((v - before) ** 2 for v in logs[:split]) + sum((v - after) ** 2 for v in logs[split:])
    sigma = math.sqrt(max(rest / (cells - 2), 1e-6))
    if abs(after - before) < math.log(CHANGE_RATIO) or math.sqrt(best) < CHANGE_SIGMAS * sigma:
        return None
    if _around_line(logs) < rest:
        return None  # a drift
    return Change(curve.first + span * split, math.exp(before), math.exp(after))


def _around_line(values: Sequence[float]) -> float:
    """Sum of squares around the straight line that fits best."""
    count, mean = len(values), sum(values) / len(values)
    middle = (count - 1) / 2
    slope = sum((index - middle) * value for index, value in enumerate(values)) / (count * (count * count - 1) / 12)
    return sum((value - mean - slope * (index - middle)) ** 2 for index, value in enumerate(values))
