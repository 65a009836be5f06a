"""The text of one growing log as UTF-8 bytes that can be read anywhere: what the log section of a run shows."""

from __future__ import annotations

import codecs
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from trainmon.reading.encodings import StreamDecoder, decoder_for, is_compressed
from trainmon.reading.readable import Extent
from trainmon.reading.rotated import Former, earlier_parts
from trainmon.reading.tail import READ_BYTES, Change, FileTail

_HEAD_BYTES = 1 << 16
_UNFOLD_S = 0.05
_IN_MEMORY_BYTES = 64 << 20
_MOST_UNFOLDED_BYTES = 8 << 30
_ANOTHER = (Change.TRUNCATED, Change.REWRITTEN, Change.REPLACED)


class GrowingText:
    """Plain text is read where it lies; compressed or transcoded text is unfolded a little with each look, as if it
    grew, into memory, where it is long into an unnamed temporary file."""

    def __init__(self, path: Path) -> None:
        self._tail = FileTail(path)
        self.generation = 0
        """Another number: another text under the same name."""
        self._skip = 0
        self._decoder: StreamDecoder | None = None
        self._spool: IO[bytes] | None = None
        self._size = 0
        self._begun = False

    def look(self) -> Extent:
        """See how much there is."""
        change = self._tail.look()
        if change is Change.GONE:
            return Extent(size=self._size, generation=self.generation, note="the file is gone")
        if change is Change.UNREADABLE or self._tail.error:
            return Extent(size=self._size, generation=self.generation, note=f"unreadable: {self._tail.error}")
        if change in _ANOTHER:
            self.close()
            self.generation += 1
            self._size, self._skip, self._begun = 0, 0, False
        if not self._begun and self._tail.size:
            self._begin()
        if self._spool is not None:
            return self._unfold(time.monotonic() + _UNFOLD_S)
        if self._tail.offset != self._tail.size:
            self._tail.skip(self._tail.size)
        self._size = max(self._tail.size - self._skip, 0)
        return Extent(size=self._size, generation=self.generation)

    @property
    def former(self) -> Former | None:
        """The file before the last change to another text."""
        return self._tail.former

    def read(self, offset: int, size: int) -> bytes:
        """Give up to `size` bytes of text from `offset` on."""
        size = min(size, self._size - offset)
        if size <= 0:
            return b""
        if self._spool is None:
            return self._tail.read_at(offset + self._skip, size)
        self._spool.seek(offset)
        return self._spool.read(size)

    def close(self) -> None:
        """Give up what was unfolded."""
        if self._spool is not None:
            self._spool.close()
            self._spool = None

    def _begin(self) -> None:
        """Choose by the first bytes how to read."""
        self.close()
        head = self._tail.read(_HEAD_BYTES)
        self._begun = bool(head)
        self._skip, self._size = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0, 0
        self._decoder = decoder_for(head)
        if is_compressed(head) or self._decoder.encoding != "utf-8":
            self._spool = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115 closed by close()
            self._size += self._spool.write(self._decoder.feed(head))

    def _unfold(self, deadline_s: float) -> Extent:
        assert self._decoder is not None
        assert self._spool is not None
        self._spool.seek(self._size)
        full = self._size >= _MOST_UNFOLDED_BYTES
        while self._tail.offset < self._tail.size and not full:
            data = self._tail.read(READ_BYTES // 16)
            if not data:
                break
            self._size += self._spool.write(self._decoder.feed(data))
            full = self._size >= _MOST_UNFOLDED_BYTES
            if time.monotonic() > deadline_s:
                break
        over = full or bool(self._decoder.damage) or self._tail.offset >= self._tail.size
        note = f"only the first {_MOST_UNFOLDED_BYTES >> 30} GiB are unfolded" if full else self._decoder.damage
        share = None if over else self._tail.offset / self._tail.size
        return Extent(size=self._size, generation=self.generation, unfolding=share, note=note)


class ChainedText:
    """The parts of a rotated log, oldest first, as one text; the last one may grow, and be rotated away itself."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._path = paths[-1]
        self._parts = [GrowingText(path) for path in paths]
        self._sizes: list[int] = []
        self._generation = 0
        self._last_generation = 0

    def look(self) -> Extent:
        """See how much there is; behind a part that is still being unfolded nothing is known."""
        extent = self._look_at_all()
        last = self._parts[-1]
        if len(self._sizes) == len(self._parts) and last.generation != self._last_generation:
            self._last_generation = last.generation
            if last.former is not None and self._follow(last.former):
                return self._look_at_all()
        return extent

    def _follow(self, former: Former) -> bool:
        """Go on with the files that the log was rotated into; False where it is just another text."""
        earlier = earlier_parts(self._path, former, len(self._parts) - 1)
        if not earlier:
            return False
        self._generation += sum(part.generation for part in self._parts) + 1
        self.close()
        self._parts = [GrowingText(path) for path in (*earlier, self._path)]
        self._last_generation = 0
        return True

    def _look_at_all(self) -> Extent:
        self._sizes, generation, notes, unfolding = [], self._generation, [], None
        for at, part in enumerate(self._parts):
            extent = part.look()
            self._sizes.append(extent.size)
            generation += extent.generation
            if extent.note:
                notes.append(extent.note)
            if extent.unfolding is not None:
                unfolding = (at + extent.unfolding) / len(self._parts)
                break
        return Extent(size=sum(self._sizes), generation=generation, unfolding=unfolding, note=", ".join(notes))

    def read(self, offset: int, size: int) -> bytes:
        """Give up to `size` bytes of text from `offset` on."""
        found = b""
        for part, part_size in zip(self._parts, self._sizes, strict=False):
            if len(found) < size and offset < part_size:
                found += part.read(offset, size - len(found))
            offset = max(offset - part_size, 0)
        return found

    def close(self) -> None:
        """Give up what was unfolded."""
        for part in self._parts:
            part.close()
