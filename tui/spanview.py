"""Widgets that paint rows of spans line by line, and repaint only the lines that changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.screen import Screen
from textual.scroll_view import ScrollView
from textual.strip import Strip

from trainmon.tui.text import Row, Span, changed_cells, width_of

ROLES = (
    "title", "muted", "faint", "accent", "good", "warn", "bad", "band", "key", "on-title", "match",
    "series-0", "series-1", "series-2", "series-3", "series-4", "series-5",
)  # fmt: skip
_REVERSED = frozenset({"on-title", "match"})
"""In these a blank is seen."""
SERIES = 6
"""How many curves have a colour of their own."""


class SpanScreen(Screen[None]):
    """A screen of such views; the theme gives the roles their colours (`app.tcss`), once for all views."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"span--{role}" for role in ROLES} | {"span--cursor"}


class SpanView(ScrollView):
    """A line-API view on a `SpanScreen`."""

    def paint(self, row: Row, *, selected: bool = False) -> Strip:
        """Return one line of the widget: spans as plain segments, as wide as the widget."""
        base = self.rich_style
        if selected:
            base += Style(bgcolor=self.screen.get_component_rich_style("span--cursor").bgcolor, bold=True)
        segments = [Segment(text, base + self._style_of(role) if role else base) for text, role in _without_gaps(row)]
        strip = Strip(segments, width_of(row))
        return strip.crop_extend(0, self.size.width, base)

    def refresh_changed(self, line: int, before: Row | None, after: Row | None) -> None:
        """Have the cells of a line painted in which it differs from what stands there; all where nothing does."""
        if before is None or after is None:
            self.refresh_line(line)
            return
        y = line - self.scroll_offset.y
        if regions := [Region(cells.start, y, len(cells), 1) for cells in changed_cells(before, after)]:
            self.refresh(*regions)

    def _style_of(self, role: str) -> Style:
        style = self.screen.get_component_rich_style(f"span--{role}")
        return Style(color=style.color, bold=style.bold or None, dim=style.dim or None, reverse=style.reverse or None)


def _without_gaps(row: Row) -> list[Span]:
    """Give blanks the role of what stands before them: each change of style costs the terminal some forty bytes."""
    spans: list[Span] = []
    for text, role in row:
        before, known = spans[-1] if spans else ("", "")
        if spans and not before.strip(" ") and role not in _REVERSED and known not in _REVERSED:
            spans[-1] = (before + text, role)
        elif spans and (role == known or (not text.strip(" ") and known not in _REVERSED and role not in _REVERSED)):
            spans[-1] = (before + text, known)
        elif text:
            spans.append((text, role))
    return spans


class LinesView(SpanView, can_focus=False):
    """Shows rows that somebody else builds. No click and no tab takes the keys away from what lists or scrolls."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 Textual's name
        super().__init__(id=id, classes=classes)
        self._rows: tuple[Row, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows shown."""
        return self._rows

    def show(self, rows: Sequence[Row]) -> None:
        """Show `rows`; lines that read as before are not painted again."""
        before, self._rows = self._rows, tuple(rows)
        size = Size(self.size.width, len(self._rows))
        if size != self.virtual_size:
            self.virtual_size = size
        if len(before) != len(self._rows) and self.styles.is_auto_height:
            self.refresh(layout=True)
            return
        first, last = self.scroll_offset.y, self.scroll_offset.y + self.size.height
        for y in range(first, last):
            old = before[y] if y < len(before) else None
            new = self._rows[y] if y < len(self._rows) else None
            if old != new:
                self.refresh_changed(y, old, new)

    def render_line(self, y: int) -> Strip:
        """Paint one line of the view."""
        at = y + self.scroll_offset.y
        return self.paint(self._rows[at] if at < len(self._rows) else ())


class ScrolledLines(LinesView, can_focus=True):
    """What a screen is about: scrolls when its rows do not fit, and takes the keys that scroll."""


class ClickedLines(LinesView):
    """Tells which of its cells is clicked: tabs, heads of columns."""

    class Clicked(Message):
        """One was."""

        def __init__(self, x: int) -> None:
            super().__init__()
            self.x = x

    def on_click(self, event: events.Click) -> None:
        """Tell where."""
        self.post_message(self.Clicked(event.x))
