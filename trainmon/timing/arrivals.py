"""When the bytes of an archived log arrived: a `timing.jsonl` beside it says how the file grew."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Arrival:
    """The file had grown to `offset` bytes at `time_s` (seconds since the epoch, or of a simulated clock)."""

    offset: int
    time_s: float


def arrivals_beside(log: Path) -> tuple[Arrival, ...]:
    """How `log` grew: `NAME.timing_sim.jsonl`, `NAME.timing.jsonl` or the same without NAME; empty where none is."""
    for name in ("timing_sim.jsonl", "timing.jsonl"):
        for path in (log.with_name(f"{log.stem}.{name}"), log.with_name(name)):
            if path.is_file():
                return parse_arrivals(path.read_text(encoding="utf-8", errors="replace"))
    return ()


def recorded_s(log: Path, size: int) -> float | None:
    """How long `log`, `size` bytes long, was written by the record beside it; None without one of all its bytes."""
    found = arrivals_beside(log)
    lasted_s = found[-1].time_s - found[0].time_s if found and found[-1].offset == size else 0.0
    return lasted_s or None


def parse_arrivals(text: str) -> tuple[Arrival, ...]:
    """Read lines of `{"offset": BYTES, "t": SECONDS}`; foreign lines are passed over, order is kept rising."""
    found: list[Arrival] = []
    for line in text.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if not isinstance(entry, dict):
            continue
        offset, time_s = entry.get("offset"), entry.get("t")
        if not isinstance(offset, int) or not isinstance(time_s, int | float) or not math.isfinite(time_s):
            continue
        if not found or (offset >= found[-1].offset and time_s >= found[-1].time_s):
            found.append(Arrival(offset, float(time_s)))
    return tuple(found)


def cut(data: bytes, arrivals: Sequence[Arrival]) -> list[tuple[bytes, float | None]]:
    """The pieces of `data` as they arrived, with their times; what no arrival covers comes with the last one."""
    pieces: list[tuple[bytes, float | None]] = []
    start = 0
    for arrival in arrivals:
        end = min(arrival.offset, len(data))
        if end > start:
            pieces.append((data[start:end], arrival.time_s))
            start = end
    if start < len(data) and arrivals:
        pieces.append((data[start:], arrivals[-1].time_s))
    return pieces
