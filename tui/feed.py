"""The thread that asks the source, and the messages that bring its answers to the screens."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from threading import Event, Lock, Thread

from textual.message import Message

from trainmon.alerts.alerting import Alerting
from trainmon.run_choices import PlanChoice
from trainmon.snapshot import Board
from trainmon.tui.notices import Alerted
from trainmon.tui.source import Source

_ALERTS_EVERY_S = 5.0
"""Some things are told when they have been so for a while, although nothing changes any more."""
_SHOWN_AGAIN_S = 60.0
"""How long a log has been silent is told in minutes."""
_BREATH_S = 0.05
"""Between two looks while the source is catching up: it is worth looking again at once."""


class BoardChanged(Message):
    """There is a new board; only the newest one waiting is worth showing."""

    def __init__(self, board: Board) -> None:
        super().__init__()
        self.board = board

    def can_replace(self, message: Message) -> bool:
        """Let a newer board take this one's place."""
        return isinstance(message, BoardChanged)


class FeedStopped(Message):
    """The source raised an error: no more boards will come."""

    def __init__(self, error: str) -> None:
        super().__init__()
        self.error = error


class Feed:
    """Refreshes the source `hz` times a second, while it catches up oftener, in a daemon thread; posts what changed.

    While the screen has not taken a board (a terminal that stopped reading blocks it), the source is still
    refreshed and the newest board waits: nothing piles up, and the source never notices.
    """

    def __init__(
        self, source: Source, post: Callable[[Message], object], hz: float, alerting: Alerting | None = None
    ) -> None:
        self._source, self._post, self._pause_s = source, post, 1.0 / hz
        self._alerting = alerting
        self._stop, self._wake = Event(), Event()
        self._taken = Event()
        self._taken.set()
        self._lock = Lock()
        self._chosen: list[PlanChoice] = []
        self._thread = Thread(target=self._run, name="trainmon-feed", daemon=True)

    def start(self) -> None:
        """Begin to refresh."""
        self._thread.start()

    def close(self, wait_s: float = 1.0) -> None:
        """Stop refreshing; the thread closes the source."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(wait_s)

    def acknowledge(self) -> None:
        """Say that the last posted board was taken."""
        self._taken.set()

    def hurry(self) -> None:
        """Refresh now rather than at the next beat."""
        self._wake.set()

    def choose(self, choice: PlanChoice) -> None:
        """Have runs held against something else, from the next board on, which comes now."""
        with self._lock:
            self._chosen.append(choice)
        self.hurry()

    def _run(self) -> None:
        try:
            self._beat()
        finally:
            error = sys.exception()
            if error is not None:
                self._post(FeedStopped(f"{type(error).__name__}: {error}"))
            self._source.close()
            if self._alerting is not None:
                self._alerting.close()

    def _beat(self) -> None:
        shown: Board | None = None
        alerted_s = float("-inf")
        while not self._stop.is_set():
            self._wake.clear()
            with self._lock:
                chosen, self._chosen = self._chosen, []
            for choice in chosen:
                self._source.choose(choice)
            board = self._source.refresh()
            news = shown is None or not _says_the_same(board, shown)
            if news and self._taken.is_set():
                self._taken.clear()
                shown = board
                self._post(BoardChanged(board))
            if self._alerting is not None and (news or time.monotonic() - alerted_s >= _ALERTS_EVERY_S):
                alerted_s = time.monotonic()
                if bulletin := self._alerting.take(board):
                    self._post(Alerted(bulletin))
            self._wake.wait(min(self._pause_s, _BREATH_S) if board.catching_up else self._pause_s)


def _says_the_same(board: Board, before: Board) -> bool:
    """Whether nothing but the moment changed, and that by little. Runs that are the same objects cost no time."""
    if abs(board.taken_at - before.taken_at) >= _SHOWN_AGAIN_S:
        return False
    return board is before or replace(board, taken_at=before.taken_at) == before
