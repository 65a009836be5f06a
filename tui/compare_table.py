"""Runs side by side in figures: a column a run, each held against the first. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from string import ascii_uppercase

from rich.cells import cell_len

from trainmon import units
from trainmon.exports.report import best, time_split
from trainmon.snapshot import MetricInfo, RunSnapshot
from trainmon.tui import words
from trainmon.tui.spanview import SERIES
from trainmon.tui.text import Row, Span, fit, fit_row, heading, plain, shorten, shorten_left

_LABEL, _LABEL_SHARE = 18, 4
"""Cells for the names of figures, and more for long ones: at most one in so many."""
_NARROW, _BROAD = 12, 44
_GAP = 2
_ALIKE = 0.005
"""Below half a percent two measured values are called the same."""

Amount = Callable[[RunSnapshot], float | None]


def _step_time(run: RunSnapshot) -> Span:
    return ("-" if run.pace_s is None else units.step_time(run.pace_s, plain(run.unit))), ""


def _pace_s(run: RunSnapshot) -> float | None:
    return run.pace_s


def _peak_bytes(run: RunSnapshot) -> float | None:
    return None if run.gpu is None else run.gpu.peak_memory_bytes


_FIGURES: tuple[tuple[str, Callable[[RunSnapshot], Span], Amount | None], ...] = (
    ("state", words.state, None),
    ("progress", lambda run: (units.percent(run.progress), ""), None),
    ("step", lambda run: (units.steps(run.step, run.total_steps), ""), None),
    ("step time", _step_time, _pace_s),
    ("elapsed", lambda run: (units.duration(run.elapsed_s), ""), lambda run: run.elapsed_s),
    ("ETA", lambda run: (words.time_left_interval(run), ""), None),
    ("documented", lambda run: (words.documented(run.documented), "band"), None),
    ("verdict", words.verdict_of, None),
    ("GPU memory", lambda run: (words.memory(run) or units.UNKNOWN, ""), _peak_bytes),
)


def letter(at: int) -> str:
    """Return the letter that stands for a run beside its colour."""
    return ascii_uppercase[at % len(ascii_uppercase)]


def series_role(at: int) -> str:
    """Return the colour role of a run's curve."""
    return f"series-{at % SERIES}"


def metric_names(runs: Sequence[RunSnapshot]) -> list[str]:
    """Return the metrics of all runs: those that more runs have come first."""
    counts: dict[str, int] = {}
    for run in runs:
        for name in run.metrics:
            counts[name] = counts.get(name, 0) + 1
    return sorted(counts, key=lambda name: -counts[name])


def table(runs: Sequence[RunSnapshot], width: int) -> list[Row]:
    """Return figures and metrics, a column a run; behind a value stands what it is of the first run's."""
    names = metric_names(runs)
    labelled = max(_LABEL, min(width // _LABEL_SHARE, max((cell_len(plain(name)) for name in names), default=0) + 3))
    each = max(_NARROW, min(_BROAD, (width - labelled) // max(1, len(runs)) - _GAP))
    rows = [_line("", labelled, [(_named(at, run, each), ("", "")) for at, run in enumerate(runs)], each)]
    for label, cell, amount in _FIGURES:
        rows.append(_line(label, labelled, [(cell(run), _share(amount, run, runs[0])) for run in runs], each))
    if names:
        rows += [(), heading("Metrics, the last value and the best", width)]
    for name in names:
        cells = [(_last(run, name), _change(run, runs[0], name)) for run in runs]
        rows.append(_line(plain(name), labelled, cells, each))
    return [fit_row(row, width) for row in rows]


def _named(at: int, run: RunSnapshot, width: int) -> Span:
    return f"{letter(at)} {shorten_left(words.name(run), width - 2)}", series_role(at)


def _line(label: str, labelled: int, cells: Sequence[tuple[Span, Span]], each: int) -> Row:
    spans: list[Span] = [(fit(" " + shorten(label, labelled - 2), labelled), "muted")]
    for (text, role), (behind, behind_role) in cells:
        room = each - len(behind) - 1
        if behind and len(text) <= room:
            spans += [(text + "  ", role), (fit(behind, room - len(text) + len(behind) - 1) + " " * _GAP, behind_role)]
        else:
            spans.append((fit(text, each) + " " * _GAP, role))
    return tuple(spans)


def _share(amount: Amount | None, run: RunSnapshot, first: RunSnapshot) -> Span:
    """`0.63x` of the first run's."""
    mine, others = (None, None) if amount is None or run is first else (amount(run), amount(first))
    if mine is None or not others or not math.isfinite(mine / others):
        return "", ""
    return (f"{mine / others:.2f}x" if abs(mine / others - 1) > _ALIKE else "same"), "muted"


def _last(run: RunSnapshot, name: str) -> Span:
    metric = run.metrics.get(name)
    if metric is None:
        return units.UNKNOWN, "muted"
    shown, record = units.metric_value(metric.last), best(name, metric)
    role = "" if math.isfinite(metric.last) else "bad"
    return (shown if record is None or metric.count < 2 else f"{shown} (best {units.metric_value(record)})"), role


def _change(run: RunSnapshot, first: RunSnapshot, name: str) -> Span:
    """`+3.1 %` of the first run's last value, coloured where the name tells which way is better."""
    mine, others = run.metrics.get(name), first.metrics.get(name)
    if run is first or mine is None or others is None or not others.last:
        return "", ""
    change = (mine.last - others.last) / abs(others.last)
    if not math.isfinite(change):
        return "", ""
    if abs(change) <= _ALIKE:
        return "same", "muted"
    return f"{change:+.1%}".replace("%", " %"), _role_of(change, name, mine)


def _role_of(change: float, name: str, metric: MetricInfo) -> str:
    record = best(name, metric)
    if record is None or metric.min == metric.max:
        return "muted"
    return "good" if (change < 0) is (record == metric.min) else "warn"


def differences(runs: Sequence[RunSnapshot], width: int) -> list[Row]:
    """Return where the time went otherwise than in the first run, and the settings that are not the same in all."""
    rows: list[Row] = []
    for at, run in enumerate(runs[1:], start=1):
        told = _time_apart(run, runs[0])
        if told:
            rows.append(fit_row(((f" {letter(at)} against A  ", series_role(at)), (told, "")), width))
    facts = {name for run in runs for name in run.facts}
    for name in sorted(facts):
        values = [run.facts.get(name) for run in runs]
        if len(set(map(str, values))) > 1:
            rows.append(fit_row(_settings(name, values), width))
    return [heading("Differences", width), *rows] if rows else []


def _settings(name: str, values: Sequence[float | str | None]) -> Row:
    told: list[Span] = [(fit(" " + shorten(plain(name.replace("_", " ")), 26), 28), "muted")]
    for at, value in enumerate(values):
        text = (
            units.UNKNOWN if value is None else units.exact(value) if isinstance(value, float | int) else plain(value)
        )
        told += [(f"{letter(at)} ", series_role(at)), (f"{text}   ", "")]
    return tuple(told)


def _time_apart(run: RunSnapshot, first: RunSnapshot) -> str:
    """`27m 33s less: training steps -26m 02s, eval -1m 31s`; '' while one of them is under way."""
    if run.elapsed_s is None or first.elapsed_s is None or not {run.state, first.state} <= words.ENDED:
        return ""
    apart = run.elapsed_s - first.elapsed_s
    own, others = dict(time_split(run)), dict(time_split(first))
    parts = {name: own.get(name, 0.0) - others.get(name, 0.0) for name in {**own, **others}}
    told = sorted(((key, part) for key, part in parts.items() if abs(part) >= 1), key=lambda each: -abs(each[1]))
    if abs(apart) < 1:
        return "the same time"
    causes = ", ".join(f"{plain(key)} {'+' if part > 0 else ''}{units.duration(part)}" for key, part in told)
    return f"{units.duration(abs(apart))} {'more' if apart > 0 else 'less'}" + (f": {causes}" if len(told) > 1 else "")
