"""An archived log read once from end to end: when what was written, where problems stand, and where to read on from."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path

from trainmon.events import ProblemKind
from trainmon.reading.follow import ReadingOptions
from trainmon.reading.reader import Reading
from trainmon.replay.cursor import Checkpoint, LogCursor
from trainmon.replay.joined import JoinedText
from trainmon.replay.text import LogText
from trainmon.replay.timeline import ClockSource, Marks, Timeline, timeline_of
from trainmon.timing.arrivals import Arrival, arrivals_beside, recorded_s

_APART_S = 0.04
"""So much reading lies between two checkpoints at first."""
_MOST_CHECKPOINTS = 512
_MOST_CHECKPOINT_BYTES = 16 << 20
_CALENDAR_S = 1e8
"""Arrival times below this are of a clock that began at 0."""


class LogIndex:
    """Grows with `step`; complete, it can put a cursor anywhere in the log within the time of a few blocks."""

    def __init__(self, path: Path, options: ReadingOptions, earlier: Sequence[Path] = ()) -> None:
        """`earlier`: parts of the log that were rotated away, oldest first."""
        self.text = JoinedText(path, earlier) if earlier else LogText(path)
        self.clock = ClockSource.FILE
        self.began_at: float | None = None
        """Seconds since the epoch when the log began; None where nothing says."""
        self.timeline = Timeline([0.0], [0], coarse=False)
        self.problems: list[tuple[float, ProblemKind]] = []
        """Seconds from the beginning of the log."""
        self.resumed_s: list[float] = []
        """When attempts after the first one began: the one before had died."""
        self._options = options
        self._arrivals: Sequence[Arrival] = ()
        self._cursor: LogCursor | None = None
        self._checkpoints: list[Checkpoint] = []
        self._apart_s, self._read_s = _APART_S, 0.0
        self._marks, self._by_count = Marks(), Marks()
        self._readings = 0
        self._problems: dict[tuple[ProblemKind, str], int] = {}
        self._attempts: list[int] = []
        """The offsets at which they began."""

    @property
    def read_bytes(self) -> int:
        """How much was read so far."""
        return self._cursor.offset if self._cursor is not None else 0

    def step(self, deadline_s: float) -> LogCursor | None:
        """Read on until `time.monotonic()` passes `deadline_s`; give the cursor at the end of the log once there."""
        if self._cursor is None:
            if not self.text.prepare(deadline_s):
                return None
            self._arrivals = _arrivals(self.text)
            self._cursor = LogCursor(self.text, self._options, self._arrivals)
            self._checkpoints.append(self._cursor.border)
        cursor = self._cursor
        while cursor.offset < self.text.size:
            begun_s = time.process_time()
            for reading in cursor.block():
                self._note(reading, cursor)
            self._read_s += time.process_time() - begun_s
            if self._read_s >= self._apart_s and cursor.offset < self.text.size:
                self._keep(cursor)
            if time.monotonic() > deadline_s:
                return None
        cursor.finish()
        self._conclude(cursor)
        return cursor

    def cursor(self) -> LogCursor:
        """A cursor at the beginning."""
        return LogCursor(self.text, self._options, self._arrivals)

    def nearest(self, offset: int) -> Checkpoint:
        """The last checkpoint at or before `offset`."""
        return self._checkpoints[bisect_right(self._checkpoints, offset, key=lambda kept: kept.offset) - 1]

    def _note(self, reading: Reading, cursor: LogCursor) -> None:
        offset = reading.line.offset
        self._readings += 1
        if not self._arrivals:
            self._marks.note(cursor.state.clock.now_s, offset)
            self._by_count.note(float(self._readings), offset)
        if len(cursor.state.problems) > len(self._problems):
            for key in cursor.state.problems.keys() - self._problems.keys():
                self._problems[key] = offset
        if cursor.state.attempts != len(self._attempts):  # fewer: what looked like a restart was another rank
            self._attempts = [*self._attempts[: cursor.state.attempts], offset]

    def _keep(self, cursor: LogCursor) -> None:
        self._checkpoints.append(cursor.checkpoint())
        self._read_s = 0.0
        held = sum(len(kept.packed) for kept in self._checkpoints)
        if len(self._checkpoints) > _MOST_CHECKPOINTS or held > _MOST_CHECKPOINT_BYTES:
            self._checkpoints = self._checkpoints[::2]
            self._apart_s *= 2

    def _conclude(self, cursor: LogCursor) -> None:
        clock, size, coarse = cursor.state.clock, self.text.size, not cursor.exact
        if self._arrivals:
            self.clock, self.timeline = ClockSource.ARRIVALS, timeline_of(self._arrivals, size)
            cursor.state.recorded_s = recorded_s(self.text.path, size)
            first_s = self._arrivals[0].time_s
            self.began_at = first_s if first_s >= _CALENDAR_S else None
        elif clock.now_s > 0:
            stamped = clock.started_at is not None
            self.clock = ClockSource.TIMESTAMPS if stamped else ClockSource.ELAPSED
            self.timeline, self.began_at = self._marks.timeline(size, coarse=coarse), clock.started_at
        else:
            self.timeline = self._by_count.timeline(size, coarse=False, duration_s=self._file_duration_s())
            self.began_at = clock.started_at
            if self.began_at is None:
                self.began_at = self.text.modified_at - self.timeline.duration_s
        found = [(self.timeline.time_of(offset + 2), kind) for (kind, _), offset in self._problems.items()]
        self.problems = sorted(found)
        self.resumed_s = [self.timeline.time_of(offset + 2) for offset in self._attempts[1:]]
        self._cursor = None

    def _file_duration_s(self) -> float | None:
        """From the file's birth to its last change, where the file system tells both; else a second for each line."""
        if self.text.born_at is None or self.text.modified_at - self.text.born_at < 1:
            return None
        return self.text.modified_at - self.text.born_at


def _arrivals(text: LogText) -> Sequence[Arrival]:
    """The record beside a log, where it speaks of offsets in its text and time passes in it."""
    found = arrivals_beside(text.path) if text.plain else ()
    return found if len(found) > 1 and found[-1].time_s > found[0].time_s else ()
