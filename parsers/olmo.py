"""OLMo: a block per logged step, a head with the counter and `name=value` lines below it.

Format strings: `olmo/train.py` (`log_metrics_to_console`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar

from trainmon.events import (
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
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.epochs import EpochNames
from trainmon.parsers.numbers import NUMBER, number
from trainmon.parsers.pairs import is_eval_name
from trainmon.patterns import pattern

_LOGGER = r"(?:[\w.-]{1,80}:\d{1,6}\t)?(?:olmo[\w.]{0,60}:\d{1,6}\t)?(?:[A-Z]{4,8}\t)?"
_STEP = pattern(
    rf"{_LOGGER}\[step=(?P<step>\d[\d,]{{0,15}})(?:/(?P<total>\d[\d,]{{0,15}}))?(?:,epoch=(?P<epoch>\d{{1,6}}))?"
    r"(?:,eta=[^\]]{1,40})?\]"
)
_EVAL_STEP = pattern(rf"{_LOGGER}\[eval_step=(?P<step>\d{{1,9}})/(?P<total>\d{{1,9}})\]")
_EVAL = pattern(rf"{_LOGGER}Running evaluation for '(?P<name>[^']{{1,80}})'\.{{3}}")
_SAVED = pattern(rf"{_LOGGER}(?:Checkpoint saved to|Saving checkpoint)\b.*")
_DONE = pattern(rf"{_LOGGER}Training complete\.?")
_VALUE = pattern(rf"\s{{2,12}}(?P<name>\S[^=]{{0,120}})=(?P<value>{NUMBER})\s*")
_MIB = 1024.0**2
_MEMORY = "System/Peak GPU Memory (MB)"


class Olmo(LogFormat):
    """Reads blocks: the lines below a head belong to its step."""

    name: ClassVar[str] = "olmo"
    title: ClassVar[str] = "OLMo"
    priority: ClassVar[int] = 18
    needles: ClassVar[tuple[str, ...]] = (
        "[step=",
        "[eval_step=",
        "Running evaluation for",
        "heckpoint",
        "Training complete",
    )
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("clean-soul-smiles-fin-03:0\tolmo.train:979\tINFO\t[step=5966/10000,epoch=0]", "a public log"),
        Sample("    optim/total_grad_norm=0.2425", "a public log"),
        Sample("    train/CrossEntropyLoss=3.163", "a public log"),
        Sample("    throughput/total_tokens=12,511,608,832", "a public log"),
    )

    def __init__(self) -> None:
        self._step: float | None = None
        self._epochs = EpochNames()  # OLMo counts epochs from 0, OLMo-core from 1

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the events of a head, or of a line below one."""
        if self.holding:
            value = _VALUE.fullmatch(line.text)
            if value is not None:
                return list(self._value(value["name"], number(value["value"])))
            self.holding = False
        text = line.text.strip()
        if (head := _STEP.fullmatch(text)) is not None:
            return self._head(head)
        if (evaluated := _EVAL_STEP.fullmatch(text)) is not None:
            current, total = number(evaluated["step"]), number(evaluated["total"])
            return (Counter(current=current or 0.0, total=total, name="evaluation", kind=StageKind.EVAL),)
        if _EVAL.fullmatch(text) is not None:
            return (StageMark(kind=StageKind.EVAL, name="evaluation"),)
        if _DONE.fullmatch(text) is not None:
            return (Ending(kind=EndingKind.FINISHED, text="Training complete"),)
        if _SAVED.fullmatch(text) is not None and "olmo" in text:
            return (StageMark(kind=StageKind.CHECKPOINT, name="checkpoint"),)
        return None

    def _head(self, head: re.Match[str]) -> Sequence[Event]:
        self.holding = True
        self._step = number(head["step"])
        epoch, _ = self._epochs.number(number(head["epoch"]) if head["epoch"] else None, None)
        return (
            Counter(
                current=self._step or 0.0,
                total=number(head["total"]) if head["total"] else None,
                scope=CounterScope.RUN,
                name="step",
                kind=StageKind.TRAIN,
                epoch=epoch,
            ),
        )

    def _value(self, name: str, value: float | None) -> Iterator[Event]:
        if value is None:
            return
        if name == _MEMORY:
            yield GpuMemory(peak_bytes=value * _MIB)
            return
        yield Metrics(
            values={name: value}, step=self._step, kind=StageKind.EVAL if is_eval_name(name) else StageKind.TRAIN
        )
