"""Flair: `flair/trainers/trainer.py` (ModelTrainer.train) and its plugins."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from trainmon.events import EndingKind, StageMark
from trainmon.parsers.base import Sample
from trainmon.parsers.batches import CHECKPOINT, BatchLine, BatchLines
from trainmon.patterns import pattern

_PAIR = pattern(
    r"(?:(?<=- )|(?<=: ))(?P<name>[a-z][\w/]{0,40}(?: \(sec\))?):? (?P<value>[-\d.e+]{1,40}|nan|inf)(?P<unit>)(?= |$)"
)


class Flair(BatchLines):
    """Reads iteration lines; `time (sec)` counts from the start of the epoch."""

    name: ClassVar[str] = "flair"
    title: ClassVar[str] = "Flair"
    priority: ClassVar[int] = 30
    needles: ClassVar[tuple[str, ...]] = (
        " - iter ", "EPOCH ", "DEV : ", "TEST : ", "TRAIN : ", 'max_epochs: "', 'mini_batch_size: "', "best model",
        "Exiting from training", "quitting training", "Testing using", "Loading model from best",
    )  # fmt: skip
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(' - max_epochs: "3"', "Flair 0.15"),
        Sample(
            "epoch 3 - iter 45/50 - loss 0.28996567 - time (sec): 12.38 - samples/sec: 29.07 - lr: 0.100000 "
            "- momentum: 0.000000",
            "Flair 0.15",
        ),
        Sample("EPOCH 3 done: loss 0.2642 - lr: 0.100000", "Flair 0.15"),
        Sample("DEV : loss 0.6601080298423767 - f1-score (micro avg)  0.62", "Flair 0.15"),
        Sample("saving best model", "Flair 0.15"),
        Sample("Loading model from best epoch ...", "Flair 0.15"),
    )
    lines: ClassVar[tuple[BatchLine, ...]] = (
        BatchLine(
            head=pattern(r"epoch (?P<epoch>\d{1,9}) - iter (?P<step>\d{1,12})/(?P<total>\d{1,12})(?= - )", re.ASCII),
            pair=_PAIR,
            clock="time (sec)",
        ),
    )
    facts: ClassVar[Mapping[str, re.Pattern[str]]] = {
        "epochs": pattern(r'(?:- )?max_epochs: "(\d{1,9})"', re.ASCII),
        "batch_size": pattern(r'(?:- )?mini_batch_size: "(\d{1,9})"', re.ASCII),
    }
    results: ClassVar[tuple[re.Pattern[str], ...]] = (pattern(r"(?:DEV|TEST) : (?P<values>.*)"),)
    marks: ClassVar[tuple[tuple[re.Pattern[str], StageMark], ...]] = ((pattern(r"saving best model"), CHECKPOINT),)
    endings: ClassVar[tuple[tuple[re.Pattern[str], EndingKind], ...]] = (
        (
            pattern(r"(?:Loading model from best epoch|Testing using (?:best|last state of) model) \.\.\."),
            EndingKind.FINISHED,
        ),
        (pattern(r"Exiting from training early\."), EndingKind.INTERRUPTED),
        (pattern(r".{0,80}quitting training!"), EndingKind.EARLY_STOPPED),
    )
    noise: ClassVar[tuple[re.Pattern[str], ...]] = (pattern(r"EPOCH \d+ done: .*|TRAIN : .*", re.ASCII),)
    epoch_base: ClassVar[int | None] = 1
