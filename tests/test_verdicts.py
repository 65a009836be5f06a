"""Faster, within or slower; by how much; and what the difference comes to at the end of the run."""

from __future__ import annotations

import pytest

from trainmon.estimates import DocumentedRange, Scope, VerdictKind
from trainmon.plan.measured import Measured
from trainmon.plan.verdicts import hold, unlike
from trainmon.snapshot import Interval

MINUTE, HOUR = 60.0, 3600.0


def plan(
    low_s: float | None = None,
    high_s: float | None = None,
    likely_s: float | None = None,
    *,
    scope: Scope = Scope.TOTAL,
    basis: str = "stated",
    excludes_init: bool = False,
) -> DocumentedRange:
    return DocumentedRange(
        low_s=low_s,
        high_s=high_s,
        likely_s=likely_s,
        scope=scope,
        basis=basis,
        excludes_init=excludes_init,
        reason="1.5 days for all runs together, so at most that for one",
    )


@pytest.mark.parametrize(
    ("documented", "seconds", "kind", "ratio"),
    [
        pytest.param(plan(2400, 3000), 2700, VerdictKind.WITHIN, 1.0, id="inside-a-range"),
        pytest.param(plan(2400, 3000), 4200, VerdictKind.SLOWER, 1.4, id="over-the-nearer-bound"),
        pytest.param(plan(2400, 3000), 1800, VerdictKind.FASTER, 0.75, id="under-the-nearer-bound"),
        pytest.param(plan(2400, 3000), 3030, VerdictKind.WITHIN, 1.0, id="documents-round-their-bounds"),
        pytest.param(plan(likely_s=126000), 124000, VerdictKind.WITHIN, 124 / 126, id="near-a-single-value"),
        pytest.param(plan(likely_s=126000), 150000, VerdictKind.SLOWER, 150 / 126, id="over-a-single-value"),
        pytest.param(plan(likely_s=126000), 100000, VerdictKind.FASTER, 100 / 126, id="under-a-single-value"),
        pytest.param(plan(high_s=300), 100, VerdictKind.WITHIN, 1.0, id="less-than-is-kept"),
        pytest.param(plan(high_s=300), 450, VerdictKind.SLOWER, 1.5, id="less-than-is-broken"),
        pytest.param(plan(low_s=3600), 7200, VerdictKind.WITHIN, 1.0, id="more-than-is-kept"),
        pytest.param(plan(low_s=3600), 1800, VerdictKind.FASTER, 0.5, id="more-than-is-broken"),
        pytest.param(plan(likely_s=0.0), 10, VerdictKind.NOT_COMPARABLE, None, id="nothing-documented"),
    ],
)
def test_the_ratio_is_that_to_the_nearer_bound(
    documented: DocumentedRange, seconds: float, kind: VerdictKind, ratio: float | None
) -> None:
    verdict = hold(documented, Measured(seconds=seconds))
    assert verdict.kind is kind
    assert verdict.ratio == (None if ratio is None else pytest.approx(ratio))
    assert verdict.documented is documented
    assert verdict.measured_s == seconds


def test_the_text_says_what_the_difference_costs_on_which_bound() -> None:
    verdict = hold(plan(40 * MINUTE, 50 * MINUTE), Measured(seconds=61 * MINUTE))
    assert verdict.text == "1h 01m against 40-50 min: +11m 00s on 50 min"
    verdict = hold(plan(3 * HOUR, 5 * HOUR), Measured(seconds=2 * HOUR))
    assert verdict.text == "2h 00m against 3-5 h: -1h 00m on 3 h"


def test_the_difference_of_a_step_is_told_over_all_steps_and_of_an_epoch_over_all_epochs() -> None:
    verdict = hold(plan(0.8, 1.2, scope=Scope.STEP), Measured(seconds=1.4), repeats=2375)
    assert verdict.text == "1.40 s/step against 0.80-1.20 s/step: +7m 55s over 2,375 steps"
    verdict = hold(plan(900, 1800, scope=Scope.EPOCH), Measured(seconds=2100), repeats=2)
    assert verdict.text == "35m 00s against 15-30 min: +10m 00s over 2 epochs"


def test_a_projection_is_called_one_and_shows_its_interval() -> None:
    measured = Measured(seconds=3600, projected=True, interval=Interval(low=3300, likely=3600, high=4200))
    verdict = hold(plan(2400, 3000), measured)
    assert verdict.projected
    assert verdict.text.startswith("1h 00m projected (55-70 min) against 40-50 min")


def test_a_total_without_initialization_says_so() -> None:
    verdict = hold(plan(1800, 3600, excludes_init=True), Measured(seconds=3193))
    assert verdict.text == "53m 13s without initialization against 30-60 min"


def test_what_several_runs_take_together_can_only_be_exceeded() -> None:
    together = plan(high_s=129600, basis="derived")
    assert hold(together, Measured(seconds=190156)).kind is VerdictKind.SLOWER
    below = hold(together, Measured(seconds=60000))
    assert below.kind is VerdictKind.NOT_COMPARABLE
    assert "all runs together" in below.text


def test_money_stands_behind_the_comparison() -> None:
    verdict = hold(plan(6 * HOUR, 11 * HOUR), Measured(seconds=8 * HOUR), money="$5.89 at $0.736/hour")
    assert verdict.text == "8h 00m against 6-11 h; $5.89 at $0.736/hour"


def test_unlike_keeps_the_plan_and_the_measured_value_and_has_no_ratio() -> None:
    verdict = unlike(plan(1800, 3600), "the plan is for T4, the run is on A100", Measured(seconds=100))
    assert (verdict.kind, verdict.ratio, verdict.measured_s) == (VerdictKind.NOT_COMPARABLE, None, 100)
    assert verdict.text == "the plan is for T4, the run is on A100"
