"""The thread that reads a run's log for its section: windows, searches, lines by number, what a piece was read as."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Lock, Thread
from typing import NamedTuple

from textual.message import Message

from trainmon.reading.log_search import LogSearch, Needle
from trainmon.reading.log_window import LineIndex, LogWindow, window_at
from trainmon.reading.readable import Extent, PieceRead, ReadableLog
from trainmon.reading.redraws import each_redraw
from trainmon.reading.whole_lines import Read
from trainmon.snapshot import RunSnapshot

_SLICE_S = 0.05
_TOLD_EVERY_S = 0.25


@dataclass(frozen=True, slots=True)
class WindowWanted:
    """Rows around the byte `at`, or at the end."""

    ticket: int
    at: int | None
    before: int
    after: int


class LogAccess(NamedTuple):
    """How the logs of runs are opened, and how often they are looked at."""

    open: Callable[[RunSnapshot], ReadableLog | None]
    pause_s: float


class LogMessage(Message):
    """What a feed tells; late words of one that was closed are told apart by `feed`."""

    feed: LogFeed | None = None


class LogGrew(LogMessage):
    """There is more text, or other text; only the newest one waiting counts."""

    def __init__(self, extent: Extent) -> None:
        super().__init__()
        self.extent = extent

    def can_replace(self, message: Message) -> bool:
        """Let a newer one take this one's place."""
        return isinstance(message, LogGrew) and message.feed is self.feed


class WindowRead(LogMessage):
    """The window that was asked for."""

    def __init__(self, ticket: int, window: LogWindow, extent: Extent) -> None:
        super().__init__()
        self.ticket, self.window, self.extent = ticket, window, extent


class LineCounted(LogMessage):
    """The number of the line that begins at an offset."""

    def __init__(self, offset: int, number: int) -> None:
        super().__init__()
        self.offset, self.number = offset, number


class LineFound(LogMessage):
    """Where the line begins that was asked for by its number; -1: there is none."""

    def __init__(self, number: int, offset: int) -> None:
        super().__init__()
        self.number, self.offset = number, offset


class SearchWent(LogMessage):
    """A search goes on, or is over."""

    def __init__(self, search: LogSearch, *, over: bool) -> None:
        super().__init__()
        self.needle, self.progress, self.over = search.needle, search.progress, over
        self.found, self.wrapped, self.fault = search.found, search.wrapped, search.fault
        self.forward, self.redrawn = search.forward, search.redrawn


class PieceExplained(LogMessage):
    """What a piece was read as."""

    def __init__(self, begin: int, end: int, readings: tuple[PieceRead, ...]) -> None:
        super().__init__()
        self.begin, self.end, self.readings = begin, end, readings


class LogStopped(LogMessage):
    """Reading the log raised an error: nothing more will come."""

    def __init__(self, error: str) -> None:
        super().__init__()
        self.error = error


class LogFeed:
    """Looks at the log every `pause_s`, and does in between what it is asked; of each kind only what was asked last."""

    def __init__(self, log: ReadableLog, post: Callable[[Message], object], pause_s: float) -> None:
        self._log, self._take, self._pause_s = log, post, pause_s
        self._stop, self._wake, self._lock = Event(), Event(), Lock()
        self._window: WindowWanted | None = None
        self._line: int | None = None
        self._piece: tuple[int, int] | None = None
        self._asked: tuple[Needle, int, bool] | None = None
        self._halt = False
        self._search: LogSearch | None = None
        self._read: Read = log.read
        self._uncounted: int | None = None
        self._extent = Extent(size=-1)
        self._index = LineIndex()
        self._looked_at = self._told_at = float("-inf")
        self._thread = Thread(target=self._run, name="trainmon-log", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def close(self) -> None:
        """Stop soon; nobody waits, for a read may hang, and the thread closes the log."""
        self._stop.set()
        self._wake.set()

    def show(self, wanted: WindowWanted) -> None:
        """Read a window."""
        with self._lock:
            self._window = wanted
        self._wake.set()

    def go_to_line(self, number: int) -> None:
        """Find where a line begins."""
        with self._lock:
            self._line = number
        self._wake.set()

    def explain(self, begin: int, end: int) -> None:
        """Say what a piece was read as."""
        with self._lock:
            self._piece = (begin, end)
        self._wake.set()

    def search(self, needle: Needle, start: int, *, forward: bool) -> None:
        """Search from the row that begins at `start`, in place of any other search."""
        with self._lock:
            self._asked, self._halt = (needle, start, forward), False
        self._wake.set()

    def show_redraws(self, *, each: bool) -> None:
        """Read every redraw as a line of its own from now on, or what they leave on a terminal."""
        self._read = each_redraw(self._log.read) if each else self._log.read

    def stop_search(self) -> None:
        """Search no further."""
        with self._lock:
            self._asked, self._halt = None, True

    def _post(self, message: LogMessage) -> None:
        message.feed = self
        self._take(message)

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                self._wake.clear()
                if not self._beat():
                    self._wake.wait(self._pause_s)
        finally:
            error = sys.exception()
            if error is not None:
                self._post(LogStopped(f"{type(error).__name__}: {error}"))
            self._log.close()

    def _beat(self) -> bool:
        """Do a slice of everything that is to be done; True where something is left."""
        self._look()
        with self._lock:
            window, self._window = self._window, None
            piece, self._piece = self._piece, None
            line = self._line
            if self._asked is not None:
                needle, start, forward = self._asked
                self._search = LogSearch(needle, self._extent.size, start, forward=forward)
                self._asked = None
            elif self._halt:
                self._search, self._halt = None, False
        if window is not None:
            self._read_window(window)
        if piece is not None:
            self._post(PieceExplained(*piece, self._log.explain(*piece)))
        if line is not None:
            self._find_line(line)
        if self._search is not None:
            self._search_on(self._search)
        if self._uncounted is not None:
            self._count(self._uncounted)
        left = (self._line, self._search, self._uncounted, self._extent.unfolding)
        return any(each is not None for each in left)

    def _look(self) -> None:
        now = time.monotonic()
        if now - self._looked_at < self._pause_s and self._extent.unfolding is None:
            return
        before, self._extent = self._extent, self._log.look()
        self._looked_at = time.monotonic()
        if self._extent.generation != before.generation or self._extent.size < before.size:
            self._index = LineIndex()
        if self._extent != before:
            self._post(LogGrew(self._extent))

    def _read_window(self, wanted: WindowWanted) -> None:
        size = self._extent.size
        at = size if wanted.at is None else wanted.at
        window = window_at(self._read, size, at, wanted.before, wanted.after)
        self._uncounted = window.begin
        self._count(window.begin)
        self._post(WindowRead(wanted.ticket, window, self._extent))

    def _count(self, offset: int) -> None:
        number = self._index.number_at(self._log.read, offset, time.monotonic() + _SLICE_S)
        if number is not None:
            self._uncounted = None
            self._post(LineCounted(offset, number))

    def _find_line(self, number: int) -> None:
        deadline_s = time.monotonic() + _SLICE_S
        offset = self._index.offset_of(self._log.read, number, self._extent.size, deadline_s)
        if offset is None:
            return
        with self._lock:
            if self._line == number:
                self._line = None
        self._post(LineFound(number, offset))

    def _search_on(self, search: LogSearch) -> None:
        over = search.step(self._read, time.monotonic() + _SLICE_S)
        if over:
            self._search = None
        with self._lock:
            halted = self._halt
        if not halted and (over or time.monotonic() - self._told_at > _TOLD_EVERY_S):
            self._told_at = time.monotonic()
            self._post(SearchWent(search, over=over))
