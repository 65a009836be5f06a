"""Bars of text: progress with the documented range over it, a gauge of the verdict, a filled bar, a sparkline. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from trainmon.estimates import DocumentedRange
from trainmon.tui.text import Row

FILL, TRACK, BAND, FILLED_BAND, MARK, UNKNOWN = "━", "─", "═", "╍", "◆", "┄"
_SPARKS = "▁▂▃▄▅▆▇█"


def ends(documented: DocumentedRange | None) -> tuple[float, float] | None:
    """Return the documented range as two seconds; an open lower end is 0, an open upper end infinity."""
    if documented is None:
        return None
    low, high, likely = documented.low_s, documented.high_s, documented.likely_s
    if low is None and high is None:
        return None if likely is None else (likely, likely)
    return low or 0.0, math.inf if high is None else high


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How far a run is, and when it ends against when the document says that it does."""

    share: float | None
    """0..1 of the run that is done; None where nobody knows."""
    total_s: float | None = None
    """What the whole run takes, measured or projected."""
    band_s: tuple[float, float] | None = None
    """The documented end."""
    marked: bool = True
    """Whether it ends there: a failed run would have."""


def plan_bar(width: int, course: Course, role: str) -> Row:
    """Return the progress of a run, with the documented range and the run's end over it.

    Filled: the share that is done, as the percentage beside the bar says. Over it, from the start of the run to the
    later of its end and the documented one: shaded the documented range, and the mark where the run ends.
    Dotted where nobody knows how far the run is.
    """
    if course.share is None or not math.isfinite(course.share) or width < 1:
        return ((UNKNOWN * width, "faint"),)
    filled = _filled_cells(course.share, width)
    shaded, mark = _planned(course, width)
    return _joined([_cell(at, filled, shaded, mark, role) for at in range(width)])


def _filled_cells(share: float, width: int) -> int:
    """Full only at 100 %."""
    return width if share >= 1 else max(0, min(width - 1, round(share * width)))


def _planned(course: Course, width: int) -> tuple[range, int | None]:
    """Return the cells of the documented range and the one where the run ends."""
    band_s, total_s = course.band_s, course.total_s
    axis = max((end for end in (total_s, *(band_s or ())) if end is not None and math.isfinite(end)), default=0.0)
    if band_s is None or axis <= 0:
        return range(0), None
    if math.isinf(band_s[1]):
        axis = max(axis, band_s[0] * 1.25)
    mark = None
    if course.marked and total_s is not None and math.isfinite(total_s):
        mark = min(width - 1, max(0, math.ceil(total_s / axis * width) - 1))
    return _cells(band_s, axis, width), mark


def _cells(band_s: tuple[float, float], axis: float, width: int) -> range:
    low = min(width - 1, math.floor(band_s[0] / axis * width))
    high = width if math.isinf(band_s[1]) else max(low + 1, min(width, math.ceil(band_s[1] / axis * width)))
    return range(low, high)


def _cell(at: int, filled: int, shaded: range, mark: int | None, role: str) -> tuple[str, str]:
    if at == mark:
        return MARK, role
    if at < filled:
        return (FILLED_BAND if at in shaded else FILL), role
    return (BAND, "band") if at in shaded else (TRACK, "faint")


def gauge(width: int, measured_s: float | None, band_s: tuple[float, float] | None, role: str) -> Row:
    """Return where a duration stands against its documented range, which always fills the middle third.

    Left of it: shorter, right: longer; the ends of the gauge are half the range's low and twice its high.
    """
    third = max(1, width // 3)
    shaded = range(third, width - third)
    if band_s is None:
        return ((" " * width, ""),)
    mark = None
    if measured_s is not None and math.isfinite(measured_s):
        mark = round(_gauge_position(measured_s, band_s) * (width - 1) / 3)
        sides = ((0, shaded.start - 1), (shaded.start, shaded.stop - 1), (shaded.stop, width - 1))
        first, last = sides[(measured_s >= band_s[0]) + (measured_s > band_s[1])]
        mark = max(first, min(last, mark))
    return _joined([_cell(at, 0, shaded, mark, role) for at in range(width)])


def _gauge_position(measured_s: float, band_s: tuple[float, float]) -> float:
    """Return 0..3: 0..1 below the range, 1..2 in it, 2..3 above."""
    low, high = band_s
    if measured_s < low:
        return max(0.0, 2 * measured_s / low - 1) * 0.999
    if measured_s > high:
        return 2.001 + min(1.0, measured_s / high - 1) * 0.999 if high > 0 else 3.0
    if math.isinf(high) or high == low:
        return 1.5
    return 1.0 + (measured_s - low) / (high - low)


def meter(width: int, fraction: float | None, role: str = "accent") -> Row:
    """Return a filled bar of 0..1."""
    if fraction is None or not math.isfinite(fraction):
        return ((TRACK * width, "faint"),)
    filled = round(max(0.0, min(1.0, fraction)) * width)
    return ((FILL * filled, role), (TRACK * (width - filled), "faint"))


def sparkline(history: Sequence[tuple[float, float]], width: int) -> str:
    """Return the values of (step, value) pairs as `width` columns over the steps, each the mean of its values."""
    points = [(x, y) for x, y in history if math.isfinite(x) and math.isfinite(y)]
    if len(points) < 2 or width < 1:
        return " " * width
    start, span = points[0][0], points[-1][0] - points[0][0]
    buckets: list[list[float]] = [[] for _ in range(width)]
    for x, y in points:
        buckets[min(width - 1, max(0, int((x - start) / span * width))) if span > 0 else 0].append(y)
    means = [sum(bucket) / len(bucket) if bucket else None for bucket in buckets]
    known = [mean for mean in means if mean is not None]
    low, extent = min(known), max(known) - min(known)
    return "".join(" " if mean is None else _SPARKS[_level(mean - low, extent)] for mean in _filled(means))


def _level(above: float, extent: float) -> int:
    if not (extent > 0 and math.isfinite(extent)):
        return 0
    return min(len(_SPARKS) - 1, int(above / extent * len(_SPARKS)))


def _filled(means: Sequence[float | None]) -> list[float | None]:
    """Carry a value over columns without one: few points on a wide line stay one line."""
    filled: list[float | None] = []
    last = None
    for mean in means:
        last = mean if mean is not None else last
        filled.append(last)
    return filled


def _joined(cells: Sequence[tuple[str, str]]) -> Row:
    return tuple(("".join(text for text, _ in group), role) for role, group in groupby(cells, key=lambda cell: cell[1]))
