"""GPUs in plain lines: of one run, and all of this machine."""

from __future__ import annotations

from collections.abc import Iterable

from trainmon import units
from trainmon.gpu_snapshot import GpuDevice, GpuPanel, GpuSample, RunGpu
from trainmon.sanitise import clean


def gpu_label(sample: GpuSample) -> str:
    """Give `GPU 0`, and `MIG 0.1` for instance 1 of it."""
    return f"GPU {sample.index}" if sample.mig_index is None else f"MIG {sample.index}.{sample.mig_index}"


def run_gpu_lines(gpu: RunGpu | None) -> Iterable[str]:
    """Give one line a GPU that the run uses or used, and what limits the numbers."""
    if gpu is None:
        return
    for device in gpu.devices:
        yield f"{_device(device)} ({clean(gpu.basis)})"
    if gpu.note:
        yield clean(gpu.note)


def machine_gpu_lines(panel: GpuPanel) -> Iterable[str]:
    """Give one line a GPU of this machine, and what befell them; nothing where none was looked for."""
    for sample in panel.samples:
        yield f"{gpu_label(sample)}{_named(sample.name)}: {_sample(sample)}"
    if panel.note:
        yield clean(panel.note)


def _device(device: GpuDevice) -> str:
    label = "GPU" if device.index is None else f"GPU {device.index}"
    used, total = device.memory_used_bytes, device.memory_total_bytes
    parts = [f"{units.bytes_text(used)}{_of(total)}"] if used is not None else []
    if device.peak_memory_bytes is not None:
        parts.append(f"peak {units.bytes_text(device.peak_memory_bytes)}{'' if parts else _of(total)}")
    if device.others:
        parts.append(f"{units.plural(len(device.others), 'process')} of others on it")
    return f"{label}{_named(device.name)}: {', '.join(parts) or 'memory not known'}"


def _sample(sample: GpuSample) -> str:
    if sample.lost:
        return "lost"
    used, total = sample.memory_used_bytes, sample.memory_total_bytes
    why = f" ({clean(reason)})" if used is None and (reason := sample.unavailable.get("memory_used_bytes")) else ""
    parts = [f"{units.bytes_text(used)}{_of(total)}{why}"]
    if sample.utilization_percent is not None:
        parts.append(f"{sample.utilization_percent:.0f} %")
    if sample.temperature_c is not None:
        parts.append(f"{sample.temperature_c:.0f} °C")
    if sample.power_w is not None:
        limit = f"/{sample.power_limit_w:.0f}" if sample.power_limit_w is not None else ""
        parts.append(f"{sample.power_w:.0f}{limit} W")
    if sample.throttle_reasons:
        parts.append("slowed down by " + clean(", ".join(sample.throttle_reasons)))
    return ", ".join(parts)


def _named(name: str | None) -> str:
    return f" {clean(name)}" if name else ""


def _of(total: float | None) -> str:
    return f" of {units.bytes_text(total)}" if total is not None else ""
