"""What the overview lists: orders of runs, the filter, titles of folders. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

from trainmon.attention import time_left_s, urgency
from trainmon.snapshot import RunSnapshot


class Sort(StrEnum):
    """Orders of the overview; `s` goes through them."""

    WORST = "worst first"
    TIME_LEFT = "time left"
    NAME = "name"
    RECENT = "last activity"

    @property
    def following(self) -> Sort:
        """The next order."""
        orders = list(Sort)
        return orders[(orders.index(self) + 1) % len(orders)]


SortKey = tuple[float | str, ...]
KEYS: dict[Sort, Callable[[RunSnapshot], SortKey]] = {
    Sort.WORST: urgency,
    Sort.TIME_LEFT: lambda run: (time_left_s(run), run.name),
    Sort.NAME: lambda run: (run.name,),
    Sort.RECENT: lambda run: (-(run.last_activity_at or 0.0), run.name),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The title of a folder's runs."""

    folder: str
    size: int


Entry = RunSnapshot | Group


def folder_of(name: str) -> str:
    """Return the folder part of a run's name; '' at the top."""
    return name.rpartition("/")[0]


def group_of(run: RunSnapshot, roots: Sequence[str]) -> str:
    """Return the folder that a run stands under: that of its name, behind its root where there are several roots."""
    folder = folder_of(run.name)
    if len(roots) < 2 or not run.files:
        return folder
    parents = PurePath(run.files[0].path).parents
    root = next((root for root in map(PurePath, roots) if root in parents), None)
    return parents[0].as_posix() if root is None else (root / folder).as_posix()


def matches(run: RunSnapshot, wanted: str) -> bool:
    """Say whether each word of `wanted` is in the run's name, state, stage, verdict or problems."""
    words = wanted.casefold().split()
    if not words:
        return True
    verdict = "" if run.verdict is None else run.verdict.kind
    problems = " ".join(problem.kind for problem in run.problems)
    text = f"{run.name} {run.state} {run.stage} {verdict} {problems}".casefold()
    return all(word in text for word in words)
