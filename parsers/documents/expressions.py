"""Sums and products that a document writes out: `2,375 × 1.2 = 2,850 seconds`, worked out again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trainmon.parsers.documents.amounts import AMOUNT, amount_of, is_descending
from trainmon.parsers.documents.blocks import Piece
from trainmon.parsers.documents.quantities import NUMBER, number_of
from trainmon.parsers.documents.units import SAFE_UNIT, seconds_of
from trainmon.patterns import pattern

_OPERATOR = r"[×x*✕·÷/+−-]"
_TERM = pattern(
    rf"\s*(?P<open>\(*)\s*[~≈$]?\s*(?P<low>{NUMBER})(?P<k>[kKM](?![A-Za-z]))?(?:\s?[-–—]\s?(?P<high>{NUMBER})(?=\s*[A-Za-z)=≈×x*]|\s*$))?"
    rf"\s*(?P<unit>{SAFE_UNIT}\b)?(?P<words>(?:\s?(?:/\s?)?(?!x\s)[A-Za-z%][\w-]*){{0,3}}?)\s*(?P<close>\)*)\s*(?=(?P<next>[×x*✕·÷/+−=≈-])|[.,;:()（）→|*\"'`]|\s*$)",
    re.IGNORECASE,
)
_EQUALS = pattern(r"\s=\s|^\s*[=≈]\s?|≈|≃")
_KS = {"k": 1e3, "K": 1e3, "M": 1e6}


@dataclass(frozen=True, slots=True)
class Value:
    """One side of an equation."""

    low: float
    high: float
    unit: float | None
    """Seconds in the unit that is written, None for a bare number."""
    text: str
    precision: float
    """Half of the last digit written, in the written unit."""
    operators: int = 0


@dataclass(frozen=True, slots=True)
class Equation:
    """A chain of values that the document holds to be equal, and the lines that it runs over."""

    values: tuple[Value, ...]
    marks: tuple[str, ...]
    """`=` or `≈` before each value but the first."""
    lines: tuple[int, ...]
    label: str
    group: int


def read_equations(pieces: Sequence[Piece]) -> Iterator[Equation]:
    """Read the equations of a document; a line that begins with `=` goes on with the one above."""
    held: list[Piece] = []
    for piece in [*pieces, None]:
        if held and (piece is None or not (piece.text[:1] in "=≈" and piece.group == held[-1].group)):
            equation = _equation(held)
            if equation:
                yield equation
            held = []
        equal = piece is not None and any(sign in piece.text for sign in "=≈≃")
        if piece is not None and (held or (equal and _EQUALS.search(piece.text))):
            held.append(piece)


def _equation(pieces: list[Piece]) -> Equation | None:
    text = " ".join(piece.text for piece in pieces)
    if not _EQUALS.search(text) or len(text) > 2000 or re.search(r"\w\(\w+\s*=|==|\bimport\b|\"\w+\"\s*:", text):
        return None
    sides = _EQUALS.split(_readable(text))
    marks = tuple(mark.strip() for mark in _EQUALS.findall(_readable(text)))
    label = re.split(r"[:：]", sides[0])[0][:80]
    readings = [_side(side) for side in sides]
    kept = [(value, marks[index - 1] if index else "") for index, value in enumerate(readings) if value]
    values = [value for value, _ in kept]
    if len(values) < 2:
        return None
    return Equation(
        tuple(values),
        tuple(mark for _, mark in kept[1:]),
        tuple(piece.line + 1 for piece in pieces),
        label.strip(),
        pieces[0].group,
    )


def _readable(text: str) -> str:
    return _WHOLE_AMOUNT.sub(_in_one_unit, re.sub(r"^[^=≈:：]{0,80}[:：]\s", "", text))


_WHOLE_AMOUNT = pattern(rf"(?<![\w.:,]){AMOUNT}", re.IGNORECASE)
_IN_PARTS = pattern(r"\d\s?[a-zA-Z]+\s?\d|\d:\d|\band\b", re.IGNORECASE)


def _in_one_unit(match: re.Match[str]) -> str:
    """Write `2h15` and `4 min 10 s` as a figure and one unit, so that they can be reckoned with."""
    if not _IN_PARTS.search(match[0]) or not is_descending(match[0]):
        return match[0]
    value, _ = amount_of(match[0])
    size, unit = (3600.0, "h") if value >= 3600 else (60.0, "min") if value >= 60 else (1.0, "s")
    return f"{value / size:.5g} {unit}"


def _side(text: str) -> Value | None:
    """Work out one side: terms joined by operators, left to right with the usual precedence."""
    text = re.sub(r"^\s*[A-Za-z\u4e00-\u9fff][^\d(]*(?=\s|\()", "", text) if not re.match(r"\s*[\d(~$]", text) else text
    terms: list[tuple[str, re.Match[str]]] = []
    position, operator = 0, ""
    while match := _TERM.match(text, position):
        terms.append((operator, match))
        position = match.end()
        if not re.match(_OPERATOR, text[position : position + 1]):
            break
        operator, position = text[position], position + 1
    if not terms:
        return None
    return _evaluated(text, terms)


def _evaluated(text: str, terms: list[tuple[str, re.Match[str]]]) -> Value | None:
    written, units = (
        ["", ""],
        [seconds_of(m["unit"]) for _, m in terms if m["unit"] and not m["words"].lstrip().startswith("/")],
    )
    for operator, match in terms:
        sign = {"×": "*", "x": "*", "X": "*", "✕": "*", "·": "*", "÷": "/", "−": "-"}.get(operator, operator)
        for index in (0, 1):
            figure = match["high"] if index and match["high"] else match["low"]
            try:
                number = number_of(figure) * _KS.get(match["k"] or "", 1.0)
            except ValueError:
                return None
            written[index] += f"{sign}{match['open']}{number!r}{match['close']}"
    try:
        low, high = (_compute(expression) for expression in written)
    except (ValueError, ZeroDivisionError):
        return None
    unit = units[0] if len(set(units)) == 1 else None
    last = terms[-1][1]
    digits = last["low"].replace(",", "").partition(".")[2]
    precision = 0.5 * 10 ** -len(digits) if len(terms) == 1 else 0.0
    start, end = terms[0][1].start(), last.end()
    return Value(low, high, unit, text[start:end].strip(), precision, len(terms) - 1)


_TOKEN = pattern(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?|[-+*/()]")


def _compute(expression: str) -> float:
    """Work out + - * / and brackets; ValueError for anything malformed."""
    tokens = _TOKEN.findall(expression)
    value, rest = _sum(tokens)
    if rest:
        raise ValueError(expression)
    return value


def _sum(tokens: list[str]) -> tuple[float, list[str]]:
    value, tokens = _product(tokens)
    while tokens and tokens[0] in "+-":
        sign, (other, tokens) = tokens[0], _product(tokens[1:])
        value = value + other if sign == "+" else value - other
    return value, tokens


def _product(tokens: list[str]) -> tuple[float, list[str]]:
    value, tokens = _atom(tokens)
    while tokens and tokens[0] in "*/":
        sign, (other, tokens) = tokens[0], _atom(tokens[1:])
        value = value * other if sign == "*" else value / other
    return value, tokens


def _atom(tokens: list[str]) -> tuple[float, list[str]]:
    if not tokens:
        raise ValueError("nothing where a figure should stand")
    if tokens[0] != "(":
        return float(tokens[0]), tokens[1:]
    value, rest = _sum(tokens[1:])
    if not rest or rest[0] != ")":
        raise ValueError("a bracket stays open")
    return value, rest[1:]
