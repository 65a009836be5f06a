"""Numbers and durations as logs print them: ASCII digits only, capped in length, never an exception."""

from __future__ import annotations

import re

from trainmon.patterns import pattern

MAX_NUMBER_CHARS = 48
"""A longer run of digits is no measurement: it is an identifier or noise."""

NUMBER = (
    r"[-+]?(?:(?:\d{1,3}(?:,\d{3})+(?![\d,])|\d{1,40})(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][-+]?\d{1,4})?"
    r"|[-+]?(?:nan|NaN|NAN|inf|Inf|INF|Infinity|infinity)(?![A-Za-z])"
)
"""Pattern text of one number; use with `re.ASCII`."""

_WHOLE = pattern(rf"\s*(?:{NUMBER})\s*%?\s*", re.ASCII)
_CLOCK = pattern(r"\s*(-)?(?:(\d{1,6}) days?,\s*)?(?:(\d{1,7}):)?(\d{1,7}):(\d{1,2}(?:\.\d{1,9})?)\s*", re.ASCII)
_WORDED = pattern(
    r"\s*(\d{1,12}(?:\.\d{1,9})?)\s*"
    r"(d|days?|h|hrs?|hours?|m|mins?|minutes?|s|secs?|seconds?|ms|msecs?|milliseconds?|us|µs|μs)"
    r"(?![A-Za-zµμ/])\s*(?:,|and)?",
    re.ASCII,
)
_UNIT_S = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6}
_SI = {"": 1.0, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "B": 1e9, "T": 1e12, "P": 1e15, "E": 1e18, "Z": 1e21, "Y": 1e24}
_SIZE = pattern(r"\s*(\d{1,20}(?:\.\d{1,20})?)\s*([kKMGTP]?)i?[bB]?\s*", re.ASCII)


def number(text: str) -> float | None:
    """Read text that is one number and nothing else (`1,234.5`, `88%`, `nan`); None for anything else."""
    if len(text) > MAX_NUMBER_CHARS or _WHOLE.fullmatch(text) is None:
        return None
    return float(text.replace(",", "").strip(" \t%"))


def scaled(text: str) -> float | None:
    """Read a counter with an SI letter: `12.9k` is 12900; None where it is no number."""
    letter = text[-1:] if text[-1:] in _SI else ""
    value = number(text[: len(text) - len(letter)])
    return None if value is None else value * _SI[letter]


def clock_s(text: str) -> float | None:
    """Read `MM:SS`, `H:MM:SS` (hours without bound), `9 days, 21:39:23`, with fractions; None for others."""
    match = _CLOCK.fullmatch(text)
    if match is None:
        return None
    sign, days, hours, minutes, seconds = match.groups()
    total = int(days or 0) * 86400 + int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds)
    return -total if sign else total


def duration_s(text: str) -> float | None:
    """Read a clock or words: `4m 14s`, `1h 2m 3s`, `6s`, `362.7 ms`, `1 hour, 24 minutes and 3 s`."""
    clock = clock_s(text)
    if clock is not None:
        return clock
    total, end = 0.0, 0
    while end < len(text):
        part = _WORDED.match(text, end)
        if part is None:
            return None
        total += float(part[1]) * _UNIT_S[_unit_key(part[2])]
        end = part.end()
    return total if end else None


def _unit_key(word: str) -> str:
    if word.startswith(("ms", "mill")):
        return "ms"
    return "us" if word in ("us", "µs", "μs") else word[0]


def size_bytes(text: str, unit: str = "") -> float | None:
    """Read `3.2G`, `1804M`, `16.37 GB`, `57971 MiB` as powers of 1024, which training logs mean."""
    match = _SIZE.fullmatch(text + unit)
    if match is None:
        return None
    return float(match[1]) * 1024.0 ** " KMGTP".index(match[2].upper() or " ")
