"""A clock with coarse ticks: which observations tell the time to within one step, and the intervals between them.

A progress bar shows whole seconds, cut off. The first redraw that shows a new second marks the tick to within one
redraw; the later ones of the same second say nothing. Between two such marks steps over seconds is exact to about one
redraw, and never worse than one tick.
"""

from __future__ import annotations

from dataclasses import dataclass

from trainmon.events import StageKind


@dataclass(frozen=True, slots=True)
class Interval:
    """Two states of the counter and the time between them."""

    from_step: float
    to_step: float
    duration_s: float
    resolution_s: float = 0.0
    start_within: float = 1.0
    end_within: float = 1.0
    """Steps between the mark and the observation before it: the mark is sharp to within them, or to a tick."""
    pauses: tuple[tuple[StageKind, float | None], ...] = ()
    """Announced in it: what, and how long where the log says so."""
    pause_step: float | None = None
    """The last step seen before the announcement."""
    pause_until: float | None = None
    """The first step seen after it."""
    began_s: float | None = None
    """The run's clock at its beginning; None where the log has none."""
    leap: tuple[float, float] | None = None
    """The two states of the counter, one seen right after the other, that lie farthest apart; None: its ends."""

    @property
    def steps(self) -> float:
        """Steps done in it."""
        return self.to_step - self.from_step

    @property
    def step_s(self) -> float:
        """Seconds per step, announced pauses of known length taken out."""
        known = sum(duration or 0.0 for _, duration in self.pauses)
        return max(self.duration_s - known, 0.0) / self.steps

    def slack_s(self, step_s: float) -> float:
        """How far off the duration may be where a step takes `step_s`."""
        return min(self.resolution_s, max(self.start_within, self.end_within) * step_s)

    def lag_s(self, step_s: float) -> float:
        """What the duration misses on average: its start is exact, and its end lies somewhat behind a tick."""
        return 0.0 if self.start_within else min(self.resolution_s, self.end_within * step_s) / 2


class TickReader:
    """Turns observations into intervals; forgets everything but the last mark."""

    def __init__(self) -> None:
        self._mark: tuple[float, float, float] | None = None
        self._seen_s = 0.0
        self._step: float | None = None
        self._leap = (0.0, 0.0)
        self._pause_step: float | None = None
        self._pause_until: float | None = None
        self._told: dict[StageKind, float] = {}
        self._pauses: list[tuple[StageKind, float | None]] = []

    def announce(self, kind: StageKind, duration_s: float | None) -> None:
        """A pause happened since the last observation; told again right after it was over, it is the same one."""
        if self._told.get(kind) == self._step is not None:
            return
        if not self._pauses:
            self._pause_step, self._pause_until = self._step, None
        if len(self._pauses) < 16:
            self._pauses.append((kind, duration_s))

    @property
    def pending(self) -> tuple[float, float, float, tuple[tuple[StageKind, float | None], ...]] | None:
        """Announced since the last observation: at which step, time of the last mark, seconds seen since, what."""
        if not self._pauses or self._mark is None or self._pause_step is None:
            return None
        return self._pause_step, self._mark[1], self._seen_s - self._mark[1], tuple(self._pauses)

    def reset(self, step: float | None = None, time_s: float | None = None) -> None:
        """Connect nothing across this point."""
        self._mark = None if step is None or time_s is None else (step, time_s, 1.0)
        self._seen_s = time_s or 0.0
        self._step = step
        self._leap = (0.0, 0.0)
        self._pauses.clear()

    def lap(self, step: float, time_s: float, resolution_s: float, *, fresh: bool) -> Interval | None:
        """A new bar of the same counter begins, exactly here where it is `fresh`; what lies before it is a pause."""
        closed = None
        if self._mark is not None and step == self._mark[0] and time_s > self._mark[1]:
            self.announce(StageKind.OTHER, None)  # what lies between has no step of its own: the next one brings it
            self._seen_s = max(self._seen_s, time_s)
            return None
        if self._mark is not None and step > self._mark[0] and time_s >= self._mark[1]:
            self.announce(StageKind.OTHER, None)
            at_step, at_s, within = self._mark
            pauses = tuple(self._pauses)
            closed = Interval(at_step, step, time_s - at_s, resolution_s, within, 1.0, pauses, step, at_step, at_s)
        self.reset(step, time_s)
        self._mark = (step, time_s, 0.0 if fresh else 1.0)
        return closed

    def read(self, step: float, time_s: float, resolution_s: float) -> Interval | None:
        """The interval that this observation closes, if it marks a time."""
        if self._mark is None:
            self.reset(step, time_s)
            return None
        at_step, at_s, start_within = self._mark
        seen_step = at_step if self._step is None else self._step
        if self._pauses and self._pause_until is None and step > seen_step:
            self._pause_until = step
            self._told = {kind: step for kind, _ in self._pauses}
        self._step = max(step, seen_step)
        if step - seen_step > self._leap[1] - self._leap[0]:
            self._leap = (seen_step, step)
        if step < at_step or time_s < self._seen_s - resolution_s:
            self.reset(step, time_s)
            return None
        if step <= seen_step or time_s <= at_s:
            self._seen_s = max(self._seen_s, time_s)
            return None
        within = max(step - seen_step, 1.0)
        where = (self._pause_step, self._pause_until) if self._pauses else (None, None)
        pauses = tuple(self._pauses)
        interval = Interval(
            at_step, step, time_s - at_s, resolution_s, start_within, within, pauses, *where, at_s, self._leap
        )
        self._leap = (0.0, 0.0)
        self._mark, self._seen_s = (step, time_s, within), max(self._seen_s, time_s)
        self._pauses.clear()
        return interval
