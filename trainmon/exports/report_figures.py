"""The figures of the HTML summary: what of a run is drawn, and what it is called."""

from __future__ import annotations

import math
from collections.abc import Sequence

from trainmon import units
from trainmon.estimates import Scope, Verdict
from trainmon.exports.charts_svg import Points, line_chart, parts_bar, plan_bar, swatch
from trainmon.exports.contract import OVERHEADS
from trainmon.exports.html_text import Markup, element, join
from trainmon.exports.report import TRAINING, time_split
from trainmon.sanitise import clean
from trainmon.snapshot import MetricInfo, RunSnapshot

_MAX_CHARTS = 8


def plan_figure(verdict: Verdict) -> Markup:
    """The documented range as a band and the measured value as a mark."""
    documented = verdict.documented
    if documented is None or verdict.measured_s is None:
        return Markup("")
    low, high = documented.low_s, documented.high_s
    if low is None and high is None:
        low = high = documented.likely_s
    unit = "step time" if documented.scope is Scope.STEP else "duration"
    return plan_bar(low, high, verdict.measured_s, label=f"documented {unit} as a band, the measured one as a mark")


def time_figure(run: RunSnapshot) -> Markup:
    """Training steps and overheads side by side, with their keys."""
    split = time_split(run)
    if not split:
        return Markup("")
    kinds = [(name if name in OVERHEADS else "training" if name == TRAINING else "other") for name, _ in split]
    whole = sum(spent for _, spent in split)
    keys = [
        element("span", swatch(kind), f"{name} {units.duration(spent)} ({units.percent(spent / whole)})", class_="key")
        for kind, (name, spent) in zip(kinds, split, strict=True)
    ]
    amounts = [(kind, spent) for kind, (_, spent) in zip(kinds, split, strict=True)]
    return join(
        [
            element("h3", "Where the time went"),
            parts_bar(amounts, label="parts of the elapsed time, as listed below"),
            element("div", *keys),
        ]
    )


def metric_figures(run: RunSnapshot) -> Markup:
    """The step time, then metrics in the log's order; `eval_x` is drawn over `x`."""
    figures = [_figure([("seconds per step", run.step_time_s.history)])] if run.step_time_s else []
    for name, metric in run.metrics.items():
        if name.removeprefix("eval_") != name and name.removeprefix("eval_") in run.metrics:
            continue
        drawn = {name: metric}
        if (evaluated := run.metrics.get(f"eval_{name}")) is not None:
            drawn[f"eval_{name}"] = evaluated
        figures.append(_figure([(_caption(part, shown), shown.history) for part, shown in drawn.items()]))
    shown_figures = [figure for figure in figures if figure][:_MAX_CHARTS]
    return element("div", *shown_figures, class_="charts") if shown_figures else Markup("")


def _caption(name: str, metric: MetricInfo) -> str:
    """Only finite values are drawn: what the last one is otherwise is said."""
    return clean(name) if math.isfinite(metric.last) else f"{clean(name)} (last: {units.metric_value(metric.last)})"


def _figure(series: Sequence[tuple[str, Points]]) -> Markup:
    captions = [caption for caption, _ in series]
    chart = line_chart(series, label=f"{' and '.join(captions)} over steps")
    if not chart:
        return chart
    keys = (element("span", swatch(f"dot{n}"), caption, class_="key") for n, caption in enumerate(captions, start=1))
    return element("figure", element("figcaption", *(keys if len(series) > 1 else captions)), chart)
