"""scikit-learn with `verbose`: iterations of estimators, fits of a search, tasks of joblib.

Format strings: `sklearn/neural_network/_multilayer_perceptron.py`, `linear_model/_sgd_fast.pyx.tp`,
`ensemble/_gb.py` (VerboseReporter), `ensemble/_forest.py`, `model_selection/_validation.py`, `joblib/parallel.py`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from trainmon.events import Counter, CounterScope, Ending, EndingKind, Event, Facts, Line, Metrics, StageKind
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.numbers import NUMBER, duration_s, number
from trainmon.parsers.pairs import metric_events
from trainmon.patterns import pattern

_PATTERNS = {
    "iteration": pattern(rf"Iteration (\d{{1,9}}), loss = ({NUMBER})"),
    "score": pattern(rf"Validation score: ({NUMBER})"),
    "stopped": pattern(
        r"(?:Training loss|Validation score) did not improve more than tol=\S+ for \d+ consecutive epochs\. .*"
    ),
    "most": pattern(
        r"(?:.*ConvergenceWarning: )?(?:Stochastic Optimizer: )?Maximum iterations \((\d{1,9})\) reached and .*"
    ),
    "epoch": pattern(r"-- Epoch (\d{1,9})"),
    "norm": pattern(r"Norm: .*, NNZs: \d+, .*"),
    "spent": pattern(r"Total training time: ([\d.]{1,20}) seconds\."),
    "converged": pattern(r"Convergence after \d+ epochs took [\d.]+ seconds"),
    "fits": pattern(r"Fitting (\d{1,9}) folds for each of (\d{1,9}) candidates?, totalling (\d{1,12}) fits"),
    "fit": pattern(
        rf"\[CV[^\]]{{0,40}}\] END .*?(?:score=(?:\(.*\)|({NUMBER})))?[ ;,]*total time= *([\d.]+(?:s|min|h))"
    ),
    "begun": pattern(r"\[CV[^\]]{0,40}\] START .*"),
    "tree": pattern(r"building tree (\d{1,9}) of (\d{1,9})"),
    "tasks": pattern(
        r"\[Parallel\(n_jobs=-?\d+\)\]: Done +(\d{1,12}) (?:tasks?|out of +(\d{1,12})) +"
        r"\| elapsed: +([\d.]+(?:s|min|h))(?: remaining: .*| finished)?"
    ),
    "rounds": pattern(r"n_iterations: (\d{1,4})"),
    "factor": pattern(r"factor: (\d{1,4}(?:\.\d{1,6})?)"),
    "round": pattern(r"iter: (\d{1,4})"),
    "boosted": pattern(r"\[(\d{1,9})/(\d{1,9})\] \d{1,6} trees?, (.{1,200}, )?in ([\d.]{1,12})s"),
    "fitted": pattern(r"Fit (\d{1,9}) trees in ([\d.]{1,12}) s, \(\d+ total leaves\)"),
    "backend": pattern(r"\[Parallel\(n_jobs=-?\d+\)\]: .*"),
}
_HEAD = pattern(r"\s+Iter {2,}((?:Train Loss|OOB Improve|Validation Loss| {2,})+) {2,}Remaining Time\s*")
_ROW = pattern(rf"\s+(\d{{1,9}})((?:\s+(?:{NUMBER})){{1,3}})\s+[\d.]{{1,12}}[smh]\s*")
_MOST_ROUNDS = 64


class ScikitLearn(LogFormat):
    """Reads what estimators and searches print; the fits of a search count more than iterations inside one of them."""

    name: ClassVar[str] = "scikit_learn"
    title: ClassVar[str] = "scikit-learn with verbose"
    priority: ClassVar[int] = 15
    needles: ClassVar[tuple[str, ...]] = (
        "Iteration ", "Validation score", "-- Epoch ", "Norm: ", "Total training time: ", "Convergence after ",
        "Iter  ", "Fitting ", "[CV", "building tree ", "[Parallel(", "did not improve more than tol",
        "Maximum iterations", "n_iterations: ", "factor: ", "iter: ", " tree, ", " trees, ", "Fit ",
    )  # fmt: skip
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Fitting 5 folds for each of 4 candidates, totalling 20 fits", "scikit-learn 1.7"),
        Sample("[CV 1/5; 1/4] START alpha=0.0001, learning_rate_init=0.01.......................", "scikit-learn 1.7"),
        Sample("Iteration 1, loss = 0.81965686", "scikit-learn 1.7, MLPClassifier"),
        Sample("Validation score: 0.500000", "scikit-learn 1.7, MLPClassifier"),
        Sample(
            "Validation score did not improve more than tol=0.000100 for 10 consecutive epochs. Stopping.",
            "scikit-learn 1.7, MLPClassifier",
        ),
        Sample(
            "[CV 1/5] END alpha=0.0001, learning_rate_init=0.01;, score=0.662 total time=   0.3s", "scikit-learn 1.7"
        ),
        Sample("[CV] END ..............................................C=0.1; total time=   0.1s", "scikit-learn 1.7"),
        Sample("-- Epoch 1", "scikit-learn 1.7, SGDClassifier"),
        Sample(
            "Norm: 60.57, NNZs: 10, Bias: -86.706158, T: 400, Avg. loss: 5.534011, Objective: 5.653264",
            "scikit-learn 1.7, SGDClassifier",
        ),
        Sample("Total training time: 0.02 seconds.", "scikit-learn 1.7, SGDClassifier"),
        Sample("Convergence after 8 epochs took 0.02 seconds", "scikit-learn 1.7, SGDClassifier"),
        Sample("      Iter       Train Loss      OOB Improve   Remaining Time ", "GradientBoostingClassifier"),
        Sample("         1           1.2958           0.0484            0.20s", "GradientBoostingClassifier"),
        Sample("building tree 2 of 50", "scikit-learn 1.7, RandomForestClassifier"),
        Sample(
            "[1/12] 1 tree, 7 leaves, max depth = 4, train loss: 0.61336, val loss: 0.61348, in 0.013s",
            "scikit-learn 1.9, HistGradientBoostingClassifier",
        ),
        Sample("Fit 40 trees in 20.408 s, (1240 total leaves)", "scikit-learn 1.9, HistGradientBoostingClassifier"),
        Sample("n_iterations: 4", "scikit-learn 1.9, HalvingGridSearchCV"),
        Sample("[Parallel(n_jobs=1)]: Done  50 out of  50 | elapsed:    0.1s finished", "joblib 1.5"),
    )

    def __init__(self) -> None:
        self.holding = False
        self._columns: list[str] = []
        self._fits: float | None = None
        self._done = 0.0
        self._epoch = 0.0
        self._iterates = False
        self._halving: dict[str, float] = {}  # rounds of a search that halves its candidates, its factor, the round

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the iteration, fit or task that a line reports."""
        text = line.text.rstrip()
        if self._columns and (row := _ROW.fullmatch(text)) is not None:
            return self._row(float(row[1]), row[2].split())
        head = _HEAD.fullmatch(text)
        if head is not None:
            self._columns = [name.strip() for name in head[1].split("  ") if name.strip()]
            self.holding = True
            return ()
        text = text.strip()
        for kind, shape in _PATTERNS.items():
            match = shape.fullmatch(text)
            if match is not None:
                return self._events(kind, match)
        return None

    def _row(self, step: float, cells: list[str]) -> Sequence[Event] | None:
        if len(cells) != len(self._columns):
            return None
        values = {
            name: value for name, cell in zip(self._columns, cells, strict=True) if (value := number(cell)) is not None
        }
        return (_counter(step, "iteration", "boosting"), Metrics(values=values, step=step))

    def _events(self, kind: str, match: re.Match[str]) -> Sequence[Event]:
        match kind:
            case "iteration":
                self._iterates = True
                step = float(match[1])
                loss = number(match[2])
                metrics = [Metrics(values={"loss": loss}, step=step)] if loss is not None else []
                return (_counter(step, "iteration", "iteration"), *metrics)
            case "score":
                score = number(match[1])
                return () if score is None else (Metrics(values={"validation_score": score}, kind=StageKind.EVAL),)
            case "stopped" | "converged":
                return (Ending(kind=EndingKind.EARLY_STOPPED, text=match[0]),)
            case "most":
                if not self._iterates or self._fits is not None:
                    return ()  # a silent fit inside a search or a trial
                total = float(match[1])
                return (Facts(values={"total_steps": total}), Ending(kind=EndingKind.FINISHED, text=match[0]))
            case "epoch":
                self._epoch = float(match[1])
                return ()
            case "norm":
                return _of_epoch(self._epoch, match[0])
            case "spent":
                return (_counter(self._epoch, "epoch", "epoch", elapsed_s=float(match[1])),) if self._epoch else ()
            case _:
                return self._of_search(kind, match)

    def _of_search(self, kind: str, match: re.Match[str]) -> Sequence[Event]:
        match kind:
            case "rounds" | "factor" | "round":
                self._halving[kind] = float(match[1])
                return ()
            case "fits":
                self._begin(float(match[1]), float(match[2]), float(match[3]))
                return (self._fit(None),)
            case "fit":
                self._done += 1
                score = number(match[1]) if match[1] else None
                metrics = [] if score is None else [Metrics(values={"score": score}, step=self._done)]
                return (self._fit(_seconds(match[2])), *metrics)
            case "boosted" | "fitted":
                return _boosted(match) if kind == "boosted" else _fitted(match)
            case "tree":
                return (_counter(float(match[1]), "tree", "trees", total=float(match[2])),)
            case "tasks":
                done, total = float(match[1]), float(match[2]) if match[2] else None
                return () if total is None else (self._tasks(done, total, _seconds(match[3])),)
            case _:
                return ()

    def _begin(self, folds: float, candidates: float, fits: float) -> None:
        """A search begins, or the next round of one that goes on with the best of its candidates (`factor`)."""
        now, rounds = self._halving.get("round", 0.0), int(self._halving.get("rounds", 1))
        factor = max(self._halving.get("factor", 1.0), 1.0)
        self._done = self._done if now else 0.0
        self._fits = self._done + fits
        for _ in range(int(now) + 1, min(rounds, _MOST_ROUNDS)):
            candidates = math.ceil(candidates / factor)
            self._fits += folds * candidates

    def _fit(self, took_s: float | None) -> Counter:
        return Counter(
            current=self._done,
            total=self._fits,
            unit="fit",
            scope=CounterScope.RUN,
            name="fits",
            kind=StageKind.TRAIN,
            step_time_s=took_s,
        )

    def _tasks(self, done: float, total: float, elapsed_s: float | None) -> Counter:
        """joblib counts anything: the fits of a search, the trees of a forest, a user's own loop."""
        return Counter(current=done, total=total, unit="task", name="tasks", elapsed_s=elapsed_s)


def _counter(
    current: float, unit: str, name: str, *, total: float | None = None, elapsed_s: float | None = None
) -> Counter:
    return Counter(current=current, total=total, unit=unit, name=name, kind=StageKind.TRAIN, elapsed_s=elapsed_s,
                   elapsed_resolution_s=0.01)  # fmt: skip


def _boosted(match: re.Match[str]) -> Sequence[Event]:
    step, total = float(match[1]), float(match[2])
    counter = replace(_counter(step, "iteration", "boosting", total=total), step_time_s=float(match[4]))
    names = ("train loss", "val loss")
    values = {name: value for name in names if (value := _named(match[3] or "", name)) is not None}
    return (counter, *metric_events(values, step=step))


def _fitted(match: re.Match[str]) -> Sequence[Event]:
    counter = _counter(float(match[1]), "iteration", "boosting", elapsed_s=float(match[2]))
    return (counter, Ending(kind=EndingKind.FINISHED, text=match[0]))


def _of_epoch(epoch: float, text: str) -> Sequence[Event]:
    names = ("Avg. loss", "Objective")
    values = {name: value for name in names if (value := _named(text, name)) is not None}
    counter = _counter(epoch, "epoch", "epoch")
    return (counter, Metrics(values=values, step=epoch)) if values else (counter,)


def _named(text: str, name: str) -> float | None:
    _, found, rest = text.partition(f"{name}: ")
    return number(rest.split(",")[0]) if found else None


def _seconds(text: str) -> float | None:
    return duration_s(text.replace("min", "m"))
