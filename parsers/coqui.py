"""Coqui TTS and its Trainer: `trainer/logging/console_logger.py`; a step line, then one line for each value.

The same `| >` lines list settings and layers, so they are values only below a step or a summary.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from trainmon.events import Counter, CounterScope, Event, Line, Metrics, StageKind, StageMark
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.epochs import StepNumbers
from trainmon.parsers.numbers import NUMBER, number
from trainmon.parsers.pairs import is_metric_name
from trainmon.patterns import pattern

_EPOCH = pattern(r"> EPOCH: (?P<epoch>\d{1,9})/(?P<epochs>\d{1,9})", re.ASCII)
_STEP = pattern(
    r"--> (?:TIME: [\d :.-]{8,40} -- )?STEP: (?P<n>\d{1,12})(?:/(?P<total>\d{1,12}))?(?: -- GLOBAL_STEP: \d{1,15})?",
    re.ASCII,
)
_SUMMARY = pattern(r"--> (?P<what>EVAL|TRAIN|TEST) PERFORMA(?:N)?CE?E?(?: -- .*)?", re.ASCII)
_VALUE = pattern(
    rf"\| > (?P<name>\w{{1,60}}): ?(?P<value>{NUMBER})(?:\s+\((?P<mean>[-+\d.e]{{1,24}}|nan)\))?", re.ASCII
)


class Coqui(LogFormat):
    """Reads epochs, steps and the values below them; GLOBAL_STEP goes on from the checkpoint, so it counts nothing."""

    name: ClassVar[str] = "coqui"
    title: ClassVar[str] = "Coqui TTS Trainer"
    priority: ClassVar[int] = 30
    needles: ClassVar[tuple[str, ...]] = ("> EPOCH: ", "--> ", "| > ", "> EVALUATION", "> BEST MODEL", "> CHECKPOINT")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(" > EPOCH: 171/1000", "a public log"),
        Sample("   --> STEP: 24/36 -- GLOBAL_STEP: 1000025", "a public log"),
        Sample("     | > loss_1: 26.92974  (35.54205)", "a public log"),
        Sample(" > EVALUATION ", "Coqui Trainer"),
        Sample("   --> STEP: 0", "Coqui Trainer"),
        Sample("  --> EVAL PERFORMANCE", "Coqui Trainer"),
        Sample("     | > avg_loss: 27.11021 (+0.00000)", "Coqui Trainer"),
        Sample(" > BEST MODEL : run/best_model_1000036.pth", "Coqui Trainer"),
    )

    def __init__(self) -> None:
        self.holding = False
        self._steps = StepNumbers()
        self._epoch: tuple[float | None, float | None] = (None, None)
        self._at: Counter | None = None
        self._kind = StageKind.TRAIN
        self._values = False

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the counter of a step, or the value below one."""
        text = line.text.strip()
        value = _VALUE.fullmatch(text)
        if value is not None:
            return self._value(value) if self._values else None
        self._values = self.holding = False
        epoch = _EPOCH.fullmatch(text)
        if epoch is not None:
            self._epoch, self._kind = (float(epoch["epoch"]) + 1, number(epoch["epochs"])), StageKind.TRAIN
            return ()
        step = _STEP.fullmatch(text)
        if step is not None:
            return self._step(step)
        summary = _SUMMARY.fullmatch(text)
        if summary is not None:
            return self._summary(summary["what"])
        if text == "> EVALUATION":
            self._kind = StageKind.EVAL
            return (*self._whole_epoch(), StageMark(kind=StageKind.EVAL, name="evaluation"))
        if text.startswith(("> BEST MODEL : ", "> CHECKPOINT : ")):
            return (StageMark(kind=StageKind.CHECKPOINT, name="checkpoint"),)
        return None

    def _step(self, match: re.Match[str]) -> Sequence[Event]:
        if self._kind is not StageKind.TRAIN or match["total"] is None:
            return ()
        self._values = self.holding = True
        total = float(match["total"])
        self._at = self._counter(self._steps.done(float(match["n"]), total), total)
        return (self._at,)

    def _counter(self, done: float, total: float | None) -> Counter:
        return Counter(
            current=done, total=total, unit="step", scope=CounterScope.EPOCH, name="step", kind=StageKind.TRAIN,
            epoch=self._epoch[0], total_epochs=self._epoch[1],
        )  # fmt: skip

    def _summary(self, what: str) -> Sequence[Event]:
        if what == "EVAL":
            self._kind, self._values, self.holding = StageKind.EVAL, True, True
            return ()
        return self._whole_epoch() if what == "TRAIN" else ()

    def _whole_epoch(self) -> Sequence[Event]:
        """Steps are printed now and then; an evaluation follows the last."""
        at, self._at = self._at, None
        return (self._counter(at.total, at.total),) if at is not None and at.total else ()

    def _value(self, match: re.Match[str]) -> Sequence[Event]:
        name, value = match["name"], number(match["value"])
        if name == "step_time" and self._at is not None and self._kind is StageKind.TRAIN:
            return (replace(self._at, step_time_s=value),)
        if value is None or not is_metric_name(name):
            return ()
        if self._kind is StageKind.EVAL:
            return (Metrics(values={f"eval_{name}": value}, kind=StageKind.EVAL),)
        return (Metrics(values={name: value}),)
