"""Curves of several runs over one another, by step or by time. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from operator import itemgetter

from trainmon import units
from trainmon.snapshot import RunSnapshot
from trainmon.tui.braille import Curve, Points, smooth
from trainmon.tui.chart import Axis, Range, chart
from trainmon.tui.chart_look import ChartLook
from trainmon.tui.charts_section import steps_of
from trainmon.tui.compare_table import letter, metric_names, series_role
from trainmon.tui.text import Row, Span, plain


def overlays(runs: Sequence[RunSnapshot], width: int, height: int, *, look: ChartLook, by_time: bool) -> list[Row]:
    """Return a chart for the step time and for each metric that two or more runs have."""
    rows: list[Row] = []
    axis = Axis(ends=_ends(runs, by_time=by_time), timed=by_time)

    def add(name: str, histories: Sequence[Points], values: Sequence[str], y_range: Range | None = None) -> None:
        shown = [timed(run, points) for run, points in zip(runs, histories, strict=True)] if by_time else histories
        curves = [
            Curve(points=smooth(points) if look.smoothed else points, role=series_role(at))
            for at, points in enumerate(shown)
        ]
        title = _title(name, values, look.marks)
        rows.extend([*chart(title, curves, width, height, look=look, axis=axis, y_range=y_range), ()])

    measured = [run.step_time_s for run in runs if run.step_time_s is not None]
    usual = [each.p10 * 0.8 for each in measured], [each.p90 * 1.5 for each in measured]
    without_spikes = (min(usual[0]), max(usual[1])) if measured else None
    paces = [units.step_time(run.pace_s).partition("/")[0] if run.pace_s is not None else "" for run in runs]
    add("step time", [run.step_time_s.history if run.step_time_s else () for run in runs], paces, without_spikes)
    for name in metric_names(runs):
        histories = [run.metrics[name].history if name in run.metrics else () for run in runs]
        if sum(bool(history) for history in histories) > 1:
            last = [units.metric_value(run.metrics[name].last) if name in run.metrics else "" for run in runs]
            add(plain(name), histories, last)
    return rows


def _title(name: str, values: Sequence[str], marks: Sequence[str]) -> Row:
    """The values are those of the table above."""
    title: list[Span] = [(f"{name}  ", "title")]
    for at, value in enumerate(values):
        if value:
            title.append((f" {letter(at)} {value} ", series_role(at)))
    return (*title, ("".join(f"   {mark}" for mark in marks), "muted"))


def _ends(runs: Sequence[RunSnapshot], *, by_time: bool) -> Range | None:
    """Return the first and the last step, or second, of all runs."""
    if by_time:
        found = [(run.clock_history[0][1], run.clock_history[-1][1]) for run in runs if run.clock_history]
    else:
        found = [ends for run in runs if (ends := steps_of(run)) is not None]
    return (min(low for low, _ in found), max(high for _, high in found)) if found else None


def timed(run: RunSnapshot, points: Points) -> Points:
    """Return (seconds since the log began, value) for (step, value), straight lines between the known times.

    What lies outside of the times that the log tells, an earlier attempt's values, is left out.
    """
    known = run.clock_history
    placed = []
    for step, value in points:
        at = bisect_left(known, step, key=itemgetter(0))
        if at < len(known) and known[at][0] == step:
            placed.append((known[at][1], value))
        elif 0 < at < len(known):
            (before, before_s), (after, after_s) = known[at - 1], known[at]
            placed.append((before_s + (step - before) / (after - before) * (after_s - before_s), value))
    return placed
