"""A chart as rows: title, curve with its scale, steps below. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from trainmon import units
from trainmon.snapshot import MetricInfo
from trainmon.tui.braille import Curve, Points, Scale, nearest, plot, scale_of, smooth
from trainmon.tui.chart_look import ChartLook
from trainmon.tui.text import Row, Span, fit, fit_row, plain, shorten

_LABEL_WIDTH = 10
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
    body = plot(cut, scale, inner, rows, band=band, cursor=column)
    labels = [""] * rows
    labels[0], labels[-1] = units.metric_value(scale.y_high), units.metric_value(scale.y_low)
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
    """Draw one metric; smoothed, the raw curve stays behind faintly."""
    curves = [Curve(points=metric.history)]
    if look.smoothed:
        curves = [Curve(points=metric.history, role="faint"), Curve(points=smooth(metric.history))]
    role = "" if math.isfinite(metric.last) else "bad"
    title: Row = ((f"{plain(name)} ", "title"), (units.metric_value(metric.last), role))
    told = (
        at_cursor(metric.history, look, axis.ends)
        or f"min {units.metric_value(metric.min)}  max {units.metric_value(metric.max)}"
    )
    title = (*title, ("   ".join(["", told, *([", ".join(look.marks)] if look.marks else [])]), "muted"))
    return chart(title, curves, width, height, look=look, axis=axis)


def at_cursor(points: Points, look: ChartLook, ends: Range | None) -> str:
    """Return the value under the cursor, of steps from `ends[0]` to `ends[1]`; '' without one."""
    if look.cursor is None or not points:
        return ""
    low, high = ends or (points[0][0], points[-1][0])
    point = nearest(points, low + look.cursor * (high - low))
    return "" if point is None else f"at {units.exact(round(point[0]))}: {units.metric_value(point[1])}"
