"""Numbers of a run that its header states: `Num examples = 3200`, `Total steps: 300`, banners, settings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from trainmon.events import Event, Facts, Line
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.numbers import number
from trainmon.patterns import pattern

_PHRASES: tuple[tuple[str, str], ...] = (
    ("examples", r"num(?:ber of)?[ _](?:train(?:ing)?[ _])?(?:examples|samples)"),
    ("steps_per_epoch", r"(?:num(?:ber of)? )?(?:update )?(?:steps|batches|iterations|iters)[ _]per[ _]epoch"),
    ("epochs", r"(?:num(?:ber of)?|total|max)[ _](?:train(?:ing)?[ _])?epochs|epochs|max_epoch"),
    (
        "total_steps",
        r"(?:total|max)[ _](?:optimization |training |train[ _]|update )?(?:steps|iterations|iters)"
        r"|num[ _](?:train(?:ing)?[ _])(?:steps|iterations)"
        r"|total[ _](?:number of )(?:training |optimization )?steps",
    ),
    ("effective_batch_size", r"(?:total|effective|global)[ _](?:train[ _])?batch[ _]size(?: \([^()]{1,60}\))?"),
    ("gradient_accumulation", r"grad(?:ient)?[ _]accum(?:ulation)?(?:[ _]steps)?"),
    ("batch_size", r"(?:per[ _]device[ _](?:train[ _])?|train[ _])?batch[ _]size(?:[ _]per[ _](?:device|gpu))?"),
    ("save_steps", r"save[ _](?:every|steps|interval)"),
    ("eval_steps", r"eval[ _](?:every|steps|interval)"),
    ("logging_steps", r"log(?:ging)?[ _](?:every|steps|interval)"),
    ("world_size", r"world[ _]size|(?:num(?:ber of)?|data parallel)[ _](?:gpus|processes)(?: used)?"),
)
_FACT = pattern(
    "(?<![A-Za-z_])(?<!total )(?:"
    + "|".join(f"(?P<{name}>{phrase})" for name, phrase in _PHRASES)
    + r")(?: */ *[^\x00-\x7f ][^:=|,;]{0,40})?\s*[:=]\s*"
    r"(?P<value>\d{1,3}(?:,\d{3})+|\d{1,12})(?![\w./]*\w)",
    re.IGNORECASE,
)
_SPOKEN = pattern(
    r"\W{0,12}(?:start(?:ing)? |begin(?:ning)? |will )?train(?:ing)?(?: the)?(?: model)? (?:for|over) "
    r"(?P<value>\d{1,3}(?:,\d{3})+|\d{1,12}) (?:(?P<epochs>epochs?)|(?:training )?(?:steps?|iterations?|iters?))\b",
    re.IGNORECASE,
)
"""`Training for 2000 steps with batch size 32`."""
_STARTING = pattern(
    r"\W{0,12}start(?:ing)? train(?:ing)?\b[^\d]{0,40}?\b(?:(?P<epochs>epochs)|iters|iterations|steps)\s*[:=]\s*"
    r"(?P<value>\d{1,12})\b",
    re.IGNORECASE,
)
"""`Starting training..., iters: 600`."""
_MOST_LEFT_LETTERS = 12


class RunFacts(LogFormat):
    """Reads header lines that hold nothing but named sizes of the run."""

    name: ClassVar[str] = "facts"
    title: ClassVar[str] = "headers that state steps, epochs and batch sizes"
    priority: ClassVar[int] = 85
    needles: ClassVar[tuple[str, ...]] = (
        "epoch", "Epoch", "step", "Step", "batch", "Batch", "iter", "Iter", "EPOCH", "amples", "orld", "GPU", "gpu",
        "accum",
    )  # fmt: skip
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Num examples = 3200, total optimization steps = 300, batch 32", "a hand-written loop"),
        Sample("   \\\\   /|    Num examples = 21 | Num Epochs = 12 | Total steps = 60", "Unsloth"),
        Sample("O^O/ \\_/ \\    Batch size per device = 1 | Gradient accumulation steps = 4", "Unsloth"),
        Sample("  total optimization steps / 学習ステップ数: 20480", "kohya-ss sd-scripts"),
        Sample("Total steps: 2375", "a hand-written loop"),
        Sample("  MAX_EPOCHS: 180", "a public log, yacs"),
        Sample("Training for 2000 steps with batch size 32", "a hand-written loop"),
    )

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the facts of a line that holds little else."""
        text = line.text
        found = {_named(match): match["value"] for match in _FACT.finditer(text)}
        if not found:
            return _spoken(text)
        if sum(map(str.isalpha, _FACT.sub("", text))) > _MOST_LEFT_LETTERS:
            return None
        values = {
            name: value for name, text_value in found.items() if (value := number(text_value)) is not None and value > 0
        }
        return (Facts(values=values),) if values else ()


def _spoken(text: str) -> Sequence[Event] | None:
    match = _SPOKEN.match(text) or _STARTING.match(text)
    value = number(match["value"]) if match is not None else None
    if match is None or not value:
        return None
    return (Facts(values={"epochs" if match["epochs"] else "total_steps": value}),)


def _named(match: re.Match[str]) -> str:
    return next(name for name, _ in _PHRASES if match[name] is not None)
