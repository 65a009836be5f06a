"""Bytes to pieces: what a terminal would show one after the other, whatever way the bytes were cut into reads."""

from __future__ import annotations

import re
from typing import NamedTuple

MAX_PIECE_BYTES = 1 << 16
"""A longer piece is cut here; the rest up to its terminator is counted and dropped."""

# What differs between two lines of one shape: digits, signs, blanks, and the glyphs that fill bars
# (U+2501, U+2578..U+257A, U+2580..U+259F as UTF-8 bytes).
VARIABLE = b"0123456789.+-e \t#" + bytes(range(0x80, 0xA0)) + b"\xe2"

# A carriage return, a move up (nested bars) and a run of backspaces (Keras) all begin a redraw.
REDRAW = re.compile(rb"\r+|\x1b\[\d*A|\x08{2,}")
CONTROL_SEQUENCE = re.compile(
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
        raw = CONTROL_SEQUENCE.sub(b"", raw)
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

    @property
    def offset(self) -> int:
        """Where in the stream the piece under way begins."""
        return self._offset

    @property
    def number(self) -> int:
        """The line that the piece under way stands on."""
        return self._number

    def feed(self, data: bytes) -> list[Piece]:
        """Give the pieces that `data` completes."""
        data = self.without_holes(data)
        buffer = self._pending + data if self._pending else data
        end = buffer.rfind(b"\n") + 1
        found: list[Piece] = []
        if end:
            self._lines(buffer[:end], found)
        self._redraws_under_way(buffer[end:] if end else buffer, found)
        return found

    def joint(self, data: bytes) -> int:
        """How much of `data` ends the line under way, if that is little: read with it, the rest needs no copying."""
        return data.find(b"\n", 0, MAX_PIECE_BYTES) + 1 if self._pending and self._head is None else 0

    def take(self, data: bytes, begin: int = 0) -> tuple[bytes, int]:
        """Hand over the bytes of all complete pieces uncut, and where the last of them ends; `taken` must follow.

        `offset` and `number` are those of the first byte handed over. None are where an over-long piece is under way.
        The bytes before `begin` were read before.
        """
        buffer = self._pending + data if self._pending else data
        end = buffer.rfind(b"\n", begin) + 1
        # Carriage returns at the very end may turn out to end a line.
        end = max(end, buffer.rfind(b"\r", max(end, begin), len(buffer.rstrip(b"\r"))) + 1)
        if self._head is not None or not end:
            self._pending = buffer[begin:]
            return b"", 0
        self._pending = buffer[end:]
        return buffer, end

    def taken(self, size: int, lines: int) -> list[Piece]:
        """So many bytes and lines were read elsewhere; give the pieces complete behind them."""
        self._offset += size
        self._number += lines
        return self.feed(b"")

    def flush(self) -> list[Piece]:
        """Give the last piece of a stream that is over."""
        pending = self.pending
        self._offset += len(self._pending)
        self._pending = b""
        self._head = None
        return [] if pending is None else [pending._replace(redraw=False)]

    def without_holes(self, data: bytes) -> bytes:
        """Leave out NUL bytes, and count them."""
        if b"\0" not in data:
            return data
        stripped = data.replace(b"\0", b"")
        self.nul_bytes += len(data) - len(stripped)
        return stripped

    def _lines(self, chunk: bytes, found: list[Piece]) -> None:
        if self._head is None and b"\r" not in chunk and b"\x1b" not in chunk and b"\x08" not in chunk:
            self._plain_lines(chunk, found)
            return
        for stretch in chunk[:-1].split(b"\n"):
            self._stretch(stretch, found)
            self._offset += len(stretch) + 1
            self._number += 1

    def _plain_lines(self, chunk: bytes, found: list[Piece]) -> None:
        offset, number = self._offset, self._number
        for raw in chunk[:-1].split(b"\n"):
            if raw and not raw.isspace():
                found.append(Piece(offset, number, self._cut(raw), False))
            offset += len(raw) + 1
            number += 1
        self._offset, self._number = offset, number

    def _stretch(self, stretch: bytes, found: list[Piece]) -> None:
        """The pieces between two newlines; only the last of them is a line."""
        body = stretch.rstrip(b"\r")
        start = 0
        for match in REDRAW.finditer(body):
            self._piece(body, start, match.start(), found, redraw=True)
            start = match.end()
        self._piece(body, start, len(body), found, redraw=False)

    def _redraws_under_way(self, rest: bytes, found: list[Piece]) -> None:
        """Give out what is complete of an unfinished line: a redraw ends where the next begins."""
        start = 0
        # A terminator at the very end may go on in the next read (`\r` + `\n`, `ESC` + `[A`).
        for match in REDRAW.finditer(rest, 0):
            if match.end() == len(rest):
                break
            self._piece(rest, start, match.start(), found, redraw=True)
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

    def _piece(self, body: bytes, start: int, end: int, found: list[Piece], *, redraw: bool) -> None:
        if self._head is not None:
            self.cut_bytes += end - start
            found.append(self._head._replace(redraw=redraw))
            self._head = None
        elif start < end and not (raw := body[start:end]).isspace():
            found.append(Piece(self._offset + start, self._number, self._cut(raw), redraw))

    def _cut(self, raw: bytes) -> bytes:
        if len(raw) > MAX_PIECE_BYTES:
            self.cut_bytes += len(raw) - MAX_PIECE_BYTES
            return raw[:MAX_PIECE_BYTES]
        return raw
