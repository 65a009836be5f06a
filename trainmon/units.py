"""Durations, counts, bytes and moments as people read them; the one place where numbers become words."""

from __future__ import annotations

import math
from datetime import UTC, datetime, tzinfo

UNKNOWN = "-"
"""What stands where a value is not known: never 0."""

_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86400
_FIRST_DAYS_S = 4 * _DAY_S
"""Shorter times are told in hours, as documents do."""


def duration(seconds: float | None) -> str:
    """Give `0.4s`, `44s`, `3m 20s`, `4h 05m`, `53h 10m` or `5d 03h`; UNKNOWN for None, NaN and infinities.

    Days begin where they do in ranges: what stands beside `~36 h` is in hours, too.
    """
    if seconds is None or not math.isfinite(seconds):
        return UNKNOWN
    sign, seconds = ("-" if seconds <= -0.05 else ""), abs(seconds)
    if 0.05 <= seconds < 9.95 and round(seconds, 1) % 1:
        return f"{sign}{seconds:.1f}s"
    whole = round(seconds)
    if whole < _MINUTE_S:
        return f"{sign}{whole}s"
    if whole < _HOUR_S:
        return f"{sign}{whole // _MINUTE_S}m {whole % _MINUTE_S:02d}s"
    minutes = round(seconds / _MINUTE_S)
    if minutes < _FIRST_DAYS_S // _MINUTE_S:
        return f"{sign}{minutes // 60}h {minutes % 60:02d}m"
    hours = round(seconds / _HOUR_S)
    return f"{sign}{hours // 24}d {hours % 24:02d}h"


def bound(seconds: float) -> str:
    """Give an end of an interval as `duration` does, in the digits that an estimate has: `6m 50s`, `23m`, `6h 24m`."""
    if seconds < 20 * _MINUTE_S:
        return duration(round(seconds, -1) if seconds >= _MINUTE_S else seconds)
    minutes = round(seconds / _MINUTE_S) if math.isfinite(seconds) else _MINUTE_S
    return f"{minutes}m" if minutes < _MINUTE_S else duration(max(seconds, _HOUR_S))


def duration_range(low: float | None, high: float | None) -> str:
    """Give a range in one unit: `38-44 min`, `6-11 h`, `<5 min` (no low), `>60 min` (no high), `40 min` (alike)."""
    ends = [end for end in (low, high) if end is not None and math.isfinite(end)]
    if not ends:
        return UNKNOWN
    divisor, unit = _range_unit(max(ends))
    texts = [_short(end / divisor) for end in ends]
    if len(texts) == 1:
        return f"{'>' if high is None else '<'}{texts[0]} {unit}"
    return f"{texts[0]} {unit}" if texts[0] == texts[1] else f"{texts[0]}-{texts[1]} {unit}"


def _range_unit(longest_s: float) -> tuple[int, str]:
    """Documents write ranges in minutes up to two hours, and in hours up to four days."""
    if longest_s < 2 * _MINUTE_S:
        return 1, "s"
    if longest_s <= 130 * _MINUTE_S:
        return _MINUTE_S, "min"
    return (_HOUR_S, "h") if longest_s < _FIRST_DAYS_S else (_DAY_S, "days")


def _short(value: float) -> str:
    """At most one decimal, and that only below 20, where it matters."""
    return f"{value:.1f}".removesuffix(".0") if abs(value) < 20 else f"{value:.0f}"


def count(number: float | None) -> str:
    """Give `950`, `1.2k`, `12.9k`, `3.4M`, `1.1G`: for narrow columns."""
    if number is None or not math.isfinite(number):
        return UNKNOWN
    for limit, suffix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(number) >= limit * 0.9995:
            return f"{number / limit:.1f}".removesuffix(".0") + suffix
    return exact(number)


def exact(number: float | None) -> str:
    """Give all digits with separators: `2,375`, `1.5`."""
    if number is None or not math.isfinite(number):
        return UNKNOWN
    if float(number).is_integer():
        return f"{number:,.0f}"
    return f"{number:,.6g}" if abs(number) < 1e5 else f"{number:,.1f}"


def plural(number: float, noun: str) -> str:
    """Give `1 run`, `2 runs`, `1,200 steps`, `3 batches`, `8 epochs`."""
    return f"{exact(number)} {noun if number == 1 else plural_of(noun)}"


def plural_of(noun: str) -> str:
    """Give the plural of a noun: `batches`, `epochs` (a `ch` that sounds like a `k`), `queries`, `derived values`."""
    if noun.endswith(("s", "x", "sh")) or (noun.endswith("ch") and not noun.endswith("epoch")):
        return f"{noun}es"
    return f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2:-1] not in "aeiou" else f"{noun}s"


def bytes_text(number: float | None) -> str:
    """Give `640 MB`, `9.8 GB`. Powers of 1024, as NVIDIA and PyTorch count GPU memory: a 24 GB card reads `24.0 GB`."""
    if number is None or not math.isfinite(number):
        return UNKNOWN
    for power, suffix in ((4, "TB"), (3, "GB"), (2, "MB"), (1, "kB")):
        scaled = number / 1024**power
        if abs(scaled) >= 0.9995:
            return f"{scaled:.1f} {suffix}" if power >= 3 else f"{scaled:.0f} {suffix}"
    return f"{number:.0f} B"


def steps(step: float | None, total: float | None) -> str:
    """Give `110/240`, both shortened from 100,000 on (`12.5k/200k`); `110` without a total."""
    word = exact if max(step or 0.0, total or 0.0) < 100_000 else count
    return word(step) if total is None else f"{word(step)}/{word(total)}"


def step_time(seconds: float | None, unit: str = "step") -> str:
    """Give `3.20 us/token`, `12.4 ms/step`, `0.53 s/step`, `30.1 s/it`, `4m 12s/epoch`."""
    if seconds is None or not math.isfinite(seconds):
        return UNKNOWN
    for below, scale, small in ((1e-7, 1e9, "ns"), (1e-4, 1e6, "us"), (0.1, 1e3, "ms")):
        if 0 < abs(seconds) < below:
            return f"{_three_digits(seconds * scale)} {small}/{unit}"
    return f"{_three_digits(seconds)} s/{unit}" if abs(seconds) < 100 else f"{duration(seconds)}/{unit}"


def step_time_range(low: float | None, high: float | None, unit: str = "step") -> str:
    """Give `0.80-1.30 s/step`, `<1.30 s/step`, `>0.80 s/step`, `1.00 s/step` (alike)."""
    ends = [step_time(end, unit) for end in (low, high) if end is not None and math.isfinite(end)]
    if not ends:
        return UNKNOWN
    if len(ends) == 1:
        return f"{'>' if high is None else '<'}{ends[0]}"
    first, last = (end.split(" ", 1) for end in ends)
    return ends[1] if first == last else f"{first[0]}-{ends[1]}" if first[1:] == last[1:] else f"{ends[0]} to {ends[1]}"


def _three_digits(value: float) -> str:
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"


def metric_value(value: float | None) -> str:
    """Give a metric: `1.8342`, `2e-05`, `nan`."""
    return UNKNOWN if value is None else f"{value:.5g}"


def times(ratio: float) -> str:
    """Give `1.42x`, `7.1x`, `276x`: three digits at most, since nobody compares by more."""
    digits = 2 if ratio < 3 else 1 if ratio < 20 else 0
    return f"{ratio:,.{digits}f}x"


def percent(fraction: float | None) -> str:
    """Give `46 %`; never `100 %` before the end, nor `0 %` after the start."""
    if fraction is None or not math.isfinite(fraction):
        return UNKNOWN
    shown = round(fraction * 100)
    if fraction < 1:
        shown = min(shown, 99)
    return "<1 %" if fraction > 0 and shown == 0 else f"{shown} %"


def moment(at: float | None, zone: tzinfo = UTC) -> str:
    """Give `2026-01-31 14:05 UTC` for seconds since the epoch; UNKNOWN where no calendar holds it."""
    if at is None or not math.isfinite(at):
        return UNKNOWN
    try:
        return datetime.fromtimestamp(at, zone).strftime("%Y-%m-%d %H:%M %Z")
    except (OverflowError, OSError, ValueError):
        return UNKNOWN


def clock(at: float | None, now: float, zone: tzinfo | None = None) -> str:
    """Give the time of day, local without `zone`: `14:32`; `Tue 14:32` or `22 Nov 14:32` on another day than `now`."""
    if at is None or not math.isfinite(at):
        return UNKNOWN
    try:
        then, today = (datetime.fromtimestamp(t, zone or UTC).astimezone(zone) for t in (at, now))
    except (OverflowError, OSError, ValueError):
        return UNKNOWN
    if then.date() == today.date():
        return then.strftime("%H:%M")
    return then.strftime("%a %H:%M" if abs(at - now) < 6 * _DAY_S else "%d %b %H:%M")
