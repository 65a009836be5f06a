"""How a contradiction is written down: its lines in order, its ratio, how much it matters."""

from __future__ import annotations

from collections.abc import Iterable

from trainmon.estimates import Contradiction

_LOW = 1.1
_MEDIUM = 1.5


def conflict(kind: str, where: Iterable[int], text: str, ratio: float | None = None) -> Contradiction:
    """Build a contradiction; below a tenth it is low, below a half medium, above that high. Lines are 1-based."""
    factor = ratio or 1.0
    severity = "low" if factor < _LOW else "medium" if factor < _MEDIUM else "high"
    return Contradiction(
        lines=tuple(sorted(set(where))),
        kind=kind,
        text=text,
        ratio=None if ratio is None else round(ratio, 4),
        severity=severity,
    )
