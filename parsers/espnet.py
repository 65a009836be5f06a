"""ESPnet 2: `espnet2/train/trainer.py`, `reporter.py`; the groups of a line of results repeat the names of values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar

from trainmon.events import Counter, CounterScope, EndingKind, Event, Line, Metrics, StageKind
from trainmon.parsers.base import Sample
from trainmon.parsers.batches import BatchLine, BatchLines
from trainmon.parsers.numbers import NUMBER, number
from trainmon.parsers.pairs import is_metric_name
from trainmon.patterns import pattern

_STARTED = pattern(r"(?P<epoch>\d{1,9})(?:/(?P<epochs>\d{1,9}))epoch started(?:\..*)?", re.ASCII)
_RESULTS = pattern(r"(?P<epoch>\d{1,9})epoch results: (?P<groups>\[.*)", re.ASCII)
_GROUP = pattern(r"\[(?P<name>train|valid)\] (?P<pairs>[^\[]*)")
_PAIR = pattern(rf"(?<![\w.])(?P<name>[A-Za-z]\w{{0,60}})=(?P<value>{NUMBER})(?=,|$|\s*$)(?P<unit>)", re.ASCII)
_CLOCKS = frozenset(
    {"iter_time", "forward_time", "backward_time", "optim_step_time", "train_time", "total_count", "time"}
)


class EspNet(BatchLines):
    """Reads batch ranges, the results of an epoch, and the announcement of the next."""

    name: ClassVar[str] = "espnet"
    title: ClassVar[str] = "ESPnet 2"
    priority: ClassVar[int] = 30
    needles: ClassVar[tuple[str, ...]] = (
        "epoch:train:",
        "epoch:valid:",
        "epoch results: ",
        "epoch started",
        "The training was finished",
    )
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("1/50epoch started", "ESPnet 2"),
        Sample(
            "1epoch:train:1-50batch: iter_time=0.1, forward_time=0.4, loss=500.1, train_time=2.105", "a public page"
        ),
        Sample(
            "1epoch results: [train] iter_time=0.164, forward_time=0.952, loss=480.386, lr_0=2.080e-06, "
            "train_time=2.105, time=1 minute and 43.19 seconds, total_count=49, [valid] loss=479.95, "
            "time=5.1 seconds, total_count=10",
            "a public page, shortened",
        ),
        Sample("2/50epoch started. Estimated time to finish: 1 hour, 24 minutes and 37.5 seconds", "a public page"),
        Sample("The training was finished at 50 epochs ", "a public page"),
    )
    lines: ClassVar[tuple[BatchLine, ...]] = (
        BatchLine(
            head=pattern(r"(?P<epoch>\d{1,9})epoch:train:\d{1,12}-(?P<step>\d{1,12})batch: ", re.ASCII),
            pair=_PAIR,
            unit="batch",
            step_time=("train_time", 1.0),
            hidden=_CLOCKS,
        ),
    )
    endings: ClassVar[tuple[tuple[re.Pattern[str], EndingKind], ...]] = (
        (pattern(r"The training was finished at \d+ epochs ?", re.ASCII), EndingKind.FINISHED),
    )
    epoch_base: ClassVar[int | None] = 1

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the events of one line."""
        text = line.text.strip()
        started = _STARTED.fullmatch(text)
        if started is not None:
            epoch = float(started["epoch"])
            return (_epochs(epoch - 1, epoch, number(started["epochs"])),)
        results = _RESULTS.fullmatch(text)
        if results is None:
            return super().parse(line)
        return list(_results(float(results["epoch"]), results["groups"]))


def _epochs(done: float, epoch: float, total: float | None = None) -> Counter:
    return Counter(
        current=done,
        total=total,
        unit="epoch",
        scope=CounterScope.EPOCHS,
        name="epoch",
        epoch=epoch,
        total_epochs=total,
    )


def _results(epoch: float, groups: str) -> Iterator[Event]:
    """Values of both groups bear one name: what they are of is put in front."""
    yield _epochs(epoch, epoch)
    for group in _GROUP.finditer(groups):
        values = {
            f"{group['name']}_{pair['name']}": value
            for pair in _PAIR.finditer(group["pairs"])
            if pair["name"] not in _CLOCKS
            and is_metric_name(pair["name"])
            and (value := number(pair["value"])) is not None
        }
        if values:
            yield Metrics(values=values, kind=StageKind.TRAIN if group["name"] == "train" else StageKind.EVAL)
