"""The contract's part about GPUs."""

from __future__ import annotations

from trainmon.exports.contract import JsonObject
from trainmon.exports.schema_parts import FLAG, NUMBER, TEXT, WHOLE, list_of, map_of, moment, object_of, said


def gpu_definitions() -> JsonObject:
    """Definitions of a run's GPU memory and of this machine's GPUs."""
    device = {
        "name": {"type": ["string", "null"]},
        "uuid": {"type": ["string", "null"]},
        "memory_used_bytes": NUMBER,
        "memory_total_bytes": NUMBER,
        "utilization_percent": NUMBER,
    }
    process = object_of("A process on a GPU.", pid=WHOLE, used_bytes=NUMBER, name=TEXT)
    return {
        "run_gpu": object_of(
            "GPU memory of one run.",
            devices=list_of(
                object_of(
                    "A GPU as the run used it.",
                    **device,
                    index={"type": ["integer", "null"]},
                    peak_memory_bytes=NUMBER,
                    others=list_of(process),
                )
            ),
            peak_memory_bytes=NUMBER,
            memory_total_bytes=NUMBER,
            basis={"enum": ["nvml", "log"]},
            note=TEXT,
        ),
        "gpus": object_of(
            "All GPUs of this machine.",
            note=said(TEXT, "Why there are none."),
            taken_at=moment(),
            samples=list_of(
                object_of(
                    "One GPU.",
                    **device,
                    index=WHOLE,
                    mig_index={"type": ["integer", "null"]},
                    temperature_c=NUMBER,
                    power_w=NUMBER,
                    power_limit_w=NUMBER,
                    throttle_reasons=list_of(TEXT),
                    processes=list_of(process),
                    unavailable=map_of(TEXT, "Field and reason."),
                    lost=FLAG,
                )
            ),
        ),
    }
