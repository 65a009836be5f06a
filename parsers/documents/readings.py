"""What the reading of one duration comes to."""

from __future__ import annotations

from dataclasses import dataclass

from trainmon.estimates import Scope
from trainmon.parsers.documents.blocks import Piece


@dataclass(frozen=True, slots=True)
class Reading:
    """The outcome for one span; `stage` in the document's words, `kind` one of the lexicon's."""

    scope: Scope
    stage: str | None = None
    kind: str = ""
    per: str = ""


def header_of(piece: Piece) -> str:
    """Give the header of the column that a cell stands in, "" outside tables and without a header."""
    return piece.header[piece.column] if 0 <= piece.column < len(piece.header) else ""
