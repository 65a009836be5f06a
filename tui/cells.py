"""The cells of the overview: what a run shows in each column. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rich.cells import cell_len

from trainmon import units
from trainmon.snapshot import RunSnapshot
from trainmon.tui import bars, words
from trainmon.tui.text import Row, fit, plain, shorten_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: `cell` gives the spans of a run at a width and at the moment `now`."""

    title: str
    width: int
    cell: Callable[[RunSnapshot, int, float], Row]
    right: bool = False
    most: int = 0
    """A column with a greater `most` takes what is left over, up to it."""


_GONE = ", log deleted"


def _text(words_of: Callable[[RunSnapshot], str], *, right: bool = False, role: str = "") -> Callable[..., Row]:
    return lambda run, width, _now: ((fit(words_of(run), width, right=right), role),)


def _state(run: RunSnapshot, width: int, _now: float) -> Row:
    text, role = words.state(run)
    return ((fit(text, width), role),)


def _name(run: RunSnapshot, width: int, _now: float) -> Row:
    return ((fit(shorten_path(words.name(run), width), width), ""),)


def _progress(run: RunSnapshot, width: int, _now: float) -> Row:
    bar = bars.plan_bar(width - 5, words.course(run), words.state_role(run))
    return (*bar, (fit(units.percent(run.progress).replace(" %", "%"), 5, right=True), ""))


def _step(run: RunSnapshot, width: int, _now: float) -> Row:
    text = units.steps(run.step, run.total_steps)
    if len(text) > width:
        text = "/".join(units.count(value) for value in (run.step, run.total_steps) if value is not None)
    return ((fit(text, width, right=True), ""),)


def _documented(run: RunSnapshot, width: int, _now: float) -> Row:
    return ((fit(words.documented(run.documented), width, right=True), "band" if run.documented else "muted"),)


def _verdict(run: RunSnapshot, width: int, _now: float) -> Row:
    text, role = words.verdict_of(run)
    if not words.log_gone(run):
        return ((fit(text, width), role),)
    if cell_len(text) + len(_GONE) > width:  # where only one has room: the verdict stands on the run's own screen
        return ((fit(f"! {_GONE.removeprefix(', ')}", width), "warn"),)
    return (text, role), (fit(_GONE, width - cell_len(text)), "warn")


def _verdict_or_trouble(run: RunSnapshot, width: int, now: float) -> Row:
    trouble = words.trouble(run)
    if trouble is None:
        return _verdict(run, width, now)
    text, role = trouble
    if cell_len(text) > width:
        text = text.partition(", ")[0]
    return ((fit(text, width), role),)


def _gauge(run: RunSnapshot, width: int, _now: float) -> Row:
    course = words.course(run)
    measured = course.total_s if course.marked else None
    return bars.gauge(width, measured, course.band_s, words.verdict(run.verdict)[1])


def _finish(run: RunSnapshot, width: int, now: float) -> Row:
    if run.eta is None or run.eta.finish_at is None:
        return ((" " * width, ""),)
    return ((fit(units.clock(run.eta.finish_at.likely, now), width, right=True), "muted"),)


def _loss(run: RunSnapshot, width: int, _now: float) -> Row:
    text, role = words.loss(run)
    if len(text) > width:
        text = f"{float(text):.3g}"
    return ((fit(text, width, right=True), role),)


def _spark(run: RunSnapshot, width: int, _now: float) -> Row:
    name = words.loss_name(run)
    return ((bars.sparkline(run.metrics[name].history if name else (), width), "muted"),)


def _note(run: RunSnapshot, width: int, _now: float) -> Row:
    text, role = words.note(run)
    return ((fit(text, width), role),)


def _step_time(run: RunSnapshot) -> str:
    return "" if run.pace_s is None else units.step_time(run.pace_s).partition("/")[0]


_LEFT = Column(title="ETA", width=8, cell=_text(words.time_left, right=True), right=True)
_INTERVAL = Column(title="ETA 80 %", width=13, cell=_text(words.time_left_interval, right=True), right=True)
_TROUBLE = Column(title="verdict", width=16, cell=_verdict_or_trouble, most=27)
COLUMNS = {
    "state": Column(title="state", width=13, cell=_state),
    "name": Column(title="run", width=14, cell=_name),
    "stage": Column(title="stage", width=10, cell=_text(lambda run: plain(run.stage), role="muted"), most=32),
    "progress": Column(title="progress", width=15, cell=_progress, most=45),
    "step": Column(title="step", width=11, cell=_step, right=True),
    "step_time": Column(title="s/step", width=7, cell=_text(_step_time, right=True), right=True),
    "elapsed": Column(
        title="elapsed",
        width=8,
        cell=_text(lambda run: units.duration(run.elapsed_s), right=True, role="muted"),
        right=True,
    ),
    "left": _LEFT,
    "interval": _INTERVAL,
    "finish": Column(title="done at", width=9, cell=_finish, right=True),
    "documented": Column(
        title="documented",
        width=11,
        cell=_documented,
        right=True,
    ),
    "gauge": Column(title="against it", width=11, cell=_gauge),
    "trouble": _TROUBLE,
    "loss": Column(title="loss", width=7, cell=_loss, right=True),
    "spark": Column(title="", width=8, cell=_spark, most=16),
    "memory": Column(title="GPU memory", width=13, cell=_text(words.memory, right=True), right=True),
    "note": Column(title="note", width=20, cell=_note, most=120),
}
