"""What the line under the cursor was read as, below the log."""

from __future__ import annotations

from collections.abc import Sequence

from trainmon.reading.readable import PieceRead
from trainmon.tui.spanview import LinesView
from trainmon.tui.text import Row, heading, plain, wrap

_MOST_EVENT_LINES = 6


class LogReading(LinesView):
    """Closed until it is toggled."""

    def __init__(self) -> None:
        super().__init__(id="log-reading", classes="fixed")
        self.open = False
        self._told: tuple[tuple[int, int], Sequence[PieceRead]] | None = None

    def toggle(self) -> None:
        """Open it, or close it."""
        self.open, self._told = not self.open, None
        self._paint()

    def lacks(self, piece: tuple[int, int]) -> bool:
        """Say whether it is to be known of a piece, from its begin to its end, what it was read as."""
        return self.open and (self._told is None or self._told[0] != piece)

    def tell(self, piece: tuple[int, int], readings: Sequence[PieceRead]) -> None:
        """Show what a piece was read as."""
        self._told = (piece, readings)
        self._paint()

    def forget(self) -> None:
        """Another log is shown: the same place in it is another piece."""
        self._told = None

    def _paint(self) -> None:
        self.display = self.open
        self.show(reading_rows(self._told[1] if self._told else None, max(self.screen.size.width - 1, 20)))


def reading_rows(readings: Sequence[PieceRead] | None, width: int) -> list[Row]:
    """Say which format read a piece, and as which events; None: it is not known yet."""
    if readings is None:
        return [heading(" Read as", width), (("   …", "muted"),)]
    rows: list[Row] = []
    is_read = any(reading.format_name is not None for reading in readings)
    for reading in readings or (PieceRead(format_name=None),):
        if reading.format_name is None:
            what = "the rest is not read: no format knows it" if is_read else "not read: no format knows this line"
            rows.append(((f"   {what}", "warn"),))
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
