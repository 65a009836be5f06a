"""Runs under way, for the tests of the screens."""

from __future__ import annotations

from dataclasses import replace

from tests.board_parts import GB, MINUTE, NOW, documented, eta, file, metrics, stages, step_time, verdict
from trainmon.estimates import Scope, VerdictKind
from trainmon.events import ProblemKind, StageKind
from trainmon.gpu_snapshot import GpuDevice, RunGpu
from trainmon.snapshot import ProblemInfo, RunSnapshot, RunStatus, StageInfo


def within() -> RunSnapshot:
    """A run inside its documented range, at 43 %."""
    plan = documented(30 * MINUTE, 60 * MINUTE, line=28, text="- **Total baseline training**: 30-60 minutes")
    epoch = documented(
        15 * MINUTE,
        30 * MINUTE,
        scope=Scope.EPOCH,
        subject="training per epoch",
        line=23,
        text="- **Training per epoch**: 15-30 minutes",
    )
    step = documented(
        0.5, 0.6, scope=Scope.STEP, subject="step time", line=41, text="2,000 steps per epoch at 0.5-0.6 s"
    )
    total = 2650.0
    inside = verdict(VerdictKind.WITHIN, 1.0, plan, total, text="projected 44 min lies within 30-60 min")
    return RunSnapshot(
        name="mmarco/baseline",
        files=(file("logs/mmarco/baseline.log"),),
        state=RunStatus.RUNNING,
        started_at=NOW - 1140,
        last_activity_at=NOW - 1,
        elapsed_s=1140,
        step=1720,
        total_steps=4000,
        total_reason="2 epochs x 2,000 batches",
        epoch=0.86,
        total_epochs=2,
        progress=0.43,
        stage="training",
        step_time_s=step_time(0.53, 1720),
        stages=stages(920, plan=plan),
        overhead_s={"init": 210, "eval": 114, "checkpoint": 18},
        metrics=metrics(1720),
        eta=eta(total - 1140),
        gpu=RunGpu(
            devices=(
                GpuDevice(
                    index=0, memory_used_bytes=18.2 * GB, peak_memory_bytes=19.6 * GB, memory_total_bytes=24 * GB
                ),
            ),
            peak_memory_bytes=19.6 * GB,
            memory_total_bytes=24 * GB,
            basis="nvml",
        ),
        documented=plan,
        comparisons=(
            inside,
            verdict(VerdictKind.WITHIN, 1.0, epoch, 1290, text="projected"),
            verdict(VerdictKind.WITHIN, 1.0, step, 0.53, projected=False),
            verdict(
                VerdictKind.NOT_COMPARABLE,
                None,
                documented(35 * MINUTE, 70 * MINUTE, subject="total with an A100", line=52),
                None,
                text="the document assumes an A100, the run uses an RTX 4090",
            ),
        ),
        verdict=inside,
    )


def slower() -> RunSnapshot:
    plan = documented(6 * 3600, 11 * 3600, line=77, text="Full fine-tuning: 6-11 hours")
    total = 15.6 * 3600
    late = verdict(VerdictKind.SLOWER, 1.42, plan, total, text="projected 15.6 h, documented at most 11 h")
    return replace(
        within(),
        name="lora/llama-7b-r64",
        step=3_100,
        total_steps=9_375,
        progress=0.331,
        elapsed_s=5.2 * 3600,
        started_at=NOW - 5.2 * 3600,
        epoch=0.99,
        total_epochs=3,
        step_time_s=step_time(5.97, 3100),
        metrics=metrics(3100, start=1.9, end=0.8),
        eta=eta(total - 5.2 * 3600, spread=0.12),
        documented=plan,
        verdict=late,
        comparisons=(late,),
        stages=stages(5.1 * 3600, evals=6, plan=plan),
        files=(file("logs/lora/llama-7b-r64.log"),),
        problems=(
            ProblemInfo(
                kind=ProblemKind.SLOWDOWN, message="steps take 1.6x as long since step 2,840", line=8_211, step=2840
            ),
        ),
    )


def faster() -> RunSnapshot:
    plan = documented(None, None, likely_s=35 * 3600, line=15, text="~35 hours on an RTX 2080 Ti")
    early = verdict(VerdictKind.FASTER, 0.61, plan, 21.4 * 3600, text="projected 21 h 24 min, documented 35 h")
    return replace(
        within(),
        name="gpt2/openwebtext",
        step=412_000,
        total_steps=600_000,
        progress=0.687,
        elapsed_s=14.7 * 3600,
        started_at=NOW - 14.7 * 3600,
        epoch=None,
        total_epochs=None,
        step_time_s=step_time(0.128, 412_000),
        metrics=metrics(412_000, start=9.8, end=3.1),
        eta=eta(6.7 * 3600, spread=0.04),
        documented=plan,
        verdict=early,
        comparisons=(early,),
        stages=stages(14.6 * 3600, evals=41, plan=plan),
        unit="iter",
        files=(file("logs/gpt2/openwebtext.log", "nanogpt"),),
        gpu=None,
    )


def resumed() -> RunSnapshot:
    plan = documented(2375.0, 2375.0, line=9, text="2,375 steps x 1.0 s = 40 min", likely_s=None)
    return replace(
        within(),
        name="mmarco/hans-resumed",
        attempts=2,
        start_step=1_500,
        step=1_610,
        total_steps=2_375,
        progress=0.678,
        elapsed_s=118,
        started_at=NOW - 118,
        step_time_s=step_time(1.02, 1610, start=1500),
        metrics=metrics(1610),
        eta=eta(780, spread=0.1),
        documented=plan,
        verdict=verdict(VerdictKind.WITHIN, 1.02, plan, 2422),
        comparisons=(),
        stages=stages(100, evals=1),
        files=(file("logs/mmarco/hans.log"), file("logs/mmarco/hans.2.log")),
    )


def pipeline() -> RunSnapshot:
    plan = documented(65 * MINUTE, 130 * MINUTE, line=44)
    fetch = documented(10 * MINUTE, 15 * MINUTE, scope=Scope.STAGE, subject="fetching", line=60)
    embed = documented(20 * MINUTE, 30 * MINUTE, scope=Scope.STAGE, subject="embedding", line=61)
    train = documented(30 * MINUTE, 60 * MINUTE, scope=Scope.STAGE, subject="training", line=62)
    parts = (
        StageInfo(
            name="fetching",
            kind=StageKind.DATA,
            current=16_000,
            total=16_000,
            unit="doc",
            started_s=0,
            elapsed_s=760,
            documented=fetch,
            verdict=verdict(VerdictKind.WITHIN, 1.0, fetch, 760, projected=False),
        ),
        StageInfo(
            name="embedding",
            kind=StageKind.DATA,
            current=8_200,
            total=16_000,
            unit="doc",
            started_s=760,
            elapsed_s=1250,
            active=True,
            documented=embed,
            verdict=verdict(VerdictKind.SLOWER, 1.35, embed, 2430),
        ),
        StageInfo(name="training", kind=StageKind.TRAIN, documented=train),
    )
    return RunSnapshot(
        name="pipeline/rag-index",
        files=(file("logs/pipeline/rag-index.log", "tqdm"),),
        state=RunStatus.RUNNING,
        elapsed_s=2010,
        started_at=NOW - 2010,
        last_activity_at=NOW - 2,
        step=0,
        total_steps=2_000,
        progress=0.31,
        stage="embedding",
        stages=parts,
        eta=eta(4_400, spread=0.25, basis="measured + documented stages"),
        documented=plan,
        verdict=verdict(VerdictKind.WITHIN, 1.0, plan, 6410),
        comparisons=(verdict(VerdictKind.SLOWER, 1.35, embed, 2430),),
    )
