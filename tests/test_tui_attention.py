"""Rank, order, filter and folders of the runs on a board."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from tests import boards
from tests.board_parts import eta, file
from trainmon.attention import Rank, main_problem, needs_attention, rank, worst_first
from trainmon.events import ProblemKind
from trainmon.snapshot import ProblemInfo, RunSnapshot, RunStatus
from trainmon.tui import columns, totals, words
from trainmon.tui.attention import Group, Sort, matches
from trainmon.tui.roster import Roster


def names(entries: list[RunSnapshot | Group]) -> list[str]:
    return [entry.name if isinstance(entry, RunSnapshot) else entry.folder + "/" for entry in entries]


@pytest.mark.parametrize(
    ("roots", "groups"),
    [
        pytest.param(("logs",), [], id="one root"),
        pytest.param(("logs/a", "./logs/b/"), ["logs/a/", "logs/b/"], id="two roots"),
        pytest.param(("logs/a/x.log", "logs/b/*.log"), ["logs/a/", "logs/b/"], id="files"),
        pytest.param((".", "elsewhere"), ["./"], id="one of two roots"),
    ],
)
def test_runs_of_several_roots_stand_under_their_root(roots: tuple[str, ...], groups: list[str]) -> None:
    runs = [replace(boards.within(), name=name, files=(file(f"logs/{name}/x.log", "tqdm"),)) for name in "ab"]
    runs = [replace(run, name="x") for run in runs]
    roster = Roster()

    roster.take(runs, roots)

    shown = [entry.folder + "/" for entry in roster.entries(sort=Sort.NAME) if isinstance(entry, Group)]
    assert shown == (groups if len(groups) > 1 else [])
    assert roster.has_groups is (len(groups) > 1)


def test_the_worst_run_comes_first() -> None:
    ranks = [
        rank(run)
        for run in Roster(boards.every_kind()).entries(sort=Sort.WORST, grouped=False)
        if isinstance(run, RunSnapshot)
    ]

    assert ranks == sorted(ranks)
    assert ranks[:4] == [Rank.FAILED, Rank.STALLED, Rank.NAN, Rank.SLOWER]
    assert ranks[4] == Rank.INTERRUPTED
    assert ranks[-2:] == [Rank.WAITING, Rank.FINISHED]


def test_running_runs_are_ordered_by_the_time_left() -> None:
    soon, late = replace(boards.faster(), name="b", eta=eta(10)), replace(boards.faster(), name="a", eta=eta(999))
    unknown = replace(boards.faster(), name="0", eta=None)

    assert names(Roster([unknown, late, soon]).entries(sort=Sort.WORST)) == ["b", "a", "0"]


def test_a_finished_run_is_lost_if_its_loss_was_no_number_to_the_end() -> None:
    over = replace(boards.not_a_number(), state=boards.finished().state)
    recovered = replace(over, metrics={name: replace(metric, last=0.5) for name, metric in over.metrics.items()})
    lost = replace(over, metrics={"train_loss": replace(over.metrics["loss"], last=math.nan)})

    assert rank(recovered) is Rank.FINISHED
    assert rank(lost) is Rank.NAN
    assert next(run.name for run in worst_first([boards.within(), lost, boards.slower()])) == lost.name
    assert (words.trouble(lost) or ("",))[0].startswith("NaN since")
    assert needs_attention(lost) is needs_attention(recovered)


def test_the_head_counts_it_and_narrow_lines_say_it_instead_of_the_verdict() -> None:
    lost = replace(boards.not_a_number(), state=RunStatus.FINISHED)
    lost = replace(
        lost, metrics={"loss": replace(lost.metrics["loss"], last=math.nan)}, verdict=boards.within().verdict
    )
    board = boards.board([lost])

    roster = Roster(board.runs)
    head = totals.head(board, roster, 80, sort=Sort.WORST, wanted="")
    (line, narrow) = (
        columns.line(lost, columns.lay_out(width, columns.needs_of(roster, grouped=False)), now=board.taken_at)
        for width in (80, 60)
    )

    assert "1 NaN" in "".join(text for text, _ in head[0])
    assert all("NaN since" in "".join(text for text, _ in row) for row in (line, narrow))


def test_folders_stand_in_the_order_of_their_worst_run() -> None:
    shown = names(Roster(boards.every_kind()).entries(sort=Sort.WORST))

    assert shown[:3] == ["lora/", "lora/llama-13b-bs8", "lora/llama-7b-r64"]
    assert [name for name in shown if name.endswith("/")] == ["lora/", "pipeline/", "mmarco/", "old/", "gpt2/"]


def test_one_folder_needs_no_title() -> None:
    assert names(Roster([boards.within(), boards.resumed()]).entries(sort=Sort.NAME)) == [
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
