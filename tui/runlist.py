"""The list of runs: paints the lines in view only, and again only those that changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message

from trainmon.snapshot import RunSnapshot
from trainmon.tui import columns
from trainmon.tui.attention import Entry, Group
from trainmon.tui.cursor_list import CURSOR, MARGIN, CursorList
from trainmon.tui.text import Row


class RunList(CursorList):
    """Runs under their folders, with a cursor that stays on its run while the order changes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", tooltip="Show the run under the cursor"),
        Binding("space", "mark", "Mark", tooltip="Mark the run under the cursor for comparison"),
    ]

    class Moved(Message):
        """The cursor stands on another run."""

    class Marked(Message):
        """A run was marked, or its mark taken away."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 Textual's name
        super().__init__(id=id)
        self._entries: Sequence[Entry] = ()
        self._needs = columns.EVERYTHING
        self.columns = columns.lay_out(80)
        """The columns at the present width."""
        self._now = 0.0
        self._current: str | None = None
        """Name of the run under the cursor."""
        self._steered = False
        """Whether the user moved the cursor; before, it stays on the top."""
        self.marked: set[str] = set()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the runs in their order."""
        return tuple(entry.name for entry in self._entries if isinstance(entry, RunSnapshot))

    @property
    def marks(self) -> tuple[int, int]:
        """How many of the runs listed are marked, and how many others."""
        listed = sum(name in self.marked for name in self.names) if self.marked else 0
        return listed, len(self.marked) - listed

    @property
    def current(self) -> str | None:
        """Name of the run under the cursor; None where there is none."""
        return self._current if self._cursor is not None else None

    @property
    def _cursor(self) -> int | None:
        return next(
            (at for at, e in enumerate(self._entries) if isinstance(e, RunSnapshot) and e.name == self._current), None
        )

    def show(self, entries: Sequence[Entry], now: float, needs: columns.Needs) -> None:
        """Show the entries as of `now`, in columns for their needs."""
        self._entries, self._now, self._needs = entries, now, needs
        self._choose_columns()
        if self._cursor is None or not self._steered:
            first = self._run_near(0, 1)
            self._current = None if first is None else first.name
        if (size := Size(self.size.width, len(entries))) != self.virtual_size:
            self.virtual_size = size
        self.repaint_changed()

    def row_at(self, at: int) -> Row:
        """Return the line of an entry; the last span tells whether the cursor is on it."""
        if at >= len(self._entries):
            return ()
        entry = self._entries[at]
        if isinstance(entry, Group):
            return columns.group_line(entry, self.columns)
        grouped = isinstance(self._entries[0], Group)
        row = columns.line(
            entry,
            self.columns,
            now=self._now,
            at_cursor=entry.name == self._current,
            marked=entry.name in self.marked,
            in_group=grouped,
        )
        return (*row, CURSOR) if entry.name == self._current else row

    def on_resize(self) -> None:
        """Choose the columns anew."""
        self._choose_columns()
        self.virtual_size = Size(self.size.width, len(self._entries))
        self.refresh()

    def _choose_columns(self) -> None:
        self.columns = columns.lay_out(self.outer_size.width - MARGIN, self._needs)

    def action_move(self, by: int) -> None:
        """Move the cursor by some runs."""
        at = self._cursor
        if at is not None:
            self._go(at + by, 1 if by > 0 else -1)

    def action_page(self, by: int) -> None:
        """Move the cursor by a page."""
        at = self._cursor
        if at is not None:
            target = at + by * max(1, self.size.height - 1)
            self._go(min(max(0, target), len(self._entries) - 1), -by if 0 <= target < len(self._entries) else by)

    def action_edge(self, side: int) -> None:
        """Move the cursor to the first or the last run."""
        self._go(0 if side < 0 else len(self._entries) - 1, -side)

    async def action_open(self) -> None:
        """Open the run under the cursor, before the next key is looked at: it may be meant for the run."""
        if self.current is not None:
            await self.app.run_action(("", "open_run", (self.current,)))

    def action_mark(self) -> None:
        """Mark the run under the cursor for comparison, or take its mark away, and go on to the next."""
        if self.current is not None:
            self.marked ^= {self.current}
            self.post_message(self.Marked())
            self.action_move(1)
            self.repaint_changed()

    def stand_on(self, name: str) -> None:
        """Put the cursor on a run."""
        at = next((at for at, e in enumerate(self._entries) if isinstance(e, RunSnapshot) and e.name == name), None)
        if at is not None:
            self._go(at, 1)

    async def on_click(self, event: events.Click) -> None:
        """Put the cursor on a line; open the run with a second click."""
        at = event.y + self.scroll_offset.y
        entry = self._entries[at] if at < len(self._entries) else None
        if not isinstance(entry, RunSnapshot):
            return
        if entry.name == self._current:
            await self.action_open()
        else:
            self._go(at, 1)

    def _run_near(self, at: int, direction: int) -> RunSnapshot | None:
        """Return the first run from line `at` on, looking the other way where there is none."""
        lines = (
            range(max(0, at), len(self._entries)) if direction > 0 else range(min(at, len(self._entries) - 1), -1, -1)
        )
        other = (
            range(min(at, len(self._entries)) - 1, -1, -1) if direction > 0 else range(max(0, at), len(self._entries))
        )
        for line in (*lines, *other):
            entry = self._entries[line]
            if isinstance(entry, RunSnapshot):
                return entry
        return None

    def _go(self, at: int, direction: int) -> None:
        run = self._run_near(at, direction)
        if run is None:
            return
        self._current, self._steered = run.name, True
        self.post_message(self.Moved())
        line = self._cursor or 0
        above = line - 1 if line and isinstance(self._entries[line - 1], Group) else line
        self.scroll_to_region(
            Region(0, above, self.size.width, line - above + 1), animate=False, x_axis=False, immediate=True
        )
        self.repaint_changed()
