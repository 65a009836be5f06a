"""What others would say is left, from the same whole-run counter: the estimators that trainers and bars print.

Each is a few lines of arithmetic, kept to be compared with; none is shown to the user.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque

SMOOTHING = 0.3
REDRAW_S = 0.1
"""A bar takes the time at most ten times a second."""
WINDOW_S = 30.0
NAMES = ("tqdm", "overall", "rich", "trainer", "composer", "last_half")


class Rivals:
    """Follows (time, step) of a whole run; `remaining` gives every rival's seconds left."""

    def __init__(self, started_s: float) -> None:
        self._started_s = started_s
        self._begin()

    def _begin(self) -> None:
        self._times: list[float] = []
        self._steps: list[float] = []
        self._recent: deque[tuple[float, float]] = deque()
        self._redrawn: tuple[float, float] | None = None
        self._smoothed = (0.0, 0.0)

    def observe(self, time_s: float, step: float) -> None:
        """The counter stands at `step`; a fall begins anew (a restart)."""
        if self._steps and step == self._steps[-1]:
            return
        if self._steps and step < self._steps[-1]:
            self._begin()
            self._started_s = time_s
        self._times.append(time_s)
        self._steps.append(step)
        self._recent.append((time_s, step))
        while len(self._recent) > 1 and time_s - self._recent[0][0] > WINDOW_S:
            self._recent.popleft()
        self._redraw(time_s, step)

    def _redraw(self, time_s: float, step: float) -> None:
        """tqdm smooths steps and seconds between redraws, each by itself."""
        if self._redrawn is None:
            self._redrawn = (time_s, step)
        seconds, steps = time_s - self._redrawn[0], step - self._redrawn[1]
        if seconds < REDRAW_S:
            return
        keep = 1 - SMOOTHING
        self._smoothed = (
            SMOOTHING * seconds + keep * self._smoothed[0],
            SMOOTHING * steps + keep * self._smoothed[1],
        )
        self._redrawn = (time_s, step)

    def remaining(self, now_s: float, total: float, eval_s: float) -> dict[str, float | None]:
        """Seconds left by rival; None where it has nothing to say. `eval_s`: evaluation time so far."""
        if not self._steps:
            return dict.fromkeys(NAMES)
        step, at_s = self._steps[-1], self._times[-1]
        rest, done = total - step, step - self._steps[0]
        overall = (now_s - self._started_s) / done if done > 0 else None
        trainer = (at_s - self._times[0]) / done if done > 0 else None
        composer = max(at_s - self._times[0] - eval_s, 0.0) / done if done > 0 else None
        rates = {
            "tqdm": self._smoothed[0] / self._smoothed[1] if self._smoothed[1] > 0 else None,
            "overall": overall,
            "rich": self._window(self._recent[0]),
            "trainer": trainer,
            "composer": composer,
            "last_half": self._window(self._half(step - done / 2)),
        }
        return {name: rate * rest if rate is not None else None for name, rate in rates.items()}

    def _half(self, step: float) -> tuple[float, float]:
        index = min(bisect_left(self._steps, step), max(len(self._steps) - 2, 0))
        return self._times[index], self._steps[index]

    def _window(self, since: tuple[float, float]) -> float | None:
        steps = self._steps[-1] - since[1]
        return (self._times[-1] - since[0]) / steps if steps > 0 else None
