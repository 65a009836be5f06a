"""Why a run is late: the difference between plan and run, split, and adding up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests import boards
from tests.board_parts import MINUTE, documented, step_time, verdict
from trainmon.estimates import Scope, Verdict, VerdictKind
from trainmon.events import StageKind
from trainmon.exports.report import why_late_text
from trainmon.exports.status_text import status_text
from trainmon.exports.summary_html import summary_html
from trainmon.exports.summary_markdown import summary_markdown
from trainmon.plan.lateness import ALLOWED, GAPS, REDONE, REST, SHORT, STALLS, STEPS, UNPRICED, why_late
from trainmon.snapshot import RunSnapshot, RunStatus, StageInfo

TOTAL = documented(30 * MINUTE, 40 * MINUTE)
STEP = documented(0.5, 0.6, scope=Scope.STEP, subject="step time")


def held(kind: VerdictKind, stated: object, measured_s: float, *, projected: bool = False) -> Verdict:
    return verdict(kind, 1.5, stated, measured_s, projected=projected)  # type: ignore[arg-type]


def late_run(*more: Verdict, overhead_s: dict[str, float], took_s: float = 60 * MINUTE) -> RunSnapshot:
    """4,000 steps of 0.75 s in an hour, where 30-40 minutes were planned."""
    slower = held(VerdictKind.SLOWER, TOTAL, took_s)
    return replace(
        boards.finished(),
        step_time_s=step_time(0.75, 4000),
        total_steps=4000,
        stages=(),
        overhead_s=overhead_s,
        documented=TOTAL,
        verdict=slower,
        comparisons=(slower, *more),
    )


def mean_s(run: RunSnapshot) -> float:
    assert run.step_time_s is not None
    return run.step_time_s.mean


@pytest.mark.parametrize("run", boards.every_kind(), ids=lambda run: run.name)
def test_only_a_run_that_is_slower_is_late(run: RunSnapshot) -> None:
    slower = run.verdict is not None and run.verdict.kind is VerdictKind.SLOWER

    assert (why_late(run) is not None) == slower
    assert bool(why_late_text(run)) == slower


def test_with_a_documented_step_time_the_steps_and_each_overhead_are_told_apart() -> None:
    run = late_run(
        held(VerdictKind.SLOWER, STEP, 0.75), overhead_s={"init": 60, "eval": 240, "checkpoint": 90, "stall": 180}
    )

    late = why_late(run)

    assert late is not None
    parts = dict(late.parts)
    assert late.late_s == 20 * MINUTE
    assert parts[STEPS] == pytest.approx((mean_s(run) - 0.6) * 4000)
    assert (parts["evaluation"], parts["checkpoints"], parts[STALLS], parts["initialization"]) == (240, 90, 180, 60)
    assert sum(parts.values()) == pytest.approx(late.late_s)


def test_room_that_the_plan_has_beside_its_steps_is_taken_off() -> None:
    generous = documented(0.3, 0.4, scope=Scope.STEP)
    tight = documented(0.6, 0.7, scope=Scope.STEP)

    roomy = why_late(late_run(held(VerdictKind.SLOWER, generous, 0.75), overhead_s={"eval": 600}))
    short = why_late(late_run(held(VerdictKind.SLOWER, tight, 0.75), overhead_s={"eval": 600}))

    assert roomy is not None
    assert short is not None
    assert dict(roomy.parts)[ALLOWED] == pytest.approx(0.4 * 4000 - 2400)
    assert dict(short.parts)[SHORT] == pytest.approx(0.7 * 4000 - 2400)


def test_without_a_documented_step_time_only_what_no_plan_has_in_it_is_told_apart() -> None:
    late = why_late(late_run(overhead_s={"eval": 240, "stall": 300}))

    assert late is not None
    assert late.parts == ((STALLS, 300), (UNPRICED, 20 * MINUTE - 300))
    assert late.beside == (("evaluation", 240),)
    assert (
        "training steps 20m 00s (with evaluation 4m 00s, for which the plan gives no separate time)"
        in why_late_text(late_run(overhead_s={"eval": 240}))
    )


def test_steps_that_were_done_twice_are_told_apart() -> None:
    timed = why_late(replace(late_run(overhead_s={}), redone_steps=200, redone_s=170.0, gap_s=60.0))
    counted = why_late(replace(late_run(overhead_s={}), redone_steps=200))

    assert timed is not None
    assert counted is not None
    assert dict(timed.parts)[REDONE] == 170
    assert dict(timed.parts)[GAPS] == 60
    assert dict(counted.parts)[REDONE] == pytest.approx(200 * mean_s(late_run(overhead_s={})))


def test_a_stage_that_the_document_prices_counts_with_its_excess() -> None:
    plan = documented(60, 100, scope=Scope.STAGE, subject="evaluation")
    evaluation = StageInfo(name="evaluation", kind=StageKind.EVAL, elapsed_s=240, occurrences=4, documented=plan)
    each = replace(evaluation, documented=documented(20, 30, scope=Scope.UNIT, subject="evaluation"))

    whole = why_late(replace(late_run(overhead_s={"eval": 240}), stages=(evaluation,)))
    per_time = why_late(replace(late_run(overhead_s={"eval": 240}), stages=(each,)))

    assert whole is not None
    assert per_time is not None
    assert dict(whole.parts)["evaluation"] == 140
    assert dict(per_time.parts)["evaluation"] == 120


def test_overheads_of_a_run_under_way_are_those_that_it_will_have() -> None:
    slower = held(VerdictKind.SLOWER, TOTAL, 3600, projected=True)
    run = replace(
        late_run(overhead_s={"eval": 100, "stall": 50}),
        state=RunStatus.RUNNING,
        progress=0.5,
        verdict=slower,
        comparisons=(slower, held(VerdictKind.SLOWER, STEP, 0.75)),
    )

    late = why_late(run)

    assert late is not None
    assert dict(late.parts)["evaluation"] == 200
    assert dict(late.parts)[STALLS] == 50
    assert "(projected)" in why_late_text(run)


def test_initialization_that_comes_on_top_is_not_counted() -> None:
    apart = replace(TOTAL, excludes_init=True)
    slower = held(VerdictKind.SLOWER, apart, 3600)
    run = replace(
        late_run(overhead_s={"init": 500}),
        verdict=slower,
        comparisons=(slower, held(VerdictKind.SLOWER, STEP, 0.75)),
    )

    late = why_late(run)

    assert late is not None
    assert "initialization" not in dict(late.parts)
    assert REST in dict(late.parts)


@pytest.mark.parametrize(("scope", "planned_s", "measured_s", "times"), [
    (Scope.EPOCH, 600.0, 900.0, 2),
    (Scope.STEP, 0.5, 0.75, 4000),
])  # fmt: skip
def test_a_verdict_on_an_epoch_or_a_step_is_about_the_steps_alone(
    scope: Scope, planned_s: float, measured_s: float, times: float
) -> None:
    slower = held(VerdictKind.SLOWER, documented(None, planned_s, scope=scope), measured_s)

    late = why_late(replace(late_run(overhead_s={"stall": 9}), verdict=slower, comparisons=(slower,)))

    assert late is not None
    assert late.late_s == pytest.approx((measured_s - planned_s) * times)
    assert late.parts == ((STEPS, late.late_s),)


def test_status_and_summaries_say_why() -> None:
    run = late_run(held(VerdictKind.SLOWER, STEP, 0.75), overhead_s={"eval": 240, "stall": 180})
    board = boards.board([run])

    said = "20m 00s over the plan: steps "
    assert f"why late    {said}" in status_text(board)
    assert f"Why late: {said}" in summary_markdown(board)
    assert f"Why late: {said}" in summary_html(board)
    assert "planned 0.6" in why_late_text(run)
