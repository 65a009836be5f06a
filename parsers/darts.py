"""DARTS and the architecture searches built on it: `train 050 2.09e+00 21.3 73.6`, values without names.

Format strings: `cnn/train_search.py` and `cnn/train.py` of DARTS, kept by its many descendants.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar

from trainmon.events import Counter, CounterScope, Event, Line, Metrics, StageKind
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.epochs import EpochNames, StepNumbers
from trainmon.parsers.numbers import NUMBER, number
from trainmon.patterns import pattern

_EPOCH = pattern(rf"epoch (?P<epoch>\d{{1,6}}) lr (?P<lr>{NUMBER})", re.ASCII)
_BATCH = pattern(
    rf"(?P<split>train|valid|test) (?P<n>\d{{1,9}}) (?P<loss>\d\.\d{{1,9}}e[+-]\d\d)"
    rf"(?P<rest>(?: {NUMBER}){{1,4}})",
    re.ASCII,
)
_RESULT = pattern(rf"(?P<name>(?P<split>train|valid|test)_(?:acc|loss)\w{{0,20}}):? (?P<value>{NUMBER})", re.ASCII)
_NAMES = ("loss", "top1", "top5")


class Darts(LogFormat):
    """Reads the lines of batches; an epoch's line stands before its batches, the means of both sets behind them."""

    name: ClassVar[str] = "darts"
    title: ClassVar[str] = "DARTS and its descendants (architecture search)"
    priority: ClassVar[int] = 35
    needles: ClassVar[tuple[str, ...]] = (" lr ", "train ", "valid ", "test ", "train_", "valid_", "test_")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("epoch 0 lr 2.498816e-02", "a public log"),
        Sample("train 050 2.092995e+00 21.292892 73.621323", "a public log"),
        Sample("train_acc 30.920000", "a public log"),
        Sample("valid 050 1.724914e+00 35.232845 88.204659", "a public log"),
        Sample("valid_acc 36.343998", "a public log"),
    )

    def __init__(self) -> None:
        self._epochs = EpochNames()
        self._steps: dict[str, StepNumbers] = {}
        self._epoch: float | None = None
        self._known = False  # a line of batches was read: `train_acc 30.9` alone is anybody's

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the counter and the values of a batch, or the mean of an epoch."""
        text = line.text.strip()
        batch = _BATCH.fullmatch(text)
        if batch is not None:
            self._known = True
            return list(self._batch(batch))
        begins = _EPOCH.fullmatch(text)
        if begins is not None:
            return list(self._begin(begins))
        told = _RESULT.fullmatch(text) if self._known else None
        value = number(told["value"]) if told is not None else None
        if told is None or value is None:
            return None
        return (Metrics(values={told["name"]: value}, kind=_kind(told["split"])),)

    def _begin(self, match: re.Match[str]) -> Iterator[Event]:
        self._epoch, _ = self._epochs.number(float(match["epoch"]), None)
        rate = number(match["lr"])
        assert self._epoch is not None
        yield Counter(current=self._epoch - 1, unit="epoch", scope=CounterScope.EPOCHS, name="epoch", epoch=self._epoch)
        if rate is not None:
            yield Metrics(values={"lr": rate})

    def _batch(self, match: re.Match[str]) -> Iterator[Event]:
        split = match["split"]
        kind = _kind(split)
        done = self._steps.setdefault(split, StepNumbers()).done(float(match["n"]), None)
        yield Counter(
            current=done, unit="batch", scope=CounterScope.EPOCH if kind is StageKind.TRAIN else CounterScope.UNKNOWN,
            name="batch" if kind is StageKind.TRAIN else "evaluation", kind=kind, epoch=self._epoch,
        )  # fmt: skip
        if kind is StageKind.TRAIN:  # of an evaluation these are running means: its result is `valid_acc`
            texts = (match["loss"], *match["rest"].split())
            read = {name: number(one) for name, one in zip(_NAMES, texts, strict=False)}
            yield Metrics(values={name: value for name, value in read.items() if value is not None})


def _kind(split: str) -> StageKind:
    return StageKind.TRAIN if split == "train" else StageKind.EVAL
