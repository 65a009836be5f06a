"""Positions in a calendar: `Hour 1-19`, `Week 2`, `第3天`; the length of the slot is what they say."""

from __future__ import annotations

import re

from trainmon.parsers.documents.durations import Span
from trainmon.parsers.documents.units import seconds_of
from trainmon.patterns import pattern

_POSITION = pattern(
    r"^\W{0,6}(?P<text>(?P<unit>hour|day|week|month|minute)s?\s+(?P<first>\d{1,4}(?:\.\d)?)(?:\s*(?:-|–|—|"
    r"to)\s*(?P<last>\d{1,4}(?:\.\d)?))?)"
    r"(?=\s*(?:[:：)\]|](?!\d)|[-–—]\s|$))|"
    r"^\W{0,6}(?P<chinese>第\s?(?P<number>\d{1,3})(?:\s?[-–~至到]\s?(?P<until>\d{1,3}))?\s?(?P<cjk>[天周]))",
    re.IGNORECASE,
)


def find_positions(text: str) -> list[Span]:
    """Find the position that opens a line; hours are marks on a clock (1-19 is 18 h), days are counted in full."""
    match = _POSITION.match(text)
    if match is None:
        return []
    if match["chinese"]:
        days = int(match["until"] or match["number"]) - int(match["number"]) + 1
        length = max(days, 1) * seconds_of(match["cjk"])
        return [Span(start=match.start("chinese"), end=match.end("chinese"), text=match["chinese"], likely_s=length)]
    first, last = float(match["first"]), float(match["last"] or match["first"])
    unit = match["unit"].lower()
    marks = unit in {"hour", "minute"} or first == 0
    count = last - first if match["last"] and marks else last - first + 1
    if count <= 0:
        return []
    return [
        Span(start=match.start("text"), end=match.end("text"), text=match["text"], likely_s=count * seconds_of(unit))
    ]
