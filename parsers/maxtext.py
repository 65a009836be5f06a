"""MaxText (JAX): completed steps counted from 0. The first holds compilation, the second hardly waits for anything.

Format strings: `maxtext/common/metric_logger.py`, `pyconfig.py` (`Config param ...`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from trainmon.events import Counter, Event, Line, StageKind
from trainmon.parsers.base import Sample
from trainmon.parsers.counted import EQUALS, CountedLine, CountedLines
from trainmon.patterns import pattern

_UNTIMED_STEPS = 2


class MaxText(CountedLines):
    """Reads steps and evaluations; the total stands in the configuration that is printed first."""

    name: ClassVar[str] = "maxtext"
    title: ClassVar[str] = "MaxText"
    priority: ClassVar[int] = 20
    needles: ClassVar[tuple[str, ...]] = ("completed step: ", "eval metrics after step", "Config param ")
    lines: ClassVar[tuple[CountedLine, ...]] = (
        CountedLine(
            head=pattern(r"completed step: (?P<step>\d{1,12}), (?=seconds: )"),
            from_zero=True,
            step_time=("seconds", 1.0),
            hidden=frozenset({"total_weights"}),
        ),
        CountedLine(
            head=pattern(r"eval metrics after step: (?P<step>\d{1,12}), (?=loss=)"),
            pair=EQUALS,
            kind=StageKind.EVAL,
            names={"loss": "eval_loss"},
            hidden=frozenset({"total_weights"}),
        ),
    )
    facts: ClassVar[Mapping[str, re.Pattern[str]]] = {"total_steps": pattern(r"Config param steps: (\d{1,12})")}
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Config param steps: 150001", "MaxText"),
        Sample(
            "completed step: 2, seconds: 5.658, TFLOP/s/device: 135.158, Tokens/s/device: 8687.815, "
            "total_weights: 196608, loss: 11.689",
            "a public page",
        ),
    )

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the events of a line."""
        events = super().parse(line)
        return events and [
            replace(event, step_time_s=None)
            if isinstance(event, Counter) and event.current <= _UNTIMED_STEPS
            else event
            for event in events
        ]
