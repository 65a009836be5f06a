"""The values of one metric over a run, in bounded memory."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from trainmon.snapshot import MetricInfo

_KEPT = 512


class MetricSeries:
    """Count, first, last and extremes of every value ever logged, and up to 512 points of its curve."""

    def __init__(self) -> None:
        self.count = 0
        self.first = math.nan
        self.last = math.nan
        self.low = math.inf
        self.high = -math.inf
        self.last_step: float | None = None
        self._points: list[tuple[float, float]] = []
        self._stride = 1
        self._tail: tuple[float, float] | None = None

    def add(self, value: float, step: float | None) -> None:
        """Keep one value; NaN and infinities count, but are in no extreme and no curve."""
        if not self.count:
            self.first = value
        self.count += 1
        self.last = value
        self.last_step = step
        if not math.isfinite(value):
            return
        self.low = min(self.low, value)
        self.high = max(self.high, value)
        point = (float(self.count) if step is None else step, value)
        self._tail = point
        if (self.count - 1) % self._stride == 0:
            self._points.append(point)
            if len(self._points) >= 2 * _KEPT:
                self._points = self._points[::2]
                self._stride *= 2

    def add_many(self, values: Sequence[float], steps: Sequence[float | None]) -> None:
        """Keep a column of values; the same as adding them one by one."""
        if len(values) < 4 or not math.isfinite(sum(values)):
            for value, step in zip(values, steps, strict=True):
                self.add(value, step)
            return
        if not self.count:
            self.first = values[0]
        at = -self.count % self._stride
        while at < len(values):
            until = at + (2 * _KEPT - len(self._points)) * self._stride
            kept = range(at, min(len(values), until), self._stride)
            self._points += [(self.count + i + 1.0 if (s := steps[i]) is None else s, values[i]) for i in kept]
            if len(self._points) >= 2 * _KEPT:
                self._points = self._points[::2]
                self._stride *= 2
            at = kept[-1] + 1
            at += -(self.count + at) % self._stride
        self.count += len(values)
        self.last, self.last_step = values[-1], steps[-1]
        self._tail = (float(self.count) if self.last_step is None else self.last_step, self.last)
        self.low = min(self.low, min(values))
        self.high = max(self.high, max(values))

    def move_last(self, step: float) -> None:
        """The last value turned out to belong to `step`."""
        if self.last_step is not None and self._tail is not None and self._tail[0] == self.last_step:
            self._tail = (step, self._tail[1])
            if self._points and self._points[-1] == (self.last_step, self._tail[1]):
                self._points[-1] = self._tail
        self.last_step = step

    def info(self) -> MetricInfo:
        """The series as it stands; extremes are NaN while no finite value was logged."""
        points: Iterable[tuple[float, float]] = self._points
        if self._tail is not None and self._points and self._points[-1] != self._tail:
            points = [*self._points, self._tail]
        finite = self.low <= self.high
        return MetricInfo(
            count=self.count,
            first=self.first,
            last=self.last,
            min=self.low if finite else math.nan,
            max=self.high if finite else math.nan,
            last_step=self.last_step,
            history=tuple(points),
        )
