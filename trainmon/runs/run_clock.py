"""One clock for a run, from whatever clocks its log shows: timestamps, and the elapsed times of its bars."""

from __future__ import annotations


class RunClock:
    """Seconds since the run began; never runs backwards.

    A bar's elapsed counts from where the bar was first seen, so bars behind each other add up and nested ones do not.
    Timestamps set the clock and tie it to the calendar.
    """

    def __init__(self) -> None:
        self.now_s = 0.0
        self.started_at: float | None = None
        """Seconds since the epoch at 0; None until a timestamp was seen."""
        self.last_stamp_at: float | None = None
        self.ticks = 0
        """How often something told the time."""

    def stamp(self, time_s: float) -> float:
        """A line carries the time of day `time_s`; give it on the run's clock."""
        if self.started_at is None:
            self.started_at = time_s - self.now_s
        self.last_stamp_at = max(time_s, self.last_stamp_at or time_s)
        return self.advance(time_s - self.started_at)

    def ahead_s(self, time_s: float) -> float:
        """How far a bar took the clock past the time of day `time_s`, which is later than all others so far."""
        if self.started_at is None or self.last_stamp_at is None or time_s < self.last_stamp_at:
            return 0.0
        return max(self.now_s - (time_s - self.started_at), 0.0)

    def set_back(self, run_s: float) -> None:
        """What seemed to come behind the rest had gone on beside it."""
        self.now_s = run_s

    def advance(self, run_s: float) -> float:
        """The run's clock stands at `run_s` at least."""
        self.ticks += 1
        self.now_s = max(self.now_s, run_s)
        return run_s

    @property
    def now_at(self) -> float | None:
        """Seconds since the epoch of the last thing seen; None without timestamps."""
        return None if self.started_at is None else self.started_at + self.now_s
