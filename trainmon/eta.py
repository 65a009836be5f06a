"""When the whole run ends: a distribution, from the measured pace, what recurs, what is to come, and the document."""

from __future__ import annotations

import math
from collections.abc import Sequence

from trainmon.levels import Curve, expected
from trainmon.pace import Pace, Prior, Recurring, StagePlan
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
    deadline_s: float | None = None,
) -> Eta | None:
    """Remaining seconds of the whole run at `now_s`; None where there is no honest answer.

    `now_s`, `last_observed_s`: seconds on the clock of the observations. `elapsed_s`: since the run began, needed for a
    documented total. `wall_now_s`: seconds since the epoch, for `finish_at`. `deadline_s`: remaining seconds are never
    more than this many from now (a wall-clock limit).
    """
    if total_steps is None or step is None or pace is None or len(pace.curve) < 2:
        return None
    curve = Curve(pace.curve)
    level = expected(curve)
    rest = max(total_steps - step, 0.0)
    likely = rest * level.step_s
    for one in pace.recurring:
        likely += to_come(one, step, total_steps) * one.cost_s
    if pace.stall_count:
        per_step = pace.stall_s / max(step - pace.start_step, 1.0)
        likely += STALL_SHRINK(pace.stall_count) * per_step * rest
    p = (step - pace.start_step) / max(total_steps - pace.start_step, 1.0)
    s = 0.037 + 0.0443 * math.sqrt((1 - p) / (p + 0.02))
    low, high = likely * math.exp(-1.17 * s), likely * math.exp(1.73 * s)
    return Eta(remaining_s=Interval(low=low, likely=likely, high=high), finish_at=None, basis="measured")


STALL_SHRINK = lambda n: n / (n + 2)


def to_come(recurring: Recurring, step: float, total_steps: float) -> float:
    """How many more times it happens from `step` to the end."""
    cadence = recurring.cadence_steps
    slack = recurring.slack_steps + 1e-6 * cadence
    due = math.floor((total_steps - recurring.last_step + slack) / cadence)
    missed = max(math.ceil((step - recurring.last_step - slack) / cadence) - 1, 0)
    count = max(due - missed, 0)
    at_end = abs(recurring.last_step + due * cadence - total_steps) <= slack
    return count - 0.5 if count and at_end and not recurring.announced else float(count)
