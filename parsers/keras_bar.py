"""One redraw of a Keras progress bar, taken apart: versions 2 and 3, and the lines of verbose=2."""

from __future__ import annotations

import re
from typing import NamedTuple

from trainmon.parsers.numbers import NUMBER, clock_s, number
from trainmon.patterns import pattern

_BAR = pattern(
    r"""\s*(?P<n>\d{1,15})/(?P<total>\d{1,15}|Unknown)\s*
    (?P<bar>\[[=>.]{3,100}\]|━{3,100})?\s*(?:-\ )?(?P<eta>ETA:\ )?
    (?:(?P<clock>\d{1,6}(?::\d\d){1,2}|\d{1,9}s)\ ?(?![\w/]))?
    (?:\s*(?:-\ )?(?P<per>\d{1,9})(?P<unit>us|ms|s)/(?P<of>step|sample)\b)?
    (?P<rest>\s*(?:-\ .*)?)""",
    re.ASCII | re.VERBOSE,
)
_VALUE = pattern(rf"([^:]{{1,64}}): ({NUMBER})\s*", re.ASCII)
_TRAILING = pattern(r" - (\d{1,9})(us|ms|s)/step\s*$", re.ASCII)
_NOT_A_VALUE = pattern(r"\d{1,9}(?:us|ms|s)/\w{1,12}", re.ASCII)
_UNIT_S = {"us": 1e-6, "ms": 1e-3, "s": 1.0}


class Draw(NamedTuple):
    """One redraw, taken apart."""

    n: float
    total: float | None
    unit: str
    clock_s: float | None
    remaining: bool
    per_s: tuple[float, float] | None
    """Seconds per step: between these."""
    prints_step_time: bool
    """Keras 2 prints the remaining time alone while a bar runs."""
    is_line: bool
    """`verbose=2`: one line an epoch instead of a bar."""
    values: dict[str, float]


def read_draw(text: str) -> Draw | None:
    """Take a piece apart; None for one that is no redraw."""
    match = _BAR.fullmatch(text)
    if match is None:
        return None
    bar, clock, per, unit, of, eta, rest = match.group("bar", "clock", "per", "unit", "of", "eta", "rest")
    told = of or (clock and " - " in text and (bar[0] == "[" if bar else "loss: " in rest))
    if not told:
        return None
    n, total = float(match["n"]), None if match["total"] == "Unknown" else float(match["total"])
    trailing = _TRAILING.search(rest) if per is None else None
    if trailing is not None:
        per, unit = trailing.groups()
    remaining = eta is not None or (bar is not None and bar[0] == "━" and total is not None and n < total)
    seconds = _clock(clock)
    return Draw(
        n=n,
        total=total,
        unit="sample" if of == "sample" else "step",
        clock_s=seconds,
        remaining=remaining,
        per_s=_per_step(per, unit, seconds if remaining else None, n, total),
        prints_step_time=per is not None,
        is_line=bar is None and total is not None,
        values=_values(rest),
    )


def _clock(text: str | None) -> float | None:
    if text is None:
        return None
    return float(text[:-1]) if text.endswith("s") else clock_s(text)


def _per_step(
    per: str | None, unit: str | None, remaining_s: float | None, n: float, total: float | None
) -> tuple[float, float] | None:
    """Bounds of the seconds per step: printed rounded, and once more in the remaining time, cut to seconds."""
    low, high = 0.0, float("inf")
    if per is not None and unit is not None:
        low, high = (float(per) - 0.5) * _UNIT_S[unit], (float(per) + 0.5) * _UNIT_S[unit]
    if remaining_s is not None and total is not None and total > n:
        soonest, latest = remaining_s / (total - n), (remaining_s + 1) / (total - n)
        if latest > low and soonest < high:
            low, high = max(low, soonest), min(high, latest)
    return (max(low, 0.0), high) if high < float("inf") else None


def _values(rest: str) -> dict[str, float]:
    """Read values from the left and stop at the first that is none: behind it stands the tail of an older redraw."""
    values: dict[str, float] = {}
    for part in rest.strip().removeprefix("- ").split(" - "):
        match = _VALUE.fullmatch(part)
        value = number(match[2]) if match is not None else None
        if match is not None and value is not None:
            values[match[1].strip()] = value
        elif _NOT_A_VALUE.fullmatch(part.strip()) is None:
            break
    return values
