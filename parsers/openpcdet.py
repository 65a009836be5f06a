"""OpenPCDet: `tools/train_utils/train_utils.py`, its plain lines and those in timm's style beside its bars."""

from __future__ import annotations

import re
from typing import ClassVar

from trainmon.events import EndingKind, StageKind, StageMark
from trainmon.parsers.base import Sample
from trainmon.parsers.batches import BatchLine, BatchLines
from trainmon.patterns import pattern


class OpenPcDet(BatchLines):
    """Reads its plain iteration lines, whose epochs and batches count from 0."""

    name: ClassVar[str] = "openpcdet"
    title: ClassVar[str] = "OpenPCDet"
    priority: ClassVar[int] = 30
    needles: ClassVar[tuple[str, ...]] = (", acc_iter=", "****")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("**********************Start training kitti_models/pv_rcnn(default)**********************", "OpenPCDet"),
        Sample(
            "epoch: 4/120, acc_iter=1150, cur_iter=65/271, batch_size=4, loss=4.257, lr=0.00035164", "a public issue"
        ),
        Sample("**********************End training kitti_models/pv_rcnn(default)**********************", "OpenPCDet"),
    )
    lines: ClassVar[tuple[BatchLine, ...]] = (
        BatchLine(
            head=pattern(
                r"epoch: (?P<epoch>\d{1,9})/(?P<epochs>\d{1,9}), acc_iter=\d{1,12}, "
                r"cur_iter=(?P<step>\d{1,12})/(?P<total>\d{1,12})",
                re.ASCII,
            ),
            from_zero=True,
            hidden=frozenset({"batch_size"}),
        ),
    )
    marks: ClassVar[tuple[tuple[re.Pattern[str], StageMark], ...]] = (
        (pattern(r"\*{4,}Start evaluation .*\*{4,}"), StageMark(kind=StageKind.EVAL, name="evaluation")),
    )
    endings: ClassVar[tuple[tuple[re.Pattern[str], EndingKind], ...]] = (
        (pattern(r"\*{4,}End training .*\*{4,}"), EndingKind.FINISHED),
    )
    starts: ClassVar[tuple[re.Pattern[str], ...]] = (pattern(r"\*{4,}Start training "),)
    epoch_base: ClassVar[int | None] = 0


class OpenPcDetTimm(BatchLines):
    """Reads its lines in timm's style, whose batches alone count from 0."""

    name: ClassVar[str] = "openpcdet-timm"
    title: ClassVar[str] = "OpenPCDet, lines in timm's style"
    priority: ClassVar[int] = 30
    needles: ClassVar[tuple[str, ...]] = ("  Acc_iter ",)
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(
            "Train:    1/3 ( 33%) [  49/323 ( 15%)]  Loss: 36.77 (81.7)  LR: 1.351e-04  Time cost: 00:15/01:25 "
            "[00:15/04:48]  Acc_iter 50          Data time: 0.00(0.02)  Forward time: 0.31(0.29)  "
            "Batch time: 0.31(0.31)",
            "a public pull request",
        ),
    )
    lines: ClassVar[tuple[BatchLine, ...]] = (
        BatchLine(
            head=pattern(
                r"Train: +(?P<epoch>\d{1,9})/(?P<epochs>\d{1,9}) \( *\d{1,3}%\) "
                r"\[ *(?P<step>\d{1,12})/(?P<total>\d{1,12}) \( *\d{1,3}%\)\]\s",
                re.ASCII,
            ),
            from_zero=True,
            needs="Acc_iter",
            step_time=("Batch time", 1.0),
            hidden=frozenset({"Data time", "Forward time", "Time cost", "Acc_iter"}),
            names={"Loss": "loss", "LR": "lr"},
        ),
    )
    epoch_base: ClassVar[int | None] = 1
