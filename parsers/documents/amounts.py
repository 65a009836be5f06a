"""One amount of time as written (`7h11m`, `an hour and ten minutes`, `4 个半小时`) and its seconds."""

from __future__ import annotations

import re
from itertools import pairwise

from trainmon.parsers.documents.quantities import CJK_NUMBER, NUMBER, WORD_NUMBER, number_of
from trainmon.parsers.documents.units import COMPOUND_UNIT, SAFE_UNIT, SHORT_UNIT, seconds_of
from trainmon.patterns import pattern

DEVICE = r"(?:(?-i:[A-Z]{1,3}\d{1,4}[A-Za-z]{0,3})|GPU|TPU(?:v\d\w?)?|CPU|card|core|node|chip|卡)s?"
GAP = r"[\s\-‑]?"
FIGURE = rf"(?:{NUMBER}|{WORD_NUMBER}|{CJK_NUMBER}|\d/[1-9])"
_ONE_AND_HALF = rf"(?:{CJK_NUMBER}|\d+)\s?[个個]半(?:小时|小時|钟头|月|星期)"
_MILLIONS = rf"(?:(?-i:[kKM])(?=\s?{DEVICE}[\s\-]|\s(?:seconds|minutes|hours|days)\b))?"
_SINGLE = (
    rf"(?:\d/[1-9]|{FIGURE}{_MILLIONS})\+?{GAP}(?:{DEVICE}[\s\-]+)?(?:GPU[\s\-]+)?{SAFE_UNIT}(?:\s+and\s+a\s+half\b)?"
)
_JOIN = r"\s*(?:,?\s*(?:and|und|et|y|&)\s+|,\s*|[零又])?"
_EITHER = rf"(?:{NUMBER}|{WORD_NUMBER})"
_COMPOUND = (
    rf"{_EITHER}\s?{COMPOUND_UNIT}(?:{_JOIN}{_EITHER}\s?{COMPOUND_UNIT})+(?![A-Za-z0-9_])"
    rf"|{NUMBER}\s?{COMPOUND_UNIT}[半](?:天|小时)?|\d+\s?(?:h|hours?|hrs?)\s?[0-5]\d(?=\W*$|[.,;)]|\s+(?:per|for|on|each|in|with)\b)|\d+\s?h\s?\d\d(?!\d)"
)
_CLOCK = r"(?<!:)(?:\d+\s*(?:-|days?,?\s+))?\d{1,4}:[0-5]\d:[0-5]\d(?:\.\d+)?(?!:|,\d{3}\b)"
_HOUR_AND = rf"\ban?\s+(?:hour|day|week)\s+and\s+(?:an?|{NUMBER}|{WORD_NUMBER})\s+(?:minutes?|hours?|days?)\b"
_CLOCK_OF = r"(?<![:\d])\d{1,4}:[0-5]\d\s?(?:min|mins|minutes|h|hrs?|hours)(?![A-Za-zÀ-ɏ0-9_])"
AMOUNT = rf"(?:{_CLOCK}|{_CLOCK_OF}|{_COMPOUND}|{_ONE_AND_HALF}|{_HOUR_AND}|{_SINGLE})"
PART = pattern(
    rf"(?P<figure>\d/[1-9]|{NUMBER}{_MILLIONS}|{WORD_NUMBER}|"
    rf"{CJK_NUMBER})(?P<open>\+?){GAP}(?P<device>(?:{DEVICE}[\s\-]+)?(?:GPU[\s\-]+)?)"
    rf"(?P<unit>{SAFE_UNIT}|{COMPOUND_UNIT}|{SHORT_UNIT})",
    re.IGNORECASE,
)

_CLOCK_FULL = pattern(r"(?:(\d+)\s*(?:-|days?,?\s+))?(\d+):(\d\d):(\d\d(?:\.\d+)?)", re.IGNORECASE)
_CLOCK_HALF = pattern(r"(\d+):(\d\d)\s?([a-z]+)", re.IGNORECASE)
"""`5:40 min`, `1:30 h`"""
_GLUED = pattern(r"(\d+)\s?h(?:ours?|rs?)?\s?(\d\d)", re.IGNORECASE)
_HALVED = pattern(rf"({CJK_NUMBER}|\d+)\s?[个個]半(\w+)")
_ARTICLE_UNIT = pattern(r"an?\s+(hour|day|week)\s+and\s+", re.IGNORECASE)


def amount_of(text: str) -> tuple[float, float | None]:
    """Give (seconds, size of the last unit), or (bare figure, None) where no unit is written."""
    clock = _CLOCK_FULL.fullmatch(text) if ":" in text else None
    if clock:
        days, hours, minutes, seconds = clock.groups()
        return int(days or 0) * 86400 + int(hours) * 3600 + int(minutes) * 60 + float(seconds), 1.0
    if half := _CLOCK_HALF.fullmatch(text):
        large = 60.0 if half[3][0] in "mM" else 3600.0
        return int(half[1]) * large + int(half[2]) * large / 60, large
    if glued := _GLUED.fullmatch(text):
        return int(glued[1]) * 3600.0 + int(glued[2]) * 60.0, 3600.0
    halved = _HALVED.fullmatch(text) if "半" in text else None
    if halved:
        whole = seconds_of("个月" if halved[2] == "月" else halved[2])
        return (number_of(halved[1]) + 0.5) * whole, whole
    total = 0.0
    size: float | None = None
    if article := _ARTICLE_UNIT.match(text):
        total, text = seconds_of(article[1]), text[article.end() :]
    for part in PART.finditer(text):
        size = seconds_of(part["unit"])
        total += number_of(part["figure"]) * size
    if size is None and (one := _ARTICLE_UNIT.match(f"{text} and ")):
        size = seconds_of(one[1])
        total += size
    if size is None:
        return number_of(text), None
    if text.lower().endswith("half") or text.endswith(("半", "半天", "半小时")):
        total += size / 2
    return total, size


def descending_runs(text: str) -> list[tuple[int, int]]:
    """Cut `6,250 s, 1 h 45 min` where a larger unit follows a smaller one: the ends of each duration."""
    runs: list[tuple[int, int]] = []
    last = 0.0
    for part in PART.finditer(text):
        size = seconds_of(part["unit"])
        if runs and size < last:
            runs[-1] = runs[-1][0], part.end()
        else:
            runs.append(part.span())
        last = size
    return runs


def is_descending(text: str) -> bool:
    """Tell whether the units of an amount go from the largest to the smallest, as those of one duration do."""
    sizes = [seconds_of(part["unit"]) for part in PART.finditer(text)]
    return all(one > other for one, other in pairwise(sizes))
