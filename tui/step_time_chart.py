"""The chart of seconds per step: warm-up, pauses and changes of pace marked, the documented step time shaded. Pure."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from operator import itemgetter

from trainmon import units
from trainmon.events import ProblemKind
from trainmon.snapshot import RunSnapshot, StepTime
from trainmon.timing.spans import STALL
from trainmon.tui import bars, words
from trainmon.tui.braille import Curve, Points, smooth
from trainmon.tui.chart import Axis, Mark, at_cursor, chart
from trainmon.tui.chart_look import ChartLook
from trainmon.tui.text import Row, Span, as_fits, fit_row, plain, width_of

_SLOWER = "▲"
_PAUSE_WORDS = {"e": "evaluation", "c": "checkpoint", "s": "stall", "p": "pause"}
"""Signs below the step time: the first letters of the keys of `overhead_s`, and of a stall too short for the word."""
_PLAIN, _STEPS = ChartLook(), Axis()


def step_time_chart(
    run: RunSnapshot, width: int, height: int, *, look: ChartLook = _PLAIN, axis: Axis = _STEPS
) -> list[Row]:
    """Draw seconds per step, warm-up and earlier attempts marked and the documented step time shaded; lone spikes are
    cut off at the top."""
    times = run.step_time_s
    if times is None or not times.history:
        return [fit_row((("step time ", "title"), ("not measured yet", "muted")), width)]
    before = [point for point in times.history if point[0] <= run.start_step] if run.start_step > 0 else []
    warm = [point for point in times.history[len(before) :] if point[0] <= run.start_step + times.warmup_steps]
    rest = times.history[len(before) + max(0, len(warm) - 1) :]
    others = [Curve(points=before, role="muted"), Curve(points=warm, role="warn")]
    curves = [Curve(points=rest), *others]
    if look.smoothed:
        curves = [Curve(points=rest, role="faint"), *others, Curve(points=smooth(rest))]
    band = documented_step_s(run)
    changes, pauses = _changes(run), _pauses(run)
    finite = [y for _, y in (*before, *(rest[1:] or rest)) if math.isfinite(y)]
    return chart(
        _title(run, times, width, [*pauses, *changes], at_cursor(times.history, look, axis, _seconds), look.marks),
        curves,
        width,
        height,
        look=look,
        axis=axis,
        y_range=_without_spikes(finite, times, band),
        band=band,
        marks=[*pauses, *changes],
    )


def _title(run: RunSnapshot, times: StepTime, width: int, marks: Sequence[Mark], told: str, look: Sequence[str]) -> Row:
    title: Row = (("step time ", "title"), (units.step_time(run.pace_s or times.mean, plain(run.unit)), ""))
    parts: list[Span] = [(told, "")] if told else []
    band = documented_step_s(run)
    if band is not None:
        parts.append((f"░ documented {_seconds_range(band)}", "band"))
    parts += [(f"{_SLOWER} slower from {units.exact(mark.step)}", mark.role) for mark in marks if mark.sign == _SLOWER]
    if times.warmup_steps:
        parts.append((f"warm-up {units.plural(times.warmup_steps, 'step')}", "warn"))
    parts.append((f"p10 {_seconds(times.p10)}  p90 {_seconds(times.p90)}", "muted"))
    signs = sorted({mark.sign for mark in marks} & _PAUSE_WORDS.keys())
    parts += [(f"{sign} {_PAUSE_WORDS[sign]}", "muted") for sign in signs]
    parts += [(", ".join(look), "muted")] if look else []
    return (*title, *as_fits(parts, width - width_of(title), gap=3))


def _changes(run: RunSnapshot) -> list[Mark]:
    """Return the steps from which on the pace was another one."""
    slower = (each for each in run.problems if each.kind is ProblemKind.SLOWDOWN)
    return [Mark(step=each.step, sign=_SLOWER, role="warn") for each in slower if each.step is not None]


def _pauses(run: RunSnapshot) -> list[Mark]:
    """Return the steps at which none were made, the shortest first: in a cell that two share stands the longer one."""
    marks = []
    for pause in sorted(run.pauses, key=lambda pause: pause.duration_s):
        step = step_at(run.clock_history, pause.started_s)
        word, role = words.standstill(run) if pause.kind == STALL else (pause.kind, "muted")
        if step is not None and word[:1] in _PAUSE_WORDS:
            marks.append(Mark(step=step, sign=word[:1], role=role))
    return marks


def step_at(clock: Points, time_s: float) -> float | None:
    """Return the step that the run's clock had reached; None before the first and behind the last one."""
    at = bisect_left(clock, time_s, key=itemgetter(1))
    if at < len(clock) and clock[at][1] == time_s:
        return clock[at][0]
    return clock[at - 1][0] if 0 < at < len(clock) else None


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
