"""What the documents say of a run, and when it ends: ETA and verdict added to the bare snapshot; pure."""

from __future__ import annotations

from dataclasses import replace

from trainmon.eta import forecast
from trainmon.pace import Pace
from trainmon.snapshot import RunSnapshot, RunStatus


def judge(
    run: RunSnapshot, *, pace: Pace | None, last_observed_s: float | None, now_s: float, now: float
) -> RunSnapshot:
    """Add the ETA. `now_s` and `last_observed_s` are on the run's own clock, `now` is seconds since the epoch."""
    if run.state not in (RunStatus.RUNNING, RunStatus.STALLED, RunStatus.WAITING):
        return run
    eta = forecast(
        pace,
        step=run.step,
        total_steps=run.total_steps,
        now_s=now_s,
        last_observed_s=last_observed_s,
        elapsed_s=run.elapsed_s or 0.0,
        wall_now_s=now,
    )
    return replace(run, eta=eta)
