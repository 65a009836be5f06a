"""When the whole run ends: a distribution, from the measured pace, what recurs, what is still to come, and the document."""

from __future__ import annotations

from collections.abc import Sequence

from trainmon.pace import Pace, Prior, StagePlan
from trainmon.snapshot import Eta, Interval


def forecast(
    pace: Pace | None,
    *,
    step: float | None,
    total_steps: float | None,
    now_s: float,
    last_observed_s: float | None,
    unfinished_stages: Sequence[StagePlan] = (),
    prior: Prior | None = None,
    elapsed_s: float = 0.0,
    wall_now_s: float | None = None,
    steps_per_epoch: float | None = None,
    deadline_s: float | None = None,
) -> Eta | None:
    """Remaining seconds of the whole run at `now_s`; None where there is no honest answer.

    `now_s`, `last_observed_s`: seconds on the clock of the observations. `elapsed_s`: since the run began, needed for a
    documented total. `wall_now_s`: seconds since the epoch, for `finish_at`. `deadline_s`: remaining seconds are never
    more than this many from now (a wall-clock limit).
    """
    if total_steps is None or step is None or pace is None or len(pace.curve) < 2:
        return None
    (first, _), (last, seconds) = pace.curve[0], pace.curve[-1]
    likely = max(total_steps - step, 0.0) * seconds / (last - first)
    if deadline_s is not None:
        likely = min(likely, deadline_s)
    low, high = 0.8 * likely, 1.3 * likely
    finish = None
    if wall_now_s is not None:
        finish = Interval(low=wall_now_s + low, likely=wall_now_s + likely, high=wall_now_s + high)
    return Eta(remaining_s=Interval(low=low, likely=likely, high=high), finish_at=finish, basis="measured")
