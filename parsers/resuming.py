"""Lines with which a program says that it goes on from a checkpoint, whatever framework it uses.

`from epoch 5` may mean that five epochs are done or that the fifth begins; such a line only marks a new attempt.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from trainmon.events import AttemptMark, Event, Facts, Line
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.numbers import number
from trainmon.patterns import pattern

_FLAGS = re.IGNORECASE | re.ASCII
_RESUMES = pattern(
    r"\b(?:resum(?:ed|ing)|re-?start(?:ed|ing))(?: (?:the|model|training|run|fine-?tuning)){0,3} (?:from|at)\b"
    r"|\bcontinu(?:ed|ing)(?: (?:the|model))? (?:training|run|fine-?tuning) from\b"
    r"|\brestor(?:ed|ing) (?:all |the )?(?:states? )?from\b.{0,40}\bcheckpoint\b|\bresumed (?:epoch|iter|step)",
    _FLAGS,
)
_ONLY_TALK = pattern(
    r"\b(?:not|no|never|without|can(?:not|'t)?|could|unable|fail\w*|ignor\w*|if|to be|will|would)\b|n't\b", _FLAGS
)
_PATH = pattern(r"\S*[/\\]\S*|\S+\.(?:pth?|ckpt|bin|safetensors|tar|npz|h5|keras)\b\S*", _FLAGS)
_DONE = r"(?P<done>\d{1,3}(?:,\d{3})+|\d{1,12})(?![\d.]*\d)"
_STEP = pattern(rf"(?<![a-z])(?:step|iter|iteration|update)s?[ _]?(?:[=:#-][ ]?)?{_DONE}", _FLAGS)
_EPOCH = pattern(rf"(?<![a-z])(?<!from )(?<!at )(?<!with )epochs?[ _]?(?:[=:#-][ ]?)?{_DONE}", _FLAGS)
_NUMBERED = pattern(rf"(?<![a-z])(?:checkpoint|ckpt|global)[-_]{_DONE}", _FLAGS)


class Resuming(LogFormat):
    """Reads where an attempt goes on."""

    name: ClassVar[str] = "resuming"
    title: ClassVar[str] = "lines of any program that goes on from a checkpoint"
    priority: ClassVar[int] = 72
    needles: ClassVar[tuple[str, ...]] = ("esum", "ESUM", "estor", "estart", "ontinu")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Resuming from checkpoint runs/night/epoch_1.pt (epoch 1)", "a hand-written loop"),
        Sample("Resumed from checkpoint_epoch_2.pt: epoch 2 of 3 done, global step 62500", "a hand-written loop"),
        Sample("Resuming training from step 4,000", "a hand-written loop"),
        Sample("Restored all states from the checkpoint at lightning_logs/version_0/checkpoints/epoch=1-step=120.ckpt",
               "Lightning"),
        Sample("resumed epoch: 3, iter: 900", "mmcv"),
    )  # fmt: skip

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the steps and epochs that are done already, or the mark of a start."""
        text = line.text.strip()
        found = _RESUMES.search(text)
        if found is None or len(text) > 400 or _ONLY_TALK.search(text):
            return None
        names = " ".join(re.split(r"[/\\]", path[0])[-1] for path in _PATH.finditer(text))
        words = _PATH.sub(" ", text)
        values: dict[str, float | str] = {}
        step = _done(_STEP, words) or _done(_STEP, names) or _done(_NUMBERED, text)
        epoch = _done(_EPOCH, words) or _done(_EPOCH, names)
        if step is not None:
            values["resumed_from_step"] = step
        if epoch is not None:
            values["resumed_from_epoch"] = epoch
        return (Facts(values=values),) if values else (AttemptMark(text=text),)


def _done(pattern_: re.Pattern[str], text: str) -> float | None:
    match = pattern_.search(text)
    return number(match["done"]) if match is not None else None
