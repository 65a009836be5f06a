"""YOLACT: `[{epoch:3d}] {iteration:7d} || {loss letters} || ETA: {} || timer: {:.3f}` (`train.py`)."""

from __future__ import annotations

import re
from typing import ClassVar

from trainmon.events import StageKind, StageMark
from trainmon.parsers.base import Sample
from trainmon.parsers.counted import COLON, CountedLine, CountedLines
from trainmon.patterns import pattern


class Yolact(CountedLines):
    """Reads its iterations, which go on over epochs; `T` is the total of the losses."""

    name: ClassVar[str] = "yolact"
    title: ClassVar[str] = "YOLACT"
    priority: ClassVar[int] = 30
    needles: ClassVar[tuple[str, ...]] = (" || ETA: ", "Computing validation mAP")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(
            "[ 17]   12430 || B: 4.725 | C: 2.548 | M: 6.641 | S: 0.135 | T: 14.049 || ETA: 3 days, 6:52:38 "
            "|| timer: 0.356",
            "a public issue",
        ),
        Sample("Computing validation mAP (this may take a while)...", "YOLACT"),
    )
    lines: ClassVar[tuple[CountedLine, ...]] = (
        CountedLine(
            head=pattern(r"\[ {0,4}(?P<epoch>\d{1,9})\] {1,9}(?P<step>\d{1,12}) \|\| (?=[A-Z]: )", re.ASCII),
            pair=COLON,
            from_zero=True,
            needs=" || ETA: ",
            step_time=("timer", 1.0),
            names={"T": "total loss"},
            hidden=frozenset({"ETA"}),
        ),
    )
    marks: ClassVar[tuple[tuple[re.Pattern[str], StageMark], ...]] = (
        (pattern(r"Computing validation mAP .*"), StageMark(kind=StageKind.EVAL, name="evaluation")),
    )
