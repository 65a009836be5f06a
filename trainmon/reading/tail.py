"""Follows one growing file: where it was read to, and whether it is still the file that was read."""

from __future__ import annotations

import os
import stat
from enum import StrEnum
from pathlib import Path

from trainmon.reading.rotated import Former

READ_BYTES = 1 << 20
_SIGNATURE_BYTES = 64
_OVERWRITES = 3
"""A file of which the end is written over and over again (two programs without O_APPEND) is read on after so many."""


class Change(StrEnum):
    """What befell a file between two looks."""

    NONE = "none"
    GREW = "grew"
    TRUNCATED = "truncated"
    """Shorter than what was read: `> log`, or copied and truncated."""
    REWRITTEN = "rewritten"
    """As long as before or longer, but with another beginning."""
    REPLACED = "replaced"
    """Another file under the same name."""
    GONE = "gone"
    UNREADABLE = "unreadable"
    NOT_A_FILE = "not a regular file"


class FileTail:
    """Reads a file from the start to its growing end. Nothing stays open between two reads, so any number can be
    followed; a file is recognised by device, inode, its first bytes and the last ones that were read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.offset = 0
        self.size = 0
        self.modified_at: float | None = None
        self.error = ""
        self.stat: os.stat_result | None = None
        """Of the file as it was seen last, should it be gone now."""
        self.former: Former | None = None
        """The file before the last change to another content, as far as it was read."""
        self._identity: tuple[int, int, bytes] | None = None
        """Device, inode, first bytes."""
        self._before = b""
        self._overwritten = 0
        """How often only what was read last was found changed."""
        self._seen: tuple[int, int, int, int] | None = None

    def look(self) -> Change:
        """See what happened; after TRUNCATED, REWRITTEN and REPLACED reading starts again at 0."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return Change.GONE
        except OSError as error:
            self.error = os.strerror(error.errno or 0)
            return Change.UNREADABLE
        if not stat.S_ISREG(found.st_mode):
            return Change.NOT_A_FILE
        self.stat = found
        self.error = ""
        seen = (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
        if seen == self._seen:
            return Change.GREW if self.offset < found.st_size else Change.NONE
        change = self._change(found)
        if change is Change.UNREADABLE:
            return change
        self._seen = seen
        self.size, self.modified_at = found.st_size, found.st_mtime
        if change in (Change.TRUNCATED, Change.REWRITTEN, Change.REPLACED):
            if self._identity is not None:
                self.former = Former(*self._identity, self._before, self.offset)
            self.offset, self._before, self._identity = 0, b"", None
        if self._identity is None:  # known before anything is read: it may be rotated away until then
            self._identity = (found.st_dev, found.st_ino, b"")
        return change

    def read(self, limit: int = READ_BYTES) -> bytes:
        """Give the next bytes, b'' at the end of the file."""
        data = self._pread(self.offset, limit)
        if self._identity is None or len(self._identity[2]) < _SIGNATURE_BYTES:
            self._remember()
        self.offset += len(data)
        self._before = (data if len(data) >= _SIGNATURE_BYTES else self._before + data)[-_SIGNATURE_BYTES:]
        return data

    def read_at(self, offset: int, limit: int) -> bytes:
        """Give bytes anywhere in the file, without moving on."""
        return self._pread(offset, limit)

    def skip(self, offset: int) -> None:
        """Begin to read there; what lies before it was read elsewhere."""
        self.offset = offset
        self._before = self._pread(max(offset - _SIGNATURE_BYTES, 0), min(offset, _SIGNATURE_BYTES))
        self._remember()

    def end(self, limit: int) -> bytes:
        """Give the last bytes of what was seen of the file."""
        return self._pread(max(self.size - limit, 0), limit)

    def _change(self, found: os.stat_result) -> Change:
        known = self._identity
        if known is None:
            return Change.GREW if found.st_size else Change.NONE
        device, inode, known_head = known
        if (found.st_dev, found.st_ino) != (device, inode):
            return Change.REPLACED
        if found.st_size < self.offset:
            return Change.TRUNCATED
        head, before = self._preads((0, len(known_head)), (self.offset - len(self._before), len(self._before)))
        if self.error:
            return Change.UNREADABLE
        if head != known_head:
            return Change.REWRITTEN
        if before != self._before and self._overwritten < _OVERWRITES:
            self._overwritten += 1
            return Change.REWRITTEN
        return Change.GREW if found.st_size > self.offset else Change.NONE

    def _remember(self) -> None:
        try:
            found = self.path.stat()
        except OSError:
            return
        self._identity = (found.st_dev, found.st_ino, self._pread(0, _SIGNATURE_BYTES))

    def _pread(self, offset: int, limit: int) -> bytes:
        return self._preads((offset, limit))[0]

    def _preads(self, *places: tuple[int, int]) -> list[bytes]:
        """Give the bytes at each (offset, limit), b'' for all where any cannot be read."""
        self.error = ""
        try:
            # A FIFO that took the file's place must not block.
            handle = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            self.error = os.strerror(error.errno or 0)
            return [b""] * len(places)
        try:
            return [os.pread(handle, limit, offset) for offset, limit in places]
        except OSError as error:
            self.error = os.strerror(error.errno or 0)
            return [b""] * len(places)
        finally:
            os.close(handle)
