"""Bars of click, `Training  [####----]  80/200   40%  00:00:03`: what is left is told, what has passed is not.

Format string: `click/_termui_impl.py` (ProgressBar): `%(label)s  [%(bar)s]  %(info)s`, bars of `#` over `-`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from trainmon.events import Counter, Event, Line
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.epochs import EpochNames
from trainmon.parsers.pairs import without_values
from trainmon.patterns import pattern

_BAR = pattern(
    r"(?P<name>[^\[\]]{0,120}?) {0,2}\[#{0,200}-{0,200}\](?=  )(?: {2}(?P<n>\d{1,12})/(?P<total>\d{1,12}))?"
    r"(?: {2,4}(?P<percent>\d{1,3})%)?(?: {2,4}(?:\d{1,4}d )?\d\d:\d\d:\d\d)?(?: {2}(?P<item>\S.{0,200}))?\s*",
    re.ASCII,
)


class ClickBar(LogFormat):
    """Reads bars that count, and those that only tell a percentage."""

    name: ClassVar[str] = "click"
    title: ClassVar[str] = "click progress bars"
    priority: ClassVar[int] = 25
    needles: ClassVar[tuple[str, ...]] = ("#]  ", "-]  ")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Training  [------------------------------------]  3/200", "click 8.5"),
        Sample("Training  [#################################---]  187/200  00:00:00", "click 8.5"),
        Sample("Training  [##################------------------]   50%  00:01:32", "click 8.5"),
    )

    def __init__(self) -> None:
        self._epochs = EpochNames()

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the counter of the bar."""
        bar = _BAR.fullmatch(line.text)
        if bar is None or (bar["n"] is None and bar["percent"] is None):
            return None
        name = bar["name"].strip()
        epoch, total_epochs = self._epochs.read(name)
        counter = Counter(current=0.0, name=without_values(name), epoch=epoch, total_epochs=total_epochs, is_bar=True)
        if bar["n"] is None:
            return (replace(counter, current=float(bar["percent"]), total=100.0, unit="%", approximate=True),)
        return (replace(counter, current=float(bar["n"]), total=float(bar["total"]), unit="it"),)
