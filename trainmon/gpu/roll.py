"""Which GPUs this machine has shown so far, so that one that vanishes is shown as lost and not forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from trainmon.gpu_snapshot import GpuSample
from trainmon.units import duration

BACK_SHOWN_S = 60.0
"""So long the return of a GPU stays news."""


class GpuRoll:
    """Remembers GPUs by UUID; `now` is a steady clock."""

    def __init__(self) -> None:
        self._last: dict[str, GpuSample] = {}
        self._gone_at: dict[str, float] = {}
        self._back: dict[str, tuple[float, float]] = {}

    @property
    def count(self) -> int:
        """GPUs seen so far, MIG instances not counted."""
        return sum(sample.mig_index is None for sample in self._last.values())

    def take(self, samples: Iterable[GpuSample], now: float) -> tuple[GpuSample, ...]:
        """The samples, and a lost one for every GPU that is missing among them."""
        present = tuple(samples)
        for sample in present:
            if sample.uuid is not None:
                self._note(sample, sample.uuid, now)
        seen = {sample.uuid for sample in present}
        gone = [uuid for uuid in self._last if uuid not in seen]
        for uuid in gone:
            if self._last[uuid].mig_index is not None:  # instances come and go by the administrator's hand
                del self._last[uuid]
            else:
                self._gone_at.setdefault(uuid, now)
        missing = tuple(_lost(self._last[uuid]) for uuid in gone if uuid in self._last)
        return tuple(sorted((*present, *missing), key=lambda s: (s.index, -1 if s.mig_index is None else s.mig_index)))

    def news(self, now: float) -> str:
        """What happened to GPUs: `GPU 3 lost for 40 s`, `GPU 3 is back, it was lost for 2 min`; mostly nothing."""
        lost = [f"GPU {self._last[uuid].index} lost for {duration(now - at)}" for uuid, at in self._gone_at.items()]
        back = [
            f"GPU {self._last[uuid].index} is back, it was lost for {duration(gone_s)}"
            for uuid, (at, gone_s) in self._back.items()
            if now - at < BACK_SHOWN_S and uuid not in self._gone_at and uuid in self._last
        ]
        return "; ".join((*lost, *back))

    def _note(self, sample: GpuSample, uuid: str, now: float) -> None:
        if sample.lost:
            self._gone_at.setdefault(uuid, now)
            self._last.setdefault(uuid, sample)
            return
        if uuid in self._gone_at:
            self._back[uuid] = (now, now - self._gone_at.pop(uuid))
        self._last[uuid] = sample


def _lost(sample: GpuSample) -> GpuSample:
    return GpuSample(
        index=sample.index, name=sample.name, uuid=sample.uuid, lost=True, unavailable={"memory_used_bytes": "GPU lost"}
    )


def blank(sample: GpuSample, reason: str) -> GpuSample:
    """The GPU without its readings, for when they are too old to be shown as if they were now."""
    return replace(
        sample,
        memory_used_bytes=None,
        utilization_percent=None,
        temperature_c=None,
        power_w=None,
        throttle_reasons=(),
        processes=(),
        unavailable={**sample.unavailable, "memory_used_bytes": reason},
    )
