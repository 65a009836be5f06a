"""Programs that tell nothing but how much is done: `37.5% done`, `Progress: 37.5%`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from trainmon.events import Counter, CounterScope, Event, Line, StageKind
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.pairs import metric_events, read_pairs
from trainmon.patterns import pattern

_PERCENT = pattern(
    r"(?:(?:training )?(?:progress|progression)[ :=]{1,8}\[?(?P<share>\d{1,3}(?:\.\d{1,6})?) ?%\]?(?P<rest>\s.{0,200})?"
    r"|(?:training[ :]{1,2})?\[?(?P<done>\d{1,3}(?:\.\d{1,6})?) ?%\]? (?:done|complete[d]?|finished|of training))[ .!]*"
    r"(?:[|,(-].{0,120})?",
    re.IGNORECASE | re.ASCII,
)


class Percent(LogFormat):
    """Reads lines that begin with a share of the whole; download and preparation say what they are the share of."""

    name: ClassVar[str] = "percent"
    title: ClassVar[str] = "progress in per cent alone"
    priority: ClassVar[int] = 84
    needles: ClassVar[tuple[str, ...]] = ("%",)
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("37.5% done", "a hand-written loop"),
        Sample("Progress: 42.0%", "a hand-written loop"),
    )

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the counter, in per cent."""
        match = _PERCENT.fullmatch(line.text.strip())
        if match is None:
            return None
        share = float(match["share"] or match["done"])
        if share > 100:
            return None
        values = read_pairs(match["rest"] or "")
        if match["rest"] and not values:
            return None
        counter = Counter(
            current=share, total=100, unit="%", name="progress", scope=CounterScope.RUN, kind=StageKind.TRAIN
        )
        return (counter, *metric_events(values))
