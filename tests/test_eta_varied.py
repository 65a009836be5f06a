"""The ETA on kinds of runs that nobody tuned it to: a real tqdm and a Trainer's lines under a simulated clock."""

from __future__ import annotations

import pytest

from benchmarks.kinds import KINDS
from benchmarks.simulation import Plan, Simulation
from benchmarks.varied_runs import SHARES, SURPRISES, Run, coverage, every_kind, mean_error, moments_of, width
from benchmarks.voices import epoch_bars, printed_lines, trainer
from trainmon.timing.backtest import OURS, Moment
from trainmon.timing.rivals import NAMES

WITHIN = {"steady": 4.0, "long_start": 5.0, "compiles": 15.0, "throttled": 12.0, "ten_days": 12.0, "held_back": 5.0}
"""Percent: mean errors of kinds whose steps differ by little but chance."""


def test_over_all_kinds_it_answers_is_nearer_than_what_bars_print_and_its_interval_holds() -> None:
    found: dict[str, list[Moment]] = {run.kind: moments_of(run) for run in every_kind()}
    foreseeable = [moment for kind, moments in found.items() if kind not in SURPRISES for moment in moments]

    assert len(foreseeable) > 0.85 * len(SHARES) * (len(KINDS) - len(SURPRISES))
    for rival in NAMES:
        assert mean_error(foreseeable, OURS, rival) < 0.9 * mean_error(foreseeable, rival, OURS), rival
    assert 0.70 <= coverage(foreseeable) <= 0.93
    assert width(foreseeable) < 0.6
    for kind, percent in WITHIN.items():
        assert mean_error(found[kind], OURS, OURS) < percent, kind


def slow_steps(eval_s: float) -> Run:
    """Six epochs of steps that take seconds, so that each of them marks a tick; a validation after each epoch."""
    run = Simulation(3)
    plan = Plan(steps=180, step_s=lambda _: 3.0, epochs=6, eval_every=-1, eval_s=lambda _: eval_s)
    with run.running():
        epoch_bars(run, plan)
    return Run("slow steps", "slow steps", run.pieces)


@pytest.mark.parametrize("share", [0.25, 0.5, 0.9])
def test_what_lies_between_two_epochs_counts_though_no_step_is_in_it(share: float) -> None:
    (moment,) = moments_of(slow_steps(60.0), (share,))

    assert moment.guess(OURS) == pytest.approx(moment.true_s, rel=0.1)


def test_evaluations_that_take_longer_each_time_are_not_priced_as_the_first_ones() -> None:
    run = Simulation(5)
    plan = Plan(steps=800, step_s=lambda _: 1.0, eval_every=100, eval_s=lambda count: 20.0 + 20.0 * count)
    with run.running():
        trainer(run, plan)

    (moment,) = moments_of(Run("growing", "growing", run.pieces), (0.7,))

    assert moment.guess(OURS) == pytest.approx(moment.true_s, rel=0.1)


def test_stalls_beyond_those_that_are_kept_one_by_one_count_too() -> None:
    run = Simulation(7)
    held = {step: 12.0 for step in range(1, 2000) if run.dice.random() < 0.1}
    with run.running():
        printed_lines(run, Plan(steps=2000, step_s=lambda _: 1.0, stalls=held, log_every=1))

    (moment,) = moments_of(Run("stalls", "stalls", run.pieces), (0.6,))

    assert len(held) > 150
    assert moment.guess(OURS) == pytest.approx(moment.true_s, rel=0.1)
