"""Unity ML-Agents: `StatsReporter` (`mlagents/trainers/stats.py`), older and newer, one line a behaviour."""

from __future__ import annotations

import re
from typing import ClassVar

from trainmon.events import StageKind, StageMark
from trainmon.parsers.base import Sample
from trainmon.parsers.counted import CountedLine, CountedLines
from trainmon.parsers.numbers import NUMBER
from trainmon.patterns import pattern


class MlAgents(CountedLines):
    """Reads the steps, the run's own clock and the mean reward."""

    name: ClassVar[str] = "mlagents"
    title: ClassVar[str] = "Unity ML-Agents"
    priority: ClassVar[int] = 30
    needles: ClassVar[tuple[str, ...]] = (" Time Elapsed: ", "Exported ")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(
            "gpu_test: FindTheTarget: Step: 15000. Time Elapsed: 80.900 s Mean Reward: 0.333. Std of Reward: 0.471. "
            "Training.",
            "a public issue",
        ),
        Sample(
            "3DBall. Step: 12000. Time Elapsed: 36.423 s. Mean Reward: 1.166. Std of Reward: 0.724. Training.",
            "ML-Agents",
        ),
        Sample("Exported results/ppo/3DBall/3DBall-499000.onnx", "ML-Agents"),
    )
    lines: ClassVar[tuple[CountedLine, ...]] = (
        CountedLine(
            head=pattern(
                r"(?:\[INFO\] )?(?:[\w -]{1,60}: )?[\w?=&. -]{1,80}[.:] Step: (?P<step>\d{1,12})\. (?=Time Elapsed: )",
                re.ASCII,
            ),
            pair=pattern(rf"(?P<name>[A-Z][A-Za-z ]{{2,30}}): (?P<value>{NUMBER})(?P<unit>)(?=\. | s\b|\.$)", re.ASCII),
            unit="timestep",
            elapsed=("Time Elapsed", 1.0),
        ),
    )
    marks: ClassVar[tuple[tuple[re.Pattern[str], StageMark], ...]] = (
        (
            pattern(r"Exported \S{1,300}-(?P<step>\d{1,12})\.(?:onnx|nn)", re.ASCII),
            StageMark(kind=StageKind.CHECKPOINT, name="checkpoint"),
        ),
    )
