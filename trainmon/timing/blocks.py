"""Output that its program holds back until a block of it is full: between two blocks a silence means nothing."""

from __future__ import annotations

import math
from collections import deque

FEW = 3
"""So many observations that come at once are a block; fewer are a slow look at the file."""


class Blocks:
    """How much time of the run the last two arrivals told of. One alone may be a watcher that had been asleep."""

    def __init__(self) -> None:
        self._arrived_s = math.nan
        self._before_s = 0.0
        self._last_s = 0.0
        self._count = 0
        self._spans: deque[float] = deque(maxlen=2)

    def see(self, time_s: float, arrived_s: float) -> None:
        """The run's clock showed `time_s` in bytes that came at `arrived_s`."""
        if arrived_s != self._arrived_s:
            self._arrived_s, self._before_s, self._count = arrived_s, self._last_s, 0
            self._spans.append(0.0)
        self._last_s = time_s
        self._count += 1
        if self._count >= FEW:
            self._spans[-1] = max(time_s - self._before_s, 0.0)

    @property
    def usual_s(self) -> float:
        """Seconds of the run in a block; 0 where what is written comes at once."""
        return min(self._spans, default=0.0)
