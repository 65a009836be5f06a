"""PyTorch-Ignite: its own order of a tqdm bar, and what an engine's logger says.

Format strings: `ignite/handlers/tqdm_logger.py` (`{desc}[{n_fmt}/{total_fmt}] {percentage:3.0f}%|{bar}{postfix}
[{elapsed}<{remaining}]`), `ignite/engine/engine.py`, `ignite/handlers/early_stopping.py`, `examples/mnist`.
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
    Facts,
    Line,
    Metrics,
    Remainder,
    StageKind,
    StageMark,
)
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.numbers import clock_s
from trainmon.parsers.pairs import metric_events, read_pairs
from trainmon.patterns import pattern

_CLOCK = r"(?:\d{1,4} days?, )?(?:\d{1,5}:)?\d{1,3}:\d\d"
_BAR = pattern(
    rf"(?P<name>[^\[|]{{0,80}}?)(?: ?\[(?P<epoch>\d{{1,9}})/(?P<epochs>\d{{1,9}})\])?:? ?"
    rf"\[(?P<n>\d{{1,15}})/(?P<total>\d{{1,15}})\]\s{{1,3}}\d{{1,3}}%\|[^|\[,]{{0,200}}?"
    rf"(?P<postfix>, [^\[\]]{{1,1000}})? ?\[(?P<elapsed>{_CLOCK})<(?:{_CLOCK}|\?)\](?P<rest>.*)",
    re.ASCII,
)
_ENGINE = pattern(
    r"(?:Engine run (?:(?P<starts>starting|resuming from iteration \d+, epoch \d+ until \d+ epochs)"
    r"|(?P<over>finished|complete|completed))\b.*?(?:max_epochs=(?P<epochs>\d{1,9}).*)?"
    r"|Epoch\[(?P<epoch>\d{1,9})\] Complete\. Time taken: (?P<took>[\d:.]{4,20}))"
)
_PRINTED = pattern(r"Epoch\[(\d{1,9})\],? (?:Iteration|Iter)\[(\d{1,12})(?:/(\d{1,12}))?\][:,]? ?(\S.*)", re.ASCII)
_RESULTS = pattern(r"(Training|Validation|Test) Results - Epoch(?:: |\[)(\d{1,9})\]?(?:[ :.-]{1,4}(\S.*))?", re.ASCII)
_STOPS = "EarlyStopping: Stop training"


class Ignite(LogFormat):
    """Reads the bars of `ProgressBar`, the messages of `setup_logger`, and the lines of the project's own examples."""

    name: ClassVar[str] = "ignite"
    title: ClassVar[str] = "PyTorch-Ignite"
    priority: ClassVar[int] = 9
    needles: ClassVar[tuple[str, ...]] = (
        "%|",
        "Engine run ",
        "] Complete. Time",
        "EarlyStopping: ",
        "] Iter",
        " Results - ",
    )
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Engine run starting with max_epochs=5.", "ignite 0.5"),
        Sample("[1/80]   1%|▏          [00:00<?]", "ignite 0.5"),
        Sample("Epoch [1/4]: [1/80]   1%|▏         , loss=4.28 [00:00<?]", "ignite 0.5"),
        Sample("Epoch: [2/5]  40%|████       [00:00<00:01]", "ignite 0.5"),
        Sample("Epoch[1] Iteration[5/20] Loss: 0.95", "ignite's mnist example"),
        Sample("Validation Results - Epoch: 1 Avg loss: 0.07", "ignite's mnist example"),
        Sample("Epoch[1] Complete. Time taken: 00:00:00.413", "ignite 0.5"),
        Sample("EarlyStopping: Stop training", "ignite 0.5"),
        Sample("Engine run finished. Time taken: 00:00:01.249", "ignite 0.5"),
    )

    def __init__(self) -> None:
        self._open: list[float] = []  # the epochs that each running engine was started for

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the counter of a bar, the epoch that an engine finished, or the end of the outermost engine."""
        text = line.text.strip()
        bar = _BAR.fullmatch(text)
        if bar is not None:
            return list(self._bar(bar))
        if text == _STOPS:
            return (Ending(kind=EndingKind.EARLY_STOPPED, text=text),)
        printed = _PRINTED.fullmatch(text)
        if printed is not None:
            return _printed(float(printed[1]), float(printed[2]), printed[3], read_pairs(printed[4]))
        results = _RESULTS.fullmatch(text)
        if results is not None:
            if results[3] is None:  # they follow, one a line
                return (StageMark(kind=StageKind.EVAL, name="evaluation"),) if results[1] != "Training" else ()
            return _results(results[1], float(results[2]), read_pairs(results[3]))
        engine = _ENGINE.fullmatch(text)
        return self._engine(text, engine) if engine is not None else None

    def _bar(self, bar: re.Match[str]) -> Iterator[Event]:
        name, current, total = bar["name"].strip().removesuffix(":"), float(bar["n"]), float(bar["total"])
        if not name and not bar["epoch"] and current <= 1:
            return  # a new bar is drawn before its description is set
        counts_epochs = bar["epoch"] is None and name == "Epoch"
        yield Counter(
            current=current,
            total=total,
            unit="epoch" if counts_epochs else "it",
            scope=CounterScope.EPOCHS
            if counts_epochs
            else CounterScope.EPOCH
            if bar["epoch"]
            else CounterScope.UNKNOWN,
            name=name,
            kind=StageKind.TRAIN if bar["epoch"] and name == "Epoch" else None,
            epoch=float(bar["epoch"]) if bar["epoch"] else None,
            total_epochs=float(bar["epochs"]) if bar["epochs"] else None,
            elapsed_s=clock_s(bar["elapsed"]),
            is_bar=True,
        )
        values = read_pairs(bar["postfix"] or "")
        if values:
            yield Metrics(values=values, in_bar=True)
        if bar["rest"].strip():
            yield Remainder(text=bar["rest"].strip())

    def _engine(self, text: str, engine: re.Match[str]) -> Sequence[Event]:
        """Engines nest: an evaluator runs inside a trainer's epoch. Only the outermost one speaks of the run."""
        if engine["starts"] is not None:
            epochs = (
                float(engine["epochs"] or text.split(" until ")[-1].split(" ")[0]) if _tells_epochs(engine) else 1.0
            )
            self._open.append(epochs)
            return (Facts(values={"epochs": epochs}),) if len(self._open) == 1 and epochs > 1 else ()
        if engine["over"] is not None:
            epochs = self._open.pop() if self._open else 1.0
            return (Ending(kind=EndingKind.FINISHED, text=text),) if not self._open and epochs > 1 else ()
        if len(self._open) > 1 or (self._open and self._open[0] <= 1):
            return ()
        done = float(engine["epoch"])
        total = self._open[0] if self._open else None
        return (
            Counter(
                current=done, total=total, unit="epoch", scope=CounterScope.EPOCHS, name="epoch",
                epoch=done, total_epochs=total, step_time_s=clock_s(engine["took"]),
            ),
        )  # fmt: skip


def _tells_epochs(engine: re.Match[str]) -> bool:
    return engine["epochs"] is not None or "until" in engine["starts"]


def _results(split: str, epoch: float, values: dict[str, float]) -> Sequence[Event] | None:
    """Both splits are printed under the same names."""
    named = {f"{split.lower()} {name}": value for name, value in values.items()}
    return tuple(metric_events(named, epoch=epoch)) if named else None


def _printed(epoch: float, iteration: float, per_epoch: str | None, values: dict[str, float]) -> Sequence[Event] | None:
    """`state.iteration` counts over the whole run, beside the length of one epoch."""
    if not values:
        return None
    length = float(per_epoch) if per_epoch else None
    through = length is not None and iteration > length
    counter = Counter(
        current=iteration - (epoch - 1) * length if length and through else iteration,
        total=length,
        unit="iteration",
        scope=CounterScope.EPOCH if length else CounterScope.UNKNOWN,
        name="iteration",
        kind=StageKind.TRAIN,
        epoch=epoch,
        steps_per_epoch=length,
    )
    return (counter, *metric_events(values))
