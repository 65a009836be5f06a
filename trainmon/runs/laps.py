"""Laps: what is counted from a counter's beginning until it begins anew."""

from __future__ import annotations

from dataclasses import dataclass

from trainmon.events import Counter


@dataclass(slots=True)
class Lap:
    """One life of a counter: a bar from its first redraw to its last."""

    anchor_s: float
    """Where its elapsed time counts from, on the run's clock."""
    first: float
    current: float
    elapsed_s: float | None
    epoch: float | None

    def drawn_whole_again(self, counter: Counter) -> bool:
        """Tell whether a bar is complete again, of which the log keeps nothing but the last state (wandb's console)."""
        whole = counter.total is not None and counter.total == self.first == self.current <= counter.current
        return whole and counter.from_start and (counter.elapsed_s or 0.0) > 1.0
