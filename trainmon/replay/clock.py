"""A replay's clock: how real seconds become positions on the archive's axis, and positions moments. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

SLOWEST, FASTEST = 1.0, 10_000.0
Span = tuple[float, float]


class Axis:
    """The time during which any run of an archive was under way; the gaps between, days or months, are cut out.

    A moment is seconds since the epoch, a position seconds since the axis began.
    """

    def __init__(self, spans: Iterable[Span]) -> None:
        self._spans = _merged(spans) or [(0.0, 0.0)]
        self._lengths = [end - begin for begin, end in self._spans]
        self._starts = [0.0, *accumulate(self._lengths)]
        self._begins = [begin for begin, _ in self._spans]

    @property
    def span_s(self) -> float:
        """The last position."""
        return self._starts[-1]

    def moment(self, position_s: float) -> float:
        """The moment at a position; where a gap was cut out, the one behind it."""
        index = min(bisect_right(self._starts, position_s), len(self._spans)) - 1
        index = max(index, 0)
        into_s = min(max(position_s - self._starts[index], 0.0), self._lengths[index])
        return self._begins[index] + into_s

    def position(self, at: float) -> float:
        """The position of a moment; within a gap, where it was cut out."""
        index = max(bisect_right(self._begins, at) - 1, 0)
        into_s = min(max(at - self._begins[index], 0.0), self._lengths[index])
        return self._starts[index] + into_s


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for begin, end in sorted(spans):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((begin, end))
    return merged


class ReplayClock:
    """Plays, pauses and seeks between 0 and `span_s`. `now` is any steady clock in seconds."""

    def __init__(self, span_s: float, speed: float, *, now: float) -> None:
        self.span_s = span_s
        self.speed = min(max(speed, SLOWEST), FASTEST)
        self._position_s = 0.0
        self._since: float | None = now

    def position(self, now: float) -> float:
        """Where the replay stands."""
        if self._since is None:
            return self._position_s
        return min(self._position_s + max(now - self._since, 0.0) * self.speed, self.span_s)

    def begin(self, span_s: float, now: float) -> None:
        """The span is known: start at 0, unless somebody paused meanwhile."""
        self.span_s = span_s
        self.seek(0.0, now)

    @property
    def paused(self) -> bool:
        """Say whether it was stopped by hand."""
        return self._since is None

    def toggle_pause(self, now: float) -> None:
        """Stop or go on; at the end, begin again."""
        ended = 0 < self.span_s <= self.position(now)
        if self._since is not None and not ended:
            self.pause(now)
        else:
            self._position_s, self._since = 0.0 if ended else self._position_s, now

    def pause(self, now: float) -> None:
        """Stop where it stands."""
        self._position_s, self._since = self.position(now), None

    def seek(self, position_s: float, now: float) -> None:
        """Go there; a replay that plays goes on playing."""
        self._position_s = min(max(position_s, 0.0), self.span_s)
        self._since = None if self._since is None else now

    def change_speed(self, factor: float, now: float) -> None:
        """Play faster or slower from here on, between 1x and 10,000x."""
        self.seek(self.position(now), now)
        self.speed = min(max(self.speed * factor, SLOWEST), FASTEST)


def neighbour(sorted_s: Sequence[float], at_s: float, direction: int) -> float | None:
    """The next value above `at_s` or, where `direction` is negative, below it; None where there is none."""
    apart_s = 1e-4
    if direction > 0:
        index = bisect_right(sorted_s, at_s + apart_s)
        return sorted_s[index] if index < len(sorted_s) else None
    index = bisect_left(sorted_s, at_s - apart_s) - 1
    return sorted_s[index] if index >= 0 else None


def stopwatch(seconds: float) -> str:
    """Give `02:14:00`; hours go on beyond a day."""
    whole = int(seconds)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"
