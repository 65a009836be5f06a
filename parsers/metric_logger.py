"""The MetricLogger that DETR, torchvision's references, MAE, DINO, LAVIS and many others copied from each other.

Format string: `detr/util/misc.py` (MetricLogger.log_every); the index is that of the batch just done, the value a
median over a window, and the mean of the epoch stands in parentheses.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from trainmon.events import CounterScope, EndingKind, Event, Line, StageKind
from trainmon.parsers.base import Sample
from trainmon.parsers.batches import BatchLine, BatchLines
from trainmon.parsers.pairs import read_pairs
from trainmon.patterns import pattern

_PLACE = r"(?:\[(?P<epoch>\d{1,9})(?:/(?P<epochs>\d{1,9}))?\])?\s*\[\s*(?P<step>\d{1,12})/(?P<total>\d{1,12})\]\s+eta: "
_EVAL = r"(?:Test|Evaluation|Eval|Val|Validation|test|val|eval)\w*\b[^\[\]]{0,40}?"


class MetricLogger(BatchLines):
    """Reads the lines of `log_every`; which are an evaluation is told by their header."""

    name: ClassVar[str] = "metric-logger"
    title: ClassVar[str] = "MetricLogger (DETR, torchvision references, MAE, DINO, LAVIS)"
    priority: ClassVar[int] = 30
    needles: ClassVar[tuple[str, ...]] = (
        "]  eta: ",
        "] eta: ",
        "Total time: ",
        "Averaged stats:",
        "raining time ",
        "Acc@1 ",
    )
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Epoch: [0]  [ 780/4572]  eta: 0:07:26    time: 0.1176  data: 0.1045  max mem: 19774", "a public log"),
        Sample(
            "Epoch: [0]  [   0/1251]  eta: 1:02:11  lr: 0.000100  loss: 33.9012 (39.5018)  time: 2.9830  data: 1.9021"
            "  max mem: 9012",
            "DETR, from its format string",
        ),
        Sample("Epoch: [0] Total time: 0:09:01 (0.1184 s / it)", "a public log"),
        Sample(
            "Averaged stats: lr: 0.000100  class_error: 80.12  loss: 33.9012 (39.5018)", "DETR, from its format string"
        ),
        Sample("Test:  Acc@1 69.758 Acc@5 89.078", "torchvision references"),
        Sample("Evaluation  [2006/2007]  eta: 0:00:04    time: 6.2983  data: 0.0942  max mem: 17334", "a public log"),
        Sample("Evaluation Total time: 2:41:41 (4.8339 s / it)", "a public log"),
        Sample("Training time 0:37:36", "a public log"),
    )
    lines: ClassVar[tuple[BatchLine, ...]] = (
        BatchLine(
            head=pattern(_EVAL + _PLACE, re.ASCII),
            kind=StageKind.EVAL,
            scope=CounterScope.UNKNOWN,
            from_zero=True,
            hidden=frozenset({"eta", "data"}),
            step_time=("time", 1.0),
            memory_peak=("max mem", "M"),
        ),
        BatchLine(
            head=pattern(r"[A-Za-z][^\[\]]{0,60}?" + _PLACE, re.ASCII),
            from_zero=True,
            step_time=("time", 1.0),
            memory_peak=("max mem", "M"),
            hidden=frozenset({"eta", "data"}),
        ),
    )
    results: ClassVar[tuple[re.Pattern[str], ...]] = (pattern(r"Test: {1,3}(?P<values>Acc@1 .*)"),)
    endings: ClassVar[tuple[tuple[re.Pattern[str], EndingKind], ...]] = (
        (pattern(r"Training time (?:\d{1,4} days?, )?\d{1,4}:\d\d:\d\d", re.ASCII), EndingKind.FINISHED),
    )
    noise: ClassVar[tuple[re.Pattern[str], ...]] = (
        pattern(r"[A-Za-z][^|]{0,60}? Total time: [\d:, days]{4,30}\([\d.]{1,16} s / it\)", re.ASCII),
    )
    epoch_base: ClassVar[int | None] = None

    def __init__(self) -> None:
        super().__init__()
        self._kind = StageKind.TRAIN

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the events of one line; `Averaged stats` belong to what ran last."""
        text = line.text.strip()
        if text.startswith("Averaged stats:"):
            if self._kind is StageKind.TRAIN:
                return ()
            return self.evaluated(read_pairs(text.removeprefix("Averaged stats:")))
        events = super().parse(line)
        if events and "eta: " in text:
            self._kind = StageKind.EVAL if self.lines[0].head.match(text) is not None else StageKind.TRAIN
        return events
