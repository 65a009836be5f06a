"""Proposed lines: what was measured, on what, and which words they would replace."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests import report_boards as boards
from trainmon.estimates import Scope, Verdict, VerdictKind
from trainmon.plan.corrections import corrections
from trainmon.snapshot import Board, RunSnapshot, RunStatus


def board_of(*verdicts: Verdict) -> Board:
    return Board(taken_at=0.0, runs=tuple(run_of(verdict) for verdict in verdicts))


def run_of(verdict: Verdict, state: RunStatus = RunStatus.FINISHED) -> RunSnapshot:
    return RunSnapshot(name="run", files=(), verdict=verdict, state=state)


def missed(measured_s: float, *, scope: Scope = Scope.TOTAL, projected: bool = False) -> Verdict:
    return Verdict(kind=VerdictKind.SLOWER, ratio=1.2, documented=boards.documented(2400, 3000, scope=scope),
                   measured_s=measured_s, projected=projected)  # fmt: skip


def test_a_missed_total_is_proposed_with_its_source_and_its_words() -> None:
    assert corrections(boards.full_board())[-1] == (
        'Total: 52-58 min (measured 55 min on NVIDIA GeForce RTX 3090; was "40-50 minutes", estimates.md:213)'
    )


def test_an_estimate_that_held_is_left_alone() -> None:
    lines = corrections(boards.full_board())

    assert len(lines) == 2
    assert not any(":115" in line for line in lines)


def test_several_runs_widen_one_line() -> None:
    (line,) = corrections(board_of(missed(3300), missed(3600)))

    assert line.startswith("Total: 52-63 min (measured 55-60 min in 2 runs on unknown hardware; was ")


@pytest.mark.parametrize("state", [state for state in RunStatus if state is not RunStatus.FINISHED])
def test_only_finished_runs_correct_a_plan(state: RunStatus) -> None:
    projected = run_of(missed(3600, projected=True), state)

    assert corrections(Board(taken_at=0.0, runs=(projected,))) == []
    (line,) = corrections(Board(taken_at=0.0, runs=(projected, run_of(missed(3300)))))
    assert "measured 55 min on" in line


def test_a_step_time_stays_a_step_time() -> None:
    (line,) = corrections(board_of(missed(1.5, scope=Scope.STEP)))

    assert line.startswith("Time per step: 1.42-1.58 s/step (measured 1.50 s/step on")


def test_a_line_without_source_or_measure_proposes_nothing() -> None:
    unsourced = replace(missed(3300), documented=replace(boards.documented(1, 2), source=None))

    assert corrections(board_of(unsourced, replace(missed(1), measured_s=None))) == []
