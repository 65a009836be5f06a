"""What a line of the log was read as, as rows. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from trainmon.reading.readable import PieceRead
from trainmon.tui.text import Row, heading, plain, wrap

_MOST_EVENT_LINES = 6


def reading_rows(readings: Sequence[PieceRead] | None, width: int) -> list[Row]:
    """Say which format read a piece, and as which events; None: it is not known yet."""
    if readings is None:
        return [heading(" Read as", width), (("   …", "muted"),)]
    rows: list[Row] = []
    for reading in readings or (PieceRead(format_name=None),):
        if reading.format_name is None:
            rows.append((("   not read: no format knows this line", "warn"),))
            continue
        rows.append((("   format ", "muted"), (plain(reading.format_name), "title")))
        if not reading.events:
            rows[-1] = (*rows[-1], ("   of that format, and says nothing that counts", "muted"))
        for event in reading.events:
            first, *more = wrap(plain(event), width - 7) or [""]
            rows += [(("   → ", "good"), (first, "")), *((("     ", ""), (line, "")) for line in more)]
    if len(rows) > _MOST_EVENT_LINES:
        rows = [*rows[: _MOST_EVENT_LINES - 1], ((f"   … {len(rows) - _MOST_EVENT_LINES + 1} more", "muted"),)]
    return [heading(" Read as", width), *rows]
