"""Where the log section stands in a log of which it holds a window only: cursor, top line, what is to be read. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from enum import Enum
from itertools import islice, takewhile
from typing import NamedTuple

from rich.cells import cell_len, chop_cells

from trainmon.reading.log_window import LogWindow
from trainmon.reading.terminal_rows import TerminalRow
from trainmon.tui.text import plain

_SCREENS = 3
"""So many screens of rows are read before and after a place."""


class LogLine(NamedTuple):
    """One line of the screen: a row, or a part of a row that is wider than the screen."""

    row: int
    """Which row of the window."""
    begin: int
    """Where its text begins in the row's."""
    text: str


class Landing(Enum):
    """Where to stand in a window once it is there."""

    END = "end"
    KEEP = "keep"
    ROW = "row"


class Ask(NamedTuple):
    """The window to read next."""

    ticket: int
    at: int | None
    """A byte of the log; None: its end."""
    before: int
    after: int


class _Place(NamedTuple):
    offset: int
    nth: int


class LogScroll:
    """Moves that lead out of the window wait until the next one was read; none is lost, however fast they come."""

    def __init__(self) -> None:
        self.window: LogWindow | None = None
        self.lines: list[LogLine] = []
        self.texts: list[str] = []
        """The rows' texts, as inert as the screen needs them."""
        self.top = self.cursor = 0
        self.following = True
        self.width, self.height = 80, 24
        self._owed: deque[tuple[int, bool]] = deque()
        self._landing, self._target = Landing.END, 0
        self._place_in: Callable[[str], int] | None = None
        self._ticket = 0
        self._awaited: Ask | None = None
        self._unsent = False
        self._just_read = False

    @property
    def row(self) -> TerminalRow | None:
        """The row under the cursor."""
        if self.window is None or not self.lines:
            return None
        return self.window.rows[self.lines[self.cursor].row]

    @property
    def share(self) -> float:
        """Which part of the log stands before the cursor, 0..1."""
        if self.window is None or not self.lines or self.window.size == 0:
            return 1.0
        at_end = self.window.at_end and self.cursor == len(self.lines) - 1
        return 1.0 if at_end else min(self.window.rows[self.lines[self.cursor].row].offset / self.window.size, 1.0)

    def take_ask(self) -> Ask | None:
        """Give what is to be read and was not asked for yet."""
        ask, self._unsent = (self._awaited if self._unsent else None), False
        return ask

    def resize(self, width: int, height: int) -> None:
        """Take the size of the screen in cells."""
        if (width, height) == (self.width, self.height):
            return
        cursor, depth = self._place(self.cursor), self.cursor - self.top
        self.width, self.height = max(width, 1), max(height, 1)
        self._break_lines()
        if self.following:
            self._stand(len(self.lines) - 1)
        else:
            self.cursor = self._index(cursor)
            self.top = self.cursor - depth
            self._show_cursor()
        self._settle()

    def take(self, ticket: int, window: LogWindow) -> bool:
        """Take the window that was asked for; False where another one was asked for since."""
        if self._awaited is None or ticket != self._awaited.ticket:
            return False
        cursor, top = self._place(self.cursor), self._place(self.top)
        self._awaited, self.window = None, window
        self._break_lines()
        if self._landing is Landing.END:
            self._stand(len(self.lines) - 1)
        elif self._landing is Landing.KEEP:
            self.cursor, self.top = self._index(cursor), self._index(top)
            self._show_cursor()
        else:
            self.cursor = self._index(_Place(self._target, 0))
            self.cursor += self._lines_into(self.cursor)
            self.top = self.cursor - self.height // 3
            self._show_cursor()
        self._just_read = True
        self._settle()
        self._just_read = False
        return True

    def follow(self) -> None:
        """Go to the end and stay there."""
        self.following = True
        self._owed.clear()
        self._ask(None, Landing.END)

    def stop_following(self) -> None:
        """Stay here while the log grows."""
        self.following = False

    def go_to_row(self, offset: int, place_in: Callable[[str], int] | None = None) -> None:
        """Stand on the row that begins at `offset`: on its line with the character that `place_in` gives."""
        self.following = False
        self._owed.clear()
        self._target, self._place_in = offset, place_in
        self._ask(offset, Landing.ROW)

    def refresh(self, size: int) -> None:
        """The log changed, and has `size` bytes now: read the place again that is shown."""
        if self.following:
            self._ask(None, Landing.END)
        elif self.lines:
            self._ask(min(self._place(self.cursor).offset, size), Landing.KEEP)

    def move(self, by: int, *, page: bool = False) -> None:
        """Move the cursor by lines; by a `page` the lines move with it."""
        if by < 0:
            self.following = False
        self._owed.append((by, page))
        self._settle()

    def point(self, y: int) -> None:
        """Put the cursor on a line of the screen."""
        if 0 <= self.top + y < len(self.lines):
            self.following = self.following and self.top + y == len(self.lines) - 1
            self.cursor = self.top + y

    def _lines_into(self, index: int) -> int:
        """How many lines behind the first one of its row the wanted character is."""
        if self._place_in is None or not self.lines:
            return 0
        row = self.lines[index].row
        wanted = self._place_in(self.texts[row])
        ahead = islice(self.lines, index + 1, None)
        return sum(1 for _ in takewhile(lambda line: line.row == row and line.begin <= wanted, ahead))

    def _settle(self) -> None:
        while self._owed and self._awaited is None and self.window is not None:
            by, page = self._owed.popleft()
            target, last = self.cursor + by, max(len(self.lines) - 1, 0)
            beyond = (target < 0 and not self.window.at_start) or (target > last and not self.window.at_end)
            edge = min(max(target, 0), last)
            moved = edge - self.cursor
            self._shift(moved, page)
            if beyond and self.lines and (moved or not self._just_read):
                self._owed.appendleft((by - moved, page))
                self._ask(self._place(edge).offset, Landing.KEEP)
        if self._awaited is None and self.window is not None and self.lines:
            self._read_ahead(self.window)

    def _read_ahead(self, window: LogWindow) -> None:
        """Have a screen of lines on both sides, so that a page is a page at the window's edge too."""
        if self._just_read:
            return
        few_above = self.top < self.height and not window.at_start
        few_below = self.top + 2 * self.height > len(self.lines) and not window.at_end and not self.following
        if few_above or few_below:
            self._ask(self._place(self.cursor).offset, Landing.KEEP)

    def _ask(self, at: int | None, landing: Landing) -> None:
        rows = _SCREENS * self.height
        self._ticket += 1
        self._landing = landing
        self._awaited, self._unsent = Ask(self._ticket, at, rows, rows if at is not None else 0), True

    def _shift(self, by: int, page: bool) -> None:
        self.cursor += by
        if page:
            self.top += by
        self._show_cursor()

    def _stand(self, cursor: int) -> None:
        self.cursor = max(cursor, 0)
        self.top = self.cursor - self.height + 1
        self._show_cursor()

    def _show_cursor(self) -> None:
        last = max(len(self.lines) - 1, 0)
        self.cursor = min(max(self.cursor, 0), last)
        self.top = max(min(self.top, self.cursor), self.cursor - self.height + 1)
        self.top = max(min(self.top, last - self.height + 1), 0)

    def _break_lines(self) -> None:
        rows = self.window.rows if self.window is not None else ()
        self.texts = [plain(row.text) for row in rows]
        self.lines = [
            LogLine(at, begin, part) for at, text in enumerate(self.texts) for begin, part in broken(text, self.width)
        ]

    def _place(self, index: int) -> _Place:
        """What keeps its meaning in another window: a row's offset, and which line of rows with that offset."""
        if self.window is None or not self.lines:
            return _Place(0, 0)
        offset = self.window.rows[self.lines[index].row].offset
        return _Place(offset, index - self._first_of(offset))

    def _index(self, place: _Place) -> int:
        if self.window is None or not self.lines:
            return 0
        row = max(self.window.index_of(place.offset), 0)
        first = self._first_of(self.window.rows[row].offset)
        last = first
        while last + 1 < len(self.lines) and self.lines[last + 1].row <= row:
            last += 1
        return min(first + place.nth, last)

    def _first_of(self, offset: int) -> int:
        """The first line of the first row that begins at `offset`."""
        low, high = 0, len(self.lines)
        rows = self.window.rows if self.window is not None else ()
        while low < high:
            middle = (low + high) // 2
            if rows[self.lines[middle].row].offset < offset:
                low = middle + 1
            else:
                high = middle
        return min(low, len(self.lines) - 1)


def broken(text: str, width: int) -> list[tuple[int, str]]:
    """Break a text as a terminal of `width` cells does; each part with where it begins."""
    if len(text) <= width and (text.isascii() or cell_len(text) <= width):
        return [(0, text)]
    if text.isascii():
        return [(at, text[at : at + width]) for at in range(0, len(text), width)]
    parts: list[tuple[int, str]] = []
    at = 0
    for part in chop_cells(text, width):
        parts.append((at, part))
        at += len(part)
    return parts
