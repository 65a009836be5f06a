"""Everything known of one run, and what follows from it at once: roles, the whole run, a new attempt."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from trainmon.events import EndingKind, ProblemKind, StageKind
from trainmon.gpu.printed import PrintedMemory
from trainmon.runs.attempts import RESUMED, DeadAttempt, measured, paces_of, start_step, times_of
from trainmon.runs.marks import StageMarks
from trainmon.runs.progress import MetricEpoch, WholeRun, behind, whole_run
from trainmon.runs.roles import Roles, assign_roles
from trainmon.runs.run_clock import RunClock
from trainmon.runs.series import MetricSeries
from trainmon.runs.tracks import Track, TrackKey
from trainmon.snapshot import ProblemInfo
from trainmon.timing.steptime import StepClock

_MAX_EARLIER = 64
_LEAST_ECHO_S = 2.0
_MOST_AHEAD_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How the log says the run ended, and where the training stood then."""

    kind: EndingKind
    text: str
    line: int
    step: float | None
    problem: ProblemKind | None = None
    took_s: float | None = None
    """What the log says that the whole run took."""


class RunEvidence:
    """What was seen so far. What folds events into it comes in layers above: endings, values, counters."""

    def __init__(self) -> None:
        self.clock = RunClock()
        self.attempts = 0
        self.tracks: dict[TrackKey, Track] = {}
        self.earlier_training: list[tuple[float, float]] = []
        """When the training of each attempt before began and ended, on the run's clock."""
        self.earlier_tracks: list[Track] = []
        """The counters of the training in the attempts and folds before the present one."""
        self.earlier: list[tuple[Track, StageKind]] = []
        """The counters of the attempts before the present one, and what they were."""
        self.dead: list[DeadAttempt] = []
        """Attempts before the present one that it goes on from, as far as they trained."""
        self.total_before: float | None = None
        """Steps of the whole run as the attempts before the present one had them."""
        self.folds_before: list[WholeRun] = []
        """The folds of a cross-validation that were trained before the present one."""
        self._fold: float | None = None
        self._folds: float | None = None
        self._next_fold_said = False
        """A line said that another fold begins, and nothing was trained since."""
        self.marks = StageMarks()
        self.results = StageMarks()
        """Evaluations as far as only their results tell."""
        self.metrics: dict[str, MetricSeries] = {}
        self.facts: dict[str, float | str] = {}
        self.problems: dict[tuple[ProblemKind, str], ProblemInfo] = {}
        self.end: End | None = None
        self.epilogue: End | None = None
        """What was said behind the training last: an end, unless it goes on."""
        self._between: set[str] = set()
        """What looked like an epilogue, and training went on behind it."""
        self.memory = PrintedMemory()
        self.side: RunEvidence | None = None
        """What a document beside the log (`trainer_state.json`) says: it fills what the log leaves open."""
        self.first_arrived_s: float | None = None
        self.last_arrived_s: float | None = None
        self.watched_from_s: float | None = 0.0
        """Where the run's clock stood when somebody began to watch; None where it had begun and nothing tells when."""
        self.recorded_s: float | None = None
        """How long the log was written, as a record beside it tells; None where there is none."""
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

    def arrived(self, at_s: float) -> None:
        """Bytes arrived, whether or not any line in them says something."""
        if self.first_arrived_s is None:
            known = self.clock.ticks or not self._has_begun
            self.first_arrived_s, self.watched_from_s = at_s, self.clock.now_s if known else None
        self.last_arrived_s = at_s

    @property
    def _has_begun(self) -> bool:
        """Whether anything was counted or measured so far."""
        return bool(self.metrics) or any(track.counted > 0 for track in self.tracks.values())

    @property
    def watched_s(self) -> float | None:
        """How long the run lasts by what was watched of it; None where nobody watched, or not from its beginning."""
        if self.first_arrived_s is None or self.last_arrived_s is None or self.watched_from_s is None:
            return None
        return self.watched_from_s + self.last_arrived_s - self.first_arrived_s

    @property
    def roles(self) -> Roles:
        """Which counter is what, as far as the evidence goes."""
        if self._roles is None:
            self._roles = assign_roles(self.tracks.values())
        return self._roles

    def asked(self) -> Self:
        """The same state for whoever asks: roles are assigned from all counts so far, and reading goes on unchanged.

        While lines are read, roles change at the events that can change them, never because somebody looked.
        """
        view = copy.copy(self)
        view._roles = None
        return view

    @property
    def evaluates(self) -> bool:
        """Whether the last that the log shows is the bar of an evaluation, under way."""
        bar = self._last_moved
        if bar is None or bar.total is None or self.roles.kinds.get(bar.key) is not StageKind.EVAL:
            return False
        return bar.is_bar and not bar.nearly_complete and not bar.followed

    @property
    def train_counted(self) -> float | None:
        """What the training counter of this attempt has counted over all its laps; None before there is one."""
        train = self.roles.train
        return train.counted if train is not None else None

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
        present = self._present_fold
        to_come = max((self._folds or 0.0) - len(self.folds_before) - 1, 0.0)
        return behind(self.folds_before, present, to_come=to_come) if self.folds_before or to_come else present

    @property
    def _present_fold(self) -> WholeRun:
        """The whole run, but where it is a cross-validation."""
        failed = self.end is not None and self.end.kind in (EndingKind.FAILED, EndingKind.INTERRUPTED)
        stated, before = self.metric_epoch, sum(fold.step or 0.0 for fold in self.folds_before)
        if stated is not None and stated.step is not None:
            stated = stated._replace(step=stated.step - before)
        return whole_run(self.roles, self.all_facts, stated, failed=failed, total_before=self.total_before)

    @property
    def all_facts(self) -> Mapping[str, float | str]:
        """Facts of the log, and of the document beside it where the log is silent."""
        return self.facts if self.side is None else {**self.side.facts, **self.facts}

    def _is_finished(self) -> bool:
        return self.end is not None and self.end.kind in (EndingKind.FINISHED, EndingKind.EARLY_STOPPED)

    def new_attempt(self) -> None:
        """The program was started again: what was counted stays known, what is measured begins anew."""
        self.attempts += 1
        self._bury()
        self._begin_anew()

    def next_fold(self) -> None:
        """The next fold of a cross-validation begins: what was trained before counts."""
        self.folds_before.append(self._present_fold)
        self._begin_anew()

    def _begin_anew(self) -> None:
        """Counters begin anew."""
        kinds = self.roles.kinds
        step_time = measured(self.roles)
        track = step_time[0] if step_time is not None else self.roles.train
        self.earlier_tracks = [*self.earlier_tracks, *([track] if track is not None else [])][-_MAX_EARLIER:]
        if self.roles.train is not None:
            self._earlier_clock = (self.roles.train.key, self.roles.train.clock)
        training = [t for t in self.tracks.values() if kinds[t.key] is StageKind.TRAIN]
        begins = [t.started_s for t in training if t.started_s is not None]
        ends = [t.last_s for t in training if t.last_s is not None]
        if begins and ends:
            self.earlier_training.append((min(begins), max(ends)))
        self.earlier = [*self.earlier, *((t, kinds[t.key]) for t in self.tracks.values())][-_MAX_EARLIER:]
        self.tracks = {}
        self.end = self.epilogue = None
        self.metric_epoch = None
        self._aliases = {}
        self._roles = None
        self._last_moved = None
        self._unplaced = []
        self._moved_since_start = self._next_fold_said = False
        self.marks.new_attempt()

    def _heed_calendar(self, time_s: float) -> None:
        """A bar that was written late, in one piece, seems to begin where it ended: the calendar behind it knows."""
        if self.attempts > 1:
            self._forget_echo(time_s)
        ahead_s, track = self.clock.ahead_s(time_s), self._last_moved
        if ahead_s <= _MOST_AHEAD_S or track is None or track.lap is None:
            return
        if self._side_by_side(track):
            self.clock.set_back(self.clock.now_s - ahead_s)
            track.stretch(self.clock.now_s)
        elif track.complete:
            track.lap.anchor_s -= ahead_s
            if track.laps == 1 and track.started_s is not None:
                track.started_s -= ahead_s
            track.last_s = (track.last_s or 0.0) - ahead_s
            self.clock.set_back(self.clock.now_s - ahead_s)

    def _side_by_side(self, track: Track) -> bool:
        """Tell whether a bar of the preparation began anew more often than there was time for: ranks draw one each."""
        preparing = self.roles.kinds.get(track.key) in (StageKind.INIT, StageKind.DATA)
        return preparing and track.is_bar and track.laps > 2 and track.started_s is not None

    def _forget_echo(self, time_s: float) -> None:
        """Ranks whose output was written one after the other look like attempts; the calendar tells them apart."""
        train = self.roles.train
        if self.clock.started_at is None or not self.earlier_training or train is None or train.started_s is None:
            return
        at_s, lasted_s = time_s - self.clock.started_at, self.clock.now_s - train.started_s
        if lasted_s < _LEAST_ECHO_S or at_s > train.started_s + 0.1 * lasted_s or self.dead:
            return
        self.attempts -= 1
        began_s, train.last_s = self.earlier_training.pop()
        del self.earlier_tracks[-1:]
        train.clock.forget_attempt()
        if train.lap is not None:
            train.lap.anchor_s -= train.started_s - began_s
        train.started_s = began_s
        self.clock.set_back(max(at_s, train.last_s))

    def _bury(self) -> None:
        """Keep what the attempt that is over came to; after a run that reached its end another one begins."""
        whole, train = self.whole_run, self.roles.train
        self.total_before = whole.total or self.total_before
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
                    paces=paces_of(step_time[0], whole, step_time[1]) if step_time is not None else (),
                    times=times_of(step_time[0] if step_time is not None else train, whole),
                )
            )
        self.facts = {name: value for name, value in self.facts.items() if name not in RESUMED}
