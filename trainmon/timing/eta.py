"""When the whole run ends: a distribution, from the measured pace, what recurs, what is to come, and the document.

remaining = training steps left x expected pace + recurring pauses still due x their cost + a share of the irregular
ones + stages not begun. The pace is a mean over windows trusted by their own past (`trainmon.timing.levels`), and early
on a documented duration is weighed against it on a log scale. Within the run's own rhythm (the usual gap between two
observations, a pause that is due) the end stays where it is; a longer silence moves it away, and the upper end faster:
how long a stall goes on is best guessed from how long it has gone on (a Pareto tail, Gott's 1993 rule).

Chosen by replaying finished runs (`benchmarks/eta.py`) against: tqdm's smoothed rate (its docs: `smoothing` 0.3),
the mean over everything (Trainer), a 30-second window (rich.progress), the mean of the last half, and a time left
without evaluations (Composer's formula). On 47 logs its mean error at 5..75 % of the wall time was 0.50 of tqdm's on
the same whole-run counter and 0.77 of the last half's, the best of the others; on simulated runs of kinds that it was
not tuned to (`benchmarks/varied_runs.py`) 0.63 and 0.81. Bootstrapping past steps is known to
give intervals that are far too narrow, since drift and the next pause are not in the past; the interval here is an
error curve over progress, fitted to such replays and widened by how much the windows disagreed in this run.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from trainmon.snapshot import Eta, Interval
from trainmon.timing.documented_pace import Guess, blend, documented, spread_of
from trainmon.timing.levels import Curve, expected
from trainmon.timing.pace import Pace, Prior, Recurring, StagePlan

STALL_RATE = 0.3
"""Irregular pauses are spread over the steps done and this share of the whole run, as if it had had none; the more
there were, the less their rate needs of that: the share falls with their number."""
ROUND = (10.0, 20.0, 25.0, 50.0, 100.0, 200.0, 250.0, 500.0, 1000.0, 2000.0, 2500.0, 5000.0, 10000.0)
BY_CHANCE = 0.1
"""How often a stall may seem to stand at such a step by chance."""
STALL_GROWTH = 0.5
STALL_GROWTH_HIGH = 3.0
EARLIER_SPREAD = 0.15
"""How well an attempt foretells the pace of the next."""
TOLD_SPREAD = 0.25
"""Of a time left that a trainer prints: it knows its total, and of evaluations and checkpoints nothing."""
TOLD_EARLY = 2
"""From so few lines a trainer knows as little as anybody."""
TICK_SHARE = 0.35
"""Of the usual gap between observations: how far off the present place is."""
SPREAD = (0.037, 0.0443)
ESSENTIAL = frozenset({"train", "data"})
"""A stage of such a kind that nobody has priced leaves no honest answer for the whole run."""


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
    may_stop_early: bool = False,
    steps_per_count: float = 1.0,
) -> Eta | None:
    """Remaining seconds of the whole run at `now_s`; None where there is no honest answer.

    `now_s`, `last_observed_s`: seconds on the clock of the observations. `elapsed_s`: how long the run had run when it
    was last observed, for a documented duration of the whole run. `wall_now_s`: seconds since the epoch, for
    `finish_at`. `steps_per_count`: steps in one
    count of the clock, where it counts epochs and `step` does not. Totals may change from call to call.
    """
    step, total_steps = _sensible(step, total_steps)
    place = _place(pace, step, total_steps, steps_per_count)
    guess = _training(pace, place, step, total_steps, prior, elapsed_s)
    stages = _stages(unfinished_stages)
    if guess is None or stages is None:
        return None
    rest = _sum((guess.interval(), *stages))
    silence = max(now_s - last_observed_s, 0.0) if last_observed_s is not None else 0.0
    rhythm = _rhythm(pace, place) or (guess.likely_s / max(place.rest, 1.0) if place is not None else 0.0)
    rest = _after_silence(rest, silence, rhythm)
    if may_stop_early:
        rest = Interval(low=rest.low / 2, likely=rest.likely, high=rest.high)
    finish_at = None
    if wall_now_s is not None:
        finish_at = Interval(low=wall_now_s + rest.low, likely=wall_now_s + rest.likely, high=wall_now_s + rest.high)
    return Eta(remaining_s=rest, finish_at=finish_at, basis=_basis(guess, unfinished_stages))


class _Place(NamedTuple):
    """Where the run stands, in the counts of its clock: a resumed bar may count from 0 while the run does not."""

    step: float
    total: float

    @property
    def rest(self) -> float:
        """Counts to go."""
        return max(self.total - self.step, 0.0)


def _sensible(step: float | None, total: float | None) -> tuple[float | None, float | None]:
    """A total that is none, or that was passed, is not known."""
    if total is not None and (not total > 0 or (step is not None and step > 1.01 * total)):
        total = None
    return step, total


def _place(pace: Pace | None, step: float | None, total: float | None, steps_per_count: float) -> _Place | None:
    if pace is None or step is None or total is None:
        return None
    return _Place(pace.last_step, pace.last_step + max(total - step, 0.0) / steps_per_count)


def _training(
    pace: Pace | None,
    place: _Place | None,
    step: float | None,
    total_steps: float | None,
    prior: Prior | None,
    elapsed_s: float,
) -> Guess | None:
    """What is left of the training, with the pauses in it."""
    if pace is not None and pace.told_left is not None and total_steps is None:
        return _told(pace, *pace.told_left)
    measured = _measured(pace, place) if pace is not None and place is not None else None
    progress = min(step / total_steps, 1.0) if step is not None and total_steps is not None else 0.0
    if pace is not None and place is not None and pace.earlier_step_s:
        before = Guess(place.rest * pace.earlier_step_s + _pauses(pace, place), EARLIER_SPREAD)
        return blend(measured, before, progress, "measured")
    written = documented(prior, step=step, total_steps=total_steps, elapsed_s=elapsed_s) if prior else None
    return blend(measured, written, progress, "documented")


def _measured(pace: Pace, place: _Place) -> Guess | None:
    if place.rest == 0:
        # Saving and going down take a moment, and nobody knows how long.
        return Guess(_pauses(pace, place) + pace.usual_gap_s, 1.0)
    if len(pace.curve) < 2 or _is_resume_jump(pace, place.total):
        return None
    level = expected(Curve(pace.curve), pace.opening)
    pauses_s = _pauses(pace, place)
    likely_s = place.rest * level.step_s + pauses_s
    progress = (place.step - pace.start_step) / max(place.total - pace.start_step, 1.0)
    base = SPREAD[0] + SPREAD[1] * math.sqrt((1 - progress) / (max(progress, 0.0) + 0.02))
    tick = TICK_SHARE * pace.usual_gap_s / likely_s if likely_s > 0 else 0.0
    most_s = place.rest * level.most_s + pauses_s
    return Guess(likely_s, spread_of(base, level.error, min(tick, 1.0)), most_s=most_s)


def _told(pace: Pace, step: float, left_s: float) -> Guess:
    """What the log itself says is left, where it tells no total to work it out from."""
    since_s = max(pace.last_step - step, 0.0) * _mean_s(pace) if len(pace.curve) > 1 else 0.0
    spread = TOLD_SPREAD if len(pace.opening) > TOLD_EARLY else 1.0
    return Guess(max(left_s - since_s, 0.0), spread, "as the log says")


def _mean_s(pace: Pace) -> float:
    (from_step, from_s), (to_step, to_s) = pace.curve[0], pace.curve[-1]
    return (to_s - from_s) / (to_step - from_step)


def _is_resume_jump(pace: Pace, total_steps: float) -> bool:
    """One interval that covers a good part of the run from its very start: the counter may have been set forward."""
    if len(pace.curve) != 2 or len(pace.opening) > 1:
        return False
    return pace.curve[0][0] == 0 and pace.curve[1][0] > 0.2 * total_steps and pace.curve[1][0] > 10


def _pauses(pace: Pace, place: _Place) -> float:
    """Seconds of pauses still to come: those with a cadence one by one, the others at a shrunk rate."""
    come_back = [one for one in pace.recurring if comes_back(one, place.total)]
    seconds = sum(to_come(one, place.step, place.total) * one.cost_s for one in come_back)
    lone = [one.cost_s for one in come_back if one.count == 1 and not one.announced]
    count = pace.stall_count - len(lone)
    if count > 0:
        done = max(place.step - pace.start_step, 0.0)
        before = STALL_RATE * (done + place.rest) / count
        share = place.rest / max(done + before, 1.0)
        seconds += count / (count + 2) * max(pace.stall_s - sum(lone), 0.0) * share
    return seconds


def comes_back(recurring: Recurring, total_steps: float) -> bool:
    """One pause that nobody announced is the first of many if it stands at a round step or divides the run evenly, and
    a stall would hardly do so by chance: where the counter is seen every 10 steps, it stands at a multiple of 10."""
    if recurring.announced or recurring.count > 1:
        return True
    cadence, window = recurring.cadence_steps, recurring.slack_steps + 1
    if any(cadence % unit == 0 for unit in ROUND if unit >= window / BY_CHANCE):
        return True
    times = total_steps / cadence
    return times >= 2 and times == int(times) and window * times <= BY_CHANCE * cadence


def to_come(recurring: Recurring, step: float, total_steps: float) -> float:
    """How many more times it happens from `step` to the end; at the very end an unannounced one counts half."""
    cadence = recurring.cadence_steps
    slack = recurring.slack_steps + 1e-6 * cadence
    due = math.floor((total_steps - recurring.last_step + slack) / cadence)
    missed = max(math.ceil((step - recurring.last_step - slack) / cadence) - 1, 0)
    count = max(due - missed, 0)
    at_end = abs(recurring.last_step + due * cadence - total_steps) <= slack
    return count - 0.5 if count and at_end and not recurring.announced else float(count)


def _rhythm(pace: Pace | None, place: _Place | None) -> float:
    """How long a silence is within the run's own rhythm: the usual gap and the pauses due before the next step, or
    until another block of output is full."""
    if pace is None:
        return 0.0
    due = 0.0
    for one in pace.recurring:
        if place is None or not comes_back(one, place.total):
            continue
        ahead = (one.last_step - place.step) % one.cadence_steps
        if place.step > one.last_step + one.slack_steps and ahead <= pace.interval_steps + one.slack_steps:
            due += one.cost_s
    return max(pace.usual_gap_s + due, pace.block_s)


def _after_silence(rest: Interval, silence_s: float, rhythm_s: float) -> Interval:
    """What is left after a silence; a run that should be over by now and is not stands still, too."""
    usual = min(silence_s, rhythm_s)
    still = silence_s - usual + max(usual - rest.likely, 0.0)
    likely = max(rest.likely - usual, 0.0) + STALL_GROWTH * still
    high = max(rest.high - usual, 0.0) + STALL_GROWTH_HIGH * still
    low = max(rest.low - usual, 0.0)
    return Interval(low=low, likely=likely, high=high)


def _stages(plans: Sequence[StagePlan]) -> list[Interval] | None:
    """Prices of the stages to come; None where an essential one has none."""
    found = []
    for plan in plans:
        bounds = [value for value in (plan.low_s, plan.likely_s, plan.high_s) if value is not None]
        if not bounds:
            if plan.kind in ESSENTIAL:
                return None
            continue
        price = documented(Prior(low_s=plan.low_s, likely_s=plan.likely_s, high_s=plan.high_s))
        assert price is not None
        found.append(price.interval())
    return found


def _sum(parts: Iterable[Interval]) -> Interval:
    """Sum of independent parts: the likely values add, the distances to the ends add as squares."""
    parts = list(parts)
    likely = sum(part.likely for part in parts)
    below = math.sqrt(sum((part.likely - part.low) ** 2 for part in parts))
    above = math.sqrt(sum((part.high - part.likely) ** 2 for part in parts))
    return Interval(low=max(likely - below, 0.0), likely=likely, high=likely + above)


def _basis(guess: Guess, plans: Sequence[StagePlan]) -> str:
    priced = any(plan.likely_s is not None or plan.high_s is not None or plan.low_s is not None for plan in plans)
    missing = [plan.name for plan in plans if plan.likely_s is None and plan.high_s is None and plan.low_s is None]
    text = guess.basis
    if priced and "documented" not in text:
        text += " + documented stages"
    return text + (f", without {', '.join(missing)}" if missing else "")
