"""From counters to the whole run: steps of epochs become steps of the run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from trainmon.events import CounterScope
from trainmon.runs.roles import Roles
from trainmon.runs.tracks import Track
from trainmon.units import plural

_PRECISION = 0.03
"""How far from a whole number an epoch count worked out from rounded figures may lie."""


class MetricEpoch(NamedTuple):
    """The fraction of epochs that a metric line stated, and the step it stood at."""

    epoch: float
    step: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeRun:
    """Where the run stands as a whole. None: the log does not say."""

    step: float | None = None
    total: float | None = None
    unit: str = "step"
    epoch: float | None = None
    total_epochs: float | None = None
    steps_per_epoch: float | None = None
    reason: str = ""
    """Where the total comes from."""
    before: float = 0.0
    """How many of the steps were those of trainings that were over when the present one began."""


def whole_run(
    roles: Roles,
    facts: Mapping[str, float | str],
    stated: MetricEpoch | None,
    *,
    failed: bool = False,
    total_before: float | None = None,
) -> WholeRun:
    """Work out step and total of the whole run; pure. A `failed` run did not take steps that its bar does not show.

    `total_before` is the total of an earlier attempt.
    """
    train = roles.train
    if train is None:
        return _from_facts(facts, stated)
    present = _present_run(roles, train, facts, stated, failed=failed)
    if not roles.before:
        return _remaining_steps(train, present, facts, total_before)
    return behind([whole_run(phase, {}, None) for phase in roles.before], present)


def _remaining_steps(
    train: Track, present: WholeRun, facts: Mapping[str, float | str], total_before: float | None
) -> WholeRun:
    """A resumed run whose bar counts only what is left, as the checkpoint and the total known before tell together."""
    done = _number(facts, "resumed_from_step")
    totals = (_number(facts, "total_steps"), total_before)
    if done is None or present.total is None or present.step is None or done + present.total not in totals:
        return present
    if not train.is_bar or train.laps > 1 or train.lap is None or train.lap.first >= done:
        return present
    total = done + present.total
    epochs = present.total_epochs
    return replace(
        present,
        step=done + present.step,
        total=total,
        epoch=present.epoch if epochs is None else epochs * (done + present.step) / total,
        steps_per_epoch=None if epochs is None else total / epochs,
        reason=f"{plural(done, present.unit)} done before, {plural(present.total, present.unit)} left by the bar",
    )


def behind(phases: Sequence[WholeRun], present: WholeRun, *, to_come: float = 0.0) -> WholeRun:
    """A training behind others of the same program: what they did counts; `to_come` are known to follow that are as
    long as the present one."""
    before, present_epochs = sum(phase.step or 0.0 for phase in phases), present.total_epochs
    epochs = [phase.total_epochs for phase in phases]
    past = None if None in epochs else sum(number or 0.0 for number in epochs)
    return WholeRun(
        step=before + (present.step or 0.0),
        total=None if present.total is None else before + (1 + to_come) * present.total,
        unit=present.unit,
        epoch=None if present.epoch is None or past is None else past + present.epoch,
        total_epochs=None if present_epochs is None or past is None else past + (1 + to_come) * present_epochs,
        reason=f"{present.reason}, {_around(before, to_come, present.unit)}",
        before=before,
    )


def _around(before: float, to_come: float, unit: str) -> str:
    past = f"after {plural(before, unit)} of training before" if before else ""
    return ", ".join(filter(None, (past, f"{plural(to_come, 'fold')} to come" if to_come else "")))


def _present_run(
    roles: Roles, train: Track, facts: Mapping[str, float | str], stated: MetricEpoch | None, *, failed: bool
) -> WholeRun:
    total_epochs = _total_epochs(roles, facts)
    if train.scope is CounterScope.EPOCHS:
        return _by_epochs(train, total_epochs, facts, stated)
    if _counts_per_epoch(train, roles, facts, total_epochs):
        return _per_epoch(train, roles, total_epochs, facts, failed=failed)
    return _over_run(train, roles, total_epochs, facts, stated)


def _number(facts: Mapping[str, float | str], name: str) -> float | None:
    value = facts.get(name)
    return value if isinstance(value, float | int) and value > 0 else None


def _total_epochs(roles: Roles, facts: Mapping[str, float | str]) -> float | None:
    tracks = [track for track in (roles.train, roles.epochs, *roles.companions) if track is not None]
    stated = next((track.total_epochs for track in tracks if track.total_epochs is not None), None)
    if stated is None and roles.train is not None and roles.train.total:
        per_epoch = next((t.total for t in roles.companions if t.laps > 1 and t.total), None)
        if per_epoch is not None and roles.train.total > per_epoch:
            stated = math.ceil(roles.train.total / per_epoch)
    if stated is None and roles.epochs is not None:
        stated = roles.epochs.total
    return stated if stated is not None else _number(facts, "epochs")


def _counts_per_epoch(train: Track, roles: Roles, facts: Mapping[str, float | str], total_epochs: float | None) -> bool:
    if train.scope is not CounterScope.UNKNOWN:
        return train.scope is CounterScope.EPOCH
    if train.runs_through_epochs is not None:
        return not train.runs_through_epochs
    if train.total is not None and train.total == _number(facts, "total_steps"):
        return False
    if any(_divides(track, train, total_epochs) for track in roles.companions):
        return False
    if roles.epochs is not None and _goes_through(train, roles.epochs):
        return False
    if roles.epochs is not None or _epoch(train, roles) is not None:
        return True
    if any(track.counted > train.longest_lap > 0 for track in roles.companions):
        return True
    return train.laps > 1 and (train.is_bar or total_epochs is not None)


def _epoch(train: Track, roles: Roles) -> float | None:
    """The epoch that the counter names, or that lines beside a bar name, which may not have come to its present lap."""
    if train.epoch is not None:
        return train.epoch
    lines = (t for t in roles.companions if not t.is_bar and t.epoch is not None and t.total == train.total)
    return next((t.epoch + train.laps - t.laps for t in lines if t.epoch is not None), None)


def _goes_through(bar: Track, epochs: Track) -> bool:
    """Tell whether lines numbered epoch after epoch while a bar, or lines with a total, went on."""
    told = bar.is_bar or bar.total is not None
    if not told or bar.laps > 1 or bar.epoch is not None or epochs.is_bar or epochs.lap is None:
        return False
    moved = epochs.current - epochs.lap.first
    return moved >= 2 or (moved >= 1 and bar.current > 0 and not bar.nearly_complete)


def _divides(part: Track, whole: Track, total_epochs: float | None) -> bool:
    """Tell whether `part` counts per epoch what `whole` counts over the run."""
    if part.total is None or part.total == whole.total or part.epoch is None:
        return False
    return whole.total == part.total * (part.total_epochs or total_epochs or 0) or (
        part.laps > 1 and whole.laps == 1 and whole.current > part.total
    )


def _per_epoch(
    train: Track, roles: Roles, total_epochs: float | None, facts: Mapping[str, float | str], *, failed: bool
) -> WholeRun:
    per_epoch = train.total or train.steps_per_epoch or _number(facts, "steps_per_epoch")
    number = _epoch(train, roles)
    if number is None:
        number = float(train.laps)
        if roles.epochs is not None and roles.epochs.lap is not None and roles.epochs.lap.first > 0:
            told_behind = not roles.epochs.is_bar and roles.epochs.order > train.order
            number += roles.epochs.lap.first - told_behind
        if per_epoch is None and train.laps == 1 and roles.epochs is not None:  # its steps go on over the epochs
            number = max(number, roles.epochs.epoch or 0.0)
    current = train.current
    if train.followed and train.is_bar and train.nearly_complete and not failed:
        current = train.total or current  # cleared when it was over (leave=False), before its last redraw
    whole_epochs = train.done_before if train.uneven and train.first_epoch == 1 else (number - 1) * (per_epoch or 0)
    step = train.counted if per_epoch is None else whole_epochs + current
    total = _number(facts, "total_steps")
    reason = "the log's header" if total is not None else ""
    if total_epochs is not None and per_epoch is not None:
        total = whole_epochs + (total_epochs - number + 1) * per_epoch
        reason = _product(total_epochs, per_epoch, train.unit)
    return WholeRun(
        step=step,
        total=total,
        unit=_unit(train.unit),
        epoch=number,
        total_epochs=total_epochs,
        steps_per_epoch=per_epoch,
        reason=reason,
    )


def _over_run(
    train: Track, roles: Roles, total_epochs: float | None, facts: Mapping[str, float | str], stated: MetricEpoch | None
) -> WholeRun:
    beside = next((t.total for t in roles.companions if t.is_bar and t.laps == 1 and t.epoch is None), None)
    total = train.total if train.total is not None else _number(facts, "total_steps") or beside
    step = train.counted if train.laps > 1 and train.total is None else train.current
    if total_epochs is None and stated is not None and stated.step and total:
        total_epochs = _whole(stated.epoch / stated.step * total)
    epoch = stated.epoch if stated is not None else train.epoch
    if epoch is None and total_epochs is not None and total:
        epoch = total_epochs * step / total
    reason = ""
    if total is not None:
        of_bar = train.is_bar or (train.total is None and "total_steps" not in facts)
        reason = "total of the bar" if of_bar else "total on the line" if train.total else "the log's header"
    return WholeRun(
        step=step,
        total=total,
        unit=_unit(train.unit),
        epoch=epoch,
        total_epochs=total_epochs,
        steps_per_epoch=total / total_epochs if total and total_epochs else train.steps_per_epoch,
        reason=reason,
    )


def _by_epochs(
    train: Track, total_epochs: float | None, facts: Mapping[str, float | str], stated: MetricEpoch | None
) -> WholeRun:
    total = train.total if train.total is not None else total_epochs
    per_epoch = train.steps_per_epoch or _number(facts, "steps_per_epoch")
    current = max(train.current, math.floor(stated.epoch) if stated is not None and stated.step is None else 0)
    if per_epoch is not None:
        return WholeRun(
            step=current * per_epoch,
            total=total * per_epoch if total is not None else None,
            unit="step",
            epoch=current,
            total_epochs=total,
            steps_per_epoch=per_epoch,
            reason=_product(total, per_epoch, "step") if total is not None else "",
        )
    return WholeRun(
        step=current, total=total, unit="epoch", epoch=current, total_epochs=total, reason="epochs" if total else ""
    )


def _from_facts(facts: Mapping[str, float | str], stated: MetricEpoch | None) -> WholeRun:
    total, total_epochs = _number(facts, "total_steps"), _number(facts, "epochs")
    step = stated.step if stated is not None else None
    if stated is not None and step is None and total is not None and total_epochs is not None:
        step = round(stated.epoch / total_epochs * total)
    return WholeRun(
        step=step,
        total=total,
        epoch=stated.epoch if stated is not None else None,
        total_epochs=total_epochs,
        steps_per_epoch=total / total_epochs if total and total_epochs else None,
        reason="the log's header" if total is not None else "",
    )


def _whole(epochs: float) -> float:
    """Trainers round the number of epochs up; figures printed with few digits miss it by a little."""
    nearest = round(epochs)
    return float(nearest if abs(epochs - nearest) <= _PRECISION * max(nearest, 1) else math.ceil(epochs))


def _unit(unit: str) -> str:
    return "step" if unit in ("it", "steps", "iter", "iteration", "") else unit


def _product(epochs: float, per_epoch: float, unit: str) -> str:
    return f"{plural(epochs, 'epoch')} x {plural(per_epoch, _unit(unit))}"
