"""Logs of real programs in the variations that people write: what the programs noted, against what is read.

`sample_logs/make/varied/all.py` makes them again. Each is read whole, as an archive, and cut while its program ran.
"""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.live import NOW, read_whole, store_over
from trainmon.snapshot import RunSnapshot, RunStatus

FOLDER = Path(__file__).resolve().parent / "varied_logs"
LONG_AGO = 1_700_000_000
LOSS_DIGITS = 2e-3
"""Bars print a loss with three digits."""

Row = dict[str, Any]
TRUTH: dict[str, Row] = json.loads((FOLDER / "truth.json").read_text())
EVERY_LOG = [pytest.param(name, id=name) for name in TRUTH]
CUTS = [
    pytest.param(name, cut, id=f"{name}-{cut['bytes']}")
    for name, row in TRUTH.items()
    if row.get("cut", True)
    for cut in row["cuts"]
]


def text_of(name: str) -> bytes:
    return gzip.decompress((FOLDER / f"{name}.log.gz").read_bytes())


def evaluations(run: RunSnapshot) -> int:
    return sum(stage.occurrences for stage in run.stages if stage.kind == "eval")


def training_losses(run: RunSnapshot) -> list[float]:
    names = ("val", "eval", "test")
    metrics = {name.lower(): metric.last for name, metric in run.metrics.items()}
    return [last for name, last in metrics.items() if "loss" in name and not any(word in name for word in names)]


@pytest.mark.parametrize("name", EVERY_LOG)
def test_the_whole_log_says_what_its_program_did(name: str, tmp_path: Path) -> None:
    truth, log = TRUTH[name], tmp_path / f"{name}.log"
    log.write_bytes(text_of(name))
    os.utime(log, (LONG_AGO, LONG_AGO))

    (run,) = read_whole(log).runs

    if truth["state"]:
        assert run.state in truth["state"].split("|")
    for said, field in ((run.step, "step"), (run.total_steps, "total"), (run.total_epochs, "epochs")):
        assert not truth[field] or said in truth[field], field
    assert run.attempts == truth["attempts"]
    if truth["evaluations"] is not None:
        assert evaluations(run) in (truth["evaluations"], *truth.get("evaluations_or", ()))
    assert {problem.kind for problem in run.problems} - {"traceback"} == {*truth.get("problems", ())} - {"traceback"}
    assert sum(stage.kind == "train" for stage in run.stages) == truth.get("train_stages", 1)


@pytest.mark.parametrize("name", [one for one in EVERY_LOG if TRUTH[str(one.values[0])]["step_time_s"]])
def test_the_step_time_is_that_of_the_program(name: str, tmp_path: Path) -> None:
    log = tmp_path / f"{name}.log"
    log.write_bytes(text_of(name))

    (run,) = read_whole(log).runs

    assert run.step_time_s is not None
    assert run.step_time_s.mean == pytest.approx(TRUTH[name]["step_time_s"], rel=0.05)


@pytest.mark.parametrize("name", [one for one in EVERY_LOG if TRUTH[str(one.values[0])]["last_loss"] is not None])
def test_the_last_loss_is_the_one_logged_last(name: str, tmp_path: Path) -> None:
    log = tmp_path / f"{name}.log"
    log.write_bytes(text_of(name))

    (run,) = read_whole(log).runs

    assert any(loss == pytest.approx(TRUTH[name]["last_loss"], rel=LOSS_DIGITS) for loss in training_losses(run))


@pytest.mark.parametrize(("name", "cut"), CUTS)
def test_a_log_that_still_grows_says_where_its_program_is(name: str, cut: Row, tmp_path: Path) -> None:
    truth, log = TRUTH[name], tmp_path / f"{name}.log"
    log.write_bytes(text_of(name)[: cut["bytes"]])
    os.utime(log, (NOW - 1, NOW - 1))
    store = store_over(log)
    while not store.refresh(NOW, 60.0):
        pass

    (run,) = store.board(NOW).runs

    behind = truth.get("lag", 1) + 1
    assert cut["low"] - behind <= (run.step or 0.0) <= cut["high"] + 1
    if 0 < cut["low"] < (truth["step"] or [0])[0]:
        assert run.state is RunStatus.RUNNING
        assert truth.get("cut_total", 1) is None or run.total_steps in (truth.get("cut_totals") or truth["total"])
