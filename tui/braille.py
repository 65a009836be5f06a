"""Curves of braille dots: 2 x 4 dots a cell, finite values only, gaps where a value is missing. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from trainmon.tui.text import Row

Points = Sequence[tuple[float, float]]
"""(step, value) pairs in order of steps."""

_BLANK = 0x2800
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Bit of each dot, by line and column in its cell (Unicode, block Braille Patterns)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One curve and the role of its colour."""

    points: Points
    role: str = "accent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The part of the plane that a chart shows; ends are finite and apart."""

    x_low: float
    x_high: float
    y_low: float
    y_high: float
    log: bool = False

    def x_at(self, x: float) -> float:
        """Return 0..1 from left to right."""
        return _share(x, self.x_low, self.x_high)

    def y_at(self, y: float) -> float:
        """Return 0..1 from bottom to top; a value beyond the ends lies beyond 0..1."""
        if self.log:
            return _share(math.log10(y), math.log10(self.y_low), math.log10(self.y_high))
        return _share(y, self.y_low, self.y_high)


def _share(value: float, low: float, high: float) -> float:
    return (value / 2 - low / 2) / (high / 2 - low / 2)  # halves: the ends may be 1e308 apart


def scale_of(curves: Iterable[Curve], *, log: bool = False, y_range: tuple[float, float] | None = None) -> Scale | None:
    """Return the scale that holds all curves; None where there is no finite point (with `log`, above 0)."""
    points = [point for curve in curves for point in curve.points if is_drawn(point, log)]
    if not points:
        return None
    xs = [x for x, _ in points]
    low, high = y_range or (min(y for _, y in points), max(y for _, y in points))
    if log and low <= 0:
        low = min(y for _, y in points)
    low, high = _apart(low, high, log)
    x_low, x_high = _apart(min(xs), max(xs), log=False) if min(xs) < max(xs) else (min(xs) - 0.5, max(xs) + 0.5)
    return Scale(x_low=x_low, x_high=x_high, y_low=low, y_high=high, log=log)


def _apart(low: float, high: float, log: bool) -> tuple[float, float]:
    if high > low and _share(high, low, high) == 1.0:
        return low, high
    if log:
        return low / 2, low * 2
    room = abs(low) * 0.05 or 0.5
    return low - room, low + room


def is_drawn(point: tuple[float, float], log: bool) -> bool:
    """Say whether a point has a place on the chart."""
    return math.isfinite(point[0]) and math.isfinite(point[1]) and (not log or point[1] > 0)


def smooth(points: Points) -> list[tuple[float, float]]:
    """Return exponentially weighted means over a fifteenth of the curve; missing values are passed over.

    Bias-corrected, so that the first values count in full (Kingma and Ba 2015, section 3).
    """
    weight = 1 - 1 / max(1.0, len(points) / 15)
    total = share = 0.0
    smoothed: list[tuple[float, float]] = []
    for x, y in points:
        if math.isfinite(y):
            total = weight * total + (1 - weight) * y
            share = weight * share + (1 - weight)
            smoothed.append((x, total / share))
        else:
            smoothed.append((x, y))
    return smoothed


def plot(
    curves: Sequence[Curve],
    scale: Scale,
    width: int,
    height: int,
    *,
    band: tuple[float, float] | None = None,
    cursor: int | None = None,
) -> list[Row]:
    """Draw curves into `height` rows of `width` cells, later ones on top.

    `band` shades the rows between two values; `cursor` draws a vertical line through a column.
    """
    dots = [[0] * width for _ in range(height)]
    roles = [[""] * width for _ in range(height)]
    for curve in curves:
        for column, line in _dots_of(curve.points, scale, width * 2, height * 4):
            dots[line // 4][column // 2] |= _DOTS[line % 4][column % 2]
            roles[line // 4][column // 2] = curve.role
    shaded = _shaded_rows(band, scale, height)
    return [_row(dots[at], roles[at], at in shaded, cursor) for at in range(height)]


def _row(dots: Sequence[int], roles: Sequence[str], shaded: bool, cursor: int | None) -> Row:
    cells = []
    for at, (bits, role) in enumerate(zip(dots, roles, strict=True)):
        if bits:
            cells.append((chr(_BLANK + bits), role))
        elif at == cursor:
            cells.append(("│", "key"))
        else:
            cells.append(("░", "band") if shaded else (" ", ""))
    return tuple(("".join(text for text, _ in group), role) for role, group in groupby(cells, key=lambda cell: cell[1]))


def _shaded_rows(band: tuple[float, float] | None, scale: Scale, height: int) -> range:
    if band is None or (scale.log and band[0] <= 0):
        return range(0)
    bottom, top = scale.y_at(band[0]), min(1.0, scale.y_at(band[1])) if math.isfinite(band[1]) else 1.0
    if bottom > 1 or top < 0:
        return range(0)
    first, last = int((1 - top) * height), math.ceil((1 - max(0.0, bottom)) * height)
    return range(min(first, height - 1), max(last, first + 1))


def _dots_of(points: Points, scale: Scale, columns: int, lines: int) -> Iterator[tuple[int, int]]:
    """Yield (column, line) of each dot of a curve, joined by straight lines except over missing values."""
    for drawn, group in groupby(points, key=lambda point: is_drawn(point, scale.log)):
        if not drawn:
            continue
        places = [_place(point, scale, columns, lines) for point in group]
        yield places[0]
        for before, after in pairwise(places):
            yield from _line(before, after)


def _place(point: tuple[float, float], scale: Scale, columns: int, lines: int) -> tuple[int, int]:
    across = min(1.0, max(0.0, scale.x_at(point[0])))
    up = min(1.0, max(0.0, scale.y_at(point[1])))
    return round(across * (columns - 1)), round((1 - up) * (lines - 1))


def _line(start: tuple[int, int], end: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Yield the dots of a straight line, the start left out."""
    across, down = end[0] - start[0], end[1] - start[1]
    count = max(abs(across), abs(down))
    for at in range(1, count + 1):
        yield start[0] + round(across * at / count), start[1] + round(down * at / count)


def nearest(points: Points, x: float) -> tuple[float, float] | None:
    """Return the point whose step is nearest to `x`."""
    return min(points, key=lambda point: abs(point[0] - x), default=None)
