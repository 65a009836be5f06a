"""LightGBM: one line per printed round, one-based; early stopping repeats the line of the best round at the end.

Format strings: `python-package/lightgbm/callback.py` (`log_evaluation`, `early_stopping`), and the command-line
program's `src/boosting/gbdt.cpp` and `src/application/application.cpp`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from trainmon.events import Counter, CounterScope, Ending, EndingKind, Event, Facts, Line, Metrics, StageKind
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.numbers import NUMBER, number
from trainmon.patterns import pattern

_CELL = rf"[^\t:]{{1,80}}'s [^\t:]{{1,80}}: (?:{NUMBER})(?: \+ (?:{NUMBER}))?"
_ROUND = pattern(rf"\[(\d{{1,9}})\]\t({_CELL}(?:\t{_CELL})*)\s*")
_SCORE = pattern(rf"([^\t:]{{1,161}}): ({NUMBER})(?: \+ (?:{NUMBER}))?(?:\t|$|\s)")
_BEST = pattern(r"(Early stopping|Did not meet early stopping)[.,] [Bb]est iteration is:\s*")
_NATIVE = pattern(r"\[LightGBM\] \[(?:Info|Warning|Debug|Fatal)\] (.*)")
_NATIVE_SCORE = pattern(rf"Iteration:\s?(\d{{1,9}}), (\S.{{0,80}}?) : ({NUMBER})\s*")
_NATIVE_ROUND = pattern(r"(\d{1,9}(?:\.\d{1,9})?) seconds elapsed, finished iteration (\d{1,9})\s*")
_POINTS = pattern(r"Number of data points in the train set: (\d{1,15}), .*")
_STOPPED = pattern(r"Early stopping at iteration \d{1,9}, .*")


class LightGBM(LogFormat):
    """Reads the rounds of the Python package and of the command-line program."""

    name: ClassVar[str] = "lightgbm"
    title: ClassVar[str] = "LightGBM rounds"
    priority: ClassVar[int] = 15
    needles: ClassVar[tuple[str, ...]] = ("]\t", "est iteration is", "[LightGBM]", "Training until validation scores")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("[LightGBM] [Info] Number of data points in the train set: 2400, number of used features: 20", "4.7"),
        Sample("[LightGBM] [Warning] No further splits with positive gain, best gain: -inf", "lightgbm 4.7"),
        Sample("[1]\ttraining's binary_logloss: 0.676592\ttraining's auc: 0.715516\tvalid_1's auc: 0.599367", "4.7"),
        Sample("Training until validation scores don't improve for 80 rounds", "lightgbm 4.7"),
        Sample("[2]\tvalid's binary_logloss: 0.545248 + 0.0357788\tvalid's auc: 0.80353 + 0.041981", "4.7, cv()"),
        Sample("Did not meet early stopping. Best iteration is:", "lightgbm 4.7"),
        Sample("[1]\ttraining's binary_logloss: 0.0332886\ttraining's auc: 1\tvalid_1's auc: 0.902245", "4.7"),
        Sample("[LightGBM] [Info] Iteration:100, valid_1 auc : 0.677057", "the command-line program"),
        Sample("[LightGBM] [Info] 0.123456 seconds elapsed, finished iteration 100", "the command-line program"),
        Sample("[LightGBM] [Info] Finished training", "the command-line program"),
    )

    def __init__(self) -> None:
        self._best_follows = False

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the rounds done and every score; the best round's line, printed once more, says nothing."""
        text = line.text
        native = _NATIVE.fullmatch(text)
        if native is not None:
            return _native(native[1])
        best = _BEST.fullmatch(text)
        if best is not None:
            self._best_follows = True
            kind = EndingKind.EARLY_STOPPED if best[1] == "Early stopping" else EndingKind.FINISHED
            return (Ending(kind=kind, text=text.strip()),)
        match = _ROUND.fullmatch(text)
        if match is None:
            return () if text.startswith("Training until validation scores don't improve for ") else None
        if self._best_follows:
            self._best_follows = False
            return ()
        return _round(float(match[1]), dict(_SCORE.findall(match[2])))


def _round(done: float, scores: dict[str, str], elapsed_s: float | None = None) -> Sequence[Event]:
    counter = Counter(
        current=done,
        unit="round",
        scope=CounterScope.RUN,
        name="boosting",
        kind=StageKind.TRAIN,
        elapsed_s=elapsed_s,
        elapsed_resolution_s=1e-3,
    )
    values = {name: value for name, text in scores.items() if (value := number(text)) is not None}
    return (counter, Metrics(values=values, step=done)) if values else (counter,)


def _native(text: str) -> Sequence[Event]:
    """What the library itself logs."""
    score = _NATIVE_SCORE.fullmatch(text)
    if score is not None:
        return _round(float(score[1]), {score[2]: score[3]})
    finished = _NATIVE_ROUND.fullmatch(text)
    if finished is not None:
        return _round(float(finished[2]), {}, float(finished[1]))
    if text.startswith("Finished training"):
        return (Ending(kind=EndingKind.FINISHED, text=text.strip()),)
    if _STOPPED.fullmatch(text):
        return (Ending(kind=EndingKind.EARLY_STOPPED, text=text.strip()),)
    points = _POINTS.fullmatch(text)
    return (Facts(values={"examples": float(points[1])}),) if points is not None else ()
