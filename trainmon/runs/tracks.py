"""Tracks: the history of each counter that a log shows. Bars are evidence about stages, not stages themselves."""

from __future__ import annotations

from dataclasses import dataclass, field

from trainmon.events import Counter, CounterScope, StageKind
from trainmon.runs.laps import Lap, Timed
from trainmon.runs.series import MetricSeries
from trainmon.runs.stage_names import kind_of
from trainmon.timing.steptime import StepClock

_DIGITS = str.maketrans("", "", "0123456789.+-")
_RANKS_BEGIN_WITHIN_S = 10.0
TrackKey = tuple[str, float | None, bool]


def track_key(counter: Counter) -> TrackKey:
    """Counters of one key are one track: equal names but for numbers, and for bars an equal total.

    Two unnamed nested bars differ in their totals alone. A counter in a line stays what it is when its total changes.
    """
    name = " ".join(counter.name.translate(_DIGITS).split())[:80]
    return (name, counter.total if counter.is_bar else None, counter.is_bar)


@dataclass(slots=True, kw_only=True)
class Track(Timed):
    """Evidence about one counter within the present attempt."""

    key: TrackKey
    name: str
    unit: str
    order: int
    """When it first appeared, among the tracks."""
    kind: StageKind | None
    scope: CounterScope
    done_before: float = 0.0
    """Counted in earlier laps of this attempt."""
    epoch: float | None = None
    total_epochs: float | None = None
    first_epoch: float | None = None
    uneven: bool = False
    """Its epochs differ in length: a number of steps cut the last one short."""
    runs_through_epochs: bool | None = None
    """Whether the counter goes on over an epoch's border; None until a border was seen."""
    steps_per_epoch: float | None = None
    seen: int = 0
    opened_at: float = 0.0
    """Where it stood when it was first seen in this attempt."""
    spacing: float = 0.0
    """Steps from the first line that told of them to the next one."""
    metric_hits: int = 0
    """How often metrics were logged inside it or right beside it."""
    result_hits: int = 0
    """How often results of an evaluation were logged right behind it, once it was complete."""
    parents: dict[TrackKey, int] = field(default_factory=dict)
    """Counters that went on after a lap of this one had begun inside them, and how often."""
    inside: set[TrackKey] = field(default_factory=set)
    """Unfinished counters at the beginning of the present lap: parents if they move again."""
    clock: StepClock = field(default_factory=StepClock)
    times: MetricSeries = field(default_factory=MetricSeries)
    """The run's clock over what was counted."""
    approximate: bool = False
    longest_lap: float = 0.0
    broken: Lap | None = None
    """The lap before the present one, if it stopped well before its total."""
    broken_before: float = 0.0
    """What was counted before that lap."""
    rank: int | None = None
    """The rank that was first seen to draw this bar, where launchers say whose line it is."""
    several: bool = False
    """Ranks draw this bar, each its own, one over the other."""

    @classmethod
    def of(cls, counter: Counter, order: int) -> Track:
        """A track for the first counter of its key."""
        return cls(
            key=track_key(counter),
            name=counter.name.strip(),
            unit=counter.unit,
            is_bar=counter.is_bar,
            order=order,
            kind=counter.kind if counter.kind is not None else kind_of(counter.name, counter.unit),
            scope=counter.scope,
        )

    @property
    def current(self) -> float:
        """Where the present lap stands."""
        return self.lap.current if self.lap is not None else 0.0

    @property
    def counted(self) -> float:
        """Everything counted in this attempt, over all laps."""
        return self.done_before + self.current

    @property
    def only_results(self) -> bool:
        """Whether all that was ever logged beside it were results of an evaluation."""
        return self.kind is None and self.is_bar and self.result_hits > 0 and not self.metric_hits

    @property
    def first_seen(self) -> float:
        """Where it stood when it was first seen; 0 once it has begun anew."""
        return self.lap.first if self.lap is not None and self.laps == 1 else 0.0

    @property
    def complete(self) -> bool:
        """The present lap reached its total."""
        return self.total is not None and self.current >= self.total

    @property
    def nearly_complete(self) -> bool:
        """Within the steps that a bar redrawn ten times a second may leave out before it is cleared."""
        return self.total is not None and self.current >= self.total - max(2.0, 0.05 * self.total)

    @property
    def no_line_left(self) -> bool:
        """Lines told every so many steps: fewer are left until its total."""
        return not self.is_bar and self.total is not None and self.total - self.current < self.spacing

    @property
    def unfinished(self) -> bool:
        """It is under way: not at its total, or nobody knows its total."""
        return self.lap is not None and not self.complete

    def runs_in_each_step_of(self, outer: Track) -> bool:
        """Tell whether it runs once within each step of a counter: micro-batches, denoising steps."""
        steps = outer.counted
        return outer.key in self.parents and self.laps > 2 and abs(self.laps - steps) <= 0.02 * steps + 1

    def restarts_with(self, counter: Counter) -> bool:
        """Tell whether `counter` begins a new lap rather than going on with the present one.

        Ranks that write one bar make it jitter; a restart falls together with the bar's own clock, or far down.
        """
        lap = self.lap
        if lap is None:
            return True
        if counter.current >= lap.current:
            # `epoch: 2 step: 1875` after nothing but `epoch: 1 step: 1875`: one step of each epoch is told.
            one_told = lap.first == lap.current > 0
            whole_again = counter.current == lap.current and (counter.current == counter.total or one_told)
            put_away = self.is_bar and self.closed and self.followed and not self.several
            longer = lap.current > 0 and counter.total not in (None, self.total)
            moved_on = self._epoch_moved_on(counter) and (whole_again or longer)
            return moved_on or self.resumes_with(counter) or (put_away and lap.drawn_whole_again(counter))
        if counter.elapsed_s is not None and lap.elapsed_s is not None:
            if self._is_another_rank(counter, lap.elapsed_s):
                return False
            # The clocks of ranks differ by a little; that of a bar drawn anew begins at nothing.
            share = 1.0 if self.total is None or self.nearly_complete else 0.5
            fell = counter.elapsed_s < lap.elapsed_s and counter.elapsed_s <= share * lap.elapsed_s
            return fell or counter.current <= lap.first < lap.current
        if self._epoch_moved_on(counter):
            return True
        if not self.is_bar and counter.epoch is not None and lap.epoch is not None and counter.epoch >= lap.epoch:
            return counter.epoch > lap.epoch or counter.current < 0.5 * lap.current
        return counter.current <= max(lap.first, 0.5 * lap.current)

    def resumes_with(self, counter: Counter) -> bool:
        """Tell whether a bar is drawn anew that does not begin at nothing: its clock does."""
        before_s = self.lap.elapsed_s if self.lap is not None else None
        return self.is_bar and counter.current > 0 == counter.elapsed_s and (before_s or 0.0) > 2.0

    def _is_another_rank(self, counter: Counter, elapsed_s: float) -> bool:
        """Tell whether a bar that falls back is that of another rank: a restarted program prints something first."""
        if not self.is_bar or self.total is None:
            return False
        if self.several:
            return not self.nearly_complete or counter.current > max(2.0, 0.05 * self.total)
        together = elapsed_s < _RANKS_BEGIN_WITHIN_S and not self.followed and not self.closed
        return together and not self.nearly_complete

    def rejoins_with(self, counter: Counter) -> bool:
        """Tell whether `counter` jumps to where the lap before stood: a rank that began earlier goes on drawing."""
        lap, broken, at_s = self.lap, self.broken, counter.elapsed_s
        if lap is None or broken is None or at_s is None or lap.elapsed_s is None or broken.elapsed_s is None:
            return False
        since_s = at_s - broken.elapsed_s
        if lap.elapsed_s > 5.0 + 2.0 * since_s:
            return False  # its own clock would have gone on as long
        return counter.current >= broken.current and since_s >= 0 and at_s - lap.elapsed_s > 5.0 + 4.0 * since_s

    def rejoin(self) -> None:
        """Take the lap before up again: the present one is that of another rank."""
        self.lap, self.done_before, self.broken = self.broken, self.broken_before, None
        self.laps -= 1
        self.several = True

    def goes_on_with(self, counter: Counter, current: float) -> bool:
        """Tell whether a counter like this, standing at `current`, plainly goes on with the present lap."""
        lap = self.lap
        goes_on = lap is not None and current >= lap.current and counter.epoch == lap.epoch
        return goes_on and (counter.total is None or counter.total == self.total)

    def next_epoch_is(self, counter: Counter) -> bool:
        """Tell whether `counter` is this bar in its next epoch, which is longer or shorter than the one before."""
        if not self.is_bar or self.epoch is None or self.scope is CounterScope.RUN or counter.total is None:
            return False
        reset = self.laps > 1 and self.current == counter.current == 0
        begins = counter.epoch == self.epoch + 1 and (self.nearly_complete or reset)
        return (begins or (reset and counter.epoch == self.epoch)) and self.key[0] == track_key(counter)[0]

    def stale(self, counter: Counter) -> bool:
        """Tell whether another rank is late with an epoch that is over."""
        lap = self.lap
        return (
            lap is not None
            and counter.epoch is not None
            and lap.epoch is not None
            and counter.epoch == lap.epoch - 1
            and counter.total is not None
            and counter.current > 0.5 * counter.total
            and self.is_bar
        )

    def _epoch_moved_on(self, counter: Counter) -> bool:
        before = self.lap.epoch if self.lap is not None else None
        later = counter.epoch is not None and before is not None and counter.epoch > before
        return later and self.scope is not CounterScope.RUN and not self.runs_through_epochs

    def broke_off(self, counter: Counter) -> bool:
        """Tell whether the lap that `counter` ends had stopped well before its total: a program that died."""
        lap = self.lap
        if lap is None or self.total is None or self._epoch_moved_on(counter):
            return False
        return not (self.nearly_complete or self.no_line_left) and lap.current > lap.first

    def begin_lap(self, counter: Counter, anchor_s: float) -> None:
        """Start counting anew."""
        self.broken = self.lap if self.is_bar and self.broke_off(counter) else None
        self.broken_before = self.done_before
        if self.lap is not None:
            self.longest_lap = max(self.longest_lap, self.lap.current)
            self.keep_span()
            # A bar that is cleared when it is over (leave=False) never shows its last steps.
            cleared = self._epoch_moved_on(counter) or not self.broke_off(counter)
            through = self.total if cleared and self.total is not None and self.is_bar else None
            self.done_before += max(self.lap.current, through or 0.0)
        if not self.laps:
            self.opened_at = counter.current
        self.laps += 1
        self.lap = Lap(anchor_s, counter.current, counter.current, counter.elapsed_s, counter.epoch)

    def note(self, counter: Counter) -> None:
        """Take over what does not depend on time."""
        self.seen += 1
        if counter.is_bar and counter.name:
            self.name = counter.name.strip()
        if counter.unit != "step":
            self.unit = counter.unit
        if counter.kind is not None:
            self.kind = counter.kind
        if counter.scope is not CounterScope.UNKNOWN:
            self.scope = counter.scope
        if counter.total is not None:
            self.uneven = self.uneven or (self.laps > 1 and self.total not in (None, counter.total))
            self.total = counter.total
        self.approximate = self.approximate or counter.approximate
        self.steps_per_epoch = counter.steps_per_epoch or self.steps_per_epoch
        self._note_epoch(counter)
        assert self.lap is not None
        self.lap.current = max(counter.current, self.lap.current) if self.is_bar else counter.current
        if self.spacing == 0:
            self.spacing = self.lap.current - self.lap.first
        if counter.epoch is not None:
            self.lap.epoch = counter.epoch

    def _note_epoch(self, counter: Counter) -> None:
        if counter.total_epochs is not None:
            self.total_epochs = counter.total_epochs
        if counter.epoch is None:
            return
        if self.first_epoch is None:
            self.first_epoch = counter.epoch
        if self.epoch is not None and counter.epoch > self.epoch and self.lap is not None:
            # Not drawn anew before it was named; or named anew where it stood.
            stood = counter.current == self.lap.current > 1 and self.lap.epoch != counter.epoch and not self.complete
            if self.lap.epoch is not None and (counter.current > self.lap.current or (stood and self.is_bar)):
                self.runs_through_epochs = True
            elif self.runs_through_epochs is None:
                self.runs_through_epochs = False
        self.epoch = counter.epoch
