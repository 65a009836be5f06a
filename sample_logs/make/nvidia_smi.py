"""Writes what `nvidia-smi --query-gpu=... --format=csv -l 300` prints, for a machine that has no GPU.

The format is the tool's (`nvidia-smi --help-query-gpu`); the values are invented so that they agree with the run beside
it: an RTX 2080 Ti with 11 GB, of which training holds 8 to 10 GB, busy while it trains and idle before and after.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

HEADER = (
    "timestamp, index, name, utilization.gpu [%], memory.used [MiB], memory.total [MiB], temperature.gpu, "
    "power.draw [W]"
)
INTERVAL_S = 300.0


def lines(truth: dict[str, Any]) -> Iterator[str]:
    """The rows from ten minutes before the run to ten minutes after it."""
    dice = random.Random(61)
    training = next(stage for stage in truth["stages"] if stage["kind"] == "train")
    evaluations = [(stage["start"], stage["end"]) for stage in truth["stages"] if stage["kind"] == "eval"]
    yield HEADER
    t, temperature, peak = truth["wall_start"] - 600.0, 38.0, 8350.0
    while t < truth["wall_end"] + 600.0:
        if training["start"] <= t < training["end"]:
            evaluating = any(start <= t < end for start, end in evaluations)
            peak = min(peak + abs(dice.gauss(0.0, 4.0)), 9840.0)
            used = 8410.0 if evaluating else max(peak - dice.choice((0.0, 0.0, 128.0, 342.0)), 8200.0)
            busy, power, goal = dice.choice((97, 98, 99, 100, 100)), dice.gauss(238.0, 8.0), 76.0
        elif truth["wall_start"] <= t < truth["wall_end"]:
            used, busy, power, goal = 3470.0, dice.randint(0, 12), dice.gauss(61.0, 3.0), 45.0
        else:
            used, busy, power, goal = 11.0, 0, dice.gauss(21.0, 1.0), 36.0
        temperature += 0.4 * (goal - temperature) + dice.gauss(0.0, 0.6)
        stamp = datetime.fromtimestamp(t, UTC).strftime("%Y/%m/%d %H:%M:%S.%f")[:-3]
        memory = f"{used:.0f} MiB, 11264 MiB"
        yield f"{stamp}, 0, NVIDIA GeForce RTX 2080 Ti, {busy} %, {memory}, {temperature:.0f}, {power:.2f} W"
        t += INTERVAL_S + abs(dice.gauss(0.0, 0.004))
