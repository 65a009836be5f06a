"""Step time of one counter: what lies between two states of the counter, cleared of everything that is no step.

An observation costs constant work. Judging an interval needs its neighbours, so the newest 64 intervals wait in a
buffer; a question is answered from a copy into which they are booked as if they were final. Asking therefore never
changes an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean, median

from trainmon.events import StageKind
from trainmon.snapshot import ClockBasis, StepTime
from trainmon.timing.blocks import Blocks
from trainmon.timing.ledger import Ledger
from trainmon.timing.levels import Curve, expected
from trainmon.timing.pace import Overhead, Pace, Slowdown
from trainmon.timing.spans import Span
from trainmon.timing.ticks import Interval, TickReader

BUFFER = 64
PATIENCE = 16
"""So many observations by another clock, with none by the one in use, and it is the clock."""
_MOST_STEPS = 1e15
_MOST_S = 1e10
"""Three centuries: what lies beyond is no observation but a misreading."""


class StepClock:
    """Step time of one counter from (step, clock) observations.

    Constant work per observation (amortised), at most 512 kept samples. Times are seconds on the run's own clock;
    where that clock jumps back, nothing is measured across the jump.
    """

    def __init__(self) -> None:
        self._reader = TickReader()
        self._buffer: list[Interval] = []
        self._ledger = Ledger()
        self._printed = Ledger()
        self._printed_buffer: list[Interval] = []
        self._printed_at: float | None = None
        self._basis = ClockBasis.NONE
        self._strange = 0
        self._last_step: float | None = None
        self._start_step: float | None = None
        self._earlier_step_s: float | None = None
        self._view: tuple[Ledger, ClockBasis] | None = None
        self._measured: tuple[Ledger, StepTime] | None = None
        """The step time of a view: several ask for it, and it takes a while."""
        self.blocks = Blocks()
        self.told_left: tuple[float, float] | None = None
        """(step, seconds left) as a line of the log says."""

    def observe(
        self, step: float, time_s: float, *, resolution_s: float = 1.0, basis: ClockBasis = ClockBasis.ELAPSED
    ) -> None:
        """The counter stood at `step` when the run's clock showed `time_s` (cut off to `resolution_s`)."""
        if not _plausible(step, time_s):
            return
        if not self._keeps_to(basis):
            return
        self._see(step)
        interval = self._reader.read(step, time_s, resolution_s)
        if interval is not None:
            self._keep(interval, self._buffer, self._ledger)

    def _keeps_to(self, basis: ClockBasis) -> bool:
        """Two clocks do not mix: another one is used once the one in use has fallen silent."""
        if basis is self._basis:
            self._strange = 0
            return True
        self._strange += 1
        if self._basis is not ClockBasis.NONE and self._strange < PATIENCE:
            return False
        self._reader.reset()
        self._basis, self._strange = basis, 0
        return True

    def lap(self, step: float, time_s: float, *, fresh: bool, resolution_s: float = 1.0) -> None:
        """A new bar of this counter begins at `step`, with a clock of its own; what lies before it is no step.

        `fresh`: the redraw is the bar's first (nothing counted, elapsed zero), so it tells the time exactly.
        """
        if not _plausible(step, time_s):
            return
        if self._basis not in (ClockBasis.ELAPSED, ClockBasis.NONE):
            self.pause(StageKind.OTHER)
            return
        self._basis = ClockBasis.ELAPSED
        self._see(step)
        interval = self._reader.lap(step, time_s, resolution_s, fresh=fresh)
        if interval is not None:
            self._keep(interval, self._buffer, self._ledger)

    def printed(self, step: float, step_time_s: float) -> None:
        """The line states seconds per step for the steps since the line before; used only without a clock."""
        if not _plausible(step, step_time_s) or step_time_s < 0:
            return
        self._see(step)
        before, self._printed_at = self._printed_at, step
        if before == step:
            return  # two lines told of one step
        if before is None or step < before:
            before = step - 1
        interval = Interval(before, step, step_time_s * (step - before))
        self._keep(interval, self._printed_buffer, self._printed)

    def pause(self, kind: StageKind, duration_s: float | None = None) -> None:
        """An evaluation, a checkpoint or another stage happened since the last observation."""
        if duration_s is not None and not 0 <= duration_s < _MOST_S:
            duration_s = None
        self._reader.announce(kind, duration_s)
        self._view = None

    def restart(self, step: float) -> None:
        """A new attempt begins at `step`: earlier steps no longer count for the step time."""
        measured = self.measure()
        if measured is not None:
            self._earlier_step_s = measured.mean
        self._book(self._buffer, self._ledger, len(self._buffer))
        self._book(self._printed_buffer, self._printed, len(self._printed_buffer))
        self._buffer, self._printed_buffer = [], []
        self._ledger = self._ledger.next_attempt()
        self._printed = self._printed.next_attempt()
        self._printed_at = None
        self._reader.reset()
        self.told_left = None
        self._start_step = self._last_step = step
        self._view = None

    def measure(self) -> StepTime | None:
        """The step time of this attempt; None before two states of the counter with a clock are known."""
        ledger, basis = self._look()
        if not ledger.steps:
            return None
        if self._measured is None or self._measured[0] is not ledger:
            self._measured = ledger, _step_time(ledger, basis)
        return self._measured[1]

    @property
    def trained_s(self) -> float:
        """Seconds of training steps of all attempts on this clock; 0 where nothing was measured."""
        ledger, _ = self._look()
        return sum(ledger.earlier_s) + ledger.trained_s

    def forget_attempt(self) -> None:
        """The attempt before the present one was none."""
        self._ledger.earlier_s = self._ledger.earlier_s[:-1]
        self._printed.earlier_s = self._printed.earlier_s[:-1]
        self._view = None

    def overheads(self) -> Mapping[str, Overhead]:
        """What was no training, by cause: values of `StageKind`, and `stall` for irregular unexplained time."""
        return self._look()[0].overheads()

    def pauses(self) -> Mapping[str, tuple[Span, ...]]:
        """When the pauses of `overheads` took place: (seconds on the run's clock, duration), bounded."""
        return self._look()[0].spans()

    def slowdown(self) -> Slowdown | None:
        """A lasting change to a slower pace, if there is one."""
        return self._look()[0].slowdown()

    def pace(self) -> Pace | None:
        """What a forecast needs; None before the counter was seen."""
        if self._last_step is None or self._start_step is None:
            return None
        ledger, basis = self._look()
        stall_count, stall_s = ledger.irregular()
        recent = [interval.duration_s for interval in self._buffer]
        return Pace(
            basis=basis,
            start_step=ledger.skipped_to if ledger.skipped_to is not None else self._start_step,
            last_step=self._last_step,
            curve=tuple(ledger.curve),
            opening=ledger.opening,
            recurring=ledger.recurring(),
            stall_s=stall_s,
            stall_count=stall_count,
            usual_gap_s=median(recent) if recent else 0.0,
            block_s=self.blocks.usual_s,
            told_left=self.told_left,
            interval_steps=fmean([i.steps for i in self._buffer]) if self._buffer else 1.0,
            earlier_step_s=self._earlier_step_s,
        )

    def _see(self, step: float) -> None:
        self._last_step = step
        if self._start_step is None:
            self._start_step = step
        self._view = None

    def _keep(self, interval: Interval, buffer: list[Interval], ledger: Ledger) -> None:
        buffer.append(interval)
        if len(buffer) >= BUFFER:
            self._book(buffer, ledger, BUFFER // 2)

    @staticmethod
    def _book(buffer: list[Interval], ledger: Ledger, count: int) -> None:
        ledger.book(buffer, count)
        del buffer[:count]

    def _look(self) -> tuple[Ledger, ClockBasis]:
        """The books with the waiting intervals in them."""
        if self._view is None:
            ledger = self._ledger.copy()
            ledger.book(self._buffer, len(self._buffer))
            if self._reader.pending is not None:
                ledger.book_pending(*self._reader.pending)
            basis = self._basis
            if not ledger.steps and (self._printed_buffer or self._printed.steps):
                ledger, basis = self._printed.copy(), ClockBasis.PRINTED
                ledger.book(self._printed_buffer, len(self._printed_buffer))
            self._view = (ledger, basis)
        return self._view


def _step_time(ledger: Ledger, basis: ClockBasis) -> StepTime:
    mean = ledger.seconds / ledger.steps
    return StepTime(
        count=round(ledger.steps),
        mean=mean,
        median=ledger.quantile(0.5),
        p10=ledger.quantile(0.1),
        p90=ledger.quantile(0.9),
        last=ledger.last_step_s,
        now=expected(Curve(ledger.curve), ledger.opening).step_s if len(ledger.curve) > 1 else mean,
        basis=basis,
        history=ledger.history(),
        warmup_steps=round(ledger.warmup_steps),
        warmup_s=ledger.warmup_s,
    )


def _plausible(step: float, time_s: float) -> bool:
    """Finite numbers (a comparison with NaN is false) of a size that a run can have."""
    return 0 <= step < _MOST_STEPS and abs(time_s) < _MOST_S
