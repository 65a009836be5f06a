"""Marian: `src/training/scheduler.h`; numbers of updates and sentences bear commas, and no total is printed."""

from __future__ import annotations

import re
from typing import ClassVar

from trainmon.events import CounterScope, EndingKind, StageMark
from trainmon.parsers.base import Sample
from trainmon.parsers.batches import CHECKPOINT, BatchLine, BatchLines
from trainmon.parsers.numbers import NUMBER
from trainmon.patterns import pattern

_COUNT = r"\d{1,3}(?:,\d{3})*|\d{1,12}"
_PAIR = pattern(
    rf": (?P<name>Cost|gNorm|L\.r\.|(?:ce|perplexity)[\w-]*) (?P<value>{NUMBER})(?P<unit>)(?=\s|$)", re.ASCII
)


class Marian(BatchLines):
    """Reads display lines and the results of validation."""

    name: ClassVar[str] = "marian"
    title: ClassVar[str] = "Marian"
    priority: ClassVar[int] = 30
    needles: ClassVar[tuple[str, ...]] = ("Ep. ", "Training finished", "Saving model weights")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(
            "Ep. 1 : Up. 1000 : Sen. 1,024,000 : Cost 7.12 : Time 35.12s : 45000.12 words/s : gNorm 0.5 : L.r. 3.0e-04",
            "Marian, from its format string",
        ),
        Sample("[valid] Ep. 1 : Up. 5000 : cross-entropy : 3.1201 : new best", "Marian, from its format string"),
        Sample("Training finished", "Marian"),
    )
    lines: ClassVar[tuple[BatchLine, ...]] = (
        BatchLine(
            head=pattern(
                rf"Ep\. (?P<epoch>[\d.]{{1,12}}) : Up\. (?P<step>{_COUNT})(?: : Sen\. [\d,]{{1,20}})?(?= : Cost)",
                re.ASCII,
            ),
            pair=_PAIR,
            scope=CounterScope.RUN,
            unit="update",
        ),
    )
    results: ClassVar[tuple[re.Pattern[str], ...]] = (
        pattern(
            r"\[valid\] Ep\. [\d.]{1,12} : Up\. [\d,]{1,16} : (?P<values>[\w-]{1,40} : [-\d.e]{1,30}) : .*", re.ASCII
        ),
    )
    marks: ClassVar[tuple[tuple[re.Pattern[str], StageMark], ...]] = (
        (pattern(r"Saving model weights and runtime parameters to .*"), CHECKPOINT),
    )
    endings: ClassVar[tuple[tuple[re.Pattern[str], EndingKind], ...]] = (
        (pattern(r"Training finished"), EndingKind.FINISHED),
    )
    epoch_base: ClassVar[int | None] = 1
