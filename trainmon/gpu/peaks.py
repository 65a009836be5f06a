"""Peaks of GPU memory per run and device, from samples of the driver or from an nvidia-smi log. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from trainmon.gpu_snapshot import GpuDevice, GpuSample, RunGpu


def run_gpu(devices: Sequence[GpuDevice], basis: str, note: str = "") -> RunGpu:
    """The run's figures: the peak of the device that came highest, and that device's size.

    Memory runs out per GPU, so the fullest one decides, never a sum over GPUs.
    """
    fullest = max(devices, key=lambda device: device.peak_memory_bytes or 0.0, default=None)
    return RunGpu(
        devices=tuple(devices),
        peak_memory_bytes=fullest.peak_memory_bytes if fullest else None,
        memory_total_bytes=fullest.memory_total_bytes if fullest else None,
        basis=basis,
        note=note,
    )


def with_peaks(before: RunGpu | None, now: RunGpu | None) -> RunGpu | None:
    """What is used `now`, with the peaks of all that was seen before; devices left meanwhile keep their peak."""
    if before is None or now is None:
        return (
            now if before is None else run_gpu([_left(device) for device in before.devices], before.basis, before.note)
        )
    peaks = {_key(device): device for device in before.devices}
    devices = [_higher(peaks.pop(_key(device), None), device) for device in now.devices]
    return run_gpu([*devices, *map(_left, peaks.values())], now.basis, now.note)


class LogPeaks:
    """Folds the samples of an nvidia-smi log into one `RunGpu`; the last sample is what is used now."""

    def __init__(self) -> None:
        self._gpu: RunGpu | None = None

    def add(self, samples: Iterable[GpuSample]) -> None:
        """Samples of one moment or of many, in the order of the log."""
        for sample in samples:
            device = GpuDevice(
                name=sample.name,
                index=sample.index,
                uuid=sample.uuid,
                memory_used_bytes=sample.memory_used_bytes,
                peak_memory_bytes=sample.memory_used_bytes,
                memory_total_bytes=sample.memory_total_bytes,
                utilization_percent=sample.utilization_percent,
            )
            known = {_key(old): old for old in self._gpu.devices} if self._gpu else {}
            known[_key(device)] = _higher(known.get(_key(device)), device)
            self._gpu = run_gpu(tuple(known.values()), basis="log")

    def with_more(self, samples: Iterable[GpuSample]) -> RunGpu | None:
        """What it would be with these samples, which are not kept."""
        more = LogPeaks()
        more._gpu = self._gpu
        more.add(samples)
        return more.gpu

    @property
    def gpu(self) -> RunGpu | None:
        """None before the first sample."""
        return self._gpu


def _key(device: GpuDevice) -> object:
    return device.uuid or (device.index, device.name)


def _left(device: GpuDevice) -> GpuDevice:
    return replace(device, memory_used_bytes=None, utilization_percent=None, others=())


def _higher(before: GpuDevice | None, now: GpuDevice) -> GpuDevice:
    if before is None:
        return now
    peaks = [peak for peak in (before.peak_memory_bytes, now.peak_memory_bytes) if peak is not None]
    return replace(
        now,
        name=now.name or before.name,
        peak_memory_bytes=max(peaks, default=None),
        memory_total_bytes=now.memory_total_bytes or before.memory_total_bytes,
        history=before.history,
    )
