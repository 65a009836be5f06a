"""A chart as rows: title, curve with its scale, steps below. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from trainmon import units
from trainmon.snapshot import MetricInfo
from trainmon.tui.braille import Curve, Points, Scale, is_drawn, nearest, plot, scale_of, smooth
from trainmon.tui.chart_look import ChartLook
from trainmon.tui.text import Row, Span, fit, fit_row, plain, shorten
from trainmon.tui.ticks import labelled_scale

_LABEL_WIDTH = 10
_SPIKE = 100
"""What lies so many times beyond the range of four values in five would flatten the curve."""
Range = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """What lies below the curves: steps, or seconds where `timed`."""

    ends: Range | None = None
    """First and last of all, of which a part may be shown; None: as far as the curves go."""
    unit: str = "step"
    timed: bool = False

    def texts(self, low: float, high: float) -> tuple[str, str]:
        """Return the words below the first and below the last cell."""
        if self.timed:
            return units.duration(low), units.duration(high)
        return units.exact(round(low)), f"{units.exact(round(high))} {plain(self.unit)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A moment that stands below a chart, by its step."""

    step: float
    sign: str
    role: str


_PLAIN, _STEPS = ChartLook(), Axis()


def chart(
    title: Row,
    curves: Sequence[Curve],
    width: int,
    height: int,
    *,
    look: ChartLook = _PLAIN,
    axis: Axis = _STEPS,
    y_range: Range | None = None,
    band: Range | None = None,
    marks: Sequence[Mark] = (),
) -> list[Row]:
    """Draw curves with their scale into `height` rows; the first row is the title, the last one names the steps."""
    inner, rows = max(4, width - _LABEL_WIDTH - 1), max(1, height - 2)
    cut = _cut(curves, look, axis.ends)
    scale = scale_of(cut, log=look.log, y_range=y_range)
    if scale is None:
        nothing = "no value above 0 to draw" if look.log else "no values yet" if look.whole else "no values here"
        return [fit_row(title, width), fit_row(((" " * (_LABEL_WIDTH + 1) + nothing, "muted"),), width)]
    if axis.ends is not None and axis.ends[0] < axis.ends[1]:
        low, high = look.shown(*axis.ends)
        scale = replace(scale, x_low=low, x_high=high)
    column = None if look.cursor is None else round(look.within(look.cursor) * (inner - 1))
    scale, labels = labelled_scale(scale, rows)
    body = plot(cut, scale, inner, rows, band=band, cursor=column)
    labelled = [((fit(shorten(label, _LABEL_WIDTH), _LABEL_WIDTH, right=True) + "▏", "muted"),) for label in labels]
    return [
        fit_row(title, width),
        *((*label, *row) for label, row in zip(labelled, body, strict=True)),
        ((" " * (_LABEL_WIDTH + 1), ""), *_below(scale, inner, marks, axis)),
    ]


def _cut(curves: Sequence[Curve], look: ChartLook, ends: Range | None) -> list[Curve]:
    """Return the curves with the points that are shown."""
    if look.whole or ends is None:
        return list(curves)
    low, high = look.shown(*ends)
    return [replace(curve, points=[point for point in curve.points if low <= point[0] <= high]) for curve in curves]


def _below(scale: Scale, inner: int, marks: Sequence[Mark], axis: Axis) -> Row:
    """Return the first and the last step, and between them the marks at their places."""
    first, last = axis.texts(scale.x_low, scale.x_high)
    cells: list[Span] = [(sign, "muted") for sign in first + fit(last, max(0, inner - len(first)), right=True)]
    free = range(len(first) + 1, inner - len(last) - 1)
    for mark in marks:
        at = round(scale.x_at(mark.step) * (inner - 1))
        if at in free:
            cells[at] = (mark.sign, mark.role)
    return tuple(cells)


def metric_chart(
    name: str,
    metric: MetricInfo,
    width: int,
    height: int,
    *,
    look: ChartLook = _PLAIN,
    axis: Axis = _STEPS,
) -> list[Row]:
    """Draw one metric; smoothed, the raw curve stays behind faintly. One value alone is told, not drawn."""
    role = "" if math.isfinite(metric.last) else "bad"
    title: Row = ((f"{plain(name)} ", "title"), (units.metric_value(metric.last), role))
    drawn = [point for point in metric.history if is_drawn(point, log=False)]
    if len(drawn) == 1:
        at = f"the only value, at {plain(axis.unit)} {units.exact(drawn[0][0])}"
        return [fit_row(title, width), fit_row(((" " * (_LABEL_WIDTH + 1) + at, "muted"),), width)]
    curves = [Curve(points=metric.history)]
    if look.smoothed:
        curves = [Curve(points=metric.history, role="faint"), Curve(points=smooth(metric.history))]
    told = at_cursor(metric.history, look, axis)
    if not told:
        told = f"min {units.metric_value(metric.min)}  max {units.metric_value(metric.max)}"
    within = None if look.log else without_spikes([y for _, y in drawn])
    if within is not None:
        told += "  beyond the axis"
    title = (*title, ("   ".join(["", told, *([", ".join(look.marks)] if look.marks else [])]), "muted"))
    return chart(title, curves, width, height, look=look, axis=axis, y_range=within)


def without_spikes(values: Sequence[float]) -> Range | None:
    """Return the range of all but spikes that would flatten the curve; None where there is none."""
    ordered = sorted(values)
    low, high = ordered[len(ordered) // 10 :][:1], ordered[len(ordered) * 9 // 10 :][:1]
    if not low or not high or not 0 < high[0] - low[0] < math.inf:
        return None
    usual = high[0] - low[0]
    first, last = max(ordered[0], low[0] - _SPIKE * usual), min(ordered[-1], high[0] + _SPIKE * usual)
    if first == ordered[0] and last == ordered[-1]:
        return None
    return (
        ordered[0] if first == ordered[0] else low[0] - usual,
        ordered[-1] if last == ordered[-1] else high[0] + usual,
    )


def at_cursor(points: Points, look: ChartLook, axis: Axis, value: Callable[[float], str] = units.metric_value) -> str:
    """Return the value under the cursor, of steps between the axis' ends; '' without one."""
    if look.cursor is None or not points:
        return ""
    low, high = axis.ends or (points[0][0], points[-1][0])
    point = nearest(points, low + look.cursor * (high - low))
    return "" if point is None else f"at {plain(axis.unit)} {units.exact(round(point[0]))}: {value(point[1])}"
