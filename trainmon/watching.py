"""Watching live: the source of the screens' boards, and plain lines where there is no screen."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from trainmon.errors import NothingReadableError
from trainmon.gpu.monitor import GpuMonitor
from trainmon.run_choices import PlanChoice
from trainmon.session import look_once, open_store
from trainmon.settings import Settings
from trainmon.snapshot import Board

if TYPE_CHECKING:
    from trainmon.reading.watch import FolderWatch

_BUDGET_S = 0.1
_GLANCE_S = 0.12
"""The first board is waited for; on a slow processor so long it takes to leaf through a screen of short logs."""
_READING_SHARE = 4.0
"""While history is read, a board comes no oftener than after so many times what the last one took."""


class LiveSource:
    """Boards of growing logs. Used by one thread."""

    def __init__(self, logs: Sequence[str], settings: Settings) -> None:
        self._store = open_store(logs, settings)
        self.behind = True
        """Whether there is more to read at once."""
        self._watch: FolderWatch | None = None
        self._gpu = GpuMonitor()
        self._opened = False
        self._unshown_s = 0.0
        """How long was read since the last board."""
        self._board_s = 0.0
        """How long the last board took."""

    def read_on(self, budget_s: float) -> None:
        """Read on for so long, without a board."""
        if self._watch is None:
            from trainmon.reading.watch import FolderWatch  # the first board does not wait for it

            self._watch = FolderWatch([Path(log) for log in self._store.logs if Path(log).is_dir()])
        began_s = time.monotonic()
        self._store.glance(time.time(), budget_s / 2)
        self.behind = not self._store.refresh(time.time(), budget_s, rescan=self._watch.take())
        self._unshown_s += time.monotonic() - began_s

    def refresh(self) -> Board:
        """Give the board; read on before, while history is read so long that boards take a small part of the time.

        The first board comes early: it shows of the newest logs what their ends say.
        """
        if self._opened:
            self.read_on(max(_BUDGET_S, min(_READING_SHARE * self._board_s, 1.0) - self._unshown_s))
        else:
            self._opened = True
            self._store.glance(time.time(), _GLANCE_S)
        began_s = time.monotonic()
        notes = (self._watch.note,) if self._watch is not None and self._watch.note else ()
        board = self._store.board(time.time(), gpu=self._gpu.latest(), notes=notes)
        self._board_s, self._unshown_s = time.monotonic() - began_s, 0.0
        return board

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
    from trainmon.exports.status_text import status_text

    write(status_text(board, ascii_only=ascii_only))
    return 0


__all__ = ["LiveSource", "NothingReadableError", "print_changes"]
