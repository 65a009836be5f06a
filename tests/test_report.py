"""The words that every report shares."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from tests import report_boards as boards
from trainmon.estimates import DocumentedRange, Scope, Verdict, VerdictKind
from trainmon.exports.report import (
    best,
    hardware,
    plan_rows,
    plan_text,
    problem_text,
    run_name,
    steps,
    time_split,
    totals,
    verdict_text,
    verdicts,
)
from trainmon.gpu_snapshot import GpuDevice, RunGpu
from trainmon.snapshot import MetricInfo, RunSnapshot


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("loss", 1.0, id="loss shrinks"),
        pytest.param("eval_loss", 1.0, id="evaluated loss"),
        pytest.param("val/bpb", 1.0, id="bits per byte"),
        pytest.param("eval_accuracy", 9.0, id="accuracy grows"),
        pytest.param("metrics/mAP50-95(B)", 9.0, id="mean average precision"),
        pytest.param("recall@10", 9.0, id="recall at ten"),
        pytest.param("rewards/mean", 9.0, id="reward"),
        pytest.param("rewards/std", None, id="spread of a reward"),
        pytest.param("learning_rate", None, id="neither"),
        pytest.param("confidence", None, id="fid inside a word"),
        pytest.param("gpu_power", None, id="wer inside a word"),
    ],
)
def test_best_is_known_only_where_the_name_says_so(name: str, expected: float | None) -> None:
    assert best(name, MetricInfo(count=2, first=1.0, last=9.0, min=1.0, max=9.0)) == expected


def test_each_documented_duration_is_compared_once() -> None:
    run = boards.finished_run()

    assert verdicts(run) == [boards.TOTAL_VERDICT, boards.STEP_VERDICT, boards.INIT_VERDICT]
    assert [row.what for row in plan_rows(run)] == ["total", "step", "Initialization"]


@pytest.mark.parametrize(
    ("low_s", "high_s", "likely_s", "expected"),
    [
        pytest.param(None, 300, None, "<5 min", id="only an upper bound"),
        pytest.param(3600, None, None, ">60 min", id="only a lower bound"),
        pytest.param(None, None, 2400, "40 min", id="one value"),
        pytest.param(21600, 39600, None, "6-11 h", id="range"),
        pytest.param(None, None, None, "-", id="nothing"),
    ],
)
def test_a_plan_reads_as_it_was_stated(
    low_s: float | None, high_s: float | None, likely_s: float | None, expected: str
) -> None:
    assert plan_text(DocumentedRange(low_s=low_s, high_s=high_s, likely_s=likely_s)) == expected


def test_a_derived_step_time_says_so() -> None:
    stated = DocumentedRange(low_s=0.45, high_s=0.9, likely_s=None, scope=Scope.STEP, basis="derived")

    assert plan_text(stated) == "0.45-0.90 s/step (derived)"


def test_a_verdict_without_ratio_is_its_word() -> None:
    assert verdict_text(None) == "no estimate"
    assert verdict_text(Verdict(kind=VerdictKind.SLOWER)) == "slower"
    assert verdict_text(Verdict(kind=VerdictKind.WITHIN, ratio=1.0)) == "within"
    assert verdict_text(Verdict(kind=VerdictKind.FASTER, ratio=0.75)) == "1.33x faster"
    assert verdict_text(Verdict(kind=VerdictKind.FASTER, ratio=0.14)) == "7.1x faster"


def test_the_time_splits_into_steps_and_overheads() -> None:
    run = boards.finished_run()

    assert sum(spent for _, spent in time_split(run)) == run.elapsed_s
    assert time_split(replace(run, training_s=None, overhead_s={})) == []
    assert time_split(replace(run, elapsed_s=math.inf)) == []


def test_what_was_not_measured_is_no_training() -> None:
    run = replace(boards.finished_run(), training_s=2000.0, redone_s=300.0, gap_s=100.0)
    split = dict(time_split(run))

    assert split["training steps"] == 2000.0
    assert (split["redone steps"], split["between attempts"]) == (300.0, 100.0)
    assert split["not explained"] == 550.0
    assert "training steps" not in dict(time_split(replace(run, training_s=None)))


def test_hardware_is_counted_and_else_taken_from_the_log() -> None:
    two = RunGpu(devices=(GpuDevice(name="A100"),) * 2, peak_memory_bytes=None, memory_total_bytes=None, basis="nvml")

    assert hardware(replace(boards.bare_run(), gpu=two)) == "2x A100"
    assert hardware(replace(boards.bare_run(), facts={"gpu": "T4"})) == "T4"
    assert hardware(boards.bare_run()) == ""


def test_unknown_parts_are_left_out() -> None:
    bare = boards.bare_run()

    assert totals([]) == "0 runs"
    assert totals([bare]) == "1 run: 1 waiting"
    assert steps(bare) == "-"
    assert steps(replace(bare, step=5.0, unit="kimg")) == "5 kimg"
    assert run_name(RunSnapshot(name=" ", files=())) == "(unnamed)"


def test_a_problem_names_its_file_only_where_that_is_sure() -> None:
    run = boards.failed_run()
    problem = run.problems[0]

    assert problem_text(run, problem) == "nan at step 100: loss is nan (full.log:71)"
    assert problem_text(replace(run, files=run.files * 2), problem).endswith("(line 71)")
    assert problem_text(run, replace(problem, line=0)) == "nan at step 100: loss is nan"
