"""Watching live: the source of the screens' boards, and plain lines where there is no screen."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from trainmon.errors import NothingReadableError
from trainmon.exports.status_text import status_text
from trainmon.gpu.monitor import GpuMonitor
from trainmon.reading.readable import ReadableLog
from trainmon.reading.watch import FolderWatch
from trainmon.run_choices import PlanChoice
from trainmon.run_log import live_log
from trainmon.session import look_once, open_store
from trainmon.settings import Settings
from trainmon.snapshot import Board, RunSnapshot

_BUDGET_S = 0.25
_FIRST_BUDGET_S = 0.1
"""The first board is waited for."""


class LiveSource:
    """Boards of growing logs. Used by one thread."""

    def __init__(self, logs: Sequence[str], settings: Settings) -> None:
        self._store, self._settings = open_store(logs, settings), settings
        self._opened = False
        self._watch: FolderWatch | None = None
        self._gpu = GpuMonitor()

    def refresh(self) -> Board:
        """Read on for at most a quarter of a second, at first less, and give the board."""
        if not self._opened:
            self._opened = True
            self._store.refresh(time.time(), _FIRST_BUDGET_S)
            return self._store.board(time.time(), gpu=self._gpu.latest())
        if self._watch is None:
            self._watch = FolderWatch([Path(log) for log in self._store.logs if Path(log).is_dir()])
        self._store.refresh(time.time(), _BUDGET_S, rescan=self._watch.take())
        notes = (self._watch.note,) if self._watch.note else ()
        return self._store.board(time.time(), gpu=self._gpu.latest(), notes=notes)

    def log(self, run: RunSnapshot) -> ReadableLog | None:
        """The log of a run as it grows."""
        return live_log(run, self._settings)

    def choose(self, choice: PlanChoice) -> None:
        """Hold runs against what was chosen on the screen."""
        self._store.choose(choice)

    def close(self) -> None:
        """Stop the threads."""
        self._gpu.close()
        if self._watch is not None:
            self._watch.close()


def print_changes(logs: Sequence[str], settings: Settings, write: Callable[[str], None], *, ascii_only: bool) -> int:
    """Without a terminal: the status once. Raises NothingReadableError where there is nothing to show."""
    board = look_once(logs, settings)
    write(status_text(board, ascii_only=ascii_only))
    return 0


__all__ = ["LiveSource", "NothingReadableError", "print_changes"]
