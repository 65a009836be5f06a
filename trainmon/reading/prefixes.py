"""What launchers and loggers put in front of a line: ranks, host names, timestamps, levels. Taken off in a loop."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from datetime import tzinfo
from types import MappingProxyType
from typing import NamedTuple

from trainmon.patterns import pattern
from trainmon.reading.stamps import (
    CLOCK,
    COMPACT,
    DAY_FIRST,
    DAY_MONTH,
    ISO,
    MONTH,
    NAMED_DAY,
    SINCE,
    SLASHED,
    SOURCE,
    UNIX,
    YEARLESS,
)
from trainmon.reading.timestamps import clock_24, moment_s, month_number

MAX_PREFIXES = 8
_MILLISECONDS = 1e11


class Prefix(NamedTuple):
    """A line without its prefixes, and what they said."""

    text: str
    time_s: float | None = None
    """Seconds since the epoch; the first timestamp of a line wins."""
    rank: int | None = None
    extra: Mapping[str, str] = MappingProxyType({})
    """`level`, `logger`, `host`, `actor`, `source`."""
    clock_s: float | None = None
    """Of a line that shows no date: its time of day, or the seconds since the program began."""


_LEVEL = r"DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL|FATAL|SUCCESS|TRACE|NOTICE"


def _compiled(text: str) -> re.Pattern[str]:
    return pattern(text, re.ASCII | re.VERBOSE)


_BY_FIRST: dict[str, tuple[re.Pattern[str], ...]] = {}
"""The patterns that may begin with a character; a line that begins otherwise costs one look-up."""


def _register(first: str, *patterns: str | re.Pattern[str]) -> None:
    compiled = tuple(_compiled(one) if isinstance(one, str) else one for one in patterns)
    for character in first:
        _BY_FIRST[character] = _BY_FIRST.get(character, ()) + compiled


_SRUN = _compiled(r"(?P<rank>\d{1,5}):\ (?=\S|[\ \t]{1,24}[A-Za-z|>\[*#=-])")
_SYSLOG = (
    rf"{MONTH}\ {{1,2}}(?P<day>\d{{1,2}})\ {CLOCK}"
    r"\ (?P<host>[\w.-]{1,80})\ [\w./-]{1,80}(?:\[\d+\])?:"
)
_DATE_AHEAD = r"(?=\[?\d{4}[-/]\d\d[-/]\d\d[T _]\d\d:)"
# What collects the output of several machines: docker compose, pdsh, stern, any before a date.
_HOST = (
    r"(?P<host>(?!(?:epoch|ep|step|iter|iteration|it|batch|fold|train|val|test)[-_]?\d)"
    r"[\w.-]{1,80}[-_]\d{1,4}\ {1,20}\|\ ?"
    r"|[A-Za-z][\w.]{0,60}-[\w.-]{0,60}\d:\ (?=[\ \[A-Za-z{])"
    rf"|[\w.-]{{1,80}}\ {{0,20}}[|:]\ {_DATE_AHEAD}|(?=[\w.]*-)[\w.-]{{1,80}}\ [\w.-]{{1,80}}\ {_DATE_AHEAD})"
)
_register(
    "[",
    r"\[(?:rank|RANK|Rank|default|local_rank)[\ :=]?(?P<rank>\d{1,6})(?:/\d{1,6})?\]:?\ ?",
    r"\[(?:GPU|gpu|cuda:?|worker[-_\ ]?)\d{1,6}\]:?\ ",
    r"\[(?P<host>pod/[^\]\s]{1,250})\]\ ",
    r"\[\d{1,4},(?P<rank>\d{1,6})\]<std(?:out|err|diag)>:\ ?",
    rf"\[{ISO}\ (?P<level>{_LEVEL})\ +(?P<logger>[A-Za-z_][\w:.-]{{0,120}})\]",
    rf"\[{ISO}(?:\ (?!\w+\ ?\]\ ?\[)(?!(?:{_LEVEL})\b)(?P<logger>[A-Za-z_][\w.]{{0,80}})(?=\]))?\]?",
    rf"\[{YEARLESS}(?:\ (?P<logger>[\w.]{{1,80}}))?\]:?",
    rf"\[{SLASHED}\]",
    rf"\[{CLOCK}\]:?",
    rf"\[{DAY_FIRST}\]:?",
    rf"\[{COMPACT}\]:?",
    rf"\[{NAMED_DAY}\]:?",
    rf"\[{DAY_MONTH}\]:?",
    rf"\[{UNIX}\]:?",
    rf"\[\+?\ *{SINCE}(?:\ ?s)?\]:?(?=\ )",
    rf"\[(?P<level>{_LEVEL})\|(?P<logger>[^\]|]{{1,120}})\]\ {ISO}",
    rf"\[(?P<level>{_LEVEL})\|{ISO}\]\ (?P<logger>[\w.]{{1,80}}:\d+)\ >>",
    rf"\[NeMo\ (?P<level>[A-Z])\ {ISO}\ (?P<logger>[\w./-]{{1,120}}:\d+)\]",
    rf"\[(?P<host>[A-Za-z][\w.-]{{0,80}})\]\ {ISO}",
    rf"\[(?P<level>{_LEVEL})\]\ +(?P<logger>{SOURCE})(?:\ *[-|:]|(?=\ ))\ *",
    rf"\[(?P<level>[DIWEC])\ {ISO}(?:\ (?P<logger>[A-Za-z]\w{{0,40}}))?\]",
    rf"\[(?P<level>[IWEF])(?P<month>\d\d)(?P<day>\d\d)\ {CLOCK}\ (?:\d+\ )?(?P<logger>[\w./-]{{1,120}}:\d+)\]",
    rf"\[(?P<level>{_LEVEL})(?:[:|\ -]\ *{ISO}\]:?|\]:?\ +(?=[A-Za-z]))",
)
_register(
    "0123456789",
    ISO,
    _SRUN,
    SLASHED,
    DAY_FIRST,
    DAY_MONTH,
    COMPACT,
    rf"{UNIX}(?=:?\ )",
    rf"{CLOCK}(?=:?\ {{1,2}}[A-Za-z\[(|-])",
    rf"{SINCE}s(?=\ \ |:\ |\ [|-]\ )",
    rf"(?=[\w.-]{{0,80}}[A-Za-z]){_HOST}",
    rf"{YEARLESS}(?=\ )",
)
_register("<", rf"<(?:{ISO})>", rf"<{CLOCK}>")
_register("-", rf"-{{1,3}}\ {ISO}(?=\ -{{1,3}}\ )", rf"-{{1,3}}\ {CLOCK}(?=\ -{{1,3}}\ )")
_register(string.ascii_letters, _HOST)
_register(
    "(",
    rf"\({ISO}\)",
    rf"\({CLOCK}\)",
    r"\((?P<actor>[A-Za-z_][\w.<>-]{0,80})\ (?:pid|ip)=[^)\s]{1,40}(?:,\ ip=[\w.:-]{1,40})?\)\ ?",
)
_register("┌│└", r"[┌│└]\ +(?:(?:Info|Warning|Debug|Error):\ )?(?=[^│]*$)")
_register("w", r"(?P<source>wandb):[ ]")
_register(
    "IWEF",
    rf"(?P<level>[IWEF])(?P<month>\d\d)(?P<day>\d\d)\ (?:{CLOCK}"
    rf"|00:00:(?P<epoch_s>\d{{9,11}}\.\d{{1,6}}))\ +\d+\ (?P<logger>[\w./-]{{1,120}}:\d+)\]",
)
# No logger's name, but what its line is about: `INFO train: loss 0.5`.
_SAYS_SOMETHING = (
    r"(?i:train(?:ing|ed)?|val(?:id(?:ation)?)?|test(?:ing|ed)?|dev|eval(?:uat\w+)?|epochs?|ep|steps?|iter(?:ation)?s?|it"
    r"|batch(?:es)?|fold|phase|stage|rank|loss\w*|acc\w*|lr|metrics?|results?|stats|summary|progress|best|final|average"
    r"|avg|mean|total|eta|time|error|warning|note|saved|saving|checkpoint|memory|gpu|config|args|device)"
)
_register(
    "DIWECF",
    rf"(?P<level>{_LEVEL}):?\ *(?:[-|]\ +)?(?P<logger>{SOURCE})(?:\ *[-|:]|(?=\ ))\ *",
    rf"(?P<level>{_LEVEL}):(?P<logger>[A-Za-z_][\w.]{{0,80}}):",
    rf"(?P<level>{_LEVEL})\ +(?P<logger>(?!{_SAYS_SOMETHING}\d*:)[A-Za-z_][\w.-]{{1,60}}):\ +(?=[A-Za-z_\[*])",
    r"(?P<level>DEBUG|INFO)\ +(?=[A-Za-z])",
    rf"(?P<level>{_LEVEL})\ -\ {SLASHED}(?:\ -\ (?:\d{{1,4}}\ days?,\ )?\d{{1,4}}:\d\d:\d\d)?(?=\ -\ )",
    rf"(?P<level>{_LEVEL}):?\ +(?:-\ )?(?:{ISO}|(?=\d\d[-/]\d\d\ \d\d:\d\d:))",
    rf"(?P<level>[IWEF]){COMPACT}\ +\d+\ (?P<logger>[\w./-]{{1,120}}:\d+)\]",
)
_register("JFMASOND", _SYSLOG, rf"{MONTH}\ {{1,2}}(?P<day>\d{{1,2}})\ (?:(?P<year>\d{{4}})\ )?{CLOCK}(?=\ )")
_register("MTWFS", NAMED_DAY, DAY_MONTH)
_register("Rr", r"[Rr]ank\ ?(?P<rank>\d{1,6})(?::|\])\ ")

_WORD_HEAD = _compiled(
    rf"[IWEF]\d{{4,8}}\ |(?:{_LEVEL})[:\ ]|[A-Z][a-z]{{2}}(?:\ {{1,2}}(?:\d|[A-Z][a-z]{{2}}\ )|,\ \d)|[Rr]ank\ ?\d"
    rf"|wandb:\ |{_HOST}"
)
_INDENTED = _compiled(r"\ {1,9}(?=\[\d{4}[-/]|\d{1,5}:\ \S|\d{1,9}\.\d{1,9}s\ )|\ {8,30}(?=(?:DEBUG|INFO)\ {4,5}\S)")
"""The last: rich leaves out a time that is that of the line before."""
_RIGHT_SOURCE = _compiled(r"\ {2,}[\w-]{1,60}\.py:\d{1,5}\ *$")
_METRIC_HEAD = _compiled(
    r"""(?!\d{4}[-/]\d\d|\d\d/\d\d/\d{2,4}[ ,]|\d\d:\d\d:\d\d[ ,.])[-+.\d"']
      | (?:(?:train|val|valid|test|eval|avg|mean|best|lm|total)[\ _-])?
        (?:loss|acc\w*|auc|lr|learn|test|reward|score|f1
          |ppl|err(?:or)?|rmse|mae|mse|map|time|total|cost)\b\s*[:=\ ]\s*[-+.\d]"""
)

# Behind a timestamp: level, logger and source, in any usual order and brackets.
_NAME = r"[A-Za-z_][\w.<>/]{0,80}(?:::?[\w.<>/]{1,80}){0,4}"
_SPLIT = r"(?i:train|val|valid|test|dev|eval|ep|step|iter|batch|lightgbm)"
_SEPARATOR = r"[\ \t]*(?:(?:[-|]{1,2}|>>|:)[\ \t]+)?"
_HEADER_LEVEL = _compiled(
    rf"(?::(?=(?:{_LEVEL})\b)|{_SEPARATOR})(?:(?P<logger>{_NAME})[\ \t]*(?:[-|]\ "
    rf"|:\ (?=\[|{_LEVEL})|(?<=\ )))?[\[(<]?\ {{0,6}}(?P<level>{_LEVEL})\b\ {{0,6}}(?:[\])>]:?|:|(?=[\s|\-\[]))"
)
_HEADER_BRACKET = _compiled(
    rf"""[\ \t]*(?:\[(?P<logger>__\w{{1,30}}__|root|[\w./<>-]{{1,120}}\.(?:py|cc|cpp|cu)\b[^\[\]]{{0,120}}
       |[A-Za-z_]\w*(?:\.\w+)+[^\[\]\s]{{0,40}}|[\w./-]{{1,80}}(?=\]\ ?\[(?:{_LEVEL})\b))\]
     |\[(?:PID:?\s?\d+|\d+:\w+|(?:debug|info|warning|error|critical)\ *|(?:{_LEVEL})\|[^\[\]]{{1,120}})\]
     |\[[Rr][Aa][Nn][Kk][:=]?\ ?(?P<rank>\d+)\]|\[[IWEDF]\]|\[\ *[\w-]+\.py\]|\[line:\ *\d+\]|\[STD\w+\]
     |\((?=[\w./-]*[A-Za-z])[\w./-]{{1,80}}[:\ ]\d+\)|std(?:out|err)\ [FP]\b|\d\d[OE]\+?(?=\ )
     |\[(?!{_SPLIT})[A-Za-z][\w.-]{{0,60}}\](?=[:\ ])(?!:?\ +(?i:ep|epoch|episode|step|iter|it|batch)\w{{0,6}}\b)
     |(?P<host>[A-Za-z][\w.-]{{0,80}})\ (?:[\w./-]{{1,80}}\[\d+\]:|\[\d+\](?=\ (?:{_LEVEL})\b))
     |\|\ (?:rank[=\ :]\ ?(?P<at>\d{{1,6}})|(?!{_SPLIT}|(?:{_LEVEL})\b)[A-Za-z_][\w.-]{{0,60}})(?=\ +\|\ )
     |\|(?P<piped>{_LEVEL})(?=\|)|\|{SOURCE}(?=\|)|\|(?=(?i:epoch|step|iter|train)\w{{0,6}}\b)
     |:\ (?:[IWEFD])\ [\w./-]{{1,120}}:\d+\]):?"""
)
_HEADER_NAME = _compiled(
    rf"{_SEPARATOR}(?P<logger>{_NAME})[\ \t]+-(?=[\ \t])|\t(?P<tab>{_NAME})(?=\t)|(?<=:)(?P<glued>{_NAME}):"
    r"|[\ \t]+(?P<module>__main__|[A-Za-z_]\w*(?:(?:\.|::)\w+)+):(?=\ )"
    rf"|[\ \t]+(?P<word>(?!{_SAYS_SOMETHING}\d*:)[A-Za-z_]\w{{1,60}}):(?=\ [A-Za-z_\[*])"
)
_HEADER_SOURCE = _compiled(rf"{_SEPARATOR}(?P<logger>{SOURCE})(?=[\ \t]|:[\ \t])")
_HEADER_END = _compiled(r"[\ \t]*(?:(?:[-|]{1,2}|>>|:)(?:[\ \t]+|$))?[\ \t]*")


def strip(text: str, *, zone: tzinfo | None = None, default_year: int | None = None) -> Prefix:
    """Take the prefixes off a sanitised line.

    `zone` is that of timestamps that name none (None: the machine's own). `default_year` is the year of those
    that name none (None: they give no time). A table row that begins with a timestamp (`2026-..., 0, 31 %`) keeps it.
    """
    if not _may_begin(text):
        return Prefix(text)
    found: dict[str, str] = {}
    time_s: float | None = None
    for _ in range(MAX_PREFIXES):
        match = _match(text)
        if match is None:
            break
        parts = {name: part for name, part in match.groupdict().items() if part is not None}
        end = match.end()
        if not parts.keys().isdisjoint(("clock", "epoch_s", "since_s")):
            moment = _moment(parts, zone, default_year)
            time_s = moment if time_s is None else time_s
            if text[end : end + 1] == ",":
                break
            end = _header(text, end, parts)
        for name, part in parts.items():
            found.setdefault(name, part)
        text = text[end:]
        if not _may_begin(text):
            break
    if "level" in found and text.rstrip()[-1:].isdigit():  # rich's column at the right
        text = _RIGHT_SOURCE.sub("", text)
    rank = int(found["rank"]) if "rank" in found else None
    extra: dict[str, str] = {
        name: found[name] for name in ("level", "logger", "host", "actor", "source") if name in found
    }
    return Prefix(text, time_s, rank, extra, None if time_s is not None else _clock_s(found))


def _may_begin(text: str) -> bool:
    """The cheap test that nearly every line without a prefix fails."""
    first = text[:1]
    if first == " ":
        return _INDENTED.match(text) is not None
    return first in _BY_FIRST and (not first.isalpha() or _WORD_HEAD.match(text) is not None)


def _match(text: str) -> re.Match[str] | None:
    start = 0
    if text[:1] == " ":
        start = len(text) - len(text.lstrip(" "))
    for candidate in _BY_FIRST.get(text[start : start + 1], ()):
        match = candidate.match(text, start)
        if match is None:
            continue
        # `3: loss 0.5` numbers an epoch, `10: 0.53` an item; a launcher's number stands before a sentence.
        if candidate is _SRUN and _METRIC_HEAD.match(text[match.end() :].lstrip()):
            return None
        return match
    return None


def _header(text: str, end: int, parts: dict[str, str]) -> int:
    """Go past the rest of a logger's header; levels and names are noted in `parts`."""
    named = "level" not in parts
    for _ in range(6):
        match = _HEADER_BRACKET.match(text, end) or ("level" not in parts and _HEADER_LEVEL.match(text, end)) or None
        if match is None and named and "level" in parts and "logger" not in parts:
            match = _HEADER_NAME.match(text, end)
        if match is None and "logger" not in parts:
            match = _HEADER_SOURCE.match(text, end)
        if match is None or match.end() == end:
            break
        found = {"rank" if name == "at" else name: part for name, part in match.groupdict().items() if part is not None}
        parts.update({name: part for name, part in found.items() if name not in parts})
        end = match.end()
    closing = _HEADER_END.match(text, end)
    return closing.end() if closing else end


def _moment(parts: Mapping[str, str], zone: tzinfo | None, default_year: int | None) -> float | None:
    if "epoch_s" in parts:
        moment = float(parts["epoch_s"])
        return moment / 1000 if moment > _MILLISECONDS else moment
    if "month" not in parts:
        return None
    month, day = month_number(parts["month"]), int(parts["day"])
    year = int(parts["year"]) if "year" in parts else default_year
    if year is None or month is None:
        return None
    if month > 12 >= day and "dash" not in parts:  # `25/12/2024`
        month, day = day, month
    date = (year + 2000 if len(parts.get("year", "")) == 2 else year, month, day)
    return moment_s(date, clock_24(parts["clock"], parts.get("half")), parts.get("fraction"), parts.get("offset"), zone)


def _clock_s(parts: Mapping[str, str]) -> float | None:
    if "since_s" in parts:
        return float(parts["since_s"])
    if "clock" not in parts or "month" in parts:
        return None
    hours, minutes, seconds = parts["clock"].split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(f"{seconds}.{parts.get('fraction', 0)}")
