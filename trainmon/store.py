"""The state store: finds the runs under LOGS, keeps them read within a time budget, and gives out boards."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from trainmon.followed_run import FollowedRun
from trainmon.gpu.per_run import GpuLogFollower, LiveMemory, WrittenLog, best_known
from trainmon.gpu_snapshot import GpuPanel, RunGpu
from trainmon.plan.documents import DocumentShelf
from trainmon.plan.judging import judge
from trainmon.plan.naming import KnownRun
from trainmon.plan.opening import READ_BYTES, opening_of
from trainmon.reading.discover import Candidate, Scanner
from trainmon.reading.file_kinds import FileKind
from trainmon.reading.follow import ReadingOptions
from trainmon.reading.follow_document import DocumentFollower
from trainmon.reading.glance import veiled
from trainmon.reading.grouping import RunFiles, group_runs
from trainmon.reading.processes import WriterScan, WriterWatch, stat_of
from trainmon.reading.rotated import families
from trainmon.run_choices import PlanChoice
from trainmon.runs.present import present
from trainmon.runs.standstill import stood_still_s
from trainmon.runs.state import RunState
from trainmon.runs.status import Liveness
from trainmon.settings import Settings
from trainmon.shown_runs import ShownRuns
from trainmon.snapshot import Board, RunSnapshot, RunStatus, Skipped
from trainmon.turns import AT_FIRST, Turns

_OVER = (RunStatus.FINISHED, RunStatus.FAILED, RunStatus.INTERRUPTED)
_FRESH_S = 600.0
"""A log without any training output that changed so recently may still begin to train."""
_FIRST_LOOK_S = 0.02
"""So long the first board waits for a look at what files there are; all of a few thousand are found."""
_SCAN_EVERY_S = 2.0
_SCAN_SHARE, _RAREST_SCAN_S = 1000.0, 30.0
"""Where there are so many files that a scan takes long, it comes after so many times that; a new file wakes anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreOptions:
    """What the command line and the settings decide."""

    reading: ReadingOptions
    settings: Settings = field(default_factory=Settings)
    archive: bool = False
    """Replay and summary of archives: no writer is looked for."""


class Store:
    """Owns all run states. Used by one thread; what it gives out is immutable."""

    def __init__(self, logs: Sequence[str], scanner: Scanner, shelf: DocumentShelf, options: StoreOptions) -> None:
        self.logs = tuple(logs)
        self.runs: dict[Path, FollowedRun] = {}
        self._scanner = scanner
        self._shelf = shelf
        self._options = options
        self._writers = WriterWatch()
        self._memory = LiveMemory()
        self._gpu_logs: dict[Path, GpuLogFollower] = {}
        self._scanned_at = float("-inf")
        self._scan_every_s = _SCAN_EVERY_S
        self._grouping_s = 0.0
        """How long the last grouping took: files are judged for so long before the next one."""
        self._turns = Turns()
        self._candidates: list[Candidate] = []
        self._dull: frozenset[Path] = frozenset()
        """Logs that were read and hold no training output; they may be of any kind and belong to no run's folder."""
        self._known_runs: tuple[KnownRun, ...] = ()
        self._shown = ShownRuns()

    def refresh(self, now: float, budget_s: float, *, rescan: bool = False) -> bool:
        """Look at all files and read on for at most `budget_s`; True when everything on disk was read."""
        deadline_s = time.monotonic() + budget_s
        quiet_s = now - self._scanned_at
        if rescan or self._scanner.behind or quiet_s < 0 or quiet_s >= self._scan_every_s:
            self._scan(now, time.monotonic() + max(budget_s / 2, self._grouping_s))
        for log in self._gpu_logs.values():
            log.step()
        self._shown.moved(self._scanner.take_moved(), now)
        self._turns.read(self._shown.lively, self._shown.untouched, now, deadline_s)
        self._shown.touched()
        dull = frozenset(run.path for run in self._shown.lively if not self._is_training(run, now))
        if dull != self._dull:
            self._dull = dull
            self._group()
        return not (self._scanner.behind or self._shown.unread)

    def glance(self, now: float, budget_s: float) -> None:
        """Look at ends of logs first, so that something is known of the newest ones before all is read."""
        if self._scanned_at == float("-inf"):
            self._take(self._scanner.first_look(_FIRST_LOOK_S, AT_FIRST), now)
        self._turns.glance(self._shown.untouched, now, budget_s)
        self._shown.touched()

    def finish(self) -> None:
        """Nothing will be added any more."""
        for run in self.runs.values():
            run.finish()
        self._shown.wake_all()

    def board(self, now: float, gpu: GpuPanel | None = None, notes: Sequence[str] = ()) -> Board:
        """Everything as it stands at `now`."""
        scan = WriterScan()
        if not self._options.archive:
            paths = (str(run.log.path) for run in self.runs.values() if run.log is not None)
            scan = self._writers.scan(paths, now, self._deleted)
        memory: Mapping[str, RunGpu] = {}
        if gpu is not None:
            memory = self._memory.take(gpu, self._written(scan) if gpu.samples else {})
        self._shown.given((scan, self._shelf.version, self._known_runs, self._options), memory)
        runs = self._shown.show(lambda run: self._snapshot(run, scan, memory, now))
        return Board(
            taken_at=now,
            logs=self.logs,
            runs=runs,
            skipped=tuple(self._all_skipped(now)),
            documents=self._shelf.documents,
            gpu=gpu or GpuPanel(),
            catching_up=self._shown.unread or self._scanner.behind,
            notes=(*notes, *self._shelf.notes),
            choices=tuple(self._options.settings.on_screen.values()),
            settings_file=str(self._options.settings.runs_file),
        )

    def choose(self, choice: PlanChoice) -> None:
        """Hold runs against what was chosen on the screen, from the next board on."""
        self._options = replace(self._options, settings=self._options.settings.choosing(choice))

    def _written(self, scan: WriterScan) -> dict[str, WrittenLog]:
        return {
            run.files.name: WrittenLog(
                path=log.path, writers=scan.writers.get(str(log.path), ()), read_end=log.tail.end
            )
            for run in self.runs.values()
            if (log := run.log) is not None
        }

    def _deleted(self) -> dict[str, os.stat_result]:
        logs = [run.log for run in self.runs.values() if run.log is not None and run.log.deleted]
        return {str(log.path): log.tail.stat for log in logs if log.tail.stat is not None}

    def _scan(self, now: float, deadline_s: float) -> None:
        began_s = time.monotonic()
        self._take(self._scanner.scan(deadline_s), now)
        took_s = time.monotonic() - began_s
        self._scan_every_s = max(_SCAN_EVERY_S, min(_SCAN_SHARE * took_s, _RAREST_SCAN_S))

    def _take(self, found: Sequence[Candidate], now: float) -> None:
        candidates = [*found, *self._vanished(found)]
        changed, self._candidates = candidates != self._candidates, candidates
        self._scanned_at = now
        self._shelf.offer([c.path for c in self._candidates if c.kind is FileKind.DOCUMENT])
        if changed:
            self._group()
            for one in found:
                if (run := self.runs.get(one.path)) is not None and not run.caught_up:
                    run.changed_at = one.modified_at
            self._shown.sort_untouched()

    def _vanished(self, found: Sequence[Candidate]) -> list[Candidate]:
        """Logs of runs that are no longer found: they stay, unless they only go by another name now."""
        paths = {candidate.path for candidate in found}
        missing = [c for c in self._candidates if c.path in self.runs and c.path not in paths]
        if not missing:
            return []
        inodes = {(s.st_dev, s.st_ino) for c in found if c.path not in self.runs and (s := stat_of(c.path)) is not None}
        kept = []
        for candidate in missing:
            log = self.runs[candidate.path].log
            seen = log.tail.stat if log is not None and log.has_evidence else None
            if seen is not None and (seen.st_dev, seen.st_ino) not in inodes:
                kept.append(candidate)
        return kept

    def _group(self) -> None:
        began_s = time.monotonic()
        bright = [c for c in self._candidates if c.path not in self._dull]
        dull = [c for c in self._candidates if c.path in self._dull]
        rotated = families(c.path for c in self._candidates if c.kind is FileKind.LOG)
        grouped = [*group_runs(bright, rotated), *(RunFiles(name=c.path.name, log=c.path) for c in dull)]
        found = {path: files for files in grouped if (path := files.log or next(iter(files.states), None)) is not None}
        for path, files in found.items():
            known = self.runs.get(path)
            if known is None:
                self.runs[path] = FollowedRun(files, self._options.reading)
            elif known.files != files:
                self._regroup(known, files)
        self.runs = {path: self.runs[path] for path in found}  # in the order of the files, however found
        bright_runs = sorted((files.name, str(path)) for path, files in found.items() if path not in self._dull)
        known_runs = tuple(KnownRun(name=name, log=path) for name, path in bright_runs)
        if known_runs != self._known_runs:  # the same one is compared in no time, and every snapshot asks
            self._known_runs = known_runs
        self._share_gpu_logs()
        self._shown.take(self.runs)
        self._grouping_s = time.monotonic() - began_s

    def _share_gpu_logs(self) -> None:
        """Each nvidia-smi log is read once, whatever number of runs lie beside it."""
        wanted = {path for run in self.runs.values() for path in run.files.gpu_logs}
        self._gpu_logs = {path: self._gpu_logs.get(path) or GpuLogFollower(path) for path in wanted}
        owners = Counter(path for run in self.runs.values() for path in run.files.gpu_logs)
        for run in self.runs.values():
            run.gpu_logs = [self._gpu_logs[path] for path in run.files.gpu_logs]
            run.alone = all(owners[path] == 1 for path in run.files.gpu_logs)

    def _regroup(self, run: FollowedRun, files: RunFiles) -> None:
        """Files came or went beside a known log: what was read of the log stays."""
        known = {document.path: document for document in run.states}
        run.states = [known.get(p) or DocumentFollower(p, self._options.reading.formats) for p in files.states]
        run.files = files
        run.snapshot = None

    def _snapshot(
        self, run: FollowedRun, scan: WriterScan, memory: Mapping[str, RunGpu], now: float
    ) -> RunSnapshot | None:
        if run.looked_at == 0.0 or not self._is_training(run, now):
            return None
        live, measured = self._liveness(run, scan), memory.get(run.files.name)
        said = self._options.settings.on_screen.get(run.files.name)
        silent = not self._options.archive and run.is_silent(now)
        key = (run.version, live, run.preview is None, silent, measured, self._shelf.version, self._known_runs, said)
        if run.snapshot is not None and run.key == key and run.snapshot.state in _OVER:
            run.settled = run.may_settle(silent=silent)
            return run.snapshot
        glance = run.preview
        state, pending = run.shown(silent=silent)
        snapshot = present(
            state,
            name=run.files.name,
            files=run.infos_with_fate(live),
            live=live,
            now=now,
            pending=pending,
            preview=glance is not None,
        )
        snapshot = replace(snapshot, gpu=best_known(measured, run.logged_gpu(), snapshot.gpu))
        judged = self._judged(snapshot, state, run, now)
        run.snapshot, run.key = veiled(judged) if glance is not None and not glance.sure else judged, key
        run.settled = run.snapshot.state in _OVER and run.may_settle(silent=silent)
        return run.snapshot

    def _judged(self, snapshot: RunSnapshot, state: RunState, run: FollowedRun, now: float) -> RunSnapshot:
        train = state.roles.train
        grew_at = run.log.tail.modified_at if run.log is not None else None
        silence_s = max(now - grew_at, 0.0) if grew_at is not None and snapshot.state not in _OVER else 0.0
        return judge(
            snapshot,
            documents=self._shelf.documents,
            settings=self._options.settings,
            pace=train.clock.pace() if train is not None else None,
            last_observed_s=0.0 if train is not None else None,
            now_s=stood_still_s(state, silence_s),
            now=now,
            slowdown=train.clock.slowdown() if train is not None else None,
            opening=self._opening(run),
            runs=self._known_runs,
        )

    def _opening(self, run: FollowedRun) -> str:
        """What tells which lines of the documents are meant, where there is a document."""
        if run.log is None or not self._shelf.documents:
            return ""
        return opening_of(run.log.tail.read_at(0, READ_BYTES))

    def _liveness(self, run: FollowedRun, scan: WriterScan) -> Liveness:
        if run.log is None or self._options.archive:
            return Liveness(archive=True)
        alive = scan.alive(str(run.log.path))
        run.writer_seen = run.writer_seen or alive is True
        return Liveness(
            writer_alive=alive,
            writer_seen=run.writer_seen,
            grew_at=run.log.tail.modified_at,
            deleted=run.log.deleted,
            seen_growing=run.log.seen_growing,
        )

    def _is_training(self, run: FollowedRun, now: float) -> bool:
        if run.log is None or run.log.has_evidence or run.preview is not None or not run.log.caught_up:
            return True
        modified_at = run.log.tail.modified_at
        recent = modified_at is not None and now - modified_at < _FRESH_S and not self._options.archive
        return recent and run.log.path.suffix in (".log", ".out", ".err", "")

    def _all_skipped(self, now: float) -> list[Skipped]:
        skipped = [Skipped(path=str(c.path), reason=c.reason) for c in self._candidates if c.kind is FileKind.SKIP]
        skipped += self._shelf.left_out
        for run in self._shown.lively:
            if run.looked_at and run.log is not None and not self._is_training(run, now):
                skipped.append(Skipped(path=str(run.log.path), reason="no training output in it"))
        return skipped
