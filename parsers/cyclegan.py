"""CycleGAN and pix2pix, and their many copies: `util/visualizer.py`, `train.py`, `options/base_options.py`.

`iters` counts the images of the epoch, and `time` is per image.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar

from trainmon.events import Counter, CounterScope, Event, Facts, Line, Metrics, StageKind, StageMark
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.batches import CHECKPOINT
from trainmon.parsers.numbers import number
from trainmon.parsers.pairs import read_pairs
from trainmon.patterns import pattern

_LINE = pattern(
    r"(?:\[Rank \d+\] )?\(epoch: (?P<epoch>\d{1,9}), iters: (?P<n>\d{1,12}), (?:time: (?P<time>[\d.]{1,20}))?"
    r"[^()]{0,60}\)[ ,]*(?P<rest>.*)",
    re.ASCII,
)
_OVER = pattern(
    r"End of epoch (?P<epoch>\d{1,9}) / (?P<epochs>\d{1,9})\s+Time Taken: (?P<took>[\d.]{1,20}) sec", re.ASCII
)
_OPTION = pattern(
    r"(?P<name>batch_?[sS]ize|n_epochs|niter|n_epochs_decay|niter_decay): (?P<value>\d{1,9})\b.*", re.ASCII
)
_IMAGES = pattern(
    r"(?:The number of|#)training images = (\d{1,12})|The number of training images = (\d{1,12})", re.ASCII
)
_SAVED = pattern(
    r"saving the (?:latest )?model .*\(epoch \d+, (?:iters|total_iters|total_steps) \d+\).*"
    r"|saving the model at the end of epoch .*",
    re.ASCII,
)


class CycleGan(LogFormat):
    """Reads loss lines and the line that closes an epoch; their bar, where a copy has one, is read as any other."""

    name: ClassVar[str] = "cyclegan"
    title: ClassVar[str] = "CycleGAN and pix2pix"
    priority: ClassVar[int] = 30
    needles: ClassVar[tuple[str, ...]] = (
        "(epoch: ", "End of epoch ", "training images = ", "batch_size: ", "batchSize: ", "n_epochs",
        "niter", "saving the ",
    )  # fmt: skip
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("               batch_size: 1                             ", "a public log"),
        Sample("                 n_epochs: 100                           ", "a public log"),
        Sample("           n_epochs_decay: 100                           ", "a public log"),
        Sample("The number of training images = 180", "a public log"),
        Sample(
            "[Rank 0] (epoch: 11, iters: 100, time: 1.283, data: 0.862) , D_A: 0.057, G_A: 0.517, cycle_A: 0.629",
            "a public log, shortened",
        ),
        Sample("(epoch: 11, iters: 100, time: 1.283, data: 0.862) D_A: 0.057 G_A: 0.517 cycle_A: 0.629", "CycleGAN"),
        Sample("saving the model at the end of epoch 10, iters 1800", "CycleGAN"),
        Sample("End of epoch 11 / 200 \t Time Taken: 182 sec", "a public log"),
    )

    def __init__(self) -> None:
        self._images: float | None = None
        self._epochs: dict[str, float] = {}

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the losses and the count of images of a line, the facts of the options."""
        text = line.text.strip()
        match = _LINE.fullmatch(text)
        if match is not None:
            return list(self._losses(match))
        over = _OVER.fullmatch(text)
        if over is not None:
            epoch, total = number(over["epoch"]) or 0.0, number(over["epochs"])
            return (
                *self._all_images(epoch, total),
                Counter(
                    current=epoch, total=total, unit="epoch", scope=CounterScope.EPOCHS, name="epoch", epoch=epoch,
                    total_epochs=total, step_time_s=number(over["took"]),
                ),
            )  # fmt: skip
        if _SAVED.fullmatch(text) is not None:
            return (StageMark(kind=CHECKPOINT.kind, name=CHECKPOINT.name),)
        return self._facts(text)

    def _all_images(self, epoch: float, total: float | None) -> Sequence[Event]:
        """The last line of an epoch is short of its images."""
        if self._images is None:
            return ()
        return (
            Counter(
                current=self._images, total=self._images, unit="image", scope=CounterScope.EPOCH, name="image",
                epoch=epoch, total_epochs=total,
            ),
        )  # fmt: skip

    def _facts(self, text: str) -> Sequence[Event] | None:
        images = _IMAGES.fullmatch(text)
        if images is not None:
            self._images = number(images[1] or images[2])
            return (Facts(values={"examples": self._images}),) if self._images else ()
        option = _OPTION.fullmatch(text)
        if option is None:
            return None
        name, value = option["name"], number(option["value"]) or 0.0
        if name.startswith("batch"):
            return (Facts(values={"batch_size": value}),)
        self._epochs["decay" if name.endswith("decay") else "constant"] = value
        return (Facts(values={"epochs": sum(self._epochs.values())}),)

    def _losses(self, match: re.Match[str]) -> Iterator[Event]:
        """The losses come first: where a bar stands above, they belong to it."""
        values = read_pairs(match["rest"])
        if values:
            yield Metrics(values=values, kind=StageKind.TRAIN)
        total = sum(self._epochs.values()) or None
        yield Counter(
            current=float(match["n"]), total=self._images, unit="image", scope=CounterScope.EPOCH, name="image",
            epoch=float(match["epoch"]), total_epochs=total, step_time_s=number(match["time"] or ""),
        )  # fmt: skip
