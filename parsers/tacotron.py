"""NVIDIA's Tacotron 2 and its children (Mellotron, Flowtron): the iteration stands between the name and the value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from trainmon.events import Counter, CounterScope, Event, Line, Metrics, StageKind
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.numbers import NUMBER, number
from trainmon.patterns import pattern

_TRAINED = pattern(
    rf"Train loss (?P<step>\d{{1,12}}) (?P<loss>{NUMBER}) Grad Norm (?P<norm>{NUMBER}) "
    rf"(?P<pace>\d{{1,9}}\.\d{{1,9}})s/it"
)
_EVALUATED = pattern(rf"Validation loss (?P<step>\d{{1,12}}): +(?P<loss>{NUMBER})\s*")


class Tacotron(LogFormat):
    """Reads the line of an iteration and that of a validation; iterations count from 0 (`train.py`)."""

    name: ClassVar[str] = "tacotron2"
    title: ClassVar[str] = "NVIDIA Tacotron 2, Mellotron, Flowtron"
    priority: ClassVar[int] = 20
    needles: ClassVar[tuple[str, ...]] = ("Train loss ", "Validation loss ")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Train loss 1200 0.456789 Grad Norm 0.234567 1.23s/it", "Tacotron 2, from its format string"),
        Sample("Validation loss 1000:  0.456789  ", "Tacotron 2, from its format string"),
    )

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the counter and the values of a line."""
        trained = _TRAINED.fullmatch(line.text)
        if trained is not None:
            done = float(trained["step"]) + 1
            printed = {"loss": number(trained["loss"]), "grad_norm": number(trained["norm"])}
            values = {name: value for name, value in printed.items() if value is not None}
            counter = Counter(
                current=done, unit="iteration", scope=CounterScope.RUN, name="iteration", kind=StageKind.TRAIN,
                step_time_s=float(trained["pace"]),
            )  # fmt: skip
            return (counter, Metrics(values=values, step=done))
        evaluated = _EVALUATED.fullmatch(line.text)
        loss = number(evaluated["loss"]) if evaluated is not None else None
        if evaluated is None or loss is None:
            return None
        return (Metrics(values={"val_loss": loss}, step=float(evaluated["step"]), kind=StageKind.EVAL),)
