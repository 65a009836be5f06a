"""nnU-Net: a block of lines per epoch, no iterations at all; the loss is negative by design.

Format strings: `nnunetv2/training/nnUNetTrainer/nnUNetTrainer.py` (on_epoch_end, on_train_end), and for version 1
`nnunet/training/network_training/network_trainer.py`. Epochs count from zero; their number (1000) is not printed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from trainmon.events import Counter, CounterScope, Ending, EndingKind, Event, Line, Metrics, StageKind
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.numbers import NUMBER, number
from trainmon.patterns import pattern

_EPOCH = pattern(r"Epoch (\d{1,9})|epoch: {2,4}(\d{1,9})", re.ASCII)
_TOOK = pattern(r"(?:Epoch time: |This epoch took )(\d[\d.]{0,20}) s", re.ASCII)
_VALUE = pattern(
    rf"(?P<train>train_loss|train loss ?:|Current learning rate:|lr:)\s+(?P<value>{NUMBER})"
    rf"|(?P<val>val_loss|validation loss ?:)\s+(?P<result>{NUMBER})",
    re.ASCII,
)
_DICE = pattern(r"(?P<name>Pseudo dice|Average global foreground Dice:)\s+(?P<cells>\[.{1,2000})")
_BEST = pattern(rf"(?:Yayy! )?New best EMA pseudo Dice: (?:np\.float\d\d\()?({NUMBER})\)?", re.ASCII)
_NUMBERS = pattern(rf"(?<![\w.])(?:{NUMBER})(?!\w)", re.ASCII)
_NAMES = {
    "train_loss": "train_loss",
    "train loss": "train_loss",
    "Current learning rate": "learning_rate",
    "lr": "learning_rate",
}


class NnUnet(LogFormat):
    """Reads the lines of an epoch's block; `Epoch 54` begins it, the time of the epoch ends it."""

    name: ClassVar[str] = "nnunet"
    title: ClassVar[str] = "nnU-Net, versions 1 and 2"
    priority: ClassVar[int] = 30
    needles: ClassVar[tuple[str, ...]] = (
        "Epoch ", "epoch: ", "poch took ", "_loss ", " loss", "learning rate: ", "lr: ", "seudo dice", "seudo Dice",
        "foreground Dice", "Training done.",
    )  # fmt: skip
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Epoch 54", "a public log"),
        Sample("Current learning rate: 0.01", "a public log"),
        Sample("train_loss -0.3966", "a public log"),
        Sample("val_loss -0.2387", "a public log"),
        Sample("Pseudo dice [0.523, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]", "a public log"),
        Sample("Pseudo dice [np.float32(0.9512), np.float32(0.8231)]", "a public page"),
        Sample("Epoch time: 296.73 s", "a public log"),
        Sample("Yayy! New best EMA pseudo Dice: 0.0747", "a public log"),
        Sample("train loss : -0.5123", "nnU-Net 1"),
        Sample("This epoch took 231.200000 s", "nnU-Net 1"),
        Sample("Training done.", "a public log"),
    )

    def __init__(self) -> None:
        self._epoch = 0.0
        self._known = False

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the counter of epochs and the values of a block's line."""
        text = line.text.strip()
        begun = _EPOCH.fullmatch(text)
        if begun is not None:
            return self._begun(float(begun[1] or begun[2]), line)
        took = _TOOK.fullmatch(text)
        if took is not None:
            return (self._counter(self._epoch + 1, number(took[1])),) if self._known else ()
        if text == "Training done.":
            return (Ending(kind=EndingKind.FINISHED, text=text),)
        return self._values(text)

    def _begun(self, printed: float, line: Line) -> Sequence[Event] | None:
        """Every line of nnU-Net bears the time (version 2 at its head); a bare `Epoch 3` of others does not."""
        if (line.time_s is None or line.extra) and not line.text.startswith("epoch:") and line.number > 0:
            return None
        self._epoch, self._known = printed, True
        return (self._counter(printed, None),)

    def _counter(self, done: float, took_s: float | None) -> Counter:
        return Counter(
            current=done, unit="epoch", scope=CounterScope.EPOCHS, name="epoch", kind=StageKind.TRAIN,
            epoch=self._epoch + 1, step_time_s=took_s,
        )  # fmt: skip

    def _values(self, text: str) -> Sequence[Event] | None:
        match = _VALUE.fullmatch(text)
        if match is not None:
            if match["train"]:
                value, name = number(match["value"]), _NAMES[match["train"].rstrip(" :")]
                return (Metrics(values={name: value}),) if value is not None else ()
            result = number(match["result"])
            return (
                (Metrics(values={"val_loss": result}, step=self._epoch, kind=StageKind.EVAL),)
                if result is not None
                else ()
            )
        dice = _DICE.fullmatch(text)
        if dice is not None:
            cells = [value for cell in _NUMBERS.findall(dice["cells"]) if (value := number(cell)) is not None]
            mean = sum(cells) / len(cells) if cells else None
            return (
                (Metrics(values={"pseudo dice": mean}, step=self._epoch, kind=StageKind.EVAL),)
                if mean is not None
                else ()
            )
        best = _BEST.fullmatch(text)
        value = number(best[1]) if best is not None else None
        if value is None:
            return None
        return (Metrics(values={"EMA pseudo dice": value}, step=self._epoch, kind=StageKind.EVAL),)
