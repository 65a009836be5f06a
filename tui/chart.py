"""A chart as rows: title, curve with its scale, steps below. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from trainmon import units
from trainmon.snapshot import MetricInfo, RunSnapshot, StepTime
from trainmon.tui import bars
from trainmon.tui.braille import Curve, Points, nearest, plot, scale_of, smooth
from trainmon.tui.text import Row, Span, as_fits, fit, fit_row, plain, shorten, width_of

_LABEL_WIDTH = 10


def chart(
    title: Row,
    curves: Sequence[Curve],
    width: int,
    height: int,
    *,
    log: bool = False,
    y_range: tuple[float, float] | None = None,
    band: tuple[float, float] | None = None,
    cursor: float | None = None,
    unit: str = "step",
) -> list[Row]:
    """Draw curves with their scale into `height` rows; the first row is the title, the last one names the steps.

    `cursor` is 0..1 of the width.
    """
    inner, rows = max(4, width - _LABEL_WIDTH - 1), max(1, height - 2)
    scale = scale_of(curves, log=log, y_range=y_range)
    if scale is None:
        nothing = "no value above 0 to draw" if log else "no values yet"
        return [fit_row(title, width), fit_row(((" " * (_LABEL_WIDTH + 1) + nothing, "muted"),), width)]
    column = None if cursor is None else round(cursor * (inner - 1))
    body = plot(curves, scale, inner, rows, band=band, cursor=column)
    labels = [""] * rows
    labels[0], labels[-1] = units.metric_value(scale.y_high), units.metric_value(scale.y_low)
    axis = [((fit(shorten(label, _LABEL_WIDTH), _LABEL_WIDTH, right=True) + "▏", "muted"),) for label in labels]
    first, last = units.exact(round(scale.x_low)), f"{units.exact(round(scale.x_high))} {plain(unit)}"
    steps = first + fit(last, max(0, inner - len(first)), right=True)
    return [
        fit_row(title, width),
        *((*label, *row) for label, row in zip(axis, body, strict=True)),
        ((" " * (_LABEL_WIDTH + 1) + steps, "muted"),),
    ]


def metric_chart(
    name: str,
    metric: MetricInfo,
    width: int,
    height: int,
    *,
    log: bool = False,
    smoothed: bool = False,
    cursor: float | None = None,
    unit: str = "step",
) -> list[Row]:
    """Draw one metric; smoothed, the raw curve stays behind faintly."""
    curves = [Curve(points=metric.history)]
    if smoothed:
        curves = [Curve(points=metric.history, role="faint"), Curve(points=smooth(metric.history))]
    role = "" if math.isfinite(metric.last) else "bad"
    title: Row = ((f"{plain(name)} ", "title"), (units.metric_value(metric.last), role))
    marks = [word for word, on in (("log", log), ("smoothed", smoothed)) if on]
    told = (
        _at_cursor(metric.history, cursor)
        or f"min {units.metric_value(metric.min)}  max {units.metric_value(metric.max)}"
    )
    title = (*title, (f"   {told}" + (f"   {', '.join(marks)}" if marks else ""), "muted"))
    return chart(title, curves, width, height, log=log, cursor=cursor, unit=unit)


def _at_cursor(points: Points, cursor: float | None) -> str:
    if cursor is None or not points:
        return ""
    x = points[0][0] + cursor * (points[-1][0] - points[0][0])
    point = nearest(points, x)
    return "" if point is None else f"at {units.exact(round(point[0]))}: {units.metric_value(point[1])}"


def step_time_chart(
    run: RunSnapshot, width: int, height: int, *, log: bool = False, smoothed: bool = False, cursor: float | None = None
) -> list[Row]:
    """Draw seconds per step, warm-up marked and the documented step time shaded; lone spikes are cut off at the top."""
    times = run.step_time_s
    if times is None or not times.history:
        return [fit_row((("step time ", "title"), ("not measured yet", "muted")), width)]
    warm = [point for point in times.history if point[0] <= run.start_step + times.warmup_steps]
    rest = times.history[max(0, len(warm) - 1) :] if warm else times.history
    curves = [Curve(points=rest), Curve(points=warm, role="warn")]
    if smoothed:
        curves = [Curve(points=rest, role="faint"), Curve(points=warm, role="warn"), Curve(points=smooth(rest))]
    band = documented_step_s(run)
    told = _at_cursor(times.history, cursor)
    title: Row = (("step time ", "title"), (units.step_time(times.median, plain(run.unit)), ""))
    parts: list[Span] = [(told, "")] if told else []
    if band is not None:
        parts.append((f"░ documented {_seconds_range(band)}", "band"))
    if times.warmup_steps:
        parts.append((f"warm-up {units.plural(times.warmup_steps, 'step')}", "warn"))
    parts.append((f"p10 {_seconds(times.p10)}  p90 {_seconds(times.p90)}", "muted"))
    title = (*title, *as_fits(parts, width - width_of(title), gap=3))
    finite = [y for _, y in rest[1:] or rest if math.isfinite(y)]
    return chart(
        title,
        curves,
        width,
        height,
        log=log,
        y_range=_without_spikes(finite, times, band),
        band=band,
        cursor=cursor,
        unit=run.unit,
    )


def _seconds(value: float) -> str:
    return units.step_time(value).partition("/")[0]


def _seconds_range(band: tuple[float, float]) -> str:
    low, high = band
    return _seconds(low) if low == high else f"{_seconds(low)} to {_seconds(high)}"


def _without_spikes(
    values: Sequence[float], times: StepTime, band: tuple[float, float] | None
) -> tuple[float, float] | None:
    """Return the range that shows all but lone spikes, and the documented band where it is not far away."""
    if not values:
        return None
    low, high = max(min(values), times.p10 / 2), min(max(values), times.p90 * 1.5)
    if not low < high:
        low, high = min(values), max(values)
    for end in band or ():
        if math.isfinite(end) and times.median / 4 <= end <= 4 * times.median:
            low, high = min(low, end), max(high, end)
    return low, high


def documented_step_s(run: RunSnapshot) -> tuple[float, float] | None:
    """Return the documented seconds per step that the run is held against."""
    for verdict in run.comparisons:
        if verdict.documented is not None and verdict.documented.scope == "step":
            return bars.ends(verdict.documented)
    return None
