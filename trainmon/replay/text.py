"""The text of an archived log as one stream of UTF-8 bytes that can be read anywhere."""

from __future__ import annotations

import codecs
import os
import re
import tempfile
import time
from pathlib import Path
from threading import Lock
from typing import IO

from trainmon.reading.encodings import StreamDecoder, decoder_for, is_compressed
from trainmon.reading.reader import LogReader
from trainmon.snapshot import FileInfo
from trainmon.units import plural

_STEP_BYTES = 4 << 20
_IN_MEMORY_BYTES = 64 << 20
_LONGEST_BYTES = 1 << 16
_TERMINATORS = re.compile(rb"[\r\n]+")


class LogText:
    """Reads a plain log where it lies; a compressed or transcoded one, or one with holes, is unfolded once.

    The unfolded text stands in memory, where it is long in an unnamed temporary file. Once all of it is known, several
    threads may read it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        """Bytes of text, known once `prepare` is done."""
        self.plain = True
        """Offsets in the text are those in the file (behind a byte order mark)."""
        self.modified_at = 0.0
        self.born_at: float | None = None
        self.disk_bytes = 0
        self.encoding = "utf-8"
        self.error = ""
        self._nul_bytes = 0
        self._skip = 0
        self._at = 0
        self._decoder: StreamDecoder | None = None
        self._spool: IO[bytes] | None = None
        self._lock = Lock()

    def prepare(self, deadline_s: float) -> bool:
        """Look through the file until `time.monotonic()` passes `deadline_s`; True when all of it is known."""
        if self._decoder is None and not self._open():
            return True
        while self._at < self.disk_bytes:
            data = self._pread(self._at, min(_STEP_BYTES, self.disk_bytes - self._at))
            if not data:
                break
            self._at += len(data)
            self._take(data)
            if time.monotonic() > deadline_s:
                return self._at >= self.disk_bytes
        return True

    def read(self, offset: int, size: int) -> bytes:
        """Give up to `size` bytes of text from `offset` on."""
        size = min(size, self.size - offset)
        if size <= 0:
            return b""
        with self._lock:
            spool = self._spool
            if spool is not None:
                if spool.closed:
                    return b""
                spool.seek(offset)
                return spool.read(size)
        return self._pread(offset + self._skip, size)

    def piece_end(self, offset: int) -> int:
        """Where the piece ends that the byte at `offset` lies in, its terminators included."""
        found = _TERMINATORS.search(self.read(offset, _LONGEST_BYTES))
        return offset + found.end() if found else min(offset + _LONGEST_BYTES, self.size)

    def info(self, reader: LogReader, text_bytes: int | None = None) -> FileInfo:
        """The file as the contract lists it; `text_bytes`: as long as it was at some moment of its past."""
        notes = [f"{plural(reader.cut_bytes, 'byte')} of over-long lines left out"] if reader.cut_bytes else []
        notes += [f"{plural(self._nul_bytes, 'NUL byte')} skipped"] if self._nul_bytes else []
        notes += [self._decoder.damage] if self._decoder is not None and self._decoder.damage else []
        notes += [reader.share_note] if reader.share_note else []
        notes += [f"unreadable: {self.error}"] if self.error else []
        size = self.disk_bytes if text_bytes is None else text_bytes
        return FileInfo(
            path=str(self.path),
            format=reader.main_format or "",
            bytes=size,
            encoding=self.encoding,
            notes=tuple(notes),
            lines=reader.lines,
            understood=reader.understood,
        )

    def close(self) -> None:
        """Give the unfolded text up."""
        with self._lock:
            if self._spool is not None:
                self._spool.close()

    def _open(self) -> bool:
        try:
            found = self.path.stat()
        except OSError as error:
            self.error = os.strerror(error.errno or 0)
            return False
        self.disk_bytes, self.modified_at = found.st_size, found.st_mtime
        self.born_at = getattr(found, "st_birthtime", None)
        head = self._pread(0, 1 << 16)
        self._decoder = decoder_for(head)
        self.encoding = self._decoder.encoding
        self._skip = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
        self.size = -self._skip
        if is_compressed(head) or self.encoding != "utf-8":
            self._unfold()
        return True

    def _unfold(self) -> None:
        """Begin anew, and keep the text."""
        self.plain, self._at, self.size, self._skip = False, 0, 0, 0
        self._spool = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115 closed by close()

    def _take(self, data: bytes) -> None:
        if self._spool is None:
            if b"\0" in data:
                self._unfold()
                self._decoder = decoder_for(self._pread(0, 1 << 16))
            else:
                self.size += len(data)
            return
        assert self._decoder is not None
        self._write(self._decoder.feed(data))

    def _write(self, text: bytes) -> None:
        """Add text to what is unfolded."""
        assert self._spool is not None
        kept = text.replace(b"\0", b"")
        self._nul_bytes += len(text) - len(kept)
        self.size += self._spool.write(kept)

    def _pread(self, offset: int, size: int) -> bytes:
        try:
            with self.path.open("rb", buffering=0) as file:
                file.seek(offset)
                return file.read(size) or b""
        except OSError as error:
            self.error = os.strerror(error.errno or 0)
            return b""
