"""Every documented duration that applies to a run, held against the measured one: total, epoch, step, stages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from trainmon.estimates import NOTHING_MEASURED, Scope, Verdict, VerdictKind
from trainmon.events import StageKind
from trainmon.plan import measured as took
from trainmon.plan.matching import Choice, Matcher
from trainmon.plan.measured import Measured
from trainmon.plan.rates import money_text
from trainmon.plan.stage_matching import documented_kind, documented_stage, documented_unit, kind_of, prices_pauses
from trainmon.plan.verdicts import hold, unlike
from trainmon.snapshot import RunSnapshot, RunStatus, StageInfo
from trainmon.units import duration_range, exact, percent, step_time_range

_FAR_OFF = 10.0
_ENDED_EARLY = (RunStatus.FAILED, RunStatus.INTERRUPTED)


def compare(run: RunSnapshot, matcher: Matcher, total: Choice | None) -> tuple[RunSnapshot, tuple[Verdict, ...]]:
    """Give the run with its stages judged, and all comparisons: total, epoch, step, then the stages.

    `total` is that of `total_of`.
    """
    epoch, step = matcher.choose(Scope.EPOCH), matcher.choose(Scope.STEP)
    found = [
        _total(run, matcher, total),
        _of(epoch, took.epoch_of(run, matcher.evidence), matcher.evidence.epochs),
        _of(step, took.step_of(run), run.total_steps),
    ]
    stages, held = _stages(run, matcher)
    comparisons = (*(_so_far(run, verdict) for verdict in found if verdict is not None), *held)
    return replace(run, stages=stages), comparisons


def total_of(matcher: Matcher) -> Choice | None:
    """Give the documented total, stated or made from the time of an epoch or a step."""
    return matcher.choose(Scope.TOTAL) or derived_total(
        matcher, matcher.choose(Scope.EPOCH), matcher.choose(Scope.STEP)
    )


def overall(run: RunSnapshot, comparisons: Sequence[Verdict], total: Choice | None) -> Verdict | None:
    """Give the verdict on the run: of the total where it can be compared, else of an epoch, a step, the training.

    A run that is another one than planned (other GPU, other number of steps) is not comparable, whatever its steps.
    """
    by_scope: dict[Scope, Verdict] = {}
    for verdict in comparisons:
        if verdict.documented is not None and (verdict.documented.scope is not Scope.STAGE or _is_training(verdict)):
            by_scope.setdefault(verdict.documented.scope, verdict)
    ordered = [by_scope[scope] for scope in (Scope.TOTAL, Scope.EPOCH, Scope.STEP, Scope.STAGE) if scope in by_scope]
    if total is not None and total.unlike and not total.ambiguous:
        return by_scope.get(Scope.TOTAL)
    comparable = next((v for v in ordered if v.kind is not VerdictKind.NOT_COMPARABLE), None)
    if comparable is not None or ordered:
        return comparable or ordered[0]
    planned = total.documented if total is not None and not total.unlike else None
    if run.state in _ENDED_EARLY and (planned is not None or comparisons):
        return unlike(planned, "the run ended early: only its finished stages can be held against the document")
    timeless = run.state is RunStatus.FINISHED or (run.elapsed_s is None and run.step_time_s is not None)
    return unlike(planned, NOTHING_MEASURED) if timeless and planned is not None else None


def derived_total(matcher: Matcher, epoch: Choice | None, step: Choice | None) -> Choice | None:
    """Make a total from the time of an epoch or a step where the document states none."""
    evidence = matcher.evidence
    for choice, times, what in ((epoch, evidence.epochs, "epochs"), (step, evidence.total_steps, "steps")):
        if choice is None or choice.unlike or not times:
            continue
        one = choice.documented
        low, likely, high = (None if end is None else end * times for end in (one.low_s, one.likely_s, one.high_s))
        ends = (
            (one.low_s, one.high_s) if one.low_s is not None or one.high_s is not None else (one.likely_s, one.likely_s)
        )
        each = step_time_range(*ends) if what == "steps" else duration_range(*ends)
        formula = f"{exact(round(times, 2))} {what} x {each}"
        whole = replace(
            one, low_s=low, likely_s=likely, high_s=high, basis="derived", scope=Scope.TOTAL,
            reason="; ".join(part for part in (formula, one.reason) if part), excludes_init=True,
        )  # fmt: skip
        return Choice(whole)
    return None


def _total(run: RunSnapshot, matcher: Matcher, choice: Choice | None) -> Verdict | None:
    if choice is None:
        return None
    measured = took.whole_run(run, without_init=choice.documented.excludes_init)
    if choice.unlike:
        return unlike(choice.documented, choice.unlike, measured)
    if measured is None and choice.by_steps and run.state in _ENDED_EARLY:
        measured = took.would_have_taken(run, without_init=choice.documented.excludes_init)
    if measured is None:
        return None
    verdict = hold(choice.documented, measured, money=money_text(choice.documented, measured, matcher))
    return _if_plausible(choice, verdict)


def _of(choice: Choice | None, measured: Measured | None, repeats: float | None) -> Verdict | None:
    if choice is None or measured is None:
        return None
    if choice.unlike:
        return unlike(choice.documented, choice.unlike, measured)
    return _if_plausible(choice, hold(choice.documented, measured, repeats=repeats))


def _if_plausible(choice: Choice, verdict: Verdict) -> Verdict:
    """A plan that nothing in the run speaks for, and that is off by an order of magnitude, is the plan of another."""
    far_off = verdict.ratio is not None and not 1 / _FAR_OFF < verdict.ratio < _FAR_OFF
    if choice.supported or not far_off or verdict.documented is None:
        return verdict
    reason = f"nothing in the run says that this plan is its own, and it took {verdict.text}"
    return replace(verdict, kind=VerdictKind.NOT_COMPARABLE, ratio=None, text=reason)


def _stages(run: RunSnapshot, matcher: Matcher) -> tuple[tuple[StageInfo, ...], list[Verdict]]:
    stages: list[StageInfo] = []
    held: list[Verdict] = []
    if (verdict := _initialization(run, matcher)) is not None:
        held.append(verdict)
    told: set[StageKind] = set()
    for stage in run.stages:
        recurring = stage.kind in (StageKind.CHECKPOINT, StageKind.EVAL)
        if (stage.kind is StageKind.TRAIN and stage.current != run.step) or (recurring and stage.kind in told):
            stages.append(stage)
            continue
        judged, verdict = _stage(run, matcher, stage)
        stages.append(judged)
        held += [verdict] if verdict is not None else []
        if verdict is not None:
            told.add(stage.kind)
    return tuple(stages), held


def _stage(run: RunSnapshot, matcher: Matcher, stage: StageInfo) -> tuple[StageInfo, Verdict | None]:
    choice = documented_stage(matcher, stage)
    measured = took.stage_time(run, stage, steps_only=prices_pauses(matcher))
    if (choice is None or choice.unlike) and stage.kind in (StageKind.CHECKPOINT, StageKind.EVAL):
        one, whole = documented_unit(matcher, stage.kind), measured
        if one is not None and stage.occurrences and whole is not None and not whole.projected:
            choice, measured = one, Measured(seconds=whole.seconds / stage.occurrences)
    if choice is None:
        return stage, None
    if choice.unlike:
        return stage, None
    verdict = hold(choice.documented, measured) if measured is not None and measured.seconds > 0 else None
    if verdict is not None and _is_partial(run, stage):
        verdict = None
    if verdict is not None and stage.kind is StageKind.TRAIN:
        verdict = _so_far(run, verdict)
    return replace(stage, documented=choice.documented, verdict=verdict), verdict


def _so_far(run: RunSnapshot, verdict: Verdict) -> Verdict:
    """A run that came to nothing is not `within` its plan, whatever its pace."""
    done = run.progress is not None and run.progress >= 1
    if run.state not in _ENDED_EARLY or done or verdict.kind is VerdictKind.NOT_COMPARABLE:
        return verdict
    at = f" at {percent(run.progress)}" if run.progress is not None else ""
    return replace(verdict, so_far=True, text=f"{verdict.text}, so far: {run.state.value}{at}")


def _is_partial(run: RunSnapshot, stage: StageInfo) -> bool:
    """Checkpoints and evaluations of a run that is not over are not all of them."""
    return stage.kind in (StageKind.CHECKPOINT, StageKind.EVAL) and run.state is not RunStatus.FINISHED


def _initialization(run: RunSnapshot, matcher: Matcher) -> Verdict | None:
    """What passed before the first step; only where the document prices no data stage apart from it."""
    before_s = took.before_training_s(run)
    choice = documented_kind(matcher, StageKind.INIT)
    if choice is None or choice.unlike or not before_s or run.attempts > 1:
        return None
    return hold(choice.documented, Measured(seconds=before_s))


def _is_training(verdict: Verdict) -> bool:
    return verdict.documented is not None and kind_of(verdict.documented.subject) is StageKind.TRAIN
