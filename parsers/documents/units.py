"""Units of time as documents write them, in the languages documents are written in, and their seconds."""

from __future__ import annotations

import re
from collections.abc import Iterable

from trainmon.patterns import pattern

MINUTE = 60.0
HOUR = 3600.0
DAY = 86_400.0
WEEK = 604_800.0
MONTH = 30 * DAY
YEAR = 365 * DAY

_WORDS: dict[float, str] = {
    1e-6: "microseconds microsecond µs μs usec",
    1e-3: "milliseconds millisecond msecs msec ms 毫秒",
    1.0: "seconds second secs sec s 秒钟 秒 Sekunden Sekunde secondes seconde segundos segundo секунд секунды 초",
    MINUTE: "minutes minute mins min minuten minutos minuto минут минуты 分钟 分鐘 分 분",
    HOUR: "hours hour hrs hr h Stunden Stunde Std heures heure horas hora часов часа час "
    "个小时 個小時 小时 小時 个钟头 钟头 時間 시간",
    DAY: "days day Tage Tagen Tag jours jour días dia dias дней дня 天 日間 日 일",
    WEEK: "weeks week wks wk Wochen Woche semaines semaine semanas semana недель недели 个星期 星期 周 週間 週 주",
    MONTH: "months month Monate Monaten Monat mois meses 个月 個月 ヶ月 か月 개월",
    YEAR: "years year yrs yr Jahre Jahren années años",
}
_SHORT: dict[str, float] = {"m": MINUTE, "d": DAY, "w": WEEK, "月": MONTH}
"""Read only inside a compound (`2d 4h 05m`) or where the words around it speak of time: `5m` may be five million."""

SECONDS: dict[str, float] = {word.lower(): size for size, words in _WORDS.items() for word in words.split()}
SECONDS |= _SHORT

_LATIN = sorted((w for w in SECONDS if w.isascii() or (w[0].isalpha() and ord(w[0]) < 0x2E80)), key=len, reverse=True)
_CJK = sorted((w for w in SECONDS if ord(w[0]) >= 0x2E80 and w not in _SHORT), key=len, reverse=True)
_BESIDE = {"分": r"(?![布数支类辨析别享之子])", "日": r"(?=以上|以内|程度|ほど|くらい|かか)"}
"""What may not, or must, follow a unit that is part of other words or of a date."""


def _any_of(words: Iterable[str]) -> str:
    """Give a pattern for any of the words that shares their beginnings: tried one by one they cost most of the time."""
    rests: dict[str, list[str]] = {}
    for word in words:
        rests.setdefault(word[:1].lower(), []).append(word[1:])
    alone = [re.escape(first) + _any_of(rest) for first, rest in rests.items() if first]
    if not alone:
        return ""
    text = alone[0] if len(alone) == 1 else f"(?:{'|'.join(alone)})"
    return f"(?:{text})?" if "" in rests else text


SAFE_UNIT = (
    rf"(?:(?:{_any_of(w for w in _LATIN if len(w) > 1 and w not in _SHORT)}|"
    rf"(?-i:[{''.join(w for w in _LATIN if len(w) == 1 and w not in _SHORT)}]))(?![A-Za-zÀ-ɏ0-9_])|"
    + "|".join(re.escape(w) + _BESIDE.get(w, "") for w in _CJK)
    + ")"
)
"""A unit that can stand alone; one letter only in lower case (`8h`, never `H100`)."""
COMPOUND_UNIT = (
    rf"(?:{_any_of(w for w in _LATIN if SECONDS[w.lower()] >= 1)}(?![A-Za-zÀ-ɏ_])|"
    + "|".join(map(re.escape, _CJK))
    + ")"
)
"""A unit inside a compound, where the next figure may follow without a space: `7h11m`."""
SHORT_UNIT = r"(?:(?-i:[mdw])(?![A-Za-zÀ-ɏ0-9_])|月(?!\s?\d|份))"


def seconds_of(unit: str) -> float:
    """Give the seconds in one `unit`; KeyError for a word that is no unit."""
    return SECONDS[unit.lower()]


HEADER_UNITS = pattern(
    r"(?<![A-Za-z/])(?P<unit>" + "|".join(re.escape(w) for w in _LATIN) + "|" + "|".join(map(re.escape, _CJK)) + r")"
    r"(?![A-Za-z])",
    re.IGNORECASE,
)
"""A unit standing in the header of a column."""
