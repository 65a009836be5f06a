"""One rule says which runs need somebody, and one order puts them first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests import boards
from trainmon.attention import STATES_WORST_FIRST, Rank, needs_attention, rank, worst_first
from trainmon.estimates import Verdict, VerdictKind
from trainmon.snapshot import RunSnapshot, RunStatus

LATE = Verdict(kind=VerdictKind.SLOWER, ratio=2.0)


@pytest.mark.parametrize(
    ("run", "needed"),
    [
        pytest.param(boards.out_of_memory(), True, id="failed"),
        pytest.param(boards.stalled(), True, id="stalled"),
        pytest.param(boards.slower(), True, id="slower than documented"),
        pytest.param(replace(boards.finished(), verdict=LATE), True, id="finished, and was slower"),
        pytest.param(boards.within(), False, id="under way as planned"),
        pytest.param(boards.faster(), False, id="faster"),
        pytest.param(boards.finished(), False, id="finished"),
        pytest.param(boards.interrupted(), False, id="interrupted"),
        pytest.param(boards.waiting(), False, id="waiting"),
    ],
)
def test_failed_stalled_and_slower_runs_need_somebody(run: RunSnapshot, needed: bool) -> None:
    assert needs_attention(run) is needed


def test_every_state_has_a_rank() -> None:
    assert [rank(RunSnapshot(name="a", files=(), state=state)) for state in RunStatus if state != "running"] == [
        Rank.WAITING, Rank.STALLED, Rank.FINISHED, Rank.FAILED, Rank.INTERRUPTED
    ]  # fmt: skip


def test_the_worst_run_comes_first_and_the_later_one_before_the_late_one() -> None:
    later = replace(boards.slower(), name="later", verdict=LATE)

    order = [run.name for run in worst_first([*boards.every_kind(), later])]

    assert order[:5] == ["lora/llama-13b-bs8", "pipeline/colbert", "mmarco/lr-1e-3", "later", "lora/llama-7b-r64"]
    assert order[-1] == "mmarco/baseline-seed2"


def test_a_run_that_just_stopped_comes_before_those_that_go_on_as_planned() -> None:
    order = [rank(run) for run in worst_first(boards.every_kind())]

    assert order == sorted(order)
    assert Rank.SLOWER < Rank.INTERRUPTED < Rank.RUNNING
    assert STATES_WORST_FIRST.index(RunStatus.INTERRUPTED) < STATES_WORST_FIRST.index(RunStatus.RUNNING)
