"""Charts as inline SVG: lines over steps, a plan with its actual, and a bar of parts. Pure, sizes in CSS pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence

from trainmon import units
from trainmon.exports.html_text import Markup, element, join

Points = Sequence[tuple[float, float]]

_WIDTH, _HEIGHT = 340.0, 150.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 62.0, 8.0, 8.0, 22.0
_MAX_POINTS = 240
_TICKS = 3
_OUTLIER = 3.0
_LARGEST = 1e30
"""Beyond it differences overflow; no metric that means anything is there."""
_SHORTEST = 1e-9


def line_chart(series: Sequence[tuple[str, Points]], *, label: str) -> Markup:
    """Draw at most two series over the step; '' where there are not two finite points. Outliers are cut at the edge.

    `label` is read out by screen readers.
    """
    finite = [
        (name, [p for p in points if abs(p[0]) < _LARGEST and abs(p[1]) < _LARGEST]) for name, points in series[:2]
    ]
    every = [point for _, points in finite for point in points]
    if len(every) < 2:
        return Markup("")
    low_x, high_x = _widened(min(x for x, _ in every), max(x for x, _ in every))
    low_y, high_y = _widened(*_limits([y for _, y in every]))

    def place(x: float, y: float) -> tuple[float, float]:
        across = (x - low_x) / (high_x - low_x)
        up = (min(max(y, low_y), high_y) - low_y) / (high_y - low_y)
        return _LEFT + across * (_WIDTH - _LEFT - _RIGHT), _HEIGHT - _BOTTOM - up * (_HEIGHT - _TOP - _BOTTOM)

    drawn = [_axes(low_x, high_x, low_y, high_y)]
    for number, (_, points) in enumerate(finite, start=1):
        if points:
            drawn.append(_line([place(x, y) for x, y in thinned(points)], number))
    return _svg(_WIDTH, _HEIGHT, label, *drawn)


def _line(places: Points, number: int) -> Markup:
    if len(places) == 1:
        return element("circle", cx=places[0][0], cy=places[0][1], r=2.5, class_=f"dot{number}")
    return element("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in places), class_=f"s{number}")


def _axes(low_x: float, high_x: float, low_y: float, high_y: float) -> Markup:
    """Three lines across with their values, and the first and last step."""
    drawn = []
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    for tick in range(_TICKS + 1):
        y = bottom - tick / _TICKS * (bottom - _TOP)
        value = f"{low_y + (high_y - low_y) * tick / _TICKS:.3g}"
        drawn.append(element("line", x1=_LEFT, x2=right, y1=y, y2=y, class_="grid"))
        drawn.append(element("text", value, x=_LEFT - 6, y=y + 4, text_anchor="end"))
    drawn.append(element("text", f"step {units.count(low_x)}", x=_LEFT, y=_HEIGHT - 6))
    drawn.append(element("text", units.count(high_x), x=right, y=_HEIGHT - 6, text_anchor="end"))
    return join(drawn)


def _limits(values: Sequence[float]) -> tuple[float, float]:
    """Lowest and highest value; a few values far above all others (a first, compiling step) do not flatten the rest."""
    ordered = sorted(values)
    low, usual, high = ordered[0], ordered[int(len(ordered) * 0.95)], ordered[-1]
    spread = usual - low
    return low, (usual + spread if spread > 0 and high - low > _OUTLIER * spread else high)


def _widened(low: float, high: float) -> tuple[float, float]:
    """A range that can be divided by: a flat line lies in its middle."""
    if high - low > 1e-12 * max(abs(low), abs(high)):
        return low, high
    margin = abs(high) * 0.1 or 1.0
    return low - margin, high + margin


def thinned(points: Points) -> Points:
    """Keep the lowest and the highest point of each bucket, so that no peak is lost."""
    if len(points) <= _MAX_POINTS:
        return points
    size = math.ceil(len(points) * 2 / _MAX_POINTS)
    kept: list[tuple[float, float]] = []
    for start in range(0, len(points), size):
        bucket = points[start : start + size]
        ends = {bucket.index(min(bucket, key=_y)), bucket.index(max(bucket, key=_y))}
        kept += [bucket[index] for index in sorted(ends)]
    return kept


def _y(point: tuple[float, float]) -> float:
    return point[1]


def plan_bar(low: float | None, high: float | None, measured: float | None, *, label: str) -> Markup:
    """Draw, on a scale from zero, the documented range as a band and the measured value as a mark; '' if unknown."""
    low, high, measured = (
        end if end is not None and _SHORTEST < end < _LARGEST else None for end in (low, high, measured)
    )
    known = [end for end in (low, high, measured) if end is not None]
    if measured is None or len(known) < 2:
        return Markup("")
    width, height, scale = 180.0, 18.0, 172.0 / (max(known) * 1.08)
    start, end, mark = (low or 0.0) * scale, width if high is None else high * scale, measured * scale
    return _svg(
        width,
        height,
        label,
        element("line", x1=0, x2=width, y1=height / 2, y2=height / 2, class_="grid"),
        element("rect", x=start, y=3, width=max(end - start, 2.0), height=12, rx=3, class_="band"),
        element("rect", x=mark - 1.5, y=0, width=3, height=height, rx=1.5, class_="measured"),
    )


def parts_bar(parts: Sequence[tuple[str, float]], *, label: str) -> Markup:
    """Draw parts of a whole side by side; each is a class of the style sheet and an amount."""
    whole, at, width = sum(amount for _, amount in parts), 0.0, 1000.0
    drawn = []
    for kind, amount in parts:
        share = amount / whole * width if whole > 0 else 0.0
        drawn.append(element("rect", x=at, y=0, width=max(share - 2, 1.0), height=16, rx=2, class_=kind))
        at += share
    return _svg(width, 16.0, label, *drawn, stretched=True)


def swatch(kind: str) -> Markup:
    """Draw the key of a part or a series."""
    return _svg(10.0, 10.0, "", element("rect", width=10, height=10, rx=2, class_=kind))


def _svg(width: float, height: float, label: str, *drawn: str, stretched: bool = False) -> Markup:
    described: dict[str, str | None] = {"role": "img", "aria_label": label} if label else {"aria_hidden": "true"}
    sizes: dict[str, str | float | None] = {
        "viewBox": f"0 0 {width:g} {height:g}",
        "width": width,
        "height": height,
        "preserveAspectRatio": "none" if stretched else None,
        "class_": "bar" if stretched else None,
    }
    return element("svg", *drawn, **sizes, **described)
