"""An archive of logs, read once, that can be asked for its board at any moment."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence

from trainmon import units
from trainmon.gpu_snapshot import GpuPanel
from trainmon.plan.documents import DocumentShelf
from trainmon.replay.clock import Axis
from trainmon.replay.log import ThenText
from trainmon.replay.reel import Reel, ReelPause, ReelProblem, ReelRun, ReelStage, ReelTurn
from trainmon.replay.run import ReplayRun
from trainmon.replay.timeline import ClockSource
from trainmon.run_choices import PlanChoice
from trainmon.settings import Settings
from trainmon.snapshot import Board, RunSnapshot, RunStatus, Skipped

_UNDER_WAY = (RunStatus.RUNNING, RunStatus.STALLED)


class Archive:
    """All runs of LOGS on one axis: those with dates by the calendar, those without beginning together."""

    def __init__(
        self,
        logs: Sequence[str],
        runs: Sequence[ReplayRun],
        skipped: Sequence[Skipped],
        shelf: DocumentShelf,
        settings: Settings,
    ) -> None:
        self.runs = tuple(runs)
        self._logs, self._skipped, self._shelf = tuple(logs), tuple(skipped), shelf
        self._settings = settings
        self._undated = [run for run in runs if run.dated_at is None and run.index is not None]
        self._place()
        timed = [run for run in self.runs if run.index is not None]
        self.axis = Axis((run.began_at, run.ended_at) for run in timed)
        self.reel = Reel(span_s=self.axis.span_s, runs=tuple(map(self._on_reel, timed)))
        self._shown: dict[str, RunSnapshot] = {}
        self._asked: dict[str, float] = {}

    def board(self, position_s: float, *, deadline_s: float | None = None) -> Board:
        """Everything as it stood at a position.

        Once `time.monotonic()` passes `deadline_s`, the runs left keep what was said of them last, and the board says
        that it is catching up; those come first the next time.
        """
        now = self.axis.moment(position_s)
        behind = False
        for run in sorted(self.runs, key=lambda run: self._asked.get(run.files.name, 0.0)):
            name = run.files.name
            if deadline_s is not None and name in self._shown and time.monotonic() > deadline_s:
                behind = True
                continue
            self._shown[name] = run.at(now)
            self._asked[name] = time.monotonic()
        return Board(
            taken_at=now,
            logs=self._logs,
            runs=tuple(self._shown[run.files.name] for run in self.runs),
            skipped=self._skipped,
            documents=self._shelf.documents,
            gpu=GpuPanel(note="not measured in a replay"),
            catching_up=behind,
            notes=(*self.notes, *self._shelf.notes),
            choices=tuple(self._settings.on_screen.values()),
            settings_file=str(self._settings.runs_file),
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What tells the time, and how runs without a date were placed."""
        told = Counter(run.index.clock for run in self.runs if run.index is not None)
        clocks = ", ".join(
            f"{source} ({told[source]})" if len(told) > 1 else source for source in ClockSource if told[source]
        )
        notes = [f"time by {clocks}"] if clocks else []
        if ClockSource.FILE in told:
            notes.append("a log that tells no time was given a second a line up to its file's last change")
        if len(self._undated) > 1 or (self._undated and len(self.runs) > 1):
            notes.append(f"{len(self._undated)} without a date begin together at 0")
        return tuple(notes) if self.runs else ("no training log to replay",)

    def choose(self, choice: PlanChoice) -> None:
        """Hold runs against what was chosen on the screen, at every moment."""
        self._settings = self._settings.choosing(choice)
        for run in self.runs:
            if run.files.name in choice.runs:
                run.judge_by(self._settings)

    def changes(self) -> list[float]:
        """Positions at which any log grew, in order."""
        moments = {
            run.began_at + time_s
            for run in self.runs
            if run.index is not None
            for time_s in run.index.timeline.changes()
        }
        return sorted(self.axis.position(moment) for moment in moments)

    def problems(self) -> list[float]:
        """Positions at which a problem was first reported, or a run died, went on or became slower, in order."""
        runs = self.reel.runs
        problems = {problem.at_s for run in runs for problem in run.problems}
        return sorted(problems | {turn.at_s for run in runs for turn in run.turns})

    def log(self, run_name: str, position: Callable[[], float]) -> ThenText | None:
        """The log of a run as it stands at the positions that the clock comes to; None where it has none."""
        run = next((run for run in self.runs if run.files.name == run_name), None)
        if run is None or run.index is None:
            return None
        return ThenText(run.index.text, lambda: run.visible_bytes(self.axis.moment(position())))

    def close(self) -> None:
        """Give up what was unfolded."""
        for run in self.runs:
            if run.index is not None:
                run.index.text.close()

    def _place(self) -> None:
        """Put runs without a date where the dated ones begin; where there is none, so that the longest ends as its
        file was last changed."""
        dated = [run.dated_at for run in self.runs if run.dated_at is not None]
        ends = [run.index.text.modified_at - run.duration_s for run in self._undated if run.index is not None]
        start_at = min(dated or ends, default=0.0)
        for run in self.runs:
            run.began_at = start_at if run.dated_at is None else run.dated_at

    def _on_reel(self, run: ReplayRun) -> ReelRun:
        def position(into_s: float) -> float:
            return self.axis.position(run.began_at + min(max(into_s, 0.0), run.duration_s))

        stages = tuple(
            ReelStage(kind=s.kind, begin_s=position(s.started_s), end_s=position(s.started_s + s.elapsed_s))
            for s in run.final.stages
            if s.started_s is not None and s.elapsed_s is not None and s.occurrences == 1
        )
        pauses = tuple(
            ReelPause(kind=p.kind, begin_s=position(p.started_s), end_s=position(p.started_s + p.duration_s))
            for p in run.final.pauses
        )
        found = run.index.problems if run.index is not None else []
        problems = tuple(ReelProblem(at_s=position(s), kind=kind, run_name=run.files.name) for s, kind in found)
        return ReelRun(
            name=run.files.name,
            begin_s=position(0.0),
            end_s=position(run.duration_s),
            stages=stages,
            pauses=pauses,
            problems=problems,
            turns=tuple(ReelTurn(at_s=position(into_s), turn=turn) for into_s, turn in run.turns()),
        )


def said_then(run: RunSnapshot) -> str:
    """Give `RUN: said then 38-44 min, came true: 41m 03s`; '' where nothing was said or no end came."""
    if run.eta is None or run.state not in _UNDER_WAY:
        return ""
    said = units.duration_range(run.eta.remaining_s.low, run.eta.remaining_s.high)
    came = units.duration(run.came_true_s) if run.came_true_s is not None else "never, it did not finish"
    return f"{run.name}: said then {said} left, came true: {came}"
