"""The overview's columns: which fit into a width, and what a run shows in each. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from trainmon import units
from trainmon.snapshot import RunSnapshot
from trainmon.tui import bars, words
from trainmon.tui.attention import Group, folder_of
from trainmon.tui.text import Row, fit, fit_row, heading, plain, shorten_left

_MARK_WIDTH = 2
_NARROW = {"state": 10, "name": 11, "progress": 11, "left": 7, "trouble": 14}
"""The columns of a width below which the usual ones do not fit, and their widths."""
_NARROW_BELOW = 76


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: `cell` gives the spans of a run at a width and at the moment `now`."""

    title: str
    width: int
    cell: Callable[[RunSnapshot, int, float], Row]
    right: bool = False
    most: int = 0
    """A column with a greater `most` takes what is left over, up to it."""


def _text(words_of: Callable[[RunSnapshot], str], *, right: bool = False, role: str = "") -> Callable[..., Row]:
    return lambda run, width, _now: ((fit(words_of(run), width, right=right), role),)


def _state(run: RunSnapshot, width: int, _now: float) -> Row:
    text, role = words.state(run)
    return ((fit(text, width), role),)


def _name(run: RunSnapshot, width: int, _now: float) -> Row:
    return ((fit(shorten_left(words.name(run), width), width), ""),)


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
    return ((fit(text, width), role),)


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
    return ((fit(text, width, right=True), role),)


def _spark(run: RunSnapshot, width: int, _now: float) -> Row:
    name = words.loss_name(run)
    return ((bars.sparkline(run.metrics[name].history if name else (), width), "muted"),)


def _note(run: RunSnapshot, width: int, _now: float) -> Row:
    text, role = words.note(run)
    return ((fit(text, width), role),)


def _step_time(run: RunSnapshot) -> str:
    return "" if run.step_time_s is None else units.step_time(run.step_time_s.median).partition("/")[0]


_LEFT = Column(title="ETA", width=7, cell=_text(words.time_left, right=True), right=True)
_INTERVAL = Column(title="ETA 80 %", width=13, cell=_text(words.time_left_interval, right=True), right=True)
_TROUBLE = Column(title="verdict", width=16, cell=_verdict_or_trouble, most=27)
_COLUMNS = {
    "state": Column(title="state", width=13, cell=_state),
    "name": Column(title="run", width=14, cell=_name, most=44),
    "stage": Column(title="stage", width=10, cell=_text(lambda run: plain(run.stage), role="muted"), most=20),
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
    "verdict": Column(title="verdict", width=16, cell=_verdict),
    "loss": Column(title="loss", width=7, cell=_loss, right=True),
    "spark": Column(title="", width=8, cell=_spark, most=16),
    "memory": Column(title="GPU memory", width=13, cell=_text(words.memory, right=True), right=True),
    "note": Column(title="note", width=20, cell=_note, most=120),
}
_ORDER = tuple(_COLUMNS)
_ADDED = (
    "state", "name", "progress", "left", "trouble", "step", "step_time", "documented", "loss", "spark", "stage",
    "interval", "memory", "finish", "note", "gauge", "elapsed",
)  # fmt: skip
"""In order of worth: what is left out first stands last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The columns that fit into a width."""

    width: int
    columns: tuple[tuple[Column, int], ...]
    """Each with the width that it got."""
    gap: str = "  "


def lay_out(width: int) -> Layout:
    """Choose the columns for a width, and share out what is left over among those that can grow."""
    if width < _NARROW_BELOW:
        return _lay_out_narrow(width)
    chosen: list[str] = []
    room = width - _MARK_WIDTH
    for key in _ADDED:
        needed = _COLUMNS[key].width + (2 if chosen else 0)
        if needed > room:
            break
        chosen.append(key)
        room -= needed
    if "note" in chosen:
        chosen[chosen.index("trouble")] = "verdict"
    columns = [_COLUMNS[key] for key in _ORDER if key in chosen]
    widths = _grown(columns, max(0, room))
    return Layout(width=width, columns=tuple(zip(columns, widths, strict=True)))


def _lay_out_narrow(width: int) -> Layout:
    columns = [_COLUMNS[key] for key in _NARROW]
    widths = dict(_NARROW)
    room = max(0, width - _MARK_WIDTH - sum(widths.values()) - len(widths) + 1)
    widths["name"] += room // 2
    widths["progress"] += room - room // 2
    return Layout(width=width, columns=tuple(zip(columns, widths.values(), strict=True)), gap=" ")


def _grown(columns: Sequence[Column], room: int) -> list[int]:
    """Give the room to the columns that can grow, a cell at a time, so that they grow together."""
    widths = [column.width for column in columns]
    growing = [at for at, column in enumerate(columns) if column.most > column.width]
    while room > 0 and growing:
        for at in tuple(growing):
            if room == 0:
                break
            widths[at] += 1
            room -= 1
            if widths[at] >= columns[at].most:
                growing.remove(at)
    return widths


def titles(layout: Layout) -> Row:
    """Return the line above the runs."""
    cells = [fit(column.title.upper(), width, right=column.right) for column, width in layout.columns]
    return ((" " * _MARK_WIDTH + layout.gap.join(cells), "muted"),)


def line(
    run: RunSnapshot,
    layout: Layout,
    *,
    now: float,
    at_cursor: bool = False,
    marked: bool = False,
    in_group: bool = False,
) -> Row:
    """Return the line of a run."""
    row: list[tuple[str, str]] = [(("▸" if at_cursor else " ") + ("◆" if marked else " "), "key")]
    for at, (column, width) in enumerate(layout.columns):
        if at:
            row.append((layout.gap, ""))
        if column.title == "run" and in_group:
            text = words.name(run).removeprefix(plain(folder_of(run.name))).removeprefix("/")
            row.append((fit(text, width), ""))
        else:
            row.extend(column.cell(run, width, now))
    return fit_row(tuple(row), layout.width)


def group_line(group: Group, layout: Layout) -> Row:
    """Return the title of a folder."""
    runs = f"{group.size} run{'s' if group.size != 1 else ''}"
    return heading(" " + shorten_left(plain(group.folder) or ".", layout.width // 2) + "/", layout.width, runs)
