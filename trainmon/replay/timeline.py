"""When each byte of an archived log was written: bounded marks between which time is interpolated. Pure."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from trainmon.timing.arrivals import Arrival

MOST_MARKS = 16_384
_SILENT_BELOW_BYTES = 4096
"""Fewer bytes between two marks than this are no states that were passed over: the log was silent."""
_TOLERANCE_S = 1e-5
"""A moment since the epoch, as a float, is good to a quarter of a microsecond."""


class ClockSource(StrEnum):
    """What tells the time of a log, best first."""

    ARRIVALS = "timing.jsonl"
    TIMESTAMPS = "timestamps"
    ELAPSED = "bars' elapsed"
    FILE = "file's times"


@dataclass(frozen=True, slots=True)
class Seen:
    """What was written at a moment."""

    offset: int
    """So many bytes of the text."""
    grew_s: float
    """When it last grew."""
    between: bool = False
    """The offset is interpolated: it may lie within a piece."""


class Timeline:
    """Marks: at `times[i]` seconds the log was `ends[i]` bytes long."""

    def __init__(self, times: Sequence[float], ends: Sequence[int], *, coarse: bool) -> None:
        self._times, self._ends, self._coarse = array("d", times), array("q", ends), coarse

    def __len__(self) -> int:
        return len(self._times)

    @property
    def duration_s(self) -> float:
        """When the last byte was written."""
        return self._times[-1]

    def seen(self, at_s: float) -> Seen:
        """What was written at `at_s`; between marks far apart the bytes came evenly."""
        index = bisect_right(self._times, at_s + _TOLERANCE_S) - 1
        if index < 0:
            return Seen(0, 0.0)
        begin, end, since_s = (self._ends[index - 1] if index else 0), self._ends[index], self._times[index]
        if not self._coarse or end - begin < _SILENT_BELOW_BYTES or index + 1 == len(self._times):
            return Seen(end, since_s)
        share = min(max(at_s - since_s, 0.0) / (self._times[index + 1] - since_s), 1.0)
        return Seen(min(begin + 1 + int(share * (end - begin - 1)), end), at_s, between=True)

    def time_of(self, offset: int) -> float:
        """When the byte at `offset` was written."""
        index = min(bisect_right(self._ends, offset), len(self._times) - 1)
        begin, end, since_s = (self._ends[index - 1] if index else 0), self._ends[index], self._times[index]
        if not self._coarse or end - begin < _SILENT_BELOW_BYTES or index + 1 == len(self._times):
            return since_s
        return since_s + (offset - begin) / (end - begin) * (self._times[index + 1] - since_s)

    def changes(self) -> list[float]:
        """All times at which the log grew."""
        return list(self._times)


class Marks:
    """Collects what becomes a timeline; of too many marks every other one is given up."""

    def __init__(self) -> None:
        self._times, self._ends = array("d", [0.0]), array("q", [0])
        self.thinned = False

    def note(self, time_s: float, offset: int) -> None:
        """What begins at `offset` was written at `time_s`; what stood before it was written before."""
        self._ends[-1] = max(offset, self._ends[-1])
        if time_s <= self._times[-1]:
            return
        self._times.append(time_s)
        self._ends.append(self._ends[-1])
        if len(self._times) > MOST_MARKS:
            last = self._ends[-1]
            self._times, self._ends, self.thinned = self._times[::2], self._ends[1::2], True
            if len(self._ends) < len(self._times):
                self._ends.append(last)

    def timeline(self, size: int, *, coarse: bool, duration_s: float | None = None) -> Timeline:
        """The timeline of a text of `size` bytes; with `duration_s` stretched to it."""
        ends = [*self._ends[:-1], size]
        scale = 1.0 if duration_s is None or not self._times[-1] else duration_s / self._times[-1]
        return Timeline([time_s * scale for time_s in self._times], ends, coarse=coarse or self.thinned)


def timeline_of(arrivals: Sequence[Arrival], size: int) -> Timeline:
    """The timeline that a record of the file's growth gives; `arrivals` must not be empty."""
    times, ends = array("d"), array("q")
    for arrival in arrivals:
        at_s, end = arrival.time_s - arrivals[0].time_s, min(arrival.offset, size)
        if times and at_s <= times[-1]:
            ends[-1] = end
        elif not times or end > ends[-1]:
            times.append(at_s)
            ends.append(end)
    ends[-1] = size
    return Timeline(times, ends, coarse=False)
