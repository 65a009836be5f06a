"""The files that a log was rotated away into, read one after the other before the log itself."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from trainmon.reading.encodings import StreamDecoder, decoder_for
from trainmon.reading.rotated import Rest
from trainmon.reading.tail import READ_BYTES, Change, FileTail

_DECODER_BYTES = 64 << 10


class RotatedParts:
    """Gives their text; the last plain one is watched on, for a writer that has not noticed yet.

    `decoder` has read what lies before the rest of the first one.
    """

    def __init__(self, rests: Iterable[Rest], decoder: StreamDecoder | None = None) -> None:
        self._rests = deque(rests)
        self._decoder = decoder
        self._tail: FileTail | None = None
        self._skip = 0
        self._last: FileTail | None = None
        self._open()

    @property
    def done(self) -> bool:
        """Nothing is left to be read."""
        return self._tail is None

    def read(self) -> tuple[bytes, int]:
        """Give the next text, and how many bytes of its file lie behind it; b'' at its end (see `next`)."""
        tail = self._tail
        assert tail is not None
        while data := tail.read(READ_BYTES):
            if self._decoder is None:
                self._decoder = decoder_for(data[:_DECODER_BYTES])
            text = self._decoder.feed(data)
            dropped = min(self._skip, len(text))
            self._skip -= dropped
            if len(text) > dropped:
                return text[dropped:], max(tail.size - tail.offset, 0)
        return b"", 0

    def next(self) -> None:
        """Go on to the next file: what was open is over."""
        self._last, self._decoder = self._tail, None
        self._rests.popleft()
        self._open()

    def late(self) -> bytes:
        """Give what has come to the last file since it was read to its end."""
        last = self._last if self.done else None
        if last is None:
            return b""
        change = last.look()
        if change not in (Change.GREW, Change.NONE):
            self._last = None
            return b""
        return last.read(READ_BYTES) if change is Change.GREW else b""

    def _open(self) -> None:
        self._tail, self._skip = None, 0
        if not self._rests:
            return
        rest = self._rests[0]
        self._tail = FileTail(rest.path)
        if rest.compressed:
            self._skip, self._decoder = rest.skip, None
        elif rest.skip:
            self._tail.skip(rest.skip)
        self._tail.look()
