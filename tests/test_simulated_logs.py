"""Logs in many styles, by programs that know what they did: whole, and cut at a third and at two thirds."""

from __future__ import annotations

import importlib
import math
import pkgutil
from pathlib import Path

import pytest

from tests import simulated
from tests.simulated.writing import STYLES, Log, Truth
from tests.whole_runs import run_of
from trainmon.snapshot import RunSnapshot

for _module in pkgutil.iter_modules(simulated.__path__):
    importlib.import_module(f"{simulated.__name__}.{_module.name}")

_STEP_TIME_WITHIN = 0.05
_NO_TRAINING = ("val", "test", "eval", "valid")


def written(name: str) -> Log:
    log = Log(seed=sum(map(ord, name)))
    STYLES[name](log)
    return log


def training_loss(run: RunSnapshot) -> float | None:
    """The last value of what is named as the training's loss."""
    if "loss" in run.metrics:
        return run.metrics["loss"].last
    for key, metric in run.metrics.items():
        words = key.lower().replace("_", " ").replace("/", " ").replace(".", " ").split()
        if any("loss" in word for word in words) and not any(word.startswith(_NO_TRAINING) for word in words):
            return metric.last
    return None


def told(run: RunSnapshot, truth: Truth) -> dict[str, object]:
    """What the program says, field by field, of what the log says."""
    found: dict[str, object] = {"state": run.state.value if truth.state is not None else None, "attempts": run.attempts}
    if truth.step is not None:
        found |= {"step": run.step}
    found |= {"total": run.total_steps} if truth.total is not None else {}
    found |= {"epochs": run.total_epochs} if truth.epochs is not None else {}
    if truth.loss is not None:
        loss = training_loss(run)
        found["loss"] = None if loss is None or math.isnan(loss) else loss
    if truth.evals:
        found["evals"] = sum(stage.occurrences for stage in run.stages if stage.kind == "eval")
    found["problems"] = {problem.kind.value for problem in run.problems}
    return found


def meant(truth: Truth) -> dict[str, object]:
    """The same of the truth."""
    known: dict[str, object] = {"state": truth.state, "attempts": truth.attempts}
    known |= {name: value for name in ("total", "epochs") if (value := getattr(truth, name)) is not None}
    known |= {"step": pytest.approx(truth.step)} if truth.step is not None else {}
    if truth.loss is not None:
        known["loss"] = None if math.isnan(truth.loss) else pytest.approx(truth.loss)
    if truth.evals:
        known["evals"] = truth.evals
    return known | {"problems": set(truth.problems)}


@pytest.mark.parametrize("name", sorted(STYLES))
def test_a_log_is_read_as_its_program_meant_it(name: str, tmp_path: Path) -> None:
    log = written(name)
    truth = log.moments[-1][1]

    run = run_of(tmp_path, log.text)

    assert told(run, truth) == meant(truth)
    if truth.step_time_s is not None and log.timed:
        assert run.step_time_s is not None
        measured = (run.step_time_s.mean, run.step_time_s.median)
        assert any(value == pytest.approx(truth.step_time_s, rel=_STEP_TIME_WITHIN) for value in measured), measured


@pytest.mark.parametrize("share", [pytest.param(1 / 3, id="a third"), pytest.param(2 / 3, id="two thirds")])
@pytest.mark.parametrize("name", sorted(STYLES))
def test_a_log_that_ends_early_says_how_far_it_came(name: str, share: float, tmp_path: Path) -> None:
    log = written(name)
    data = log.text.encode()
    ends = [moment for moment in log.moments if moment[0] <= share * len(data)]
    if not ends or ends[-1][1] == Truth():
        pytest.skip("nothing told yet")
    end, truth = ends[-1]

    run = run_of(tmp_path, data[:end].decode())

    assert told(run, truth) == meant(truth)
