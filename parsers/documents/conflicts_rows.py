"""Contradictions within one row of a table: steps x step time, epochs x epoch, against the duration beside them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from trainmon.estimates import Contradiction, Scope
from trainmon.parsers.documents.claim import Claim
from trainmon.parsers.documents.conflict import conflict
from trainmon.parsers.documents.conflicts_sums import added
from trainmon.parsers.documents.lexicon import TOTAL
from trainmon.parsers.documents.outline import is_column_part
from trainmon.parsers.documents.plan import Interval, Plan, interval, scaled, show
from trainmon.parsers.documents.quantities import NUMBER, number_of
from trainmon.parsers.documents.readings import header_of
from trainmon.patterns import pattern

_COUNT = pattern(rf"[~≈]?\s*(?P<figure>{NUMBER})\s?(?P<k>[kKM])?")
_OF_COLUMN = pattern(rf"(?P<figure>{NUMBER})\s?(?P<k>[kKM])?\s*-?\s*(?P<unit>steps?|iter\w*|epochs?)\b", re.IGNORECASE)
_STEPS = pattern(
    r"\W*(?:total\s+|training\s+|max\s+|#\s*|num(?:ber)?\s+of\s+)?(?:steps|iterations|iters?|updates)\W*", re.IGNORECASE
)
_STEPS_PER_EPOCH = pattern(r"\W*(?:steps|iterations|iters?|it)\s*(?:/|per)\s*(?:epoch|ep)\W*", re.IGNORECASE)
_EPOCHS = pattern(r"\W*(?:total\s+|training\s+|#\s*|num(?:ber)?\s+of\s+)?(?:epochs|ep)\W*", re.IGNORECASE)
_LESS = 1.05
"""A run cannot take less than its steps; rounding is allowed."""
_MORE = 1.3
"""What evaluation, checkpoints and starting up may add."""
_KS = {"k": 1e3, "K": 1e3, "M": 1e6}


def row_conflicts(plan: Plan) -> Iterator[Contradiction]:
    """Work out every row that states a count, a time of one and a time of all."""
    rows: dict[tuple[int, int], list[Claim]] = defaultdict(list)
    for claim in plan.claims:
        if claim.piece.kind == "cell" and claim.piece.header and claim.restates < 0 and interval(claim.span):
            rows[claim.piece.group, claim.piece.line].append(claim)
    for claims in rows.values():
        for whole in claims:
            yield from _row(whole, claims)
        parts = [claim for claim in claims if is_column_part(claim.piece) and claim.scope is Scope.STAGE]
        totals = [claim for claim in claims if TOTAL.search(header_of(claim.piece))]
        if len(parts) > 1 and len(totals) == 1:
            yield from added(totals[0], parts)


def _row(whole: Claim, claims: list[Claim]) -> Iterator[Contradiction]:
    if whole.scope not in {Scope.TOTAL, Scope.STAGE, Scope.EPOCH} or whole.span.device_time:
        return
    counts = _counts(whole)
    stated = interval(whole.span)
    steps, epochs = counts.get("steps"), counts.get("epochs")
    if whole.scope is Scope.EPOCH:
        steps, epochs = counts.get("steps per epoch"), None
    elif steps is None and epochs and "steps per epoch" in counts:
        steps = epochs * counts["steps per epoch"]
    for scope, count in ((Scope.STEP, steps), (Scope.EPOCH, epochs)):
        one = _nearest(whole, claims, scope)
        value = interval(one.span) if one else None
        if count and one and value and stated:
            yield from _held(stated, scaled(value, count), whole, f"{count:,g} x {one.span.text}")


_TIMES = pattern(r"\W*(?:#\s*)?(?:folds?|seeds?|runs?|repeats?|repetitions?|trials?|models?)\W*", re.IGNORECASE)


def _times(whole: Claim) -> float:
    """Give how many folds or seeds a row counts, which its duration may stand for together."""
    pairs = zip(whole.piece.header, whole.piece.cells, strict=False)
    counts = [_number(m) for head, cell in pairs if _TIMES.fullmatch(head) and (m := _COUNT.fullmatch(cell.strip()))]
    return counts[0] if len(counts) == 1 and counts[0] > 0 else 1.0


def _held(stated: Interval, product: Interval, whole: Claim, formula: str) -> Iterator[Contradiction]:
    together = scaled(product, _times(whole))
    if together[0] / stated[1] <= _LESS and stated[0] / together[1] <= _MORE:
        return
    short, long = product[0] / stated[1], stated[0] / product[1]
    if short > _LESS or long > _MORE:
        text = f"{formula} is {show(product)}, the same row says {show(stated)}"
        yield conflict("product", (whole.piece.line + 1,), text, max(short, long))


def _nearest(whole: Claim, claims: list[Claim], scope: Scope) -> Claim | None:
    """Give the time of one that stands nearest to the left, or the only one of the row beside the only duration."""
    ones = [c for c in claims if c.scope is scope and c is not whole]
    before = [c for c in ones if c.piece.column < whole.piece.column]
    if before:
        return max(before, key=lambda c: c.piece.column)
    wholes = [c for c in claims if c.scope in {Scope.TOTAL, Scope.STAGE}]
    return ones[0] if len(ones) == 1 and len(wholes) == 1 else None


def _counts(whole: Claim) -> dict[str, float]:
    """Give how many steps and epochs the row is about: from the column's own header, else from other cells."""
    counts: dict[str, float] = {}
    for header, cell in zip(whole.piece.header, whole.piece.cells, strict=False):
        match = _COUNT.fullmatch(cell.strip())
        if match is None:
            continue
        for name, form in (("steps", _STEPS), ("epochs", _EPOCHS), ("steps per epoch", _STEPS_PER_EPOCH)):
            if form.fullmatch(header):
                counts.setdefault(name, _number(match))
    if own := _OF_COLUMN.search(header_of(whole.piece)):
        counts["epochs" if own["unit"].lower().startswith("ep") else "steps"] = _number(own)
    return counts


def _number(match: re.Match[str]) -> float:
    return number_of(match["figure"]) * _KS.get(match["k"] or "", 1.0)
