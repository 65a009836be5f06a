"""Swin Transformer and the Microsoft vision repositories with its logger.

Format strings: `Swin-Transformer/main.py` (train_one_epoch, validate). Both indices count from zero.
"""

from __future__ import annotations

import re
from typing import ClassVar

from trainmon.events import CounterScope, StageKind
from trainmon.parsers.base import Sample
from trainmon.parsers.batches import BatchLine, BatchLines
from trainmon.patterns import pattern


class Swin(BatchLines):
    """Reads training and `Test:` lines; a file of tests alone shows no training."""

    name: ClassVar[str] = "swin"
    title: ClassVar[str] = "Swin Transformer"
    priority: ClassVar[int] = 35
    needles: ClassVar[tuple[str, ...]] = (
        "Train: [",
        "Test: [",
        " training takes ",
        "* Acc@1",
        "Accuracy of the network",
    )
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(
            "Train: [0/300][0/1251]\teta 3:14:15 lr 0.000001\ttime 9.3102 (9.3102)\tloss 6.9312 (6.9312)\t"
            "grad_norm 1.8012 (1.8012)\tmem 10000MB",
            "Swin Transformer, from its format string",
        ),
        Sample("EPOCH 0 training takes 0:09:12", "Swin Transformer, from its format string"),
        Sample(
            "Test: [0/391]\tTime 1.697 (1.697)\tLoss 0.6338 (0.6338)\tAcc@1 83.594 (83.594)\tAcc@5 97.656 (97.656)\t"
            "Mem 1596MB",
            "a public log",
        ),
        Sample("* Acc@1 83.174 Acc@5 96.230", "a public log"),
        Sample("Accuracy of the network on the 50000 test images: 83.2%", "a public log"),
    )
    lines: ClassVar[tuple[BatchLine, ...]] = (
        BatchLine(
            head=pattern(
                r"Train: \[(?P<epoch>\d{1,9})/(?P<epochs>\d{1,9})\]\[\s*(?P<step>\d{1,12})/(?P<total>\d{1,12})\]\s",
                re.ASCII,
            ),
            from_zero=True,
            step_time=("time", 1.0),
            memory_peak=("mem", "M"),
            hidden=frozenset({"eta", "data_time"}),
        ),
        BatchLine(
            head=pattern(r"Test: \[(?P<step>\d{1,12})/(?P<total>\d{1,12})\]\s", re.ASCII),
            kind=StageKind.EVAL,
            scope=CounterScope.UNKNOWN,
            from_zero=True,
            needs="Mem ",
            memory_peak=("Mem", "M"),
        ),
    )
    results: ClassVar[tuple[re.Pattern[str], ...]] = (pattern(r"\* (?P<values>Acc@1 [\d.]+ Acc@5 [\d.]+)", re.ASCII),)
    epochs_over: ClassVar[tuple[re.Pattern[str], ...]] = (
        pattern(r"EPOCH (?P<epoch>\d{1,9}) training takes (?P<took>.*)", re.ASCII),
    )
    noise: ClassVar[tuple[re.Pattern[str], ...]] = (
        pattern(r"Accuracy of the network on the \d+ test images: .*", re.ASCII),
    )
    epoch_base: ClassVar[int | None] = 0
