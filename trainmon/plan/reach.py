"""Which runs a document speaks for: those below its folder, the nearest document first."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path, PurePath

from trainmon.estimates import EstimateDocument
from trainmon.plan.naming import KnownRun

_SPEAKS_FOR_PARENT = frozenset({"doc", "docs", "plan", "plans", "estimate", "estimates", "notes"})
"""Folders of documents: what lies in them is said of the folder around them."""
_ABOUT_EVERYTHING = "readme"
"""Says what a project is, and what came out of it; with a plan nearer to the run, it is not asked."""


def applicable(
    documents: Sequence[EstimateDocument], log: str, named: Sequence[Path] = ()
) -> list[list[EstimateDocument]]:
    """Give the documents that speak of the run whose log lies at `log`, in groups, nearest folder first.

    A document speaks for its folder and all below it. What the user named speaks for every run, a corrected plan first.
    """
    plans = [document for document in documents if document.path.endswith(".toml")]
    others = [document for document in documents if document not in plans]
    if named:
        told = {os.path.abspath(path) for path in named}  # noqa: PTH100
        mine = [[one for one in group if os.path.abspath(one.path) in told] for group in (plans, others)]  # noqa: PTH100
        return [group for group in mine if group]
    by_distance: dict[int, list[EstimateDocument]] = {}
    for document in others:
        distance = _distance(document.path, log)
        if distance is not None:
            by_distance.setdefault(distance, []).append(document)
    groups = [by_distance[distance] for distance in sorted(by_distance)]
    farther = [[one for one in group if not _is_readme(one)] for group in groups[1:]]
    return [group for group in (plans, *groups[:1], *farther) if group]


@lru_cache(maxsize=1024)
def spoken_of(document: str, runs: tuple[KnownRun, ...], *, by_user: bool) -> tuple[str, ...]:
    """Give the names of the runs that the document at this path speaks for; for all where the user named it."""
    return tuple(run.name for run in runs if by_user or _distance(document, run.log) is not None)


def _is_readme(document: EstimateDocument) -> bool:
    return PurePath(document.path).stem.lower() == _ABOUT_EVERYTHING


def _distance(document: str, log: str) -> int | None:
    """How many folders the document lies above the log; None where it lies elsewhere."""
    folder = PurePath(os.path.abspath(log)).parent  # noqa: PTH100 lexical: links in logs are left as they are
    place = PurePath(os.path.abspath(document)).parent  # noqa: PTH100
    if place.name.lower() in _SPEAKS_FOR_PARENT and place != folder and place not in folder.parents:
        place = place.parent
    return len(folder.parts) - len(place.parts) if place == folder or place in folder.parents else None
