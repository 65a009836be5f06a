"""How many contradictions there are: one count for every screen and report."""

from __future__ import annotations

from collections.abc import Collection

from trainmon.estimates import GRAVE, Contradiction
from trainmon.units import exact, plural


def doubts_text(contradictions: Collection[Contradiction]) -> str:
    """Give `3 contradictions`, `8 contradictions (2 grave)`: all that the lists show, and how many are no trifles."""
    grave = sum(one.severity in GRAVE for one in contradictions)
    weight = "" if grave == len(contradictions) else f" ({exact(grave) if grave else 'none'} grave)"
    return plural(len(contradictions), "contradiction") + weight
