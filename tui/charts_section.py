"""The charts of one run, on one axis of steps. Pure."""

from __future__ import annotations

import math

from trainmon.snapshot import RunSnapshot
from trainmon.tui import words
from trainmon.tui.chart import Axis, Range, metric_chart
from trainmon.tui.chart_look import ChartLook
from trainmon.tui.step_time_chart import step_time_chart
from trainmon.tui.text import Row, beside

_EACH, _GAP = 62, 3
_FIRST_METRICS = 3


def first_charts(run: RunSnapshot, width: int, height: int, look: ChartLook) -> list[Row]:
    """Return the step time and the first metrics, one below the other."""
    axis = Axis(ends=steps_of(run), unit=run.unit)
    rows = step_time_chart(run, width, height, look=look, axis=axis)
    for name in [name for name in words.metric_names(run) if run.metrics[name].history][:_FIRST_METRICS]:
        rows += [(), *metric_chart(name, run.metrics[name], width, height, look=look, axis=axis)]
    return rows


def all_charts(run: RunSnapshot, width: int, room: int, look: ChartLook) -> list[Row]:
    """Return all charts, as many side by side as are wide enough to read, as high as `room` lines allow."""
    axis = Axis(ends=steps_of(run), unit=run.unit)
    across = max(1, min(3, width // _EACH))
    each = (width - _GAP * (across - 1)) // across
    names = words.metric_names(run)
    height = max(8, min(18, room // math.ceil((1 + len(names)) / across) - 1))
    charts = [step_time_chart(run, each, height, look=look, axis=axis)]
    for name in names:
        charts.append(metric_chart(name, run.metrics[name], each, height, look=look, axis=axis))
    rows: list[Row] = []
    for at in range(0, len(charts), across):
        line = charts[at]
        for more, chart in enumerate(charts[at + 1 : at + across], start=1):
            line = beside(line, each * more + _GAP * (more - 1), chart, gap=_GAP)
        rows += [*line, ()]
    return rows


def steps_of(run: RunSnapshot) -> Range | None:
    """Return the first and the last step that any chart of the run has."""
    histories = [metric.history for metric in run.metrics.values()]
    if run.step_time_s is not None:
        histories.append(run.step_time_s.history)
    ends = [history[at][0] for history in histories if history for at in (0, -1)]
    return (min(ends), max(ends)) if ends else None
