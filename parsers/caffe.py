"""Caffe: `src/caffe/solver.cpp`; loss, rate, outputs and tests stand on lines of their own, joined by the iteration."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from trainmon.events import Counter, CounterScope, Ending, EndingKind, Event, Facts, Line, Metrics, StageKind, StageMark
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.numbers import NUMBER, number
from trainmon.patterns import pattern

_ITERATION = pattern(
    r"Iteration (?P<n>\d{1,12})"
    r"(?: \((?:[\d.e+-]{1,16}|inf) iter/s, (?P<lapse>[\d.e+-]{1,16})s/(?P<per>\d{1,9}) iters?\))?"
    rf", (?P<name>loss|lr|smoothed loss) = (?P<value>{NUMBER})",
    re.ASCII,
)
_TESTING = pattern(r"Iteration (\d{1,12}), Testing net \(#\d{1,3}\)", re.ASCII)
_OUTPUT = pattern(
    rf"(?P<set>Test|Train) net output #\d{{1,3}}: (?P<name>[\w/.-]{{1,80}}) = (?P<value>{NUMBER})(?: \(.*\))?", re.ASCII
)
_MAX = pattern(r"max_iter: (\d{1,12})", re.ASCII)
_SAVED = pattern(r"Snapshotting to .*_iter_(\d{1,12})\.caffemodel(?:\.h5)?", re.ASCII)
_QUIET = pattern(r"Snapshotting solver state to .*|Iteration \d+, loss =\s*")
_ENDINGS = {"Optimization Done.": EndingKind.FINISHED, "Optimization stopped early.": EndingKind.EARLY_STOPPED}


class Caffe(LogFormat):
    """Reads the solver's lines; `max_iter` stands in the solver's parameters above them."""

    name: ClassVar[str] = "caffe"
    title: ClassVar[str] = "Caffe"
    priority: ClassVar[int] = 30
    needles: ClassVar[tuple[str, ...]] = ("Iteration ", "net output #", "max_iter: ", "Snapshotting ", "Optimization ")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("max_iter: 20000", "a public log"),
        Sample("Iteration 0, Testing net (#0)", "Caffe"),
        Sample("    Test net output #0: accuracy = 0.1012", "Caffe"),
        Sample("Iteration 100, loss = 0.0677099", "a public log"),
        Sample("Iteration 200 (12.5 iter/s, 8s/100 iters), loss = 0.0641", "Caffe, from its format string"),
        Sample("    Train net output #0: loss = 0.0677099 (* 1 = 0.0677099 loss)", "Caffe"),
        Sample("Iteration 100, lr = 0.003", "a public log"),
        Sample("Snapshotting to binary proto file net_iter_5000.caffemodel", "Caffe"),
        Sample("Optimization Done.", "a public log"),
    )

    def __init__(self) -> None:
        self._total: float | None = None

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the counter and the value of a line."""
        text = line.text.strip()
        match = _ITERATION.fullmatch(text)
        if match is not None:
            return self._iteration(match)
        output = _OUTPUT.fullmatch(text)
        if output is not None:
            value = number(output["value"])
            tested = output["set"] == "Test" and value is not None
            return (Metrics(values={f"test {output['name']}": value or 0.0}, kind=StageKind.EVAL),) if tested else ()
        if _TESTING.fullmatch(text):
            return (StageMark(kind=StageKind.EVAL, name="evaluation"),)
        total = _MAX.fullmatch(text)
        if total is not None:
            self._total = number(total[1])
            return (Facts(values={"total_steps": self._total}),) if self._total else ()
        saved = _SAVED.fullmatch(text)
        if saved is not None:
            return (StageMark(kind=StageKind.CHECKPOINT, name="checkpoint", step=number(saved[1])),)
        if text in _ENDINGS:
            return (Ending(kind=_ENDINGS[text], text=text),)
        return () if _QUIET.fullmatch(text) else None

    def _iteration(self, match: re.Match[str]) -> Sequence[Event]:
        """The number printed is that of the iterations done before this one."""
        done, value = float(match["n"]), number(match["value"])
        lapse, per = number(match["lapse"] or ""), number(match["per"] or "")
        counter = Counter(
            current=done, total=self._total, unit="iteration", scope=CounterScope.RUN, name="iteration",
            kind=StageKind.TRAIN, step_time_s=lapse / per if lapse is not None and per and done > 0 else None,
        )  # fmt: skip
        return (counter, Metrics(values={match["name"]: value}, step=done)) if value is not None else (counter,)
