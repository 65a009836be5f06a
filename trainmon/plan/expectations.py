"""What the document lets a forecast expect: the training that is to come, and the stages that have not begun."""

from __future__ import annotations

from trainmon.estimates import DocumentedRange, Estimate, Scope
from trainmon.events import StageKind
from trainmon.plan.comparing import derived_total
from trainmon.plan.matching import Matcher
from trainmon.plan.measured import stage_time
from trainmon.plan.stage_matching import EVALUATING, documented_kind, documented_stage, is_of_one, is_stage, kind_of
from trainmon.plan.stems import stems
from trainmon.snapshot import RunSnapshot, StageInfo
from trainmon.timing.pace import Expectation, Pace, Prior, StagePlan

_LEAST_S = 1.0
_MEASURED_SPREAD = 0.1
"""A stage under way goes on at its own pace within so much."""


def expectation(run: RunSnapshot, matcher: Matcher, pace: Pace | None) -> Expectation:
    """Price what is to come. A document about the training alone goes before one about the whole run."""
    elapsed_s = run.elapsed_s or 0.0
    chosen = matcher.choose(Scope.TOTAL)
    if chosen is not None and chosen.ambiguous:
        return Expectation(elapsed_s=elapsed_s)  # several plans fit: whose stages these are nobody knows either
    training, total = _training_prior(run, matcher), _total_prior(matcher)
    if not run.step:
        pipeline = _before_training(run, matcher)
        if pipeline and training is not None:
            stages = (*pipeline, *_after_training(run, matcher, pace))
            return Expectation(prior=training, stages=stages, measured_stage=pipeline[0].name)
        if total is not None:
            return Expectation(prior=total, elapsed_s=elapsed_s)
    if training is not None:
        return Expectation(prior=training, stages=_after_training(run, matcher, pace), elapsed_s=elapsed_s)
    return Expectation(prior=total, elapsed_s=elapsed_s)


def _prior(documented: DocumentedRange, steps: float | None) -> Prior:
    return Prior(
        low_s=documented.low_s, likely_s=documented.likely_s, high_s=documented.high_s, steps=steps,
        excludes_init=documented.excludes_init,
    )  # fmt: skip


def _training_prior(run: RunSnapshot, matcher: Matcher) -> Prior | None:
    """The documented training stage, whose steps are those of the run."""
    if choice := documented_kind(matcher, StageKind.TRAIN):
        return None if choice.unlike else _prior(choice.documented, run.total_steps)
    return None


def _total_prior(matcher: Matcher) -> Prior | None:
    total = matcher.choose(Scope.TOTAL)
    if total is None:
        derived = derived_total(matcher, matcher.choose(Scope.EPOCH), matcher.choose(Scope.STEP))
        return _prior(derived.documented, matcher.evidence.total_steps) if derived is not None else None
    return None if total.unlike else _prior(total.documented, None)


def _before_training(run: RunSnapshot, matcher: Matcher) -> tuple[StagePlan, ...]:
    """What is left of the data stage under way, and the documented data stages after it."""
    active = next((s for s in reversed(run.stages) if s.kind is StageKind.DATA and s.active), None)
    if active is None:
        return ()
    plans = [_rest_of(run, matcher, active)]
    begun = [stage for stage in run.stages if stage.kind is StageKind.DATA]
    for estimate in _data_stages(matcher):
        known = any(is_stage(estimate, stage) for stage in begun)
        name = estimate.stage or estimate.subject
        if known or any(plan.name == name for plan in plans):
            continue
        choice = documented_stage(matcher, StageInfo(name=name, kind=StageKind.DATA))
        if choice is not None and not choice.unlike:
            plans.append(_plan(name, StageKind.DATA, choice.documented))
            begun.append(StageInfo(name=name, kind=StageKind.DATA))
    return tuple(plans)


def _rest_of(run: RunSnapshot, matcher: Matcher, stage: StageInfo) -> StagePlan:
    done = stage.current / stage.total if stage.current is not None and stage.total else 0.0
    measured = stage_time(run, stage)
    if measured is not None and done > 0:
        left = max(measured.seconds * (1 - done), _LEAST_S)
        return StagePlan(
            name=stage.name, kind=stage.kind,
            low_s=left * (1 - _MEASURED_SPREAD), likely_s=left, high_s=left * (1 + _MEASURED_SPREAD),
        )  # fmt: skip
    choice = documented_stage(matcher, stage)
    if choice is None or choice.unlike:
        return StagePlan(name=stage.name, kind=stage.kind)
    return _plan(stage.name, stage.kind, choice.documented, 1 - done)


def _data_stages(matcher: Matcher) -> list[Estimate]:
    """Documented data stages in the breakdown of the chosen total: those under headings that name the scenario."""
    total = matcher.choose(Scope.TOTAL)
    if total is None or total.unlike or total.documented.source is None:
        return []
    source, places = total.documented.source, total.documented.scenario
    return [
        estimate
        for document in matcher.documents if document.path == source.file
        for estimate in document.estimates
        if estimate.scope is Scope.STAGE and not estimate.device_time
        and kind_of(estimate.stage or estimate.subject) is StageKind.DATA
        and estimate.scenario[: min(3, len(places))] == places[: min(3, len(places))]
    ]  # fmt: skip


def _after_training(run: RunSnapshot, matcher: Matcher, pace: Pace | None) -> tuple[StagePlan, ...]:
    """The final save, and the checkpoints of a run that has not made any yet."""
    plans = []
    begun = {stage.kind for stage in run.stages}
    if StageKind.SAVE not in begun and (save := documented_kind(matcher, StageKind.SAVE)) and not save.unlike:
        plans.append(_plan("final save", StageKind.SAVE, save.documented))
    plans += _evaluations(run, matcher)
    seen = pace is not None and any(one.kind == StageKind.CHECKPOINT.value for one in pace.recurring)
    if not seen and StageKind.CHECKPOINT not in begun:
        choice = documented_kind(matcher, StageKind.CHECKPOINT)
        if choice is not None and not choice.unlike:
            left = 1 - (run.progress or 0.0)
            plans += [_plan("checkpoints", StageKind.CHECKPOINT, choice.documented, left)] if left > 0 else []
    return tuple(plans)


def _evaluations(run: RunSnapshot, matcher: Matcher) -> list[StagePlan]:
    """Documented evaluations of the whole model that have not begun; one for each name."""
    plans: dict[str, StagePlan] = {}
    for estimate in (e for document in matcher.documents for e in document.estimates if e.scope is Scope.STAGE):
        name = estimate.stage or estimate.subject
        stage = StageInfo(name=name, kind=StageKind.EVAL)
        if (
            estimate.device_time
            or kind_of(name) is not StageKind.EVAL
            or is_of_one(estimate)
            or not stems(name) & EVALUATING
        ):
            continue
        if name in plans or any(is_stage(estimate, begun) for begun in run.stages if begun.kind is StageKind.EVAL):
            continue
        choice = documented_stage(matcher, stage)
        if choice is not None and not choice.unlike:
            plans[name] = _plan(name, StageKind.EVAL, choice.documented)
    return list(plans.values())


def _plan(name: str, kind: StageKind, documented: DocumentedRange, share: float = 1.0) -> StagePlan:
    low, likely, high = (
        None if end is None else end * share for end in (documented.low_s, documented.likely_s, documented.high_s)
    )
    if not any(end for end in (low, likely, high)):
        low = likely = high = None
    return StagePlan(name=name, kind=kind, low_s=low, likely_s=likely, high_s=high)
