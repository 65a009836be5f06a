"""Darknet, pjreddie's and AlexeyAB's: `examples/detector.c`, `src/detector.c`; one line per batch, between many others.

`-nan` in the lines of the regions is normal. The total (`max_batches`) stands in the network's file alone; the last
thing that a training does is to save `*_final.weights`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from trainmon.events import Counter, CounterScope, Ending, EndingKind, Event, Line, Metrics, StageKind, StageMark
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.numbers import NUMBER, number
from trainmon.patterns import pattern

_BATCH = pattern(
    rf"(?P<n>\d{{1,9}}): (?P<loss>{NUMBER}), (?P<avg>{NUMBER}) avg(?: loss)?, (?P<rate>{NUMBER}) rate, "
    rf"(?P<seconds>[\d.]{{1,16}}) seconds, \d{{1,15}} images(?:, -?[\d.]{{1,16}} hours left)?.*",
    re.ASCII,
)
_REGION = pattern(
    r"(?:v\d \(|Region \d+ Avg|Region Avg|Detection Avg|Loaded: [\d.]+ seconds|\d+\s+total_bbox = ).*"
    r"|.*\bRegion \d+ Avg.*",
    re.ASCII,
)
_SAVED = pattern(
    r"Saving weights to (?P<path>\S.*?)(?:_(?P<step>\d{1,9}|final|last|best|backup))?\.?(?:weights|backup)", re.ASCII
)
_MAP = pattern(rf"mean average precision \((?P<name>mAP@[\d.]{{1,6}})\) = (?P<value>{NUMBER}), or .*", re.ASCII)


class Darknet(LogFormat):
    """Reads batch lines, notes of saved weights, mean average precision."""

    name: ClassVar[str] = "darknet"
    title: ClassVar[str] = "Darknet (YOLO v1 to v4)"
    priority: ClassVar[int] = 4
    """Before the reader of failures, which would look at every `nan`."""
    needles: ClassVar[tuple[str, ...]] = (
        " avg, ",
        " avg loss, ",
        "Region ",
        "Loaded: ",
        "Saving weights to ",
        "mean average precision",
    )
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Loaded: 0.000034 seconds", "a public log"),
        Sample(
            "Region 82 Avg IOU: -nan, Class: -nan, Obj: -nan, No Obj: 0.537247, .5R: -nan, .75R: -nan,  count: 0",
            "a public log",
        ),
        Sample("6000: 0.121626, 0.752329 avg, 0.000010 rate, 0.196614 seconds, 6000 images", "a public log"),
        Sample(
            " 6001: 0.121626, 0.752329 avg loss, 0.000010 rate, 0.196614 seconds, 384064 images, 1.250000 hours left",
            "AlexeyAB's, from its format string",
        ),
        Sample("Saving weights to backup/yolov3_6000.weights", "Darknet"),
        Sample("Saving weights to backup/yolov3_final.weights", "Darknet"),
    )

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the counter and the losses of a batch."""
        text = line.text.strip()
        match = _BATCH.fullmatch(text)
        if match is not None:
            return self._batch(match)
        if _REGION.fullmatch(text):
            return ()
        saved = _SAVED.fullmatch(text)
        if saved is not None:
            return self._saved(saved["step"] or "", text)
        precision = _MAP.fullmatch(text)
        value = number(precision["value"]) if precision is not None else None
        if precision is None or value is None:
            return None
        return (Metrics(values={precision["name"]: value}, kind=StageKind.EVAL),)

    def _batch(self, match: re.Match[str]) -> Sequence[Event]:
        done = float(match["n"])
        read = {"loss": number(match["loss"]), "avg loss": number(match["avg"]), "rate": number(match["rate"])}
        return (
            Counter(
                current=done, unit="batch", scope=CounterScope.RUN, name="batch", kind=StageKind.TRAIN,
                step_time_s=number(match["seconds"]),
            ),
            Metrics(values={name: value for name, value in read.items() if value is not None}, step=done),
        )  # fmt: skip

    def _saved(self, step: str, text: str) -> Sequence[Event]:
        mark = StageMark(kind=StageKind.CHECKPOINT, name="checkpoint", step=number(step) if step.isdigit() else None)
        return (mark, Ending(kind=EndingKind.FINISHED, text=text)) if step == "final" else (mark,)
