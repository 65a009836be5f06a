"""How the sampling process hands its samples over: one JSON object a line, `.` for a sign of life."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from trainmon.gpu_snapshot import GpuPanel, GpuProcess, GpuSample

BEAT = "."


def encode(panel: GpuPanel) -> str:
    """One line without its end."""
    return json.dumps(asdict(panel), separators=(",", ":"))


def decode(text: str) -> GpuPanel | None:
    """The panel of a line of `encode`; None for a line that was cut or is none."""
    try:
        fields = json.loads(text)
        samples = tuple(_sample(sample) for sample in fields.pop("samples"))
        return GpuPanel(samples=samples, **fields)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _sample(fields: dict[str, Any]) -> GpuSample:
    fields["processes"] = tuple(GpuProcess(**process) for process in fields["processes"])
    fields["throttle_reasons"] = tuple(fields["throttle_reasons"])
    return GpuSample(**fields)
