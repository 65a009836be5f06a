"""Where a log was read to: reader and state together, to be read on, kept, and gone back to."""

from __future__ import annotations

import io
import pickle
import zlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trainmon.parsers.base import LogFormat
from trainmon.reading.follow import ReadingOptions
from trainmon.reading.reader import LogReader, Reading
from trainmon.replay.text import LogText
from trainmon.runs.state import RunState
from trainmon.timing.arrivals import Arrival

BLOCK_BYTES = 32 << 10
"""What lies between two borders is read at once; what is left to a moment, piece by piece."""
_EXACT_BELOW_BYTES = 2 << 20
"""A shorter log is read piece by piece from end to end."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """All that is needed to read on from `offset`."""

    offset: int
    packed: bytes


class LogCursor:
    """Reads one log from its beginning or from a checkpoint on.

    Where it stands depends only on the offset it was moved to, never on the way there: whole blocks are read at once,
    as history, and the rest of the way piece by piece, which gives the same however it is cut.
    """

    def __init__(self, text: LogText, options: ReadingOptions, arrivals: Sequence[Arrival] = ()) -> None:
        self._text, self._formats, self._arrivals = text, options.formats, arrivals
        self._arrived = [arrival.offset for arrival in arrivals]
        self.exact = text.size <= _EXACT_BELOW_BYTES
        self.offset = 0
        self.reader = LogReader(options.formats, default_year=options.default_year)
        self.state = RunState()
        self.border = self.checkpoint()
        """The last border passed."""

    def checkpoint(self) -> Checkpoint:
        """Keep the present state."""
        buffer = io.BytesIO()
        _Packer(buffer, self._formats).dump((self.reader, self.state))
        return Checkpoint(self.offset, zlib.compress(buffer.getvalue(), 1))

    def restore(self, kept: Checkpoint) -> None:
        """Go to where a checkpoint was made, which is a border."""
        loaded = _Unpacker(io.BytesIO(zlib.decompress(kept.packed)), self._formats).load()
        self.reader, self.state = loaded
        self.offset, self.border = kept.offset, kept

    def block(self) -> Iterator[Reading]:
        """Read on from a border to the next one; gives each reading once it is in the state."""
        end = min(self.offset + BLOCK_BYTES, self._text.size)
        yield from self._read(end, history=not self.exact)

    def move_to(self, offset: int, kept: Checkpoint) -> None:
        """Stand at `offset`; `kept` is the nearest checkpoint before it."""
        border = offset - offset % BLOCK_BYTES
        if not (self.border.offset == border and self.offset <= offset):
            self.restore(self.border if kept.offset <= self.border.offset <= border else kept)
            while self.offset < border:
                for _ in self.block():
                    pass
            if self.border.offset != border:
                self.border = self.checkpoint()
        for _ in self._read(offset, history=False):
            pass

    def finish(self) -> None:
        """Nothing follows: the last line counts without its newline."""
        self.state.apply_all(self.reader.flush())

    def _read(self, end: int, *, history: bool) -> Iterator[Reading]:
        for stop, arrived_s in self._stops(end):
            data = self._text.read(self.offset, stop - self.offset)
            self.offset = stop
            ahead_bytes = self._text.size - stop if history else None
            if arrived_s is not None:
                self.state.arrived(arrived_s)
            for reading in self.reader.feed(data, arrived_s=arrived_s, ahead_bytes=ahead_bytes):
                self.state.apply(reading)
                yield reading

    def _stops(self, end: int) -> Iterator[tuple[int, float | None]]:
        """Where reading stops on the way to `end`, and when those bytes arrived, where that is known."""
        if end <= self.offset:
            return
        if not self._arrivals or not self.exact:
            yield end, None
            return
        while self.offset < end:
            index = min(bisect_right(self._arrived, self.offset), len(self._arrived) - 1)
            stop = self._arrived[index] if self._arrived[index] > self.offset else end
            yield min(stop, end), self._arrivals[index].time_s


class _Packer(pickle.Pickler):
    """Formats that the user's patterns define are no classes of any module: they go by their place in the list."""

    def __init__(self, file: io.BytesIO, formats: Sequence[type[LogFormat]]) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._places = {id(made): place for place, made in enumerate(formats)}

    def persistent_id(self, obj: object) -> int | None:
        return self._places.get(id(obj)) if isinstance(obj, type) else None


class _Unpacker(pickle.Unpickler):
    """Reads only what a `_Packer` of this process wrote."""

    def __init__(self, file: io.BytesIO, formats: Sequence[type[LogFormat]]) -> None:
        super().__init__(file)
        self._formats = formats

    def persistent_load(self, place: int) -> type[LogFormat]:
        return self._formats[place]
