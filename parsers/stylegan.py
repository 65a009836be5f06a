"""StyleGAN 2 and 3: progress in thousands of images, one line per tick, no loss on it.

Format strings: `training/training_loop.py` of stylegan2-ada-pytorch and stylegan3.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from trainmon.events import (
    Counter,
    CounterScope,
    Ending,
    EndingKind,
    Event,
    Facts,
    GpuMemory,
    Line,
    Metrics,
    StageKind,
    StageMark,
)
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.numbers import duration_s, number, size_bytes
from trainmon.patterns import pattern

_TICK = pattern(
    r"tick (?P<tick>\d{1,9})\s+kimg (?P<kimg>[\d.]{1,20})\s+(?:lod \S+\s+minibatch \d+\s+)?"
    r"time (?P<time>\d[\dhdms ]{0,24}?)\s+sec/tick [\d.]{1,16}\s+"
    r"sec/kimg (?P<per>[\d.]{1,16})\s+maintenance (?P<pause>[\d.]{1,16})(?:\s+cpumem [\d.]{1,12})?"
    r"\s+gpumem (?P<memory>[\d.]{1,12})(?:\s+reserved (?P<reserved>[\d.]{1,12}))?"
    r"(?:\s+augment (?P<augment>[\d.]{1,12}))?.*",
    re.ASCII,
)
_TOTAL = pattern(r"Training for (\d{1,9}) kimg\.\.\.", re.ASCII)
_DURATION = pattern(r"Training duration:\s+(\d{1,9}) kimg", re.ASCII)


class StyleGan(LogFormat):
    """Reads ticks; `Training for N kimg...` above them gives the total."""

    name: ClassVar[str] = "stylegan"
    title: ClassVar[str] = "StyleGAN 2 and 3"
    priority: ClassVar[int] = 30
    needles: ClassVar[tuple[str, ...]] = (" kimg", "Exiting...", "Evaluating metrics...")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Training for 25000 kimg...", "StyleGAN 3"),
        Sample(
            "tick 0     kimg 0.0      time 1m 02s       sec/tick 9.6     sec/kimg 2410.91 maintenance 52.3   "
            "cpumem 4.54   gpumem 33.13  reserved 33.49  augment 0.000",
            "StyleGAN 3, from its format string",
        ),
        Sample("Evaluating metrics...", "StyleGAN 3"),
        Sample("Exiting...", "StyleGAN 3"),
    )

    def __init__(self) -> None:
        self._total: float | None = None
        self._ticked = False

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the counter of thousands of images, the run's clock, the memory."""
        text = line.text.strip()
        total = _TOTAL.fullmatch(text) or _DURATION.fullmatch(text)
        if total is not None:
            self._total = number(total[1])
            return (Facts(values={"total_steps": self._total}),) if self._total else ()
        if text == "Evaluating metrics...":
            return (StageMark(kind=StageKind.EVAL, name="evaluation"),) if self._ticked else ()
        if text == "Exiting...":
            return (Ending(kind=EndingKind.FINISHED, text=text),) if self._ticked else ()
        match = _TICK.fullmatch(text)
        return self._tick(match) if match is not None else None

    def _tick(self, match: re.Match[str]) -> Sequence[Event]:
        self._ticked = True
        kimg, augment = number(match["kimg"]) or 0.0, number(match["augment"] or "")
        used, reserved = match["memory"], match["reserved"]
        counter = Counter(
            current=kimg, total=self._total, unit="kimg", scope=CounterScope.RUN, name="kimg", kind=StageKind.TRAIN,
            elapsed_s=duration_s(match["time"].strip()), step_time_s=number(match["per"]),
        )  # fmt: skip
        memory = GpuMemory(used_bytes=size_bytes(used, "G"), peak_bytes=size_bytes(reserved, "G") if reserved else None)
        values = (Metrics(values={"augment": augment}, step=kimg),) if augment is not None else ()
        return (counter, *values, memory)
