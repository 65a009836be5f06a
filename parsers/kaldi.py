"""Kaldi's nnet3 scripts: `steps/nnet3/train_dnn.py`, `steps/nnet3/chain/train.py`."""

from __future__ import annotations

import re
from typing import ClassVar

from trainmon.events import CounterScope
from trainmon.parsers.base import Sample
from trainmon.parsers.batches import BatchLine, BatchLines
from trainmon.patterns import pattern


class Kaldi(BatchLines):
    """Reads the line that each iteration begins with; both numbers are indices."""

    name: ClassVar[str] = "kaldi"
    title: ClassVar[str] = "Kaldi nnet3"
    priority: ClassVar[int] = 30
    needles: ClassVar[tuple[str, ...]] = ("Iter: ",)
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Iter: 12/340   Epoch: 0.10/4.0 (2.6% complete)   lr: 0.000995", "Kaldi, from its format string"),
    )
    lines: ClassVar[tuple[BatchLine, ...]] = (
        BatchLine(
            head=pattern(
                r"Iter: (?P<step>\d{1,9})/(?P<total>\d{1,9})\s+(?:Jobs: \d+\s+)?"
                r"Epoch: (?P<epoch>[\d.]{1,12})/(?P<epochs>[\d.]{1,12}) \([\d.]{1,8}% complete\)",
                re.ASCII,
            ),
            scope=CounterScope.RUN,
            total_is_index=True,
            from_zero=True,
            unit="iteration",
        ),
    )
