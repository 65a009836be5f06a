"""Paddle's high-level API: `paddle/hapi/progressbar.py`, `callbacks.py` (ProgBarLogger).

Like Keras, but a line begins with `step`; `Epoch 1/10` above the lines is Keras' too, and read there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar

from trainmon.events import Counter, CounterScope, Event, Line, Metrics, StageKind, StageMark
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.numbers import NUMBER, number
from trainmon.parsers.pairs import is_metric_name
from trainmon.patterns import pattern

_STEP = pattern(
    r"\s*step\s+(?P<n>\d{1,12})(?:/(?P<total>\d{1,12}))?(?:\s\[[=>.]{3,100}\])?(?P<rest>(?: - .*)?)", re.ASCII
)
_VALUE = pattern(rf" - (?P<name>[^:]{{1,80}}): (?P<value>{NUMBER})(?= - |\s*$)", re.ASCII)
_PER_STEP = pattern(r" - (?P<value>\d{1,9}(?:\.\d+)?)(?P<unit>us|ms|s)/step", re.ASCII)
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}


class PaddleHapi(LogFormat):
    """Reads step lines; below `Eval begin...` they are an evaluation."""

    name: ClassVar[str] = "paddle-hapi"
    title: ClassVar[str] = "Paddle high-level API (paddle.Model)"
    priority: ClassVar[int] = 30
    needles: ClassVar[tuple[str, ...]] = (
        "/step",
        "Eval begin",
        "Eval samples: ",
        "Predict begin",
        "save checkpoint at ",
    )
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("step 390/614 - loss: 0.1580 - AUROC_Atelectasis: 0.7288 - 3s/step", "a public log, shortened"),
        Sample("save checkpoint at run/0", "Paddle"),
        Sample("Eval begin...", "a public log"),
        Sample("step 88/88 - loss: 0.1420 - AUROC_Atelectasis: 0.7301 - 2s/step", "a public log, shortened"),
        Sample("Eval samples: 5600", "a public log"),
    )

    def __init__(self) -> None:
        self._kind = StageKind.TRAIN

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the counter and the values of a step line."""
        text = line.text.rstrip()
        bare = text.strip()
        if bare.startswith(("Eval begin", "Predict begin")):
            self._kind = StageKind.EVAL
            return (StageMark(kind=StageKind.EVAL, name="evaluation", phase="begin"),)
        if bare.startswith("Eval samples: "):
            self._kind = StageKind.TRAIN
            return (StageMark(kind=StageKind.EVAL, name="evaluation", phase="end"),)
        if bare.startswith("save checkpoint at "):
            return (StageMark(kind=StageKind.CHECKPOINT, name="checkpoint"),)
        match = _STEP.fullmatch(text) if "/step" in text else None
        return list(self._step(match)) if match is not None else None

    def _step(self, match: re.Match[str]) -> Iterator[Event]:
        rest, trains = match["rest"], self._kind is StageKind.TRAIN
        done, total = float(match["n"]), number(match["total"] or "")
        per = _PER_STEP.search(rest)
        yield Counter(
            current=done, total=total, unit="step", scope=CounterScope.EPOCH if trains else CounterScope.UNKNOWN,
            name="step" if trains else "evaluation", kind=self._kind,
            step_time_s=float(per["value"]) * _SECONDS[per["unit"]] if per is not None else None,
        )  # fmt: skip
        values = {
            pair["name"].strip(): value
            for pair in _VALUE.finditer(rest)
            if is_metric_name(pair["name"].strip()) and (value := number(pair["value"])) is not None
        }
        if values and trains:
            yield Metrics(values=values)
        elif values and done == total:
            yield Metrics(values={f"eval_{name}": value for name, value in values.items()}, kind=StageKind.EVAL)
