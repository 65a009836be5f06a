"""Bars of `rich.progress`: a description, a heavy line, then any of count, percentage, elapsed and remaining time.

Columns: `rich/progress.py` (BarColumn, MofNCompleteColumn, TaskProgressColumn, TimeElapsedColumn, TimeRemainingColumn).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar

from trainmon.events import Counter, Event, Line, Metrics
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.epochs import EpochNames
from trainmon.parsers.numbers import clock_s
from trainmon.parsers.pairs import read_pairs, without_values
from trainmon.patterns import pattern

_BAR = pattern(
    r"(?P<name>[^━╸╺]{0,120}?)\s*(?P<bar>[━╸╺]{5,400})\s+"
    r"(?:(?P<percent>\d{1,3})%\s*)?(?:(?P<n>\d{1,15})/\s*(?P<total>\d{1,15}|\?|--))?(?P<rest>(?:\s.*)?)",
    re.ASCII,
)
_CLOCKS = pattern(r"(?<![\d:.])(?:\d{1,5}:)?\d{1,3}:\d\d(?![\d:])|-(?::--)+|-:--:--", re.ASCII)


class RichProgress(LogFormat):
    """Reads rich's bars, whatever columns they have, if a count or a percentage is among them."""

    name: ClassVar[str] = "rich_progress"
    title: ClassVar[str] = "rich.progress bars"
    priority: ClassVar[int] = 55
    needles: ClassVar[tuple[str, ...]] = ("━━", "╺━", "━╸", "━╺")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("epochs ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 0/4 0:00:00 -:--:--", "rich 14"),
        Sample("train loss=2.371 ╸━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━  1/70 0:00:00 -:--:--", "rich 14"),
        Sample(
            "Epoch 0/2  ━╸━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 2/50 0:00:02 • 0:00:49 0.98it/s "
            "train_loss_step: 19.358",
            "Lightning 2",
        ),
        Sample("Working... ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 100% 0:00:05", "rich 14, default columns"),
    )

    def __init__(self) -> None:
        self._epochs = EpochNames()

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the counter of the bar and the metrics in its description or behind it."""
        bar = _BAR.fullmatch(line.text.strip())
        if bar is None or (bar["n"] is None and bar["percent"] is None) or bar["name"].endswith("%"):
            return None
        return list(self._events(bar))

    def _events(self, bar: re.Match[str]) -> Iterator[Event]:
        name, rest = bar["name"].strip().removesuffix(":"), bar["rest"]
        clocks = _CLOCKS.findall(rest)
        epoch, total_epochs = self._epochs.read(name)
        counted, total = bar["n"], bar["total"]
        yield Counter(
            current=float(counted or bar["percent"]),
            total=(float(total) if total.isdigit() else None) if counted else 100.0,
            unit="it" if counted else "%",
            name=without_values(name),
            epoch=epoch,
            total_epochs=total_epochs,
            # One clock alone may be the remaining time.
            elapsed_s=clock_s(clocks[0]) if len(clocks) > 1 else None,
            approximate=not counted,
            is_bar=True,
        )
        values = read_pairs(name) | read_pairs(rest)
        if values:
            yield Metrics(values=values, in_bar=True)
