"""OpenNMT-py: `onmt/utils/statistics.py` (Statistics.output), `onmt/trainer.py`, `onmt/utils/earlystopping.py`."""

from __future__ import annotations

import re
from typing import ClassVar

from trainmon.events import CounterScope, EndingKind, StageMark
from trainmon.parsers.base import Sample
from trainmon.parsers.batches import CHECKPOINT, BatchLine, BatchLines
from trainmon.parsers.numbers import NUMBER
from trainmon.patterns import pattern

_PAIR = pattern(rf"(?<![\w/])(?P<name>[a-z]{{2,8}}):\s+(?P<value>{NUMBER})(?P<unit>)(?=;)", re.ASCII)


class OpenNmt(BatchLines):
    """Reads report lines; `4466/6179 tok/s` and `patience: 2/3` are no progress."""

    name: ClassVar[str] = "opennmt"
    title: ClassVar[str] = "OpenNMT-py"
    priority: ClassVar[int] = 30
    needles: ClassVar[tuple[str, ...]] = ("tok/s", "Validation ", "patience", "Saving checkpoint ", "Early Stop")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(
            "Step 50/ 5000; acc:  20.18; ppl: 908.07; xent: 6.81; lr: 0.00020; 4466/6179 tok/s;     32 sec",
            "a public log",
        ),
        Sample("Validation perplexity: 74.7542", "a public log"),
        Sample("Decreasing patience: 2/3", "a public log"),
        Sample("Saving checkpoint run/model_step_500.pt", "OpenNMT-py"),
    )
    lines: ClassVar[tuple[BatchLine, ...]] = (
        BatchLine(
            head=pattern(
                r"Step (?P<step>\d{1,12})/\s*(?P<total>\d{1,12}); (?=.*tok/s;\s+(?P<elapsed>\d{1,12}) sec)", re.ASCII
            ),
            pair=_PAIR,
            scope=CounterScope.RUN,
            unit="step",
            hidden=frozenset({"sents", "bsz"}),
        ),
    )
    results: ClassVar[tuple[re.Pattern[str], ...]] = (
        pattern(r"(?P<values>Validation (?:perplexity|accuracy): [\d.]+)", re.ASCII),
    )
    marks: ClassVar[tuple[tuple[re.Pattern[str], StageMark], ...]] = (
        (pattern(r"Saving checkpoint \S*_step_(?P<step>\d{1,12})\.pt", re.ASCII), CHECKPOINT),
    )
    endings: ClassVar[tuple[tuple[re.Pattern[str], EndingKind], ...]] = (
        (pattern(r"(?:Training finished after stalled validations|.{0,80}Early Stop!).*"), EndingKind.EARLY_STOPPED),
    )
    noise: ClassVar[tuple[re.Pattern[str], ...]] = (pattern(r"(?:Decreasing|Stalled) patience: \d+/\d+.*", re.ASCII),)
