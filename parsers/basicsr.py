"""BasicSR and what is built on it (Real-ESRGAN, GFPGAN): `basicsr/utils/logger.py` (MessageLogger), `train.py`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from trainmon.events import CounterScope, EndingKind, Event, Facts, Line, StageMark
from trainmon.parsers.base import Sample
from trainmon.parsers.batches import CHECKPOINT, BatchLine, BatchLines
from trainmon.parsers.numbers import NUMBER, number
from trainmon.patterns import pattern

_TOTALS = pattern(r"Total epochs(?: \(.*?\))?: ([\d,]{1,12}); iters(?: \(.*?\))?: ([\d,]{1,15})\.?", re.ASCII)
_COUNT = r"\d{1,3}(?:,\d{3})*|\d{1,12}"
_PAIR = pattern(
    rf"(?<![\w.])(?P<name>time \(data\)|[A-Za-z]\w{{0,60}}): (?P<value>{NUMBER})(?![\w:])(?P<unit>)", re.ASCII
)


class BasicSr(BatchLines):
    """Reads the message logger's lines and the statistics above them."""

    name: ClassVar[str] = "basicsr"
    title: ClassVar[str] = "BasicSR"
    priority: ClassVar[int] = 30
    needles: ClassVar[tuple[str, ...]] = (
        "][epoch:",
        "<epoch:",
        "Total epochs",
        "Saving models and training states",
        "End of training.",
        "# ",
    )
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Total epochs: 60; iters: 300000.", "BasicSR"),
        Sample(
            "[exp..][epoch:  0, iter:     100, lr:(1.000e-04,)] [eta: 1 day, 2:03:04, time (data): 0.512 (0.002)] "
            "l_pix: 5.8e-02 ",
            "BasicSR, from its format string",
        ),
        Sample("<epoch: 30, iter:   2,800, lr:1.000e-04> l_g_pix: 3.2022e-03 D_real: -8.3919e+00", "a public issue"),
        Sample("Saving models and training states.", "BasicSR"),
        Sample("# psnr: 30.1203\tBest: 30.1203 @ 5000 iter", "BasicSR, from its format string"),
        Sample("End of training. Time consumed: 0:10:11", "BasicSR"),
    )
    lines: ClassVar[tuple[BatchLine, ...]] = (
        BatchLine(
            head=pattern(
                rf"(?:\[.{{0,40}}?\]\[|<)epoch:\s*(?P<epoch>\d{{1,9}}), iter:\s*(?P<step>{_COUNT}), "
                r"lr:(?:\([^)]{0,120}\)\]|[\d.e+-]{1,16}>)",
                re.ASCII,
            ),
            pair=_PAIR,
            scope=CounterScope.RUN,
            step_time=("time (data)", 1.0),
            hidden=frozenset({"eta"}),
        ),
    )
    results: ClassVar[tuple[re.Pattern[str], ...]] = (
        pattern(r"# (?P<values>[a-z]\w{1,30}: [\d.]+)\tBest: ", re.ASCII),
    )
    marks: ClassVar[tuple[tuple[re.Pattern[str], StageMark], ...]] = (
        (pattern(r"Saving models and training states\."), CHECKPOINT),
    )
    endings: ClassVar[tuple[tuple[re.Pattern[str], EndingKind], ...]] = (
        (pattern(r"End of training\. Time consumed: .*"), EndingKind.FINISHED),
    )
    epoch_base: ClassVar[int | None] = 0

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the events of one line."""
        totals = _TOTALS.fullmatch(line.text.strip())
        if totals is None:
            return super().parse(line)
        read: Mapping[str, float | None] = {"epochs": number(totals[1]), "total_steps": number(totals[2])}
        return (Facts(values={name: value for name, value in read.items() if value}),)
