"""One run as the store keeps it: the followers of its files, read on together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from trainmon.gpu.per_run import GpuLogFollower
from trainmon.gpu_snapshot import RunGpu
from trainmon.reading.follow import FileFollower, ReadingOptions
from trainmon.reading.follow_document import DocumentFollower
from trainmon.reading.glance import Glance
from trainmon.reading.grouping import RunFiles
from trainmon.reading.guard import guarded
from trainmon.reading.reader import Reading
from trainmon.runs.state import RunState
from trainmon.runs.status import DELETED, DELETED_RUNNING, Liveness
from trainmon.snapshot import FileInfo, RunSnapshot

_SILENT_S = 3.0
"""Buffers that are written line by line or redraw by redraw leave no half line so long."""


class FollowedRun:
    """One run: its followers and its latest snapshot."""

    def __init__(self, files: RunFiles, options: ReadingOptions) -> None:
        self.files = files
        self.log = FileFollower(files.log, options, files.earlier) if files.log is not None else None
        self.states = [DocumentFollower(path, options.formats) for path in files.states]
        self.gpu_logs: list[GpuLogFollower] = []
        self.writer_seen = False
        """A process was seen holding the log open for writing."""
        self.alone = True
        """No other run lies beside its nvidia-smi logs."""
        self.preview: Glance | None = None
        self.glanced = False
        self.changed_at = 0.0
        """When the log last changed, as far as its turn depends on it."""
        self.looked_at = 0.0
        self.snapshot: RunSnapshot | None = None
        self.key: object = None
        self._as_it_stands: tuple[tuple[int, ...], RunState] | None = None
        self.settled = False
        """It is over, and its snapshot holds until its files change, or what all snapshots depend on."""

    @property
    def state(self) -> RunState:
        """The state that is shown: of the log, else of the document beside it."""
        if self.log is None:
            return self.states[0].state
        return self.log.state

    @property
    def _has_open_line(self) -> bool:
        return self.log is not None and self.preview is None and self.log.ends_within_line

    def is_silent(self, now: float) -> bool:
        """Whether its last line waits for its end so long that people want to know what it says."""
        grew_at = self.log.tail.modified_at if self.log is not None else None
        return grew_at is not None and now - grew_at > _SILENT_S and self._has_open_line

    def may_settle(self, *, silent: bool) -> bool:
        """Whether the snapshot of a run that is over holds until its files change."""
        return self.at_rest and (silent or not self._has_open_line)

    def shown(self, *, silent: bool) -> tuple[RunState, Reading | None]:
        """The state that a snapshot shows, and the redraw under way that is not in it."""
        if self.preview is not None:
            return self.preview.state.asked(), None
        if self.log is not None and not silent:
            return self.state.asked(), self.log.pending()
        return (self.state if self.log is None else self._all_of(self.log)).asked(), None

    def _all_of(self, log: FileFollower) -> RunState:
        """The state with the last line of the log read as if it were all."""
        if self._as_it_stands is None or self._as_it_stands[0] != self.version:
            state, _ = guarded(log.state_as_it_stands)
            self._as_it_stands = (self.version, state or log.state)
        return self._as_it_stands[1]

    @property
    def version(self) -> tuple[int, ...]:
        """Changes with everything that was read."""
        sides: tuple[DocumentFollower | GpuLogFollower, ...] = (*self.states, *self.gpu_logs)
        return (self.log.version if self.log is not None else 0, *(side.version for side in sides))

    @property
    def path(self) -> Path:
        """Of its log, else of the first document: what it is known by."""
        return self.files.log or self.files.states[0]

    @property
    def has_sides(self) -> bool:
        """Whether there are other files beside the log that may say something new."""
        return bool(self.states or self.gpu_logs or self.files.earlier)

    @property
    def file_infos(self) -> list[FileInfo]:
        """All files of the run, the log first."""
        sides: tuple[DocumentFollower | GpuLogFollower, ...] = (*self.states, *self.gpu_logs)
        return [*([self.log.info()] if self.log is not None else []), *(side.info() for side in sides)]

    def logged_gpu(self) -> RunGpu | None:
        """From the nvidia-smi log that was written while the run ran; the only run of a folder needs no clock.

        Of several the one that knows how large the GPU is.
        """
        clock = self.state.clock
        began_s, ended_s = clock.started_at, clock.now_at
        best = max(self.gpu_logs, key=lambda log: log.rank(log.overlap_s(began_s, ended_s)), default=None)
        if best is None or not (self.alone or best.overlap_s(began_s, ended_s) > 0):
            return None
        return best.gpu

    def step(self, now: float, deadline_s: float) -> None:
        """Read on; a reader that goes wrong ends the reading of this run only."""
        before = self._mark()
        _, fault = guarded(lambda: self._read(now, deadline_s))
        if fault and self.log is not None:
            self.log.stop(fault)
            self.preview = None
        if self._mark() != before:
            self.settled = False

    @property
    def caught_up(self) -> bool:
        """The log's history was read to its end once."""
        return self.log is None or self.log.caught_up

    @property
    def at_rest(self) -> bool:
        """All that is on disk was read, and nothing kept from reading it: only another change makes it worth a look."""
        log = self.log
        return log is None or (log.caught_up and not log.tail.error and not log.behind_bytes)

    def glance(self, from_bytes: int) -> bool:
        """Look at head and tail of an unread log at least so long; whether that told anything."""
        self.glanced, self.settled = True, False
        if self.log is not None:
            log = self.log
            self.preview, fault = guarded(lambda: log.glance(from_bytes))
            if fault:
                log.stop(fault)
        return self.preview is not None

    def _mark(self) -> tuple[object, ...]:
        """Another one where anything that a snapshot shows may have changed."""
        log = self.log
        if log is None:
            return self.version
        return (*self.version, log.deleted, log.tail.modified_at, log.caught_up)

    def finish(self) -> None:
        """Nothing will be added any more."""
        self.settled = False
        if self.log is not None:
            _, fault = guarded(self.log.finish)
            if fault:
                self.log.stop(fault)

    def _read(self, now: float, deadline_s: float) -> None:
        for document in self.states:
            if document.step() and self.log is not None:
                self.log.state.side = document.state
        if self.log is not None:
            self.log.step(now, deadline_s)
            if self.log.caught_up:
                self.preview = None

    def infos_with_fate(self, live: Liveness) -> list[FileInfo]:
        """All files of the run; of a deleted log it is said whether somebody still writes it."""
        infos = self.file_infos
        if not live.deleted:
            return infos
        fate = DELETED_RUNNING if live.writer_alive else DELETED
        return [replace(infos[0], notes=(*infos[0].notes, fate)), *infos[1:]]
