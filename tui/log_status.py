"""The line below the log: followed or not, where the cursor is, what the last search or jump came to. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from trainmon import units
from trainmon.reading.readable import Extent
from trainmon.tui.log_feed import SearchWent
from trainmon.tui.log_scroll import LogScroll
from trainmon.tui.text import Row, fit_row, plain


def status_row(
    place: LogScroll, extent: Extent, told: Sequence[str], width: int, *, numbered: tuple[int, int] | None
) -> Row:
    """Return the line; `numbered`: an offset and the number of the line that begins there, None: do not number."""
    row: list[tuple[str, str]] = [(" following ", "good")] if place.following else [(" not following ", "warn")]
    if place.row is None:
        row.append(("  the log is empty" if extent.size == 0 else "  reading", "muted"))
    else:
        where = f"  {_line_number(place, numbered)}{units.percent(place.share)} of {units.bytes_text(extent.size)}"
        row.append((where, "muted"))
    notes = [*filter(None, told), *([plain(extent.note)] if extent.note else [])]
    if not place.following and place.window is not None and place.window.at_end and extent.size > place.window.size:
        notes.append("it has grown since")
    if extent.unfolding is not None:
        notes.append(f"unfolding {units.percent(extent.unfolding)}")
    return fit_row((*row, ("   ", ""), ("   ".join(notes), "accent")), width)


def search_told(went: SearchWent, *, each_redraw: bool) -> str:
    """Say how far a search is, or what it found; `each_redraw`: redraws were searched, too."""
    if not went.over:
        return f"{units.percent(went.progress)} searched  esc: stop"
    if went.fault:
        return went.fault
    if went.found is None:
        unseen = went.redrawn and not each_redraw
        return f"not found: {plain(went.needle.query)}" + ("  r: in redraws" if unseen else "")
    return f"found, past the {'end' if went.forward else 'beginning'}" if went.wrapped else "found"


def _line_number(place: LogScroll, numbered: tuple[int, int] | None) -> str:
    if place.window is None or place.row is None or numbered is None or numbered[0] != place.window.begin:
        return ""
    return f"line {numbered[1] + place.row.line - place.window.rows[0].line:,}  "
