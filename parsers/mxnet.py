"""MXNet's logs: the Speedometer of the Module API, GluonCV's classification and detection scripts, GluonNLP's.

Format strings: `mxnet/callback.py` (Speedometer), `gluon-cv/scripts/classification/imagenet/train_imagenet.py`,
`gluon-nlp/scripts/sentiment_analysis`. No line holds the number of epochs; it stands in the settings printed above.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar

from trainmon.events import Counter, CounterScope, EndingKind, Event, Line, Metrics, StageKind, StageMark
from trainmon.parsers.base import Sample
from trainmon.parsers.batches import BatchLine, BatchLines
from trainmon.parsers.numbers import number
from trainmon.parsers.pairs import metric_events, read_pairs
from trainmon.patterns import pattern

_EPOCH = pattern(
    r"(?:\[Epoch (?P<epoch>\d{1,9})\]|Epoch\[(?P<module>\d{1,9})\])[ \t]+"
    r"(?P<what>training|train|[Ss]peed|[Vv]alidation|Train|Time)\b(?P<rest>.*)",
    re.ASCII,
)
_TOOK = pattern(r"(?i)time cost ?[=: ]\s?(\d{1,12}(?:\.\d{1,9})?)", re.ASCII)
_HIDDEN = frozenset({"throughput", "Speed"})


class MxNet(BatchLines):
    """Reads batch lines and the lines that close an epoch."""

    name: ClassVar[str] = "mxnet"
    title: ClassVar[str] = "MXNet, GluonCV and GluonNLP"
    priority: ClassVar[int] = 35
    needles: ClassVar[tuple[str, ...]] = ("Epoch[", "[Epoch ", "Total time cost", "Begin Testing")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Epoch[0] Batch [1999]\tSpeed: 810.986068 samples/sec\taccuracy=0.007754\tlr=0.007990", "a public log"),
        Sample("Epoch[0] Batch [20-40]\tSpeed: 1210.11 samples/sec\taccuracy=0.911", "MXNet, Module API"),
        Sample("[Epoch 119] training: accuracy=0.842647", "a public log"),
        Sample("[Epoch 119] speed: 720 samples/sec\ttime cost: 1802.497442", "a public log"),
        Sample("[Epoch 119] validation: err-top1=0.203726 err-top5=0.052484", "a public log"),
        Sample("Epoch[1] Train-accuracy=0.91", "MXNet, Module API"),
        Sample("Epoch[1] Time cost=12.3", "MXNet, Module API"),
        Sample("Epoch[1] Validation-accuracy=0.90", "MXNet, Module API"),
        Sample("[Epoch 0 Batch 1200/3137] avg loss 0.0253608, throughput 2.80402K wps", "a public log"),
        Sample("Begin Testing...", "a public log"),
        Sample(
            "[Epoch 199] train avg loss 0.00689268, dev acc 0.4160, dev avg loss 2.42488, throughput 2.81433K wps",
            "a public log",
        ),
        Sample("Total time cost 11867.87s", "a public log"),
    )
    lines: ClassVar[tuple[BatchLine, ...]] = (
        BatchLine(
            head=pattern(r"Epoch\[(?P<epoch>\d{1,9})\] Batch \[(?:\d{1,12}-)?(?P<step>\d{1,12})\]\s", re.ASCII),
            from_zero=True,
            unit="batch",
            hidden=_HIDDEN,
        ),
        BatchLine(
            head=pattern(r"\[Epoch (?P<epoch>\d{1,9})\]\[Batch (?P<step>\d{1,12})\],? ", re.ASCII),
            from_zero=True,
            unit="batch",
            hidden=_HIDDEN,
        ),
        BatchLine(
            head=pattern(
                r"\[Epoch (?P<epoch>\d{1,9}) Batch (?P<step>\d{1,12})/(?P<total>\d{1,12})\] (?!Evaluation)", re.ASCII
            ),
            unit="batch",
            hidden=_HIDDEN,
        ),
    )
    marks: ClassVar[tuple[tuple[re.Pattern[str], StageMark], ...]] = (
        (pattern(r"Begin Testing\.\.\."), StageMark(kind=StageKind.EVAL, name="evaluation")),
    )
    endings: ClassVar[tuple[tuple[re.Pattern[str], EndingKind], ...]] = (
        (pattern(r"Total time cost \d[\d.]* ?s", re.ASCII), EndingKind.FINISHED),
    )

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the events of one line."""
        told = _EPOCH.fullmatch(line.text.strip())
        return list(self._closed(told)) if told is not None else super().parse(line)

    def _closed(self, told: re.Match[str]) -> Iterator[Event]:
        what, rest = told["what"].lower(), told["rest"]
        values = read_pairs(rest.lstrip(": -"))
        if what == "validation":
            if values:
                yield Metrics(values=values, kind=StageKind.EVAL)
            return
        epoch, _ = self.epoch_of(number(told["epoch"] or told["module"]), None)
        took = _TOOK.search(told["what"] + rest)
        if epoch is not None:
            yield Counter(
                current=epoch, unit="epoch", scope=CounterScope.EPOCHS, name="epoch", epoch=epoch,
                step_time_s=number(took[1]) if took is not None else None,
            )  # fmt: skip
        if what.startswith("train"):
            yield from metric_events({name: value for name, value in values.items() if name not in _HIDDEN})
