"""GPU memory as training logs print it, kept per device with its peak."""

from __future__ import annotations

from dataclasses import dataclass

from trainmon.events import GpuMemory
from trainmon.gpu_snapshot import GpuDevice, RunGpu


@dataclass(slots=True)
class _Device:
    name: str | None = None
    used_bytes: float | None = None
    peak_bytes: float | None = None
    total_bytes: float | None = None


class PrintedMemory:
    """Folds `GpuMemory` events into what the exports show."""

    def __init__(self) -> None:
        self._devices: dict[int | None, _Device] = {}

    def add(self, event: GpuMemory) -> None:
        """Keep the latest use and the highest peak."""
        device = self._devices.setdefault(event.device_index, _Device())
        device.name = event.device_name or device.name
        device.total_bytes = event.total_bytes or device.total_bytes
        device.used_bytes = event.used_bytes if event.used_bytes is not None else device.used_bytes
        seen = [b for b in (event.used_bytes, event.peak_bytes, device.peak_bytes) if b is not None]
        device.peak_bytes = max(seen, default=None)

    def info(self) -> RunGpu | None:
        """None while no line printed any memory."""
        used = {index: device for index, device in self._devices.items() if device.peak_bytes is not None}
        if not used:
            return None
        peaks = [device.peak_bytes for device in used.values() if device.peak_bytes is not None]
        totals = [device.total_bytes for device in used.values() if device.total_bytes is not None]
        return RunGpu(
            devices=tuple(
                GpuDevice(
                    name=device.name,
                    index=index,
                    memory_used_bytes=device.used_bytes,
                    peak_memory_bytes=device.peak_bytes,
                    memory_total_bytes=device.total_bytes,
                )
                for index, device in used.items()
            ),
            peak_memory_bytes=max(peaks),
            memory_total_bytes=max(totals, default=None),
            basis="log",
        )
