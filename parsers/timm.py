"""timm (pytorch-image-models): `train.py`, with its running means and its best metric.

Format strings: `pytorch-image-models/train.py` (train_one_epoch, validate). Epochs and batches count from zero; the
total of a `Test:` line is the index of its last batch, that of a `Train:` line the number of batches.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from trainmon.events import CounterScope, EndingKind, StageKind
from trainmon.parsers.base import Sample
from trainmon.parsers.batches import BatchLine, BatchLines
from trainmon.patterns import pattern


class Timm(BatchLines):
    """Reads training and test lines; the number of epochs stands in a line above them."""

    name: ClassVar[str] = "timm"
    title: ClassVar[str] = "timm (pytorch-image-models)"
    priority: ClassVar[int] = 34
    needles: ClassVar[tuple[str, ...]] = ("Train: ", "Test: [", "Test (EMA): [", "Scheduled epochs:", "*** Best metric")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Scheduled epochs: 310. LR stepped per epoch.", "timm"),
        Sample(
            "Train: 0 [  50/10009 (  0%)]  Loss:  6.92 (6.91)  Time: 1.462s,   87.53/s  (1.896s,   67.51/s)  "
            "LR: 1.000e-06  Data: 0.026 (0.199)",
            "a public page",
        ),
        Sample(
            "Test: [ 390/390]  Time: 0.048 (0.231)  Loss:   1.901 ( 1.273)  Acc@1:  60.000 ( 76.100)  "
            "Acc@5:  82.500 ( 92.900)",
            "timm, from its format string",
        ),
        Sample("*** Best metric: 83.1 (epoch 295)", "a public page"),
    )
    lines: ClassVar[tuple[BatchLine, ...]] = (
        BatchLine(
            head=pattern(
                r"Train: (?P<epoch>\d{1,9}) \[\s*(?P<step>\d{1,12})/(?P<total>\d{1,12}) \(\s*\d{1,3}%\)\]\s", re.ASCII
            ),
            from_zero=True,
            step_time=("Time", 1.0),
            hidden=frozenset({"Data"}),
            names={"Loss": "loss", "LR": "lr"},
        ),
        BatchLine(
            head=pattern(r"Test(?: \(EMA\))?: \[\s*(?P<step>\d{1,12})/(?P<total>\d{1,12})\]\s\s", re.ASCII),
            kind=StageKind.EVAL,
            scope=CounterScope.UNKNOWN,
            from_zero=True,
            total_is_index=True,
            reports_at_end=True,
            needs="Time: ",
            hidden=frozenset({"Data", "Time"}),
        ),
    )
    facts: ClassVar[Mapping[str, re.Pattern[str]]] = {
        "epochs": pattern(r"Scheduled epochs: (\d{1,9})(?:\D.*)?", re.ASCII),
    }
    endings: ClassVar[tuple[tuple[re.Pattern[str], EndingKind], ...]] = (
        (pattern(r"\*\*\* Best metric: \S+ \(epoch \d+\)", re.ASCII), EndingKind.FINISHED),
    )
    epoch_base: ClassVar[int | None] = 0
