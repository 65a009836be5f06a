"""Folds counters: which bar or line goes on, begins anew, or was renamed, and what the clock says."""

from __future__ import annotations

import math

from trainmon.events import Counter, CounterScope, Line, Metrics, StageKind
from trainmon.runs.endings import words_of
from trainmon.runs.header import total_and_epoch
from trainmon.runs.laps import began_at_nothing
from trainmon.runs.logged_values import LoggedValues
from trainmon.runs.stage_names import kind_by_name
from trainmon.runs.tracks import Track, track_key
from trainmon.snapshot import ClockBasis

_MAX_TRACKS = 64
_BY_EPOCH = "training"
"""Name of the counter that stands for the epochs beside the losses."""


class Counting(LoggedValues):
    """A run that knows its counters."""

    def _counter(self, counter: Counter, line: Line, time_s: float | None) -> None:
        if not math.isfinite(counter.current):
            return
        track = self._track_of(counter)
        if track is None or track.stale(counter) or _of_another_rank(track, line):
            return
        if self._last_moved is not None and self._last_moved is not track:
            self._last_moved.followed = True
        if track.rejoins_with(counter):
            track.rejoin()
        if track.restarts_with(counter) and track.lap is not None and self._begins_attempt(track, counter):
            self.new_attempt()
            track = self._track_of(counter)
            assert track is not None
        new_lap = track.restarts_with(counter)
        if new_lap:
            self._begin_lap(track, counter, line)
        before = track.counted
        track.note(counter)
        if track.current > 0 or track.total is not None:  # a bar that was never redrawn holds nothing
            self._note_parents(track)
        at_s = self._observe(track, counter, line, time_s)
        if track.counted > before or new_lap:
            self._progressed(track)
            assert track.lap is not None
            track.lap.moved_at = line.arrived_s
        self._place_metrics(track)
        if at_s is not None:
            track.times.add(at_s, track.counted)
        assert track.lap is not None
        track.lap.untimed = at_s is None
        self._spend(track, self.clock.now_s if at_s is None else at_s)
        self._counter_line = line.offset
        self._last_moved = track
        track.closed = not line.redraw
        track.followed = False
        for outer in track.parents.keys() & self.tracks.keys() if track.parents else ():
            if track.runs_in_each_step_of(self.tracks[outer]):
                self.tracks[outer].followed = False  # by nothing but a part of itself

    def _spend(self, track: Track, at_s: float) -> None:
        """A counter other than that of the training takes its time while the training stands still."""
        lap, train = track.lap, self.roles.train
        assert lap is not None
        seen = [lap.anchor_s, track.last_s if lap.alone_s > 0 else None, train.last_s if train is not None else None]
        lap.spend(max(each for each in seen if each is not None), at_s)
        track.last_s = at_s

    def _begins_fold(self, counter: Counter) -> bool:
        """Tell whether a counter shows that the fold has begun that a line told of."""
        key, roles = track_key(counter), self.roles
        track = self.tracks.get(self._aliases.get(key, key))
        if track is not None:
            return track in (roles.train, roles.epochs, *roles.companions) and track.restarts_with(counter)
        trains = counter.kind or kind_by_name(counter.name) or StageKind.TRAIN
        return trains is StageKind.TRAIN and counter.current <= max(1.0, 0.5 * (counter.total or 0.0))

    def _metrics(self, event: Metrics, line: Line) -> None:
        self._count_by_epoch(event, line)
        super()._metrics(event, line)

    def _count_by_epoch(self, event: Metrics, line: Line) -> None:
        """A Trainer without its bar tells of its progress by nothing but the epoch beside each loss."""
        if event.epoch is None or event.step is not None or event.in_bar or event.kind is StageKind.OTHER:
            return
        total, per_epoch = total_and_epoch(self.all_facts)
        train = self.roles.train
        if total is None or per_epoch is None or (train is not None and train.name != _BY_EPOCH):
            return
        step = float(min(round(event.epoch * per_epoch), total))
        told = Counter(current=step, total=total, scope=CounterScope.RUN, name=_BY_EPOCH, kind=StageKind.TRAIN)
        self._counter(told, line, line.time_s)

    def _epoch_over(self, line: Line, time_s: float | None) -> None:
        """A line told what the epoch under way came to: where only epochs are counted, that one is done."""
        track = self.roles.train
        if track is None or track.scope is not CounterScope.EPOCHS or not track.epoch or track.current >= track.epoch:
            return
        counter = Counter(
            current=track.epoch, total=track.total, unit=track.unit, scope=track.scope, name=track.name,
            epoch=track.epoch, total_epochs=track.total_epochs,
        )  # fmt: skip
        self._counter(counter, line, time_s)

    def _track_of(self, counter: Counter) -> Track | None:
        if self._next_fold_said and self._begins_fold(counter):
            self.next_fold()
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
            return track is roles.epochs and track.resumes_with(counter) and not track.complete
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

    def _begin_lap(self, track: Track, counter: Counter, line: Line) -> None:
        before = self._last_moved
        if before is not None and before.last_s is not None and self.roles.kinds.get(before.key) is StageKind.EVAL:
            self.clock.advance(before.last_s + before.hidden_s)
        anchor = self.clock.now_s
        track.inside = {t.key for t in self.tracks.values() if t is not track and t.is_bar and t.unfinished}
        if track is self.roles.train:
            self._announce_bars(track)
        track.begin_lap(counter, anchor)
        if not line.redraw and line.time_s is None and line.elapsed_s is None and began_at_nothing(counter):
            self._opened_at(track, anchor)
        elif track.laps > 1 and counter.elapsed_s is not None:
            fresh = counter.current == 0 and counter.elapsed_s == 0
            track.clock.lap(track.counted, anchor + counter.elapsed_s, fresh=fresh)
        elif track.laps > 1:
            track.clock.pause(StageKind.OTHER)  # what lies between two laps is no step of either
        track.started_s = anchor if track.started_s is None else track.started_s
        self._roles = None

    def _announce_bars(self, train: Track) -> None:
        """Tell the clock of the training how long evaluations took that had bars between two of its laps."""
        since_s = train.last_s or 0.0
        for bar in self.tracks.values():
            kind = self.roles.kinds.get(bar.key, StageKind.OTHER)
            if not bar.is_bar or bar.lap is None or kind not in (StageKind.EVAL, StageKind.CHECKPOINT):
                continue
            if train.lap is not None and bar.lap.anchor_s >= since_s and train.key not in bar.inside:
                train.clock.pause(kind, bar.span[1] or None)

    @staticmethod
    def _opened_at(track: Track, anchor_s: float) -> None:
        """The log keeps nothing but the last state of a bar, which tells when the bar stood at 0."""
        if track.laps > 1:
            track.clock.lap(track.done_before, anchor_s, fresh=True)
        else:
            track.clock.observe(track.done_before, anchor_s)

    def _observe(self, track: Track, counter: Counter, line: Line, time_s: float | None) -> float | None:
        """Tell the step clock; give the time on the run's clock, None where nothing tells it."""
        lap = track.lap
        assert lap is not None
        if time_s is not None and self.clock.started_at is not None:
            at_s = time_s - self.clock.started_at
            resolution = 1.0 if time_s == int(time_s) else 0.001
            track.clock.observe(track.counted, at_s, resolution_s=resolution, basis=ClockBasis.TIMESTAMPS)
        elif line.elapsed_s is not None and not counter.is_bar:
            at_s = line.elapsed_s
            resolution = 1.0 if at_s == int(at_s) else 0.001
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
        if counter.remaining_s is not None:
            track.clock.told_left = track.counted, counter.remaining_s
        if at_s is not None and line.arrived_s is not None:
            track.clock.blocks.see(at_s, line.arrived_s)
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
        self._next_fold_said = False
        if self.epilogue is not None and track.counted > (self.epilogue.step or 0.0):
            self._between.add(words_of(self.epilogue.text))
            self.epilogue = None
        # A line that tells of step 0 tells of no step.
        self._moved_since_start = self._moved_since_start or track.is_bar or track.counted > 0
        self._last_in_bar = None if track.laps > 1 and track.current == 0 else self._last_in_bar
        if self.end is not None and self.end.step is not None and track.counted > self.end.step:
            self.end = None  # it went on: what looked like the end was none


def _of_another_rank(track: Track, line: Line) -> bool:
    """Tell whether the launcher in front of a bar names another rank than the one whose bar is followed."""
    if line.rank is None or not track.is_bar:
        return False
    if track.rank is None:
        track.rank = line.rank
    return track.rank != line.rank


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
