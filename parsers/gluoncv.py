"""Bars whose description holds their metrics, so that name and length change from epoch to epoch: GluonCV segmentation.

Format string: `gluon-cv/scripts/segmentation/train.py`. A plain reader of bars takes a bar of 182 batches and one of
183 for two.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from trainmon.events import Counter, CounterScope, Event, Facts, Line, StageKind
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.epochs import EpochNames
from trainmon.parsers.numbers import number
from trainmon.parsers.tqdm import Tqdm
from trainmon.patterns import pattern

_HEAD = pattern(r"\s*Epoch (?P<epoch>\d{1,9}), (?P<what>training|validation) \w[^|]{0,160}: {1,3}\d{1,3}%\|", re.ASCII)
_TOTAL = pattern(r"Total Epoche?s: (\d{1,9})", re.ASCII)
_NAMES: Mapping[str, tuple[str, StageKind]] = {
    "training": ("training", StageKind.TRAIN),
    "validation": ("validation", StageKind.EVAL),
}


class GluonSegmentation(LogFormat):
    """Reads its bars through tqdm's reader and gives them names that stay."""

    name: ClassVar[str] = "gluoncv-segmentation"
    title: ClassVar[str] = "GluonCV segmentation"
    priority: ClassVar[int] = 9
    needles: ClassVar[tuple[str, ...]] = (", training ", ", validation ", "Total Epoch")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Total Epoches: 50", "a public log"),
        Sample("Epoch 0, training loss 0.229:  10%|█         | 19/182 [00:40<05:46,  2.12s/it]", "a public log"),
        Sample(
            "Epoch 49, validation pixAcc: 0.984, mIoU: 0.928: 100%|██████████| 91/91 [00:43<00:00,  2.08it/s]",
            "a public log",
        ),
    )

    def __init__(self) -> None:
        self._bar = Tqdm()
        self._epochs = EpochNames()

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the counter of a bar under the name of its part, with the metrics of its description."""
        told = _TOTAL.fullmatch(line.text.strip())
        if told is not None:
            return (Facts(values={"epochs": number(told[1]) or 0.0}),)
        head = _HEAD.match(line.text)
        read = self._bar.parse(line) if head is not None else None
        if head is None or read is None:
            return None
        name, kind = _NAMES[head["what"]]
        epoch, _ = self._epochs.number(float(head["epoch"]), None)
        return [
            replace(event, name=name, kind=kind, epoch=epoch, total_epochs=None, is_bar=False, scope=CounterScope.EPOCH)
            if isinstance(event, Counter)
            else event
            for event in read
        ]
