"""Bytes of a log to the rows that they leave on a terminal: bars redrawn in place, several of them too. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from trainmon.reading.lines import REDRAW, text_of

_MOVE = re.compile(rb"\r+|\x08+|\x1b\[([0-9;]*)([A-HJKf])")
_MOST_UP = 200
_TELLING_BYTES = 1 << 12
"""What was redrawn before the last of a line that is longer is written over."""
_WIDEST = 1 << 16


class TerminalRow(NamedTuple):
    """One row as it was left."""

    text: str
    """Inert text: tabs expanded, no control sequence, nothing at its end."""
    offset: int
    """Where the line begins that made the row; never falls from row to row, the row's name across reads."""
    line: int
    """How many newlines stand before it in what was fed."""
    piece: tuple[int, int]
    """Begin and end of the piece that was written on it last, in bytes of the log's text."""


class _Row:
    __slots__ = ("line", "offset", "piece", "text")

    def __init__(self, offset: int, line: int) -> None:
        self.text = ""
        self.offset, self.line, self.piece = offset, line, (offset, offset)

    def write(self, text: str, column: int) -> int:
        """Put text over what stands there; give the column behind it."""
        if "\t" in text:
            text = (" " * column + text).expandtabs()[column:]
        end = column + len(text)
        if column == 0 and end >= len(self.text):
            self.text = text
        else:
            self.text = self.text[:column].ljust(column) + text + self.text[end:]
        return end


class Terminal:
    """As high as the log is long and as wide as its longest line; the first row fed may have others above it."""

    def __init__(self) -> None:
        self._rows: list[_Row] = []
        self._y = self._x = 0
        self._lines: list[tuple[int, _Row]] = []

    def feed(self, data: bytes, offset: int, begin: int | None = None) -> None:
        """Take whole lines, the last one perhaps without its newline.

        `offset`: of the first byte; `begin`: where its line begins, where that is before.
        """
        *lines, rest = data.split(b"\n")
        begin = offset if begin is None else begin
        for raw in lines:
            self._line(raw, offset, begin)
            self._y, self._x = self._y + 1, 0
            offset += len(raw) + 1
            begin = offset
        if rest:
            self._line(rest, offset, begin)

    def __len__(self) -> int:
        return len(self._rows)

    def rows(self) -> tuple[TerminalRow, ...]:
        """The rows from top to bottom."""
        return tuple(TerminalRow(row.text.rstrip(), row.offset, row.line, row.piece) for row in self._rows)

    def row_at(self, offset: int) -> int:
        """The row on which the line was written that the byte at `offset` lies in; 0 where it is before all."""
        at = bisect_right(self._lines, offset, key=lambda each: each[0]) - 1
        if at < 0:
            return 0
        return self._rows.index(self._lines[at][1])

    def _line(self, raw: bytes, offset: int, begin: int) -> None:
        row = self._here(begin)
        self._lines.append((begin, row))
        if b"\r" not in raw and b"\x1b" not in raw and b"\x08" not in raw:
            self._write(raw, (offset, offset + len(raw)))
            return
        begin = at = _telling(raw)
        for move in _MOVE.finditer(raw, begin):
            if REDRAW.match(raw, move.start()):
                self._piece(raw, at, move.start(), begin, move.start(), offset)
                begin = move.end()
            else:
                self._piece(raw, at, move.start(), begin, self._piece_end(raw, move.end()), offset)
            self._move(move, offset)
            at = move.end()
        self._piece(raw, at, len(raw), begin, len(raw), offset)

    @staticmethod
    def _piece_end(raw: bytes, at: int) -> int:
        found = REDRAW.search(raw, at)
        return found.start() if found else len(raw)

    def _piece(self, raw: bytes, at: int, end: int, begin: int, piece_end: int, offset: int) -> None:
        if at < end:
            self._write(raw[at:end], (offset + begin, offset + piece_end))

    def _here(self, offset: int) -> _Row:
        while self._y >= len(self._rows):
            self._rows.append(_Row(offset, len(self._lines)))
        return self._rows[self._y]

    def _write(self, raw: bytes, piece: tuple[int, int]) -> None:
        text = text_of(raw)
        if not text:
            return
        row = self._here(piece[0])
        self._x = min(row.write(text, self._x), _WIDEST)
        if not text.isspace():
            row.piece = piece

    def _move(self, move: re.Match[bytes], offset: int) -> None:
        if move[2] is None:
            self._x = 0 if move[0].startswith(b"\r") else max(self._x - len(move[0]), 0)
            return
        kind = move[2].decode()
        first = move[1].split(b";")[0]
        count = min(int(first), _WIDEST) if first else 0
        if kind in "AF":
            self._up(min(max(count, 1), _MOST_UP), offset)
        elif kind in "BE":
            self._y = min(self._y + max(count, 1), max(len(self._rows) - 1, 0))
        elif kind in "CD":
            self._x = min(max(self._x + max(count, 1) * (1 if kind == "C" else -1), 0), _WIDEST)
        elif kind == "G":
            self._x = max(count, 1) - 1
        elif kind == "K":
            self._erase_line(count)
        elif kind in "Hf" or (kind == "J" and count >= 2):
            self._fresh_screen()
        elif kind == "J" and count == 0:
            self._erase_line(0)
            for row in self._rows[self._y + 1 :]:
                row.text = ""
        if kind in "EF":
            self._x = 0

    def _up(self, count: int, offset: int) -> None:
        above = count - self._y
        if above > 0:  # the rows there were fed to nobody: they begin where this began
            first = self._rows[0] if self._rows else _Row(offset, 0)
            self._rows[:0] = [_Row(first.offset, first.line) for _ in range(above)]
        self._y = max(self._y - count, 0)

    def _erase_line(self, kind: int) -> None:
        if self._y < len(self._rows):
            row = self._rows[self._y]
            row.text = row.text[: self._x] if kind == 0 else "" if kind == 2 else " " * self._x + row.text[self._x :]

    def _fresh_screen(self) -> None:
        """A cleared screen begins below: what was printed before stays readable."""
        blank = bool(self._rows) and not self._rows[-1].text
        self._y, self._x = len(self._rows) - blank, 0


def _telling(raw: bytes) -> int:
    """Where the redraws of a long line begin that are not written over."""
    told = raw.rstrip(b"\r \t")
    return told.find(b"\r", len(told) - _TELLING_BYTES) + 1 if len(told) > _TELLING_BYTES else 0
