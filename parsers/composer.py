"""MosaicML Composer's console logger: a head with the progress, then a line per value.

Format string: `composer/loggers/console_logger.py`: `[epoch={e}][batch={b}/{B}]` where epochs bound the run, else
`[{unit}={n}/{N}]` of the whole run; `\\t Train {name}: {value}`; `[Eval batch={b}/{B}] Eval on {label} data`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from trainmon.events import Counter, CounterScope, Event, Line, Metrics, StageKind
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.epochs import EpochNames
from trainmon.parsers.numbers import NUMBER, number
from trainmon.parsers.pairs import is_metric_name
from trainmon.patterns import pattern

_HEAD = pattern(
    r"(?:\[epoch=(?P<epoch>\d{1,9})(?:/(?P<epochs>\d{1,9}))?\])?"
    r"\[(?P<unit>batch|sample|token|iteration|second)=(?P<n>\d{1,18})(?:/(?P<total>\d{1,18}))?\]:?\s*"
)
_EVAL = pattern(r"\[Eval (?:batch|sample)=(\d{1,15})/(\d{1,15})\] Eval on (.{1,80}?) data\s*:?\s*")
_VALUE = pattern(rf"\s+(Train|Eval) ([\w./-][\w ./-]{{0,120}}): ({NUMBER})\s*")
_PLACES = ("trainer/", "epoch", "time/", "wall_clock/")
_CLOCK = "wall_clock/total"


class Composer(LogFormat):
    """Reads heads as counters and remembers the step for the values under them."""

    name: ClassVar[str] = "composer"
    title: ClassVar[str] = "MosaicML Composer, LLM Foundry"
    priority: ClassVar[int] = 15
    needles: ClassVar[tuple[str, ...]] = (
        "[batch=", "[sample=", "[token=", "[iteration=", "[second=", "[Eval ", " Train ", " Eval ",
    )  # fmt: skip
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("[batch=1/3]:", "composer 0.12"),
        Sample("\t Train trainer/global_step: 0", "composer 0.12"),
        Sample("\t Train loss/train/total: 12.0570", "composer 0.12"),
        Sample("\t Train wall_clock/total: 19.8653", "composer 0.12"),
        Sample("[Eval batch=33/320] Eval on eval data", "composer 0.12"),
        Sample("\t Eval metrics/eval/LanguageCrossEntropy: 11.9", "composer 0.12"),
        Sample("[epoch=1][batch=1/100]:", "composer"),
    )

    def __init__(self) -> None:
        self._epochs = EpochNames()
        self._counter: Counter | None = None

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the counter of a head, the value of a line under one."""
        text = line.text
        head = _HEAD.fullmatch(text.strip())
        if head is not None:
            self._counter = self._head(head)
            return (self._counter,)
        evaluated = _EVAL.fullmatch(text.strip())
        if evaluated is not None:
            done, total = float(evaluated[1]), float(evaluated[2])
            return (
                Counter(
                    current=done, total=total, unit="batch", name=f"evaluation {evaluated[3]}", kind=StageKind.EVAL
                ),
            )
        value = _VALUE.fullmatch(text) if self._counter is not None else None
        return self._value(value[1], value[2], number(value[3])) if value is not None else None

    def _head(self, head: re.Match[str]) -> Counter:
        printed, epochs = head["epoch"], head["epochs"]
        epoch, total_epochs = self._epochs.number(
            float(printed) if printed else None, float(epochs) if epochs else None
        )
        return Counter(
            current=float(head["n"]),
            total=float(head["total"]) if head["total"] else None,
            unit=head["unit"],
            scope=CounterScope.EPOCH if printed else CounterScope.RUN,
            name="training",
            kind=StageKind.TRAIN,
            epoch=epoch,
            total_epochs=total_epochs,
        )

    def _value(self, prefix: str, name: str, value: float | None) -> Sequence[Event] | None:
        counter = self._counter
        if value is None or counter is None:
            return ()
        if name == _CLOCK:
            return (_at(counter, value),)
        if name.startswith(_PLACES) or not is_metric_name(name):
            return ()
        return (Metrics(values={name: value}, kind=StageKind.EVAL if prefix == "Eval" else StageKind.TRAIN),)


def _at(counter: Counter, elapsed_s: float) -> Counter:
    """The same place with the clock that a value beneath it states."""
    return Counter(
        current=counter.current,
        total=counter.total,
        unit=counter.unit,
        scope=counter.scope,
        name=counter.name,
        kind=counter.kind,
        epoch=counter.epoch,
        total_epochs=counter.total_epochs,
        elapsed_s=elapsed_s,
        elapsed_resolution_s=1e-3,
    )
