"""What one piece of a long log is read as: after the log's head and what stands before it, not after all of it."""

from __future__ import annotations

from collections import deque

from trainmon.reading.reader import LogReader, Reading
from trainmon.reading.whole_lines import Read, line_start

_HEAD_BYTES = 64 << 10
"""Configurations, headers of tables, what tells the formats."""
_CONTEXT_BYTES = 256 << 10
_TERMINATOR_BYTES = 16


def readings_of(read: Read, begin: int, end: int, reader: LogReader) -> list[Reading]:
    """Give the readings of the piece from `begin` to `end`; several where text was glued to it.

    `reader`: a new one. Blocks that began further back than 256 KiB are not known to it.
    """
    first = line_start(read, max(begin - _CONTEXT_BYTES, 0))
    head = read(0, min(_HEAD_BYTES, first))
    parts = [head[: head.rfind(b"\n") + 1], read(first, begin - first)]
    fed_bytes = 0
    for part in parts:
        text = part.replace(b"\0", b"")
        deque(reader.feed(text, everything=True), maxlen=0)
        fed_bytes += len(text)
    found = list(reader.feed(read(begin, end - begin + _TERMINATOR_BYTES), everything=True))
    found += reader.flush(everything=True)
    first_offset = next((reading.line.offset for reading in found if reading.line.offset >= fed_bytes), None)
    return [reading for reading in found if reading.line.offset == first_offset]
