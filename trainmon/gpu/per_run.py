"""GPU memory per run: measured now, else from an nvidia-smi log beside the log, else as the log prints it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from trainmon.gpu.claims import LogClaims
from trainmon.gpu.filling import with_history
from trainmon.gpu.logs import GpuLogReader
from trainmon.gpu.owner import attribute
from trainmon.gpu.peaks import LogPeaks, with_peaks
from trainmon.gpu_snapshot import GpuPanel, RunGpu
from trainmon.reading.encodings import StreamDecoder, decoder_for
from trainmon.reading.lines import LineAssembler, text_of
from trainmon.reading.processes import process_table
from trainmon.reading.tail import Change, FileTail
from trainmon.snapshot import FileInfo


class _Reading:
    """What was read of one file until it is replaced."""

    def __init__(self) -> None:
        self.decoder: StreamDecoder | None = None
        self.assembler = LineAssembler()
        self.reader = GpuLogReader()
        self.peaks = LogPeaks()
        self.first_s: float | None = None
        self.last_s: float | None = None

    def feed(self, data: bytes) -> None:
        if self.decoder is None:
            self.decoder = decoder_for(data)
        for piece in self.assembler.feed(self.decoder.feed(data)):
            for time_s, sample in self.reader.feed(text_of(piece.raw)):
                self.peaks.add([sample])
                if time_s is not None:
                    self.first_s = time_s if self.first_s is None else self.first_s
                    self.last_s = time_s


class GpuLogFollower:
    """Reads an nvidia-smi log as it grows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.version = 0
        self._tail = FileTail(path)
        self._read = _Reading()

    def step(self) -> bool:
        """Read on; True if there was anything new."""
        change = self._tail.look()
        if change in (Change.TRUNCATED, Change.REWRITTEN, Change.REPLACED):
            self._read = _Reading()
        changed = False
        while self._tail.offset < self._tail.size and (data := self._tail.read()):
            self._read.feed(data)
            changed = True
        self.version += changed
        return changed

    @property
    def gpu(self) -> RunGpu | None:
        """Peaks so far; None while the log names no memory."""
        found = self._read.peaks.with_more(sample for _, sample in self._read.reader.pending())
        return replace(found, note=self._read.reader.note) if found is not None else None

    def info(self) -> FileInfo:
        """The file as the contract lists it."""
        return FileInfo(path=str(self.path), format="nvidia-smi", bytes=self._tail.size)

    def overlap_s(self, began_s: float | None, ended_s: float | None) -> float:
        """How long this log and a run went side by side; 0 where either has no clock."""
        first_s, last_s = self._read.first_s, self._read.last_s
        if first_s is None or last_s is None or began_s is None or ended_s is None:
            return 0.0
        return max(min(last_s, ended_s) - max(first_s, began_s), 0.0)

    def rank(self, overlap_s: float) -> tuple[bool, bool, float]:
        """How well it fits a run beside which it went so long, to be compared with other logs."""
        gpu = self._read.peaks.gpu
        return overlap_s > 0, gpu is not None and gpu.memory_total_bytes is not None, overlap_s


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenLog:
    """A run's log as far as the search for its processes needs it."""

    path: Path
    writers: Sequence[int]
    """The processes that hold it open for writing."""
    read_end: Callable[[int], bytes]
    """Its last so many bytes."""


class LiveMemory:
    """What the driver says, given to the runs whose processes use it; peaks and their way are kept while we watch."""

    def __init__(self) -> None:
        self._runs: dict[str, RunGpu] = {}
        self._claims = LogClaims()
        self._own_ids = False

    def take(self, panel: GpuPanel, logs: Mapping[str, WrittenLog]) -> Mapping[str, RunGpu]:
        """Add a sample of all GPUs; `logs` are those of the runs."""
        if not panel.samples:
            return self._runs
        gpu_pids = {process.pid for sample in panel.samples for process in sample.processes}
        writers = {run: log.writers for run, log in logs.items()}
        table = process_table(jobs_of=gpu_pids | {pid for pids in writers.values() for pid in pids})
        self._own_ids = self._own_ids or not gpu_pids.isdisjoint(table)
        now = attribute(panel, writers, table, own_ids=self._own_ids)
        claims = {
            run: self._claims.of(run, log.path, log.read_end, gpu_pids, log.writers)
            for run, log in logs.items()
            if gpu_pids and log.writers and not (run in now and now[run].devices)
        }
        if claims:
            now = attribute(panel, writers, table, claims, own_ids=self._own_ids)
        for run in self._runs.keys() | now.keys():
            merged = with_peaks(self._runs.get(run), now.get(run))
            if merged is None or not (merged.devices or run in now):
                self._runs.pop(run, None)
            else:
                self._runs[run] = merged if panel.taken_at is None else with_history(merged, panel.taken_at)
        return self._runs


def best_known(measured: RunGpu | None, *others: RunGpu | None) -> RunGpu | None:
    """What was measured, else the first of the others that names a device; why nothing was measured goes along."""
    if measured is None or measured.devices:
        return next((gpu for gpu in (measured, *others) if gpu is not None), None)
    for other in others:
        if other is not None:
            return replace(other, note="; ".join(note for note in (other.note, measured.note) if note))
    return measured
