"""The line of a document that the user names for a run, and what stands with it: its epoch, its step, its stages.

Whoever says that a run is the plan `Small`, and names its total, means its stages too, not those of `Medium`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from trainmon.estimates import Estimate, Scope
from trainmon.plan.plans import Plan
from trainmon.plan.scenarios import bare
from trainmon.run_choices import DocumentLine, Said

_WIDEST_FIRST = (Scope.TOTAL, Scope.EPOCH, Scope.STEP)
_T = TypeVar("_T")


class SaidLine:
    """What the user names, in the document that holds it."""

    def __init__(self, place: DocumentLine, plan: Plan, by: Said) -> None:
        self.place, self.by = place, by
        estimates = [estimate for estimate, _ in plan.entries]
        self._said = [estimate for estimate in estimates if self.is_said(estimate)]
        self._cases = {conditions.case for estimate, conditions in plan.entries if self.is_said(estimate)} - {""}
        everywhere = frozenset({bare(plan.document.title).casefold()})
        if len(estimates) > 1:
            everywhere |= frozenset.intersection(*map(_labels, estimates))
        own = frozenset().union(*map(_labels, self._said))
        scopes = {estimate.scope for estimate in self._said}
        others = [one for one in estimates if one.scope in scopes and one.line != place.line]
        self._own = own - everywhere
        self._of_others = frozenset().union(*map(_labels, others)) - own

    @property
    def holds(self) -> bool:
        """Say whether there is such a duration; a document may have been changed since."""
        return bool(self._said)

    def is_said(self, estimate: Estimate) -> bool:
        """Tell whether this is the duration named."""
        return estimate.line == self.place.line and self.place.words in ("", estimate.text)

    def tells(self, scope: Scope) -> bool:
        """Tell whether a duration of `scope` beside the line may count: never one of more than what was named."""
        widest = min((_rank(one.scope) for one in self._said), default=0)
        return scope not in _WIDEST_FIRST or _rank(scope) > widest

    def beside(
        self, found: Sequence[_T], estimate_of: Callable[[_T], Estimate], case_of: Callable[[_T], str]
    ) -> list[_T]:
        """Give what stands under the same labels and under none of another plan; else what is of the same case."""
        shared = [
            (len(labels & self._own), one)
            for one in found
            if not (labels := _labels(estimate_of(one))) & self._of_others
        ]
        most = max((number for number, _ in shared), default=0)
        if most:
            return [one for number, one in shared if number == most]
        return [one for one in found if case_of(one) in self._cases]


def _rank(scope: Scope) -> int:
    return _WIDEST_FIRST.index(scope) if scope in _WIDEST_FIRST else len(_WIDEST_FIRST)


def _labels(estimate: Estimate) -> frozenset[str]:
    return frozenset(bare(level).casefold() for level in (*estimate.scenario, estimate.subject)) - {""}
