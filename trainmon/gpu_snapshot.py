"""GPU memory as everybody sees it: of this machine's GPUs, and of one run on them; part of `trainmon.snapshot`.

Bytes and watts as the driver states them; None where it does not say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuProcess:
    """A process that holds memory on a GPU."""

    pid: int
    used_bytes: float | None
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuSample:
    """One GPU at one moment. None: the driver does not say; `unavailable` says why."""

    index: int
    name: str | None = None
    uuid: str | None = None
    memory_used_bytes: float | None = None
    memory_total_bytes: float | None = None
    utilization_percent: float | None = None
    temperature_c: float | None = None
    power_w: float | None = None
    power_limit_w: float | None = None
    throttle_reasons: tuple[str, ...] = ()
    processes: tuple[GpuProcess, ...] = ()
    unavailable: Mapping[str, str] = field(default_factory=dict)
    """Field name -> reason (`not supported`, `no permission`)."""
    lost: bool = False
    mig_index: int | None = None
    """Number of a MIG instance of GPU `index`; None for the GPU itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuPanel:
    """All GPUs of this machine, or the one line that says why there are none."""

    samples: tuple[GpuSample, ...] = ()
    note: str = ""
    taken_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuDevice:
    """One GPU as the run used it."""

    name: str | None = None
    index: int | None = None
    memory_used_bytes: float | None = None
    peak_memory_bytes: float | None = None
    memory_total_bytes: float | None = None
    utilization_percent: float | None = None
    uuid: str | None = None
    others: tuple[GpuProcess, ...] = ()
    """Processes on this GPU that belong to no part of the run."""
    history: tuple[tuple[float, float], ...] = ()
    """(seconds since the epoch, bytes used) of the last half hour of a watch, bounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunGpu:
    """GPU memory of one run."""

    devices: tuple[GpuDevice, ...]
    peak_memory_bytes: float | None
    memory_total_bytes: float | None
    basis: str
    """`nvml` (measured now) or `log` (printed in the log or in an nvidia-smi log beside it)."""
    note: str = ""
    """What limits the numbers: `host PIDs: memory of the whole GPU`."""
