"""Times on progress lines: since the start, of an epoch, of a step; and those that do not say of what."""

from __future__ import annotations

import re

from trainmon.parsers.numbers import duration_s, number
from trainmon.patterns import pattern
from trainmon.reading.timestamps import iso_s

_PER_STEP = pattern(
    r"(?<![\w.])(?P<value>\d{1,9}(?:\.\d{1,9})?) ?(?P<unit>ms|s|secs?|seconds?|us)(?: ?/ ?| per )(?:step|it|iter"
    r"|iteration|batch|update)\b",
    re.I | re.A,
)
_PER_SECOND = pattern(
    r"(?<![\w.])(?P<value>\d{1,9}(?:\.\d{1,9})?) ?(?:it|its|iters?|iterations?|steps?"
    r"|batch(?:es)?)(?: ?/ ?s(?:ec)?| per second)\b",
    re.I | re.A,
)
_NAMED_TIME = pattern(
    r"\b(?:(?:iter(?:ation)?|step|batch)[ _]time|per-step time|elapsed_time_per_iteration"
    r"|(?:time|sec|secs|seconds|s)(?:[ _]per[ _]|/)(?:iter(?:ation)?|it|step|batch))"
    r"(?:[ _]?\(?(?P<in>ms|s|sec|seconds)\)?)?"
    r"\s*[:= ]\s*(?P<value>\d{1,9}(?:\.\d{1,9})?)(?P<kilo>K)?\ ?(?P<unit>ms|us|secs?|seconds?|s|min)?(?![\w.])",
    re.I | re.A,
)
_NAMED_RATE = pattern(
    r"\b(?:it|its|iters?|iterations?|steps?)(?:/| per |_per_)s(?:ec(?:ond)?)?\s*[:= ]\s*"
    r"(?P<value>\d{1,9}(?:\.\d{1,9})?)(?![\w.])",
    re.I | re.A,
)
_ELAPSED = pattern(
    r"\b(?:elapsed|time elapsed|total time|wall(?: ?time)?|since start)(?: time)?[ :=(\[]{1,3}"
    r"(\d+ days?, [\d:.]{4,12}|\d{1,5}h ?\d{1,2}m(?: ?\d{1,2}s)?(?!\w)"
    r"|\d[\d:.]{0,20}(?: ?(?:s|secs?|seconds?|mins?|minutes?|m|h|hours?))?)(?![\w/])",
    re.I | re.A,
)
_MOMENT = pattern(
    r"(?<!\S)(?:\[?[Tt]ime[:=] ?)?[\[(]?(\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d{1,6})?)(?![\w:])", re.A
)
_AHEAD = pattern(r"(?:\beta\b|finish|\bend|until|expected|estimat|\bdone by)[^|;]{0,20}$", re.I | re.A)
_DURATION = (
    r"(?:\d{1,9}(?:\.\d{1,6})?) ?(?:hours?|hrs?|h|minutes?|mins?|min|m|seconds?|secs?|sec|s|ms)(?![A-Za-z/])"
    r"(?:,? ?(?:and )?\d{1,4}(?:\.\d{1,6})? ?(?:minutes?|mins?|min|m|seconds?|secs?|sec|s)(?![A-Za-z/]))?"
)
_OF_EPOCH = pattern(
    rf"(?:\b(?:took|finished in|done in|completed in)|\bepoch[ _](?:time|duration))[ :=]{{0,3}}\s*({_DURATION})",
    re.IGNORECASE,
)
_ALONE = pattern(
    rf"(?:^[\s:]{{0,4}}|[|,;(\[-]\s*|\s(?=time\s*[:=]))(?:[^\x00-\x7f]{{1,3}}\s*)?"
    rf"(?:(?:time|took|duration|t|dt|zeit)\s*[:=]?\s*)?({_DURATION})\s*(?=$|[|,;)\]-])",
    re.IGNORECASE,
)
_WHOLE = pattern(
    r"(?:\b(?:took|in|after)|\btime(?: cost| spent| taken| elapsed)?|\bcost)\s?[:=]?\s"
    rf"(\d+:\d\d:\d\d(?:\.\d{{1,6}})?|{_DURATION})",
    re.IGNORECASE,
)
_ALIKE = 0.25
_LEAST_GROWTH = 1.5


def whole_time_s(text: str) -> float | None:
    """What a line about the end says that all took: `Training finished in 1h 20m`, `Total time cost 11867.87s`."""
    match = _WHOLE.search(text)
    return duration_s(match[1]) if match is not None else None


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


def elapsed_time(text: str) -> float | None:
    """Read `elapsed=13.5s`, `time elapsed: 1:02:03`; without a unit it is seconds."""
    match = _ELAPSED.search(text)
    if match is None:
        return None
    plain = number(match[1])
    return plain if plain is not None else duration_s(match[1])


def moment_told(text: str) -> float | None:
    """Read `[Time:[2022-08-28 00:11:31]]`, wherever it stands, as seconds since the epoch: when it was written."""
    match = _MOMENT.search(text)
    return iso_s(match[1]) if match is not None and _AHEAD.search(text, 0, match.start()) is None else None


def step_time(text: str) -> float | None:
    """Read `0.36s/step`, `2.07 it/s`, `iter time: 310 ms`, `It/sec 1.25` as seconds per step."""
    match = _PER_STEP.search(text)
    if match is not None:
        unit = match["unit"].lower()
        return float(match["value"]) * (1e-3 if unit == "ms" else 1e-6 if unit == "us" else 1.0)
    match = _NAMED_TIME.search(text)
    if match is not None:
        unit = (match["unit"] or match["in"] or "s").lower()
        scale = {"ms": 1e-3, "us": 1e-6, "min": 60.0}.get(unit, 1.0)
        return float(match["value"]) * scale * (1e3 if match["kilo"] else 1.0)
    match = _PER_SECOND.search(text) or _NAMED_RATE.search(text)
    return 1.0 / float(match["value"]) if match is not None and float(match["value"]) > 0 else None
