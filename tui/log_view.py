"""Paints the lines of a log's window, the cursor, and what was searched for in them."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from trainmon.reading.log_search import Needle
from trainmon.reading.log_window import LogWindow
from trainmon.tui.log_scroll import Ask, LogScroll
from trainmon.tui.spanview import SpanView
from trainmon.tui.text import Row

_CURSOR, _GUTTER = "▸", " "
_MARGIN = 1
_WHEEL_LINES = 3


class LogView(SpanView, can_focus=True, inherit_bindings=False):
    """Shows what `LogScroll` stands on. It reads nothing: what it needs is asked for by message."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup,ctrl+b,b", "page(-1)", show=False),
        Binding("pagedown,ctrl+f,space", "page(1)", show=False),
        Binding("ctrl+u", "page(-0.5)", show=False),
        Binding("ctrl+d", "page(0.5)", show=False),
        Binding("home,g,less_than_sign", "start", show=False, tooltip="The beginning of the log"),
        Binding("end,G,shift+g,greater_than_sign", "end", show=False, tooltip="The end of the log, and follow it"),
        Binding("F,shift+f", "follow", "Follow", key_display="F", tooltip="Stay at the end of the growing log, or not"),
    ]

    class Wanted(Message):
        """A window is to be read."""

        def __init__(self, ask: Ask) -> None:
            super().__init__()
            self.ask = ask

    class Moved(Message):
        """Another line is under the cursor, or follow mode changed."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 Textual's name
        super().__init__(id=id)
        self.place = LogScroll()
        self.needle: Needle | None = None
        self._shown: list[tuple[Row, bool]] = []

    @property
    def rows(self) -> tuple[Row, ...]:
        """The lines in view."""
        return tuple(row for row, _ in self._shown)

    def take(self, ticket: int, window: LogWindow) -> None:
        """Show a window that was asked for."""
        if self.place.take(ticket, window):
            self.changed()

    def mark(self, needle: Needle | None) -> None:
        """Mark what is searched for, wherever it is in view."""
        self.needle = needle
        self._repaint()

    def restart(self) -> None:
        """Forget the log: another one comes."""
        self.place = LogScroll()
        self.place.resize(*self._cells)
        self._repaint()

    def changed(self) -> None:
        """Ask for what is needed now, tell that the place changed, and paint."""
        if (ask := self.place.take_ask()) is not None:
            self.post_message(self.Wanted(ask))
        self.post_message(self.Moved())
        self._repaint()

    def on_resize(self, event: events.Resize) -> None:
        """Break the lines anew."""
        self.virtual_size = Size(event.size.width, event.size.height)
        self.place.resize(*self._cells)
        self._shown = []
        self.changed()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint one line of the view."""
        row, selected = self._line(self.place.top + y)
        return self.paint(row, selected=selected)

    @property
    def _cells(self) -> tuple[int, int]:
        """The room for text."""
        return max(self.size.width - len(_GUTTER) - _MARGIN, 10), max(self.size.height, 1)

    def _repaint(self) -> None:
        """Paint the lines that read otherwise than before."""
        top = self.place.top
        before, self._shown = self._shown, [self._line(top + y) for y in range(self.size.height)]
        for y, (row, selected) in enumerate(self._shown):
            was, was_selected = before[y] if y < len(before) else ((), not selected)
            if row != was or selected != was_selected:
                self.refresh_changed(y, was if selected == was_selected else None, row)

    def _line(self, index: int) -> tuple[Row, bool]:
        lines = self.place.lines
        if not 0 <= index < len(lines):
            return (), False
        line = lines[index]
        here = index == self.place.cursor
        row = (((_CURSOR if here else _GUTTER), "key"), *self._marked(line.row, line.begin, line.text))
        return row, here

    def _marked(self, row: int, begin: int, text: str) -> Row:
        end = begin + len(text)
        parts: list[tuple[str, str]] = []
        at = begin
        for first, last in self._matches(row):
            first, last = max(first, at), min(last, end)
            if first < last:
                parts += [(text[at - begin : first - begin], ""), (text[first - begin : last - begin], "match")]
                at = last
        return (*parts, (text[at - begin :], ""))

    def _matches(self, row: int) -> list[tuple[int, int]]:
        if self.needle is None:
            return []
        try:
            return self.needle.spans(self.place.texts[row])
        except TimeoutError:
            return []

    def go_to_match(self, offset: int) -> None:
        """Stand on the row that begins at `offset`, where in it what is searched for is first."""
        needle = self.needle
        self.place.go_to_row(offset, None if needle is None else needle.first_in)
        self.changed()

    def action_move(self, by: int) -> None:
        """Move the cursor by lines."""
        self.place.move(by)
        self.changed()

    def action_page(self, by: float) -> None:
        """Move by a page, or a part of one."""
        page = max(self.place.height - 1, 1)
        self.place.move(max(round(abs(by) * page), 1) * (1 if by > 0 else -1), page=True)
        self.changed()

    def action_start(self) -> None:
        """Go to the beginning of the log."""
        self.place.go_to_row(0)
        self.changed()

    def action_end(self) -> None:
        """Go to the end of the log and follow it."""
        self.place.follow()
        self.changed()

    def action_follow(self) -> None:
        """Follow the log, or stay here."""
        if self.place.following:
            self.place.stop_following()
        else:
            self.place.follow()
        self.changed()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the line."""
        self.place.point(event.y)
        self.changed()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Go up by some lines."""
        event.stop()
        self.place.move(-_WHEEL_LINES, page=True)
        self.changed()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Go down by some lines."""
        event.stop()
        self.place.move(_WHEEL_LINES, page=True)
        self.changed()
