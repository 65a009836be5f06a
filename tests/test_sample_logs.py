"""The sample logs, through the real command line, against what the programs that made them noted themselves."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(__file__).resolve().parents[1] / "sample_logs"
LAST_YEAR = 1_750_000_000.0
GIB = 1 << 30

Row = dict[str, Any]


def expectations() -> dict[str, Row]:
    """`folder/run` -> what must be said of it."""
    files = sorted(SAMPLES.glob("*/expected.json"))
    return {f"{file.parent.name}/{Path(row['log']).stem}": row for file in files for row in rows_of(file)}


def rows_of(file: Path) -> list[Row]:
    rows: list[Row] = json.loads(file.read_text())["runs"]
    return rows


EXPECTED = expectations()
EVERY_RUN = [pytest.param(key, id=key) for key in EXPECTED]
TRAINER_RUNS = [pytest.param(key, id=key) for key in EXPECTED if key.split("/")[0] in {"lora", "chatbot"}]


def runs_where(field: str) -> list[Any]:
    return [pytest.param(key, id=key) for key, row in EXPECTED.items() if row[field]]


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, Row]:
    """Exit code and JSON of `trainmon status --json` over a copy whose files are long untouched."""
    copy = tmp_path_factory.mktemp("archive") / "sample_logs"
    shutil.copytree(SAMPLES, copy)
    for path in copy.rglob("*"):
        os.utime(path, (LAST_YEAR, LAST_YEAR))
    command = [sys.executable, "-m", "trainmon", "status", str(copy), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.fixture(scope="module")
def runs(answer: tuple[int, Row]) -> dict[str, Row]:
    """`folder/run` -> the run that the command line found in that log."""
    found = {}
    for run in answer[1]["runs"]:
        (log,) = [Path(file["path"]) for file in run["files"] if file["path"].endswith(".log")]
        found[f"{log.parent.name}/{log.stem}"] = run
    return found


def test_status_says_that_some_runs_need_attention(answer: tuple[int, Row]) -> None:
    assert answer[0] == 1


def test_every_log_is_a_run_and_nothing_else_is(runs: dict[str, Row]) -> None:
    assert runs.keys() == EXPECTED.keys()


@pytest.mark.parametrize("key", EVERY_RUN)
def test_state_and_attempts(runs: dict[str, Row], key: str) -> None:
    run, expected = runs[key], EXPECTED[key]

    assert run["state"] == expected["state"]
    assert run["attempts"] == expected["attempts"]


@pytest.mark.parametrize("key", EVERY_RUN)
def test_steps_of_the_whole_run(runs: dict[str, Row], key: str) -> None:
    run, expected = runs[key], EXPECTED[key]

    assert (run["step"] or 0) == expected["step"]
    if expected["step"]:
        assert run["total_steps"] == expected["total_steps"]
        assert run["total_epochs"] == expected["epochs"]
        assert run["progress"] == pytest.approx(expected["step"] / expected["total_steps"], abs=0.001)


@pytest.mark.parametrize("key", EVERY_RUN)
def test_problems_are_named(runs: dict[str, Row], key: str) -> None:
    found = {problem["kind"] for problem in runs[key]["problems"]}

    assert found >= set(EXPECTED[key]["problems"])
    if EXPECTED[key]["state"] == "finished":
        assert found <= {*EXPECTED[key]["problems"], "slowdown", "stall", "diverged"}


@pytest.mark.parametrize("key", runs_where("step_time_s"))
def test_step_time_leaves_evaluations_and_checkpoints_out(runs: dict[str, Row], key: str) -> None:
    measured, true = runs[key]["step_time_s"], EXPECTED[key]["step_time_s"]

    assert measured["mean"] == pytest.approx(true["mean"], rel=0.03)
    assert measured["median"] == pytest.approx(true["median"], rel=0.03)


@pytest.mark.parametrize("key", runs_where("verdict"))
def test_elapsed_is_the_time_that_the_log_shows(runs: dict[str, Row], key: str) -> None:
    # a final save that prints no clock is not in the log, so a few percent may be missing
    assert runs[key]["elapsed_s"] == pytest.approx(EXPECTED[key]["elapsed_s"], rel=0.05)


@pytest.mark.parametrize("key", runs_where("verdict"))
def test_verdict_against_the_document_of_the_folder(runs: dict[str, Row], key: str) -> None:
    run, expected = runs[key], EXPECTED[key]

    assert run["verdict"]["kind"] == expected["verdict"]
    assert Path(run["documented"]["source"]["file"]).parts[-2:] == (key.split("/")[0], "estimates.md")
    lines = (SAMPLES / key.split("/")[0] / "estimates.md").read_text(encoding="utf-8").splitlines()
    assert run["documented"]["source"]["text"].strip() == lines[run["documented"]["source"]["line"] - 1].strip()


@pytest.mark.parametrize("key", TRAINER_RUNS)
def test_no_logged_loss_is_lost(runs: dict[str, Row], key: str) -> None:
    assert runs[key]["metrics"]["loss"]["count"] == EXPECTED[key]["losses_logged"]


@pytest.mark.parametrize("key", ["retrieval/baseline", "retrieval/hardness_aware", "chatbot/training"])
def test_evaluations_are_overhead_of_the_run(runs: dict[str, Row], key: str) -> None:
    run, expected = runs[key], EXPECTED[key]

    evaluations = [stage for stage in run["stages"] if stage["kind"] == "eval"]
    assert sum(stage["occurrences"] for stage in evaluations) == expected["evaluations"]
    assert run["overhead_s"]["eval"] == pytest.approx(expected["seconds_by_kind"]["eval"], rel=0.1)


def test_the_earlier_stages_of_the_pipeline_have_their_own_progress_and_time(runs: dict[str, Row]) -> None:
    stages = {stage["name"]: stage for stage in runs["proteins/medium"]["stages"]}
    truth = json.loads((SAMPLES / "proteins" / "medium.truth.json").read_text())["stages"]
    seconds = {stage["stage"]: stage["end"] - stage["start"] for stage in truth}

    assert (stages["Fetching sequences"]["current"], stages["Fetching sequences"]["total"]) == (10_000, 10_000)
    assert stages["Fetching sequences"]["elapsed_s"] == pytest.approx(seconds["fetch"], rel=0.01)
    assert stages["Computing embeddings"]["elapsed_s"] == pytest.approx(seconds["embed"], rel=0.01)


def test_a_run_killed_while_embedding_stands_at_that_stage(runs: dict[str, Row]) -> None:
    (stage,) = [stage for stage in runs["proteins/large"]["stages"] if stage["name"] == "Computing embeddings"]

    assert (stage["current"], stage["total"]) == (640, 1000)


def test_a_resumed_run_measures_the_last_attempt(runs: dict[str, Row]) -> None:
    run = runs["encoders/with_isotropy"]

    assert run["attempts"] == 2
    assert run["step_time_s"]["count"] <= EXPECTED["encoders/with_isotropy"]["step_time_s"]["count"]


def test_gpu_memory_comes_from_the_nvidia_smi_log_beside_the_run(runs: dict[str, Row]) -> None:
    gpu = runs["chatbot/training"]["gpu"]

    assert gpu["basis"] == "log"
    assert 8 * GIB < gpu["peak_memory_bytes"] < 10 * GIB
    assert gpu["memory_total_bytes"] == 11264 << 20


def test_the_samples_hold_every_state_and_verdict_and_stay_small() -> None:
    states = {row["state"] for row in EXPECTED.values()}
    problems = {problem for row in EXPECTED.values() for problem in row["problems"]}
    size = sum(path.stat().st_size for path in SAMPLES.rglob("*") if path.is_file() and path.suffix != ".pyc")

    assert states == {"finished", "failed", "interrupted"}
    assert problems == {"oom", "nan"}
    assert {row["verdict"] for row in EXPECTED.values()} == {"faster", "within", "slower", None}
    assert size < 3_000_000


@pytest.mark.parametrize("key", EVERY_RUN)
def test_timing_and_truth_belong_to_the_log(key: str) -> None:
    log = SAMPLES / f"{key}.log"
    truth = json.loads((SAMPLES / f"{key}.truth.json").read_text())
    rows = [json.loads(line) for line in (SAMPLES / f"{key}.timing.jsonl").read_text().splitlines()]

    assert truth["log_bytes"] == rows[-1]["offset"] == log.stat().st_size
    assert [row["offset"] for row in rows] == sorted(row["offset"] for row in rows)
    assert [row["t"] for row in rows] == sorted(row["t"] for row in rows)
    assert rows[-1]["t"] == truth["wall_end"]
