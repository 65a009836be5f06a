"""verl: a line of hundreds of numbers a step, printed by a Ray actor beside a bar that may survive only once.

Format strings: `verl/utils/logger/aggregate_logger.py` (`concat_dict_to_str`), `verl/trainer/ppo/ray_trainer.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from trainmon.events import EndingKind
from trainmon.parsers.base import Sample
from trainmon.parsers.counted import DASHED, CountedLine, CountedLines
from trainmon.patterns import pattern


class Verl(CountedLines):
    """Reads the line of each step; the total comes from the bar. A line that several processes print counts once."""

    name: ClassVar[str] = "verl"
    title: ClassVar[str] = "verl"
    priority: ClassVar[int] = 15
    needles: ClassVar[tuple[str, ...]] = ("step:", "Final validation metrics", "Total training steps:")
    lines: ClassVar[tuple[CountedLine, ...]] = (
        CountedLine(
            head=pattern(r"step:(?P<step>\d{1,12})(?= - [\w-]{1,60}/)"),
            pair=DASHED,
            step_time=("perf/time_per_step", 1.0),
            memory_peak=("perf/max_memory_allocated_gb", "GB"),
            hidden=frozenset({"training/global_step", "training/epoch"}),
        ),
    )
    facts: ClassVar[Mapping[str, re.Pattern[str]]] = {"total_steps": pattern(r"Total training steps: (\d{1,12})")}
    endings = ((pattern(r"['\"]?Final validation metrics: .{0,20000}"), EndingKind.FINISHED),)
    once: ClassVar[bool] = True
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(
            "step:20 - actor/entropy:0.08235730230808258 - actor/pg_clipfrac:np.float64(0.0) - "
            "perf/mfu/actor:np.float64(0.2096263372220)",
            "a public log",
        ),
        Sample("step:0 - val-aux/aime_2024/reward/mean@30:np.float64(0.009888888332578867)", "a public log"),
    )
