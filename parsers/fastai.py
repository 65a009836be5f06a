"""fastai and fastprogress: console bars for training and validation under one description, and a table of epochs.

Format strings: `fastprogress/fastprogress.py` (`{pct}[{val}/{tot} {elapsed}<{remaining}{end}]`, prefix
`Epoch {v+1}/{total} :`), `fastai/learner.py` (Recorder), `fastai/callback/tracker.py`. The table counts epochs from 0,
the bars from 1; behind the remaining time stands the smoothed training loss. A script may fit several times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar

from trainmon.events import Counter, CounterScope, Ending, EndingKind, Event, Line, Metrics, StageKind, StageMark
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.numbers import NUMBER, clock_s, number
from trainmon.patterns import pattern

_CLOCK = r"(?:\d{1,5}:)?\d{1,3}:\d\d"
_BAR = pattern(
    rf"(?:Epoch (?P<epoch>\d{{1,9}})/(?P<epochs>\d{{1,9}}) :)?\s*\|[█-]{{1,200}}\|\s(?:[\d.]{{1,6}}%\s)?"
    rf"\[(?P<n>\d{{1,12}})/(?P<total>\d{{1,12}}) (?P<elapsed>{_CLOCK})<(?:{_CLOCK}|\?)"
    rf"(?:(?:\.\.\.|(?= \S)) ?(?P<loss>{NUMBER})?[^\]]{{0,80}})?\].*"
)
_HEAD = pattern(r"epoch\s+(?:train_loss\s.*?)?time\s*", re.ASCII)
_ROW = pattern(rf"(\d{{1,9}})\s+(?:(?:{NUMBER}|None)\s+){{0,200}}({_CLOCK})\s*", re.ASCII)
_LIST_ROW = pattern(rf"\[(\d{{1,9}}), ((?:(?:{NUMBER}|None), ){{1,200}})'({_CLOCK})'\]", re.ASCII)
_WIPED = pattern(r"Epoch \d{1,9}/\d{1,9} :\s*")
_BETTER = pattern(r"Better model found at epoch \d{1,9} with \S{1,80} value: \S+")
_EARLY = pattern(r"No improvement since epoch \d{1,9}: early stopping")
_LOWER = pattern(r"Epoch \d{1,9}: reducing lr to \S+")

_UNNAMED = ("train_loss", "valid_loss")
"""Of a row without a header the first two values are known."""


class FastAI(LogFormat):
    """Tells training from validation by their order: within an epoch the first bar trains, the next one validates."""

    name: ClassVar[str] = "fastai"
    title: ClassVar[str] = "fastai, fastprogress"
    priority: ClassVar[int] = 14
    needles: ClassVar[tuple[str, ...]] = (
        "| ", "epoch  ", " :", "']", "Better model", "No improvement since", "reducing lr"
    )  # fmt: skip
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("epoch     train_loss  valid_loss  mae       time    ", "fastai 2.8"),
        Sample("Epoch 1/8 : |----------------------------------------| 0.00% [0/32 00:00<?]", "fastprogress 1.0"),
        Sample(
            "Epoch 1/8 : |███-------------------------------------| 9.38% [3/32 00:03<00:32... 13.7412]",
            "fastprogress 1.0",
        ),
        Sample("Epoch 1/8 :                                              ", "fastprogress 1.0"),
        Sample("0         7.393435    7.157796    2.592065  00:00     ", "fastai 2.8"),
        Sample("Better model found at epoch 0 with valid_loss value: 7.157796.", "fastai 2.8"),
        Sample("No improvement since epoch 0: early stopping", "fastai 2.8"),
        Sample("[1, 4.881977081298828, 4.7553606033325195, 2.064300298690796, '00:00']", "fastai 2.8, no_bar()"),
    )

    def __init__(self) -> None:
        self.holding = False
        self._names: list[str] = []
        self._fitting = False  # between a table's header and its last row
        self._base = 0.0  # epochs of the fits before this one
        self._total = 0.0
        self._rows = 0.0
        self._elapsed_s = 0.0
        self._bar = (0.0, 0.0, 0.0)  # epoch, total and place of the bar under way
        self._validates = False
        self._barred = False

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the counter of a bar, the values of a row, or what a callback says."""
        text = line.text.strip()
        bar = _BAR.fullmatch(text) if "| " in text else None
        if bar is not None:
            return list(self._bars(bar))
        if _HEAD.fullmatch(text) is not None and "loss" in text:
            return self._header(text.split())
        row = _ROW.fullmatch(text) if self._names else None
        if row is not None:
            cells = text.split()
            return (
                list(self._row(dict(zip(self._names, cells, strict=True)))) if len(cells) == len(self._names) else None
            )
        bare = _LIST_ROW.fullmatch(text)
        if bare is not None:
            values = bare[2].rstrip(", ").split(", ")
            return list(self._row({"epoch": bare[1], "time": bare[3], **dict(zip(_UNNAMED, values, strict=False))}))
        return _message(text)

    def _header(self, names: list[str]) -> Sequence[Event]:
        """Another fit in the same program goes on counting; one that broke off was a program that died."""
        self._base = self._base + self._total if not self._fitting else 0.0
        self._names, self._fitting, self._rows, self._total = names, True, 0.0, 0.0
        self._bar, self._validates, self._barred, self.holding = (0.0, 0.0, 0.0), False, False, True
        return ()

    def _bars(self, bar: re.Match[str]) -> Iterator[Event]:
        current, total = float(bar["n"]), float(bar["total"])
        epoch = float(bar["epoch"] or 0)
        if epoch != self._bar[0]:
            self._validates = False
        elif (current < self._bar[2] or total != self._bar[1]) and self._bar[1]:
            self._validates = True
        self._bar = (epoch, total, current)
        if self._fitting and epoch:
            self._total, self._barred = float(bar["epochs"]), True
        trains = epoch > 0 and not self._validates
        in_table = trains and self._fitting
        yield Counter(
            current=current,
            total=total,
            unit="batch",
            scope=CounterScope.EPOCH if trains else CounterScope.UNKNOWN,
            name="training" if in_table else "bars" if trains else "validation" if epoch else "prediction",
            kind=StageKind.TRAIN if in_table else None if trains else StageKind.EVAL,
            epoch=self._base + epoch if trains else None,
            total_epochs=self._base + float(bar["epochs"]) if trains else None,
            elapsed_s=clock_s(bar["elapsed"]),
            is_bar=True,
        )
        loss = number(bar["loss"]) if bar["loss"] and trains else None
        if loss is not None:
            yield Metrics(values={"smooth_loss": loss}, in_bar=True)

    def _row(self, cells: dict[str, str]) -> Iterator[Event]:
        epoch, took_s = number(cells["epoch"]), clock_s(cells["time"])
        if epoch is None:
            return
        done = self._base + epoch + 1
        self._rows = epoch + 1
        if not self._barred:
            self._elapsed_s += took_s or 0.0
            yield Counter(
                current=done,
                unit="epoch",
                scope=CounterScope.EPOCHS,
                name="epoch",
                epoch=done,
                elapsed_s=self._elapsed_s,
            )
        elif self._rows >= self._total:
            self._fitting = False
        values = {k: v for k, cell in cells.items() if k not in ("epoch", "time") and (v := number(cell)) is not None}
        trained = {name: value for name, value in values.items() if name.startswith("train_")}
        if trained:
            yield Metrics(values=trained, epoch=done)
        if len(trained) < len(values):
            evaluated = {name: value for name, value in values.items() if name not in trained}
            yield Metrics(values=evaluated, epoch=done, kind=StageKind.EVAL)


def _message(text: str) -> Sequence[Event] | None:
    if _BETTER.fullmatch(text) is not None:
        return (StageMark(kind=StageKind.CHECKPOINT, name="checkpoint"),)
    if _EARLY.fullmatch(text) is not None:
        return (Ending(kind=EndingKind.EARLY_STOPPED, text=text),)
    return () if _WIPED.fullmatch(text) is not None or _LOWER.fullmatch(text) is not None else None
