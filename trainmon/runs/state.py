"""The state of one run: events go in one by one, a snapshot comes out at any moment. No file, no clock in here."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from trainmon.events import (
    AttemptMark,
    Clock,
    Counter,
    CounterScope,
    Ending,
    EndingKind,
    Event,
    Facts,
    GpuMemory,
    Line,
    MetricRows,
    Metrics,
    Problem,
    ProblemKind,
    Remainder,
    StageKind,
    StageMark,
)
from trainmon.gpu.printed import PrintedMemory
from trainmon.reading.reader import Reading
from trainmon.reading.rows import changed_rows, one_by_one, place_rows, stretches
from trainmon.runs.attempts import RESUMED, DeadAttempt, measured, start_step
from trainmon.runs.marks import StageMarks
from trainmon.runs.progress import MetricEpoch, WholeRun, whole_run
from trainmon.runs.roles import Roles, assign_roles
from trainmon.runs.run_clock import RunClock
from trainmon.runs.series import MetricSeries
from trainmon.runs.stage_names import kind_by_name
from trainmon.runs.tracks import Track, TrackKey, track_key
from trainmon.snapshot import ClockBasis, ProblemInfo
from trainmon.timing.steptime import StepClock

_MAX_TRACKS = 64
_MAX_PROBLEMS = 100
_MAX_METRICS = 400
_HEADER_FACTS = frozenset({"examples", "total_steps"})


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How the log says the run ended, and where the training stood then."""

    kind: EndingKind
    text: str
    line: int
    step: float | None
    problem: ProblemKind | None = None


class RunState:
    """Everything known of one run. `apply` folds one reading; `trainmon.runs.present` makes the snapshot."""

    def __init__(self) -> None:
        self.clock = RunClock()
        self.attempts = 0
        self.tracks: dict[TrackKey, Track] = {}
        self.earlier_training: list[tuple[float, float]] = []
        """When the training of each attempt before began and ended, on the run's clock."""
        self.earlier: list[tuple[Track, StageKind]] = []
        """The counters of the attempts before the present one, and what they were."""
        self.dead: list[DeadAttempt] = []
        """Attempts before the present one that it goes on from, as far as they trained."""
        self.marks = StageMarks()
        self.results = StageMarks()
        """Evaluations as far as only their results tell."""
        self.metrics: dict[str, MetricSeries] = {}
        self.facts: dict[str, float | str] = {}
        self.problems: dict[tuple[ProblemKind, str], ProblemInfo] = {}
        self.end: End | None = None
        self.memory = PrintedMemory()
        self.side: RunState | None = None
        """What a document beside the log (`trainer_state.json`) says: it fills what the log leaves open."""
        self.first_arrived_s: float | None = None
        self.last_arrived_s: float | None = None
        self.watched_from_s = 0.0
        """Where the run's clock stood when somebody began to watch."""
        self.metric_epoch: MetricEpoch | None = None
        self.lines = 0
        self._earlier_clock: tuple[TrackKey, StepClock] | None = None
        self._aliases: dict[TrackKey, TrackKey] = {}
        """Names and totals that bars had before they changed."""
        self._roles: Roles | None = None
        self._last_in_bar: Mapping[str, float] | None = None
        self._unplaced: list[MetricSeries] = []
        self._counter_line = -1
        self._evaluated_at: tuple[int, float | None] | None = None
        self._last_moved: Track | None = None
        self._moved_since_start = False

    # -- reading -----------------------------------------------------------------------------------------------

    def apply(self, reading: Reading) -> None:
        """Fold what one piece of the log says."""
        line = reading.line
        self.lines = max(self.lines, line.number)
        if line.time_s is not None:
            self.clock.stamp(line.time_s)
        if line.arrived_s is not None:
            self.arrived(line.arrived_s)
        if reading.events and self.attempts == 0:
            self.attempts = 1
        if self._last_moved is not None and reading.events and line.offset != self._counter_line:
            self._last_moved.followed = True
        time_s = line.time_s
        for event in reading.events:
            if isinstance(event, Clock):
                time_s = event.time_s
                self.clock.stamp(time_s)
            else:
                self._apply(event, line, time_s)

    def arrived(self, at_s: float) -> None:
        """Bytes arrived, whether or not any line in them says something."""
        if self.first_arrived_s is None:
            self.first_arrived_s, self.watched_from_s = at_s, self.clock.now_s
        self.last_arrived_s = at_s

    @property
    def watched_s(self) -> float | None:
        """How long the run lasts by what was watched of it; None where nobody watched."""
        if self.first_arrived_s is None or self.last_arrived_s is None:
            return None
        return self.watched_from_s + self.last_arrived_s - self.first_arrived_s

    def apply_all(self, readings: Iterable[Reading]) -> None:
        """Fold several readings in their order."""
        for reading in readings:
            self.apply(reading)

    def _apply(self, event: Event, line: Line, time_s: float | None) -> None:
        match event:
            case Counter():
                self._counter(event, line, time_s)
            case Metrics():
                self._metrics(event, line)
            case MetricRows():
                self._rows(event, line)
            case StageMark():
                self._mark(event)
            case Facts():
                self._facts(event)
            case AttemptMark():
                self._attempt_mark()
            case Problem():
                self._problem(event, line)
            case Ending():
                self._ending(event, line)
            case GpuMemory():
                self.memory.add(event)
            case Clock() | Remainder():
                pass
            case _:
                assert_never(event)

    # -- counters ----------------------------------------------------------------------------------------------

    @property
    def roles(self) -> Roles:
        """Which counter is what, as far as the evidence goes."""
        if self._roles is None:
            self._roles = assign_roles(self.tracks.values())
        return self._roles

    def asked(self) -> RunState:
        """The same state for whoever asks: roles are assigned from all counts so far, and reading goes on unchanged.

        While lines are read, roles change at the events that can change them, never because somebody looked.
        """
        view = copy.copy(self)
        view._roles = None
        return view

    def _counter(self, counter: Counter, line: Line, time_s: float | None) -> None:
        if not math.isfinite(counter.current):
            return
        track = self._track_of(counter)
        if track is None or track.stale(counter):
            return
        if track.rejoins_with(counter):
            track.rejoin()
        if track.restarts_with(counter) and track.lap is not None and self._begins_attempt(track, counter):
            self.new_attempt()
            track = self._track_of(counter)
            assert track is not None
        new_lap = track.restarts_with(counter)
        if new_lap:
            self._begin_lap(track, counter)
        before = track.counted
        track.note(counter)
        if track.current > 0 or track.total is not None:  # a bar that was never redrawn holds nothing
            self._note_parents(track)
        at_s = self._observe(track, counter, line, time_s)
        if track.counted > before or new_lap:
            self._progressed(track)
        self._place_metrics(track)
        track.last_s = at_s if at_s is not None else self.clock.now_s
        self._counter_line = line.offset
        self._last_moved = track
        track.closed = not line.redraw
        track.followed = False

    def _track_of(self, counter: Counter) -> Track | None:
        key = track_key(counter)
        track = self.tracks.get(self._aliases.get(key, key))
        if track is None and counter.is_bar:
            track = self._renamed(counter)
        if track is None:
            if len(self.tracks) >= _MAX_TRACKS:
                return None
            track = Track.of(counter, len(self.tracks))
            self._take_up_clock(track, counter)
            self.tracks[key] = track
            self._roles = None
        return track

    def _take_up_clock(self, track: Track, counter: Counter) -> None:
        """A resumed run knows its cadences and its earlier pace; the steps of before are not measured with its own."""
        if self._earlier_clock is not None and self._earlier_clock[0] == track.key:
            track.clock = self._earlier_clock[1]
            track.clock.restart(counter.current)
            self._earlier_clock = None

    def _renamed(self, counter: Counter) -> Track | None:
        """A bar whose name or total changed goes on counting: the same bar under another key."""
        key = track_key(counter)
        for track in self.tracks.values():
            if track.is_bar and (
                _total_changed(track, counter)
                or track.next_epoch_is(counter)
                or (track is self._last_moved and _name_changed(track, counter))
            ):
                del self.tracks[track.key]
                self._aliases[track.key] = key
                if counter.total is not None:
                    track.key = key
                else:  # past its total a bar is drawn without one
                    self._aliases[key] = track.key
                    del self._aliases[track.key]
                self.tracks[track.key] = track
                self._roles = None
                return track
        return None

    def _begins_attempt(self, track: Track, counter: Counter) -> bool:
        """A counter fell back: a new epoch, or the program was started again?"""
        roles = self.roles
        if track is not roles.train:
            return False
        if self.end is not None and track.lap is not None and counter.current <= track.lap.current:
            return not self._next_epoch_follows(track, counter)
        if track.scope is CounterScope.RUN:
            return True
        if counter.epoch is not None and track.epoch is not None and counter.epoch != track.epoch:
            return counter.epoch < track.epoch
        return track.broke_off(counter)

    @staticmethod
    def _next_epoch_follows(track: Track, counter: Counter) -> bool:
        return counter.epoch is not None and track.epoch is not None and counter.epoch == track.epoch + 1

    def new_attempt(self) -> None:
        """The program was started again: what was counted stays known, what is measured begins anew."""
        self.attempts += 1
        self._bury()
        kinds = self.roles.kinds
        if self.roles.train is not None:
            self._earlier_clock = (self.roles.train.key, self.roles.train.clock)
        training = [t for t in self.tracks.values() if kinds[t.key] is StageKind.TRAIN]
        begins = [t.started_s for t in training if t.started_s is not None]
        ends = [t.last_s for t in training if t.last_s is not None]
        if begins and ends:
            self.earlier_training.append((min(begins), max(ends)))
        self.earlier = [*self.earlier, *((t, kinds[t.key]) for t in self.tracks.values())][-_MAX_TRACKS:]
        self.tracks = {}
        self.end = None
        self.metric_epoch = None
        self._aliases = {}
        self._roles = None
        self._last_moved = None
        self._unplaced = []
        self._moved_since_start = False
        self.marks.new_attempt()

    def _bury(self) -> None:
        """Keep what the attempt that is over came to; after a run that reached its end another one begins."""
        whole, train = self.whole_run, self.roles.train
        if self._is_finished() or (whole.step is not None and whole.total is not None and whole.step >= whole.total):
            self.dead = []
        elif whole.step is not None and train is not None and train.started_s is not None:
            step_time = measured(self.roles)
            self.dead.append(
                DeadAttempt(
                    start_step=start_step(train, whole, self.all_facts, attempts=self.attempts - 1),
                    reached_step=whole.step,
                    began_s=train.started_s,
                    ended_s=max(track.last_s or 0.0 for track in self.tracks.values()),
                    step_s=step_time[1].mean if step_time is not None else None,
                )
            )
        self.facts = {name: value for name, value in self.facts.items() if name not in RESUMED}

    def _begin_lap(self, track: Track, counter: Counter) -> None:
        anchor = self.clock.now_s
        track.inside = {t.key for t in self.tracks.values() if t is not track and t.is_bar and t.unfinished}
        track.begin_lap(counter, anchor)
        if track.laps > 1 and counter.elapsed_s is not None:
            fresh = counter.current == 0 and counter.elapsed_s == 0
            track.clock.lap(track.counted, anchor + counter.elapsed_s, fresh=fresh)
        elif track.laps > 1:
            track.clock.pause(StageKind.OTHER)  # what lies between two laps is no step of either
        track.started_s = anchor if track.started_s is None else track.started_s
        self._roles = None

    def _observe(self, track: Track, counter: Counter, line: Line, time_s: float | None) -> float | None:
        """Tell the step clock; give the time on the run's clock, None where nothing tells it."""
        lap = track.lap
        assert lap is not None
        if time_s is not None and self.clock.started_at is not None:
            at_s = time_s - self.clock.started_at
            resolution = 1.0 if time_s == int(time_s) else 0.001
            track.clock.observe(track.counted, at_s, resolution_s=resolution, basis=ClockBasis.TIMESTAMPS)
        elif counter.elapsed_s is not None:
            at_s = lap.anchor_s + counter.elapsed_s
            previous, lap.elapsed_s = lap.elapsed_s, counter.elapsed_s
            self.clock.advance(at_s)
            track.active_s += max(counter.elapsed_s - (previous or 0.0), 0.0)
            if not (previous is not None and counter.elapsed_s < previous):
                track.clock.observe(track.counted, at_s, resolution_s=counter.elapsed_resolution_s)
        elif line.arrived_s is not None and self.first_arrived_s is not None:
            at_s = line.arrived_s - self.first_arrived_s
            track.clock.observe(track.counted, at_s, resolution_s=0.05, basis=ClockBasis.ARRIVAL)
        else:
            at_s = None
        if counter.step_time_s is not None:
            track.clock.printed(track.counted, counter.step_time_s)
        return at_s

    def _note_parents(self, moved: Track) -> None:
        """`moved` went on: counters whose lap began inside it, while it was unfinished, are its children."""
        for track in self.tracks.values():
            if track is moved or moved.key not in track.inside:
                continue
            track.inside.discard(moved.key)
            if moved.key not in track.parents:
                self._roles = None
            track.parents[moved.key] = track.parents.get(moved.key, 0) + 1
            kind = self.roles.kinds.get(track.key, StageKind.OTHER)
            if kind is not StageKind.TRAIN and moved.is_bar:
                moved.clock.pause(kind)  # its bar's whole seconds would tell less than the gap itself

    def _progressed(self, track: Track) -> None:
        roles = self.roles
        if track is not roles.train:
            return
        self._moved_since_start = True
        self._last_in_bar = None if track.laps > 1 and track.current == 0 else self._last_in_bar
        if self.end is not None and self.end.step is not None and track.counted > self.end.step:
            self.end = None  # it went on: what looked like the end was none

    @property
    def train_counted(self) -> float | None:
        """What the training counter of this attempt has counted over all its laps; None before there is one."""
        train = self.roles.train
        return train.counted if train is not None else None

    # -- metrics -----------------------------------------------------------------------------------------------

    def _metrics(self, event: Metrics, line: Line) -> None:
        if event.in_bar:
            if self._last_in_bar == event.values:
                return
            self._last_in_bar = dict(event.values)
        if event.kind is StageKind.TRAIN:
            self._credit()
        # Where a counter of training is known, no epoch changes the step.
        step = event.step if event.step is not None else self._counted_step
        if event.epoch is not None and event.kind is not StageKind.OTHER:
            self.metric_epoch = MetricEpoch(event.epoch, step)
        step = step if step is not None else self.present_step
        if event.kind is StageKind.EVAL and not event.in_bar:
            self._evaluated(step)
        placed = event.step is not None or self._counter_line == line.offset or event.kind is not StageKind.TRAIN
        self._unplaced = []
        for name, value in event.values.items():
            series = self._series(name)
            if series is None:
                continue
            series.add(value, step)
            if not placed:
                self._unplaced.append(series)
            if value != value and _is_loss(name):
                self._problem(Problem(kind=ProblemKind.NAN, message=f"{name} is NaN", step=step), line)

    def _evaluated(self, step: float | None) -> None:
        """Evaluation results are the only trace that many logs leave of an evaluation; several lines may be one."""
        at = (self.attempts, step)
        if self._evaluated_at != at or step is None:
            self._evaluated_at = at
            self.results.add(StageMark(kind=StageKind.EVAL, name="evaluation"), self.clock.now_s)

    def _rows(self, event: MetricRows, line: Line) -> None:
        """Fold rows that were read as columns: as one by one, but that the step clock hears nothing of them."""
        steps = self._steps_of_rows(event, line)
        if steps is None:
            for counter, metrics in one_by_one(event):
                if counter is not None:
                    self._counter(counter, line, None)
                if metrics is not None:
                    self._metrics(metrics, line)
            return
        columns = event.columns
        self._credit(len(steps) if columns else 0)
        self._unplaced = []
        if event.in_bar and columns:
            columns, steps, self._last_in_bar = changed_rows(columns, steps, self._last_in_bar)
        for name, values in columns.items():
            series = self._series(name)
            if series is not None and values:
                series.add_many(values, steps)

    def _steps_of_rows(self, event: MetricRows, line: Line) -> Sequence[float | None] | None:
        """Move the rows' counter on and give the step of each row; None where they must be folded one by one."""
        counter, currents = event.counter, event.currents
        stated = event.steps[0] is not None
        if counter is None:
            if stated:
                return event.steps
            return [self.present_step] * len(event.steps) if event.epochs[0] is None else None
        track = self.tracks.get(track_key(counter))
        if track is None or not track.goes_on_with(counter, currents[0]):
            return None
        assert track.lap is not None
        before, track.followed = track.lap.current, False
        track.lap.current = currents[0]
        at_first = None if stated else self.present_step
        track.lap.current = currents[-1]
        steps = event.steps if stated else place_rows(event, at_first, self.present_step)
        if steps is None:
            track.lap.current = before
            return None
        track.closed = not line.redraw
        self._counter_line, self._last_moved = line.offset, track
        track.seen += len(currents)
        for current, step_time_s in stretches(currents, event.step_times_s):
            track.clock.printed(track.done_before + current, step_time_s)
        self._progressed(track)
        return steps

    def _series(self, name: str) -> MetricSeries | None:
        series = self.metrics.get(name)
        if series is None and len(self.metrics) < _MAX_METRICS:
            series = self.metrics[name] = MetricSeries()
        return series

    def _credit(self, rows: int = 1) -> None:
        """Training values stand inside or right behind a counter: evidence that it is training."""
        track = self._last_moved
        if rows and track is not None and track.kind in (None, StageKind.TRAIN):
            if not track.metric_hits:
                self._roles = None
            track.metric_hits += rows

    def _place_metrics(self, track: Track) -> None:
        """A Trainer prints a dict first and redraws its bar with the dict's exact step right after it."""
        if self._unplaced and track is self.roles.train:
            step = self.present_step
            if step is not None:
                for series in self._unplaced:
                    series.move_last(step)
                if self.metric_epoch is not None:
                    self.metric_epoch = MetricEpoch(self.metric_epoch.epoch, step)
        self._unplaced = []

    @property
    def _counted_step(self) -> float | None:
        """The step by a counter of training, None where there is none."""
        return self.present_step if self.roles.train is not None else None

    @property
    def present_step(self) -> float | None:
        """Where the training of the whole run stands, in its own unit."""
        return self.whole_run.step

    @property
    def whole_run(self) -> WholeRun:
        """Step, total and epochs of the whole run."""
        failed = self.end is not None and self.end.kind in (EndingKind.FAILED, EndingKind.INTERRUPTED)
        return whole_run(self.roles, self.all_facts, self.metric_epoch, failed=failed)

    @property
    def all_facts(self) -> Mapping[str, float | str]:
        """Facts of the log, and of the document beside it where the log is silent."""
        return self.facts if self.side is None else {**self.side.facts, **self.facts}

    # -- marks, facts, trouble, endings ------------------------------------------------------------------------

    def _mark(self, event: StageMark) -> None:
        self.marks.add(event, self.clock.now_s)
        train = self.roles.train
        if train is not None and event.phase != "begin" and event.kind is not StageKind.TRAIN:
            train.clock.pause(event.kind, event.duration_s)

    def _facts(self, event: Facts) -> None:
        header = _HEADER_FACTS & event.values.keys() and _HEADER_FACTS & self.facts.keys()
        if self._moved_since_start and (header or RESUMED & event.values.keys()):
            self.new_attempt()
        self.facts.update(event.values)

    def _attempt_mark(self) -> None:
        if self._moved_since_start or self.end is not None:
            self.new_attempt()

    def _problem(self, event: Problem, line: Line) -> None:
        step = event.step if event.step is not None else self.present_step
        key = (event.kind, "" if event.kind is ProblemKind.NAN else event.message)
        known = self.problems.get(key)
        if known is not None:
            self.problems[key] = ProblemInfo(
                kind=known.kind, message=known.message, line=known.line, step=known.step, count=known.count + 1
            )
        elif len(self.problems) < _MAX_PROBLEMS:
            self.problems[key] = ProblemInfo(kind=event.kind, message=event.message, line=line.number, step=step)
        if not event.fatal:
            return
        if self.end is not None and self.end.kind is EndingKind.FAILED:
            return  # the first failure is the cause, what follows it are consequences
        self.end = (
            End(
                kind=_end_of(event.kind),
                text=event.message,
                line=line.number,
                step=self.train_counted,
                problem=event.kind,
            )
            if not self._is_finished()
            else self.end
        )

    def _is_finished(self) -> bool:
        return self.end is not None and self.end.kind in (EndingKind.FINISHED, EndingKind.EARLY_STOPPED)

    def _ending(self, event: Ending, line: Line) -> None:
        if not event.whole_run:
            return
        failed = self.end is not None and self.end.kind is EndingKind.FAILED
        if failed and event.kind in (EndingKind.FAILED, EndingKind.INTERRUPTED):
            return
        self.end = End(kind=event.kind, text=event.text, line=line.number, step=self.train_counted)


def _total_changed(track: Track, counter: Counter) -> bool:
    lap = track.lap
    if lap is None or lap.elapsed_s is None or counter.elapsed_s is None or track.key[0] != track_key(counter)[0]:
        return False
    goes_on = counter.elapsed_s >= lap.elapsed_s > 0 and counter.current > 0
    near = lap.current <= counter.current <= lap.current + max(2.0, 0.1 * lap.current)
    return goes_on and near and (counter.total is None or not track.complete)


def _name_changed(track: Track, counter: Counter) -> bool:
    """`set_description`: a new bar would begin at no elapsed time."""
    lap = track.lap
    if lap is None or lap.elapsed_s is None or counter.elapsed_s is None or track.complete:
        return False
    if counter.total != track.total or counter.total is None or counter.current < lap.current:
        return False
    kind = kind_by_name(counter.name)
    return counter.elapsed_s >= lap.elapsed_s and (counter.elapsed_s > 0 or (kind is not None and kind is track.kind))


def _is_loss(name: str) -> bool:
    return "loss" in name.lower()


def _end_of(kind: ProblemKind) -> EndingKind:
    stopped = (ProblemKind.CANCELLED, ProblemKind.KEYBOARD_INTERRUPT, ProblemKind.TIME_LIMIT)
    return EndingKind.INTERRUPTED if kind in stopped else EndingKind.FAILED
