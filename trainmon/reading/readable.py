"""What can be asked of a log as text: how much there is, any of its bytes, what a piece was read as."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much text there is now."""

    size: int
    """Bytes, as UTF-8."""
    generation: int = 0
    """Another number: other text under the same name."""
    unfolding: float | None = None
    """Which part of the archive was unfolded, 0..1; None where all that there is can be read."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceRead:
    """What one format read from one piece, or that none did."""

    format_name: str | None
    events: tuple[str, ...] = ()
    """As `trainmon formats explain` words them."""


class LogText(Protocol):
    """Text that can be read anywhere; used by one thread."""

    def look(self) -> Extent:
        """See how much there is; takes at most about 0.1 s."""
        ...

    def read(self, offset: int, size: int) -> bytes:
        """Give up to `size` bytes of text from `offset` on; fewer where they are gone."""
        ...

    def close(self) -> None:
        """Give up what was unfolded."""
        ...


class ReadableLog(LogText, Protocol):
    """Text whose pieces can be explained."""

    def explain(self, begin: int, end: int) -> tuple[PieceRead, ...]:
        """Say what the piece from `begin` to `end` was read as; several where text was glued to it."""
        ...
