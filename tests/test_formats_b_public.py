"""Public logs of large-scale and minimal language-model trainers, against what careful readers noted of them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.live import read_whole
from tests.whole_runs import ARCHIVED_AT
from trainmon.snapshot import RunStatus


@pytest.mark.parametrize(
    ("prefix", "state", "step", "total", "step_time_s"),
    [
        pytest.param("hf-deepspeed-multinode__", RunStatus.FINISHED, 4, 4, 217.9, id="16 ranks in one file"),
        pytest.param("megatron__", RunStatus.INTERRUPTED, 200, 1000, 1.62, id="Megatron-LM"),
        pytest.param("megatron-deepspeed__", RunStatus.INTERRUPTED, 2, 1000, 145.2, id="Megatron-DeepSpeed"),
        pytest.param("nanogpt__", RunStatus.INTERRUPTED, 5001, None, 0.1937, id="nanoGPT"),
        pytest.param("llmc__", RunStatus.INTERRUPTED, 19560, None, None, id="llm.c"),
        pytest.param("modded-nanogpt__", RunStatus.FINISHED, 19073, 19073, 0.14494, id="code at the head"),
        pytest.param("verl__", RunStatus.INTERRUPTED, 261, 55990, None, id="a silent bar"),
        pytest.param("verl-ray__", RunStatus.FAILED, 21, 3746, 10.54, id="a Ray worker died"),
        pytest.param("fairseq-pipes__", RunStatus.FINISHED, 11798, None, 0.153, id="fairseq"),
        pytest.param("mlperf-ncf-tqdm__", RunStatus.FINISHED, 1900, None, None, id="20 unnamed bars"),
        pytest.param("llamafactory-jsonl__", RunStatus.FINISHED, 8660, 8660, 2.35, id="LLaMA-Factory"),
        pytest.param("hf-trainer-state__", RunStatus.FINISHED, 23800, 23800, 1.002, id="a state alone"),
    ],
)
def test_a_public_log_is_read_right(
    shared: Path,
    tmp_path: Path,
    prefix: str,
    state: RunStatus,
    step: float,
    total: float | None,
    step_time_s: float | None,
) -> None:
    (source,) = (shared / "logs" / "public").glob(f"{prefix}*")
    log = tmp_path / source.name
    shutil.copyfile(source, log)
    os.utime(log, (ARCHIVED_AT, ARCHIVED_AT))

    (run,) = read_whole(tmp_path).runs

    assert (run.state, run.step, run.total_steps) == (state, step, total)
    if step_time_s is not None:
        assert run.step_time_s is not None
        assert run.step_time_s.mean == pytest.approx(step_time_s, rel=0.05)


def test_warnings_about_steps_are_no_run(shared: Path) -> None:
    (log,) = (shared / "logs" / "public").glob("wandb-console__*")

    assert read_whole(log).runs == ()
