"""An nvidia-smi log beside an archived log: what it had said of the GPUs up to any moment."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path

from trainmon.gpu.logs import read_gpu_log
from trainmon.gpu.peaks import LogPeaks
from trainmon.gpu.per_run import GpuLogFollower
from trainmon.gpu_snapshot import RunGpu
from trainmon.reading.encodings import decoder_for
from trainmon.reading.lines import LineAssembler, text_of
from trainmon.replay.cursor import LogCursor
from trainmon.snapshot import FileInfo

_MOST_MOMENTS = 2048


class GpuHistory:
    """Reads the log whole. Raises nothing: a file that cannot be read holds no sample."""

    def __init__(self, path: Path) -> None:
        self._whole = GpuLogFollower(path)
        self._whole.step()
        self._times: list[float] = []
        self._gpus: list[RunGpu] = []
        peaks = LogPeaks()
        for time_s, sample in read_gpu_log(_lines(path)):
            peaks.add([sample])
            if time_s is not None and peaks.gpu is not None:
                self._keep(time_s, peaks.gpu)

    @property
    def gpu(self) -> RunGpu | None:
        """Peaks of the whole log."""
        return self._whole.gpu

    def at(self, now: float) -> RunGpu | None:
        """Peaks up to `now`, in seconds since the epoch; None before the first sample."""
        index = bisect_right(self._times, now) - 1
        return self._gpus[index] if index >= 0 else None

    def info(self) -> FileInfo:
        """The file as the contract lists it."""
        return self._whole.info()

    def overlap_s(self, end: LogCursor | None) -> float:
        """How long it went side by side with the run whose log was read to `end`."""
        clock = end.state.clock if end is not None else None
        return self._whole.overlap_s(clock.started_at, clock.now_at) if clock is not None else 0.0

    def rank(self, end: LogCursor | None) -> tuple[bool, bool, float]:
        """How well it fits a run, to be compared with other logs."""
        return self._whole.rank(self.overlap_s(end))

    def _keep(self, time_s: float, gpu: RunGpu) -> None:
        if self._times and time_s <= self._times[-1]:
            self._gpus[-1] = gpu  # another GPU of the same sample
            return
        self._times.append(time_s)
        self._gpus.append(gpu)
        if len(self._times) > _MOST_MOMENTS:
            self._times, self._gpus = self._times[::2], self._gpus[::2]


def gpu_log_of(logs: Sequence[GpuHistory], end: LogCursor | None, *, alone: bool) -> GpuHistory | None:
    """The log that was written while the run ran; the only run of a folder needs no clock.

    Of several the one that knows how large the GPU is.
    """
    best = max(logs, key=lambda log: log.rank(end), default=None)
    return best if best is not None and (alone or best.overlap_s(end) > 0) else None


def _lines(path: Path) -> list[str]:
    try:
        data = path.read_bytes()
    except OSError:
        return []
    assembler = LineAssembler()
    pieces = [*assembler.feed(decoder_for(data).feed(data)), *assembler.flush()]
    return [text_of(piece.raw) for piece in pieces]
