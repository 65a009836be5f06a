"""Why a run takes longer than documented: the difference split into steps, evaluation, checkpoints, stalls, lost work.

The parts add up to the difference. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from trainmon.estimates import DocumentedRange, Scope, VerdictKind
from trainmon.events import StageKind
from trainmon.snapshot import RunSnapshot, RunStatus

STEPS, REDONE, GAPS, STALLS = "steps", "redone steps", "between attempts", "stalls"
ALLOWED, REST = "allowed for in the plan", "not explained"
SHORT = "the plan's total is too short for its own steps by"
UNPRICED = "training steps"
"""With all pauses that the plan gives no time of their own."""
_OVERHEADS = {"init": "initialization", "eval": "evaluation", "checkpoint": "checkpoints", "other": "other pauses"}
_KINDS = {"init": StageKind.INIT, "eval": StageKind.EVAL, "checkpoint": StageKind.CHECKPOINT}
_RECURRING = {"eval", "checkpoint", "other"}
_NEGLIGIBLE = 0.01
"""A part below this share of the difference is left to the rest."""
_LEAST_S = 0.5
"""Less is nothing in whole seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """How late a run is, and by what."""

    late_s: float
    """Beyond the upper end of the documented range."""
    parts: tuple[tuple[str, float], ...]
    """(what, seconds), the greatest first, what is not explained last; negative where it made up for others."""
    step_s: tuple[float, float] | None = None
    """Measured and documented seconds per step, where the document tells the latter."""
    beside: tuple[tuple[str, float], ...] = ()
    """Measured overheads that the plan does not tell from its steps: within the rest, not on top of it."""


def why_late(run: RunSnapshot) -> Lateness | None:
    """Split the difference between measured and documented time; None for a run that is not slower."""
    verdict = run.verdict
    if verdict is None or verdict.kind is not VerdictKind.SLOWER or verdict.documented is None:
        return None
    bound_s = _upper(verdict.documented)
    if bound_s is None or verdict.measured_s is None or not math.isfinite(verdict.measured_s):
        return None
    step_s = _steps(run)
    if verdict.documented.scope is not Scope.TOTAL:
        times = {Scope.EPOCH: run.total_epochs, Scope.STEP: run.total_steps}.get(verdict.documented.scope) or 1.0
        late_s = (verdict.measured_s - bound_s) * times
        return Lateness(late_s=late_s, parts=((STEPS, late_s),), step_s=step_s) if late_s > 0 else None
    late_s = verdict.measured_s - bound_s
    if late_s <= 0:
        return None
    told, rest_name = _parts(run, bound_s, step_s, verdict.projected, without_init=verdict.documented.excludes_init)
    kept = sorted((part for part in told if abs(part[1]) >= _NEGLIGIBLE * late_s), key=lambda part: -part[1])
    rest_s = late_s - sum(seconds for _, seconds in kept)
    rest = ((rest_name, rest_s),) if abs(rest_s) >= _LEAST_S else ()
    beside = _beside(run, late_s, without_init=verdict.documented.excludes_init) if rest_name == UNPRICED else ()
    return Lateness(late_s=late_s, parts=(*kept, *rest), step_s=step_s, beside=beside)


def _beside(run: RunSnapshot, late_s: float, *, without_init: bool) -> tuple[tuple[str, float], ...]:
    names = [(key, name) for key, name in _OVERHEADS.items() if _allowed_s(run, key) is None]
    spent = [(name, run.overhead_s.get(key, 0.0)) for key, name in names if not (key == "init" and without_init)]
    return tuple((name, seconds) for name, seconds in spent if seconds >= _NEGLIGIBLE * late_s)


def _parts(
    run: RunSnapshot, bound_s: float, step_s: tuple[float, float] | None, projected: bool, *, without_init: bool
) -> tuple[list[tuple[str, float]], str]:
    """Return the parts that are known, and what the rest is then called.

    Without a documented step time the document's total stands for steps and overheads alike: only what it prices apart,
    and what no plan has in it, can be told from the steps.
    """
    parts = [(STALLS, run.overhead_s.get("stall", 0.0)), (REDONE, _redone_s(run)), (GAPS, run.gap_s or 0.0)]
    priced_s = 0.0
    for key, name in _OVERHEADS.items():
        if key == "init" and without_init:
            continue
        allowed_s = _allowed_s(run, key)
        if allowed_s is None and step_s is None:
            continue
        spent_s = run.overhead_s.get(key, 0.0)
        if key in _RECURRING and projected and run.progress:
            spent_s /= run.progress
        priced_s += allowed_s or 0.0
        parts.append((name, spent_s - (allowed_s or 0.0)))
    if step_s is None or run.total_steps is None:
        return parts, UNPRICED
    measured, documented = step_s
    # Of a run that is over it is known what all of its steps took, warm-up and all.
    done_s = None if projected or run.state is not RunStatus.FINISHED else run.training_s
    parts.append((STEPS, (measured * run.total_steps if done_s is None else done_s) - documented * run.total_steps))
    short_s = documented * run.total_steps + priced_s - bound_s
    parts.append((SHORT if short_s > 0 else ALLOWED, short_s))
    return parts, REST


def _steps(run: RunSnapshot) -> tuple[float, float] | None:
    """Return the mean measured and the documented seconds per step, of a step or of an epoch over its steps."""
    if run.step_time_s is None or not run.total_steps:
        return None
    documented = next(iter(sorted(_documented_steps(run))), None)
    return None if documented is None else (run.step_time_s.mean, documented[1])


def _documented_steps(run: RunSnapshot) -> Iterator[tuple[int, float]]:
    for verdict in run.comparisons:
        stated = verdict.documented
        if stated is None or verdict.kind is VerdictKind.NOT_COMPARABLE or (upper := _upper(stated)) is None:
            continue
        if stated.scope is Scope.STEP:
            yield 0, upper
        elif stated.scope is Scope.EPOCH and run.total_epochs and run.total_steps:
            yield 1, upper * run.total_epochs / run.total_steps


def _allowed_s(run: RunSnapshot, key: str) -> float | None:
    """Return what the document allows for a stage; None where it says nothing of it."""
    for stage in run.stages:
        if stage.documented is not None and stage.kind is _KINDS.get(key):
            upper = _upper(stage.documented)
            times = stage.occurrences if stage.documented.scope is Scope.UNIT else 1
            return None if upper is None else upper * times
    return None


def _redone_s(run: RunSnapshot) -> float:
    """Return the seconds of steps that were done twice."""
    if run.redone_s is not None and math.isfinite(run.redone_s):
        return run.redone_s
    return run.redone_steps * run.step_time_s.mean if run.redone_steps and run.step_time_s is not None else 0.0


def _upper(documented: DocumentedRange) -> float | None:
    return documented.high_s if documented.high_s is not None else documented.likely_s
