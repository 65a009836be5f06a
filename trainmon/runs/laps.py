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
    moved_at: float | None = None
    """When the bytes arrived that showed its last move, in seconds since the epoch; None where nobody watched."""

    def drawn_whole_again(self, counter: Counter) -> bool:
        """Tell whether a bar is complete again, of which the log keeps nothing but the last state (wandb's console)."""
        whole = counter.total is not None and counter.total == self.first == self.current <= counter.current
        return whole and began_at_nothing(counter) and (counter.elapsed_s or 0.0) > 1.0


def began_at_nothing(counter: Counter) -> bool:
    """Tell whether a bar stood at 0 when its clock began: it went at the printed pace ever since."""
    if counter.pace_s is None or not counter.elapsed_s or counter.current <= 0:
        return False
    return abs(counter.current * counter.pace_s - counter.elapsed_s) <= 0.05 * counter.elapsed_s + 1.0
