"""What lists with a cursor share: its keys, and a line is painted again only where it reads differently."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.strip import Strip

from trainmon.tui.spanview import SpanView
from trainmon.tui.text import Row, Span

CURSOR: Span = ("", "cursor")
"""Ends the line that the cursor is on."""
MARGIN = 1
"""The last column stays free for the scrollbar."""


class CursorList(SpanView, can_focus=True):
    """Lines that are made when they are painted; `action_move`, `_page` and `_edge` are the list's own."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup,ctrl+b", "page(-1)", show=False),
        Binding("pagedown,ctrl+f", "page(1)", show=False),
        Binding("home,g", "edge(-1)", show=False),
        Binding("end,G,shift+g", "edge(1)", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 Textual's name
        super().__init__(id=id)
        self._painted: dict[int, Row] = {}
        """What stands on the screen, by line of the list."""

    def row_at(self, at: int) -> Row:
        """Return a line, with `CURSOR` behind it where it is under the cursor; () behind the last one."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """Paint one line in view."""
        at = y + self.scroll_offset.y
        row = self.row_at(at)
        if len(self._painted) > 4 * self.size.height:
            top = self.scroll_offset.y
            self._painted = {k: v for k, v in self._painted.items() if top <= k < top + self.size.height}
        self._painted[at] = row
        return self.paint(row, selected=CURSOR in row)

    def repaint_changed(self) -> None:
        """Have those lines in view painted that read differently, or that the cursor came to or left."""
        top = self.scroll_offset.y
        for y in range(top, top + self.size.height):
            before, after = self._painted.get(y), self.row_at(y)
            if before != after:
                moved = before is not None and (CURSOR in before) != (CURSOR in after)
                self.refresh_changed(y, None if moved else before, after)
