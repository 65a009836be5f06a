"""A list with a cursor over lines of several kinds; what the cursor is on is told at length elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from textual import events
from textual.geometry import Region, Size
from textual.message import Message

from trainmon.tui.cursor_list import CURSOR, MARGIN, CursorList
from trainmon.tui.text import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A line of the list; its text is made when it is painted, for so many cells."""

    row: Callable[[int], Row]
    key: Hashable = None
    """What the line stands for, the same from one board to the next; the cursor passes over lines without one."""
    told: Callable[[int], list[Row]] | None = None
    """What is said of the line below the list."""
    words: Callable[[], str] | None = None
    """Where a filter looks; a heading, which has none, stays while a line under it does."""


class ItemList(CursorList):
    """Items with a cursor that stays on its key while the lines change."""

    class Moved(Message):
        """The cursor stands on another line."""

    class Opened(Message):
        """The line under the cursor was clicked once more."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 Textual's name
        super().__init__(id=id)
        self._items: Sequence[Item] = ()
        self._key: Hashable = None
        self._at: int | None = None
        """Where the cursor stands."""

    @property
    def current(self) -> Item | None:
        """The line under the cursor."""
        return self._items[self._at] if self._at is not None else None

    @property
    def rows(self) -> list[Row]:
        """All lines as they are painted."""
        return [item.row(self._width) for item in self._items]

    @property
    def _width(self) -> int:
        return max(40, self.outer_size.width - MARGIN)

    def show(self, items: Sequence[Item]) -> None:
        """Show items; the cursor goes to the first one where its own is gone."""
        self._items = items
        if self._at is None or self._at >= len(items) or items[self._at].key != self._key:
            self._at = self._place_of(self._key)
        if self._at is None:
            self._at = next((at for at, item in enumerate(items) if item.key is not None), None)
            self._key = items[self._at].key if self._at is not None else None
        if (size := Size(self.size.width, len(items))) != self.virtual_size:
            self.virtual_size = size
        self.repaint_changed()

    def stand_on(self, key: Hashable) -> None:
        """Put the cursor on a line, where it is there."""
        if (at := self._place_of(key)) is not None:
            self._go(at)

    def on_resize(self) -> None:
        """Take the new width."""
        self.virtual_size = Size(self.size.width, len(self._items))
        self.refresh()
        if self._at is not None:
            self.call_after_refresh(self._bring, self._at)

    def action_move(self, by: int) -> None:
        """Move the cursor by lines that it can stand on."""
        at = self._at
        if at is None:
            self.scroll_relative(y=by, animate=False)
            return
        places = range(at + by, len(self._items)) if by > 0 else range(at + by, -1, -1)
        target = next((place for place in places if self._items[place].key is not None), None)
        self._go(at if target is None else target, edge=by if target is None else 0)

    def action_page(self, by: int) -> None:
        """Move the cursor by a page."""
        at = self._at or 0
        wanted = min(max(0, at + by * max(1, self.size.height - 1)), len(self._items) - 1)
        self._go_near(wanted, -by if wanted in (0, len(self._items) - 1) else by)

    def action_edge(self, side: int) -> None:
        """Move the cursor to the first or the last line that it can stand on."""
        self._go_near(0 if side < 0 else len(self._items) - 1, -side)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on a line; open it with a second click."""
        at = event.y + self.scroll_offset.y
        if not 0 <= at < len(self._items) or self._items[at].key is None:
            return
        if at == self._at:
            self.post_message(self.Opened())
        else:
            self._go(at)

    def _place_of(self, key: Hashable) -> int | None:
        if key is None:
            return None
        return next((at for at, item in enumerate(self._items) if item.key == key), None)

    def row_at(self, at: int) -> Row:
        """Make the text of an item."""
        if at >= len(self._items):
            return ()
        row = self._items[at].row(self._width)
        return (*row, CURSOR) if at == self._at else row

    def _go_near(self, wanted: int, direction: int) -> None:
        places = range(wanted, len(self._items)) if direction > 0 else range(wanted, -1, -1)
        target = next((place for place in places if self._items[place].key is not None), None)
        if target is not None:
            self._go(target, edge=-1 if wanted == 0 else 0)

    def _go(self, at: int, *, edge: int = 0) -> None:
        """Stand on a line; at an `edge` of the list what cannot be stood on comes into view too."""
        self._key, self._at = self._items[at].key, at
        self.post_message(self.Moved())
        self._bring(at, edge)
        self.repaint_changed()

    def _bring(self, at: int, edge: int = 0) -> None:
        first, last = at, at
        while first > 0 and self._items[first - 1].key is None and at - first < 2:
            first -= 1  # its heading
        first, last = (0 if edge < 0 else first), (len(self._items) - 1 if edge > 0 else last)
        region = Region(0, first, self.size.width, max(1, min(last - first + 1, self.size.height)))
        if edge > 0:
            region = Region(0, max(0, len(self._items) - self.size.height), self.size.width, self.size.height)
        self.scroll_to_region(region, animate=False, x_axis=False, immediate=True)
