"""A log without a clock that somebody opens while its run is under way: what can be told, and what cannot."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.live import NOW, store_over
from trainmon.estimates import NOTHING_MEASURED, VerdictKind
from trainmon.snapshot import ClockBasis, RunSnapshot, RunStatus
from trainmon.store import Store
from trainmon.tui import words

STEP_S = 0.7
PLAN = "# Training time\n\n- eps1 should take 2.5-3 minutes.\n"
LINES = [f"epoch {epoch}/4 step {step}/60 loss 0.{epoch}{step:02d}\n" for epoch in range(1, 5) for step in range(1, 61)]
OPENED_AT = 140


def opened(folder: Path, begun: str) -> tuple[Store, Path]:
    """A store over a log that says so much already."""
    (folder / "plan.md").write_text(PLAN)
    log = folder / "eps1.log"
    log.write_text(begun)
    os.utime(log, (NOW, NOW))
    store = store_over(folder)
    while not store.refresh(NOW, 600.0):
        pass
    return store, log


def grown(store: Store, log: Path, lines: list[str], at_s: float) -> float:
    """Let a line come every `STEP_S`; the time of the last one."""
    for n, line in enumerate(lines, 1):
        with log.open("a") as file:
            file.write(line)
        os.utime(log, (at_s + n * STEP_S,) * 2)
        store.refresh(at_s + n * STEP_S, 600.0)
    return at_s + len(lines) * STEP_S


def the_run(store: Store, at_s: float) -> RunSnapshot:
    (run,) = store.board(at_s).runs
    return run


def test_a_run_opened_in_mid_run_has_no_elapsed_time_and_no_total_but_an_eta(tmp_path: Path) -> None:
    store, log = opened(tmp_path, "Starting training\n" + "".join(LINES[:OPENED_AT]))

    at_s = grown(store, log, LINES[OPENED_AT:200], NOW)
    run = the_run(store, at_s)

    assert (run.state, run.step, run.elapsed_s, run.started_at) == (RunStatus.RUNNING, 200, None, None)
    assert run.step_time_s is not None
    assert run.step_time_s.basis is ClockBasis.ARRIVAL
    assert run.step_time_s.mean == pytest.approx(STEP_S, rel=0.05)
    assert run.eta is not None
    assert run.eta.remaining_s.likely == pytest.approx(40 * STEP_S, rel=0.25)
    assert run.verdict is not None
    assert (run.verdict.kind, run.verdict.ratio) == (VerdictKind.NOT_COMPARABLE, None)
    assert run.verdict.text == NOTHING_MEASURED
    assert words.total_s(run) is None


def test_its_end_brings_no_verdict_on_the_total_either(tmp_path: Path) -> None:
    store, log = opened(tmp_path, "Starting training\n" + "".join(LINES[:OPENED_AT]))

    at_s = grown(store, log, [*LINES[OPENED_AT:], "Training finished\n"], NOW)
    run = the_run(store, at_s)

    assert (run.state, run.step, run.elapsed_s) == (RunStatus.FINISHED, 240, None)
    assert run.verdict is not None
    assert (run.verdict.ratio, run.verdict.text) == (None, NOTHING_MEASURED)


def test_a_run_watched_from_its_beginning_is_held_against_its_plan(tmp_path: Path) -> None:
    store, log = opened(tmp_path, "")

    at_s = grown(store, log, ["Starting training\n", *LINES, "Training finished\n"], NOW)
    run = the_run(store, at_s)

    assert run.elapsed_s == pytest.approx(241 * STEP_S, abs=1)
    assert run.verdict is not None
    assert run.verdict.kind is VerdictKind.WITHIN
