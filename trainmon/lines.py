"""Bytes to pieces: what a terminal would show one after the other, whatever way the bytes were cut into reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

MAX_PIECE_BYTES = 1 << 16
"""A longer piece is cut here; the rest up to its terminator is counted and dropped."""

# A carriage return, a move up (nested bars) and a run of backspaces (Keras) all begin a redraw.
_REDRAW = re.compile(rb"\r+|\x1b\[\d*A|\x08{2,}")
_CONTROL_SEQUENCE = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, erase, cursor
    rb"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # OSC: titles, links, clipboard
    rb"|\x1b[PX^_][^\x1b]*(?:\x1b\\)?"  # DCS, SOS, PM, APC
    rb"|\x1b[ -/]*[0-~]?"
)
_CONTROLS = bytes(c for c in range(32) if c != 9) + b"\x7f"
# C1 controls, bidi overrides and isolates, zero-width characters, tags, line separators: never shown, never acted on.
_INVISIBLE = re.compile(
    "[\x80-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)


class Piece(NamedTuple):
    """One redraw or one line, as bytes."""

    offset: int
    """Byte offset in the (decompressed, UTF-8) stream."""
    number: int
    """1-based line number, counting newlines only."""
    raw: bytes
    redraw: bool
    """Ended by a carriage return or a cursor movement instead of a newline."""


def text_of(raw: bytes) -> str:
    """Decode a piece: no control sequence, no control character but the tab, bad bytes as U+FFFD."""
    if b"\x1b" in raw:
        raw = _CONTROL_SEQUENCE.sub(b"", raw)
    text = raw.translate(None, _CONTROLS).decode("utf-8", "replace")
    return text if text.isascii() else _INVISIBLE.sub("", text)


class LineAssembler:
    """Cuts a growing byte stream into pieces; any split of the bytes gives the same pieces."""

    def __init__(self) -> None:
        self._pending = b""
        self._offset = 0
        self._number = 1
        self._head: Piece | None = None  # the start of an over-long piece whose end has not come yet
        self.cut_bytes = 0
        """Bytes of over-long pieces that were dropped."""
        self.nul_bytes = 0
        """NUL bytes skipped: holes of sparse files, or a writer without O_APPEND after a truncation."""

    @property
    def pending(self) -> Piece | None:
        """The piece under way, as it stands: what the terminal shows now. It may still grow."""
        if self._head is not None:
            return self._head
        raw = self._pending.rstrip(b"\r")
        return Piece(self._offset, self._number, raw, True) if raw and not raw.isspace() else None

    def feed(self, data: bytes) -> Iterator[Piece]:
        """Yield the pieces that `data` completes."""
        if b"\0" in data:
            stripped = data.replace(b"\0", b"")
            self.nul_bytes += len(data) - len(stripped)
            data = stripped
        buffer = self._pending + data if self._pending else data
        end = buffer.rfind(b"\n") + 1
        if end:
            yield from self._lines(buffer[:end])
        yield from self._redraws_under_way(buffer[end:] if end else buffer)

    def flush(self) -> Iterator[Piece]:
        """Yield the last piece of a stream that is over."""
        pending = self.pending
        if pending is not None:
            yield pending._replace(redraw=False)
        self._offset += len(self._pending)
        self._pending = b""
        self._head = None

    def _lines(self, chunk: bytes) -> Iterator[Piece]:
        if self._head is None and b"\r" not in chunk and b"\x1b" not in chunk and b"\x08" not in chunk:
            yield from self._plain_lines(chunk)
            return
        for stretch in chunk[:-1].split(b"\n"):
            yield from self._stretch(stretch)
            self._offset += len(stretch) + 1
            self._number += 1

    def _plain_lines(self, chunk: bytes) -> Iterator[Piece]:
        offset, number = self._offset, self._number
        for raw in chunk[:-1].split(b"\n"):
            if raw and not raw.isspace():
                yield Piece(offset, number, self._cut(raw), False)
            offset += len(raw) + 1
            number += 1
        self._offset, self._number = offset, number

    def _stretch(self, stretch: bytes) -> Iterator[Piece]:
        """The pieces between two newlines; only the last of them is a line."""
        body = stretch.rstrip(b"\r")
        start = 0
        for match in _REDRAW.finditer(body):
            yield from self._piece(body, start, match.start(), redraw=True)
            start = match.end()
        yield from self._piece(body, start, len(body), redraw=False)

    def _redraws_under_way(self, rest: bytes) -> Iterator[Piece]:
        """Give out what is complete of an unfinished line: a redraw ends where the next begins."""
        start = 0
        # A terminator at the very end may go on in the next read (`\r` + `\n`, `ESC` + `[A`).
        for match in _REDRAW.finditer(rest, 0):
            if match.end() == len(rest):
                break
            yield from self._piece(rest, start, match.start(), redraw=True)
            start = match.end()
        rest = rest[start:]
        self._offset += start
        if len(rest) > (MAX_PIECE_BYTES + 64 if self._head is None else 64):
            rest = self._hold_head(rest)
        self._pending = rest

    def _hold_head(self, rest: bytes) -> bytes:
        """Keep the start of an over-long piece and only so much of its end that a terminator is still seen."""
        kept = 8
        if self._head is None:
            self._head = Piece(self._offset, self._number, rest[:MAX_PIECE_BYTES], False)
            self.cut_bytes -= MAX_PIECE_BYTES
        self.cut_bytes += len(rest) - kept
        self._offset += len(rest) - kept
        return rest[-kept:]

    def _piece(self, body: bytes, start: int, end: int, *, redraw: bool) -> Iterator[Piece]:
        if self._head is not None:
            self.cut_bytes += end - start
            yield self._head._replace(redraw=redraw)
            self._head = None
        elif start < end and not body[start:end].isspace():
            yield Piece(self._offset + start, self._number, self._cut(body[start:end]), redraw)

    def _cut(self, raw: bytes) -> bytes:
        if len(raw) > MAX_PIECE_BYTES:
            self.cut_bytes += len(raw) - MAX_PIECE_BYTES
            return raw[:MAX_PIECE_BYTES]
        return raw
