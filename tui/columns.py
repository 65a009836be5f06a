"""The lines of the overview: which columns fit into a width, and a run's line in them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trainmon import units
from trainmon.snapshot import RunSnapshot
from trainmon.tui import words
from trainmon.tui.attention import Group, folder_of
from trainmon.tui.cells import COLUMNS, Column
from trainmon.tui.roster import Roster, Trait
from trainmon.tui.text import Row, fit, fit_row, heading, plain, shorten_left

_MARK_WIDTH = 2
_NARROW = {"state": 10, "name": 11, "progress": 10, "left": 8, "trouble": 14}
"""The columns of a width below which the usual ones do not fit, and their widths."""
_NARROW_BELOW = 76
_NAME_SHARE, _STAGE_SHARE = 6, 8
"""A name takes at most one in so many cells before other columns come."""
_LONGEST_NAME = 60
_ADDED = (
    "state", "name", "progress", "left", "trouble", "step", "step_time", "documented", "loss", "spark", "stage",
    "interval", "memory", "elapsed", "finish", "note", "gauge",
)  # fmt: skip
"""In order of worth: what is left out first stands last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The columns that fit into a width."""

    width: int
    columns: tuple[tuple[Column, int], ...]
    """Each with the width that it got."""
    gap: str = "  "


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What the runs of a board need of the columns."""

    name_width: int = 14
    stage_width: int = 0
    empty: frozenset[str] = frozenset()
    """Columns in which no run would show anything."""


_SHOWS = {
    "stage": Trait.STAGE,
    "left": Trait.ETA,
    "interval": Trait.ETA,
    "finish": Trait.FINISH,
    "documented": Trait.DOCUMENTED,
    "gauge": Trait.DOCUMENTED,
    "memory": Trait.MEMORY,
    "note": Trait.NOTE,
}
"""What some run must have for a column to show anything."""


def needs_of(roster: Roster, *, grouped: bool) -> Needs:
    """Return what the runs need; `grouped`: their folders stand above them."""
    empty = frozenset(key for key, trait in _SHOWS.items() if not roster.count(trait))
    return Needs(name_width=roster.name_width(grouped=grouped), stage_width=roster.stage_width, empty=empty)


EVERYTHING = Needs()


def lay_out(width: int, needs: Needs = EVERYTHING) -> Layout:
    """Choose the columns for a width, and share out what is left over among those that can grow."""
    if width < _NARROW_BELOW:
        return _lay_out_narrow(width, needs)
    chosen: dict[str, int] = {}
    room = width - _MARK_WIDTH
    for key in _wanted(needs):
        size = COLUMNS[key].width
        if key == "stage":
            size = max(size, min(needs.stage_width, width // _STAGE_SHARE))
        if key == "name":
            size = max(size, min(needs.name_width, width // _NAME_SHARE))
        if size + (2 if chosen else 0) > room:
            break
        room -= size + (2 if chosen else 0)
        chosen[key] = size
    more = min(room, max(0, min(needs.name_width, _LONGEST_NAME) - chosen["name"]))
    chosen["name"] += more
    room -= more
    keys = [key for key in COLUMNS if key in chosen]
    columns = [COLUMNS[key] for key in keys]
    widths = _grown(columns, [chosen[key] for key in keys], room)
    return Layout(width=width, columns=tuple(zip(columns, widths, strict=True)))


def _wanted(needs: Needs) -> list[str]:
    """Return the columns that show something, in order of worth; what a run took stands in for its ETA."""
    keys = ("elapsed" if key == "left" and key in needs.empty else key for key in _ADDED)
    return [key for key in dict.fromkeys(keys) if key not in needs.empty]


def _lay_out_narrow(width: int, needs: Needs) -> Layout:
    widths = {key: size for key, size in _NARROW.items() if key not in needs.empty}
    columns = [COLUMNS[key] for key in widths]
    room = max(0, width - _MARK_WIDTH - sum(widths.values()) - len(widths) + 1)
    more = min(room, _NARROW["left"]) if len(widths) < len(_NARROW) else 0
    widths["trouble"] += more
    room -= more
    widths["name"] += room // 2
    widths["progress"] += room - room // 2
    return Layout(width=width, columns=tuple(zip(columns, widths.values(), strict=True)), gap=" ")


def _grown(columns: Sequence[Column], widths: list[int], room: int) -> list[int]:
    """Give the room to the columns that can grow, a cell at a time, so that they grow together."""
    growing = [at for at, column in enumerate(columns) if column.most > widths[at]]
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


def column_at(layout: Layout, x: int) -> Column | None:
    """Return the column whose title stands in a cell, the gap behind it included; None left of the first."""
    end = _MARK_WIDTH
    for column, width in layout.columns:
        end += width + len(layout.gap)
        if _MARK_WIDTH <= x < end:
            return column
    return None


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
    runs = units.plural(group.size, "run")
    return heading(" " + shorten_left(plain(group.folder) or ".", layout.width // 2) + "/", layout.width, runs)
