"""Reads LOGS into an archive: every log once, from end to end, a little at a time."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from trainmon.plan.naming import KnownRun
from trainmon.plan.scenarios import check_choices
from trainmon.reading.discover import Candidate
from trainmon.reading.file_kinds import FileKind
from trainmon.reading.grouping import group_runs
from trainmon.reading.guard import guarded
from trainmon.reading.rotated import families
from trainmon.replay.archive import Archive
from trainmon.replay.cursor import LogCursor
from trainmon.replay.gpu import GpuHistory
from trainmon.replay.index import LogIndex
from trainmon.replay.run import Context, ReplayRun
from trainmon.runs.state import RunState
from trainmon.session import new_scanner, new_shelf, reading_options
from trainmon.settings import Settings
from trainmon.snapshot import Board, Skipped


class ArchiveReading:
    """Reads on with each `step`. Raises NothingReadableError where a LOGS does not exist."""

    def __init__(self, logs: Sequence[str], settings: Settings) -> None:
        self._logs = tuple(logs)
        scanner = new_scanner(logs)
        scanner.check()
        self._candidates = scanner.scan()
        shelf = new_shelf(settings)
        shelf.offer([each.path for each in self._candidates if each.kind is FileKind.DOCUMENT])
        check_choices(shelf.documents, settings)
        self._context = Context(options=reading_options(settings), shelf=shelf, settings=settings)
        logs_found = [each for each in self._candidates if each.kind is FileKind.LOG]
        self._rotated = families(each.path for each in logs_found)
        older = {path for parts in self._rotated.values() for path in parts}
        self._waiting = [each for each in logs_found if each.path not in older]
        self._present: LogIndex | None = None
        self._faults: list[Skipped] = []
        """Logs whose reader went wrong."""
        self._read: dict[Candidate, tuple[LogIndex, LogCursor]] = {}

    def step(self, deadline_s: float | None = None) -> Archive | None:
        """Read on until `time.monotonic()` passes `deadline_s`; give the archive once all was read."""
        while self._waiting:
            path = self._waiting[0].path
            self._present = self._present or LogIndex(path, self._context.options, self._rotated.get(path, ()))
            index = self._present
            end, fault = guarded(partial(index.step, float("inf") if deadline_s is None else deadline_s))
            if end is None and not fault:
                return None
            candidate = self._waiting.pop(0)
            if end is None:
                self._candidates = [each for each in self._candidates if each is not candidate]
                self._faults.append(Skipped(path=str(candidate.path), reason=fault))
            else:
                self._read[candidate] = (index, end)
            self._present = None
            if deadline_s is not None and time.monotonic() > deadline_s and self._waiting:
                return None
        return self._archive()

    def board(self) -> Board:
        """What there is to say while the logs are being read."""
        done = sum(index.text.disk_bytes for index, _ in self._read.values())
        total = done + sum(_size(each) for each in self._waiting)
        done += self._present.read_bytes if self._present is not None else 0
        note = f"reading {done / 1e6:,.0f} of {total / 1e6:,.0f} MB once"
        return Board(taken_at=time.time(), logs=self._logs, catching_up=True, notes=(note,))

    def _archive(self) -> Archive:
        dull = {each for each, (_, end) in self._read.items() if not _is_training(end.state)}
        found = {each.path: read for each, read in self._read.items()}
        groups = group_runs([each for each in self._candidates if each not in dull], self._rotated)
        owners = Counter(path for group in groups for path in group.gpu_logs)
        gpu_logs = {path: GpuHistory(path) for path in owners}
        known = sorted((group.name, str(group.log or group.states[0])) for group in groups)
        context = replace(self._context, runs=tuple(KnownRun(name=name, log=log) for name, log in known))
        runs = [
            ReplayRun(
                group,
                found[group.log] if group.log is not None else None,
                context,
                [gpu_logs[path] for path in group.gpu_logs],
                alone=all(owners[path] == 1 for path in group.gpu_logs),
            )
            for group in groups
        ]
        skipped = [Skipped(path=str(c.path), reason=c.reason) for c in self._candidates if c.kind is FileKind.SKIP]
        skipped += self._context.shelf.left_out
        skipped += [Skipped(path=str(each.path), reason="no training output in it") for each in dull]
        context = self._context
        return Archive(self._logs, runs, [*skipped, *self._faults], context.shelf, context.settings)


def _is_training(state: RunState) -> bool:
    """Something in the log counts, measures or ends."""
    return bool(state.tracks or state.earlier or state.metrics or state.problems or state.end)


def _size(candidate: Candidate) -> int:
    try:
        return candidate.path.stat().st_size
    except OSError:
        return 0
