"""Replay: the screens' boards from archived logs, on a clock that can be driven; plain lines without a screen."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Lock

from trainmon.errors import NothingReadableError
from trainmon.exports.status_text import status_text
from trainmon.replay.archive import Archive, said_then
from trainmon.replay.clock import ReplayClock, neighbour, stopwatch
from trainmon.replay.reading import ArchiveReading
from trainmon.replay.reel import Reel
from trainmon.run_choices import PlanChoice
from trainmon.run_log import RunLog
from trainmon.settings import Settings
from trainmon.snapshot import Board, RunSnapshot

_BUDGET_S = 0.25
_PRINTED = 10
"""Without a screen: one status per so many parts of the span."""


class ReplaySource:
    """Boards of an archive at the moment that its clock shows.

    `refresh` belongs to one thread; the clock may be driven from another and answers at once.
    """

    def __init__(
        self,
        logs: Sequence[str],
        settings: Settings,
        *,
        speed: float = 60.0,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._reading, self._settings = ArchiveReading(logs, settings), settings
        self._archive: Archive | None = None
        self._steady, self._lock = steady, Lock()
        self._clock = ReplayClock(0.0, speed, now=steady())
        self._changes: list[float] = []
        self._problems: list[float] = []
        self._shown: tuple[object, Board] | None = None

    # -- boards ------------------------------------------------------------------------------------------------

    def refresh(self) -> Board:
        """Read the archive on, or give its board at the present moment; takes at most about 0.3 s."""
        deadline_s = time.monotonic() + _BUDGET_S
        if self._archive is None:
            read = self._reading.step(deadline_s)
            if read is None:
                return self._reading.board()
            self._begin(read)
        assert self._archive is not None
        with self._lock:
            position_s = self._clock.position(self._steady())
        key = (position_s, self.describe())
        if self._shown is None or self._shown[0] != key or self._shown[1].catching_up:
            self._shown = (key, self._archive.board(position_s, deadline_s=deadline_s))
        return self._shown[1]

    def log(self, run: RunSnapshot) -> RunLog | None:
        """The log of a run as it stood then."""
        text = self._archive.log(run.name, lambda: self.position_s) if self._archive is not None else None
        return RunLog(text, self._settings) if text is not None else None

    def choose(self, choice: PlanChoice) -> None:
        """Hold runs against what was chosen on the screen; there are none before the archive is read."""
        if self._archive is not None:
            self._archive.choose(choice)
            self._shown = None

    def close(self) -> None:
        """Give up what was unfolded."""
        if self._archive is not None:
            self._archive.close()

    def _begin(self, archive: Archive) -> None:
        changes, problems = archive.changes(), archive.problems()
        with self._lock:
            self._archive, self._changes, self._problems = archive, changes, problems
            self._clock.begin(archive.axis.span_s, self._steady())

    # -- the clock ---------------------------------------------------------------------------------------------

    @property
    def reel(self) -> Reel:
        """What lies where; empty while the logs are read."""
        return self._archive.reel if self._archive is not None else Reel()

    @property
    def position_s(self) -> float:
        """Where the replay stands, on the reel's axis."""
        with self._lock:
            return self._clock.position(self._steady())

    @property
    def playing(self) -> bool:
        """Say whether time goes on."""
        with self._lock:
            return not self._clock.paused and self._clock.position(self._steady()) < self._clock.span_s

    def toggle_pause(self) -> None:
        """Stop or go on; at the end, begin again."""
        with self._lock:
            self._clock.toggle_pause(self._steady())

    def skip(self, fraction: float) -> None:
        """Move by a fraction of the span."""
        with self._lock:
            now = self._steady()
            self._clock.seek(self._clock.position(now) + fraction * self._clock.span_s, now)

    def seek(self, fraction: float) -> None:
        """Move to 0..1 of the span."""
        with self._lock:
            self._clock.seek(fraction * self._clock.span_s, self._steady())

    def change_speed(self, factor: float) -> None:
        """Multiply the speed."""
        with self._lock:
            self._clock.change_speed(factor, self._steady())

    def step(self, direction: int) -> None:
        """Pause at the next moment at which a log grew, or the one before."""
        self._pause_at(self._changes, direction)

    def seek_problem(self, direction: int) -> None:
        """Pause where the next problem was reported, or the one before."""
        self._pause_at(self._problems, direction)

    def _pause_at(self, positions_s: Sequence[float], direction: int) -> None:
        with self._lock:
            now = self._steady()
            wanted_s = neighbour(positions_s, self._clock.position(now), direction)
            if wanted_s is not None:
                self._clock.pause(now)
                self._clock.seek(wanted_s, now)

    def describe(self) -> str:
        """Give `60x  02:14:00 of 11:02:31`, and whether it is paused or at the end; '' while the logs are read."""
        if self._archive is None:
            return ""
        with self._lock:
            position_s, span_s = self._clock.position(self._steady()), self._clock.span_s
            held = "  paused" if self._clock.paused else "  end" if position_s >= span_s else ""
            return f"{self._clock.speed:,.0f}x  {stopwatch(position_s)} of {stopwatch(span_s)}{held}"


def print_replay(logs: Sequence[str], settings: Settings, write: Callable[[str], None], *, ascii_only: bool) -> int:
    """Without a terminal: the status at every tenth of the span. Raises NothingReadableError."""
    archive = ArchiveReading(logs, settings).step()
    assert archive is not None
    try:
        if not archive.runs:
            raise NothingReadableError(f"{', '.join(logs)}: no training log to replay")
        span_s = archive.axis.span_s
        for part in range(_PRINTED + 1):
            board = archive.board(span_s * part / _PRINTED)
            said = (text for run in board.runs if (text := said_then(run)))
            write(f"== {part * 100 // _PRINTED} %  {stopwatch(span_s * part / _PRINTED)} of {stopwatch(span_s)}")
            write(status_text(replace(board, notes=(*said, *board.notes)), ascii_only=ascii_only))
            if not span_s:
                break
    finally:
        archive.close()
    return 0
