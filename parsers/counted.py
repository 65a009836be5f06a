"""Lines that a framework prints for each of its steps: a counter in front, named numbers behind it, one table each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from trainmon.events import (
    Counter,
    CounterScope,
    Ending,
    EndingKind,
    Event,
    Facts,
    GpuMemory,
    Line,
    Metrics,
    StageKind,
    StageMark,
)
from trainmon.parsers.base import LogFormat
from trainmon.parsers.epochs import EpochNames
from trainmon.parsers.numbers import NUMBER, number, size_bytes
from trainmon.parsers.pairs import is_eval_name, is_metric_name
from trainmon.parsers.printed_time import whole_time_s
from trainmon.patterns import pattern

_UNIT = r"(?P<unit>(?:ms|us|s|min|m|h|[GMK]i?B|%)(?![\w/]))?"
_VALUE = rf"(?:np\.\w{{1,10}}\()?(?P<value>{NUMBER})\)? ?{_UNIT}"
COLON = pattern(rf"(?P<name>[A-Za-z][^:|,=\n]{{0,80}}?) ?: *{_VALUE}", re.ASCII)
"""`lm loss: 1.2E+00`, `train_time:386ms`; names may hold blanks and brackets."""
EQUALS = pattern(rf"(?P<name>[A-Za-z][\w./@-]{{0,60}}) ?= ?{_VALUE}", re.ASCII)
"""`loss=9.4`, `MemAllocated=1.14GB`."""
BLANK = pattern(rf"(?P<name>[A-Za-z][\w./@-]{{0,40}}(?: loss| ppl)?) +{_VALUE}", re.ASCII)
"""`loss 9.4, time 85.26ms`."""
DASHED = pattern(rf"(?<= - )(?P<name>[A-Za-z][^:\n]{{0,120}}):{_VALUE}", re.ASCII)
"""` - actor/pg_loss:np.float64(0.1) - ...`; names may hold anything but a colon."""
_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "m": 60.0, "min": 60.0, "h": 3600.0}
_BYTES = frozenset({"GB", "GiB", "MB", "MiB", "G", "M"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedLine:
    """One kind of line of a format, as a table of what is where."""

    head: re.Pattern[str]
    """Matched at the start of the line. Groups that are read where present: `step`, `total`, `epoch`, `epochs`;
    `last` is the index of the last step, counted from 0."""
    pair: re.Pattern[str] = COLON
    """Finds `name`, `value` and `unit` behind the head."""
    kind: StageKind = StageKind.TRAIN
    """EVAL: the line reports an evaluation at that step, and moves no counter but where `moves` is set."""
    moves: bool = False
    scope: CounterScope = CounterScope.RUN
    unit: str = "step"
    from_zero: bool = False
    """The number printed is that of the step just done, counted from 0."""
    beside: bool = False
    """Another counter of the same steps may stand in the log, a bar with a total: that one leads."""
    step_time: tuple[str, float] | None = None
    """Name of the pair that holds the time of a step, and the seconds in its unit where none is printed."""
    elapsed: tuple[str, float] | None = None
    """The same for the run's own clock."""
    memory_used: tuple[str, str] | None = None
    """Name of the pair that holds GPU memory in use, and its unit where none is printed."""
    memory_peak: tuple[str, str] | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    """Other names for printed ones, where the printed one says nothing by itself."""
    hidden: frozenset[str] = frozenset()
    """Pairs that are no metrics: counters, settings."""
    needs: str = ""
    """A text that must stand behind the head."""


class CountedLines(LogFormat):
    """A format that is a table of `CountedLine`s, of phrases that state facts, and of phrases that mark moments."""

    lines: ClassVar[tuple[CountedLine, ...]] = ()
    facts: ClassVar[Mapping[str, re.Pattern[str]]] = {}
    """Per fact a pattern (full match) whose group 1 is its value."""
    marks: ClassVar[tuple[tuple[re.Pattern[str], StageMark], ...]] = ()
    """Patterns (full match) of lines that mark a stage; groups `step` and `seconds`, where present, are told of it."""
    endings: ClassVar[tuple[tuple[re.Pattern[str], EndingKind], ...]] = ()
    once: ClassVar[bool] = False
    """Several processes or loggers print the same line in a row: it counts once."""
    noise: ClassVar[tuple[re.Pattern[str], ...]] = ()
    """Lines of the format that say nothing (full match), and that others would misread."""

    def __init__(self) -> None:
        self._epochs = EpochNames()
        self._results: dict[str, float] = {}  # of evaluation, as last printed
        self._text = ""  # the counted line before
        self._told: tuple[float | None, int | None] = (None, None)  # the step told last, and by which rank

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the events of a line that one of the tables describes."""
        text = line.text.strip()
        for kind in self.lines:
            head = kind.head.match(text)
            if head is not None and kind.needs in text[head.end() :]:
                repeated, self._text = self.once and text == self._text, text
                if repeated:
                    return ()
                return list(self._counted(kind, head, text, line.rank))
        return self._phrase(text)

    def _phrase(self, text: str) -> Sequence[Event] | None:
        for name, words in self.facts.items():
            if (told := words.fullmatch(text)) is not None:
                value = number(told[1])
                return (Facts(values={name: value}),) if value is not None else ()
        for words, mark in self.marks:
            if (told := words.fullmatch(text)) is not None:
                step, seconds = (_group(told, name) for name in ("step", "seconds"))
                return (replace(mark, step=step, duration_s=seconds),)
        for words, ending in self.endings:
            if words.fullmatch(text) is not None:
                return (Ending(kind=ending, text=text[:200], took_s=whole_time_s(text)),)
        return () if any(words.fullmatch(text) for words in self.noise) else None

    def _counted(self, kind: CountedLine, head: re.Match[str], text: str, rank: int | None) -> Iterator[Event]:
        read, units = pairs_of(kind.pair, text, head.end())
        printed = _group(head, "step")
        done = None if printed is None else printed + 1 if kind.from_zero else printed
        memory = _memory(kind, read, units)
        if memory is not None:
            yield memory
        if self._told_by_another(done, rank):
            return
        epoch, total_epochs = self._epoch(head)
        if done is not None and (kind.moves or kind.kind is StageKind.TRAIN):
            yield Counter(
                current=done,
                total=_total(head),
                unit=kind.unit,
                scope=CounterScope.UNKNOWN if kind.beside else kind.scope,
                name=f"logged {kind.unit}" if kind.beside else kind.unit,
                kind=None if kind.beside else StageKind.TRAIN,
                epoch=epoch,
                total_epochs=total_epochs,
                elapsed_s=_in_seconds(kind.elapsed, read, units),
                elapsed_resolution_s=_resolution(kind.elapsed, units),
                step_time_s=_in_seconds(kind.step_time, read, units),
            )
        yield from self._values(kind, read, done if kind.kind is StageKind.TRAIN else printed)

    def _told_by_another(self, step: float | None, rank: int | None) -> bool:
        """Where every rank prints, the first to tell a step tells it for all."""
        told, by = self._told
        if step is not None and step == told and rank is not None and by is not None and rank != by:
            return True
        self._told = (step, rank) if step is not None else self._told
        return False

    def _values(self, kind: CountedLine, read: Mapping[str, float], step: float | None) -> Iterator[Event]:
        clocks = {one[0] for one in (kind.step_time, kind.elapsed, kind.memory_used, kind.memory_peak) if one}
        values = {
            kind.names.get(name, name): value
            for name, value in read.items()
            if name not in clocks and name not in kind.hidden and is_metric_name(name)
        }
        evaluated = {name: value for name, value in values.items() if kind.kind is StageKind.EVAL or is_eval_name(name)}
        trained = {name: value for name, value in values.items() if name not in evaluated}
        if trained:
            yield Metrics(values=trained, step=step)
        if trained:  # results repeated beside training values until there are new ones
            evaluated = {name: value for name, value in evaluated.items() if self._results.get(name) != value}
        if evaluated:
            self._results |= evaluated
            yield Metrics(values=evaluated, step=step, kind=StageKind.EVAL)

    def _epoch(self, head: re.Match[str]) -> tuple[float | None, float | None]:
        epoch, epochs = _group(head, "epoch"), _group(head, "epochs")
        if epoch is None:
            return None, None
        return self._epochs.number(epoch, epochs)


def pairs_of(pair: re.Pattern[str], text: str, start: int = 0) -> tuple[dict[str, float], dict[str, str]]:
    """Read the named numbers behind `start`, and their units where printed; the first of equal names wins."""
    read: dict[str, float] = {}
    units: dict[str, str] = {}
    for match in pair.finditer(text, start):
        name = (match["name"] or match["unit"] or "").strip()
        value = number(match["value"])
        if value is None or name in read or len(read) >= 400:
            continue
        read[name] = value
        if match["unit"]:
            units[name] = match["unit"]
    return read, units


def _group(head: re.Match[str], name: str) -> float | None:
    text = head[name] if name in head.re.groupindex else None
    return number(text) if text else None


def _total(head: re.Match[str]) -> float | None:
    last = _group(head, "last")
    return last + 1 if last is not None else _group(head, "total")


def _in_seconds(clock: tuple[str, float] | None, read: Mapping[str, float], units: Mapping[str, str]) -> float | None:
    value = read.get(clock[0]) if clock is not None else None
    if clock is None or value is None or not 0 <= value < 1e12:
        return None
    return value * _SECONDS.get(units.get(clock[0], ""), clock[1])


def _resolution(clock: tuple[str, float] | None, units: Mapping[str, str]) -> float:
    """A clock printed in milliseconds is exact to one, one of seconds to a second, one of minutes has one decimal."""
    scale = _SECONDS.get(units.get(clock[0], ""), clock[1]) if clock is not None else 1.0
    return scale if scale <= 1.0 else scale / 10.0


def _memory(kind: CountedLine, read: Mapping[str, float], units: Mapping[str, str]) -> GpuMemory | None:
    used, peak = (_size(entry, read, units) for entry in (kind.memory_used, kind.memory_peak))
    return GpuMemory(used_bytes=used, peak_bytes=peak) if used is not None or peak is not None else None


def _size(entry: tuple[str, str] | None, read: Mapping[str, float], units: Mapping[str, str]) -> float | None:
    value = read.get(entry[0]) if entry is not None else None
    if entry is None or value is None or not 0 <= value < 1e12:
        return None
    unit = units.get(entry[0], "")
    return size_bytes(f"{value:f}", unit if unit in _BYTES else entry[1])
