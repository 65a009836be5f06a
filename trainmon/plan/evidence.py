"""What a run shows of its plan: names, sizes, machine; what a documented scenario is recognised by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath

from trainmon.events import StageKind
from trainmon.plan.machines import Machine, machines_in, machines_typed
from trainmon.plan.quantities import Amount, settings_in, things_in
from trainmon.plan.stems import numbered_parts, stems, words_by_stem
from trainmon.snapshot import RunSnapshot

_FEWEST = 20
"""Smaller totals of bars (shards, datasets of a benchmark) are not the size of the data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that matching looks at. Numbers are None where the log does not tell them."""

    names: Mapping[str, str]
    """Words of the run's name, files and folders, by their stems."""
    folders: frozenset[str] = frozenset()
    """Of these stems those that stand in folders alone."""
    said: Mapping[str, str]
    """Words of the log's opening lines, by their stems."""
    things: Mapping[str, float]
    """Sizes of the data by what is counted, as stems: `protein`, `pair`."""
    numbers: frozenset[float]
    """Totals of the bars."""
    counted: float | None
    """The largest of them: most likely the size of the data."""
    machines: frozenset[Machine]
    total_steps: float | None
    epochs: float | None
    """Of the whole run; less than a whole one where a limit of steps ends it before."""
    steps_per_epoch: float | None
    batch_sizes: frozenset[float]
    """Whatever the log calls a batch: per device, micro, effective."""
    stages: frozenset[str]
    """Stems of the names of the stages begun."""
    prepared: bool | None
    """Training began without fetching or embedding before it (True), after it (False), not yet (None)."""


def evidence_of(run: RunSnapshot, opening: str = "", hardware: str | None = None) -> Evidence:
    """Collect the evidence; `opening` are the lines before the first counter, `hardware` is what the user says."""
    told = {name: amount.low for name, amount in reversed(settings_in(opening))}
    facts = told | {name: float(value) for name, value in run.facts.items() if isinstance(value, int | float)}
    things = {amount.noun: amount.low for amount in things_in(opening) if amount.noun}
    data = [stage for stage in run.stages if stage.kind is not StageKind.TRAIN and (stage.total or 0) >= _FEWEST]
    numbers = {stage.total for stage in data if stage.total is not None and stage.unit != "B"}
    numbers |= set(things.values()) | ({facts["examples"]} if "examples" in facts else set())
    if "examples" in facts:
        things.setdefault("exampl", facts["examples"])
    steps_per_epoch = facts.get("steps_per_epoch")
    epochs = run.total_epochs if run.total_epochs is not None else facts.get("epochs")
    if steps_per_epoch is None and run.total_steps and epochs and float(epochs).is_integer():
        steps_per_epoch = run.total_steps / epochs
    elif steps_per_epoch and run.total_steps and (epochs is None or run.total_steps < 0.95 * epochs * steps_per_epoch):
        epochs = run.total_steps / steps_per_epoch
    batches = ("batch_size", "effective_batch_size", "micro_batch_size")
    return Evidence(
        names=_names(run),
        folders=frozenset(_names(run)) - frozenset(words_by_stem(PurePath(run.name).name)),
        said=words_by_stem(opening),
        things=things,
        numbers=frozenset(numbers),
        counted=max((stage.total for stage in data if stage.total is not None and stage.unit != "B"), default=None),
        machines=_machines(run, opening, hardware),
        total_steps=run.total_steps if run.total_steps is not None else facts.get("total_steps"),
        epochs=epochs,
        steps_per_epoch=steps_per_epoch,
        batch_sizes=frozenset(facts[name] for name in batches if name in facts),
        stages=frozenset().union(*(stems(stage.name) for stage in run.stages)),
        prepared=_prepared(run),
    )


def beside(evidence: Evidence, document: str) -> Evidence:
    """Take the names of folders that a document lies in itself for what every run in them could say."""
    shared = evidence.folders & frozenset(words_by_stem(" ".join(PurePath(document).parent.parts)))
    if not shared:
        return evidence
    names = {key: word for key, word in evidence.names.items() if key not in shared}
    return replace(evidence, names=names, said=dict(evidence.said) | {key: evidence.names[key] for key in shared})


def _names(run: RunSnapshot) -> dict[str, str]:
    files = [PurePath(file.path).stem for file in run.files]
    names = " ".join([run.name.replace("/", " "), *files, str(run.facts.get("run_name") or "")])
    return words_by_stem(names) | numbered_parts(names)


def _machines(run: RunSnapshot, opening: str, hardware: str | None) -> frozenset[Machine]:
    if hardware:
        return machines_typed(hardware)
    if run.gpu is not None and any(device.name for device in run.gpu.devices):
        named = [next(iter(machines_in(device.name)), None) for device in run.gpu.devices if device.name]
        kinds = {machine.model for machine in named if machine is not None}
        if kinds:
            return frozenset(Machine(kind, sum(m is not None and m.model == kind for m in named)) for kind in kinds)
    told = machines_in(str(run.facts.get("gpu") or ""))
    return told or frozenset().union(*(machines_in(line) for line in opening.splitlines()))


def _prepared(run: RunSnapshot) -> bool | None:
    """Whether the slow preparation of the data was done before; known once training counts."""
    if not run.step:
        return None
    worked = [s for s in run.stages if s.kind is StageKind.DATA and (s.total or 0) >= _FEWEST and s.unit != "B"]
    return not worked


def amount_near(numbers: frozenset[float], amount: Amount, slack: float = 0.02) -> bool:
    """Tell whether one of the run's numbers is the amount."""
    return any(amount.holds(number, slack) for number in numbers)
