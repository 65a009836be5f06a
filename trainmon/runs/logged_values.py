"""Folds logged values: which metric, and at which step of the whole run."""

from __future__ import annotations

from trainmon.events import Line, Metrics, Problem, ProblemKind, StageKind, StageMark
from trainmon.parsers.pairs import is_eval_name
from trainmon.runs.endings import Endings
from trainmon.runs.progress import MetricEpoch
from trainmon.runs.series import MetricSeries
from trainmon.runs.tracks import Track

_MAX_METRICS = 400


class LoggedValues(Endings):
    """A run that knows its metrics."""

    def _metrics(self, event: Metrics, line: Line) -> None:
        if event.in_bar:
            if self._last_in_bar == event.values:
                return
            self._last_in_bar = dict(event.values)
        if event.kind is StageKind.TRAIN:
            self._credit()
        elif not event.in_bar and all(map(is_eval_name, event.values)):
            self._credit_results()
        # Where a counter of training is known, no epoch changes the step.
        step = event.step if event.step is not None and not self._counts_in_epoch(event.step, line) else None
        step = step if step is not None else self._counted_step
        if event.epoch is not None and (event.kind is not StageKind.OTHER or self.metric_epoch is None):
            self.metric_epoch = MetricEpoch(event.epoch, step)
        step = step if step is not None else self.present_step
        if event.kind is StageKind.EVAL and not event.in_bar:
            self._evaluated(step)
        placed = event.step is not None or self._counter_line == line.offset or event.kind is not StageKind.TRAIN
        self._unplaced = []
        left_over = event.in_bar and self._begins_anew()
        for name, value in event.values.items():
            series = self._series(name)
            if series is None:
                continue
            series.add(value, series.last_step if left_over and series.last_step is not None else step)
            if not placed:
                self._unplaced.append(series)
            if value != value and (_is_loss(name) or (name == "grad_norm" and event.values.get("loss") == 0)):
                self._problem(Problem(kind=ProblemKind.NAN, message=f"{name} is NaN", step=step), line)

    def _counts_in_epoch(self, step: float, line: Line) -> bool:
        """Tell whether a step is but what the counter on the same line shows, which begins anew with each epoch."""
        track = self._last_moved
        if track is None or self._counter_line != line.offset or track.current != step:
            return False
        return track.laps > 1 or track is self.roles.train

    def _begins_anew(self) -> bool:
        """Tell whether a bar stands at the beginning of another epoch: what it shows beside it is of the one before."""
        track = self._last_moved
        return track is not None and track.is_bar and track.laps > 1 and track.current == 0

    def _mark(self, event: StageMark) -> None:
        """A sentence may be the only trace, too; what comes of it at the same step is one evaluation with it."""
        if event.phase != "announced":
            super()._mark(event)
        elif self._counted_step is not None:
            self._evaluated(self._counted_step)

    def _evaluated(self, step: float | None) -> None:
        """Evaluation results are the only trace that many logs leave of an evaluation; several lines may be one."""
        at = (self.attempts, step)
        if self._evaluated_at != at or step is None:
            self._evaluated_at = at
            self.results.add(StageMark(kind=StageKind.EVAL, name="evaluation"), self.clock.now_s)

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
            if track.metric_hits > 1 and any(_is_replaced_by(track, old) for old in self.tracks.values()):
                self._began_with(track)

    def _began_with(self, track: Track) -> None:
        """The program was started again with another number of steps: the bar of that attempt is this one."""
        self.tracks.pop(track.key)
        self.new_attempt()
        self.tracks[track.key] = self._last_moved = track
        track.inside, track.parents = set(), {}
        self._moved_since_start = True

    def _credit_results(self) -> None:
        """Results stand behind a bar that is complete: evidence that it was an evaluation."""
        track = self._last_moved
        if track is not None and track.kind is None and track.complete:
            if not track.result_hits:
                self._roles = None
            track.result_hits += 1

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


def _is_replaced_by(track: Track, old: Track) -> bool:
    """Tell whether training values come beside a bar whose namesake stopped on the way when this one began."""
    if not (track.is_bar and old.is_bar) or track.laps > 1 or old.key not in track.inside:
        return False
    alike = old.key[0] == track.key[0] and old.epoch is None and track.epoch is None
    return alike and old.metric_hits > 1 and not old.nearly_complete


def _is_loss(name: str) -> bool:
    return "loss" in name.lower()
