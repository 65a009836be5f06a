"""Compiled patterns of log lines that were read before: rows of the same shape become columns of numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import NamedTuple

from trainmon.events import Clock, Counter, Event, MetricRows, Metrics, StageKind

_MOST_PATTERNS = 16


class Part(Enum):
    """What a number of a line is to the events read from it."""

    VALUE = "value"
    """The value of a metric, as printed."""
    CURRENT = "current"
    """Where the counter stands; `plus` is 1 for counters from zero."""
    STEP = "step"
    """The step that a line without a counter states for its metrics."""
    EPOCH = "epoch"
    """The epoch that a line without a counter states for its metrics."""
    PACE = "pace"
    """Seconds per step, times `plus`."""
    RATE = "rate"
    """Steps per second."""
    FIXED = "fixed"
    """A total, an epoch: rows are alike only as long as it stays."""
    IGNORED = "ignored"
    """Clocks, percentages, rates: nothing that every row must tell."""
    LITERAL = "literal"
    """Part of the words."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One captured number of a row."""

    part: Part
    name: str = ""
    plus: float = 0.0


class Said(NamedTuple):
    """What a line says, if that is of the kind that rows can say: at most one counter, training metrics, a clock."""

    counter: Counter | None
    metrics: Metrics | None
    time_s: float | None
    others: tuple[Event, ...]


def said(events: Sequence[Event], time_s: float | None) -> Said | None:
    """Sort the events of a line; None if there is more in them than rows can say."""
    counter: Counter | None = None
    metrics: Metrics | None = None
    others: list[Event] = []
    for event in events:
        if isinstance(event, Counter) and counter is None and metrics is None:
            counter = event
        elif isinstance(event, Metrics) and metrics is None and event.kind is StageKind.TRAIN:
            metrics = event
        elif isinstance(event, Clock):
            time_s = event.time_s
        elif not isinstance(event, Counter | Metrics) and type(event).__name__ == "GpuMemory":
            others.append(event)
        else:
            return None
    if counter is None and metrics is None:
        return None
    return Said(counter, metrics, time_s, tuple(others))


class Columns(NamedTuple):
    """Rows that follow each other, as columns of numbers."""

    values: Mapping[str, Sequence[float]]
    currents: Sequence[float]
    steps: Sequence[float]
    epochs: Sequence[float]
    paces: Sequence[float]
    size: int

    def first(self, size: int) -> Columns:
        """Only the first rows."""
        cut = {name: column[:size] for name, column in self.values.items()}
        return Columns(cut, self.currents[:size], self.steps[:size], self.epochs[:size], self.paces[:size], size)


@dataclass(slots=True)
class Template:
    """One shape of a line: how its text looks, and which number of it is what."""

    pattern: bytes
    """One piece, without what ends it; a group for each slot."""
    slots: tuple[Slot, ...]
    base: Said
    """What the line says from which the template was learnt."""
    fixed: tuple[bytes, ...] = ()
    """The texts of the FIXED slots on the line read last."""
    _compiled: dict[bytes, re.Pattern[bytes]] = field(default_factory=dict)

    @property
    def rows(self) -> re.Pattern[bytes]:
        """The pattern of a row: what ends the piece before it, and the piece."""
        return self._compile(rb"[\r\n]", rb"(?=[\r\n])")

    def rows_before(self, behind: bytes) -> re.Pattern[bytes]:
        """The pattern of a line and its newline, where `behind` follows."""
        return self._compile(b"", rb"\r*\n(?=" + behind + b")")

    def _compile(self, before: bytes, after: bytes) -> re.Pattern[bytes]:
        found = self._compiled.get(after)
        if found is None:
            if len(self._compiled) > _MOST_PATTERNS:
                self._compiled.clear()
            found = self._compiled[after] = re.compile(before + self.pattern + after)
        return found

    @property
    def is_placed_by_bar(self) -> bool:
        """A dict that a bar beside it gives the step of."""
        return self.base.counter is None and self.base.metrics is not None and self.base.metrics.step is None

    def matches(self, raw: bytes) -> tuple[bytes, ...] | None:
        """The captured texts of one piece."""
        match = self.rows.match(b"\n" + raw + b"\n")
        return match.groups() if match is not None and match.end() == len(raw) + 1 else None

    def note(self, raw: bytes) -> bool:
        """A line of this shape was read in full: what is fixed is fixed to its texts. False if it does not match."""
        texts = self.matches(raw)
        if texts is None:
            return False
        self.fixed = tuple(text for text, slot in zip(texts, self.slots, strict=True) if slot.part is Part.FIXED)
        return True

    def columns(self, columns: Sequence[Sequence[bytes]], size: int, *, epochs_too: bool = True) -> Columns:
        """Turn `size` captured texts for each slot into numbers, as far as the fixed texts stay and no counter falls.

        Raises ValueError where a text is no number.
        """
        size = self._unchanged(columns, size)
        values: dict[str, Sequence[float]] = {}
        currents: Sequence[float] = ()
        steps: Sequence[float] = ()
        epochs: Sequence[float] = ()
        paces: Sequence[float] = ()
        for column, slot in zip(columns, self.slots, strict=False):
            if slot.part is Part.FIXED or (slot.part is Part.EPOCH and not epochs_too):
                continue
            numbers = list(map(float, column if size == len(column) else column[:size]))
            if slot.part is Part.VALUE:
                values[slot.name] = numbers
            elif slot.part is Part.CURRENT:
                currents = [number + slot.plus for number in numbers] if slot.plus else numbers
            elif slot.part is Part.STEP:
                steps = [number + slot.plus for number in numbers] if slot.plus else numbers
            elif slot.part is Part.EPOCH:
                epochs = numbers
            elif slot.part is Part.PACE:
                paces = [number * slot.plus for number in numbers]
            elif slot.part is Part.RATE:
                paces = [1.0 / number if number else math.inf for number in numbers]
        found = Columns(values, currents, steps, epochs, paces, size)
        steady = rising(currents)
        return found if steady >= size or not currents else found.first(steady)

    def _unchanged(self, columns: Sequence[Sequence[bytes]], size: int) -> int:
        wanted = iter(self.fixed)
        for column, slot in zip(columns, self.slots, strict=False):
            if slot.part is Part.FIXED:
                text = next(wanted, b"")
                if column.count(text) < size:
                    size = min(size, next((i for i, one in enumerate(column) if one != text), size))
        return size

    def agrees(self, columns: Columns, at: int, read: Said | None, like: Counter | None) -> bool:
        """Tell whether row `at` says what the parser read from it; `like` is the counter of a row before."""
        base = self.base
        if read is None or (read.counter is None) != (base.counter is None):
            return False
        if (read.metrics is None) != (base.metrics is None) or read.others != base.others:
            return False
        if read.counter is not None and like is not None:
            current = columns.currents[at] if columns.currents else like.current
            wanted = replace(
                like,
                current=current,
                elapsed_s=read.counter.elapsed_s,
                step_time_s=read.counter.step_time_s,
                pace_s=read.counter.pace_s,
            )
            if wanted != read.counter:
                return False
            pace = read.counter.step_time_s
            if columns.paces and (pace is None or abs(pace - columns.paces[at]) > 1e-9 * abs(pace)):
                return False
        return read.metrics is None or self._agree(columns, at, read.metrics, read.counter)

    def _agree(self, columns: Columns, at: int, read: Metrics, counter: Counter | None) -> bool:
        base = self.base.metrics
        assert base is not None
        wanted = {**base.values, **{name: column[at] for name, column in columns.values.items()}}
        if wanted != read.values or list(wanted) != list(read.values) or read.in_bar != base.in_bar:
            return False
        if columns.steps:
            return read.step == columns.steps[at]
        if base.step is None or counter is None:
            return read.step == base.step
        return read.step == counter.current

    def event(self, columns: Columns, counter: Counter | None, *, beside: Sequence[float] = ()) -> MetricRows:
        """The rows as one event; `counter` is that of a row behind them, or of a bar that stood at `beside`."""
        base = self.base.metrics
        values = base.values if base is not None else {}
        constants = {name: [value] * columns.size for name, value in values.items() if name not in columns.values}
        stated: Sequence[float | None] = columns.steps
        if not stated and base is not None and base.step is not None:
            stated = columns.currents
        return MetricRows(
            columns={**columns.values, **constants},
            steps=stated or [None] * columns.size,
            epochs=columns.epochs or [None] * columns.size,
            counter=counter,
            currents=beside or columns.currents,
            in_bar=base is not None and base.in_bar,
            step_times_s=columns.paces,
        )


def rising(numbers: Sequence[float]) -> int:
    """How many of the first numbers do not fall."""
    if not numbers or sorted(numbers) == numbers:
        return len(numbers)
    return next((i for i in range(1, len(numbers)) if numbers[i] < numbers[i - 1]), len(numbers))
