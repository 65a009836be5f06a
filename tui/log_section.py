"""The log of one run: its lines, whether it is followed, what was searched for, and what a line was read as."""

from __future__ import annotations

from collections import deque
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message

from trainmon.errors import UsageError
from trainmon.reading.log_search import Needle
from trainmon.reading.readable import Extent, ReadableLog
from trainmon.tui import log_feed
from trainmon.tui.log_feed import LogFeed, WindowWanted
from trainmon.tui.log_reading import LogReading
from trainmon.tui.log_status import search_told, status_row
from trainmon.tui.log_view import LogView
from trainmon.tui.prompt import Prompt
from trainmon.tui.spanview import LinesView
from trainmon.tui.text import fit_row, plain


class LogSection(Vertical):
    """Owns the thread that reads the log of the run shown."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", key_display="/", tooltip="Words, or /a regular expression"),
        Binding("n", "next(True)", "Next match", tooltip="The next line in which it is"),
        Binding("N,shift+n", "next(False)", "Match before", show=False, tooltip="The line before in which it is"),
        Binding("enter", "explain", "Read as", tooltip="What this line was read as, and by which format"),
        Binding("r", "redraws", "Redraws", tooltip="Every redraw of a bar on a line of its own, or bars in place"),
        Binding("escape", "less", show=False),
    ]

    class Changed(Message):
        """The end of the log is another one."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 Textual's name
        super().__init__(id=id)
        self._feed: LogFeed | None = None
        self._extent = Extent(size=0)
        self._numbered: tuple[int, int] | None = None
        """An offset, and the number of the line that begins there."""
        self._told = ""
        """Of the last search, or jump."""
        self._searching = False
        self._more: deque[bool] = deque()
        """Searches asked for while one was under way, forward or not."""
        self._found: int | None = None
        """The match whose row is not in view yet."""
        self._redraws = False

    def compose(self) -> ComposeResult:
        """Build the lines, what is told of one of them, and where the view stands."""
        yield LogView(id="log")
        yield LogReading()
        yield LinesView(id="log-status", classes="fixed")
        yield Prompt("Search the log", "enter: find   esc: back", placeholder="words, or /a regular expression")

    @property
    def view(self) -> LogView:
        """The lines."""
        return self.query_one(LogView)

    @property
    def _reading(self) -> LogReading:
        return self.query_one(LogReading)

    def show_log(self, log: ReadableLog | None, pause_s: float) -> None:
        """Show the end of a log, in place of another one."""
        self.stop()
        self._extent, self._numbered, self._told = Extent(size=0), None, ""
        self._reading.forget()
        self._searching = self._redraws = False
        self.view.mark(None)
        self.view.restart()
        if log is not None:
            self._feed = LogFeed(log, self.post_message, pause_s)
            self._feed.start()
        self.show_end()

    def stop(self) -> None:
        """Read no more."""
        if self._feed is not None:
            self._feed.close()
            self._feed = None

    def show_end(self) -> None:
        """Go to the end and follow it."""
        self.view.place.follow()
        self.view.changed()

    def show_line(self, number: int) -> None:
        """Go to a line by its number."""
        if self._feed is not None:
            self.view.place.stop_following()
            self._told = f"looking for line {number:,}"
            self._feed.go_to_line(number)
            self.show_status()

    def on_unmount(self) -> None:
        """Leave no thread behind."""
        self.stop()

    def last_lines(self, count: int) -> list[str]:
        """The last lines read of the log's end."""
        return self.view.place.texts[-count:]

    def _is_mine(self, message: log_feed.LogMessage) -> bool:
        message.stop()
        return message.feed is self._feed

    @on(log_feed.LogGrew)
    def _grown(self, message: log_feed.LogGrew) -> None:
        if not self._is_mine(message):
            return
        before, self._extent = self._extent, message.extent
        another = before.generation != message.extent.generation or message.extent.size < before.size
        if another:
            self._numbered = None
        if another or self.view.place.following:
            self.view.place.refresh(message.extent.size)
            self.view.changed()
        self.show_status()

    @on(log_feed.WindowRead)
    def _take_window(self, message: log_feed.WindowRead) -> None:
        if not self._is_mine(message):
            return
        self._extent, self._found = message.extent, None
        self.view.take(message.ticket, message.window)
        self.post_message(self.Changed())

    @on(log_feed.LineCounted)
    def _take_number(self, message: log_feed.LineCounted) -> None:
        if not self._is_mine(message):
            return
        self._numbered = (message.offset, message.number)
        self.show_status()

    @on(log_feed.LineFound)
    def _go_to_line(self, message: log_feed.LineFound) -> None:
        if not self._is_mine(message):
            return
        if message.offset < 0:
            self._told = f"the log has no line {message.number:,}"
            self.show_status()
            return
        self._told = ""
        self.view.place.go_to_row(message.offset)
        self.view.changed()

    @on(log_feed.SearchWent)
    def _take_search(self, message: log_feed.SearchWent) -> None:
        if not self._is_mine(message) or not self._searching or message.needle is not self.view.needle:
            return
        self._searching = not message.over
        self._told = search_told(message, each_redraw=self._redraws)
        if message.over and not message.fault and message.found is not None:
            self._found = message.found
            if self._more:
                self._search(message.needle, self._more.popleft())
            else:
                self.view.go_to_match(message.found)
        self.show_status()

    @on(log_feed.PieceExplained)
    def _take_explanation(self, message: log_feed.PieceExplained) -> None:
        if not self._is_mine(message):
            return
        self._reading.tell((message.begin, message.end), message.readings)

    @on(log_feed.LogStopped)
    def _tell_failure(self, message: log_feed.LogStopped) -> None:
        if not self._is_mine(message):
            return
        self._told = plain(f"reading stopped: {message.error}")
        self.show_status()

    @on(LogView.Wanted)
    def _ask(self, message: LogView.Wanted) -> None:
        message.stop()
        if self._feed is not None:
            self._feed.show(WindowWanted(*message.ask))

    @on(LogView.Moved)
    def _moved(self, message: LogView.Moved) -> None:
        message.stop()
        self.show_status()
        self._ask_explanation()

    @on(Prompt.Submitted)
    def _search_for(self, message: Prompt.Submitted) -> None:
        message.stop()
        if not message.value:
            self.action_next(True)
            return
        self._searching, self._found = False, None
        self._more.clear()
        try:
            self.view.mark(Needle(message.value))
        except UsageError as error:
            self._told = str(error)
            self.show_status()
            return
        self.action_next(True)

    def action_search(self) -> None:
        """Ask what to search for."""
        prompt = self.query_one(Prompt)
        prompt.clear()
        prompt.open()

    def action_next(self, forward: bool) -> None:
        """Go on to the next line in which it is, or the one before."""
        needle = self.view.needle
        if self._searching:
            self._more.append(forward)
        elif needle is not None:
            self._search(needle, forward)

    def _search(self, needle: Needle, forward: bool) -> None:
        """Search on from the match that the view is about to stand on, else from where it stands."""
        row = self.view.place.row
        start = self._found if self._found is not None else row.offset if row is not None else None
        if self._feed is None or start is None:
            return
        self.view.place.stop_following()
        self._searching = True
        self._told = "searching  esc: stop"
        self._feed.search(needle, start, forward=forward)
        self.refresh_bindings()
        self.show_status()

    def action_redraws(self) -> None:
        """Show every redraw of a bar on a line of its own, or what they leave on a terminal."""
        if self._feed is not None:
            self._redraws = not self._redraws
            self._feed.show_redraws(each=self._redraws)
            self.view.place.refresh(self._extent.size)
            self.view.changed()

    def action_explain(self) -> None:
        """Show what the line under the cursor was read as, or no longer."""
        self._reading.toggle()
        self._ask_explanation()

    def action_less(self) -> None:
        """Stop the search; else close what is open; else take the marks away."""
        if self._searching and self._feed is not None:
            self._feed.stop_search()
            self._searching = False
            self._more.clear()
            self._told = "search stopped"
        elif self._reading.open:
            self.action_explain()
        else:
            self.view.mark(None)
            self._told = ""
        self.refresh_bindings()
        self.show_status()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave `n` and escape to the screen where there is nothing here to do for them."""
        if isinstance(self.screen.focused, Prompt):
            return False
        if action == "next":
            return self.view.needle is not None
        if action == "less":
            return self._searching or self._reading.open or self.view.needle is not None
        return super().check_action(action, parameters)

    def show_status(self) -> None:
        """Say whether the log is followed, where the cursor is, and what was searched."""
        width, mode = self.size.width, "each redraw" if self._redraws else ""
        if not width:
            return
        numbered = None if self._redraws else self._numbered
        row = status_row(self.view.place, self._extent, (mode, self._told), width, numbered=numbered)
        none = fit_row(((" this run has no log to show", "muted"),), width)
        self.query_one("#log-status", LinesView).show([none if self._feed is None else row])

    def _ask_explanation(self) -> None:
        row = self.view.place.row
        if row is not None and self._feed is not None and self._reading.lacks(row.piece):
            self._feed.explain(*row.piece)
