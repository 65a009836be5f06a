"""The grammar of durations: one line of words to the spans of time it names, false friends left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from trainmon.parsers.documents import friends
from trainmon.parsers.documents.quantities import CJK_NUMBER, NUMBER, WORD_NUMBER, number_of
from trainmon.parsers.documents.units import COMPOUND_UNIT, SAFE_UNIT, SHORT_UNIT, seconds_of
from trainmon.patterns import pattern

_DEVICE = r"(?:(?-i:[A-Z]{1,3}\d{1,4}[A-Za-z]{0,3})|GPU|TPU(?:v\d\w?)?|CPU|card|core|node|chip|卡)s?"
_GAP = r"[\s\-‑]?"
_DASH = (
    r"\s*(?:-|–|—|−|‐|‑|‒|―|~|～|∼|〜|\.\.\.?|…|至|到)\s*(?:~|≈|about\s+)?|\s+(?:to|bis|à|or|oder|ou)\s+(?:~|about\s+)?"
)
_FIGURE = rf"(?:{NUMBER}|{WORD_NUMBER}|{CJK_NUMBER}|\d/\d)"
_ONE_AND_HALF = rf"(?:{CJK_NUMBER}|\d+)\s?[个個]半(?:小时|小時|钟头|月|星期)"
_SINGLE = rf"(?:\d/\d|{_FIGURE})\+?{_GAP}(?:{_DEVICE}[\s\-]+)?(?:GPU[\s\-]+)?{SAFE_UNIT}(?:\s+and\s+a\s+half\b)?"
_JOIN = r"\s*(?:,?\s*(?:and|und|et|y|&)\s+|,\s*|[零又])?"
_COMPOUND = (
    rf"{NUMBER}\s?{COMPOUND_UNIT}(?:{_JOIN}{NUMBER}\s?{COMPOUND_UNIT})+"
    rf"|{NUMBER}\s?{COMPOUND_UNIT}[半](?:天|小时)?|\d+\s?h\s?\d\d(?!\d)"
)
_CLOCK = r"(?:\d+\s*(?:-|days?,?\s+))?\d{1,4}:[0-5]\d:[0-5]\d(?:\.\d+)?"
_ARTICLE = (
    r"\b(?:(?:about\s+)?half\s+(?:an?\s+)?|an?\s+|(?:an?\s+|three[\s-])?quarters?\s+of\s+an\s+)"
    r"(?:second|minute|hour|day|week|month|year)(?:\s+and\s+(?:a\s+half|a\s+quarter|three[\s-]quarters)|\s+or\s+(?:two|so))?\b"
)
_HOUR_AND = rf"\ban?\s+(?:hour|day|week)\s+and\s+(?:an?|{NUMBER}|{WORD_NUMBER})\s+(?:minutes?|hours?|days?)\b"
_AMOUNT = rf"(?:{_CLOCK}|{_COMPOUND}|{_ONE_AND_HALF}|{_HOUR_AND}|{_SINGLE})"
_LEFT = r"(?<![A-Za-z0-9_$€£@#])(?<!\d[.,:/])(?<![A-Za-z]-)"

_RANGE = pattern(
    rf"{_LEFT}(?P<low>{_AMOUNT}|{_FIGURE}(?:\s?{SHORT_UNIT})?)(?P<dash>{_DASH})"
    rf"(?P<high>{_AMOUNT}|{NUMBER}\s?{SHORT_UNIT})",
    re.IGNORECASE,
)
_BETWEEN = pattern(
    rf"(?:between|zwischen|entre)\s+(?P<low>{_AMOUNT}|{_FIGURE})\s+(?:and|und|et|y)\s+(?P<high>{_AMOUNT})",
    re.IGNORECASE,
)
_PLUS_MINUS = pattern(
    rf"{_LEFT}(?P<mid>{NUMBER})\s*(?P<unit>{SAFE_UNIT})?\s*(?:±|\+/-)\s*(?P<off>{NUMBER})\s*(?P<off_unit>{SAFE_UNIT})",
    re.IGNORECASE,
)
_LIST = pattern(rf"{_LEFT}(?P<figures>{NUMBER}(?:\s?/\s?{NUMBER}){{1,15}}){_GAP}(?P<unit>{SAFE_UNIT})", re.IGNORECASE)
_ONE = pattern(rf"{_LEFT}(?P<one>{_AMOUNT}|{NUMBER}\s?{SHORT_UNIT})", re.IGNORECASE)
_WORDED = pattern(rf"(?P<one>{_ARTICLE})", re.IGNORECASE)
_VAGUE = pattern(
    r"\b(?:(?:a\s+few|several|a\s+couple\s+(?:of\s+)?|tens\s+of|dozens\s+of)\s*(?:ten|tens\s+of|dozen)?|in|just|"
    r"only)\s+"
    r"(?:seconds|minutes|hours|days|weeks)\b|(?:几|数|若干)(?:十)?(?:秒钟?|分钟|个?小时|天|周)",
    re.IGNORECASE,
)
_PART = pattern(
    rf"(?P<figure>\d/\d|{NUMBER}|{WORD_NUMBER}|"
    rf"{CJK_NUMBER})(?P<open>\+?){_GAP}(?P<device>(?:{_DEVICE}[\s\-]+)?(?:GPU[\s\-]+)?)"
    rf"(?P<unit>{SAFE_UNIT}|{COMPOUND_UNIT}|{SHORT_UNIT})",
    re.IGNORECASE,
)
_TIME_WORDS = ("second", "minute", "hour", "day", "week", "month", "year")
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
    taken: list[tuple[int, int]] = []
    for reader in readers:
        for span in reader(text):
            if any(span.start < end and start < span.end for start, end in taken):
                continue
            taken.append((span.start, span.end))
            if span.position_in_list or not friends.is_false(text, span.start, span.end):
                found.append(span)
    found.sort(key=lambda span: span.start)
    return [carried for span in found for carried in (span, *_carried(text, span, found))]


def _ranges(text: str) -> Iterator[Span]:
    for form in (_BETWEEN, _RANGE):
        for match in form.finditer(text):
            dash = match.groupdict().get("dash") or " and "
            if friends.is_enumeration(text, match.start("low"), match["low"], dash):
                continue
            low, low_unit = _amount(match["low"])
            high, high_unit = _amount(match["high"])
            if high_unit is None:
                continue
            if low_unit is None:
                low *= high_unit
            if low > high or (low_unit and dash.strip() in {"or", "oder", "ou", "and"}):
                continue
            yield _finished(text, match.start(), match.end(), match[0], low=low, high=high)


def _plus_minus(text: str) -> Iterator[Span]:
    for match in _PLUS_MINUS.finditer(text):
        off = number_of(match["off"]) * seconds_of(match["off_unit"])
        middle = number_of(match["mid"]) * seconds_of(match["unit"] or match["off_unit"])
        yield _finished(text, match.start(), match.end(), match[0], low=middle - off, high=middle + off)


def _lists(text: str) -> Iterator[Span]:
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


def _singles(text: str) -> Iterator[Span]:
    for match in _ONE.finditer(text):
        value, unit = _amount(match["one"])
        if unit is not None:
            yield _finished(text, match.start(), match.end(), match["one"], likely=value)


def _worded(text: str) -> Iterator[Span]:
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


def _vague(text: str) -> Iterator[Span]:
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
        short_unit=core[-1:] in _SHORT_ENDS and bool(_SHORT_END.search(core)) and len(_PART.findall(core)) < 2,
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 9)


_CLOCK_FULL = pattern(r"(?:(\d+)\s*(?:-|days?,?\s+))?(\d+):(\d\d):(\d\d(?:\.\d+)?)", re.IGNORECASE)
_GLUED = pattern(r"(\d+)\s?h\s?(\d\d)", re.IGNORECASE)
_HALVED = pattern(rf"({CJK_NUMBER}|\d+)\s?[个個]半(\w+)")
_DEVICE_TIME = pattern(rf"\d\s?(?:{_DEVICE})[\s\-]+(?:GPU[\s\-]+)?[a-z]", re.IGNORECASE)
_CLOCK_IN = pattern(r"\d:\d\d:\d\d")
_SHORT_END = pattern(rf"\d\s?{SHORT_UNIT}$")
_SHORT_ENDS = "mdw月"


def _amount(text: str) -> tuple[float, float | None]:
    """Give (seconds, size of the last unit), or (bare figure, None) where no unit is written."""
    clock = _CLOCK_FULL.fullmatch(text) if ":" in text else None
    if clock:
        days, hours, minutes, seconds = clock.groups()
        return int(days or 0) * 86400 + int(hours) * 3600 + int(minutes) * 60 + float(seconds), 1.0
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
    for part in _PART.finditer(text):
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


_ARTICLE_UNIT = pattern(r"an?\s+(hour|day|week)\s+and\s+", re.IGNORECASE)


_CARRY = pattern(
    rf"[^.;|]{{0,12}}?\b(?:instead\s+of|rather\s+than|vs\.?|versus|down\s+from|up\s+from|compared\s+(?:to|"
    rf"with))\s+(?P<text>~?"
    rf"(?P<low>{NUMBER})(?:\s*[-–—~]\s*(?P<high>{NUMBER}))?)(?=\s*(?:[).,;:]|$))",
    re.IGNORECASE,
)


def _carried(text: str, span: Span, found: list[Span]) -> Iterator[Span]:
    """Read the figure that lends its unit from the one before: `4-8 hours instead of 6-12`."""
    match = _CARRY.match(text, span.end)
    part = _PART.search(span.text)
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
