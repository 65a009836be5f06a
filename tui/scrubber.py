"""The replay's line: where it stands, with the stages and problems of the run shown, or of all runs, on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual import events
from textual.message import Message

from trainmon.events import StageKind
from trainmon.replay.clock import stopwatch
from trainmon.replay.reel import Reel, ReelRun
from trainmon.timing.spans import STALL
from trainmon.tui.spanview import LinesView
from trainmon.tui.text import Row
from trainmon.tui.timeline import STAGE_ROLES

_HERE, _PASSED, _AHEAD, _TROUBLE, _NOTHING = "◆", "━", "─", "!", "·"
_PAUSE_ROLES = {
    StageKind.EVAL.value: STAGE_ROLES[StageKind.EVAL],
    StageKind.CHECKPOINT.value: STAGE_ROLES[StageKind.CHECKPOINT],
    StageKind.SAVE.value: STAGE_ROLES[StageKind.SAVE],
    STALL: "warn",
}
_MOST_PAUSED = 0.4
"""Of a run's cells: more would hide the training."""
_BEFORE = 3
"""Cells before the line, for the sign that tells whether it plays."""


def scrubber_row(reel: Reel, position_s: float, width: int, *, run_name: str | None, playing: bool) -> Row:
    """Return one line; `·` where no run, or not the one shown, was under way. () while nothing is known."""
    if not reel.span_s:
        return ()
    cells = _line_cells(reel, width)
    runs = [run for run in reel.runs if run_name is None or run.name == run_name]
    here = _cell(position_s, reel.span_s, cells)
    roles = _roles(runs, reel.span_s, cells)
    troubles = {_cell(turn.at_s, reel.span_s, cells): "warn" for run in runs for turn in run.turns}
    troubles |= {_cell(problem.at_s, reel.span_s, cells): "bad" for run in runs for problem in run.problems}
    line: list[tuple[str, str]] = []
    for at in range(cells):
        role = roles.get(at)
        if at == here:
            line.append((_HERE, "key"))
        elif at in troubles:
            line.append((_TROUBLE, troubles[at]))
        elif role is None:
            line.append((_NOTHING, "faint"))
        else:
            line.append((_PASSED if at < here else _AHEAD, role))
    percent, time = f" {position_s / reel.span_s * 100:3.0f} %  ", stopwatch(position_s)
    behind = ((percent, "muted"), (time.rjust(len(stopwatch(reel.span_s))), "key"))
    return ((" ▸ " if playing else " ‖ ", "key"), *line, *behind)


def _line_cells(reel: Reel, width: int) -> int:
    """Cells of the line between the sign and the time."""
    return max(width - _BEFORE - len(" 100 %  ") - len(stopwatch(reel.span_s)), 10)


def _roles(runs: Sequence[ReelRun], span_s: float, cells: int) -> dict[int, str]:
    """Colours of the cells: of one run the stages', the shorter ones on top; of several just where any was."""
    roles: dict[int, str] = {}
    for run in runs:
        roles |= dict.fromkeys(_cells(run.begin_s, run.end_s, span_s, cells), "accent")
    if len(runs) == 1:
        for stage in sorted(runs[0].stages, key=lambda stage: stage.begin_s - stage.end_s):
            roles |= dict.fromkeys(_cells(stage.begin_s, stage.end_s, span_s, cells), STAGE_ROLES[stage.kind])
        roles |= _paused(runs[0], span_s, cells)
    return roles


def _paused(run: ReelRun, span_s: float, cells: int) -> dict[int, str]:
    """Colours of the cells in which a pause lies; where that were most cells, of those that it fills by half."""
    roles: dict[int, str] = {}
    covered_s: dict[int, float] = {}
    for pause in run.pauses:
        role = _PAUSE_ROLES.get(pause.kind)
        for cell in _cells(pause.begin_s, pause.end_s, span_s, cells) if role is not None else ():
            begin_s = cell * span_s / cells
            inside_s = min(pause.end_s, begin_s + span_s / cells) - max(pause.begin_s, begin_s)
            covered_s[cell] = covered_s.get(cell, 0.0) + max(inside_s, 0.0)
            if role is not None and roles.get(cell) != _PAUSE_ROLES[STALL]:
                roles[cell] = role
    if len(roles) <= _MOST_PAUSED * len(range(_cell(run.begin_s, span_s, cells), _cell(run.end_s, span_s, cells) + 1)):
        return roles
    return {cell: role for cell, role in roles.items() if covered_s[cell] >= 0.5 * span_s / cells}


def _cells(begin_s: float, end_s: float, span_s: float, cells: int) -> Iterator[int]:
    return iter(range(_cell(begin_s, span_s, cells), _cell(end_s, span_s, cells) + 1))


def _cell(at_s: float, span_s: float, cells: int) -> int:
    return min(int(at_s / span_s * cells), cells - 1)


class Scrubber(LinesView):
    """Shows the line; a click goes there."""

    DEFAULT_CSS = "Scrubber { height: 1; overflow: hidden; }"

    def __init__(self) -> None:
        super().__init__(id="scrubber")
        self._reel = Reel()

    def stand(self, reel: Reel, position_s: float, *, run_name: str | None, playing: bool) -> None:
        """Show where the replay stands."""
        self._reel = reel
        width = self.size.width or self.screen.size.width
        self.show([scrubber_row(reel, position_s, width, run_name=run_name, playing=playing)])

    class Sought(Message):
        """A place on the line was clicked."""

        def __init__(self, fraction: float) -> None:
            super().__init__()
            self.fraction = fraction

    def on_click(self, event: events.Click) -> None:
        """Go where the line was clicked."""
        cells = _line_cells(self._reel, self.size.width)
        if _BEFORE <= event.x < _BEFORE + cells:
            self.post_message(self.Sought((event.x - _BEFORE) / (cells - 1)))
