"""OpenRLHF's PPO and SkyRL: episodes of experience around short bars of policy updates, which are no epochs of the run.

Descriptions: `openrlhf/trainer/ppo_trainer.py` (`Episode [1/1]`, `Train epoch [1/1]`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import ClassVar

from trainmon.events import Counter, CounterScope, StageKind
from trainmon.parsers.amended_bars import AmendedBars
from trainmon.parsers.base import Sample
from trainmon.patterns import pattern

_EPISODE = pattern(r"Episode \[(\d{1,9})/(\d{1,9})\]")


class OpenRLHF(AmendedBars):
    """Reads progress from the bar of an episode; what runs inside it takes part of a step."""

    name: ClassVar[str] = "openrlhf"
    title: ClassVar[str] = "OpenRLHF (PPO), SkyRL"
    needles: ClassVar[tuple[str, ...]] = ("Episode [", "Train epoch [")
    bars: ClassVar[re.Pattern[str]] = pattern(
        r"(?:Episode|(?:Policy |Critic )?Train epoch) \[\d{1,9}/\d{1,9}\]: +\d{1,3}%\|"
    )
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Episode [1/1]:   2%|▏         | 3/128 [00:11<07:44,  3.71s/it]", "OpenRLHF"),
        Sample(
            "Train epoch [1/1]:  20%|██        | 2/10 [00:03<00:13,  1.65s/it, act_lr=1e-6, glen=512, kl=0.01, pg=0.1]",
            "OpenRLHF",
        ),
    )

    def amended(self, counter: Counter) -> Counter:
        """An episode is an epoch of the run; a bar of updates is none."""
        episode = _EPISODE.match(counter.name)
        if episode is None:
            return replace(counter, name="policy update", kind=StageKind.OTHER, epoch=None, total_epochs=None)
        return replace(
            counter,
            unit="step",
            scope=CounterScope.EPOCH,
            kind=StageKind.TRAIN,
            epoch=float(episode[1]),
            total_epochs=float(episode[2]),
        )
