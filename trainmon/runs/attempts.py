"""The attempts of a run on the axis of the whole run: where each began, and what the dead ones cost. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trainmon.runs.progress import WholeRun
from trainmon.runs.roles import Roles
from trainmon.runs.tracks import Track
from trainmon.snapshot import ClockBasis, StepTime

RESUMED = frozenset({"resumed_from_step", "resumed_from_epoch"})
"""Facts that hold for one attempt only."""
Points = tuple[tuple[float, float], ...]
_MOST_POINTS = 512
_ALIKE = 0.02
_MISSED = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadAttempt:
    """An attempt that ended before the run did. Steps are those of the whole run, times are on its clock."""

    start_step: float
    reached_step: float
    began_s: float
    """Its first step."""
    ended_s: float
    """The last sign of life of any counter."""
    step_s: float | None
    """Seconds per step; None where they could not be measured."""
    paces: Points = ()
    """(step, seconds per step); for charts."""
    times: Points = ()
    """(step, seconds on the run's clock); for charts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """What dying and going on cost."""

    redone_steps: float
    """Steps that had to be done again: the dead attempts had got beyond the checkpoint."""
    redone_s: float
    """How long those steps had taken when they were done first."""
    gap_s: float
    """From the last sign of life of each dead attempt to the first step of the next one."""


def counter_offset(track: Track, whole: WholeRun) -> float:
    """How far a counter lies behind the steps of the whole run, because its epochs began in an earlier attempt."""
    if whole.step is None:
        return 0.0
    behind = whole.step - whole.before - track.counted
    if whole.steps_per_epoch:
        behind = round(behind / whole.steps_per_epoch) * whole.steps_per_epoch
    return behind if behind > max(2.0, _ALIKE * whole.step) else 0.0


def start_step(track: Track, whole: WholeRun, facts: Mapping[str, float | str], *, attempts: int) -> float:
    """The step of the whole run at which the present attempt began.

    A bar shows where it starts; a line that is printed every 20 steps does not, so what the log says of its
    checkpoint counts first.
    """
    pace = track.clock.pace()
    if track.is_bar and pace is not None:
        return pace.start_step + counter_offset(track, whole)
    stated, epochs = facts.get("resumed_from_step"), facts.get("resumed_from_epoch")
    if isinstance(stated, float | int):
        return float(stated)
    if isinstance(epochs, float | int) and whole.steps_per_epoch:
        return epochs * whole.steps_per_epoch
    if attempts < 2 or pace is None:
        return 0.0
    first = pace.start_step + counter_offset(track, whole)
    missed = track.spacing  # steps done before the first line that tells of them
    return max(first - missed, 0.0) if first > _MISSED * missed else 0.0


def measured(roles: Roles) -> tuple[Track, StepTime] | None:
    """The step time of the training counter, else of a counter beside it that has a clock."""
    if roles.train is None:
        return None
    tracks = (roles.train, *roles.companions)
    found = [(track, measure) for track in tracks if (measure := track.clock.measure()) is not None]
    with_clock = [one for one in found if one[1].basis is not ClockBasis.PRINTED]
    return next(iter(with_clock or found), None)


def paces_of(track: Track, whole: WholeRun, step_time: StepTime) -> Points:
    """Give (step of the whole run, seconds per step) of the present attempt."""
    behind = counter_offset(track, whole)
    return tuple((step + behind, step_s) for step, step_s in step_time.history)


def times_of(track: Track, whole: WholeRun) -> Points:
    """Give (step of the whole run, seconds on its clock) of the present attempt."""
    behind = counter_offset(track, whole)
    return tuple((step + behind, at_s) for step, at_s in track.times.info().history)


def that_count(earlier: Sequence[tuple[float, Points]], start: float, present: Points) -> Points:
    """Put the points of dead attempts, each with its first step, before the present one's: as far as what came of them
    was not done again."""
    points = list(present)
    for began, older in reversed(earlier):
        points = [*(point for point in older if point[0] <= start), *points]
        start = min(start, began)
    return tuple(points[:: len(points) // _MOST_POINTS + 1]) if earlier else present


def losses(dead: Sequence[DeadAttempt], start: float | None, began_s: float | None) -> Losses | None:
    """Sum up what the dead attempts cost; `start` and `began_s` are those of the present one, None before its first
    step. None where nothing died."""
    if not dead:
        return None
    redone_steps = redone_s = gap_s = reached = 0.0
    following = [(each.start_step, each.began_s) for each in dead[1:]]
    if start is not None and began_s is not None:
        following.append((start, began_s))
    for each, (next_start, next_began_s) in zip(dead, following, strict=False):
        reached = max(reached, each.reached_step)
        again = max(reached - next_start, 0.0)
        redone_steps += again
        redone_s += again * (each.step_s or 0.0)
        gap_s += max(next_began_s - each.ended_s, 0.0)
    return Losses(redone_steps=redone_steps, redone_s=redone_s, gap_s=gap_s)
