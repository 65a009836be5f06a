"""Forecasting models after Informer (Autoformer, PatchTST, Time-Series-Library): `exp/exp_main.py`.

Format strings: `\\titers: {}, epoch: {} | loss: {:.7f}`, `\\tspeed: {:.4f}s/iter; left time: {:.4f}s`,
`Epoch: {}, Steps: {} | Train Loss: {:.7f} Vali Loss: {:.7f} Test Loss: {:.7f}`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from trainmon.events import Counter, CounterScope, Event, Line, Metrics, StageKind
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.numbers import NUMBER, number
from trainmon.parsers.pairs import metric_events, read_pairs
from trainmon.patterns import pattern

_ITERS = pattern(rf"iters: (?P<n>\d{{1,12}}), epoch: (?P<epoch>\d{{1,9}}) \| loss: (?P<loss>{NUMBER})")
_SPEED = pattern(r"speed: (\d{1,6}\.\d{1,6})s/iter; left time: [\d.]{1,20}s")
_OVER = pattern(r"Epoch: (?P<epoch>\d{1,9}), Steps: (?P<steps>\d{1,12}) \| (?P<values>Train Loss: .*)")
_COST = pattern(r"Epoch: \d{1,9} cost time: [\d.]{1,20}")


class Forecasting(LogFormat):
    """Reads the iterations of an epoch and what it came to; how many an epoch has, its last line tells."""

    name: ClassVar[str] = "informer"
    title: ClassVar[str] = "Informer, Autoformer, Time-Series-Library"
    priority: ClassVar[int] = 30
    needles: ClassVar[tuple[str, ...]] = ("iters: ", "speed: ", "Epoch: ")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("\titers: 100, epoch: 1 | loss: 0.3012345", "Informer, from its format string"),
        Sample("\tspeed: 0.0431s/iter; left time: 123.4000s", "Informer, from its format string"),
        Sample("Epoch: 1 cost time: 12.345678", "Informer, from its format string"),
        Sample(
            "Epoch: 1, Steps: 264 | Train Loss: 0.3512345 Vali Loss: 0.7010322 Test Loss: 0.4512345",
            "Informer, from its format string",
        ),
    )

    def __init__(self) -> None:
        self._steps: float | None = None
        self._last: Counter | None = None

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the counter and the values of a line."""
        text = line.text.strip()
        told = _ITERS.fullmatch(text)
        if told is not None:
            self._last = self._counter(float(told["n"]), float(told["epoch"]))
            loss = number(told["loss"])
            return (self._last, *((Metrics(values={"loss": loss}),) if loss is not None else ()))
        if (speed := _SPEED.fullmatch(text)) is not None:
            return (replace(self._last, step_time_s=float(speed[1])),) if self._last is not None else ()
        if (over := _OVER.fullmatch(text)) is not None:
            self._steps = float(over["steps"])
            values = {
                name.replace("Vali ", "Valid "): value for name, value in read_pairs(over["values"]).items()
            }  # fmt: skip
            return (self._counter(self._steps, float(over["epoch"])), *metric_events(values))
        return () if _COST.fullmatch(text) is not None else None

    def _counter(self, done: float, epoch: float) -> Counter:
        return Counter(
            current=done, total=self._steps, unit="iteration", scope=CounterScope.EPOCH, name="iteration",
            kind=StageKind.TRAIN, epoch=epoch,
        )  # fmt: skip
