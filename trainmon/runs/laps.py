"""Laps: what is counted from a counter's beginning until it begins anew."""

from __future__ import annotations

from dataclasses import dataclass, field

from trainmon.events import Counter
from trainmon.timing.spans import Span, Spans


@dataclass(slots=True)
class Lap:
    """One life of a counter: a bar from its first redraw to its last."""

    anchor_s: float
    """Where its elapsed time counts from, on the run's clock."""
    first: float
    current: float
    elapsed_s: float | None
    epoch: float | None
    moved_at: float | None = None
    """When the bytes arrived that showed its last move, in seconds since the epoch; None where nobody watched."""
    alone_s: float = 0.0
    """How long it went on, on the run's clock, without the training going on meanwhile."""
    longest_s: float = 0.0
    """The longest time between two of its states."""
    untimed: bool = False
    """Nothing told the time of its last state itself."""
    next_s: float | None = None
    """What the run's clock showed when it told the time again for the first time behind its last state."""

    def spend(self, since_s: float, at_s: float) -> None:
        """Its state at `at_s` is the first one since it, or the training, was seen at `since_s`."""
        spent_s = max(at_s - since_s, 0.0)
        self.alone_s += spent_s
        self.longest_s = max(self.longest_s, spent_s)
        self.next_s = None

    def hidden_s(self, total: float | None, at_s: float) -> float:
        """What a bar that was wiped away before it showed its total took beyond its last state, which was at `at_s`.

        It went on at its own pace, for less than it took until its next redraw, and not beyond what came next.
        """
        done = self.current - self.first
        if total is None or done <= 0 or self.current >= total:
            return 0.0
        hidden_s = min((total - self.current) * self.alone_s / done, self.longest_s)
        return hidden_s if self.next_s is None else max(min(hidden_s, self.next_s - at_s), 0.0)

    def drawn_whole_again(self, counter: Counter) -> bool:
        """Tell whether a bar is complete again, of which the log keeps nothing but the last state (wandb's console)."""
        whole = counter.total is not None and counter.total == self.first == self.current <= counter.current
        return whole and began_at_nothing(counter) and (counter.elapsed_s or 0.0) > 1.0


@dataclass(slots=True, kw_only=True)
class Timed:
    """When a counter was seen, and how long its laps took."""

    is_bar: bool
    total: float | None = None
    lap: Lap | None = None
    laps: int = 0
    started_s: float | None = None
    last_s: float | None = None
    active_s: float = 0.0
    """Time its laps lasted, by its own clock."""
    alone_before_s: float = 0.0
    """How long the laps before the present one went on without the training going on meanwhile."""
    spans: Spans = field(default_factory=Spans)
    """When each of the laps before the present one took place."""
    closed: bool = False
    """A newline ended the bar's last state: its program closed it, or went on to print something else."""
    followed: bool = False
    """Something else was printed after the bar's last redraw."""

    @property
    def span(self) -> Span:
        """When the latest lap began, and how long it has taken so far."""
        if self.lap is None or self.last_s is None:
            return 0.0, 0.0
        return self.last_s - self.lap.alone_s, self.lap.alone_s + self.hidden_s

    @property
    def hidden_s(self) -> float:
        """What the latest lap took behind its last state: a bar that is not seen any more, lines without a time."""
        if self.lap is None or self.last_s is None:
            return 0.0
        if self.lap.untimed and self.lap.next_s is not None and not self.is_bar:
            return max(self.lap.next_s - self.last_s, 0.0)
        if not self.is_bar or self.closed or not self.followed:
            return 0.0
        return self.lap.hidden_s(self.total, self.last_s)

    @property
    def spent_s(self) -> float | None:
        """How long all its laps took; None where no clock tells."""
        spent_s = self.alone_before_s + self.span[1]
        known = self.laps == 1 and self.lap is not None and self.lap.elapsed_s is not None
        return spent_s if spent_s > 0 or known else None

    def stretch(self, until_s: float) -> None:
        """What seemed to be laps behind each other went on side by side, from the first one's beginning."""
        if self.lap is not None and self.started_s is not None:
            self.spans, self.alone_before_s = Spans(), 0.0
            self.last_s, self.lap.anchor_s = until_s, min(self.lap.anchor_s, until_s)
            self.lap.alone_s = max(until_s - self.started_s, 0.0)

    def keep_span(self) -> None:
        """The latest lap is over."""
        span = self.span
        self.spans.add(*span)
        self.alone_before_s += span[1]


def began_at_nothing(counter: Counter) -> bool:
    """Tell whether a bar stood at 0 when its clock began: it went at the printed pace ever since."""
    if counter.pace_s is None or not counter.elapsed_s or counter.current <= 0:
        return False
    return abs(counter.current * counter.pace_s - counter.elapsed_s) <= 0.05 * counter.elapsed_s + 1.0
