"""Keras 2 and 3: one bar per epoch under an `Epoch 1/5` line, `evaluate()` and `predict()` bars that have none.

Format strings: `keras/src/utils/progbar.py` (Progbar.update), `callbacks/progbar_logger.py`, and the messages of
`ModelCheckpoint`, `EarlyStopping` and `ReduceLROnPlateau`. While a bar runs its time is the remaining one; the values
are means since the epoch began; the time per step leaves the bar's first step out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar

from trainmon.events import (
    Counter,
    CounterScope,
    Ending,
    EndingKind,
    Event,
    Line,
    Metrics,
    Remainder,
    StageKind,
    StageMark,
)  # fmt: skip
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.epochs import EpochNames
from trainmon.parsers.keras_bar import Draw, read_draw
from trainmon.patterns import pattern

_EPOCH = pattern(r"Epoch (\d{1,9})/(\d{1,9})(?:[=>.]{3,}.*\] - .*)?\s*", re.ASCII)
_NOTE = pattern(
    r"Epoch \d{1,9}: (?:finished saving model to .*|(?P<saved>.{0,160}\bsaving model to .*)|(?P<early>early stopping)"
    r"|.{1,80} did not improve from .*|\w{1,40} (?:reducing|setting) learning rate to .*)"
    r"|Restoring model weights from the end of the best epoch.*",
    re.ASCII,
)
_EXACT_ENOUGH_S, _EXACT_SHARE = 1.0, 0.2
"""Toward the end of a bar whole seconds of remaining time say little about the time spent."""
_GLUED = pattern(r"(?<=[^\sA-Za-z])Epoch \d{1,9}/\d{1,9}$", re.ASCII)


class Keras(LogFormat):
    """Reads the bars of `fit`, `evaluate`, `predict` and `get_file`, and what the usual callbacks say."""

    name: ClassVar[str] = "keras"
    title: ClassVar[str] = "Keras 2 and 3 (fit, evaluate, predict)"
    priority: ClassVar[int] = 15
    needles: ClassVar[tuple[str, ...]] = ("/step", "/sample", "] - ", "Epoch ", "s - ", "Downloading data", "Restoring")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Downloading data from https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz", "keras"),
        Sample("54353920/170498071 ━━━━━━━━━━━━━━━━━━━━ 13s 0us/step", "keras 3"),
        Sample("Epoch 1/5", "keras"),
        Sample(" 1/40 ━━━━━━━━━━━━━━━━━━━━ 1:03 2s/step - accuracy: 0.5000 - loss: 0.7414", "keras 3.15"),
        Sample("40/40 ━━━━━━━━━━━━━━━━━━━━ 0s 109ms/step - accuracy: 0.9352 - loss: 0.3018", "keras 3.15"),
        Sample("Epoch 1: val_loss improved from 0.33171 to 0.28246, saving model to m.keras", "keras 3.15"),
        Sample("Epoch 1: finished saving model to m.keras", "keras 3.15"),
        Sample(
            "40/40 ━━━━━━━━━━━━━━━━━━━━ 5s 120ms/step - accuracy: 0.9352 - loss: 0.3018 - val_accuracy: 0.9219 "
            "- val_loss: 0.2825 - learning_rate: 0.0010",
            "keras 3.15",
        ),
        Sample("10/10 ━━━━━━━━━━━━━━━━━━━━ 0s 5ms/step - accuracy: 0.9219 - loss: 0.2825", "keras 3.15, evaluate()"),
        Sample(" 240/1875 [==>...........................] - ETA: 18s - loss: 0.4657 - accuracy: 0.8280", "keras 2"),
        Sample(
            "1875/1875 [==============================] - 22s 12ms/step - loss: 0.4904 - accuracy: 0.8195 "
            "- val_loss: 0.4982 - val_accuracy: 0.8162",
            "keras 2",
        ),
        Sample(
            "Epoch 10/10==============>...............] - ETA: 11s - loss: 0.3732 - accuracy: 0.8667.8622",
            "keras 2, a terminal capture",
        ),
        Sample("40/40 - 5s - 120ms/step - accuracy: 0.9352 - loss: 0.3018", "keras 3, verbose=2"),
        Sample("Epoch 12: early stopping", "keras"),
    )

    def __init__(self) -> None:
        self._names = EpochNames()
        self._epoch: tuple[float | None, float | None] = (None, None)
        self._headed = False  # an `Epoch` line came, and no bar after it yet
        self._downloads = False
        self._kind: StageKind | None = None
        self._at: tuple[float, float | None] = (0.0, None)
        self._train_total: float | None = None
        self._first_s = 0.0
        self._elapsed_s = 0.0
        self._mean_s = 0.0
        self._drawn: tuple[float, dict[str, float]] = (0.0, {})

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the counter and the values of a redraw, the epoch of a header, the mark of a callback's message."""
        text = line.text
        if text.startswith(("Epoch ", "Restoring ")):
            return self._header(text) or _note(text)
        if text.startswith("Downloading data from "):
            self._downloads = True
            return ()
        glued = _GLUED.search(text)
        if glued is not None:  # started again behind a killed bar
            return [*(self.parse(line._replace(text=text[: glued.start()])) or ()), Remainder(text=glued[0])]
        draw = read_draw(text)
        return list(self._events(draw)) if draw is not None else None

    def _header(self, text: str) -> Sequence[Event] | None:
        match = _EPOCH.fullmatch(text)
        if match is None:
            return None
        self._epoch = epoch, total = self._names.number(float(match[1]), float(match[2]))
        self._headed = True
        assert epoch is not None
        return (
            Counter(
                current=epoch - 1, total=total, unit="epoch", scope=CounterScope.EPOCHS, name="epoch",
                epoch=epoch, total_epochs=total,
            ),
        )  # fmt: skip

    def _events(self, draw: Draw) -> Iterator[Event]:
        another = draw.total != self._at[1] is not None  # the total of a first epoch is known when it is over
        if self._kind is None or self._headed or another or draw.n < self._at[0]:
            self._begin(draw)
        trained = self._kind is StageKind.TRAIN
        complete = draw.total is not None and draw.n >= draw.total
        evaluated = {k: v for k, v in draw.values.items() if k.startswith("val_")} if trained and complete else {}
        before = self._mean_s if self._at == (draw.n, draw.total) else 0.0
        self._at = (draw.n, draw.total)
        elapsed_s, resolution_s = self._elapsed(draw)
        if evaluated:
            took_s = (self._mean_s - before) * (draw.n - 1) if before else None
            yield StageMark(kind=StageKind.EVAL, name="validation", duration_s=max(took_s, 0.0) if took_s else None)
        if draw.is_line and elapsed_s is not None:
            yield self._counter(draw, 0.0, 0.0, 1.0)
        yield self._counter(draw, draw.n, elapsed_s, resolution_s)
        yield from self._values(draw, evaluated, complete=complete)

    def _counter(self, draw: Draw, current: float, elapsed_s: float | None, resolution_s: float) -> Counter:
        epoch, total_epochs = self._epoch if self._kind is StageKind.TRAIN else (None, None)
        return Counter(
            current=current,
            total=draw.total,
            unit="byte" if self._kind is StageKind.DATA else draw.unit,
            scope=CounterScope.EPOCH if epoch is not None else CounterScope.UNKNOWN,
            name=self._name(draw),
            kind=self._kind,
            epoch=epoch,
            total_epochs=total_epochs,
            elapsed_s=elapsed_s,
            elapsed_resolution_s=resolution_s,
            step_time_s=self._mean_s if current and self._mean_s and not draw.remaining else None,
            is_bar=True,
        )

    def _values(self, draw: Draw, evaluated: dict[str, float], *, complete: bool) -> Iterator[Event]:
        values = {k: v for k, v in draw.values.items() if not k.startswith("val_")}
        if self._kind is StageKind.TRAIN:
            at, drawn = self._drawn
            self._drawn = (draw.n, values)
            if at == draw.n:  # the closing redraw says the same once more
                values = {name: value for name, value in values.items() if drawn.get(name) != value}
            if values:
                yield Metrics(values=values, in_bar=not draw.is_line)
            if evaluated:
                yield Metrics(values=evaluated, kind=StageKind.EVAL)
        elif values and complete:  # `evaluate()` prints `loss` like training does
            yield Metrics(values={f"eval_{name}": value for name, value in values.items()}, kind=StageKind.EVAL)

    def _begin(self, draw: Draw) -> None:
        """A bar that was not there before: what is it for?"""
        if self._downloads:
            self._kind = StageKind.DATA
        elif self._headed:
            self._kind, self._train_total = StageKind.TRAIN, draw.total
        elif "loss" not in draw.values:
            self._kind = StageKind.EVAL
        else:  # `fit` prints no header for one epoch; a second bar is `evaluate()`, unless it is the same again
            first = self._epoch[0] is None and self._train_total in (None, draw.total)
            self._kind = StageKind.TRAIN if first else StageKind.EVAL
            self._train_total = self._train_total or draw.total
        self._headed = self._downloads = False
        self._at = (0.0, draw.total)
        self._first_s = self._elapsed_s = self._mean_s = 0.0
        self._drawn = (0.0, {})

    def _name(self, draw: Draw) -> str:
        match self._kind:
            case StageKind.DATA:
                return "download"
            case StageKind.EVAL:
                return "evaluation" if draw.values else "prediction"
            case _:
                return ""

    def _elapsed(self, draw: Draw) -> tuple[float | None, float]:
        """Seconds since the bar began, and how exact they are: the first step, then the mean of those after it."""
        low, high = draw.per_s or (0.0, float("inf"))
        width_s = (high - low) * draw.n
        exact = width_s <= _EXACT_ENOUGH_S and high - low <= _EXACT_SHARE * high
        if not exact and not draw.prints_step_time:
            self._mean_s = 0.0
            known = draw.clock_s is not None and not draw.remaining
            if known and draw.clock_s is not None:
                self._elapsed_s = max(self._elapsed_s, draw.clock_s)
            return (self._elapsed_s if known else None), 1.0
        middle_s = (low + high) / 2
        # Where only the seconds left are told, the last steps say less of the mean than those before them.
        self._mean_s = middle_s if exact or not self._mean_s else min(max(self._mean_s, low), high)
        if draw.n <= 1 or not self._first_s:
            self._first_s = self._mean_s
        self._elapsed_s = max(self._elapsed_s, self._first_s + self._mean_s * max(draw.n - 1, 0.0))
        return self._elapsed_s, max(width_s, 1e-3)


def _note(text: str) -> Sequence[Event] | None:
    match = _NOTE.fullmatch(text.rstrip())
    if match is None:
        return None
    if match["saved"] is not None:
        return (StageMark(kind=StageKind.CHECKPOINT, name="checkpoint"),)
    if match["early"] is not None:
        return (Ending(kind=EndingKind.EARLY_STOPPED, text=text.strip()),)
    return ()
