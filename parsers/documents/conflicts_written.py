"""Contradictions in what a document writes out itself: products, quotients, restatements in other units."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trainmon.estimates import Contradiction
from trainmon.parsers.documents.conflict import conflict
from trainmon.parsers.documents.expressions import Equation, Value, read_equations
from trainmon.parsers.documents.plan import Plan, apart, interval, lines, ratio_of, show
from trainmon.patterns import pattern

_EXACT = 1.005
_ROUGH = 1.1
"""`≈` and `~` are allowed a tenth."""
_BRACKETED = 1.02
_ABOUT = pattern(r"\W*(?:about|roughly|around|approx\w*|circa|ca\.)\b", re.IGNORECASE)
_NONSENSE = 1000.0
"""Sides that lie this far apart were not meant to be equal."""


def written_conflicts(plan: Plan) -> Iterator[Contradiction]:
    """Work out every equation and every restatement again."""
    for equation in read_equations(plan.pieces):
        yield from _equation(equation)
    yield from _restatements(plan)


def _equation(equation: Equation) -> Iterator[Contradiction]:
    for left, right, mark in zip(equation.values, equation.values[1:], equation.marks, strict=False):
        if left.operators and _rounds_up(left, right):
            yield _rounding(equation, left.low, left.text, right)
        elif left.operators and not right.operators:
            ratio = _ratio(left, right)
            rough = mark == "≈" or "~" in right.text
            if _NONSENSE > ratio > (_ROUGH if rough else _EXACT) and not _within_digit(left, right):
                text = f"{left.text} is {_best(left, right):,.4g}, printed as {right.text}"
                yield conflict("product", equation.lines, text, ratio)
        elif left.unit is None and right.unit is None and mark == "≈" and _rounds_up(left, right):
            yield _rounding(equation, left.low, left.text, right)


def _rounding(equation: Equation, exact: float, text: str, right: Value) -> Contradiction:
    down = int(exact)
    same = text.replace(",", "") == f"{exact:g}"
    note = f"{text}{'' if same else f' is {exact:,.6g},'} rounded up to {right.text}; only {down:,} are full"
    return conflict("rounding", equation.lines, note, right.low / exact if exact else None)


def _rounds_up(left: Value, right: Value) -> bool:
    """Tell whether a count that does not come out whole is printed as the next whole number."""
    whole = right.low == int(right.low) and right.unit is None and not right.operators
    quotient = "÷" in left.text or "/" in left.text or (not left.operators and left.low >= 1)
    return (
        whole
        and quotient
        and left.unit is None
        and left.low != int(left.low)
        and 0 < right.low - left.low < 1
        and right.low > 10
    )


def _best(left: Value, right: Value) -> float:
    """Give the left side in the unit of the right, read as seconds, minutes, hours or that unit where it names none."""
    if left.unit is not None and right.unit is not None:
        return left.low * left.unit / right.unit
    if left.unit is None and right.unit is not None:
        readings = [left.low * size / right.unit for size in (right.unit, 1.0)]
        return min(readings, key=lambda value: ratio_of(value, right.low))
    return left.low


def _ratio(left: Value, right: Value) -> float:
    low = _best(left, right)
    factor = low / left.low if left.low else 1.0
    return apart((low, left.high * factor), (right.low, right.high))


def _within_digit(left: Value, right: Value) -> bool:
    low = _best(left, right)
    factor = low / left.low if left.low else 1.0
    return abs(low - right.low) <= right.precision and abs(left.high * factor - right.high) <= max(right.precision, 0.0)


def _last_digit(text: str, value_s: float) -> float:
    """Give the seconds in half of the last digit written: `4 minutes` may be anything from 3.5 to 4.5."""
    figures = re.findall(r"\d[\d,]*(?:\.\d+)?", text)
    number = float(figures[-1].replace(",", "")) if figures else 0.0
    decimals = len(figures[-1].partition(".")[2]) if figures else 0
    return 0.5 * 10**-decimals * value_s / number if number else 0.0


def _restatements(plan: Plan) -> Iterator[Contradiction]:
    for claim in plan.claims:
        if claim.restates < 0:
            continue
        before = plan.claims[claim.restates]
        one, other = interval(before.span), interval(claim.span)
        if one is None or other is None:
            continue
        between = (
            claim.piece.text[before.span.end : claim.span.start + 2] if claim.piece.line == before.piece.line else "="
        )
        ratio = apart(one, other)
        if "=" in between and abs(one[1] - other[1]) <= _last_digit(claim.span.text, other[1]):
            continue
        if one[0] == one[1] and other[0] < one[0] < other[1]:
            continue
        if other[0] == other[1] and one[0] <= other[0] <= one[1]:
            continue
        limit = _ROUGH if "≈" in between or _ABOUT.match(claim.span.text) else _BRACKETED
        if ratio > limit:
            text = f"{before.span.text} restated as {claim.span.text}: {show(one)} against {show(other)}"
            yield conflict("rounding", lines(before, claim), text, ratio)
