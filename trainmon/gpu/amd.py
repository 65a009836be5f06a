"""AMD GPUs through `amd-smi ... --json`, whose shape changes with each ROCm release: every field may be missing."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from trainmon.gpu_snapshot import GpuProcess, GpuSample
from trainmon.sanitise import clean

TIMEOUT_S = 20.0
UNITS = {"B": 1.0, "KB": 1024.0, "MB": 1024.0**2, "GB": 1024.0**3, "KIB": 1024.0, "MIB": 1024.0**2, "GIB": 1024.0**3}
"""amd-smi says MB and means MiB."""
READINGS = ("memory_used_bytes", "memory_total_bytes", "utilization_percent", "temperature_c", "power_w")


def read_amd() -> tuple[GpuSample, ...] | str:
    """All AMD GPUs now, or the line that says why not. Takes about a second of CPU."""
    metrics = _ask("metric")
    if isinstance(metrics, str):
        return metrics
    return parse_amd(metrics, _ask("static", "--asic"), _ask("process"))


def parse_amd(metrics: object, static: object, processes: object) -> tuple[GpuSample, ...]:
    """Samples from the parsed JSON of `metric`, `static` and `process`; anything of another shape counts as absent."""
    names = {entry.get("gpu"): entry for entry in _entries(static)}
    jobs = {entry.get("gpu"): entry for entry in _entries(processes)}
    samples = [
        _sample(entry, names.get(entry.get("gpu"), {}), jobs.get(entry.get("gpu"), {})) for entry in _entries(metrics)
    ]
    return tuple(sample for sample in samples if sample is not None)


def _ask(*arguments: str) -> Any:
    command = ["amd-smi", *arguments, "--json"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=TIMEOUT_S, check=True, stdin=subprocess.DEVNULL)
        return json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return f"GPU: amd-smi has not answered for {TIMEOUT_S:.0f} s"
    except subprocess.CalledProcessError as error:
        said = clean(error.stderr.decode(errors="replace").strip().rpartition("\n")[2])[:100]
        return f"GPU: amd-smi ended with status {error.returncode}" + (f": {said}" if said else "")
    except (OSError, ValueError):
        return "GPU: amd-smi gave nothing that can be read"


def _entries(answer: object) -> Iterable[Mapping[str, Any]]:
    """One mapping per GPU: a list of them (ROCm 6), or the same list under `gpu_data` (ROCm 7)."""
    if isinstance(answer, Mapping):
        answer = answer.get("gpu_data")
    return [entry for entry in answer if isinstance(entry, Mapping)] if isinstance(answer, list) else []


def _sample(entry: Mapping[str, Any], static: Mapping[str, Any], jobs: Mapping[str, Any]) -> GpuSample | None:
    index = entry.get("gpu")
    if not isinstance(index, int):
        return None
    name, uuid = _at(static, "asic", "market_name"), _at(static, "asic", "asic_serial")
    sample = GpuSample(
        index=index,
        name=clean(name) if isinstance(name, str) else None,
        uuid=f"AMD-{clean(uuid)}" if isinstance(uuid, str) and uuid != "N/A" else f"AMD-{index}",
        memory_used_bytes=_bytes(_at(entry, "mem_usage", "used_vram")),
        memory_total_bytes=_bytes(_at(entry, "mem_usage", "total_vram")),
        utilization_percent=_number(_at(entry, "usage", "gfx_activity")),
        temperature_c=_number(_at(entry, "temperature", "hotspot")) or _number(_at(entry, "temperature", "edge")),
        power_w=_number(_at(entry, "power", "socket_power")),
        processes=tuple(_processes(jobs)),
    )
    missing = {field: "not supported" for field in READINGS if getattr(sample, field) is None}
    return replace(sample, unavailable=missing)


def _processes(jobs: Mapping[str, Any]) -> Iterable[GpuProcess]:
    found = jobs.get("process_list")
    for entry in found if isinstance(found, list) else ():
        info = entry.get("process_info", entry) if isinstance(entry, Mapping) else None
        if isinstance(info, Mapping) and isinstance(info.get("pid"), int):
            name = info.get("name")
            yield GpuProcess(
                pid=info["pid"],
                used_bytes=_bytes(_at(info, "memory_usage", "vram_mem")),
                name=clean(name).rpartition("/")[2] if isinstance(name, str) and name != "N/A" else "",
            )


def _at(entry: Mapping[str, Any], *path: str) -> object:
    value: object = entry
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _number(value: object) -> float | None:
    """A bare number, `{"value": 3, "unit": "%"}`, or None for `N/A`."""
    if isinstance(value, Mapping):
        value = value.get("value")
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _bytes(value: object) -> float | None:
    """As `_number`, in bytes; bare numbers are bytes."""
    number = _number(value)
    unit = value.get("unit") if isinstance(value, Mapping) else "B"
    scale = UNITS.get(str(unit).upper())
    return None if number is None or scale is None else number * scale
