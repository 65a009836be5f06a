"""What the header of a log says of the length of its run."""

from __future__ import annotations

import math
from collections.abc import Mapping


def total_and_epoch(facts: Mapping[str, float | str]) -> tuple[float | None, float | None]:
    """Steps of the whole run, and of an epoch; a run of so many steps may end within its last epoch."""
    total, epochs = stated(facts, "total_steps"), stated(facts, "epochs")
    per_epoch = stated(facts, "steps_per_epoch")
    examples, batch = stated(facts, "examples"), stated(facts, "effective_batch_size")
    if per_epoch is None and total and epochs:
        whole = math.ceil(examples / batch) if examples and batch else 0
        per_epoch = whole if whole * (epochs - 1) < total <= whole * epochs else total / epochs
    return total, per_epoch


def stated(facts: Mapping[str, float | str], name: str) -> float | None:
    """A number above 0 that the log states; None without one."""
    value = facts.get(name)
    return value if isinstance(value, float | int) and value > 0 else None
