"""Moments as logs print them, to seconds since the epoch; an impossible date is no moment, never an error."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"


def month_number(name: str) -> int | None:
    """`Nov`, `november`, `11`: 11."""
    if name.isdigit():
        return int(name)
    found = _MONTHS.find(name[:3].lower()) if len(name) > 2 else -1
    return found // 4 + 1 if found >= 0 else None


def moment_s(
    date: tuple[int, int, int],
    clock: str,
    fraction: str | None = None,
    offset: str | None = None,
    tz: tzinfo | None = None,
) -> float | None:
    """Give a moment in seconds; `clock` is `HH:MM:SS`, `offset` is `Z`, `UTC` or `+08:00`, without it `tz` rules.

    Without `tz` too it is the machine's own zone. None for dates and clocks that do not exist.
    """
    minute = _minute_s(date, clock[:5], offset, tz)
    if minute is None:
        return None
    seconds = minute + int(clock[6:8])
    return seconds + int(fraction) / 10 ** len(fraction) if fraction else seconds


@lru_cache(maxsize=256)
def _minute_s(date: tuple[int, int, int], hour_minute: str, offset: str | None, tz: tzinfo | None) -> float | None:
    """A log repeats its minutes: zone arithmetic is done once for each."""
    try:
        naive = datetime(*date, int(hour_minute[:2]), int(hour_minute[3:5]))  # noqa: DTZ001
        zone = _zone(offset) if offset else tz
        return (naive.replace(tzinfo=zone) if zone is not None else naive.astimezone()).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def _zone(offset: str) -> tzinfo:
    if offset in ("Z", "z", "UTC", "GMT"):
        return UTC
    digits = offset[1:].replace(":", "")
    span = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4] or 0))
    return timezone(-span if offset[0] == "-" else span)


def iso_s(text: str, tz: tzinfo | None = None) -> float | None:
    """Read `2026-11-20T04:51:29Z`, `2026-11-20 04:51:29.5+01:00` (text that is a moment and nothing else)."""
    if not (16 <= len(text) <= 40 and text[4] in "-/" and text.isascii()):
        return None
    try:
        moment = datetime.fromisoformat(text.replace("/", "-").replace(",", "."))
        return (moment.replace(tzinfo=tz) if moment.tzinfo is None and tz is not None else moment).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def clock_24(clock: str, half: str | None) -> str:
    """`101112`, and `02:11:12` with `PM`, as `HH:MM:SS`."""
    if ":" not in clock:
        clock = f"{clock[:2]}:{clock[2:4]}:{clock[4:]}"
    if half is not None:
        clock = f"{int(clock[:2]) % 12 + (12 if half == 'PM' else 0):02d}{clock[2:]}"
    return clock


class UndatedClock:
    """Seconds since the first line of a log whose lines show a time of day, or the seconds since the program began."""

    _MIDNIGHT_FALL_S = 12 * 3600.0
    _RESTART_FALL_S = 60.0

    def __init__(self) -> None:
        self._first_s: float | None = None
        self._last_s = 0.0
        self._behind_s = 0.0

    def elapsed_s(self, clock_s: float, *, remember: bool = True) -> float:
        """Tell how long after the first line `clock_s` is: a fall by half a day is a midnight.

        Another one of more than a minute is a program started again, whose clock goes on where the one before stood;
        a smaller one is another writer's clock.
        """
        fall_s = self._last_s - clock_s if self._first_s is not None else 0.0
        first_s = clock_s if self._first_s is None else self._first_s
        behind_s = self._behind_s
        if fall_s > self._MIDNIGHT_FALL_S:
            behind_s += 86400.0
        elif fall_s > self._RESTART_FALL_S:
            behind_s += fall_s
        if remember:
            self._first_s, self._last_s, self._behind_s = first_s, clock_s, behind_s
        return clock_s - first_s + behind_s
