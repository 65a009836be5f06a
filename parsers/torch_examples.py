"""PyTorch's example scripts and what was built on them: ImageNet's meters, SwAV's, and MNIST's count of samples.

Format strings: `examples/imagenet/main.py` (ProgressMeter), `examples/mnist/main.py`, `swav/main_swav.py`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from trainmon.events import Counter, CounterScope, Event, Line, Metrics, StageKind
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.batches import BatchLine, BatchLines
from trainmon.parsers.epochs import EpochNames
from trainmon.parsers.numbers import NUMBER
from trainmon.parsers.pairs import read_pairs
from trainmon.patterns import pattern

_TEST = pattern(r"Test set: (?P<values>.*?)(?:, Accuracy: (?P<right>\d{1,12})/(?P<of>\d{1,12}) .*)?", re.ASCII)
_SAMPLES = pattern(
    r"(?:Train |Training )?Epoch: (?P<epoch>\d{1,9}) \[(?P<n>\d{1,12})/(?P<total>\d{1,12}) \(\d{1,3}(?:\.\d+)?%\)\]\s+"
    r"(?P<rest>.*)",
    re.ASCII,
)
_HIDDEN = frozenset({"Data", "data", "BatchTime", "DataTime"})


class ImageNet(BatchLines):
    """Reads `Epoch: [0][  10/5005]` with `Name current (mean)` behind it; older copies print no total."""

    name: ClassVar[str] = "imagenet"
    title: ClassVar[str] = "PyTorch ImageNet example and its copies (SwAV, MoCo)"
    priority: ClassVar[int] = 40
    needles: ClassVar[tuple[str, ...]] = ("Epoch: [", "Test: [", "* ")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Epoch: [23][400/400]\tTime 5.516 (5.810)\tData 0.000 (0.274)\tLoss 1.605 (1.752)", "a public log"),
        Sample(
            "Epoch: [8][50]\tTime 0.629 (0.662)\tData 0.000 (0.032)\tLoss 3.9121 (3.9123)\tLr: 0.5115",
            "a public log, SwAV",
        ),
        Sample(
            "Test: [ 10/391]\tTime  0.145 ( 0.312)\tLoss 6.3380e-01 (7.1e-01)\tAcc@1  83.59 ( 82.10)",
            "PyTorch examples, from their format string",
        ),
        Sample(" * Acc@1 69.758 Acc@5 89.078", "PyTorch examples, from their format string"),
        Sample(" * ADE  1.207 FDE  2.238", "a public log"),
    )
    lines: ClassVar[tuple[BatchLine, ...]] = (
        BatchLine(
            head=pattern(
                r"Epoch: \[(?P<epoch>\d{1,9})\]\[\s*(?P<step>\d{1,12})(?:/(?P<total>\d{1,12}))?\]:?\s", re.ASCII
            ),
            learns_zero=True,
            step_time=("Time", 1.0),
            hidden=_HIDDEN,
            names={"Loss": "loss"},
        ),
        BatchLine(
            head=pattern(r"Test: \[\s*(?P<step>\d{1,12})/(?P<total>\d{1,12})\]:?\s", re.ASCII),
            kind=StageKind.EVAL,
            scope=CounterScope.UNKNOWN,
            learns_zero=True,
        ),
    )
    results: ClassVar[tuple[re.Pattern[str], ...]] = (
        pattern(r"\* +(?P<values>(?:Acc|Prec)@1\s.*)", re.ASCII),
        pattern(rf"\* +(?P<values>(?:[A-Z][\w@/-]{{0,24}}:?\s+(?:{NUMBER})%?(?:\s+|$)){{1,8}})$", re.ASCII),
    )


class SamplesOfEpoch(LogFormat):
    """Reads lines that count samples; the last one of an epoch is short of the total, and the test says it is over."""

    name: ClassVar[str] = "mnist"
    title: ClassVar[str] = "PyTorch MNIST example and its copies (samples of an epoch)"
    priority: ClassVar[int] = 40
    needles: ClassVar[tuple[str, ...]] = ("%)]", "Test set:")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Train Epoch: 1 [640/60000 (1%)]\tLoss: 2.300039", "PyTorch examples, from their format string"),
        Sample(
            "Test set: Average loss: 0.0552, Accuracy: 9821/10000 (98%)", "PyTorch examples, from their format string"
        ),
    )

    def __init__(self) -> None:
        self._epochs = EpochNames()
        self._last: Counter | None = None

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the counter of samples and the loss; for a test its results."""
        text = line.text.strip()
        told = _TEST.fullmatch(text) if text.startswith("Test set:") else None
        if told is not None:
            values = read_pairs(told["values"])
            if told["of"] and int(told["of"]) > 0:
                values["Accuracy"] = 100.0 * int(told["right"]) / int(told["of"])
            evaluated = (Metrics(values=values, kind=StageKind.EVAL),) if values else ()
            return (*self._whole_epoch(), *evaluated)
        match = _SAMPLES.fullmatch(text)
        if match is None:
            return None
        self._last = self._counter(match)
        values = read_pairs(match["rest"])
        return (self._last, Metrics(values=values)) if values else (self._last,)

    def _counter(self, match: re.Match[str]) -> Counter:
        epoch, _ = self._epochs.number(float(match["epoch"]), None)
        return Counter(
            current=float(match["n"]), total=float(match["total"]), unit="sample", scope=CounterScope.EPOCH,
            name="sample", kind=StageKind.TRAIN, epoch=epoch,
        )  # fmt: skip

    def _whole_epoch(self) -> Sequence[Event]:
        last, self._last = self._last, None
        if last is None or last.total is None:
            return ()
        return (
            Counter(
                current=last.total, total=last.total, unit="sample", scope=CounterScope.EPOCH, name="sample",
                kind=StageKind.TRAIN, epoch=last.epoch,
            ),
        )  # fmt: skip
