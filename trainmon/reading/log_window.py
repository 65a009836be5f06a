"""A window of rows around a byte of a log's text, and where which line is: bounded reads, whatever the log's size."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from trainmon.reading.terminal_rows import Terminal, TerminalRow
from trainmon.reading.whole_lines import Read, Stretch, line_start, stretch_before, stretch_from

_FIRST_BYTES = 1 << 15
_MOST_BYTES, _MOST_STRETCHES = 1 << 18, 12
"""In one direction for one window: lines that overwrite each other may leave fewer rows than were asked for."""
_MOST_CHARACTERS = 1 << 16
_COUNT_BYTES = 1 << 20
_APART_BYTES = 16 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class LogWindow:
    """Rows that follow each other."""

    rows: tuple[TerminalRow, ...]
    begin: int
    """First byte of the text that the rows show; the first line of the log begins at 0."""
    end: int
    size: int
    """Of the text as it was read."""
    anchor: int
    """Which row the wanted byte is on."""

    @property
    def at_start(self) -> bool:
        """Nothing stands above."""
        return self.begin == 0

    @property
    def at_end(self) -> bool:
        """Nothing stands below."""
        return self.end >= self.size

    def index_of(self, offset: int) -> int:
        """The last of the rows that begin at or before `offset`; -1 where there is none."""
        return bisect_right(self.rows, offset, key=lambda row: row.offset) - 1


def window_at(read: Read, size: int, at: int, before: int, after: int) -> LogWindow:
    """Give the rows around the line that the byte `at` lies in: as many before and after it, or nearly so."""
    at = min(max(at, 0), size)
    here = line_start(read, at)
    if here == size and here > 0:
        here = line_start(read, size - 1)  # behind the last newline there is no row
    head, terminal = _rows_before(read, here, before)
    begin = head[0].begin if head else here
    end, limit, fed_bytes = here, _FIRST_BYTES, 0
    for _ in range(_MOST_STRETCHES):
        stretch = stretch_from(read, end, size, limit)
        terminal.feed(stretch.data, stretch.data_at, stretch.begin)
        end, limit, fed_bytes = stretch.end, min(limit * 8, _MOST_BYTES), fed_bytes + len(stretch.data)
        enough = len(terminal) - terminal.row_at(here) > after
        if enough or end >= size or not stretch.data or fed_bytes >= _MOST_BYTES:
            break
    rows, anchor = terminal.rows(), terminal.row_at(max(at, here))
    first, last = _kept(rows, anchor, before, after)
    return LogWindow(
        rows=rows[first:last],
        begin=rows[first].offset if first else begin,
        end=rows[last].offset if last < len(rows) else end,
        size=size,
        anchor=anchor - first,
    )


def _kept(rows: Sequence[TerminalRow], anchor: int, before: int, after: int) -> tuple[int, int]:
    """Which rows are worth the screen's time: no more than asked for once they are long."""
    first = last = anchor
    for wanted, step in ((before, -1), (after, 1)):
        characters = 0
        at = anchor
        while 0 <= at < len(rows) and (abs(at - anchor) <= wanted or characters < _MOST_CHARACTERS):
            characters += len(rows[at].text)
            if characters > _MOST_CHARACTERS and abs(at - anchor) > 1:
                break
            first, last = min(first, at), max(last, at)
            at += step
    return first, min(last + 1, len(rows))


def _rows_before(read: Read, end: int, count: int) -> tuple[list[Stretch], Terminal]:
    """Read back until there are `count` rows."""
    found: list[Stretch] = []
    begin, limit = end, _FIRST_BYTES
    terminal = Terminal()
    while begin > 0 and len(terminal) < count and len(found) < _MOST_STRETCHES:
        if sum(len(stretch.data) for stretch in found) >= _MOST_BYTES:
            break
        found.insert(0, stretch_before(read, begin, limit))
        begin, limit = found[0].begin, min(limit * 8, _MOST_BYTES)
        terminal = Terminal()
        for stretch in found:
            terminal.feed(stretch.data, stretch.data_at, stretch.begin)
    return found, terminal


class LineIndex:
    """Which line begins where: newlines are counted from the nearest place where they were counted before."""

    def __init__(self) -> None:
        self._known = [(0, 1)]

    def number_at(self, read: Read, offset: int, deadline_s: float) -> int | None:
        """The number of the line that the byte at `offset` lies in; None where counting takes longer: ask again."""
        at, number = self._known[bisect_right(self._known, offset, key=lambda each: each[0]) - 1]
        while at < offset:
            data = read(at, min(_COUNT_BYTES, offset - at))
            if not data:
                break
            at, number = at + len(data), number + data.count(b"\n")
            if time.monotonic() > deadline_s and at < offset:
                self._keep(at, number, apart=0)
                return None
            self._keep(at, number)
        return number

    def offset_of(self, read: Read, number: int, size: int, deadline_s: float) -> int | None:
        """Where a line begins, -1 behind the last one; None where counting takes longer: ask again."""
        at, here = self._known[bisect_right(self._known, number, key=lambda each: each[1]) - 1]
        if here == number and at:  # counted somewhere in that line
            at = line_start(read, at)
        while here < number:
            data = read(at, min(_COUNT_BYTES, size - at)) if at < size else b""
            if not data:
                return -1
            newlines = data.count(b"\n")
            if here + newlines >= number:
                at, here = at + _behind_newline(data, number - here), number
                break
            at, here = at + len(data), here + newlines
            late = time.monotonic() > deadline_s
            self._keep(at, here, apart=0 if late else _APART_BYTES)
            if late:
                return None
        return at if at < size or number == 1 else -1

    def _keep(self, at: int, number: int, apart: int = _APART_BYTES) -> None:
        last_at, _ = self._known[-1]
        if at > last_at and at - last_at >= apart:
            self._known.append((at, number))


def _behind_newline(data: bytes, count: int) -> int:
    at = 0
    for _ in range(count):
        at = data.index(b"\n", at) + 1
    return at
