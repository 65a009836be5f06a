"""How many contradictions there are: one count for every screen and report."""

from __future__ import annotations

from collections.abc import Collection

from trainmon.estimates import Contradiction
from trainmon.units import exact, plural


def doubts_text(contradictions: Collection[Contradiction]) -> str:
    """Give `8 contradictions (2 grave)`, `1 contradiction (minor)`: how many, and how many are no trifles."""
    told = plural(len(contradictions), "contradiction")
    grave = sum(one.is_grave for one in contradictions)
    if 0 < grave < len(contradictions):
        return f"{told} ({exact(grave)} grave)"
    alike = {one.weight for one in contradictions}
    return f"{told} ({'all ' if len(contradictions) > 1 else ''}{alike.pop()})" if alike else told
