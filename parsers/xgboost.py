"""XGBoost: one line per printed round, zero-based; the period of printing, and early stopping, are silent.

Format string: `python-package/xgboost/callback.py` (`EvaluationMonitor`), `[{epoch}]\\t{data}-{metric}:{score:.5f}`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from trainmon.events import Counter, CounterScope, Ending, EndingKind, Event, Line, Metrics, StageKind
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.numbers import NUMBER, number
from trainmon.patterns import pattern

_ROUND = pattern(rf"\[(\d{{1,9}})\]((?:\t[^\t:]{{1,80}}-[^\t:]{{1,80}}:(?:{NUMBER})(?:\+(?:{NUMBER}))?)+)\s*")
_SCORE = pattern(rf"\t([^\t:]{{1,161}}):({NUMBER})(?:\+({NUMBER}))?")
_NOTE = pattern(r"Will train until \S{1,160} hasn't improved in \d{1,9} rounds\.?|Multiple eval metrics have been .*")


class XGBoost(LogFormat):
    """Reads the rounds of `train`, `cv` and the scikit-learn classes."""

    name: ClassVar[str] = "xgboost"
    title: ClassVar[str] = "XGBoost rounds"
    priority: ClassVar[int] = 15
    needles: ClassVar[tuple[str, ...]] = ("]\t", "Stopping. Best iteration", "hasn't improved in", "Multiple eval")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Will train until validation_1-logloss hasn't improved in 50 rounds.", "xgboost before 1.3"),
        Sample("[0]\ttrain-logloss:0.68820\ttrain-auc:0.56149\teval-logloss:0.69363\teval-auc:0.50290", "xgboost 3.2"),
        Sample("[1]\ttrain-logloss:0.43742+0.01393\ttest-logloss:0.60229+0.01852", "xgboost 3.2, cv()"),
        Sample("[36]\tvalidation_0-ndcg@5-:0.87975", "xgboost 3.2"),
        Sample("Stopping. Best iteration:", "xgboost before 1.3"),
        Sample("[12]\tvalidation_0-logloss:0.46786\tvalidation_1-logloss:0.49", "xgboost before 1.3"),
    )

    def __init__(self) -> None:
        self._best_follows = False

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the rounds done and every score; the line of the best round, printed once more, says nothing."""
        text = line.text
        if text.startswith("Stopping. Best iteration:"):
            self._best_follows = True
            return (Ending(kind=EndingKind.EARLY_STOPPED, text=text.strip()),)
        match = _ROUND.fullmatch(text)
        if match is None:
            return () if _NOTE.fullmatch(text.strip()) is not None else None
        if self._best_follows:
            self._best_follows = False
            return ()
        done = float(match[1]) + 1
        values = {
            name: value for name, text_value, _ in _SCORE.findall(match[2]) if (value := number(text_value)) is not None
        }
        return (
            Counter(current=done, unit="round", scope=CounterScope.RUN, name="boosting", kind=StageKind.TRAIN),
            Metrics(values=values, step=done),
        )
