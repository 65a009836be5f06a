"""A block of a backlog: complete pieces, where one is in it, and how far apart states of counters may lie there."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING

from trainmon.events import Counter, Event
from trainmon.reading.lines import MAX_PIECE_BYTES, Piece
from trainmon.reading.templates import Said, said

if TYPE_CHECKING:
    from trainmon.reading.reader import LogReader, Reading, Shape

Readings = Generator["Reading", None, int]
"""Gives readings, and in the end where it stands in the block."""

WARMUP_BYTES = 3 << 9
"""The beginning of a log and of a bar is read piece by piece."""
LEAST_STRIDE_BYTES, MOST_STRIDE_BYTES = 3 << 10, 256 << 10
"""States of counters lie closer together towards the beginning and towards the present."""
_STRIDES_TO_EDGE = 5
_EXPECTED = 1.25
_TICKS_S = 2.0
_TELLING_STEPS = 8


class Rhythm:
    """The pace from one state of a counter to the next: tells a stretch that took longer than its steps explain."""

    def __init__(self) -> None:
        self._step, self._at_s = 0.0, 0.0
        self._step_s: float | None = None

    def start(self, step: float, at_s: float | None) -> None:
        """Measure from here."""
        if at_s is not None:
            self._step, self._at_s = step, at_s

    def explains(self, step: float, at_s: float | None) -> bool:
        """Tell whether a state lies where the pace so far lets one expect it."""
        if at_s is None or self._step_s is None or step <= self._step:
            return True
        return at_s - self._at_s <= _EXPECTED * self._step_s * (step - self._step) + _TICKS_S

    def note(self, step: float, at_s: float | None) -> None:
        """The counter reached this state."""
        if at_s is None:
            return
        if step - self._step >= _TELLING_STEPS and at_s > self._at_s:
            self._step_s = (at_s - self._at_s) / (step - self._step)
        self._step, self._at_s = step, at_s


class Block:
    """Bytes whose pieces are all complete, and the reader that their pieces are read with."""

    def __init__(self, reader: LogReader, data: bytes, end: int, *, offset: int, number: int, ahead_bytes: int) -> None:
        self.reader = reader
        self.data = data
        self.end = end
        self.number = number
        """The line at hand."""
        self.slow_until = 0
        """Up to here pieces are read one by one."""
        self._offset = offset
        self._behind = len(data) + ahead_bytes
        self._next: dict[bytes, int] = {}

    def find(self, what: bytes, at: int) -> int:
        """Where `what` comes next; the end if it does not."""
        found = self._next.get(what, -1)
        if found < at:
            found = self.data.find(what, at, self.end)
            found = self._next[what] = self.end if found < 0 else found
        return found

    def stride(self, at: int) -> int:
        """How far apart the states of a counter may lie at `at`."""
        edge = min(self._offset + at, self._behind - at) // _STRIDES_TO_EDGE
        return min(max(edge, LEAST_STRIDE_BYTES), MOST_STRIDE_BYTES)

    def is_slow(self, at: int) -> bool:
        """Whether pieces at `at` are read one by one."""
        return at < self.slow_until or self._offset + at < WARMUP_BYTES

    def piece(self, start: int, end: int, number: int, *, redraw: bool) -> Piece:
        """The piece between two positions."""
        return Piece(self._offset + start, number, self.data[start : min(end, start + MAX_PIECE_BYTES)], redraw)

    def read(self, piece: Piece) -> tuple[Shape | None, Sequence[Reading], Said | None]:
        """Read one piece as it is read live; also what it says, if rows can say that."""
        shape, found = self.reader.read_piece(piece)
        if len(found) != 1:
            return shape, found, None
        line = found[0].line
        return shape, found, said(found[0].events, line.time_s if line.time_s is not None else line.elapsed_s)


def bare_bar(events: Sequence[Event]) -> Counter | None:
    """A bar that says nothing but where it stands."""
    if len(events) != 1:
        return None
    counter = events[0]
    return counter if isinstance(counter, Counter) and counter.is_bar and counter.elapsed_s is not None else None
