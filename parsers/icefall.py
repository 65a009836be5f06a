"""icefall (k2): `train.py` of its recipes; every process prints, behind its rank."""

from __future__ import annotations

import re
from typing import ClassVar

from trainmon.parsers.base import Sample
from trainmon.parsers.batches import BatchLine, BatchLines
from trainmon.parsers.counted import EQUALS
from trainmon.patterns import pattern


class Icefall(BatchLines):
    """Reads the lines of the first rank; batches count from 0, and nothing tells how many an epoch has."""

    name: ClassVar[str] = "icefall"
    title: ClassVar[str] = "icefall (k2)"
    priority: ClassVar[int] = 30
    needles: ClassVar[tuple[str, ...]] = (", loss[", ", validation: ")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(
            "Epoch 0, batch 50, loss[loss=0.5521, simple_loss=1.104, pruned_loss=8.767, over 2432.00 frames.], "
            "tot_loss[loss=0.5125, simple_loss=1.025, over 4913.84 frames.], batch size: 32, lr: 3.00e-03",
            "a public pull request, shortened",
        ),
        Sample("(0/2) Epoch 1, validation: loss=0.3012, simple_loss=0.5101, over 73564.00 frames. ", "icefall"),
    )
    lines: ClassVar[tuple[BatchLine, ...]] = (
        BatchLine(
            head=pattern(
                r"(?:\(0/\d{1,5}\) )?Epoch (?P<epoch>\d{1,9}), batch (?P<step>\d{1,12}), (?=loss\[)", re.ASCII
            ),
            pair=EQUALS,
            unit="batch",
            from_zero=True,
        ),
    )
    results: ClassVar[tuple[re.Pattern[str], ...]] = (
        pattern(r"(?:\(0/\d{1,5}\) )?Epoch \d{1,9}, (?:batch \d{1,12}, )?validation: (?P<values>.*)", re.ASCII),
    )
    noise: ClassVar[tuple[re.Pattern[str], ...]] = (
        pattern(r"\([1-9]\d{0,4}/\d{1,5}\) Epoch \d{1,9}, (?:batch \d{1,12}, )?(?:loss\[|validation: ).*", re.ASCII),
    )
