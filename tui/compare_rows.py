"""Runs side by side: figures in columns, curves over one another by step. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from string import ascii_uppercase

from trainmon import units
from trainmon.snapshot import RunSnapshot
from trainmon.tui import words
from trainmon.tui.braille import Curve, Points, smooth
from trainmon.tui.chart import chart
from trainmon.tui.spanview import SERIES
from trainmon.tui.text import Row, Span, fit, fit_row, heading, plain, shorten, shorten_left

_LABEL = 14
_MOST = 6


def _step_time(run: RunSnapshot) -> Span:
    return ("-" if run.step_time_s is None else units.step_time(run.step_time_s.median, plain(run.unit))), ""


_FIGURES: tuple[tuple[str, Callable[[RunSnapshot], Span]], ...] = (
    ("state", words.state),
    ("progress", lambda run: (units.percent(run.progress), "")),
    ("step", lambda run: (units.steps(run.step, run.total_steps), "")),
    ("step time", _step_time),
    ("elapsed", lambda run: (units.duration(run.elapsed_s), "")),
    ("ETA", lambda run: (words.time_left_interval(run), "")),
    ("documented", lambda run: (words.documented(run.documented), "band")),
    ("verdict", words.verdict_of),
    ("GPU memory", lambda run: (words.memory(run) or "-", "")),
)


def table(runs: Sequence[RunSnapshot], width: int) -> list[Row]:
    """Return the figures and the last value of every metric, a column a run."""
    each = max(12, min(34, (width - _LABEL) // max(1, len(runs)) - 2))
    rows: list[Row] = [_line("", [_named(at, run, each) for at, run in enumerate(runs)], each)]
    rows += [_line(label, [cell(run) for run in runs], each) for label, cell in _FIGURES]
    rows.append(())
    for name in metric_names(runs):
        rows.append(_line(plain(name), [_last(run, name) for run in runs], each))
    return [fit_row(row, width) for row in rows]


def metric_names(runs: Sequence[RunSnapshot]) -> list[str]:
    """Return the metrics of all runs: those that more runs have come first."""
    counts: dict[str, int] = {}
    for run in runs:
        for name in run.metrics:
            counts[name] = counts.get(name, 0) + 1
    return sorted(counts, key=lambda name: -counts[name])


def _named(at: int, run: RunSnapshot, width: int) -> Span:
    return f"{letter(at)} {shorten_left(words.name(run), width - 2)}", series_role(at)


def letter(at: int) -> str:
    """Return the letter that stands for a run beside its colour."""
    return ascii_uppercase[at % len(ascii_uppercase)]


def series_role(at: int) -> str:
    """Return the colour role of a run's curve."""
    return f"series-{at % SERIES}"


def _line(label: str, cells: Sequence[Span], each: int) -> Row:
    spans: list[Span] = [(fit(" " + shorten(label, _LABEL - 2), _LABEL), "muted")]
    for text, role in cells:
        spans.append((fit(text, each) + "  ", role))
    return tuple(spans)


def _last(run: RunSnapshot, name: str) -> Span:
    metric = run.metrics.get(name)
    if metric is None:
        return "-", "muted"
    return f"{units.metric_value(metric.last)} (min {units.metric_value(metric.min)})", ""


def overlays(runs: Sequence[RunSnapshot], width: int, height: int, *, log: bool, smoothed: bool) -> list[Row]:
    """Return a chart for the step time and for each metric that two or more runs have."""
    rows: list[Row] = []
    steps = [run.step_time_s.history if run.step_time_s is not None else () for run in runs]
    usual = [run.step_time_s.p90 for run in runs if run.step_time_s is not None]
    low = [run.step_time_s.p10 for run in runs if run.step_time_s is not None]
    without_spikes = (min(low) * 0.8, max(usual) * 1.5) if usual else None
    rows += _overlay("step time (s)", steps, width, height, log=log, smoothed=smoothed, y_range=without_spikes)
    for name in metric_names(runs):
        histories = [run.metrics[name].history if name in run.metrics else () for run in runs]
        if sum(bool(history) for history in histories) > 1:
            rows += _overlay(plain(name), histories, width, height, log=log, smoothed=smoothed)
    return rows


def _overlay(
    name: str,
    histories: Sequence[Points],
    width: int,
    height: int,
    *,
    log: bool,
    smoothed: bool,
    y_range: tuple[float, float] | None = None,
) -> list[Row]:
    curves = [
        Curve(points=smooth(history) if smoothed else history, role=series_role(at))
        for at, history in enumerate(histories)
    ]
    title: list[Span] = [(f"{name}  ", "title")]
    for at, history in enumerate(histories):
        if history:
            title.append((f" {letter(at)} {units.metric_value(history[-1][1])} ", series_role(at)))
    title.append(("".join(f"   {word}" for word, on in (("log", log), ("smoothed", smoothed)) if on), "muted"))
    return [*chart(tuple(title), curves, width, height, log=log, y_range=y_range), ()]


def comparison(
    runs: Sequence[RunSnapshot], width: int, height: int, *, log: bool = False, smoothed: bool = False
) -> list[Row]:
    """Return the whole comparison of at most six runs."""
    shown = runs[:_MOST]
    rows = table(shown, width)
    if len(runs) > len(shown):
        rows.append(((f" {len(runs) - len(shown)} more marked runs are not shown", "muted"),))
    return [*rows, (), heading("Curves by step", width), *overlays(shown, width, height, log=log, smoothed=smoothed)]
