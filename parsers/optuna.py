"""Optuna: one line per trial, whatever is trained inside it; the number of trials to come is not printed.

Format strings: `optuna/study/study.py` (`_log_completed_trial`), `optuna/study/_optimize.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from trainmon.events import Counter, Event, Line, Metrics, Problem, ProblemKind, StageKind
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.numbers import NUMBER, number
from trainmon.patterns import pattern

_TRIAL = pattern(
    rf"Trial (?P<n>\d{{1,9}}) (?:finished with (?:value: (?P<value>{NUMBER})|values: \[(?P<values>[^\]]{{1,400}})\])"
    r" and parameters: .*|pruned\..*|(?P<failed>failed with (?:parameters|value).*))"
)
_BEST = pattern(rf".*Best is trial \d{{1,9}} with value: ({NUMBER})\.?\s*")
_STUDY = pattern(r"A new study created in .*|Using an existing study with name .*")
_MESSAGE_CHARS = 200


class Optuna(LogFormat):
    """Reads trials as a counter that anything trained inside them outranks."""

    name: ClassVar[str] = "optuna"
    title: ClassVar[str] = "Optuna trials"
    priority: ClassVar[int] = 15
    needles: ClassVar[tuple[str, ...]] = ("Trial ", "study")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("A new study created in memory with name: demo", "optuna 5.0"),
        Sample(
            "Trial 3 finished with value: 32.88337989490719 and parameters: {'x': -4.734403185590214}. "
            "Best is trial 1 with value: 0.07052944637453798.",
            "optuna 5.0",
        ),
        Sample("Trial 9 pruned. ", "optuna 5.0"),
        Sample(
            "Trial 3 failed with parameters: {'x': 3.1} because of the following error: ValueError('x').", "optuna 5.0"
        ),
    )

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the trials done, and the value of the one that finished."""
        text = line.text.rstrip()
        match = _TRIAL.fullmatch(text)
        if match is None:
            return () if _STUDY.fullmatch(text) is not None else None
        counter = Counter(current=float(match["n"]) + 1, unit="trial", name="trials")
        if match["failed"] is not None:
            message = text[:_MESSAGE_CHARS]
            return (counter, Problem(kind=ProblemKind.OTHER, message=message))
        values = _values(match["value"], match["values"])
        best = _BEST.fullmatch(text)
        if best is not None and (value := number(best[1])) is not None:
            values["best_value"] = value
        return (counter, Metrics(values=values, step=counter.current, kind=StageKind.OTHER)) if values else (counter,)


def _values(single: str | None, several: str | None) -> dict[str, float]:
    if single is not None:
        value = number(single)
        return {} if value is None else {"value": value}
    found = [number(each.strip()) for each in (several or "").split(",")]
    return {f"value_{index}": value for index, value in enumerate(found) if value is not None}
