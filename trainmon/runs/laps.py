"""Laps: what is counted from a counter's beginning until it begins anew."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Lap:
    """One life of a counter: a bar from its first redraw to its last."""

    anchor_s: float
    """Where its elapsed time counts from, on the run's clock."""
    first: float
    current: float
    elapsed_s: float | None
    epoch: float | None
