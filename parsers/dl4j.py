"""Deeplearning4j's listeners: `ScoreIterationListener`, `PerformanceListener`, `EvaluativeListener`."""

from __future__ import annotations

import re
from typing import ClassVar

from trainmon.events import StageKind, StageMark
from trainmon.parsers.base import Sample
from trainmon.parsers.counted import CountedLine, CountedLines
from trainmon.parsers.numbers import NUMBER
from trainmon.patterns import pattern


class Dl4j(CountedLines):
    """Reads the score of iterations; no line tells how many there will be."""

    name: ClassVar[str] = "dl4j"
    title: ClassVar[str] = "Deeplearning4j"
    priority: ClassVar[int] = 35
    needles: ClassVar[tuple[str, ...]] = ("Score at iteration ", "Starting evaluation nr. ", "Reporting eval")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Score at iteration 78400 is 1.418715643729359", "a public log, Deeplearning4j"),
        Sample("Starting evaluation nr. 4", "a public log, Deeplearning4j"),
    )
    lines: ClassVar[tuple[CountedLine, ...]] = (
        CountedLine(
            head=pattern(r"(?=Score at iteration (?P<step>\d{1,12}) is )", re.ASCII),
            pair=pattern(rf"(?P<name>Score) at iteration \d{{1,12}} is (?P<value>{NUMBER})(?P<unit>)", re.ASCII),
            unit="iteration",
            names={"Score": "loss"},
        ),
    )
    marks: ClassVar[tuple[tuple[re.Pattern[str], StageMark], ...]] = (
        (
            pattern(r"Starting evaluation nr\. \d{1,9}", re.ASCII),
            StageMark(kind=StageKind.EVAL, name="evaluation", phase="begin"),
        ),
        (
            pattern(r"Reporting evaluation results:"),
            StageMark(kind=StageKind.EVAL, name="evaluation", phase="end"),
        ),
    )
