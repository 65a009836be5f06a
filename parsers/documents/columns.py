"""Cells that hold a bare figure, with the unit in the header or in another cell of the column."""

from __future__ import annotations

import re
from collections.abc import Sequence

from trainmon.parsers.documents.blocks import Piece
from trainmon.parsers.documents.durations import Span
from trainmon.parsers.documents.quantities import NUMBER, number_of
from trainmon.parsers.documents.units import HEADER_UNITS, SAFE_UNIT, seconds_of
from trainmon.patterns import pattern

_FIGURE = pattern(
    rf"(?P<about>[~≈])?\s*(?P<bound>[<>])?\s*(?P<low>{NUMBER})(?:\s*(?:[-–—−~…]|\.\.\.?|to\b)\s*(?P<high>{NUMBER}))?\s*(?P<plus>\+)?[*†‡¹²³]?"
)
_RATE = pattern(
    r"(?:/|\bper\b)\s*(?:GPU\s*/?\s*)?(?:seconds?|secs?|s|hours?|hrs?|h|minutes?|min|days?)(?![A-Za-z])", re.IGNORECASE
)
_MONEY = pattern(r"[$€£¥]|\bcost\b|\bprice\b|\bUSD\b", re.IGNORECASE)
_DEVICE = pattern(
    r"\b(?:[A-Z]{1,2}\d{2,4}|GPU|TPU|CPU|core|node)s?[\s-]+(?:GPU[\s-]+)?(?:hours?|hrs?|days?|years?|h)\b",
    re.IGNORECASE,
)
_BRACKET = pattern(r"[（(\[]([^()（）\[\]]{1,30})[)）\]]|,\s*([A-Za-z]{1,7})\.?$")
_CLOCK_HEADER = pattern(r"(?<![A-Za-z:])(?P<large>hh?|mm?):(?P<small>mm?|ss?)(?![A-Za-z:])", re.IGNORECASE)
_CLOCK_CELL = pattern(r"[~≈]?\s?(\d{1,4}):([0-5]\d)")
_OF_ONE = pattern(
    r"\b(?:times?|duration|min(?:utes)?)\s*(?:/|per)\s*(?:epoch|step|iter\w*|eval\w*)\b|\b(?:epoch|step|iteration|eval\w*)\s+(?:time|duration)\b",
    re.IGNORECASE,
)
"""Under `time/epoch` a bare `4:10` is minutes and seconds."""
_SPACED = pattern(r"(?<=\d)[ \u202f](?=\d{3}\b)")
"""The space of `4 300`."""
_TIME_HEADER = pattern(r"\b(?:times?|duration|took|takes|elapsed|runtime|eta)\b|时间|耗时|用时", re.IGNORECASE)
_FIGURE_AND_UNIT = pattern(rf"\W*{NUMBER}(?:\s*[-–—−~]\s*{NUMBER})?\s?({SAFE_UNIT})\W*", re.IGNORECASE)


def cell_spans(piece: Piece, lent: float | None = None) -> list[Span]:
    """Read a cell that is only a figure, in the header's unit or in `lent`, the seconds of a unit; [] without one."""
    if not 0 <= piece.column < len(piece.header) or piece.cells == piece.header:
        return []
    header, text = piece.header[piece.column], _SPACED.sub("", piece.text.strip())
    if clock := _clock(header, text):
        return [Span(start=0, end=len(piece.text), text=text, likely_s=clock, approximate=text[:1] in "~≈", clock=True)]
    match = _FIGURE.fullmatch(text)
    if match is None:
        return []
    size = header_unit(header) or (lent if _TIME_HEADER.search(header) else None)
    if size is None:
        return []
    low = round(number_of(match["low"]) * size, 9)
    high = round(number_of(match["high"]) * size, 9) if match["high"] else None
    if not (high or low):
        return []
    return [
        Span(
            start=0,
            end=len(piece.text),
            text=text,
            low_s=low if high or match["bound"] == ">" or match["plus"] else None,
            high_s=high or (low if match["bound"] == "<" else None),
            likely_s=None if high or match["bound"] or match["plus"] else low,
            approximate=bool(match["about"]),
            device_time=bool(_DEVICE.search(header)),
        )
    ]


def _clock(header: str, text: str) -> float | None:
    """Read `1:40` where the header says what stands before and after the colon: `h:mm`, `mm:ss`."""
    form, figures = _CLOCK_HEADER.search(header), _CLOCK_CELL.fullmatch(text)
    if figures is None:
        return None
    if form is None:
        return int(figures[1]) * 60.0 + int(figures[2]) if _OF_ONE.search(header) else None
    return int(figures[1]) * seconds_of(form["large"][0]) + int(figures[2]) * seconds_of(form["small"][0])


def header_unit(header: str) -> float | None:
    """Give the seconds in the unit that a column header names; None for rates, money and headers without one."""
    if _MONEY.search(header):
        return None
    if inside := _BRACKET.search(header):
        size = _unit_of((inside[1] or inside[2]).strip())
        if size is not None:
            return size
    if _RATE.search(header):
        return None
    if device := _DEVICE.search(header):
        return seconds_of(re.split(r"[\s-]+", device[0])[-1])
    if slash := _SLASHED.search(header):
        return seconds_of(slash[1] or slash[2])
    for match in HEADER_UNITS.finditer(header):
        alone = match["unit"] == "h" and header.rstrip().endswith(" h")  # `Total h`
        if len(match["unit"]) > 1 or not match["unit"].isascii() or alone:
            return seconds_of(match["unit"])
    return None


_SLASHED = pattern(
    r"^\W*(ms|s|sec|min|h|hr|hours?|days?)\s*/\s*[A-Za-z]+|(?<![A-Za-z/])(ms|s|secs?|min|h)\s*/\s*(?:it|iter|step|batch|"
    r"epoch|ep|eval)\w*\W*$",
    re.IGNORECASE,
)


_LABELLED = pattern(
    r"\W*(?P<unit>seconds?|secs?|s|ms|minutes?|min|hours?|h)\s*(?:per|/)\s*(?:it\w*|steps?|epochs?|batch\w*|update\w*|eval\w*)\s*(?:\([^()]*\))?:\s+",
    re.IGNORECASE,
)
_LAST_FIGURE = pattern(rf"(?:^|(?<=\s))[~≈]?(?P<figure>{NUMBER})\s*(?=,\s|;|$)")


def labelled_spans(text: str) -> list[Span]:
    """Read `seconds per step: 4090 2.6, A100 1.47`: the figures that end each entry, in the unit of the label."""
    label = _LABELLED.match(text)
    if label is None:
        return []
    size = seconds_of(label["unit"])
    return [
        Span(start=m.start(), end=m.end(), text=m[0].strip(), likely_s=round(number_of(m["figure"]) * size, 9))
        for m in _LAST_FIGURE.finditer(text, label.end())
    ]


def _unit_of(inside: str) -> float | None:
    """Read `h`, `min`, `s/iter`, `in hours`; never `images / second`."""
    words = re.sub(r"^(?:in|en|单位[:：]?)\s*", "", inside)
    match = re.match(r"([A-Za-z]+|[^\x00-\x7f]{1,3})(?:\s*(?:/|per)\s*\w+)?\.?$", words)
    if match is None or (len(words) == 1 and not words.islower()):
        return None
    try:
        return seconds_of(match[1])
    except KeyError:
        return None


def lent_units(pieces: Sequence[Piece]) -> dict[tuple[int, int], float]:
    """Give the unit that the cells of a time column write out, by table and column, where they agree on one."""
    sizes: dict[tuple[int, int], set[float]] = {}
    for piece in pieces:
        if (
            piece.kind != "cell"
            or not 0 <= piece.column < len(piece.header)
            or not _TIME_HEADER.search(piece.header[piece.column])
        ):
            continue
        if found := _FIGURE_AND_UNIT.fullmatch(piece.text.strip()):
            sizes.setdefault((piece.group, piece.column), set()).add(seconds_of(found[1]))
    return {place: found.pop() for place, found in sizes.items() if len(found) == 1}


_OF_DATA = pattern(
    r"\b(?:audio|speech|footage|recordings?|video|raw\s+data|corpus|(?:data(?:set)?|corpus)\s+(?:size|length)|amount\s+of\s+data|"
    r"context|horizon|window)\b",
    re.IGNORECASE,
)
_OF_TIME = pattern(r"\b(?:times?|duration|took|takes|per|training|inference|decoding|runtime|eta)\b", re.IGNORECASE)
_ONLY_DURATION = pattern(rf"\W*{NUMBER}\s?{SAFE_UNIT}\W*", re.IGNORECASE)


def is_amount_of_data(piece: Piece) -> bool:
    """Tell whether a cell says how much audio there is, not how long something takes: `| Raw audio | 20 hrs |`."""
    if piece.cells == piece.header:
        return _ONLY_DURATION.fullmatch(piece.text) is not None
    header = piece.header[piece.column] if 0 <= piece.column < len(piece.header) else ""
    return _OF_DATA.search(header) is not None and not _OF_TIME.search(header)
