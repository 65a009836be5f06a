"""What a run could be held against: the durations of whole runs, epochs, steps and trainings that documents hold."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trainmon.estimates import DocumentedRange, Estimate, EstimateDocument, Scope
from trainmon.events import StageKind
from trainmon.plan.conditions import Conditions
from trainmon.plan.documented_ranges import as_documented, ends_of, is_held
from trainmon.plan.plans import plan_of
from trainmon.plan.reach import applicable
from trainmon.plan.stage_matching import kind_of

_OF_RUNS = (Scope.TOTAL, Scope.EPOCH, Scope.STEP)
_SAME = 0.05
"""A duration told twice on one line, once rounded: `1,900 seconds = 32 minutes`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One duration that a run can be held against."""

    document: str
    line: int
    words: str
    """As written."""
    held: DocumentedRange
    """What a run would be held against; of a plan for several runs its share."""


def near_documents(documents: Sequence[EstimateDocument], log: str) -> list[EstimateDocument]:
    """Give all documents, those first that speak of the run whose log lies at `log`, the nearest at the front."""
    near = [document for group in applicable(documents, log) for document in group]
    return [*near, *(one for one in documents if not any(one is other for other in near))]


def offers(document: EstimateDocument) -> list[Offer]:
    """Give what a document offers, in the order of its lines."""
    kept: dict[int, list[tuple[Estimate, Conditions]]] = {}
    for estimate, conditions in plan_of(document).entries:
        if _is_of_runs(estimate) and is_held(estimate):
            kept.setdefault(estimate.line, []).append((estimate, conditions))
    return [offer for line in sorted(kept) for offer in _on_line(document, kept[line])]


def present_offer(found: Sequence[Offer], documented: DocumentedRange | None) -> Offer | None:
    """Find the offer that a run is held against; None where it is none of them."""
    if documented is None or documented.source is None:
        return None
    place = (_absolute(documented.source.file), documented.source.line)
    there = [one for one in found if (_absolute(one.document), one.line) == place]

    def unlikeness(one: Offer) -> tuple[bool, bool]:
        return one.held.scope is not documented.scope, _ends(one.held) != _ends(documented)

    return min(there, key=unlikeness, default=None)


def _on_line(document: EstimateDocument, told: list[tuple[Estimate, Conditions]]) -> Iterator[Offer]:
    stated = {estimate.scope for estimate, conditions in told if not conditions.computed}
    given: list[Estimate] = []
    for estimate, conditions in told:
        repeated = any(one.scope is estimate.scope and _alike(one, estimate) for one in given)
        if repeated or (conditions.computed and estimate.scope in stated):
            continue
        given.append(estimate)
        held = as_documented(estimate, document, conditions, "")
        yield Offer(document=document.path, line=estimate.line, words=estimate.text, held=held)


def _is_of_runs(estimate: Estimate) -> bool:
    training = estimate.scope is Scope.STAGE and kind_of(estimate.stage or estimate.subject) is StageKind.TRAIN
    return estimate.scope in _OF_RUNS or training


def _alike(one: Estimate, other: Estimate) -> bool:
    pairs = zip(ends_of(one), ends_of(other), strict=True)
    return all(a == b or (a is not None and b is not None and abs(a - b) <= _SAME * max(a, b)) for a, b in pairs)


def _ends(held: DocumentedRange) -> tuple[float | None, float | None, float | None]:
    return held.low_s, held.likely_s, held.high_s


def _absolute(path: str) -> str:
    return os.path.abspath(path)  # noqa: PTH100 lexical: links are left as they are
