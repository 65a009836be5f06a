"""nanoGPT and its copies: an iteration a line with its time, evaluations under the same numbers.

Format strings: `train.py` of nanoGPT; `configurator.py` for `Overriding: ...`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from trainmon.events import Counter, Event, Facts, Line, StageKind
from trainmon.parsers.base import Sample
from trainmon.parsers.counted import BLANK, CountedLine, CountedLines
from trainmon.patterns import pattern


class NanoGPT(CountedLines):
    """Reads iterations and evaluations; the iteration after an evaluation was timed together with it."""

    name: ClassVar[str] = "nanogpt"
    title: ClassVar[str] = "nanoGPT"
    priority: ClassVar[int] = 20
    needles: ClassVar[tuple[str, ...]] = ("iter ", "step ", "max_iters")
    lines: ClassVar[tuple[CountedLine, ...]] = (
        CountedLine(
            head=pattern(r"iter (?P<step>\d{1,12}): (?=loss -?[\dni])"),
            pair=BLANK,
            unit="iteration",
            from_zero=True,
            step_time=("time", 1e-3),
            needs=", time ",
        ),
        CountedLine(
            head=pattern(r"step (?P<step>\d{1,12}): (?=train loss -?[\dni.+e]{1,12}, val loss -?[\dni])"),
            pair=BLANK,
            kind=StageKind.EVAL,
        ),
    )
    facts: ClassVar[Mapping[str, re.Pattern[str]]] = {"total_steps": pattern(r"Overriding: max_iters = (\d{1,12})")}
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Overriding: max_iters = 5000", "nanoGPT"),
        Sample("step 0: train loss 10.9060, val loss 10.8956", "a public log"),
        Sample("iter 38: loss 6.9460, time 95.21ms, mfu 2.05%", "a public log"),
        Sample("iter 0: loss 10.9041, time 5370.33ms, mfu -100.00%", "a public log"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._total: float | None = None
        self._evaluated = False

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the events of a line."""
        events = super().parse(line)
        return None if events is None else list(self._timed(events, line.text))

    def _timed(self, events: Sequence[Event], text: str) -> Iterator[Event]:
        for event in events:
            if isinstance(event, Facts):
                self._total = float(event.values["total_steps"])
            elif isinstance(event, Counter):
                # The loop ends after the iteration whose index is `max_iters`: one more than was asked for.
                done = event.current if self._total is None else min(event.current, self._total)
                event = replace(
                    event, current=done, total=self._total, step_time_s=None if self._evaluated else event.step_time_s
                )
            yield event
        self._evaluated = text.lstrip().startswith("step ")
