"""tqdm bars whose numbers mean something else than they seem to: read as bars, then put right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from trainmon.events import Counter, Event, Line
from trainmon.parsers.base import LogFormat
from trainmon.parsers.tqdm import Tqdm
from trainmon.patterns import pattern


class AmendedBars(LogFormat):
    """A format that knows better what some bars count."""

    priority: ClassVar[int] = 9
    bars: ClassVar[re.Pattern[str]] = pattern(r"(?!)")
    """Matched at the start of the line: the bars that are put right."""

    def __init__(self) -> None:
        self._tqdm = Tqdm()

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the events of such a bar, its counter amended."""
        if self.bars.match(line.text) is None:
            return None
        events = self._tqdm.parse(line)
        return events and [self.amended(event) if isinstance(event, Counter) else event for event in events]

    def amended(self, counter: Counter) -> Counter:
        """Say what the counter counts."""
        raise NotImplementedError
