"""Paddle's toolkits: PaddleOCR, PaddleDetection, PaddleSeg, each with lines of its own.

Format strings: `PaddleOCR/tools/program.py`, `PaddleDetection/ppdet/engine/callbacks.py` (LogPrinter),
`PaddleSeg/paddleseg/core/train.py`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from trainmon.events import Counter, CounterScope, Event, Line, StageKind, StageMark
from trainmon.parsers.base import Sample
from trainmon.parsers.batches import CHECKPOINT, BatchLine, BatchLines
from trainmon.parsers.numbers import number
from trainmon.patterns import pattern

_LOADER = pattern(r"train dataloader has (\d{1,12}) iters", re.ASCII)
_COSTS = frozenset(
    {"avg_reader_cost", "reader_cost", "data_cost", "avg_samples", "ips", "eta", "max_mem_allocated", "avg_batch_cost"}
)


class Paddle(BatchLines):
    """Reads training lines of the three toolkits, and the results of their evaluations."""

    name: ClassVar[str] = "paddle"
    title: ClassVar[str] = "PaddleOCR, PaddleDetection, PaddleSeg"
    priority: ClassVar[int] = 30
    needles: ClassVar[tuple[str, ...]] = (
        "epoch: [", "Epoch: [", "[TRAIN]", "[EVAL]", "metric, ", "save model in ", "save best model ", "dataloader has",
        "Save checkpoint: ", "Eval iter: ", "Best test ",
    )  # fmt: skip
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("train dataloader has 4 iters", "a public log, PaddleOCR"),
        Sample(
            "epoch: [20/20], global_step: 80, lr: 0.000318, acc: 0.000000, loss: 16.425508, "
            "avg_reader_cost: 0.24577 s, avg_batch_cost: 0.31195 s, avg_samples: 8.0, ips: 25.64548 samples/s, "
            "eta: 0:00:00, max_mem_reserved: 1844 MB, max_mem_allocated: 1711 MB",
            "a public log, PaddleOCR",
        ),
        Sample("cur metric, acc: 0.0, norm_edit_dis: 0.1, fps: 310.2", "a public log, PaddleOCR, shortened"),
        Sample("save model in ./output/rec/latest", "PaddleOCR"),
        Sample(
            "Epoch: [0] [  0/100] learning_rate: 0.000000 loss: 5.912311 eta: 1 day, 2:03:04 batch_cost: 2.4012 "
            "data_cost: 0.0021 ips: 3.3312 images/s",
            "PaddleDetection, from its format string",
        ),
        Sample("Eval iter: 100", "PaddleDetection"),
        Sample("Best test bbox ap is 0.512.", "PaddleDetection"),
        Sample(
            "[TRAIN] epoch: 1, iter: 10/1000, loss: 1.2012, lr: 0.010000, batch_cost: 0.5012, reader_cost: 0.1012, "
            "ips: 8.0012 samples/sec | ETA 00:08:15",
            "PaddleSeg, from its format string",
        ),
        Sample("[EVAL] #Images: 76 mIoU: 0.3123 Acc: 0.8012 Kappa: 0.7 Dice: 0.4", "PaddleSeg"),
    )
    lines: ClassVar[tuple[BatchLine, ...]] = (
        BatchLine(
            head=pattern(
                r"epoch: \[(?P<epoch>\d{1,9})/(?P<epochs>\d{1,9})\], (?:global_step|iter): (?P<step>\d{1,12})(?=, )",
                re.ASCII,
            ),
            scope=CounterScope.RUN,
            step_time=("avg_batch_cost", 1.0),
            memory_peak=("max_mem_reserved", "M"),
            hidden=_COSTS,
            eta_ends=True,
        ),
        BatchLine(
            head=pattern(
                r"Epoch: \[(?P<epoch>\d{1,9})\] \[\s*(?P<step>\d{1,12})/(?P<total>\d{1,12})\] (?=.*eta: )", re.ASCII
            ),
            from_zero=True,
            step_time=("batch_cost", 1.0),
            memory_peak=("max_mem_reserved", "M"),
            eta_ends=True,
            hidden=_COSTS,
        ),
        BatchLine(
            head=pattern(
                r"\[TRAIN\] epoch:? (?P<epoch>\d{1,9}), iter:? (?P<step>\d{1,12})/(?P<total>\d{1,12})(?=, )", re.ASCII
            ),
            scope=CounterScope.RUN,
            step_time=("batch_cost", 1.0),
            hidden=_COSTS,
        ),
        BatchLine(
            head=pattern(r"Eval iter: (?P<step>\d{1,12})$", re.ASCII), kind=StageKind.EVAL, scope=CounterScope.UNKNOWN
        ),
    )
    results: ClassVar[tuple[re.Pattern[str], ...]] = (
        pattern(r"cur metric, (?P<values>.*)"),
        pattern(r"\[EVAL\] #Images: ?\d+,? (?P<values>.*)", re.ASCII),
        pattern(r"(?P<values>Best test \w+ ap is [\d.]+)", re.ASCII),
    )
    marks: ClassVar[tuple[tuple[re.Pattern[str], StageMark], ...]] = (
        (pattern(r"save model in .*|Save checkpoint: .*"), CHECKPOINT),
    )
    noise: ClassVar[tuple[re.Pattern[str], ...]] = (
        pattern(r"best metric, .*|save best model .*|valid dataloader has .*|\[EVAL\] .*"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._per_epoch: float | None = None

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the events of one line; PaddleOCR states the batches of an epoch once, at its start."""
        loader = _LOADER.fullmatch(line.text.strip())
        if loader is not None:
            self._per_epoch = number(loader[1])
            return ()
        events = super().parse(line)
        if events is None or self._per_epoch is None:
            return events
        return [self._with_total(event) if isinstance(event, Counter) else event for event in events]

    def _with_total(self, counter: Counter) -> Counter:
        if counter.kind is not StageKind.TRAIN or counter.total is not None or counter.total_epochs is None:
            return counter
        assert self._per_epoch is not None
        return replace(counter, total=counter.total_epochs * self._per_epoch, steps_per_epoch=self._per_epoch)
