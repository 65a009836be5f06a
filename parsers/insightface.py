"""InsightFace's `arcface_torch`: `utils/utils_callbacks.py` (CallBackLogging, CallBackVerification)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from trainmon.events import StageKind, StageMark
from trainmon.parsers.base import Sample
from trainmon.parsers.counted import BLANK, CountedLine, CountedLines
from trainmon.patterns import pattern


class InsightFace(CountedLines):
    """Reads its lines, whose logger puts a time and a dash in front; verification prints one line a set."""

    name: ClassVar[str] = "insightface"
    title: ClassVar[str] = "InsightFace (arcface_torch)"
    priority: ClassVar[int] = 30
    needles: ClassVar[tuple[str, ...]] = ("Speed ", ": total_step", ": num_epoch", "XNorm: ", "Accuracy-")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("-: num_epoch                         20", "arcface_torch"),
        Sample("-: total_step                        90000", "arcface_torch"),
        Sample(
            "-Speed 727.03 samples/sec   Loss 43.9404   LearningRate 0.1000   Epoch: 0   Global Step: 320   "
            "Fp16 Grad Scale: 131072   Required: 453 hours",
            "a public issue",
        ),
        Sample("-[lfw][2000]XNorm: 22.123456", "arcface_torch, from its format string"),
        Sample("-[lfw][2000]Accuracy-Flip: 0.99000+-0.00300", "arcface_torch, from its format string"),
    )
    lines: ClassVar[tuple[CountedLine, ...]] = (
        CountedLine(
            head=pattern(
                r"-? ?Speed [\d.]{1,12} samples/sec\s+(?=Loss .{1,80}?Epoch: (?P<epoch>\d{1,9})\s+"
                r"Global Step: (?P<step>\d{1,12})\s)",
                re.ASCII,
            ),
            pair=BLANK,
            names={"Loss": "loss"},
        ),
    )
    facts: ClassVar[Mapping[str, re.Pattern[str]]] = {
        "total_steps": pattern(r"-? ?: ?total_step\s+(\d{1,12})", re.ASCII),
        "epochs": pattern(r"-? ?: ?num_epoch\s+(\d{1,9})", re.ASCII),
    }
    marks: ClassVar[tuple[tuple[re.Pattern[str], StageMark], ...]] = (
        (
            pattern(r"-? ?\[\w{1,40}\]\[(?P<step>\d{1,12})\]XNorm: .*", re.ASCII),
            StageMark(kind=StageKind.EVAL, name="verification"),
        ),
    )
    noise: ClassVar[tuple[re.Pattern[str], ...]] = (
        pattern(r"-? ?\[\w{1,40}\]\[\d{1,12}\]Accuracy-(?:Flip|Highest): .*", re.ASCII),
    )
