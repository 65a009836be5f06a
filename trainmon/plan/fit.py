"""How well the conditions of one documented duration fit one run: what speaks for it, and what rules it out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from trainmon.estimates import Scope
from trainmon.plan.conditions import Conditions
from trainmon.plan.evidence import Evidence, amount_near
from trainmon.plan.machines import CPU, Machine, alike, names_of
from trainmon.plan.plans import Plan
from trainmon.plan.quantities import Amount
from trainmon.units import exact

_STEPS, _SIZE, _NAME, _PREPARED, _EPOCHS, _MACHINE = 5.0, 4.0, 3.0, 2.5, 2.0, 2.0
_SAID, _SOME_MACHINE, _COUNT = 1.0, 0.5, 0.5
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


def fit(conditions: Conditions, evidence: Evidence, plan: Plan, scope: Scope) -> Fit:
    """Weigh one estimate. Lengths of a run (epochs, steps, sizes) count for what depends on them: not for a step."""
    found = _Weighing()
    whole = scope in (Scope.TOTAL, Scope.STAGE)
    if whole:
        _length(found, conditions, evidence, plan)
    if whole or scope is Scope.EPOCH:
        _sizes(found, conditions, evidence, plan)
    _machine(found, conditions, evidence, plan)
    _batch(found, evidence, plan)
    _names(found, conditions, evidence)
    if scope is Scope.TOTAL and conditions.cached is not None and evidence.prepared is not None:
        _preparation(found, conditions.cached, evidence.prepared, plan.prices_preparation)
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


def _length(found: _Weighing, conditions: Conditions, evidence: Evidence, plan: Plan) -> None:
    steps, epochs = conditions.steps, conditions.epochs
    if steps is not None and evidence.total_steps is not None:
        if steps.holds(evidence.total_steps, _SAME_STEPS):
            found.speak_for(_STEPS, f"{steps} steps")
        else:
            found.rule_out(f"{steps} steps", f"has {exact(evidence.total_steps)}")
        return
    run_epochs = _epochs(evidence, plan)
    if epochs is not None and run_epochs is not None:
        if epochs.holds(run_epochs, 0.03):
            found.speak_for(_EPOCHS, _of_epochs(epochs))
        else:
            found.rule_out(_of_epochs(epochs), f"has {exact(round(run_epochs, 2))}")
    elif epochs is None:
        _length_of_document(found, evidence, plan, run_epochs)


def _length_of_document(found: _Weighing, evidence: Evidence, plan: Plan, run_epochs: float | None) -> None:
    """Hold the run against the length that the whole document plans with, where it has only one."""
    only = plan.only.get("epochs")
    if only is not None and run_epochs is not None and not only.holds(run_epochs, 0.03):
        found.rule_out(_of_epochs(only), f"has {exact(round(run_epochs, 2))}")
        return
    planned = plan.steps
    if not planned or evidence.total_steps is None:
        return
    if any(Amount(one, one).holds(evidence.total_steps, _SAME_STEPS) for one in planned):
        found.speak_for(0.5, f"{exact(evidence.total_steps)} steps")
    else:
        nearest = min(planned, key=lambda one: abs(one - (evidence.total_steps or 0.0)))
        found.rule_out(f"{exact(nearest)} steps", f"has {exact(evidence.total_steps)}")


def _of_epochs(epochs: Amount) -> str:
    return f"{epochs} epoch" if epochs.high <= 1 else f"{epochs} epochs"


def _epochs(evidence: Evidence, plan: Plan) -> float | None:
    """Epochs of the run by the steps that the document gives an epoch, where the log itself does not tell them."""
    per_epoch = plan.only.get("steps_per_epoch")
    if per_epoch is not None and evidence.total_steps is not None and evidence.steps_per_epoch is None:
        return evidence.total_steps / per_epoch.low
    return evidence.epochs


def _sizes(found: _Weighing, conditions: Conditions, evidence: Evidence, plan: Plan) -> None:
    """One size that agrees is enough: documents count proteins, pairs and examples of the same data."""
    examples = evidence.things.get("exampl") or _implied_examples(evidence, plan)
    against: list[tuple[Amount, float]] = []
    for thing in conditions.things:
        own = evidence.things.get(thing.noun)
        if own is None and thing.noun in _ANY_DATA:
            own = examples
        if thing.holds(own, _SAME_SIZE) if own is not None else _is_counted(thing, evidence):
            found.speak_for(_SIZE, f"{thing} {_plural(thing.noun)}")
            return
        if own is None and evidence.counted is not None and evidence.stages & plan.stage_words:
            own = evidence.counted
        if own is not None:
            against.append((thing, own))
    if against:
        thing, own = against[0]
        found.rule_out(f"{thing} {_plural(thing.noun)}", f"has {exact(own)}")
        return
    only = plan.only.get("examples") if not conditions.things else None
    if only is not None and examples is not None and not only.holds(examples, _SAME_SIZE):
        found.rule_out(f"{only} examples", f"has {exact(examples)}")


def _is_counted(thing: Amount, evidence: Evidence) -> bool:
    """Whether a bar counts so many; of a range, only the bar that counts most."""
    if thing.low == thing.high:
        return amount_near(evidence.numbers, thing)
    return evidence.counted is not None and thing.holds(evidence.counted, 0.1)


def _implied_examples(evidence: Evidence, plan: Plan) -> float | None:
    """Steps of an epoch times the effective batch size that the document gives."""
    batch, epochs = plan.only.get("effective_batch_size"), _epochs(evidence, plan)
    if batch is None or evidence.total_steps is None or not epochs:
        return None
    return evidence.total_steps / epochs * batch.low


def _plural(noun: str) -> str:
    return {"": "examples", "exampl": "examples", "sampl": "samples", "messag": "messages", "imag": "images"}.get(
        noun, f"{noun}s"
    )


def _machine(found: _Weighing, conditions: Conditions, evidence: Evidence, plan: Plan) -> None:
    own = conditions.machines
    planned = own or plan.machines
    if not planned or not evidence.machines:
        return
    same = [(one, machine) for one in planned for machine in evidence.machines if alike(one, machine)]
    if not same:
        if own or not _is_cpu_by_default(evidence.machines):
            found.rule_out(f"{names_of(planned)}", f"is on {names_of(evidence.machines)}")
        return
    counts = [(one.count, machine.count) for one, machine in same if one.count and machine.count]
    if counts and all(planned_count != own_count for planned_count, own_count in counts):
        if own and not conditions.runs:
            found.rule_out(names_of(planned), f"is on {names_of(evidence.machines)}")
        return
    if own:
        exactly = any(one.model == machine.model for one, machine in same)
        weight = (_MACHINE if exactly else _SOME_MACHINE) + (_COUNT if counts else 0.0)
        found.speak_for(weight, names_of(one for one, _ in same))


def _is_cpu_by_default(machines: Iterable[Machine]) -> bool:
    """A log that says `cpu` may mean the loader; only an estimate that names its own machine is ruled out by it."""
    return all(machine.model == CPU for machine in machines)


def _batch(found: _Weighing, evidence: Evidence, plan: Plan) -> None:
    planned = plan.batches
    if planned and evidence.batch_sizes and not any(
        abs(one - other) < 0.5 for one in planned for other in evidence.batch_sizes
    ):  # fmt: skip
        plans, runs = (" or ".join(map(exact, sorted(sizes))) for sizes in (planned, evidence.batch_sizes))
        found.rule_out(f"batch size {plans}", f"has {runs}")


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
