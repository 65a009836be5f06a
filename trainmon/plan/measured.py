"""What a run took, or will take, in the scopes that documents speak of: the whole run, an epoch, a step."""

from __future__ import annotations

from dataclasses import dataclass

from trainmon.events import StageKind
from trainmon.plan.evidence import Evidence
from trainmon.snapshot import Interval, RunSnapshot, RunStatus, StageInfo

_UNFINISHED = (RunStatus.RUNNING, RunStatus.STALLED, RunStatus.WAITING)
_FEWEST_STEPS = 10
_STEP_UNITS = frozenset({"step", "it", "iter", "iteration", "batch", "update"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Seconds; `projected` where the run is not over and they are partly forecast, with their 80 % interval."""

    seconds: float
    projected: bool = False
    interval: Interval | None = None


def whole_run(run: RunSnapshot, *, without_init: bool) -> Measured | None:
    """Give what the whole run took, or is projected to; None for one that ended early or shows no pace of its own."""
    if run.elapsed_s is None:
        return None
    init_s = before_training_s(run) if without_init else 0.0
    if without_init and init_s is None:
        return None
    spent_s = run.elapsed_s - (init_s or 0.0)
    if run.state is RunStatus.FINISHED:
        return Measured(seconds=spent_s)
    if run.state not in _UNFINISHED or run.eta is None or run.eta.is_by_plan:
        return None
    left = run.eta.remaining_s
    interval = Interval(low=spent_s + left.low, likely=spent_s + left.likely, high=spent_s + left.high)
    return Measured(seconds=interval.likely, projected=True, interval=interval)


def would_have_taken(run: RunSnapshot, *, without_init: bool) -> Measured | None:
    """Give what a run that ended early would have come to at its own step time; None where it shows none."""
    if run.elapsed_s is None or run.step is None or not run.total_steps or not _is_settled(run):
        return None
    init_s = before_training_s(run) if without_init else 0.0
    if init_s is None or run.step_time_s is None or run.step >= run.total_steps:
        return None
    left_s = (run.total_steps - run.step) * run.step_time_s.mean
    return Measured(seconds=run.elapsed_s - init_s + left_s, projected=True)


def before_training_s(run: RunSnapshot) -> float | None:
    """Give the seconds from the start of the run to the first of its training; None where no training has begun."""
    return next((stage.started_s for stage in run.stages if stage.kind is StageKind.TRAIN), None)


def training_of(run: RunSnapshot) -> StageInfo | None:
    """Give the stage that counts the run's own steps."""
    return next((s for s in run.stages if s.kind is StageKind.TRAIN and s.current == run.step), None)


def epoch_of(run: RunSnapshot, evidence: Evidence) -> Measured | None:
    """Give the mean time of an epoch, evaluations within it included where whole epochs were trained."""
    training, per_epoch = training_of(run), evidence.steps_per_epoch
    if training is None or per_epoch is None or not per_epoch > 0:
        return None
    whole = run.state is RunStatus.FINISHED and run.attempts == 1 and run.start_step < 0.02 * per_epoch
    if whole and training.elapsed_s and run.step:
        return Measured(seconds=training.elapsed_s / run.step * per_epoch)
    if run.step_time_s is None or not _is_settled(run):
        return None
    return Measured(seconds=run.step_time_s.mean * per_epoch, projected=(run.step or 0.0) - run.start_step < per_epoch)


def step_of(run: RunSnapshot) -> Measured | None:
    """Give the mean seconds per step; None for a counter of something else (epochs, kimg, samples)."""
    if run.unit not in _STEP_UNITS or not _is_settled(run):
        return None
    assert run.step_time_s is not None
    return Measured(seconds=run.step_time_s.mean)


def _is_settled(run: RunSnapshot) -> bool:
    """Enough steps were measured to speak of a step time; of a run that is over, any number is all there is."""
    return run.step_time_s is not None and (run.state not in _UNFINISHED or run.step_time_s.count >= _FEWEST_STEPS)


def stage_time(run: RunSnapshot, stage: StageInfo, *, steps_only: bool = False) -> Measured | None:
    """Give what a stage took; one under way, or training that ended early, by the share of its counter.

    `steps_only`: of training, only the steps; its checkpoints and evaluations are accounted for elsewhere.
    """
    spent_s = _spent_s(run, stage)
    share = stage.current / stage.total if stage.current is not None and stage.total else None
    if stage.kind is StageKind.TRAIN:
        return _training_time(run, stage, share, steps_only=steps_only)
    if spent_s is None:
        return None
    if share is None or share >= 1 or stage.occurrences > 1 or stage.kind in (StageKind.EVAL, StageKind.CHECKPOINT):
        return None if stage.active and share is None else Measured(seconds=spent_s)
    return Measured(seconds=spent_s / share, projected=True) if share > 0.02 else None


def _training_time(run: RunSnapshot, stage: StageInfo, share: float | None, *, steps_only: bool) -> Measured | None:
    complete = share is not None and share >= 1
    if complete and stage.elapsed_s and run.attempts == 1 and not steps_only:
        return Measured(seconds=stage.elapsed_s)
    if run.step_time_s is None or stage.total is None or not _is_settled(run):
        return None
    return Measured(seconds=run.step_time_s.mean * stage.total, projected=not complete)


def _spent_s(run: RunSnapshot, stage: StageInfo) -> float | None:
    """Its own clock, or the time up to the stage after it, or up to now."""
    if stage.elapsed_s:
        return stage.elapsed_s
    if stage.kind in (StageKind.CHECKPOINT, StageKind.EVAL) and run.overhead_s.get(stage.kind.value):
        return run.overhead_s[stage.kind.value]
    if stage.started_s is None or stage.occurrences > 1:
        return None
    later = [s.started_s for s in run.stages if s.started_s is not None and s.started_s > stage.started_s]
    end_s = min(later) if later else run.elapsed_s
    return end_s - stage.started_s if end_s is not None and end_s > stage.started_s else None
