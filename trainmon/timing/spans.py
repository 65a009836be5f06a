"""When single pauses began and how long they took, in bounded memory: of very many, the longest of each few."""

from __future__ import annotations

from typing import Self

MOST = 128
STALL = "stall"
"""Key of unexplained, irregular time in the overheads; the other keys are values of `StageKind`."""
Span = tuple[float, float]
"""(seconds on the run's clock at its beginning, seconds it took)."""


class Spans:
    """Pauses of one kind, in the order of time. Where they are many, of 2, 4, 8 neighbours only the longest stays."""

    def __init__(self) -> None:
        self._kept: list[Span] = []
        self._each = 1
        self._group: list[Span] = []

    def add(self, began_s: float, duration_s: float) -> None:
        """One more; constant work on average."""
        self._group.append((began_s, duration_s))
        if len(self._group) < self._each:
            return
        self._kept.append(_longest(self._group))
        self._group = []
        if len(self._kept) >= MOST:
            self._kept = [_longest(self._kept[at : at + 2]) for at in range(0, MOST, 2)]
            self._each *= 2

    def copy(self) -> Self:
        """An independent copy."""
        other = type(self)()
        other._kept, other._each, other._group = self._kept.copy(), self._each, self._group.copy()
        return other

    def all(self) -> tuple[Span, ...]:
        """What is kept, at most 128."""
        return (*self._kept, *((_longest(self._group),) if self._group else ()))


def _longest(spans: list[Span]) -> Span:
    return max(spans, key=lambda span: span[1])
