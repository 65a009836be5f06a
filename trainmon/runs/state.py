"""The state of one run: events go in one by one, a snapshot comes out at any moment. No file, no clock in here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import assert_never

from trainmon.events import (
    AttemptMark,
    Clock,
    Counter,
    Ending,
    Event,
    Facts,
    GpuMemory,
    Line,
    MetricRows,
    Metrics,
    Problem,
    Remainder,
    StageKind,
    StageMark,
)
from trainmon.reading.reader import Reading
from trainmon.reading.rows import changed_rows, one_by_one, place_rows, stretches
from trainmon.runs.counting import Counting
from trainmon.runs.tracks import track_key


class RunState(Counting):
    """Everything known of one run. `apply` folds one reading; `trainmon.runs.present` makes the snapshot."""

    def apply(self, reading: Reading) -> None:
        """Fold what one piece of the log says."""
        line = reading.line
        self.lines = max(self.lines, line.number)
        if line.time_s is not None:
            self._heed_calendar(line.time_s)
            self.clock.stamp(line.time_s)
            self._clock_told()
        elif line.elapsed_s is not None:
            self.clock.advance(line.elapsed_s)
            self._clock_told()
        if line.arrived_s is not None:
            self.arrived(line.arrived_s)
        if reading.events and self.attempts == 0:
            self.attempts = 1
        time_s = line.time_s
        for event in reading.events:
            if isinstance(event, Clock):
                time_s = event.time_s
                self._heed_calendar(time_s)
                self.clock.stamp(time_s)
                self._clock_told()
            else:
                self._apply(event, line, time_s)
        if self._last_moved is not None and reading.events and line.offset != self._counter_line:
            self._last_moved.followed = True

    def _clock_told(self) -> None:
        """Note when the clock is told again behind the counter that moved last."""
        lap = self._last_moved.lap if self._last_moved is not None else None
        if lap is not None and lap.next_s is None:
            lap.next_s = self.clock.now_s

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
            case StageMark(kind=StageKind.TRAIN, phase="end"):
                self._epoch_over(line, time_s)
            case StageMark():
                self._mark(event)
            case Facts():
                self._facts(event, line)
            case AttemptMark():
                self._attempt_mark()
            case Problem():
                self._problem(event, line)
            case Ending():
                self._ended(event, line)
            case GpuMemory():
                self.memory.add(event)
            case Clock() | Remainder():
                pass
            case _:
                assert_never(event)

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
        stated = stated and not (track is self.roles.train and event.steps == event.currents)
        before, track.followed = track.lap.current, False
        track.lap.current = currents[0]
        at_first = None if stated else self.present_step
        track.lap.current = currents[-1]
        track.lap.moved_at = line.arrived_s
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
