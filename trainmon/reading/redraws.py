"""The bytes of a log with every redraw on a line of its own, none of them moved. Pure."""

from __future__ import annotations

import re

from trainmon.reading.whole_lines import Read

_TURN = re.compile(rb"(?:\r(?: +(?=\r))?|\x1b\[\d{0,3}A|\x08{2,})+")
"""What begins a redraw (`trainmon.reading.lines.REDRAW`), runs of it and of blanks that only erase taken together."""
_MARGIN_BYTES = 256
_NOTHING = b"\x01"
"""A control character that is never shown."""


def each_redraw(read: Read) -> Read:
    """Give a reader of the same text in which each redraw ends with a newline; every byte keeps its offset."""

    def read_apart(offset: int, size: int) -> bytes:
        begin = max(offset - _MARGIN_BYTES, 0)
        data = read(begin, offset - begin + size + _MARGIN_BYTES)
        return _TURN.sub(_newline, data)[offset - begin : offset - begin + size]

    return read_apart


def _newline(turn: re.Match[bytes]) -> bytes:
    text, begin, end = turn.string, turn.start(), turn.end()
    at_edge = begin == 0 or text[begin - 1 : begin] == b"\n" or text[end : end + 1] == b"\n"
    return _NOTHING * (end - begin) if at_edge else _NOTHING * (end - begin - 1) + b"\n"
