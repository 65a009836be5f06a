"""DeepSpeed: its throughput timer, the steps of its engine, its pipeline engine, and its launcher.

Format strings: `deepspeed/utils/timer.py` (ThroughputTimer), `runtime/engine.py` (`_report_progress`),
`runtime/pipe/engine.py` (`train_batch`), `launcher/launch.py`. A skipped step (`OVERFLOW!`) is no error.
"""

from __future__ import annotations

import re
from typing import ClassVar

from trainmon.events import EndingKind
from trainmon.parsers.base import Sample
from trainmon.parsers.counted import COLON, EQUALS, CountedLine, CountedLines
from trainmon.parsers.numbers import NUMBER
from trainmon.patterns import pattern

_RANK = r"(?:\[[Rr]ank \d{1,6}\] )?"
_FIRST_OF_LIST = pattern(rf"(?P<name>lr)=\[(?P<value>{NUMBER})(?P<unit>)", re.ASCII)


class DeepSpeed(CountedLines):
    """Reads steps, learning rates, throughput and memory; a log beside it (a Trainer's bar) knows the total."""

    name: ClassVar[str] = "deepspeed"
    title: ClassVar[str] = "DeepSpeed"
    priority: ClassVar[int] = 16
    needles: ClassVar[tuple[str, ...]] = (
        "global_step=", "skipped=", "iter time (s)", "exits successfully", "OVERFLOW!", "Killing subprocess"
    )  # fmt: skip
    lines: ClassVar[tuple[CountedLine, ...]] = (
        CountedLine(
            head=pattern(
                rf"{_RANK}(?:epoch=\d{{1,9}}/)?micro_step=\d{{1,12}}/global_step=(?P<step>\d{{1,12}}), "
                r"(?=RunningAvg|Curr|Mem)"
            ),
            pair=EQUALS,
            beside=True,
            memory_used=("MemAllocated", "GB"),
            memory_peak=("MaxMemAllocated", "GB"),
        ),
        CountedLine(
            head=pattern(rf"{_RANK}step=(?P<step>\d{{1,12}}), skipped=\d{{1,12}}, (?=lr=)"),
            pair=_FIRST_OF_LIST,
            beside=True,
        ),
        CountedLine(
            head=pattern(r"steps: (?P<step>\d{1,12}) (?=loss: .{1,60}iter time \(s\): )"),
            pair=COLON,
            beside=True,
            step_time=("iter time (s)", 1.0),
        ),
    )
    endings = ((pattern(r"Process \d{1,9} exits successfully\."), EndingKind.FINISHED),)
    noise = (
        pattern(r"(?:\[deepspeed?\] |\[deepscale\] )?OVERFLOW! Rank \d+ Skipping step\..*"),
        pattern(r"Killing subprocess \d+"),
    )
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(
            "epoch=0/micro_step=100/global_step=100, RunningAvgSamplesPerSec=0.7268912740330237, "
            "CurrSamplesPerSec=0.7268421076991304, MemAllocated=1.14GB, MaxMemAllocated=16.37GB",
            "a public log",
        ),
        Sample("[Rank 0] step=2, skipped=0, lr=[3.75e-05, 3.75e-05], mom=[(0.9, 0.999), (0.9, 0.999)]", "a public log"),
        Sample("steps: 2 loss: 12.8004 iter time (s): 145.206 samples/sec: 7.052", "a public log"),
        Sample(
            "[deepscale] OVERFLOW! Rank 0 Skipping step. Attempted loss scale: 256, reducing to 128.0", "a public log"
        ),
        Sample("Killing subprocess 12076", "a public log"),
    )
