"""One duration of a document with everything known about it: its place, its words, what it is of."""

from __future__ import annotations

from dataclasses import dataclass

from trainmon.estimates import Scope
from trainmon.parsers.documents.bars import Bar
from trainmon.parsers.documents.blocks import Piece
from trainmon.parsers.documents.durations import Span
from trainmon.parsers.documents.labels import Words
from trainmon.parsers.documents.readings import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One duration read from one piece."""

    piece: Piece
    span: Span
    words: Words
    reading: Reading
    restates: int = -1
    """Index of the claim on the same line whose value this one repeats in other words; -1 for none."""
    operand: bool = False
    """A factor of a product written out on this line."""
    bar: Bar | None = None

    @property
    def scope(self) -> Scope:
        return self.reading.scope
