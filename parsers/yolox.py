"""YOLOX, logged through loguru: `yolox/core/trainer.py` (after_iter, before_train, after_train)."""

from __future__ import annotations

import re
from typing import ClassVar

from trainmon.events import EndingKind, StageKind, StageMark
from trainmon.parsers.base import Sample
from trainmon.parsers.batches import CHECKPOINT, BatchLine, BatchLines
from trainmon.patterns import pattern


class Yolox(BatchLines):
    """Reads its iteration lines; the last one of an epoch may be short of the total."""

    name: ClassVar[str] = "yolox"
    title: ClassVar[str] = "YOLOX"
    priority: ClassVar[int] = 30
    needles: ClassVar[tuple[str, ...]] = (
        "epoch: ", "Training of experiment", "Training start...", "Save weights to ", "---> start train epoch",
        "Evaluate in main process",
    )  # fmt: skip
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Training start...", "YOLOX"),
        Sample("---> start train epoch90", "YOLOX"),
        Sample(
            "epoch: 90/300, iter: 30/47, mem: 1756Mb, iter_time: 0.081s, data_time: 0.000s, total_loss: 2.7, "
            "iou_loss: 1.6, lr: 1.233e-04, size: 608, ETA: 0:15:39",
            "a public log, shortened",
        ),
        Sample(
            "epoch: 1/300, iter: 10/100, gpu mem: 7321Mb, mem: 12.1Gb, iter_time: 0.512s, data_time: 0.001s, "
            "total_loss: 15.1, lr: 1.0e-05, size: 640, ETA: 4:15:39",
            "YOLOX 0.3",
        ),
        Sample("Save weights to ./YOLOX_outputs/yolox_s", "YOLOX"),
        Sample("Training of experiment is done and the best AP is 90.00", "a public log"),
    )
    lines: ClassVar[tuple[BatchLine, ...]] = (
        BatchLine(
            head=pattern(
                r"epoch: (?P<epoch>\d{1,9})/(?P<epochs>\d{1,9}), iter: (?P<step>\d{1,12})/(?P<total>\d{1,12}), "
                r"(?:gpu )?(?=mem: )",
                re.ASCII,
            ),
            step_time=("iter_time", 1.0),
            memory_used=("mem", "M"),
            hidden=frozenset({"data_time", "size", "ETA"}),
        ),
    )
    marks: ClassVar[tuple[tuple[re.Pattern[str], StageMark], ...]] = (
        (pattern(r"Save weights to .*"), CHECKPOINT),
        (pattern(r"Evaluate in main process\.\.\."), StageMark(kind=StageKind.EVAL, name="evaluation")),
    )
    endings: ClassVar[tuple[tuple[re.Pattern[str], EndingKind], ...]] = (
        (pattern(r"Training of experiment is done and the best AP is .*"), EndingKind.FINISHED),
    )
    starts: ClassVar[tuple[re.Pattern[str], ...]] = (pattern(r"Training start\.\.\."),)
    noise: ClassVar[tuple[re.Pattern[str], ...]] = (pattern(r"---> start train epoch\d+", re.ASCII),)
    epoch_base: ClassVar[int | None] = 1
