"""Rank, order, filter and folders of the runs on a board."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests import boards
from tests.board_parts import eta
from trainmon.attention import Rank, main_problem, rank
from trainmon.events import ProblemKind
from trainmon.snapshot import ProblemInfo, RunSnapshot
from trainmon.tui.attention import Group, Sort, arrange, matches


def names(entries: list[RunSnapshot | Group]) -> list[str]:
    return [entry.name if isinstance(entry, RunSnapshot) else entry.folder + "/" for entry in entries]


def test_the_worst_run_comes_first() -> None:
    ranks = [
        rank(run)
        for run in arrange(boards.every_kind(), sort=Sort.WORST, grouped=False)
        if isinstance(run, RunSnapshot)
    ]

    assert ranks == sorted(ranks)
    assert ranks[:4] == [Rank.FAILED, Rank.STALLED, Rank.NAN, Rank.SLOWER]
    assert ranks[4] == Rank.INTERRUPTED
    assert ranks[-2:] == [Rank.WAITING, Rank.FINISHED]


def test_running_runs_are_ordered_by_the_time_left() -> None:
    soon, late = replace(boards.faster(), name="b", eta=eta(10)), replace(boards.faster(), name="a", eta=eta(999))
    unknown = replace(boards.faster(), name="0", eta=None)

    assert names(arrange([unknown, late, soon], sort=Sort.WORST)) == ["b", "a", "0"]


def test_a_finished_run_that_had_nan_is_finished() -> None:
    assert rank(replace(boards.not_a_number(), state=boards.finished().state)) is Rank.FINISHED


def test_folders_stand_in_the_order_of_their_worst_run() -> None:
    shown = names(arrange(boards.every_kind(), sort=Sort.WORST))

    assert shown[:3] == ["lora/", "lora/llama-13b-bs8", "lora/llama-7b-r64"]
    assert [name for name in shown if name.endswith("/")] == ["lora/", "pipeline/", "mmarco/", "old/", "gpt2/"]


def test_one_folder_needs_no_title() -> None:
    assert names(arrange([boards.within(), boards.resumed()], sort=Sort.NAME)) == [
        "mmarco/baseline",
        "mmarco/hans-resumed",
    ]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        pytest.param("LLAMA", {"lora/llama-7b-r64", "lora/llama-13b-bs8"}, id="any case"),
        pytest.param("failed", {"lora/llama-13b-bs8"}, id="state"),
        pytest.param("slower", {"lora/llama-7b-r64"}, id="verdict"),
        pytest.param("oom", {"lora/llama-13b-bs8"}, id="problem"),
        pytest.param("mmarco queue", {"mmarco/queue-3"}, id="all words"),
        pytest.param("nothing like it", set(), id="none"),
    ],
)
def test_the_filter_looks_at_everything_that_is_said_of_a_run(wanted: str, found: set[str]) -> None:
    assert {run.name for run in boards.every_kind() if matches(run, wanted)} == found


def test_the_orders_come_round() -> None:
    seen = [Sort.WORST]
    for _ in Sort:
        seen.append(seen[-1].following)

    assert seen[-1] is Sort.WORST
    assert set(seen) == set(Sort)


def test_the_cause_is_named_before_the_traceback_around_it() -> None:
    problem = main_problem(boards.out_of_memory())

    assert problem is not None
    assert problem.kind is ProblemKind.OOM


def test_a_traceback_alone_is_the_problem() -> None:
    only = ProblemInfo(kind=ProblemKind.TRACEBACK, message="KeyError: 'x'", line=9)

    assert main_problem(replace(boards.within(), problems=(only,))) is only
    assert main_problem(boards.within()) is None
