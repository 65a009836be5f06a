"""What is kept of the runs from one board to the next is what the newest board alone would give."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from tests import boards
from tests.board_parts import eta
from trainmon.snapshot import RunSnapshot, RunStatus
from trainmon.tui.attention import Group, Sort
from trainmon.tui.roster import Roster, Trait


def a_change(runs: tuple[RunSnapshot, ...], chance: random.Random, number: int) -> tuple[RunSnapshot, ...]:
    """Some runs go, some change, some come."""
    kinds = boards.every_kind()
    left = [run for run in runs if chance.random() > 0.2]
    changed = [
        replace(chance.choice(kinds), name=run.name, eta=chance.choice([None, eta(chance.randrange(9999))]))
        if chance.random() < 0.3
        else run
        for run in left
    ]
    names = [f"{chance.choice(['', 'sweep/', 'long/er/'])}run{number}-{at}" for at in range(chance.randrange(6))]
    found = [*changed, *(replace(chance.choice(kinds), name=name) for name in names)]
    chance.shuffle(found)
    return tuple(found)


def said(roster: Roster, sort: Sort, wanted: str) -> tuple[object, ...]:
    """All that it tells."""
    lines = [roster.entries(sort=sort, wanted=wanted, grouped=grouped) for grouped in (False, True)]
    widths = [roster.name_width(grouped=grouped) for grouped in (False, True)]
    running = sorted(run.name for run in roster.running)
    widths.append(roster.stage_width)
    return lines, widths, running, [roster.count(trait) for trait in Trait], len(roster)


@pytest.mark.parametrize("seed", range(5))
def test_boards_one_after_the_other_give_what_the_last_one_alone_gives(seed: int) -> None:
    chance, roster = random.Random(seed), Roster()
    runs: tuple[RunSnapshot, ...] = ()
    for number in range(30):
        runs = a_change(runs, chance, number)
        sort, wanted = chance.choice(list(Sort)), chance.choice(["", "", "run1", "failed"])

        roster.take(runs)

        assert said(roster, sort, wanted) == said(Roster(runs), sort, wanted)


def test_a_stalled_run_is_not_among_those_that_go_on() -> None:
    running, stalled = boards.within(), boards.stalled()

    roster = Roster([running, stalled, boards.finished()])

    assert [run.state for run in roster.running] == [RunStatus.RUNNING]
    assert roster.count(Trait.RUNNING) == 1


def test_a_folder_with_all_wanted_runs_has_no_title_of_its_own() -> None:
    runs = [replace(boards.within(), name=name) for name in ("a/one", "a/two", "b/three")]

    entries = Roster(runs).entries(sort=Sort.NAME, wanted="a/", grouped=True)

    assert not any(isinstance(entry, Group) for entry in entries)
    assert len(entries) == 2
