"""RAFT and what is built on it: `[{steps:6d}, {lr:10.7f}] ` and means without names (`train.py`, Logger)."""

from __future__ import annotations

import re
from typing import ClassVar

from trainmon.events import StageKind
from trainmon.parsers.base import Sample
from trainmon.parsers.counted import CountedLine, CountedLines
from trainmon.parsers.numbers import NUMBER
from trainmon.patterns import pattern


class Raft(CountedLines):
    """Reads the step and the learning rate; of the means nothing tells what they are of."""

    name: ClassVar[str] = "raft"
    title: ClassVar[str] = "RAFT (optical flow)"
    priority: ClassVar[int] = 30
    needles: ClassVar[tuple[str, ...]] = ("[", "Validation ")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("[   101,  0.0000250]     0.5012,     0.6123,     0.7234,     3.2345, ", "RAFT, from its format string"),
        Sample("Validation Chairs EPE: 1.234567", "RAFT, from its format string"),
    )
    lines: ClassVar[tuple[CountedLine, ...]] = (
        CountedLine(
            head=pattern(r"(?=\[ {0,5}(?P<step>\d{1,9}), {1,3}\d\.\d{7}\](?: {1,9}\d{1,6}\.\d{4},){2,12})", re.ASCII),
            pair=pattern(r"\[ {0,5}\d{1,9}(?P<unit>), {1,3}(?P<value>\d\.\d{7})(?P<name>)\]", re.ASCII),
            names={"": "lr"},
        ),
        CountedLine(
            head=pattern(r"(?=Validation \w{1,20} (?:\(\w{1,10}\) )?EPE: )", re.ASCII),
            pair=pattern(rf"(?P<name>Validation \w{{1,20}} (?:\(\w{{1,10}}\) )?EPE): (?P<value>{NUMBER})(?P<unit>)"),
            kind=StageKind.EVAL,
        ),
    )
