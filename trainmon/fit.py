"""How well the conditions of one documented duration fit one run: what speaks for it, and what rules it out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from trainmon.conditions import Conditions
from trainmon.estimates import EstimateDocument, Fact, Scope
from trainmon.events import StageKind
from trainmon.evidence import Evidence, amount_near
from trainmon.machines import CPU, Machine, alike, machines_in, names_of
from trainmon.quantities import Amount
from trainmon.stage_names import kind_by_name
from trainmon.units import exact

_NAME, _SAID, _SIZE, _STEPS, _EPOCHS, _MACHINE, _SOME_MACHINE, _PREPARED = 3.0, 1.0, 4.0, 5.0, 2.0, 2.0, 0.5, 3.0
_MOST_SAID = 2
_SAME_SIZE = 0.2
"""`~10,000 proteins` is the plan of a run over 9,000."""
_SAME_STEPS = 0.02
"""Trainers round the last batch of an epoch up or down."""
_ANY_DATA = frozenset({"exampl", "sampl", "messag", "record", "row", "item", "imag", "sentenc", "instanc", "pair", ""})
"""Nouns for what a trainer calls an example."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Reasons for and against; any conflict means like would be held against unlike."""

    support: float
    reasons: tuple[str, ...]
    conflicts: tuple[str, ...]


def fit(conditions: Conditions, evidence: Evidence, document: EstimateDocument, scope: Scope) -> Fit:
    """Weigh one estimate. Lengths of a run (epochs, steps, sizes) count for what depends on them: not for a step."""
    found = _Weighing()
    whole = scope in (Scope.TOTAL, Scope.STAGE)
    if whole:
        _length(found, conditions, evidence, document)
    if whole or scope is Scope.EPOCH:
        _sizes(found, conditions, evidence)
    _machine(found, conditions, evidence, document)
    _batch(found, evidence, document)
    _names(found, conditions, evidence)
    if scope is Scope.TOTAL and conditions.cached is not None and evidence.prepared is not None:
        _preparation(found, conditions.cached, evidence.prepared, _prices_preparation(document))
    return Fit(found.support, tuple(found.reasons), tuple(found.conflicts))


class _Weighing:
    def __init__(self) -> None:
        self.support = 0.0
        self.reasons: list[str] = []
        self.conflicts: list[str] = []

    def speak_for(self, weight: float, reason: str) -> None:
        self.support += weight
        self.reasons.append(reason)

    def rule_out(self, plan: str, run: str) -> None:
        self.conflicts.append(f"the plan is for {plan}, the run {run}")


def _length(found: _Weighing, conditions: Conditions, evidence: Evidence, document: EstimateDocument) -> None:
    steps, epochs = conditions.steps, conditions.epochs
    if steps is not None and evidence.total_steps is not None:
        if steps.holds(evidence.total_steps, _SAME_STEPS):
            found.speak_for(_STEPS, f"{steps} steps")
        else:
            found.rule_out(f"{steps} steps", f"has {exact(evidence.total_steps)}")
        return
    planned = _planned_steps(document)
    run_epochs = _epochs(evidence, document)
    if epochs is not None and run_epochs is not None:
        if epochs.holds(run_epochs, 0.03):
            found.speak_for(_EPOCHS, f"{epochs} {'epoch' if epochs.high <= 1 else 'epochs'}")
        else:
            found.rule_out(f"{epochs} epochs", f"has {exact(round(run_epochs, 2))}")
    elif epochs is None and steps is None and planned and evidence.total_steps is not None:
        if any(Amount(one, one).holds(evidence.total_steps, _SAME_STEPS) for one in planned):
            found.speak_for(0.5, f"{exact(evidence.total_steps)} steps")
        else:
            nearest = min(planned, key=lambda one: abs(one - (evidence.total_steps or 0.0)))
            found.rule_out(f"{exact(nearest)} steps", f"has {exact(evidence.total_steps)}")


def _epochs(evidence: Evidence, document: EstimateDocument) -> float | None:
    """Epochs of the run by the steps that the document gives an epoch, where the log itself does not tell them."""
    per_epoch = {
        fact.value for fact in document.facts if fact.name == "steps_per_epoch" and isinstance(fact.value, float)
    }
    if evidence.total_steps is not None and len(per_epoch) == 1 and evidence.steps_per_epoch is None:
        return evidence.total_steps / per_epoch.pop()
    return evidence.epochs


@lru_cache(maxsize=256)
def _planned_steps(document: EstimateDocument) -> frozenset[float]:
    """Step counts of whole runs; a document without any duration of a step does not plan by steps."""
    if not any(estimate.scope is Scope.STEP for estimate in document.estimates):
        return frozenset()
    stated = {fact.value for fact in document.facts if fact.name == "total_steps" and isinstance(fact.value, float)}
    stated |= {derived.value for derived in document.derived if derived.name == "total_steps"}
    return frozenset(value for value in stated if isinstance(value, float))


def _sizes(found: _Weighing, conditions: Conditions, evidence: Evidence) -> None:
    """One size that agrees is enough: documents count proteins, pairs and examples of the same data."""
    against: list[tuple[Amount, float]] = []
    for thing in conditions.things:
        own = evidence.things.get(thing.noun)
        if own is None and thing.noun in _ANY_DATA:
            own = evidence.things.get("exampl")
        if (own is not None and thing.holds(own, _SAME_SIZE)) or amount_near(evidence.numbers, thing):
            found.speak_for(_SIZE, f"{thing} {_plural(thing.noun)}")
            return
        if own is not None:
            against.append((thing, own))
    if against:
        thing, own = against[0]
        found.rule_out(f"{thing} {_plural(thing.noun)}", f"has {exact(own)}")


def _plural(noun: str) -> str:
    return {"": "examples", "exampl": "examples", "sampl": "samples", "messag": "messages", "imag": "images"}.get(
        noun, f"{noun}s"
    )


def _machine(found: _Weighing, conditions: Conditions, evidence: Evidence, document: EstimateDocument) -> None:
    own = conditions.machines
    planned = own or _machines_of(document)
    if not planned or not evidence.machines:
        return
    same = [(plan, machine) for plan in planned for machine in evidence.machines if alike(plan, machine)]
    if not same:
        if own or not _is_cpu_by_default(evidence.machines):
            found.rule_out(f"{names_of(planned)}", f"is on {names_of(evidence.machines)}")
        return
    counts = [(plan.count, machine.count) for plan, machine in same if plan.count and machine.count]
    if counts and all(plan != run for plan, run in counts):
        if own and not conditions.runs:
            found.rule_out(names_of(planned), f"is on {names_of(evidence.machines)}")
        return
    if own:
        exactly = any(plan.model == machine.model for plan, machine in same)
        found.speak_for(
            (_MACHINE if exactly else _SOME_MACHINE) + (0.5 if counts else 0.0), names_of(plan for plan, _ in same)
        )


def _is_cpu_by_default(machines: Iterable[Machine]) -> bool:
    """A log that says `cpu` may mean the loader; only an estimate that names its own machine is ruled out by it."""
    return all(machine.model == CPU for machine in machines)


@lru_cache(maxsize=256)
def _machines_of(document: EstimateDocument) -> frozenset[Machine]:
    """The hardware that the document is about; what it only compares with or would save time is left out."""
    elsewhere = {e.line for e in document.estimates if e.scope in (Scope.COMPARISON, Scope.SAVING)}
    facts = [fact for fact in document.facts if fact.name == "gpu" and fact.line not in elsewhere]
    return frozenset().union(*(machines_in(str(fact.value)) for fact in facts), machines_in(document.title))


def _batch(found: _Weighing, evidence: Evidence, document: EstimateDocument) -> None:
    planned = _batches_of(document)
    if planned and evidence.batch_sizes and not any(
        abs(one - other) < 0.5 for one in planned for other in evidence.batch_sizes
    ):  # fmt: skip
        plan, run = (" or ".join(exact(one) for one in sorted(sizes)) for sizes in (planned, evidence.batch_sizes))
        found.rule_out(f"batch size {plan}", f"has {run}")


@lru_cache(maxsize=256)
def _batches_of(document: EstimateDocument) -> frozenset[float]:
    names = ("batch_size", "effective_batch_size", "micro_batch_size")
    return frozenset(
        fact.value
        for fact in document.facts
        if fact.name in names and _is_number(fact) and isinstance(fact.value, float)
    )


def _is_number(fact: Fact) -> bool:
    return isinstance(fact.value, float) and fact.value > 0


def _names(found: _Weighing, conditions: Conditions, evidence: Evidence) -> None:
    if conditions.runs:
        return  # `all three contamination rates` names every run of the three
    named = [key for key in evidence.names if key in conditions.words]
    if named:
        found.speak_for(_NAME * len(named), "its name (" + ", ".join(evidence.names[key] for key in named) + ")")
    said = [key for key in evidence.said if key in conditions.words and key not in evidence.names][:_MOST_SAID]
    if said:
        words = ", ".join(evidence.said[key] for key in said)
        found.speak_for(_SAID * len(said), f"its first lines ({words})")


def _preparation(found: _Weighing, cached: bool, prepared: bool, priced: bool) -> None:
    if cached == prepared:
        found.speak_for(_PREPARED, "cached data" if cached else "data prepared first")
    elif priced:
        found.rule_out(
            "cached data" if cached else "a run that prepares its data",
            "had its data ready" if prepared else "prepared its data",
        )


@lru_cache(maxsize=256)
def _prices_preparation(document: EstimateDocument) -> bool:
    """Whether the document has stages before the training; only then their absence says something."""
    stages = [estimate.stage or "" for estimate in document.estimates if estimate.scope is Scope.STAGE]
    return any(kind_by_name(stage) is StageKind.DATA for stage in stages)
