"""The text of a log that was rotated: its older parts and itself, one behind the other."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from trainmon.reading.reader import LogReader
from trainmon.reading.rotated import Rest
from trainmon.reading.rotated_parts import RotatedParts
from trainmon.replay.text import LogText
from trainmon.snapshot import FileInfo


class JoinedText(LogText):
    """Unfolds all parts once, the oldest first; offsets are those in the whole."""

    def __init__(self, path: Path, earlier: Sequence[Path]) -> None:
        super().__init__(path)
        self._earlier = tuple(earlier)
        self._parts = RotatedParts(Rest(one, 0) for one in earlier)
        self._unended = False

    def prepare(self, deadline_s: float) -> bool:
        """Look through the files until `time.monotonic()` passes `deadline_s`; True when all of them is known."""
        if self._decoder is None and not self._open():
            return True
        while not self._parts.done:
            text, _ = self._parts.read()
            if text:
                self._write(text)
                self._unended = not text.endswith((b"\n", b"\r"))
            else:
                self._parts.next()
                if self._unended:  # a line never goes on in the next file
                    self._write(b"\n")
                    self._unended = False
            if time.monotonic() > deadline_s:
                return False
        return super().prepare(deadline_s)

    def info(self, reader: LogReader, text_bytes: int | None = None) -> FileInfo:
        """The file as the contract lists it, with its older parts."""
        return replace(super().info(reader, text_bytes), earlier=tuple(map(str, self._earlier)))

    def _open(self) -> bool:
        found = super()._open()
        if found and self._spool is None:
            self._unfold()
        return found
