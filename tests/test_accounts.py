"""Where a run's time went: every second once, what the truth says, and nothing where nobody knows."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.live import read_whole
from tests.reading_logs import run_of
from trainmon.exports.contract import run_object
from trainmon.exports.report import time_split
from trainmon.plan.lateness import why_late
from trainmon.session import look_once
from trainmon.settings import Settings
from trainmon.snapshot import RunSnapshot

SAMPLES = Path(__file__).parent.parent / "sample_logs"
RUNS = [str(log.relative_to(SAMPLES)).removesuffix(".log") for log in sorted(SAMPLES.glob("*/*.log"))]


@cache
def folder(name: str) -> dict[str, RunSnapshot]:
    return {run.name: run for run in look_once([str(SAMPLES / name)], Settings(), archive=True).runs}


def sample(key: str) -> RunSnapshot:
    group, _, name = key.partition("/")
    return folder(group)[name]


def truths(key: str) -> list[dict[str, Any]]:
    """The last attempt, and those before it."""
    truth = json.loads((SAMPLES / f"{key}.truth.json").read_text(encoding="utf-8"))
    return [truth, *truth.get("earlier_attempts", [])]


def took_s(key: str, kind: str) -> float:
    stages = [stage for truth in truths(key) for stage in truth["stages"] if stage["kind"] == kind]
    return float(sum(stage["end"] - stage["start"] for stage in stages))


@pytest.mark.parametrize("key", RUNS)
def test_the_parts_of_the_time_add_up_to_all_of_it(key: str) -> None:
    run = sample(key)
    lost_s = (run.redone_s or 0.0) + (run.gap_s or 0.0)

    assert run.elapsed_s is not None
    assert run.unexplained_s is not None
    assert run.unexplained_s <= 0.13 * run.elapsed_s
    parts_s = (run.training_s or 0.0) + lost_s + sum(run.overhead_s.values()) + run.unexplained_s
    assert parts_s == pytest.approx(run.elapsed_s)
    assert sum(spent_s for _, spent_s in time_split(run)) == pytest.approx(run.elapsed_s, abs=0.5)


@pytest.mark.parametrize("key", [key for key in RUNS if key != "proteins/large"])
def test_training_is_what_its_steps_took(key: str) -> None:
    run = sample(key)
    truth = truths(key)[0]

    assert run.training_s is not None
    whole_s = truth["step_time_s"]["mean"] * truth["completed_steps"]
    assert run.training_s == pytest.approx(whole_s, rel=0.02)


def test_a_run_that_made_no_step_did_not_train() -> None:
    assert sample("proteins/large").training_s is None
    assert "training steps" not in dict(time_split(sample("proteins/large")))


@pytest.mark.parametrize("name", ["baseline_no_isotropy", "with_isotropy", "frozen_efficient"])
def test_evaluations_whose_bars_were_wiped_away_took_their_time(name: str) -> None:
    run = sample(f"encoders/{name}")
    (validation,) = [stage for stage in run.stages if stage.name == "Validation"]

    assert run.overhead_s["eval"] == pytest.approx(took_s(f"encoders/{name}", "eval"), rel=0.005)
    assert validation.occurrences == 3
    assert run.overhead_s.get("stall", 0.0) == 0.0


def test_what_was_done_twice_and_the_time_between_attempts_have_rows_of_their_own() -> None:
    split = dict(time_split(sample("encoders/with_isotropy")))

    assert split["training steps"] == pytest.approx(45 * 3600, rel=0.005)
    assert split["redone steps"] == pytest.approx(6.05 * 3600, rel=0.01)
    assert split["between attempts"] == pytest.approx(1.48 * 3600, rel=0.01)


@pytest.mark.parametrize("key", ["lora/contamination_10", "retrieval/hardness_aware"])
def test_why_a_run_is_late_says_what_the_time_split_says(key: str) -> None:
    run = sample(key)
    late = why_late(run)
    split = dict(time_split(run))

    assert late is not None
    assert sum(seconds for _, seconds in late.parts) == pytest.approx(late.late_s, abs=0.5)
    assert dict(late.parts).get("not explained", 0.0) == pytest.approx(split.get("not explained", 0.0), abs=0.5)


def test_initialization_is_all_before_the_first_step() -> None:
    run = sample("retrieval/hardness_aware")
    (training,) = [stage for stage in run.stages if stage.name == "training"]

    assert run.overhead_s["init"] == training.started_s == pytest.approx(249, abs=1)


def test_steps_of_an_attempt_that_died_stay_in_the_chart_and_out_of_the_step_time() -> None:
    run = sample("encoders/with_isotropy")

    assert run.step_time_s is not None
    steps = [step for step, _ in run.step_time_s.history]
    assert steps == sorted(steps)
    assert steps[0] < 1000
    assert run.step_time_s.count <= 31_250


def test_a_checkpoint_is_drawn_where_its_line_stands() -> None:
    run = sample("encoders/with_isotropy")
    checkpoints = [pause.started_s for pause in run.pauses if pause.kind == "checkpoint"]
    saved = sorted(mark["t"] for truth in truths("encoders/with_isotropy") for mark in truth["marks"])
    began = truths("encoders/with_isotropy")[1]["wall_start"]

    assert checkpoints == [pytest.approx(at - began, abs=20) for at in saved]


@pytest.mark.parametrize(
    ("name", "unknown"),
    [
        pytest.param("cu_crprint_redirect", {"init", "eval", "checkpoint", "stall", "other"}, id="no clock at all"),
        pytest.param("cu_print_flush_tee", {"init", "eval", "checkpoint", "stall", "other"}, id="printed step times"),
        pytest.param("cu_jsonl_redirect", {"eval"}, id="evaluations that show no time"),
    ],
)
def test_what_no_clock_tells_is_null(shared: Path, name: str, unknown: set[str]) -> None:
    (run,) = read_whole(shared / "logs" / "generated" / name).runs
    overheads = run_object(run)["overhead_s"]

    assert isinstance(overheads, dict)
    assert {key for key, seconds in overheads.items() if seconds is None} == unknown


def test_a_bar_that_waits_beside_the_training_takes_none_of_its_time(shared: Path) -> None:
    (run,) = read_whole(shared / "logs" / "generated" / "tq_position_pty").runs

    assert run.training_s == pytest.approx(240 * 0.1015, rel=0.03)
    assert run.overhead_s["eval"] < 4


def test_evaluations_at_the_time_of_day_take_time(shared: Path) -> None:
    (log,) = (shared / "logs" / "public").glob("swin-eval-only*")
    (run,) = read_whole(log).runs
    (evaluation,) = run.stages

    assert evaluation.elapsed_s == run.overhead_s["eval"] == pytest.approx(437, abs=10)


def test_a_clock_that_stands_still_tells_no_time(shared: Path) -> None:
    (log,) = (shared / "logs" / "public").glob("lightning-tqdm*")
    (run,) = read_whole(log).runs
    (training,) = [stage for stage in run.stages if stage.name == "training"]

    assert (run.step, run.elapsed_s, training.elapsed_s, run.training_s) == (4030, None, None, None)


def test_a_slow_step_among_many_is_no_stall() -> None:
    redraws = [(n, 60 * n // 90 + (3 if n == 540 else 0)) for n in range(0, 1800, 90)]
    text = "".join(
        f"\r{100 * n // 1800:3d}%|   | {n}/1800 [{at // 60:02d}:{at % 60:02d}<00:00,  1.50it/s]" for n, at in redraws
    )

    assert run_of(text).overhead_s.get("stall") == 0.0


def test_ranks_that_download_side_by_side_take_no_time_from_the_training(shared: Path) -> None:
    (log,) = (shared / "logs" / "public").glob("detr-metriclogger*")
    (run,) = read_whole(log).runs
    (training,) = [stage for stage in run.stages if stage.name == "training"]

    assert run.elapsed_s == pytest.approx(2410.6, abs=1)
    assert training.elapsed_s == pytest.approx(37 * 60 + 36, abs=2)
    assert run.overhead_s["init"] == training.started_s == pytest.approx(154, abs=1)
    assert run.training_s == pytest.approx(18_307 * 0.1166, rel=0.01)
