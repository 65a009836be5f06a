"""Lines printed every few batches of an epoch: counters in front, `name current (mean)` behind; also of evaluations.

What every such line shares with one printed per step of the whole run stands in `counted`; here is what epochs add.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple

from trainmon.events import (
    AttemptMark,
    Counter,
    CounterScope,
    Ending,
    EndingKind,
    Event,
    GpuMemory,
    Line,
    Metrics,
    StageKind,
    StageMark,
)
from trainmon.parsers.counted import CountedLine, CountedLines
from trainmon.parsers.epochs import EpochNames, StepNumbers
from trainmon.parsers.numbers import NUMBER, duration_s, number, size_bytes
from trainmon.parsers.pairs import is_eval_name, is_metric_name, read_pairs
from trainmon.patterns import pattern

METER = pattern(
    rf"""(?<![\w./@-])(?P<name>[A-Za-z][\w./@()-]{{0,60}}(?:\ [A-Za-z@][\w./@()-]{{0,30}}){{0,3}})
    (?:\s*[:=]\s*|\s+)[\[(]?(?P<value>{NUMBER})(?P<unit>\ ?(?:%|[GMK]i?[Bb]|m?s)|[A-Za-z]{{1,8}})?(?![\w:/]|\.\d)
    \]?(?:\s*\(\s*(?P<mean>{NUMBER})[a-z]{{0,3}}(?=[,)]))?""",
    re.ASCII | re.VERBOSE,
)
"""`Loss 0.5 (0.7)`, `loss: 5.0 (5.2)`, `Time: 1.462s, ...`, `lr=0.1`; a clock or a fraction is no value."""
_NO_TIME_LEFT = pattern(r"(?i)\beta[:=]? {0,3}0?0:00:00\b", re.ASCII)
_TIME_LEFT = pattern(r"\beta: (?:(\d{1,4}) days?, )?(\d{1,3}):(\d\d):(\d\d)\b", re.ASCII)
_NO_TIME = Ending(kind=EndingKind.FINISHED, text="eta: 0:00:00")
_TRUSTED = 0.1
"""A window's mean from two running means is used if their rounding blurs it by no more than this share."""
_SECONDS = {"ms": 1e-3, "us": 1e-6}


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLine(CountedLine):
    """One kind of line printed every few batches, as a table of what is where."""

    pair: re.Pattern[str] = METER
    scope: CounterScope = CounterScope.EPOCH
    unit: str = "iteration"
    learns_zero: bool = False
    """Versions differ in whether they print the index of a batch or the number done: an index 0 tells."""
    total_is_index: bool = False
    """The total printed is the index of the last batch."""
    eta_ends: bool = False
    """The lines count down to the end of the run; it is over with `eta: 0:00:00`, and nothing else says so."""
    reports_at_end: bool = False
    """EVAL: the running means of the last batch are the results."""
    clock: str = ""
    """Name of the pair with the seconds since the epoch (for RUN, the run) began; a group `elapsed` says the same."""


class _Read(NamedTuple):
    """The named numbers behind a head."""

    values: dict[str, float]
    means: dict[str, float]
    units: dict[str, str]


class BatchLines(CountedLines):
    """A format that is a table of `BatchLine`s; the tables of `CountedLines` say the rest."""

    results: ClassVar[tuple[re.Pattern[str], ...]] = ()
    """Patterns (match at the start) of lines that hold results of an evaluation; group `values` narrows them."""
    epochs_over: ClassVar[tuple[re.Pattern[str], ...]] = ()
    """Patterns (match at the start) of lines that say that an epoch is over: groups `epoch`, `epochs`, `took`."""
    starts: ClassVar[tuple[re.Pattern[str], ...]] = ()
    """Patterns (match at the start) of lines that only the start of a training prints."""
    epoch_base: ClassVar[int | None] = None
    """The number that the first epoch bears; None where versions differ."""

    def __init__(self) -> None:
        super().__init__()
        self._epochs = EpochNames()
        self._steps: dict[str, StepNumbers] = {}
        self._means: dict[str, tuple[float, float]] = {}
        self._trained: set[str] = set()
        self._last: Counter | None = None
        self._every = 0.0
        self._over = False
        self._evaluations = 0.0
        self._evaluating = False

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the events of a line that one of the tables describes."""
        text = line.text.strip()
        for kind in self.lines:
            head = kind.head.match(text)
            if head is not None and isinstance(kind, BatchLine) and kind.needs in text[head.end() :]:
                events: Sequence[Event] = list(self._batch(kind, head, text))
                return events if kind.kind is StageKind.TRAIN else [*self._rest_of_epoch(), *events]
        told = self._message(text)
        return [*self._rest_of_epoch(), *told] if told else told

    def _rest_of_epoch(self) -> Iterator[Event]:
        """An epoch's last batches may be fewer than go into a line; what comes after them says that they are done."""
        last, every = self._last, self._every
        self._last = None
        if last is not None and last.total is not None and 0 < last.total - last.current < every:
            yield replace(last, current=last.total, elapsed_s=None, step_time_s=None, remaining_s=None)
            if self._over:
                yield _NO_TIME

    def _message(self, text: str) -> Sequence[Event] | None:
        for words in self.epochs_over:
            if (told := words.match(text)) is not None:
                return list(self._epoch_over(told))
        for words in self.results:
            if (told := words.match(text)) is not None:
                return self.evaluated(read_pairs(told["values"] if "values" in words.groupindex else text))
        if any(words.match(text) for words in self.starts):
            return (*(self._phrase(text) or ()), AttemptMark(text=text[:200]))
        return self._phrase(text)

    def evaluated(self, values: Mapping[str, float]) -> Sequence[Event]:
        """Give the results of an evaluation; a name that training lines bear too says that it is one."""
        named = {
            f"val_{name}"
            if name in self._trained or (name.lower() == "loss" and not is_eval_name(name))
            else name: value
            for name, value in values.items()
        }
        return (Metrics(values=named, kind=StageKind.EVAL),) if named else ()

    def _epoch_over(self, told: re.Match[str]) -> Iterator[Event]:
        epoch, total = self.epoch_of(group(told, "epoch"), group(told, "epochs"))
        took = told["took"] if "took" in told.re.groupindex else None
        if epoch is not None:
            yield Counter(
                current=epoch, total=total, unit="epoch", scope=CounterScope.EPOCHS, name="epoch", epoch=epoch,
                total_epochs=total, step_time_s=duration_s(took) if took else None,
            )  # fmt: skip

    def epoch_of(self, printed: float | None, total: float | None) -> tuple[float | None, float | None]:
        """Give the epoch under way from 1, and the number of epochs."""
        if printed is None:
            return None, total
        if self.epoch_base is None:
            return self._epochs.number(printed, total)
        return printed + 1 - self.epoch_base, total

    def _batch(self, kind: BatchLine, head: re.Match[str], text: str) -> Iterator[Event]:
        read = _meters(kind.pair, text, head.end())
        epoch, total_epochs = self.epoch_of(group(head, "epoch"), group(head, "epochs"))
        if kind.kind is not StageKind.TRAIN and epoch is None:
            epoch = self._evaluation()
        self._evaluating = kind.kind is not StageKind.TRAIN
        counter = self._counter_of(kind, head, read, epoch, total_epochs)
        counter = replace(counter, remaining_s=_left_s(text)) if kind.eta_ends else counter
        yield counter
        if kind.kind is StageKind.TRAIN and kind.scope is CounterScope.EPOCH:
            self._note(counter)
        trained = kind.kind is StageKind.TRAIN
        at_end = counter.total is not None and counter.current >= counter.total
        if trained or (kind.reports_at_end and at_end):
            yield from self._reported(kind, read, counter)
        memory = _memory(kind, read)
        if memory is not None:
            yield memory
        nearly = counter.total is None or counter.current >= 0.5 * counter.total
        self._over = kind.eta_ends and nearly and _NO_TIME_LEFT.search(text) is not None
        if self._over:
            yield _NO_TIME

    def _note(self, counter: Counter) -> None:
        if self._last is not None and counter.epoch == self._last.epoch and counter.current > self._last.current:
            self._every = counter.current - self._last.current
        self._last = counter

    def _evaluation(self) -> float:
        """Number the evaluations, so that two that print nothing but their last batch are told apart."""
        self._evaluations += 0 if self._evaluating else 1
        return self._evaluations

    def _counter_of(
        self, kind: BatchLine, head: re.Match[str], read: _Read, epoch: float | None, total_epochs: float | None
    ) -> Counter:
        total = group(head, "total")
        total = total + 1 if total is not None and kind.total_is_index else total
        printed = group(head, "step") or 0.0
        name = kind.unit if kind.kind is StageKind.TRAIN else "evaluation"
        if kind.learns_zero:
            done = self._steps.setdefault(name, StepNumbers()).done(printed, total)
        else:
            done = printed + 1 if kind.from_zero else printed
        elapsed = read.values.get(kind.clock) if kind.clock else group(head, "elapsed")
        return Counter(
            current=done,
            total=total,
            unit=kind.unit,
            scope=kind.scope,
            name=name,
            kind=kind.kind,
            epoch=epoch,
            total_epochs=total_epochs,
            elapsed_s=elapsed if elapsed is not None and 0 <= elapsed < 1e9 else None,
            step_time_s=self._step_time(kind, read, name, done),
        )

    def _step_time(self, kind: BatchLine, read: _Read, name: str, done: float) -> float | None:
        """Of the batches since the line before where two running means tell it, else of the last batch."""
        if kind.step_time is None or (value := read.values.get(kind.step_time[0])) is None:
            return None
        scale = _SECONDS.get(read.units.get(kind.step_time[0], ""), kind.step_time[1])
        mean = read.means.get(kind.step_time[0])
        if mean is None:
            return value * scale if 0 <= value < 1e9 else None
        before = self._means.get(name)
        self._means[name] = (done, mean)
        if before is not None and done > before[0]:
            steps, blur = done - before[0], 5e-4 * (done + before[0])
            window = (mean * done - before[1] * before[0]) / steps
            value = window if window > 0 and blur <= _TRUSTED * mean * steps else value
        return value * scale if 0 <= value < 1e9 else None

    def _reported(self, kind: BatchLine, read: _Read, counter: Counter) -> Iterator[Event]:
        values = _metric_values(kind, {**read.values, **read.means} if kind.kind is StageKind.EVAL else read.values)
        step = counter.current if kind.scope is CounterScope.RUN else None
        evaluated = {k: v for k, v in values.items() if kind.kind is StageKind.EVAL or is_eval_name(k)}
        trained = {k: v for k, v in values.items() if k not in evaluated}
        if trained:
            self._trained.update(trained)
            yield Metrics(values=trained, step=step)
        if evaluated:
            yield from self.evaluated(evaluated)


def group(match: re.Match[str], name: str) -> float | None:
    """The number in a named group, None where the pattern has no such group or it took no part."""
    text = match[name] if name in match.re.groupindex else None
    return number(text) if text else None


def _left_s(text: str) -> float | None:
    """The `eta:` of a line that counts down to the end of the run."""
    told = _TIME_LEFT.search(text)
    if told is None:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in told.groups())
    return float(((days * 24 + hours) * 60 + minutes) * 60 + seconds)


def _meters(pair: re.Pattern[str], text: str, start: int) -> _Read:
    read = _Read({}, {}, {})
    for match in pair.finditer(text, start):
        name, value = match["name"].strip(), number(match["value"])
        if value is None or name in read.values or len(read.values) >= 400:
            continue
        read.values[name] = value
        if match["unit"]:
            read.units[name] = match["unit"].strip()
        if "mean" in pair.groupindex and match["mean"] and (mean := number(match["mean"])) is not None:
            read.means[name] = mean
    return read


def _metric_values(kind: BatchLine, values: Mapping[str, float]) -> dict[str, float]:
    taken = {one[0] for one in (kind.step_time, kind.memory_used, kind.memory_peak) if one} | {kind.clock}
    return {
        kind.names.get(name, name): value
        for name, value in values.items()
        if name not in taken and name not in kind.hidden and is_metric_name(name)
    }


def _memory(kind: BatchLine, read: _Read) -> GpuMemory | None:
    found: list[float | None] = []
    for entry in (kind.memory_used, kind.memory_peak):
        value = read.values.get(entry[0]) if entry is not None else None
        unit = read.units.get(entry[0], "").upper() if entry is not None else ""
        plausible = entry is not None and value is not None and 0 < value < 1e12
        found.append(_size(value, unit, entry[1]) if plausible and entry is not None and value is not None else None)
    return GpuMemory(used_bytes=found[0], peak_bytes=found[1]) if any(found) else None


def _size(value: float, unit: str, default: str) -> float | None:
    return size_bytes(f"{value:f}", unit if unit[:1] in ("M", "G", "K") else default)


CHECKPOINT = StageMark(kind=StageKind.CHECKPOINT, name="checkpoint")
