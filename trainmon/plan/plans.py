"""A document made ready for matching: its durations with their conditions, and what it assumes throughout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from trainmon.estimates import Estimate, EstimateDocument, Scope
from trainmon.events import StageKind
from trainmon.plan.conditions import Conditions, conditions_of
from trainmon.plan.machines import Machine, machines_in
from trainmon.plan.quantities import Amount
from trainmon.plan.stems import stems
from trainmon.runs.stage_names import kind_by_name

_BATCHES = ("batch_size", "effective_batch_size", "micro_batch_size")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """One document; made once and then only looked up."""

    document: EstimateDocument
    entries: tuple[tuple[Estimate, Conditions], ...]
    only: Mapping[str, Amount]
    """Facts of which the document gives one value only, the same on every line."""
    steps: frozenset[float]
    """Step counts of whole runs; none where no duration of a step is given: then it does not plan by steps."""
    machines: frozenset[Machine]
    """The hardware that the document is about; what it only compares with or would save time is left out."""
    batches: frozenset[float]
    stage_words: frozenset[str]
    prices_preparation: bool
    """Whether there are stages before the training; only then their absence from a run says something."""

    def of(self, scope: Scope) -> list[tuple[Estimate, Conditions]]:
        """Give the durations of one scope."""
        return [entry for entry in self.entries if entry[0].scope is scope]


@lru_cache(maxsize=512)
def plan_of(document: EstimateDocument) -> Plan:
    """Make the plan of a document, once."""
    stages = [one.stage for one in document.estimates if one.scope is Scope.STAGE and one.stage]
    numbers = [(fact.name, fact.value) for fact in document.facts if isinstance(fact.value, float)]
    elsewhere = {one.line for one in document.estimates if one.scope in (Scope.COMPARISON, Scope.SAVING)}
    named = [str(fact.value) for fact in document.facts if fact.name == "gpu" and fact.line not in elsewhere]
    return Plan(
        document=document,
        entries=tuple((estimate, conditions_of(estimate, document)) for estimate in document.estimates),
        only=_only(document),
        steps=_steps(document),
        machines=frozenset().union(*map(machines_in, (*named, document.title))),
        batches=frozenset(value for name, value in numbers if name in _BATCHES and value > 0),
        stage_words=frozenset().union(*map(stems, stages)),
        prices_preparation=any(kind_by_name(stage) is StageKind.DATA for stage in stages),
    )


def _only(document: EstimateDocument) -> dict[str, Amount]:
    found: dict[str, set[tuple[float, float]]] = {}
    for fact in document.facts:
        if isinstance(fact.value, float):
            found.setdefault(fact.name, set()).add((fact.value, fact.value if fact.high is None else fact.high))
    return {name: Amount(*next(iter(values))) for name, values in found.items() if len(values) == 1}


def _steps(document: EstimateDocument) -> frozenset[float]:
    if not any(estimate.scope is Scope.STEP for estimate in document.estimates):
        return frozenset()
    stated = [fact.value for fact in document.facts if fact.name == "total_steps"]
    derived = [one.value for one in document.derived if one.name == "total_steps"]
    return frozenset(value for value in (*stated, *derived) if isinstance(value, float))
