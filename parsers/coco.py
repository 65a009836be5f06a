"""The summary that pycocotools prints after an evaluation, whatever framework asked for it (`COCOeval.summarize`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from trainmon.events import Event, Line, Metrics, StageKind
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.numbers import number
from trainmon.patterns import pattern

_LINE = pattern(
    r"\s*Average (?:Precision|Recall)\s+\((?P<what>AP|AR)\) @\[ IoU=(?P<iou>[\d.:]{3,12})\s*\| "
    r"area=\s*(?P<area>\w{1,10})\s*\| maxDets=\s*(?P<most>\d{1,6})\s*\] = (?P<value>-?[\d.]{1,12})\s*",
    re.ASCII,
)


class CocoSummary(LogFormat):
    """Reads the twelve lines; the first is what papers call AP."""

    name: ClassVar[str] = "coco"
    title: ClassVar[str] = "COCO evaluation summary (pycocotools)"
    priority: ClassVar[int] = 40
    needles: ClassVar[tuple[str, ...]] = ("Average Precision", "Average Recall")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(" Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.420", "pycocotools"),
        Sample(" Average Recall     (AR) @[ IoU=0.50:0.95 | area= large | maxDets=100 ] = 0.702", "pycocotools"),
    )

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the value under a name such as `AP`, `AP50`, `AP small`, `AR@10`."""
        match = _LINE.fullmatch(line.text)
        if match is None:
            return None
        value = number(match["value"])
        if value is None or value < 0:  # -1: no objects of that size
            return ()
        return (Metrics(values={_name(match): value}, kind=StageKind.EVAL),)


def _name(match: re.Match[str]) -> str:
    name = match["what"]
    if ":" not in match["iou"]:
        name += match["iou"].removeprefix("0.")
    if match["area"] != "all":
        return f"{name} {match['area']}"
    return name if match["what"] == "AP" else f"{name}@{match['most']}"
