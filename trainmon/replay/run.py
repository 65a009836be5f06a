"""One archived run at any moment: not begun, as it stood then, or as it ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from trainmon import units
from trainmon.events import ProblemKind
from trainmon.plan.documents import DocumentShelf
from trainmon.plan.judging import judge
from trainmon.plan.naming import KnownRun
from trainmon.plan.opening import READ_BYTES, opening_of
from trainmon.reading.follow import ReadingOptions
from trainmon.reading.follow_document import DocumentFollower
from trainmon.reading.grouping import RunFiles
from trainmon.reading.reader import Reading
from trainmon.replay.cursor import LogCursor
from trainmon.replay.gpu import GpuHistory, gpu_log_of
from trainmon.replay.index import LogIndex
from trainmon.replay.reel import Turn
from trainmon.replay.timeline import ClockSource, Seen
from trainmon.runs.present import present
from trainmon.runs.standstill import stood_still_s
from trainmon.runs.state import RunState
from trainmon.runs.status import Liveness
from trainmon.settings import Settings
from trainmon.snapshot import Eta, FileInfo, RunSnapshot, RunStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What all runs of an archive are judged by."""

    options: ReadingOptions
    shelf: DocumentShelf
    settings: Settings
    runs: tuple[KnownRun, ...] = ()


class ReplayRun:
    """A run whose log was read to its end once."""

    def __init__(
        self,
        files: RunFiles,
        read: tuple[LogIndex, LogCursor] | None,
        context: Context,
        gpu_logs: Sequence[GpuHistory] = (),
        *,
        alone: bool = True,
    ) -> None:
        """`alone`: no other run lies beside its nvidia-smi logs."""
        self.index: LogIndex | None
        self._end: LogCursor | None
        self.index, self._end = read if read is not None else (None, None)
        self.files, self._context, self._gpu_logs = files, context, tuple(gpu_logs)
        self._gpu = gpu_log_of(gpu_logs, self._end, alone=alone)
        self._cursor: LogCursor | None = None
        self._sides = [DocumentFollower(path, context.options.formats) for path in files.states]
        for side in self._sides:
            side.step()
        self.began_at = 0.0
        """On the replay's clock; placed by the archive where the log does not say."""
        self.final = self._final()

    def judge_by(self, settings: Settings) -> None:
        """Judge it by other settings from now on, and its end again."""
        self._context = replace(self._context, settings=settings)
        self.final = self._final()

    @property
    def dated_at(self) -> float | None:
        """When the run began by the calendar; None where its log has no date."""
        return self.index.began_at if self.index is not None else None

    @property
    def duration_s(self) -> float:
        """How long its log was written."""
        return self.index.timeline.duration_s if self.index is not None else 0.0

    @property
    def ended_at(self) -> float:
        """When the last of its log was written."""
        return self.began_at + self.duration_s

    @property
    def finished(self) -> bool:
        """Say whether it came to its end."""
        return self.final.state is RunStatus.FINISHED

    def turns(self) -> Iterator[tuple[float, Turn]]:
        """When it went on after it had died, became slower, and broke off, in seconds from the beginning of its log."""
        if self.index is not None:
            yield from ((into_s, Turn.RESUMED) for into_s in self.index.resumed_s)
        for problem in self.final.problems:
            if problem.kind is ProblemKind.SLOWDOWN and problem.step is not None:
                later = (into_s for step, into_s in self.final.clock_history if step >= problem.step)
                yield from ((into_s, Turn.SLOWER) for into_s in islice(later, 1))
        if self.final.state is RunStatus.INTERRUPTED:
            yield self.duration_s, Turn.INTERRUPTED

    def at(self, now: float) -> RunSnapshot:
        """The run as it stood at `now`."""
        if self.index is None or now + 1e-5 >= self.ended_at:
            self._cursor = None
            return self.final
        if now + 1e-5 < self.began_at:
            self._cursor = None
            return self._waiting(now)
        index, into_s = self.index, now - self.began_at
        seen = index.timeline.seen(into_s)
        if self._cursor is None:
            self._cursor = index.cursor()
        offset = min(index.text.piece_end(seen.offset), index.text.size) if seen.between else seen.offset
        self._cursor.move_to(offset, index.nearest(offset))
        return self._under_way(self._cursor, seen, now)

    def visible_bytes(self, now: float) -> int:
        """How long its log's text was at `now`."""
        if self.index is None or now + 1e-5 < self.began_at:
            return 0
        return self.index.text.size if now >= self.ended_at else self.index.timeline.seen(now - self.began_at).offset

    def _waiting(self, now: float) -> RunSnapshot:
        files = tuple(FileInfo(path=str(path), format="", bytes=0) for path in (self.files.log,) if path is not None)
        reason = f"begins in {units.duration(self.began_at - now)}"
        return RunSnapshot(
            name=self.files.name,
            files=files,
            state=RunStatus.WAITING,
            state_reason=reason,
            documented=self.final.documented,  # the plan was there before the run
        )

    def _under_way(self, cursor: LogCursor, seen: Seen, now: float) -> RunSnapshot:
        assert self.index is not None
        grew_at = self.began_at + seen.grew_s
        info = self.index.text.info(cursor.reader, cursor.offset)
        live = Liveness(writer_alive=True, writer_seen=True, grew_at=grew_at, seen_growing=self._by_arrivals)
        snapshot = self._judged(cursor.state.asked(), [info], live, now, cursor.offset, pending=cursor.reader.pending())
        gpu = self._gpu.at(now) if self._gpu is not None else None
        eta = snapshot.eta
        if eta is not None and self.dated_at is None:
            eta = Eta(remaining_s=eta.remaining_s, finish_at=None, basis=eta.basis)
        came_true_s = self.ended_at - now if self.finished else None
        return replace(snapshot, gpu=gpu or snapshot.gpu, eta=eta, came_true_s=came_true_s)

    def _final(self) -> RunSnapshot:
        end = self._end
        infos = [side.info() for side in self._sides]
        live = Liveness(archive=True, seen_growing=self._by_arrivals)
        if self.index is None or end is None:
            return self._judged(self._sides[0].state, infos, live, 0.0, 0)
        for side in self._sides:
            end.state.side = side.state
        infos.insert(0, self.index.text.info(end.reader))
        infos += [log.info() for log in self._gpu_logs]
        snapshot = self._judged(end.state, infos, live, 0.0, self.index.text.size)
        gpu = self._gpu.gpu if self._gpu is not None else None
        return replace(snapshot, gpu=gpu or snapshot.gpu)

    @property
    def _by_arrivals(self) -> bool:
        return self.index is not None and self.index.clock is ClockSource.ARRIVALS

    def _judged(
        self,
        state: RunState,
        files: Sequence[FileInfo],
        live: Liveness,
        now: float,
        visible_bytes: int,
        *,
        pending: Reading | None = None,
    ) -> RunSnapshot:
        snapshot = present(state, name=self.files.name, files=files, live=live, now=now, pending=pending)
        train = state.roles.train
        silence_s = max(now - live.grew_at, 0.0) if live.grew_at is not None else 0.0
        head = self.index.text.read(0, min(visible_bytes, READ_BYTES)) if self.index is not None else b""
        return judge(
            snapshot,
            documents=self._context.shelf.documents,
            settings=self._context.settings,
            pace=train.clock.pace() if train is not None else None,
            last_observed_s=0.0 if train is not None else None,
            now_s=stood_still_s(state, silence_s),
            now=now,
            slowdown=train.clock.slowdown() if train is not None else None,
            opening=opening_of(head),
            runs=self._context.runs,
        )
