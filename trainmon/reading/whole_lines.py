"""Whole lines around a byte of a long text, whatever its length: reads are bounded, long lines are cut. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from trainmon.reading.lines import MAX_PIECE_BYTES

Read = Callable[[int, int], bytes]
"""Gives up to so many bytes from an offset on."""

STRETCH_BYTES = 1 << 18
_SCAN_BYTES = 1 << 20
_MOST_SCANNED_BYTES = 8 << 20
"""A line that is still longer is taken for several."""


class Stretch(NamedTuple):
    """Whole lines that follow each other."""

    begin: int
    end: int
    """Behind the last newline, or where the text ends."""
    data: bytes
    """The lines; of one that is too long its beginning, or, where it was redrawn, its last redraws."""
    data_at: int
    """Offset of the first byte of `data`."""


def stretch_from(read: Read, begin: int, size: int, limit: int = STRETCH_BYTES) -> Stretch:
    """Give the lines that begin at `begin`, about `limit` bytes of them; `size`: of the text."""
    data = read(begin, min(limit, size - begin)) if begin < size else b""
    end = begin + len(data)
    if end >= size or not data:
        return _whole(begin, end, data, read)
    cut = data.rfind(b"\n") + 1
    if cut:
        return Stretch(begin, begin + cut, data[:cut], begin)
    return _long_line(read, begin, _line_end(read, end, size))


def stretch_before(read: Read, end: int, limit: int = STRETCH_BYTES) -> Stretch:
    """Give the lines that end where the line at `end` begins, about `limit` bytes of them."""
    begin = max(end - limit, 0)
    data = read(begin, end - begin)
    cut = 0 if begin == 0 else data.find(b"\n") + 1
    if begin == 0 or 0 < cut < len(data):
        return _whole(begin + cut, end, data[cut:], read)
    return _long_line(read, line_start(read, max(end - 1, 0)), end)


def line_start(read: Read, at: int) -> int:
    """Where the line begins that the byte at `at` lies in."""
    stop = max(at - _MOST_SCANNED_BYTES, 0)
    end = at
    while end > stop:
        begin = max(end - _SCAN_BYTES, stop)
        found = read(begin, end - begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        end = begin
    return stop


def _line_end(read: Read, at: int, size: int) -> int:
    """Where the next line begins behind `at`."""
    stop = min(at + _MOST_SCANNED_BYTES, size)
    while at < stop:
        data = read(at, min(_SCAN_BYTES, stop - at))
        found = data.find(b"\n")
        if found >= 0 or not data:
            return at + found + 1 if found >= 0 else at
        at += len(data)
    return at


def _whole(begin: int, end: int, data: bytes, read: Read) -> Stretch:
    """Lines as they are; the cost of one line that is very long is spared."""
    if len(data) > MAX_PIECE_BYTES and data.find(b"\n", 0, len(data) - 1) < 0:
        return _long_line(read, begin, end)
    return Stretch(begin, end, data, begin)


def _long_line(read: Read, begin: int, end: int) -> Stretch:
    """One line: what its last redraws leave, else as much of its beginning as a piece may have; with a newline."""
    tail_at = max(end - MAX_PIECE_BYTES, begin)
    tail = read(tail_at, end - tail_at)
    cut = 0 if tail_at == begin else tail.find(b"\r") + 1
    if tail_at == begin or 0 < cut < len(tail.rstrip(b"\r\n")):
        data, data_at = tail[cut:], tail_at + cut
    else:
        data, data_at = read(begin, min(MAX_PIECE_BYTES, end - begin)), begin
    return Stretch(begin, end, data if data.endswith(b"\n") or not data else data + b"\n", data_at)
