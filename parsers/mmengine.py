"""MMEngine (mmdetection 3, mmsegmentation 1, mmaction2 1) and mmcv 1: text logs and their JSON side files.

Format strings: `mmengine/runner/log_processor.py`, `mmengine/hooks/checkpoint_hook.py`,
`mmcv/runner/hooks/logger/text.py`; `vis_data/scalars.json` is written by `LocalVisBackend`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from trainmon.events import Counter, CounterScope, Event, Line, Metrics, StageKind, StageMark
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.batches import CHECKPOINT, BatchLine, BatchLines
from trainmon.parsers.jsonl import read_object
from trainmon.parsers.pairs import is_metric_name, read_pairs
from trainmon.parsers.pydict import numbers_of
from trainmon.patterns import pattern

_CONFIG = r"(?:(?:train_cfg|runner|workflow) ?[=:].{0,160}?)?"
_HIDDEN = frozenset({"eta", "data_time"})


def _train(head: str, scope: CounterScope) -> BatchLine:
    return BatchLine(
        head=pattern(head, re.ASCII), scope=scope, eta_ends=True, step_time=("time", 1.0), memory_used=("memory", "M"),
        hidden=_HIDDEN,
    )  # fmt: skip


def _eval(head: str) -> BatchLine:
    return BatchLine(head=pattern(head, re.ASCII), kind=StageKind.EVAL, scope=CounterScope.UNKNOWN)


class MmEngine(BatchLines):
    """Reads the logger's lines; the number of epochs stands only in the configuration above them."""

    name: ClassVar[str] = "mmengine"
    title: ClassVar[str] = "MMEngine and mmcv (OpenMMLab)"
    priority: ClassVar[int] = 30
    needles: ClassVar[tuple[str, ...]] = (
        "Epoch(", "Epoch [", "Iter(", "Iter [", "Saving checkpoint at ", "max_epochs=", "max_iters=", "workflow: ",
    )  # fmt: skip
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(
            "train_cfg = dict(by_epoch=True, max_epochs=45, val_begin=1, val_interval=1)", "MMEngine, configuration"
        ),
        Sample(
            "Epoch(train)  [1][ 20/318]  lr: 1.0000e-03  eta: 2:30:14  time: 0.6309  data_time: 0.0385  memory: 5785  "
            "grad_norm: 20.6596  loss: 4.5863  top1_acc: 0.0667",
            "a public log, mmaction2",
        ),
        Sample("Saving checkpoint at 1 epochs", "MMEngine 0.10"),
        Sample("Epoch(val) [1][10/20]    eta: 0:00:00  time: 0.0719  data_time: 0.0008  ", "MMEngine 0.10"),
        Sample(
            "Epoch(val) [45][127/127]    acc/top1: 0.7867  acc/top5: 0.9408  acc/mean1: 0.7858  data_time: 0.0128  "
            "time: 0.2187",
            "a public log, mmaction2",
        ),
        Sample(
            "Iter(train) [  50/40000]  lr: 1.0e-02  eta: 5:33:12  time: 0.5  data_time: 0.01  loss: 2.1", "MMEngine"
        ),
        Sample("workflow: [('train', 1)], max: 12 epochs", "mmcv 1"),
        Sample(
            "Epoch [1][50/7330]\tlr: 1.978e-03, eta: 1 day, 2:03:04, time: 0.512, data_time: 0.05, memory: 3812, "
            "loss_cls: 0.9, loss: 1.9",
            "mmcv 1, from its format string",
        ),
        Sample("Epoch(val) [1][5000]\tbbox_mAP: 0.3740, bbox_mAP_50: 0.5810", "mmcv 1"),
        Sample(
            "Iter [50/160000]\tlr: 1.0e-02, eta: 22:03:04, time: 0.512, data_time: 0.05, memory: 3812, loss: 1.9",
            "mmcv 1, from its format string",
        ),
    )
    lines: ClassVar[tuple[BatchLine, ...]] = (
        _train(r"Epoch\(train\) {1,3}\[ *(?P<epoch>\d+)\]\[ *(?P<step>\d+)/ *(?P<total>\d+)\]", CounterScope.EPOCH),
        _train(r"Epoch \[(?P<epoch>\d+)\]\[ *(?P<step>\d+)/ *(?P<total>\d+)\]\s", CounterScope.EPOCH),
        _train(r"Iter(?:\(train\))? {1,3}\[ *(?P<step>\d+)/ *(?P<total>\d+)\]\s", CounterScope.RUN),
        _eval(r"Epoch\((?:val|test)\) {1,3}\[ *(?P<epoch>\d+)\]\[ *(?P<step>\d+)/ *(?P<total>\d+)\]"),
        _eval(r"(?:Epoch|Iter)\((?:val|test)\) {1,3}\[ *(?P<step>\d+)/ *(?P<total>\d+)\]"),
    )
    facts: ClassVar[Mapping[str, re.Pattern[str]]] = {
        "epochs": pattern(rf"{_CONFIG}(?:max_epochs ?= ?|max: (?=\d+ epochs))(\d{{1,9}})(?:[,)\s].*)?", re.ASCII),
        "total_steps": pattern(rf"{_CONFIG}(?:max_iters ?= ?|max: (?=\d+ iters))(\d{{1,9}})(?:[,)\s].*)?", re.ASCII),
    }
    results: ClassVar[tuple[re.Pattern[str], ...]] = (
        pattern(r"(?:Epoch|Iter)\(val\) \[ *\d+\](?:\[ *\d+\])?\s+(?P<values>.*)", re.ASCII),
    )
    marks: ClassVar[tuple[tuple[re.Pattern[str], StageMark], ...]] = (
        (pattern(r"Saving checkpoint at (?:\d+ epochs|(?P<step>\d+) iterations)", re.ASCII), CHECKPOINT),
    )
    epoch_base: ClassVar[int | None] = 1

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the counter of a line, and for the last one of a validation its results."""
        text = line.text.strip()
        events = super().parse(line)
        if events is not None and text.startswith(("Epoch(v", "Epoch(t", "Iter(v", "Iter(t")):
            at = text.find("]", text.find("/"))
            values = read_pairs(text[at + 1 :]) if "eta: " not in text and at > 0 else {}
            return (*events, *self.evaluated(values))
        return events


class MmScalars(LogFormat):
    """Reads `scalars.json`: `step` is the iteration on training rows, and the epoch on rows of a validation."""

    name: ClassVar[str] = "mmengine-json"
    title: ClassVar[str] = "MMEngine scalars.json"
    priority: ClassVar[int] = 60
    needles: ClassVar[tuple[str, ...]] = ('"data_time"',)
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(
            '{"lr": 0.001, "data_time": 0.0385, "loss": 4.586286163330078, "time": 0.6309, "epoch": 1, "iter": 20, '
            '"memory": 5785, "step": 20}',
            "a public log, shortened",
        ),
        Sample('{"acc/top1": 0.7866772402854877, "data_time": 0.0128, "time": 0.2187, "step": 45}', "a public log"),
    )

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the counter and values of a training row, the results of a validation."""
        fields = read_object(line.text)
        if fields is None or "data_time" not in fields or "mode" in fields or "step" not in fields:
            return None
        numbers = numbers_of(fields)
        values = {
            name: value
            for name, value in numbers.items()
            if is_metric_name(name) and name not in ("data_time", "memory")
        }
        step, epoch = numbers.get("iter"), numbers.get("epoch")
        if step is None:
            return (Metrics(values=values, kind=StageKind.EVAL),) if values else ()
        return (
            Counter(
                current=step, unit="iteration", scope=CounterScope.RUN, name="iteration", kind=StageKind.TRAIN,
                epoch=epoch, step_time_s=numbers.get("time"),
            ),
            Metrics(values=values, step=step),
        )  # fmt: skip
