"""Bars of `progressbar2` with its default widgets: ` 81% (145 of 177) |####    | Elapsed Time: 0:03:59 ETA:   0:00:46`.

Format strings: `progressbar/widgets.py` (Percentage, SimpleProgress, Bar, Timer, ETA).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from trainmon.events import Counter, Event, Line
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.numbers import duration_s
from trainmon.patterns import pattern

_BAR = pattern(
    r"(?:\d{1,3}|N/A)% \((?P<n>\d{1,12}) of (?P<total>\d{1,12})\)\s\|[# ]{3,400}\|\s?"
    r"Elapsed Time: (?P<elapsed>(?:\d{1,4} days?, )?\d{1,4}:\d\d:\d\d)(?:\s.*)?",
    re.ASCII,
)


class Progressbar2(LogFormat):
    """Reads its bars."""

    name: ClassVar[str] = "progressbar2"
    title: ClassVar[str] = "progressbar2"
    priority: ClassVar[int] = 30
    needles: ClassVar[tuple[str, ...]] = ("Elapsed Time: ",)
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(" 96% (171 of 177) |############  | Elapsed Time: 0:00:13 ETA:   0:00:00", "a public issue, shortened"),
        Sample("100% (177 of 177) |##############| Elapsed Time: 0:00:14 Time:  0:00:14", "a public issue, shortened"),
    )

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the counter of a bar."""
        bar = _BAR.fullmatch(line.text.strip())
        if bar is None:
            return None
        return (
            Counter(
                current=float(bar["n"]), total=float(bar["total"]), unit="it",
                elapsed_s=duration_s(bar["elapsed"]), is_bar=True,
            ),
        )  # fmt: skip
