"""The grammar of durations: one line of words to the spans of time it names, false friends left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from trainmon.parsers.documents import friends
from trainmon.parsers.documents.amounts import (
    AMOUNT,
    DEVICE,
    FIGURE,
    GAP,
    PART,
    amount_of,
    descending_runs,
    is_descending,
)
from trainmon.parsers.documents.quantities import NUMBER, number_of
from trainmon.parsers.documents.units import SAFE_UNIT, SHORT_UNIT, seconds_of
from trainmon.patterns import pattern

_DASH = (
    r"\s*(?:-|–|—|−|‐|‑|‒|―|~|～|∼|〜|\.\.\.?|…|至|到)\s*(?:~|≈|about\s+)?|\s+(?:to|bis|à|or|oder|ou)\s+(?:~|about\s+)?"
)
_ARTICLE = (
    r"\b(?:(?:about\s+)?half\s+(?:an?\s+)?|an?\s+|(?:an?\s+|three[\s-])?quarters?\s+of\s+an\s+)"
    r"(?:second|minute|hour|day|week|month|year)(?:\s+and\s+(?:a\s+half|a\s+quarter|three[\s-]quarters)|\s+or\s+(?:two|so))?\b"
)
_LEFT = r"(?<![A-Za-z0-9_$€£@#?])(?<!\d[.,:/])(?<!\d{4}-)(?<![A-Za-z]-)"

_RANGE = pattern(
    rf"{_LEFT}(?P<low>{AMOUNT}|{FIGURE}(?:\s?{SHORT_UNIT})?)(?P<dash>{_DASH})"
    rf"(?P<high>{AMOUNT}|{NUMBER}\s?{SHORT_UNIT})",
    re.IGNORECASE,
)
_JOINTS = pattern(r"[-–—−‐‑‒―~～∼〜…至到]|\.\.|\s(?:to|bis|à|or|oder|ou)\s")
_BETWEEN_WORDS = ("between", "zwischen", "entre")
_BETWEEN = pattern(
    rf"(?:between|zwischen|entre)\s+(?P<low>{AMOUNT}|{FIGURE})\s+(?:and|und|et|y)\s+(?P<high>{AMOUNT})",
    re.IGNORECASE,
)
_PLUS_MINUS = pattern(
    rf"{_LEFT}(?P<mid>{NUMBER})\s*(?P<unit>{SAFE_UNIT})?\s*(?:±|\+/-)\s*(?P<off>{NUMBER})\s*(?P<off_unit>{SAFE_UNIT})",
    re.IGNORECASE,
)
_LIST = pattern(rf"{_LEFT}(?P<figures>{NUMBER}(?:\s?/\s?{NUMBER}){{1,15}}){GAP}(?P<unit>{SAFE_UNIT})", re.IGNORECASE)
_ONE = pattern(rf"{_LEFT}(?P<one>{AMOUNT}|{NUMBER}\s?{SHORT_UNIT})", re.IGNORECASE)
_WORDED = pattern(rf"(?P<one>{_ARTICLE})", re.IGNORECASE)
_VAGUE = pattern(
    r"\b(?:(?:a\s+few|several|a\s+couple\s+(?:of\s+)?|tens\s+of|dozens\s+of)\s*(?:ten|tens\s+of|dozen)?|in|just|"
    r"only)\s+"
    r"(?:seconds|minutes|hours|days|weeks)\b|(?:几|数|若干)(?:十)?(?:秒钟?|分钟|个?小时|天|周)",
    re.IGNORECASE,
)
_TIME_WORDS = ("second", "minute", "hour", "day", "week", "month", "year", "stunde", "woche", "heure", "hora")
_FIGURE_AND_UNIT = pattern(
    r"[\d½¼¾⅓⅔一二两兩三四五六七八九十百半几数]\+?[\s\-‑]*(?:[a-z]{1,4}\d{0,4}[a-z]{0,3}[\s\-]+){0,2}"
    r"(?:(?:[mµμu]?s|[hmdw])(?![a-z])|m?sec|usec|min|hr|wk|yr|std|stund|sek|tag|woche|monat|jahr|heure|jour|mois|ann|hora|"
    r"d[ií]a|seman|segund|mes|año|сек|мин|час|д[не]н|нед|[个個ヶか钟鐘点秒分时時小天周週星月日초분시일주개년间]|h\s?\d|[dhm]\d)"
    r"|\d:\d\d:\d"
)
"""Looked for in lower case, and begins with a figure, so that most lines of prose are passed over at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A duration in a line of words: where it stands, what it says, in seconds."""

    start: int
    end: int
    text: str
    low_s: float | None = None
    high_s: float | None = None
    likely_s: float | None = None
    approximate: bool = False
    device_time: bool = False
    """GPU-hours: time on a device, not on the clock."""
    vague: bool = False
    """`a few minutes`: a duration without a figure."""
    clock: bool = False
    """Written as h:mm:ss."""
    short_unit: bool = False
    """Written with a lone `m` or `d`, which counts only where the words around it speak of time."""
    position_in_list: int | None = None
    """Which of `1/2/4 days` this is."""

    @property
    def top_s(self) -> float:
        """The largest figure it names, 0 where it names none."""
        return max(value for value in (self.low_s, self.high_s, self.likely_s, 0.0) if value is not None)


Taken = bytearray
"""A byte for each letter of a line: 1 where a duration was found already."""


def find_durations(text: str) -> list[Span]:
    """Find the durations in one line, from left to right and never overlapping. Never raises."""
    lower = text.lower()
    worded = any(word in lower for word in _TIME_WORDS)
    if not worded and not _FIGURE_AND_UNIT.search(lower):
        return []
    readers = [_ranges, _vague, _singles, _worded] if worded or not text.isascii() else [_ranges, _singles]
    if "/" in text or "±" in text:
        readers = [_lists, _plus_minus, *readers]
    found: list[Span] = []
    taken = Taken(len(text))
    for reader in readers:
        for span in reader(text, taken):
            if taken.find(1, span.start, span.end) >= 0:
                continue
            taken[span.start : span.end] = b"\1" * (span.end - span.start)
            if span.position_in_list or not friends.is_false(text, span.start, span.end):
                found.append(span)
    found.sort(key=lambda span: span.start)
    return [carried for span in found for carried in (span, *_carried(text, span, found))]


def _ranges(text: str, _taken: Taken) -> Iterator[Span]:
    lower = f"{text.lower()} "
    forms = [_BETWEEN] if any(word in lower for word in _BETWEEN_WORDS) else []
    forms += [_RANGE] if _JOINTS.search(lower) else []
    for form in forms:
        for match in form.finditer(text):
            dash = match.groupdict().get("dash") or " and "
            if friends.is_enumeration(text, match.start("low"), match["low"], dash):
                continue
            if dash == "-" and ":" in match["high"] and match["low"].isdigit():
                continue  # `1-12:00:00` is a day and a half
            low, low_unit = amount_of(match["low"])
            high, high_unit = amount_of(match["high"])
            if high_unit is None:
                continue
            if low_unit is None:
                low *= high_unit
            if low > high or not high or (low_unit and dash.strip() in {"or", "oder", "ou", "and"}):
                continue
            yield _finished(text, match.start(), match.end(), match[0], low=low, high=high)


def _plus_minus(text: str, _taken: Taken) -> Iterator[Span]:
    for match in _PLUS_MINUS.finditer(text):
        off = number_of(match["off"]) * seconds_of(match["off_unit"])
        middle = number_of(match["mid"]) * seconds_of(match["unit"] or match["off_unit"])
        yield _finished(text, match.start(), match.end(), match[0], low=middle - off, high=middle + off)


def _lists(text: str, _taken: Taken) -> Iterator[Span]:
    for match in _LIST.finditer(text):
        figures = re.split(r"\s?/\s?", match["figures"])
        if len(figures) == 2 and re.fullmatch(r"[1-9]/[2-9]", match["figures"]) and number_of(match["figures"]) < 1:
            continue  # `1/2 hour` is half an hour
        start = match.start()
        for index, figure in enumerate(figures):
            end = start + len(figure) if index < len(figures) - 1 else match.end()
            value = number_of(figure) * seconds_of(match["unit"])
            span = _finished(text, start, end, match[0], likely=value)
            yield replace(span, start=start, text=match[0], position_in_list=index)
            start = text.find("/", end) + 1


def _singles(text: str, taken: Taken) -> Iterator[Span]:
    for match in _ONE.finditer(text):
        if taken[match.start()]:
            continue
        if not is_descending(match["one"]):  # `49d3d` is none, `5 minutes and 2 hours` are two
            for begin, end in descending_runs(match["one"]) if " " in match["one"] else ():
                start, one = match.start() + begin, match["one"][begin:end]
                yield _finished(text, start, start + len(one), one, likely=amount_of(one)[0])
            continue
        value, unit = amount_of(match["one"])
        if unit is not None and value > 0:
            yield _finished(text, match.start(), match.end(), match["one"], likely=value)


def _worded(text: str, _taken: Taken) -> Iterator[Span]:
    for match in _WORDED.finditer(text):
        words = match["one"].lower()
        if not friends.is_worded_duration(text, match.start(), words):
            continue
        unit = next(word for word in re.findall(r"[a-z]+", words) if word in _PLAIN_UNITS)
        whole, _, more = words.partition(" and ")
        factor = 0.5 if re.match(r"(?:about\s+)?half", whole) else _quarters(whole, 1.0)
        factor += 0.5 if more.endswith("half") else _quarters(more, 0.0)
        size = seconds_of(unit)
        if words.endswith("or two"):
            yield _finished(text, match.start(), match.end(), match[0], low=size, high=2 * size)
            continue
        span = _finished(text, match.start(), match.end(), match[0], likely=factor * size)
        yield replace(span, approximate=span.approximate or words.endswith("or so"))


def _quarters(words: str, otherwise: float) -> float:
    return otherwise if "quarter" not in words else 0.75 if "three" in words else 0.25


_PLAIN_UNITS = {"second", "minute", "hour", "day", "week", "month", "year"}


def _vague(text: str, _taken: Taken) -> Iterator[Span]:
    for match in _VAGUE.finditer(text):
        if friends.is_vague_duration(text, match.start(), match.end(), match[0]):
            yield Span(start=match.start(), end=match.end(), text=match[0], approximate=True, vague=True)


def _finished(
    text: str, start: int, end: int, core: str, *, low: float | None = None, high: float | None = None,
    likely: float | None = None,
) -> Span:  # fmt: skip
    """Add what stands around the figures: `<`, `about`, `or more`."""
    approximate, bound, start = friends.before(text, start)
    after = friends.after(text, end)
    approximate = approximate or after == "about"
    bound = bound or (after if after in {"low", "high"} else "")
    if re.search(r"\d\s?\+", core) and likely is not None:
        bound = "low"
    if likely is not None and bound == "high":
        likely, high = None, likely
    elif likely is not None and bound == "low":
        likely, low = None, likely
    return Span(
        start=start,
        end=end,
        text=text[start:end].strip(),
        low_s=_rounded(low),
        high_s=_rounded(high),
        likely_s=_rounded(likely),
        approximate=approximate,
        device_time=_DEVICE_TIME.search(core) is not None,
        clock=":" in core and _CLOCK_IN.search(core) is not None,
        short_unit=core[-1:] in _SHORT_ENDS and bool(_SHORT_END.search(core)) and len(PART.findall(core)) < 2,
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 9)


_DEVICE_TIME = pattern(rf"\d(?:(?-i:[kKM])(?=\s))?\s?(?:{DEVICE})[\s\-]+(?:GPU[\s\-]+)?[a-z]", re.IGNORECASE)
_CLOCK_IN = pattern(r"\d:\d\d:\d\d")
_SHORT_END = pattern(rf"\d\s?{SHORT_UNIT}$")
_SHORT_ENDS = "mdw月"


_CARRY = pattern(
    rf"[^.;|]{{0,12}}?\b(?:instead\s+of|rather\s+than|vs\.?|versus|down\s+from|up\s+from|compared\s+(?:to|"
    rf"with))\s+(?P<text>~?"
    rf"(?P<low>{NUMBER})(?:\s*[-–—~]\s*(?P<high>{NUMBER}))?)(?=\s*(?:[).,;:]|$))",
    re.IGNORECASE,
)


def _carried(text: str, span: Span, found: list[Span]) -> Iterator[Span]:
    """Read the figure that lends its unit from the one before: `4-8 hours instead of 6-12`."""
    match = _CARRY.match(text, span.end)
    part = PART.search(span.text)
    if (
        match is None
        or part is None
        or any(other.start < match.end() and match.start("text") < other.end for other in found)
    ):
        return
    size = seconds_of(part["unit"])
    first = number_of(match["low"]) * size
    last = number_of(match["high"]) * size if match["high"] else None
    yield Span(
        start=match.start("text"),
        end=match.end("text"),
        text=match["text"],
        low_s=first if last else None,
        high_s=last,
        likely_s=None if last else first,
        approximate=span.approximate,
    )


def with_addend(text: str, span: Span) -> Span:
    """Take `32 + 8.5 minutes` for the one duration that it is."""
    first, second = _ADDEND.search(text[: span.start]), _FIGURE.match(span.text)
    if first is None or second is None or not span.likely_s or not float(second[0]):
        return span
    unit_s = span.likely_s / float(second[0])
    start = first.start("addend")
    total_s = float(first["addend"]) * unit_s + span.likely_s
    return replace(span, start=start, text=text[start : span.end], likely_s=total_s)


_ADDEND = pattern(r"(?:^|[\s(:~≈=])(?P<addend>\d+(?:\.\d+)?)\s*[+＋]\s*$")
_FIGURE = pattern(r"\d+(?:\.\d+)?(?=\s*[a-z]+$)", re.IGNORECASE)
