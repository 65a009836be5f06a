"""A run's stages on one time axis: what was planned above what happened. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.cells import cell_len

from trainmon import units
from trainmon.events import StageKind
from trainmon.exports.report import compared_text, spent_s
from trainmon.snapshot import PauseInfo, RunSnapshot, RunStatus, StageInfo
from trainmon.timing.spans import MOST, STALL
from trainmon.tui import bars, words
from trainmon.tui.text import Row, fit, fit_row, heading, plain, shorten

_NAME_WIDTH = 16
_NAME_SHARE = 4
"""Names take more than that only where it is at most one in so many cells."""
_END_WIDTH = 24
_LEAST, _PLANNED, _MEASURED, _OCCURRENCE = "▒", "░", "▆", "▮"
STAGE_ROLES = {
    StageKind.INIT: "series-4",
    StageKind.DATA: "series-2",
    StageKind.TRAIN: "accent",
    StageKind.EVAL: "series-1",
    StageKind.CHECKPOINT: "muted",
    StageKind.SAVE: "muted",
    StageKind.OTHER: "muted",
}
_OVERHEADS = ("init", "eval", "checkpoint", "stall", "other")


def timeline(run: RunSnapshot, width: int) -> list[Row]:
    """Return per stage the planned range above the measured bar, then what was no training."""
    stages = run.stages
    total = words.total_s(run) or run.elapsed_s
    if not stages:
        return [heading("Timeline", width), (("  no stage seen yet", "muted"),)]
    planned = _planned(stages)
    axis = max((end for _, end in planned if math.isfinite(end)), default=0.0)
    axis = max(axis, total or 0.0, *(_end_s(stage) for stage in stages), 1.0)
    named = max(_NAME_WIDTH, min(width // _NAME_SHARE, max(cell_len(_label(stage)) for stage in stages) + 1))
    inner = max(10, width - named - _END_WIDTH - 4)
    rows = [heading("Timeline", width, f"0 … {units.duration(axis)}")]
    for stage, plan in zip(stages, planned, strict=True):
        if stage.documented is not None:
            rows.append(_plan_row(stage, plan, axis, inner, named))
        rows.append(_actual_row(run, stage, axis, inner, named))
    rows += _stalls(run, axis, inner, named)
    rows.append(_overheads(run, width))
    return [fit_row(row, width) for row in rows]


def _planned(stages: Sequence[StageInfo]) -> list[tuple[float, float]]:
    """Return when each stage begins and ends by the document: one after the other, recurring ones inside training."""
    at = 0.0
    spans = []
    for stage in stages:
        band = bars.ends(stage.documented)
        inside = stage.kind in {StageKind.EVAL, StageKind.CHECKPOINT}
        start = stage.started_s or 0.0 if inside or band is None else at
        length = 0.0 if band is None else band[1] if math.isfinite(band[1]) else band[0]
        spans.append((start, start + length))
        if not inside:
            at = start + (length or stage.elapsed_s or 0.0)
    return spans


def _end_s(stage: StageInfo) -> float:
    return (stage.started_s or 0.0) + (stage.elapsed_s or 0.0)


def _plan_row(stage: StageInfo, plan: tuple[float, float], axis: float, inner: int, named: int) -> Row:
    """Shade what the plan says at least, and lighter what it may take."""
    first, last = _columns(plan[0], plan[1], axis, inner)
    band = bars.ends(stage.documented)
    _, least = _columns(plan[0], plan[0] + band[0], axis, inner) if band is not None and band[0] > 0 else (0, first)
    least = min(max(least, first), last)
    bar = " " * first + _LEAST * (least - first) + _PLANNED * (last - least)
    return (
        (fit("", named) + "  ", ""),
        (fit(bar, inner), "band"),
        ("  plan " + words.documented(stage.documented), "band"),
    )


def _times(stage: StageInfo) -> str:
    return f" x{stage.occurrences}" if stage.occurrences > 1 else ""


def _label(stage: StageInfo) -> str:
    return plain(stage.name or stage.kind) + _times(stage)


def _actual_row(run: RunSnapshot, stage: StageInfo, axis: float, inner: int, named: int) -> Row:
    name, times = plain(stage.name or stage.kind), _times(stage)
    sign = words.STATE_SIGNS[run.state] if stage.active else " "
    label: Row = (
        (f"{sign} ", words.state_role(run)),
        (fit(shorten(name, named - len(times)) + times, named), ""),
    )
    if stage.elapsed_s is None and not stage.active and not stage.current:
        waiting = "not begun" if run.state in {RunStatus.RUNNING, RunStatus.WAITING} else ""
        return (*label, (" " * inner, ""), (f"  {waiting}", "muted"))
    bar = _bar(run, stage, axis, inner) if stage.elapsed_s is not None else ((" " * inner, ""),)
    role = words.verdict(stage.verdict)[1] if stage.verdict else "muted"
    return (*label, *bar, (_ending(run, stage), role))


def _bar(run: RunSnapshot, stage: StageInfo, axis: float, inner: int) -> Row:
    start = stage.started_s or 0.0
    role = STAGE_ROLES[stage.kind]
    if stage.occurrences > 1:
        return _recurring(stage, axis, inner, role, run)
    first, last = _columns(start, start + (stage.elapsed_s or 0.0), axis, inner)
    left = run.eta.remaining_s.likely if run.eta is not None and stage.active else 0.0
    _, until = _columns(start, _end_s(stage) + left, axis, inner) if left > 0 else (0, last)
    until = max(until, last)
    return (
        (" " * first, ""),
        (_MEASURED * (last - first), role),
        (bars.TRACK * (until - last) + " " * (inner - until), "faint"),
    )


def _recurring(stage: StageInfo, axis: float, inner: int, role: str, run: RunSnapshot) -> Row:
    """Draw the occurrences where they were; where the log does not tell, spread over the time since the first one."""
    alone = sum(other.kind is stage.kind for other in run.stages) == 1
    pauses = [pause for pause in run.pauses if pause.kind == stage.kind] if alone else []
    if 2 * len(pauses) >= min(stage.occurrences, MOST):
        return ((_drawn(pauses, axis, inner), role),)
    first, _ = _columns(stage.started_s or 0.0, stage.started_s or 0.0, axis, inner)
    end = min(axis, max(run.elapsed_s or 0.0, _end_s(stage)))
    _, last = _columns(stage.started_s or 0.0, end, axis, inner)
    cells = [" "] * inner
    count = min(stage.occurrences, max(1, last - first))
    for at in range(count):
        cells[min(inner - 1, first + at * (last - first) // count)] = _OCCURRENCE
    return (("".join(cells), role),)


def _drawn(pauses: Sequence[PauseInfo], axis: float, inner: int) -> str:
    cells = [" "] * inner
    for pause in pauses:
        first, last = _columns(pause.started_s, pause.started_s + pause.duration_s, axis, inner)
        cells[first:last] = _OCCURRENCE * (last - first)
    return "".join(cells)


def _stalls(run: RunSnapshot, axis: float, inner: int, named: int) -> list[Row]:
    """Return where nothing went on and no line says why; nothing where that never happened."""
    stalls = [pause for pause in run.pauses if pause.kind == STALL]
    if not stalls:
        return []
    times = f" x{len(stalls)}" if len(stalls) > 1 else ""
    longest_s = max(stall.duration_s for stall in stalls)
    text = units.duration(longest_s) if len(stalls) == 1 else f"longest {units.duration(longest_s)}"
    word, role = words.standstill(run)
    return [(("  ", ""), (fit(word + times, named), ""), (_drawn(stalls, axis, inner), role), (f"  {text}", role))]


def _ending(run: RunSnapshot, stage: StageInfo) -> str:
    """Return the time that the verdict compares, and the verdict; else what it took, and how far one under way is."""
    if stage.verdict is not None and (compared := compared_text(stage)):
        return f"  {compared} {words.verdict(stage.verdict)[0]}"
    took_s = spent_s(run, stage)
    told = [] if took_s is None else [units.duration(took_s)]
    if stage.current is not None and (took_s is None or (stage.active and stage.total)):
        told.append(units.steps(stage.current, stage.total))
    return "  " + " ".join(told)


def _columns(start: float, end: float, axis: float, inner: int) -> tuple[int, int]:
    first = min(inner - 1, max(0, math.floor(start / axis * inner)))
    return first, min(inner, max(first + 1, math.ceil(end / axis * inner)))


def _overheads(run: RunSnapshot, width: int) -> Row:
    known = [(name, run.overhead_s[name]) for name in _OVERHEADS if run.overhead_s.get(name)]
    if not known:
        return ()
    row: list[tuple[str, str]] = [("  overhead: ", "muted")]
    for name, seconds in known:
        word, role = words.standstill(run) if name == STALL else (name, "")
        row.append((f"{word} {units.duration(seconds)}   ", role))
    return fit_row(tuple(row), width)
