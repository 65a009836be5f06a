"""Which runs need somebody, and which need a look first: one rule for exit codes, reports and screens."""

from __future__ import annotations

import math
from collections.abc import Iterable
from enum import IntEnum

from trainmon.estimates import VerdictKind
from trainmon.events import ProblemKind
from trainmon.snapshot import ProblemInfo, RunSnapshot, RunStatus

STATES_WORST_FIRST = (
    RunStatus.FAILED,
    RunStatus.STALLED,
    RunStatus.INTERRUPTED,
    RunStatus.RUNNING,
    RunStatus.WAITING,
    RunStatus.FINISHED,
)


class Rank(IntEnum):
    """How urgent a run is, worst first."""

    FAILED = 0
    STALLED = 1
    NAN = 2
    SLOWER = 3
    INTERRUPTED = 4
    """It will not go on by itself; whether that was meant nobody can tell."""
    RUNNING = 5
    WAITING = 6
    FINISHED = 7


_VAGUE = {ProblemKind.TRACEBACK, ProblemKind.OTHER, ProblemKind.SLOWDOWN, ProblemKind.STALL}
_LOST = {ProblemKind.NAN, ProblemKind.DIVERGED}


def needs_attention(run: RunSnapshot) -> bool:
    """Failed, stalled, or slower than documented: what `status` exits with 1 for."""
    return run.state in (RunStatus.FAILED, RunStatus.STALLED) or is_slower(run)


def is_slower(run: RunSnapshot) -> bool:
    """Say whether the run takes, or took, longer than documented."""
    return run.verdict is not None and run.verdict.kind is VerdictKind.SLOWER


def is_lost(run: RunSnapshot) -> bool:
    """Say whether the numbers of a run are no numbers any more, or have run away."""
    return any(problem.kind in _LOST for problem in run.problems)


def ended_lost(run: RunSnapshot) -> bool:
    """Say whether a run came to its end with a loss that is no number: what it made is worth nothing."""
    losses = (metric.last for name, metric in run.metrics.items() if "loss" in name.casefold())
    return run.state is RunStatus.FINISHED and is_lost(run) and not all(map(math.isfinite, losses))


def main_problem(run: RunSnapshot) -> ProblemInfo | None:
    """Return the problem that names the trouble best: the cause rather than the traceback around it."""
    if not run.problems:
        return None
    return next((problem for problem in reversed(run.problems) if problem.kind not in _VAGUE), run.problems[-1])


def rank(run: RunSnapshot) -> Rank:
    """Return how urgent a run is; only a run under way is `SLOWER`, only that or one that ended so is `NAN`."""
    if ended_lost(run):
        return Rank.NAN
    if run.state is not RunStatus.RUNNING:
        return Rank[run.state.name]
    if is_lost(run):
        return Rank.NAN
    return Rank.SLOWER if is_slower(run) else Rank.RUNNING


def time_left_s(run: RunSnapshot) -> float:
    """Return the likely time left; infinity where nobody knows."""
    return math.inf if run.eta is None else run.eta.remaining_s.likely


def urgency(run: RunSnapshot) -> tuple[Rank, float, float, float, str]:
    """Return what runs are sorted by: rank, then how much too slow, then the time left, then the last activity."""
    verdict = run.verdict if is_slower(run) else None
    excess = 0.0 if verdict is None else verdict.ratio or 1.0
    return rank(run), -excess, time_left_s(run), -(run.last_activity_at or 0.0), run.name


def worst_first(runs: Iterable[RunSnapshot]) -> list[RunSnapshot]:
    """Order runs by how much they need somebody."""
    return sorted(runs, key=urgency)
