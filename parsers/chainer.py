"""Chainer: the table of `PrintReport` and the four lines that `ProgressBar` redraws; ESPnet 1 prints both.

Format strings: `chainer/training/extensions/print_report.py`, `progress_bar.py`. A cell without a value is blank, so
cells are told apart by where the header's names begin.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import ClassVar

from trainmon.events import Counter, CounterScope, Event, Line, StageKind
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.numbers import number
from trainmon.parsers.pairs import metric_events
from trainmon.patterns import pattern

_HEADER = pattern(r"epoch {7}iteration {3,}\S.*main/.*")
_NAME = pattern(r"\S+")
_PLACE = pattern(
    r"\s*(?P<n>\d{1,12}) iter, (?P<epoch>\d{1,9}) epoch(?: / (?P<total>\d{1,12}) (?P<unit>epochs|iterations))?\s*",
    re.ASCII,
)
_BAR = pattern(
    r"\s*(?:total|this epoch) \[[#.]{10,200}\]\s+[\d.]{1,8}%\s*"
    r"|\s*[\d.]{1,20} iters/sec\. Estimated time to finish: .*",
    re.ASCII,
)
_COUNTS = frozenset({"epoch", "iteration", "elapsed_time"})


class Chainer(LogFormat):
    """Reads rows below their header, and where the progress bar says the training stands."""

    name: ClassVar[str] = "chainer"
    title: ClassVar[str] = "Chainer (PrintReport, ProgressBar)"
    priority: ClassVar[int] = 30
    needles: ClassVar[tuple[str, ...]] = ("main/", " iter, ", "total [", "this epoch [", " iters/sec. ")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(
            "epoch       iteration   main/loss   validation/main/loss  elapsed_time", "Chainer, from its format string"
        ),
        Sample("1           600         0.193208    0.0962981             5.41203", "Chainer, from its format string"),
        Sample(
            "     total [######............................................] 12.34%", "Chainer, from its format string"
        ),
        Sample("       123 iter, 1 epoch / 20 epochs", "Chainer, from its format string"),
        Sample("    8.1204 iters/sec. Estimated time to finish: 0:01:10.123456.", "Chainer, from its format string"),
    )

    def __init__(self) -> None:
        self.holding = False
        self._columns: list[tuple[str, int, int | None]] = []
        self._epochs: float | None = None
        self._per_epoch: float | None = None  # iterations, as a row at the end of an epoch tells

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the counter and the values of a row."""
        text = line.text.rstrip()
        if _HEADER.fullmatch(text):
            starts = [(match[0], match.start()) for match in _NAME.finditer(text)]
            ends = [after[1] for _, after in pairwise(starts)]
            self._columns = [(name, at, end) for (name, at), end in zip(starts, [*ends, None], strict=True)]
            self.holding = True
            return ()
        place = _PLACE.fullmatch(text)
        if place is not None:
            return (self._placed(place),)
        if _BAR.fullmatch(text):
            return ()
        return self._row(text) if self._columns else None

    def _placed(self, match: re.Match[str]) -> Counter:
        total, of_epochs = number(match["total"] or ""), match["unit"] == "epochs"
        self._epochs = total if of_epochs else None
        return Counter(
            current=float(match["n"]), total=self._total() if of_epochs else total, unit="iteration",
            scope=CounterScope.RUN, name="iteration", kind=StageKind.TRAIN, epoch=float(match["epoch"]) + 1,
            total_epochs=total if of_epochs else None,
        )  # fmt: skip

    def _total(self) -> float | None:
        return self._per_epoch * self._epochs if self._per_epoch is not None and self._epochs is not None else None

    def _row(self, text: str) -> Sequence[Event] | None:
        read: dict[str, float] = {}
        for name, start, end in self._columns:
            cell = text[start:end].strip()
            value = number(cell)
            if cell and value is None:
                return None
            if value is not None:
                read[name] = value
        step = read.get("iteration")
        if step is None or text[:1].isspace():
            return None
        epoch = read.get("epoch")
        if self._per_epoch is None and epoch and step % epoch == 0:
            self._per_epoch = step / epoch
        counter = Counter(
            current=step, total=self._total(), unit="iteration", scope=CounterScope.RUN, name="iteration",
            kind=StageKind.TRAIN, epoch=read.get("epoch"), elapsed_s=read.get("elapsed_time"),
            elapsed_resolution_s=0.001,
        )  # fmt: skip
        values = {name: value for name, value in read.items() if name not in _COUNTS}
        return (counter, *metric_events(values, step=step))
