"""Runs judged whole: the sample logs as a person would judge them, forecasts from documents, money, trouble."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.planned_runs import SAMPLES, a_run, document, sample_document
from trainmon.estimates import EstimateDocument, Fact, Scope, Verdict, VerdictKind
from trainmon.events import ProblemKind, StageKind
from trainmon.exports.report import remaining
from trainmon.gpu_snapshot import RunGpu
from trainmon.plan.judging import judge
from trainmon.session import look_once
from trainmon.settings import Settings
from trainmon.snapshot import ClockBasis, RunSnapshot, RunStatus, StageInfo
from trainmon.timing.pace import Pace, Slowdown

HOUR, MINUTE, GB = 3600.0, 60.0, 1e9
NOW = 1_770_000_000.0


def judged(run: RunSnapshot, *documents: EstimateDocument, pace: Pace | None = None, **more: Any) -> RunSnapshot:
    settings = more.pop("settings", None) or Settings(estimates=tuple(Path(one.path) for one in documents))
    return judge(
        run, documents=documents, settings=settings, pace=pace, last_observed_s=run.elapsed_s,
        now_s=run.elapsed_s or 0.0, now=NOW, **more,
    )  # fmt: skip


def of(run: RunSnapshot, scope: Scope) -> Verdict:
    return next(one for one in run.comparisons if one.documented is not None and one.documented.scope is scope)


# -- the samples -----------------------------------------------------------------------------------------------


def expectations() -> list[Any]:
    found = []
    for file in sorted(SAMPLES.glob("*/expected.json")):
        for run in json.loads(file.read_text(encoding="utf-8"))["runs"]:
            log = file.parent / run["log"]
            found.append(pytest.param(log, run, id=f"{file.parent.name}-{log.stem}"))
    return found


@pytest.fixture(scope="module")
def sample_runs() -> Mapping[str, RunSnapshot]:
    board = look_once([str(SAMPLES)], Settings(), archive=True)
    return {run.files[0].path: run for run in board.runs}


@pytest.mark.parametrize(("log", "expected"), expectations())
def test_a_sample_run_gets_the_verdict_that_a_person_gives(
    log: Path, expected: dict[str, Any], sample_runs: Mapping[str, RunSnapshot]
) -> None:
    run = sample_runs[str(log)]
    if expected["verdict"] is None:
        totals = [one for one in run.comparisons if one.documented is not None and one.documented.scope is Scope.TOTAL]
        assert all(one.so_far and one.projected for one in totals)
        return
    assert run.verdict is not None
    assert run.verdict.kind.value == expected["verdict"]
    assert run.verdict.ratio == pytest.approx(expected["ratio"], rel=0.05)
    assert run.documented is not None
    ends = [run.documented.low_s, run.documented.likely_s, run.documented.high_s]
    planned = [expected["documented"][name] for name in ("low_s", "likely_s", "high_s")]
    assert [end for end in ends if end is not None] == [end for end in planned if end is not None]


def test_every_verdict_shows_the_line_of_the_document(sample_runs: Mapping[str, RunSnapshot]) -> None:
    for run in sample_runs.values():
        for verdict in run.comparisons:
            assert verdict.documented is not None
            source = verdict.documented.source
            assert source is not None
            lines = Path(source.file).read_text(encoding="utf-8").splitlines()
            assert lines[source.line - 1].strip() == source.text


def test_stages_of_a_pipeline_are_judged_one_by_one(sample_runs: Mapping[str, RunSnapshot]) -> None:
    run = sample_runs[str(SAMPLES / "proteins" / "medium.log")]
    verdicts = {stage.name: stage.verdict for stage in run.stages if stage.verdict is not None}
    assert {name: verdict.kind for name, verdict in verdicts.items()} == {
        "Fetching sequences": VerdictKind.WITHIN,
        "Computing embeddings": VerdictKind.WITHIN,
        "training": VerdictKind.WITHIN,
    }


# -- comparisons -----------------------------------------------------------------------------------------------


def test_without_documents_only_the_forecast_is_added() -> None:
    run = judged(a_run("exp", elapsed_s=100, steps=10))
    assert (run.verdict, run.documented, run.comparisons) == (None, None, ())


def test_a_running_run_is_judged_by_its_projected_total() -> None:
    run = a_run("hans", state=RunStatus.RUNNING, elapsed_s=2700, steps=2000, total_steps=4000, epochs=2, init_s=200)
    pace = Pace(
        basis=ClockBasis.ELAPSED,
        start_step=0,
        last_step=2000,
        curve=[(step, 1.25 * step) for step in range(0, 2001, 20)],
        opening=((20.0, 1.25),),
    )
    run = judged(run, sample_document("retrieval"), pace=pace)
    assert run.verdict is not None
    assert (run.verdict.kind, run.verdict.projected) == (VerdictKind.SLOWER, True)
    assert run.verdict.measured_s == pytest.approx(5000, rel=0.02)
    assert "projected" in run.verdict.text


def test_a_run_that_ended_early_is_judged_by_its_steps() -> None:
    run = a_run("exp", state=RunStatus.FAILED, elapsed_s=900, steps=500, total_steps=2375, step_s=1.5)
    run = judged(run, sample_document("lora"))
    assert next(one.documented.scope for one in run.comparisons if one.documented) is Scope.STEP
    assert run.verdict is of(run, Scope.STEP)
    assert run.documented is not None


def test_a_run_that_ended_early_is_held_against_the_total_of_just_so_many_steps() -> None:
    text = (
        "# Training plan\n\n| Plan | Steps | Time |\n|---|---|---|\n| all | 4,000 | 40 h |\n| try | 500 | 4 hours |\n"
    )
    text += "\nOne epoch takes 33 hours.\n"
    facts = {"steps_per_epoch": 4000.0}
    of_500 = a_run(state=RunStatus.FAILED, steps=200, total_steps=500, elapsed_s=7200.0, step_s=30.0, facts=facts)
    run = judged(replace(of_500, elapsed_s=7200.0, progress=0.4), document(text))
    assert run.verdict is not None
    assert run.verdict.documented is not None
    assert run.verdict.documented.likely_s == 4 * HOUR
    assert run.verdict.measured_s == pytest.approx(7200 + 300 * 30)
    assert (run.verdict.so_far, run.verdict.projected) == (True, True)


def test_a_total_is_derived_from_the_time_of_a_step_where_none_is_stated() -> None:
    plan = document("# Plan\n\n- Time per step: 0.8-1.2 seconds\n- Total steps: 2,375\n")
    run = judged(a_run("exp", elapsed_s=3000, steps=2375, step_s=1.26), plan)
    total = of(run, Scope.TOTAL)
    assert total.documented is not None
    assert (total.documented.low_s, total.documented.high_s) == (1900, 2850)
    assert total.documented.basis == "derived"
    assert total.documented.reason.startswith("2,375 steps x 0.80-1.20 s/step")


def test_an_estimate_for_another_machine_is_not_comparable_and_the_text_says_why() -> None:
    run = judged(a_run("exp", elapsed_s=3000, steps=2375, step_s=1.2, gpus=("Tesla T4",)), sample_document("lora"))
    assert run.verdict is not None
    assert run.verdict.kind is VerdictKind.NOT_COMPARABLE
    assert run.verdict.text == "the plan is for A100, the run is on 1x T4"
    assert run.documented is None


def test_another_number_of_steps_is_not_comparable_though_its_steps_are_shown() -> None:
    run = judged(a_run("exp", elapsed_s=4000, steps=4750, step_s=0.8), sample_document("lora"))
    assert run.verdict is not None
    assert run.verdict.text == "the plan is for 2,375 steps, the run has 4,750"
    assert of(run, Scope.STEP).kind is VerdictKind.WITHIN


def test_the_only_plan_is_not_that_of_a_run_it_misses_by_far_and_nothing_speaks_for() -> None:
    plan = document("# Notes\n\n- Total training time: 6-11 hours\n")
    near = judged(a_run("exp", elapsed_s=5 * HOUR, steps=100), plan).verdict
    assert near is not None
    assert near.kind is VerdictKind.FASTER
    far = judged(a_run("exp", elapsed_s=40, steps=100), plan).verdict
    assert far is not None
    assert far.kind is VerdictKind.NOT_COMPARABLE
    assert (
        far.text == "nothing in the run says that this plan is its own, and it took 40s against 6-11 h: -5h 59m on 6 h"
    )


def test_a_few_steps_are_no_finding() -> None:
    few = a_run("exp", state=RunStatus.RUNNING, elapsed_s=70, steps=3, total_steps=2375, step_s=3.3)
    assert judged(few, sample_document("lora")).verdict is None
    more = a_run("exp", state=RunStatus.RUNNING, elapsed_s=170, steps=30, total_steps=2375, step_s=3.3)
    verdict = judged(more, sample_document("lora")).verdict
    assert verdict is not None
    assert verdict.kind is VerdictKind.SLOWER


def test_the_money_of_a_run_is_told_where_the_document_states_a_rate_for_its_machine() -> None:
    run = a_run("exp", elapsed_s=12 * HOUR, steps=31250, bars={"Fetching sequences": 10000.0}, gpus=("Tesla T4",))
    verdict = judged(run, sample_document("proteins")).verdict
    assert verdict is not None
    assert verdict.text.endswith("$8.83 at $0.736/hour (+$0.74)")


def test_checkpoints_are_held_against_their_documented_sum_and_one_of_them_against_its_own() -> None:
    run = a_run("exp", elapsed_s=3000, steps=2375, step_s=1.0)
    saving = StageInfo(name="Writing model shards", kind=StageKind.CHECKPOINT, occurrences=48)
    run = replace(run, stages=(*run.stages, saving), overhead_s={"checkpoint": 480.0})
    verdict = judged(run, sample_document("lora")).stages[-1].verdict
    assert verdict is not None
    assert verdict.text == "8m 00s against 6 min: +2m 00s on 6 min"
    each = document("# Plan\n\n- Total: 40-60 minutes\n- Checkpoints: ~5-8 seconds each\n")
    verdict = judged(run, each).stages[-1].verdict
    assert verdict is not None
    assert verdict.text == "10s against 5-8 s: +2s on 8 s"


# -- forecasts -------------------------------------------------------------------------------------------------


def test_before_the_first_step_the_forecast_comes_from_the_document() -> None:
    run = a_run("hans", state=RunStatus.RUNNING, elapsed_s=60.0)
    run = judged(run, sample_document("retrieval"))
    assert run.eta is not None
    assert run.eta.basis == "documented"
    assert 35 * MINUTE < run.eta.remaining_s.likely < 70 * MINUTE
    assert run.verdict is None


def test_where_several_plans_fit_no_time_left_is_told() -> None:
    plans = document("# Training plan\n\n- Small: 1 hour\n- Medium: 3 hours\n- Training: 40 minutes\n")
    run = judged(a_run(state=RunStatus.RUNNING, steps=670, total_steps=1000), plans)

    assert run.verdict is None or run.verdict.kind is not VerdictKind.WITHIN
    assert run.eta is None


def test_a_time_left_that_rests_on_the_document_alone_says_so() -> None:
    plan = document("# Training plan\n\nThe run takes 3 hours.\n")
    run = judged(a_run(state=RunStatus.RUNNING, steps=670, total_steps=1000), plan)
    curve = [(step, 10.0 * step) for step in range(0, 671, 10)]
    pace = Pace(basis=ClockBasis.ELAPSED, start_step=0, last_step=670, curve=curve, usual_gap_s=10)
    timed = judged(a_run(state=RunStatus.RUNNING, steps=670, total_steps=1000, elapsed_s=6700), plan, pace=pace)

    assert run.eta is not None
    assert run.eta.is_by_plan
    assert remaining(run)[0] == "~59m 24s by plan"
    assert timed.eta is not None
    assert not timed.eta.is_by_plan
    assert "plan" not in remaining(timed)[0]


def test_a_pipeline_is_forecast_by_the_stage_under_way_and_the_documented_ones_to_come() -> None:
    run = a_run("medium", state=RunStatus.RUNNING, elapsed_s=1.5 * HOUR)
    fetching = StageInfo(
        name="Fetching sequences", kind=StageKind.DATA, current=10000, total=10000, started_s=0, elapsed_s=1.4 * HOUR
    )
    embedding = StageInfo(
        name="Computing embeddings", kind=StageKind.DATA, current=250, total=500, started_s=1.4 * HOUR,
        elapsed_s=2.5 * HOUR, active=True,
    )  # fmt: skip
    early = judged(replace(run, stages=(replace(fetching, current=5000, active=True),)), sample_document("proteins"))
    assert early.eta is not None
    assert early.eta.basis == "measured Fetching sequences + documented stages"
    assert early.eta.remaining_s.likely == pytest.approx(1.4 * HOUR + 5.7 * HOUR + 0.94 * HOUR, rel=0.05)
    later = judged(replace(run, elapsed_s=3.9 * HOUR, stages=(fetching, embedding)), sample_document("proteins"))
    assert later.eta is not None
    assert later.eta.remaining_s.likely == pytest.approx(2.5 * HOUR + 0.94 * HOUR, rel=0.05)
    assert later.verdict is not None
    assert later.verdict.kind is VerdictKind.WITHIN


def test_the_final_save_and_the_checkpoints_to_come_are_priced() -> None:
    run = a_run("exp", state=RunStatus.RUNNING, elapsed_s=80.0, steps=1.0, total_steps=2375)
    plan = sample_document("lora")
    whole = judged(run, plan).eta
    assert whole is not None
    without = replace(plan, estimates=tuple(e for e in plan.estimates if e.line not in (33, 34)))
    shorter = judged(run, without).eta
    assert shorter is not None
    assert whole.remaining_s.likely - shorter.remaining_s.likely == pytest.approx(360 + 85, abs=20)


# -- trouble ---------------------------------------------------------------------------------------------------


def test_a_lasting_slowdown_is_a_problem() -> None:
    slowdown = Slowdown(step=1200, ratio=1.6, before_s=1.0, after_s=1.6)
    run = judged(a_run("exp", elapsed_s=100, steps=2000), slowdown=slowdown)
    problem = run.problems[-1]
    assert (problem.kind, problem.step) == (ProblemKind.SLOWDOWN, 1200)
    assert problem.message == "1.60x slower since step 1,200: 1.00 s/step before, 1.60 s/step after"


@pytest.mark.parametrize(
    ("peak_gb", "found"),
    [
        pytest.param(11.0, "GPU memory peak 10.2 GB, documented 10 GB (line 55)", id="over-the-documented-peak"),
        pytest.param(10.5, None, id="9.8-as-nvidia-smi-counts"),
    ],
)
def test_more_memory_than_documented_is_a_problem(peak_gb: float, found: str | None) -> None:
    gpu = RunGpu(devices=(), peak_memory_bytes=peak_gb * GB, memory_total_bytes=13.0 * GB, basis="nvml")
    facts = (
        Fact(line=55, name="memory_bytes", value=8 * GB, high=10 * GB, scenario=("Memory", "Peak while training")),
        Fact(line=56, name="memory_bytes", value=1 * GB, high=3 * GB, scenario=("Memory", "Free")),
    )
    plan = EstimateDocument(path="logs/estimates.md", facts=facts)
    run = judged(replace(a_run("exp", elapsed_s=100, steps=10), gpu=gpu), plan)
    assert [problem.message for problem in run.problems] == ([found] if found else [])


def test_too_little_free_memory_is_a_problem() -> None:
    gpu = RunGpu(devices=(), peak_memory_bytes=9.9 * GB, memory_total_bytes=10.5 * GB, basis="nvml")
    fact = Fact(line=56, name="memory_bytes", value=1 * GB, high=3 * GB, scenario=("Memory", "Free"))
    plan = EstimateDocument(path="logs/estimates.md", facts=(fact,))
    run = judged(replace(a_run("exp", elapsed_s=100, steps=10), gpu=gpu), plan)
    assert run.problems[-1].message == "572 MB of GPU memory free, documented 1 GB (line 56)"
