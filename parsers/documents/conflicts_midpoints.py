"""Contradictions of products that take one figure for a whole range: its middle, or another case than the expected."""

from __future__ import annotations

from collections.abc import Iterator

from trainmon.estimates import Contradiction, Scope
from trainmon.parsers.documents.claim import Claim
from trainmon.parsers.documents.conflict import conflict
from trainmon.parsers.documents.plan import Plan, cases_of, interval, is_whole, lines, outside, ratio_of, scaled, show
from trainmon.parsers.documents.units import seconds_of
from trainmon.patterns import pattern

_PRODUCT = pattern(
    r"(?P<count>\d[\d,]*)\s*[×x*]\s*(?P<factor>\d+(?:\.\d+)?)\s*(?P<unit>s|sec|seconds|min|minutes|h|hours|"
    r"days)?\b\s*(?:=|≈)"
)


def midpoint_conflicts(plan: Plan) -> Iterator[Contradiction]:
    """Notice a product that uses only the middle of a stated range and drops its width."""
    for claim in plan.claims:
        match = _PRODUCT.search(claim.piece.text)
        if match is None or claim.restates >= 0 or claim.operand or match.end() > claim.span.start + 2:
            continue
        factor = float(match["factor"]) * seconds_of(match["unit"] or "s")
        count = float(match["count"].replace(",", ""))
        for other in plan.claims:
            value = interval(other.span)
            if (
                value is None
                or value[0] == value[1]
                or not (other.scope is Scope.UNIT or is_whole(other))
                or other.piece.line >= claim.piece.line
            ):
                continue
            near = other.piece.headings[:2] == claim.piece.headings[:2]
            if near and abs(sum(value) / 2 - factor) < 1e-6 * factor:
                wide = show(scaled(value, count))
                text = f"{match['factor']} is the middle of {other.span.text}; the range gives {wide}"
                likely = _expected_total(plan, factor) if is_whole(other) else None
                if likely and (taken := interval(likely.span)):
                    text += f"; the expected case, {likely.span.text}, gives {show(scaled(taken, count))}"
                where = lines(other, claim, *([likely] if likely else []))
                yield conflict("product", where, text, ratio_of(value[1], factor))
                break


def _expected_total(plan: Plan, factor: float) -> Claim | None:
    """Give the total of the expected case where it is not the figure that was multiplied."""
    for claim in plan.claims:
        value = interval(claim.span)
        if is_whole(claim) and value and "expected" in cases_of(claim) and claim.restates < 0:
            return claim if outside((factor, factor), value) > 1 else None
    return None
