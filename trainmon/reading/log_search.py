"""Finds text in a log's rows, forward or backward, a slice at a time. Reads no more than it is given time for."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence

import regex

from trainmon.errors import UsageError
from trainmon.reading.lines import CONTROL_SEQUENCE
from trainmon.reading.log_window import window_at
from trainmon.reading.terminal_rows import Terminal, TerminalRow
from trainmon.reading.whole_lines import Read, Stretch, stretch_before, stretch_from

_BLOCK_TIMEOUT_S = 2.0
_ROW_TIMEOUT_S = 0.5
_SHOWN_TIMEOUT_S = 0.02
"""A pattern that takes longer on one row is given up."""
_CONTEXT_ROWS = 60
_UP = re.compile(rb"\x1b\[\d*[AF]")
_ESCAPED = re.compile(r"\\.")
_NOT_IN_BLOCKS = re.compile(r"\(\?(?!:|P<|=|<=|i\))|\\[AZzGRXK]|[+*?}]\+")
"""Patterns with these may match in a line of its own and not in the same line among others."""


class Needle:
    """What is looked for: plain words, or `/a regular expression`, with `/` behind it or without, as in less and vim.

    Small letters alone find large ones, too.
    """

    def __init__(self, query: str) -> None:
        """Raises UsageError for a regular expression that is none."""
        self.query = query
        pattern = _closed(query[1:]) if query.startswith("/") else ""
        self.is_pattern = bool(pattern)
        words = pattern or query
        telling = _ESCAPED.sub("", words) if self.is_pattern else words
        self._any_case = telling == telling.lower()
        flags = regex.IGNORECASE if self._any_case else 0
        try:
            self._pattern = regex.compile(words if self.is_pattern else regex.escape(words), flags | regex.VERSION0)
        except regex.error as error:
            raise UsageError(f"no regular expression: {error}") from None
        self._in_blocks = None
        if self.is_pattern and not _NOT_IN_BLOCKS.search(words):
            self._in_blocks = regex.compile(words, flags | regex.VERSION0 | regex.MULTILINE)
        self._to_the_end = self.is_pattern and "$" in words
        plain = "" if self.is_pattern else words.lower() if self._any_case else words
        self._bytes = plain.encode("utf-8", "replace")

    def first_in(self, text: str) -> int:
        """Where it is first in a text; 0 where it is not, or where to find out takes long."""
        try:
            return next((begin for begin, _ in self.spans(text)), 0)
        except TimeoutError:
            return 0

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where it is in a text that is shown, empty matches left out. Raises TimeoutError, soon."""
        found = self._pattern.finditer(text, timeout=_SHOWN_TIMEOUT_S)
        return [match.span() for match in found if match.end() > match.start()]

    def is_in(self, text: str) -> bool:
        """Say whether it is in a text. Raises TimeoutError."""
        found = self._pattern.finditer(text, timeout=_ROW_TIMEOUT_S)
        return any(match.end() > match.start() for match in found)

    def may_be_in(self, data: bytes) -> bool:
        """Say no where the raw bytes of lines cannot show it. Raises TimeoutError."""
        if b"\x08" in data or b"\0" in data or b"\t" in data:
            return True
        if b"\x1b" in data:
            data = CONTROL_SEQUENCE.sub(b"", data)
        if self._in_blocks is not None:
            text = data.decode("utf-8", "replace").replace("\r", "\n")
            blanks = self._to_the_end and " \n" in text
            return blanks or self._in_blocks.search(text, timeout=_BLOCK_TIMEOUT_S) is not None
        if not self._bytes or (self._any_case and not self._bytes.isascii()):
            return True  # only ASCII letters are made small in bytes
        return self._bytes in (data.lower() if self._any_case else data)


def _closed(pattern: str) -> str:
    """Leave out the slash that ends a pattern; one behind a backslash belongs to it."""
    return pattern[:-1] if _ESCAPED.sub("", pattern).endswith("/") else pattern


class LogSearch:
    """One search, from a row on to the end of the log and on from its other end back to that row."""

    def __init__(self, needle: Needle, size: int, start: int, *, forward: bool) -> None:
        self.needle, self.forward = needle, forward
        self.found: int | None = None
        """Where the row begins in which it was found."""
        self.wrapped = False
        """It went past the end, or past the beginning."""
        self.fault = ""
        self.redrawn = False
        """There were lines that were redrawn: what stood there before was not looked at."""
        self._size, self._start = size, start
        self._at = start
        self._done_bytes = 0

    @property
    def progress(self) -> float:
        """Which part of the log was looked through, 0..1."""
        return min(self._done_bytes / self._size, 1.0) if self._size else 1.0

    def step(self, read: Read, deadline_s: float) -> bool:
        """Look on until `time.monotonic()` passes `deadline_s`; True once it is over."""
        while True:
            if not self._has_more() and not self._turn():
                return True
            stretch = self._next(read)
            self._done_bytes += max(stretch.end - stretch.begin, 1)
            self.redrawn = self.redrawn or b"\r" in stretch.data.replace(b"\r\n", b"\n")
            try:
                if self.needle.may_be_in(stretch.data) and self._look(read, stretch):
                    return True
            except TimeoutError:
                self.fault = f"the pattern takes too long near byte {stretch.begin:,}"
                return True
            if time.monotonic() > deadline_s:
                return False

    def _has_more(self) -> bool:
        if self.forward:
            return self._at < (min(self._start + 1, self._size) if self.wrapped else self._size)
        return self._at > (self._start if self.wrapped else 0)

    def _turn(self) -> bool:
        """Go on from the other end; False where that was done."""
        if self.wrapped or self._size == 0:
            return False
        self.wrapped = True
        self._at = 0 if self.forward else self._size
        return self._has_more()

    def _next(self, read: Read) -> Stretch:
        if self.forward:
            stretch = stretch_from(read, self._at, self._size)
            self._at = max(stretch.end, self._at + 1)
        else:
            stretch = stretch_before(read, self._at)
            self._at = min(stretch.begin, self._at - 1)
        return stretch

    def _look(self, read: Read, stretch: Stretch) -> bool:
        terminal = Terminal()
        terminal.feed(stretch.data, stretch.data_at, stretch.begin)
        moves_up = _UP.search(stretch.data) is not None
        rows: Sequence[TerminalRow] = terminal.rows()
        for row in rows if self.forward else reversed(rows):
            if not self._is_wanted(row.offset) or not self.needle.is_in(row.text):
                continue
            if not moves_up or self._stays(read, row.offset):
                self.found = row.offset
                return True
        return False

    def _is_wanted(self, offset: int) -> bool:
        if self.forward:
            return offset <= self._start if self.wrapped else offset > self._start
        return offset >= self._start if self.wrapped else offset < self._start

    def _stays(self, read: Read, offset: int) -> bool:
        """What bars that are moved up to left at the end of a stretch may be overwritten behind it."""
        window = window_at(read, self._size, offset, _CONTEXT_ROWS, _CONTEXT_ROWS)
        return bool(window.rows) and self.needle.is_in(window.rows[window.anchor].text)
