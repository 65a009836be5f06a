"""What a board shows of the runs, and which of them may show something else next time: of many most are over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from pathlib import Path

from trainmon.followed_run import FollowedRun
from trainmon.gpu_snapshot import RunGpu
from trainmon.snapshot import RunSnapshot

_SIDES_EVERY_S = 5.0


class ShownRuns:
    """Keeps the snapshots of runs that are settled: over, read to the end, and nothing about them has changed."""

    def __init__(self) -> None:
        self.lively: list[FollowedRun] = []
        """Runs that are not settled; the others are not even looked at, only the status of their files."""
        self.untouched: list[FollowedRun] = []
        """Runs of which nothing is known yet, the newest first: they only wait for their turn to be read."""
        self._runs: Mapping[Path, FollowedRun] = {}
        self._shown: dict[Path, RunSnapshot] = {}
        self._given: object = None
        self._memory: Mapping[str, RunGpu] = {}
        self._sides_at = float("-inf")

    def take(self, runs: Mapping[Path, FollowedRun]) -> None:
        """Take other runs, or other files of theirs."""
        self._runs = runs
        self._shown = {path: self._shown[path] for path in runs if path in self._shown}
        self.wake_all()

    def wake_all(self) -> None:
        """Anything may have changed about all of them."""
        self.lively, self.untouched = [], []
        for run in self._runs.values():
            run.settled = False
            (self.lively if run.looked_at or run.caught_up else self.untouched).append(run)
        self.sort_untouched()

    @property
    def unread(self) -> bool:
        """Whether the history of some log was not read to its end."""
        return bool(self.untouched) or any(not run.caught_up for run in self.lively)

    def sort_untouched(self) -> None:
        """Take note of when logs changed."""
        self.untouched.sort(key=attrgetter("changed_at"), reverse=True)

    def touched(self) -> None:
        """Take note of which runs were looked at."""
        if any(run.looked_at for run in self.untouched):
            self.lively += [run for run in self.untouched if run.looked_at]
            self.untouched = [run for run in self.untouched if not run.looked_at]

    def moved(self, paths: Iterable[str], now: float) -> None:
        """These files came, went or changed; runs with more than their log are looked at now and then anyway."""
        runs = [run for path in paths if (run := self._runs.get(Path(path))) is not None]
        if not 0 <= now - self._sides_at < _SIDES_EVERY_S:
            self._sides_at = now
            runs += [run for run in self._runs.values() if run.has_sides]
        self._wake(runs)

    def given(self, given: object, memory: Mapping[str, RunGpu]) -> None:
        """What snapshots depend on besides their logs: the same for all, and the GPU memory by name."""
        if given != self._given:
            self._given = given
            self.wake_all()
        elif memory != self._memory:
            names = {name for name, measured in memory.items() if self._memory.get(name) != measured}
            self._wake(run for run in self._runs.values() if run.files.name in names)
        self._memory = dict(memory)

    def show(self, snapshot_of: Callable[[FollowedRun], RunSnapshot | None]) -> tuple[RunSnapshot, ...]:
        """Give the snapshots of all runs that have one, in the order of the runs."""
        known = self._shown.keys()
        anew = False
        for run in self.lively:
            snapshot = snapshot_of(run)
            anew = anew or (snapshot is not None) != (run.path in known)
            if snapshot is not None:
                self._shown[run.path] = snapshot
            else:
                self._shown.pop(run.path, None)
        if anew:
            self._shown = {path: self._shown[path] for path in self._runs if path in self._shown}
        self.lively = [run for run in self.lively if not run.settled]
        return tuple(self._shown.values())

    def _wake(self, runs: Iterable[FollowedRun]) -> None:
        for run in runs:
            if run.settled:
                run.settled = False
                self.lively.append(run)
