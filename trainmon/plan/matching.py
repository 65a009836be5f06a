"""Which documented duration a run is held against: by folder, names, numbers and hardware; and why that one.

Among the durations of one scope whose conditions do not contradict the run, those with most in favour are left. Where
they tell one range, that is it; where they are the best, expected and worst case, it is the range between them; where
one range holds all others, it is that one. Anything else is a choice that only a person can make.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from trainmon.estimates import DocumentedRange, Estimate, EstimateDocument, Scope
from trainmon.plan.conditions import Conditions, is_of_all
from trainmon.plan.documented_ranges import as_documented, ends_of, is_held, union_of_cases
from trainmon.plan.evidence import Evidence, beside
from trainmon.plan.fit import Fit, fit
from trainmon.plan.naming import KnownRun, Part, part_for
from trainmon.plan.plans import plan_of
from trainmon.plan.reach import applicable, spoken_of
from trainmon.plan.said_line import SaidLine
from trainmon.plan.scenarios import says, speak_of, telling
from trainmon.plan.sections import is_named_for
from trainmon.run_choices import RunChoice
from trainmon.units import duration_range

_OF_WHOLE_RUNS = (Scope.TOTAL, Scope.EPOCH, Scope.STEP)
_OF_RUNS = (Scope.TOTAL, Scope.EPOCH, Scope.STEP, Scope.STAGE)
_OPEN_ENDED, _SEVERAL = 0.4, 0.6
"""A bound says less than a range, and a plan for several runs less than one for a single run."""
_COMPUTED = 2.1
"""A product names its epochs, but the headline that it explains goes before it."""
_SUPPORTED, _FARTHER = 3.0, 2.0
"""A name, a size or a number of steps says whose plan it is; an equal number of epochs alone does not."""
_SAME = 0.1


@dataclass(frozen=True, slots=True)
class Candidate:
    """An estimate with its conditions and how they fit."""

    estimate: Estimate
    document: EstimateDocument
    conditions: Conditions
    fit: Fit
    own: bool = False
    """The run's name stands with it."""
    given: bool = False
    """The document says elsewhere that the scenario is this run's."""

    @property
    def score(self) -> float:
        low, high = ends_of(self.estimate)
        support = self.fit.support - (_OPEN_ENDED if low is None or high is None else 0.0)
        support -= _COMPUTED if self.conditions.computed else 0.0
        return support - (_SEVERAL if self.conditions.runs else 0.0)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a run is held against in one scope. `unlike` says why the comparison would be of like with unlike."""

    documented: DocumentedRange
    unlike: str = ""
    supported: bool = True
    """Something in the run speaks for this plan; False where it is merely the only one."""
    ambiguous: bool = False
    """`unlike` because several plans fit, not because the run is another one than planned."""
    by_steps: bool = False
    """The plan is one for as many steps as the run has: whatever the run came to, it was to be this one."""


class Matcher:
    """Matches one run with the documents that apply to it. `scenario` is the user's choice."""

    def __init__(
        self,
        evidence: Evidence,
        documents: Sequence[EstimateDocument | Part],
        scenario: str | None = None,
        *,
        said: SaidLine | None = None,
        insisted: bool = False,
    ) -> None:
        """`said`: the line that is held against the run; `insisted`: `scenario` is said of this very run."""
        self.evidence = evidence
        self._said, self._insisted = said, insisted
        self._parts = tuple(one if isinstance(one, Part) else Part(one) for one in documents)
        self.documents = tuple(part.document for part in self._parts)
        self.scenario = scenario
        self._weighed: dict[Scope, list[Candidate]] = {}

    def choose(self, scope: Scope, wanted: Callable[[Estimate], bool] = lambda _: True) -> Choice | None:
        """Find the duration of `scope` among the estimates that are `wanted`; None where no document has any."""
        candidates = [c for c in self._candidates(scope) if wanted(c.estimate)]
        if scope is Scope.TOTAL and (
            part := [c for c in self._candidates(Scope.STAGE) if is_named_for(self.evidence, c.estimate)]
        ):
            candidates = [replace(c, estimate=replace(c.estimate, scope=scope)) for c in part]
        return self._among(candidates) if self._said is None else self._of_said(self._said, candidates, scope)

    def _of_said(self, said: SaidLine, candidates: Sequence[Candidate], scope: Scope) -> Choice | None:
        """The duration that the user named, else one beside it; of stages that stand nowhere near it, any."""
        named = [c for c in candidates if said.is_said(c.estimate)]
        if named:
            return _choice(_top([replace(c, fit=Fit(_SUPPORTED, (said.by,), ())) for c in named]), "")
        if not said.tells(scope):
            return None
        beside = said.beside(candidates, lambda c: c.estimate, lambda c: c.conditions.case)
        if not beside:
            return self._among(candidates) if scope not in _OF_WHOLE_RUNS else None
        able = [c for c in beside if not c.fit.conflicts] or beside
        reason = f"with line {said.place.line}, {said.by}"
        return _choice(_top(able), reason)

    def fits(self, least: float) -> bool:
        """Tell whether something speaks, with `least` support, for some duration of these documents."""
        return any(
            not candidate.fit.conflicts and candidate.fit.support >= least
            for scope in _OF_RUNS
            for candidate in self._candidates(scope)
        )

    def _candidates(self, scope: Scope) -> list[Candidate]:
        """Weigh the durations of one scope, once."""
        known = self._weighed.get(scope)
        if known is None:
            known = self._weighed[scope] = [
                self._weigh(part, estimate, conditions)
                for part in self._parts
                for estimate, conditions in plan_of(part.document).of(scope)
                if is_held(estimate)
            ]
        return known

    def _weigh(self, part: Part, estimate: Estimate, conditions: Conditions) -> Candidate:
        plan, own, evidence = plan_of(part.document), part.is_own(estimate), beside(self.evidence, part.document.path)
        of_all = part.is_shared(estimate) and is_of_all(estimate, part.document, conditions)
        if own:
            # `all three` of a line about one run are its epochs; of several runs by name each has an unknown share.
            conditions = replace(conditions, runs="several" if of_all else "")
        weighed = fit(conditions, evidence, plan, estimate.scope)
        given = not of_all and any(says(conditions.text, scenario) for scenario in part.scenarios)
        return Candidate(estimate, plan.document, conditions, weighed, own, given)

    def _among(self, candidates: Sequence[Candidate]) -> Choice | None:
        if not candidates:
            return None
        mine = [c for c in candidates if c.own]
        if not mine or all(c.conditions.runs for c in mine):
            mine = [c for c in candidates if c.given and not c.fit.conflicts] or mine
        candidates = mine or candidates
        fitting = [c for c in candidates if not c.fit.conflicts]
        if self.scenario:
            chosen = [c for c in candidates if says(c.conditions.text, self.scenario)]
            # Of several runs the user means those that it can apply to; where nothing else fits either, this one too.
            able = [c for c in chosen if not c.fit.conflicts] or ([] if fitting and not self._insisted else chosen)
            if able:
                return _choice(_top(able), f"scenario {self.scenario!r}")
            if not speak_of(self.documents, self.scenario):
                return Choice(_told(candidates[0], ""), f"no document speaks of {self.scenario!r}")
        if not fitting:
            nearest = min(candidates, key=lambda c: (len(c.fit.conflicts), c.conditions.case != "", -c.score))
            return Choice(_told(nearest, ""), "; ".join(nearest.fit.conflicts))
        return _choice(_top(fitting), "")


def matcher_for(
    evidence: Evidence,
    documents: Sequence[EstimateDocument],
    log: str,
    *,
    named: Sequence[Path] = (),
    scenario: str | None = None,
    run: str = "",
    runs: Sequence[KnownRun] = (),
) -> Matcher | None:
    """Match a run with the nearest documents that fit it; None without any document.

    Those of its own folder need nothing that speaks for them, farther ones do: a README may tell of other runs.
    `runs` are all on the board: what is said of another of them by name is not said of this `run`.
    """
    groups = [
        [part_for(one, run, spoken_of(one.path, tuple(runs), by_user=bool(named))) for one in group]
        for group in applicable(documents, log, named)
    ]
    if scenario and speak_of(documents, scenario):
        # Said for all LOGS; a run whose documents know nothing of it is not meant.
        scenario = scenario if speak_of([part.document for group in groups for part in group], scenario) else None
    matchers = [Matcher(evidence, group, scenario) for group in groups]
    if not matchers or matchers[0].fits(least=0.0):
        return matchers[0] if matchers else None
    return next((matcher for matcher in matchers[1:] if matcher.fits(_FARTHER)), matchers[0])


def matcher_by(
    choice: RunChoice, evidence: Evidence, documents: Sequence[EstimateDocument], log: str, named: Sequence[Path] = ()
) -> Matcher | None:
    """Match a run with what the user says of it; None where that is nothing, or where no document holds it any more."""
    if choice.estimate is not None:
        place = os.path.abspath(choice.estimate.path)  # noqa: PTH100
        told = [one for one in documents if os.path.abspath(one.path) == place]  # noqa: PTH100
        said = [SaidLine(choice.estimate, plan_of(one), choice.said) for one in told]
        return Matcher(evidence, told, said=said[0]) if said and said[0].holds else None
    if choice.scenario is None:
        return None
    groups = applicable(documents, log, named)
    told = next((group for group in groups if speak_of(group, choice.scenario)), [])
    return Matcher(evidence, told, choice.scenario, insisted=True) if told else None


def _top(candidates: Sequence[Candidate]) -> list[Candidate]:
    best = max(c.score for c in candidates)
    return [c for c in candidates if c.score > best - 0.05]


def _choice(top: Sequence[Candidate], said: str) -> Choice:
    """One range out of several that fit equally well, or the reason why there is none."""
    reason = ", ".join([said] if said else top[0].fit.reasons)
    supported, reason = bool(said) or top[0].fit.support >= _SUPPORTED, reason or "the only plan"
    without_case = [c for c in top if c.conditions.case in ("", "expected")]
    ranges = [c for c in without_case if c.conditions.case == "" and c.estimate.likely_s is None]
    cases = {c.conditions.case for c in top}
    if not ranges and {"best", "worst"} <= cases:
        cases_told = [(c.estimate, c.document, c.conditions) for c in top]
        return Choice(union_of_cases(cases_told, reason), supported=supported)
    unlabelled = [c for c in without_case if c.conditions.case == ""]
    for rest in (without_case or list(top), unlabelled):
        if (one := _one_of(rest)) is not None:
            by_steps = one.conditions.steps is not None and not one.fit.conflicts
            return Choice(_told(one, reason), supported=supported, by_steps=by_steps)
    rest = without_case or list(top)
    rest = [c for c in rest if not any(o is not c and _holds_more(o.estimate, c.estimate) for o in rest)]
    distinct = {ends_of(c.estimate): c for c in reversed(rest)}
    listed = ", ".join(
        f"{_range_text(c.estimate)} (line {c.estimate.line})" for c in sorted(distinct.values(), key=_line)[:4]
    )
    why = f"{len(distinct)} plans fit equally: {listed}; {_how_to_choose(list(distinct.values()))}"
    return Choice(_told(rest[0], ""), why, ambiguous=True)


def _how_to_choose(plans: Sequence[Candidate]) -> str:
    """Name what to type for each of the plans, or where to write its line."""
    told = sorted(plans, key=_line)[:4]
    names = [telling(c.estimate, c.conditions, [o.conditions for o in plans if o is not c]) for c in told]
    if any(names):
        return "choose one with --scenario " + " or ".join(f'"{name}"' for name in names if name)
    place = f"{PurePath(told[0].document.path).name}:{told[0].estimate.line}"
    return f'choose one with estimate = "{place}" for this run in trainmon.toml'


def _one_of(rest: Sequence[Candidate]) -> Candidate | None:
    """Give the one whose range holds all others, or that all others repeat but for rounding."""
    for one in rest:
        if all(_holds(one.estimate, other.estimate) for other in rest):
            return one
    if _is_one_value(rest):
        return next((c for c in rest if c.estimate.likely_s is None), rest[0])
    return None


def _line(candidate: Candidate) -> int:
    return candidate.estimate.line


def _holds_more(one: Estimate, other: Estimate) -> bool:
    return ends_of(one) != ends_of(other) and _holds(one, other) and not _holds(other, one)


def _told(candidate: Candidate, reason: str) -> DocumentedRange:
    return as_documented(candidate.estimate, candidate.document, candidate.conditions, reason)


def _range_text(estimate: Estimate) -> str:
    return duration_range(*ends_of(estimate))


def _holds(one: Estimate, other: Estimate) -> bool:
    """Tell whether the range of `one` holds that of `other`; a single value stands for itself and a tenth around it."""
    low, high = ends_of(one)
    other_low, other_high = ends_of(other)
    if low is None or high is None or other_low is None or other_high is None:
        return (low, high) == (other_low, other_high)
    slack = _SAME if one.likely_s is not None else 0.0
    return low * (1 - slack) <= other_low and other_high <= high * (1 + slack)


def _is_one_value(candidates: Sequence[Candidate]) -> bool:
    """Tell whether all say the same but for rounding: `48-49 min`, `50 min`."""
    ends = [ends_of(c.estimate) for c in candidates]
    lows, highs = [low for low, _ in ends if low is not None], [high for _, high in ends if high is not None]
    if not ends or len(lows) < len(ends) or len(highs) < len(ends):
        return False
    return max(lows) <= min(lows) * (1 + _SAME) and max(highs) <= min(highs) * (1 + _SAME)
