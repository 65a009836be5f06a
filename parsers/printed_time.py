"""Times on progress lines that do not say of what: since the start, or of what the line reports."""

from __future__ import annotations

import re

from trainmon.parsers.numbers import duration_s
from trainmon.patterns import pattern

_DURATION = (
    r"(?:\d{1,9}(?:\.\d{1,6})?) ?(?:hours?|hrs?|h|minutes?|mins?|min|m|seconds?|secs?|sec|s|ms)(?![A-Za-z/])"
    r"(?:,? ?(?:and )?\d{1,4}(?:\.\d{1,6})? ?(?:minutes?|mins?|min|m|seconds?|secs?|sec|s)(?![A-Za-z/]))?"
)
_OF_EPOCH = pattern(
    rf"(?:\b(?:took|finished in|done in|completed in)|\bepoch[ _](?:time|duration))[ :=]{{0,3}}\s*({_DURATION})",
    re.IGNORECASE,
)
_ALONE = pattern(
    rf"(?:^|[|,;(\[-]\s*|\s(?=time\s*[:=]))(?:[^\x00-\x7f]{{1,3}}\s*)?"
    rf"(?:(?:time|took|duration|t|dt|zeit)\s*[:=]?\s*)?({_DURATION})\s*(?=$|[|,;)\]-])",
    re.IGNORECASE,
)
_ALIKE = 0.25
_LEAST_GROWTH = 1.5


class PrintedTime:
    """Tells by how a time goes on from line to line what it is the time of; gives neither until that is plain."""

    def __init__(self) -> None:
        self._first: tuple[float, float] | None = None
        self._last = (0.0, 0.0)
        self._fell = False

    def read(self, done: float, seconds: float) -> tuple[float | None, float | None]:
        """Give (seconds since the start, seconds per step) of a line that stands at `done` and shows `seconds`."""
        first, last = self._first, self._last
        if first is None or done < last[0]:
            self._first, self._last = (done, seconds), (done, seconds)
            return None, seconds if self._fell and done == 1 else None
        self._last = (done, seconds)
        if done == last[0]:
            return None, None
        self._fell = self._fell or seconds < last[1]
        if self._fell:
            return None, seconds if done - last[0] == 1 else None
        if done < _LEAST_GROWTH * first[0] or first[0] <= 0:
            return None, None
        growth = (seconds - first[1]) / (done - first[0]) / (seconds / done) if seconds > 0 else 0.0
        if growth < _ALIKE:
            return None, seconds if done - last[0] == 1 else None
        return (seconds, None) if growth > 1 - 2 * _ALIKE else (None, None)


def epoch_time(text: str) -> float | None:
    """Read `took 55.2s`, `Epoch Time: 2m 5s`: the time of what the line reports."""
    match = _OF_EPOCH.search(text)
    return duration_s(match[1]) if match is not None else None


def lone_time(text: str) -> float | None:
    """Read a duration that stands by itself: `| 12.3 min`, `(0.905s)`, `, time: 3.2s`."""
    match = _ALONE.search(text)
    return duration_s(match[1]) if match is not None else None
