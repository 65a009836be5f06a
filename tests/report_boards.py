"""An ordinary board for the tests of the exports: runs of every state that a report treats differently."""

from __future__ import annotations

import math

from tests.report_documents import document
from trainmon.estimates import DocumentedRange, Scope, SourceLine, Verdict, VerdictKind
from trainmon.events import ProblemKind, StageKind
from trainmon.gpu_snapshot import GpuDevice, GpuPanel, GpuProcess, GpuSample, RunGpu
from trainmon.snapshot import (
    Board,
    ClockBasis,
    Eta,
    EtaCheck,
    FileInfo,
    Interval,
    MetricInfo,
    ProblemInfo,
    RunSnapshot,
    RunStatus,
    Skipped,
    StageInfo,
    StepTime,
)

GIB = 1024**3
STARTED_AT = 1_769_868_000.0  # 2026-01-31 14:00 UTC


def documented(
    low_s: float | None,
    high_s: float | None,
    *,
    scope: Scope = Scope.TOTAL,
    line: int = 213,
    words: str = "40-50 minutes",
) -> DocumentedRange:
    """A documented duration with its source."""
    subject = {"total": "Total", "epoch": "Training per epoch", "step": "Time per step"}.get(
        scope.value, "Initialization"
    )
    source = SourceLine(file="logs/estimates.md", line=line, text=f"- **{subject}**: {words}")
    return DocumentedRange(
        low_s=low_s,
        high_s=high_s,
        likely_s=None,
        scope=scope,
        subject=subject,
        source=source,
        scenario=("RTX 3090", "1 epoch"),
        reason="same GPU, same number of epochs",
    )


TOTAL_VERDICT = Verdict(
    kind=VerdictKind.SLOWER,
    ratio=1.1,
    text="slower: 55 min against 40-50 min",
    documented=documented(2400, 3000),
    measured_s=3300.0,
)
STEP_VERDICT = Verdict(
    kind=VerdictKind.WITHIN,
    ratio=1.0,
    text="within",
    documented=documented(0.8, 1.3, scope=Scope.STEP, line=115, words="0.8-1.3 s"),
    measured_s=1.24,
)
INIT_VERDICT = Verdict(
    kind=VerdictKind.FASTER,
    ratio=0.75,
    text="faster",
    measured_s=45.0,
    documented=documented(60, 90, scope=Scope.STAGE, line=128, words="1-1.5 minutes"),
)


def finished_run() -> RunSnapshot:
    """2,375 steps with evaluations, checkpoints and a stall, ten per cent over its documented 40-50 minutes."""
    steps = [25 * i for i in range(1, 96)]
    loss = tuple((float(s), 2.4 * math.exp(-s / 900) + 0.35 + 0.02 * math.sin(s)) for s in steps)
    eval_loss = tuple((float(s), 2.4 * math.exp(-s / 900) + 0.42) for s in range(500, 2376, 500))
    pace = tuple((float(s), 1.24 + 0.08 * math.sin(s / 60) + (3.0 if s == 25 else 0.0)) for s in steps)
    return RunSnapshot(
        name="mixtral-lora",
        files=(
            FileInfo(path="logs/mixtral-lora/train.log", format="hf-trainer", bytes=184_220),
            FileInfo(path="logs/mixtral-lora/trainer_state.json", format="trainer-state", bytes=90_113),
        ),
        attempts=2,
        state=RunStatus.FINISHED,
        state_reason="train_runtime on line 812",
        problems=(
            ProblemInfo(kind=ProblemKind.STALL, message="no step for 3m 20s", line=512, step=1480.0),
            ProblemInfo(kind=ProblemKind.NCCL, message="NCCL WARN Timeout waiting for connect", line=513, count=4),
        ),
        started_at=STARTED_AT,
        ended_at=STARTED_AT + 3300,
        last_activity_at=STARTED_AT + 3300,
        elapsed_s=3300.0,
        step=2375.0,
        total_steps=2375.0,
        total_reason="total of the bar",
        epoch=1.0,
        total_epochs=1.0,
        progress=1.0,
        step_time_s=StepTime(
            count=2350,
            mean=1.26,
            median=1.24,
            p10=1.16,
            p90=1.33,
            last=1.25,
            now=1.25,
            history=pace,
            basis=ClockBasis.ELAPSED,
            warmup_steps=25,
            warmup_s=75.0,
        ),
        stages=(
            StageInfo(
                name="Loading model",
                kind=StageKind.INIT,
                started_s=0.0,
                elapsed_s=45.0,
                verdict=INIT_VERDICT,
                documented=INIT_VERDICT.documented,
            ),
            StageInfo(
                name="training",
                kind=StageKind.TRAIN,
                current=2375.0,
                total=2375.0,
                started_s=45.0,
                elapsed_s=2950.0,
                step_time_s=1.24,
            ),
            StageInfo(
                name="evaluation",
                kind=StageKind.EVAL,
                current=63.0,
                total=63.0,
                unit="batch",
                elapsed_s=80.0,
                occurrences=4,
            ),
        ),
        training_s=2950.0,
        overhead_s={"init": 45.0, "eval": 80.0, "checkpoint": 25.0, "stall": 200.0},
        metrics={
            "loss": MetricInfo(count=95, first=2.71, last=0.5309, min=0.5107, max=2.71, last_step=2375.0, history=loss),
            "eval_loss": MetricInfo(
                count=4, first=1.8, last=0.68, min=0.68, max=1.8, last_step=2000.0, history=eval_loss
            ),
            "eval_accuracy": MetricInfo(count=4, first=0.41, last=0.702, min=0.41, max=0.715, last_step=2000.0),
            "learning_rate": MetricInfo(
                count=95,
                first=2e-4,
                last=1e-8,
                min=1e-8,
                max=2e-4,
                last_step=2375.0,
                history=tuple((float(s), 2e-4 * (1 - s / 2376)) for s in steps),
            ),
        },
        facts={"epochs": 1.0, "effective_batch_size": 128.0, "gpu": "NVIDIA GeForce RTX 3090"},
        eta_accuracy=(
            EtaCheck(share=0.10, at_s=330.0, remaining_s=None, true_s=2970.0),
            EtaCheck(share=0.25, at_s=825.0, remaining_s=Interval(low=2000, likely=2227.5, high=2400), true_s=2475.0),
            EtaCheck(share=0.50, at_s=1650.0, remaining_s=Interval(low=1500, likely=1700, high=1900), true_s=1650.0),
        ),
        gpu=RunGpu(
            devices=(
                GpuDevice(
                    name="NVIDIA GeForce RTX 3090",
                    index=0,
                    peak_memory_bytes=21.4 * GIB,
                    memory_total_bytes=24.0 * GIB,
                    others=(GpuProcess(pid=7, used_bytes=None),),
                ),
            ),
            peak_memory_bytes=21.4 * GIB,
            memory_total_bytes=24.0 * GIB,
            basis="log",
        ),
        documented=TOTAL_VERDICT.documented,
        comparisons=(TOTAL_VERDICT, STEP_VERDICT, INIT_VERDICT),
        verdict=TOTAL_VERDICT,
    )


def running_run() -> RunSnapshot:
    """Half-way, with an estimate of its end."""
    projected = Verdict(
        kind=VerdictKind.WITHIN,
        ratio=1.0,
        text="within",
        measured_s=2700.0,
        projected=True,
        documented=documented(2400, 3000),
    )
    return RunSnapshot(
        name="baseline",
        files=(FileInfo(path="logs/baseline.log", format="tqdm", bytes=20_000, notes=("3 lines are no UTF-8",)),),
        state=RunStatus.RUNNING,
        started_at=STARTED_AT,
        last_activity_at=STARTED_AT + 1238,
        elapsed_s=1240.0,
        step=1110.0,
        total_steps=2375.0,
        progress=1110 / 2375,
        stage="training",
        step_time_s=StepTime(
            count=1100, mean=1.08, median=1.07, p10=1.02, p90=1.15, last=1.06, now=1.06, basis=ClockBasis.ELAPSED
        ),
        training_s=1199.0,
        overhead_s={"init": 41.0},
        eta=Eta(
            remaining_s=Interval(low=1310.0, likely=1390.0, high=1520.0),
            basis="measured",
            finish_at=Interval(low=STARTED_AT + 2550, likely=STARTED_AT + 2630, high=STARTED_AT + 2760),
        ),
        metrics={"loss": MetricInfo(count=44, first=2.7, last=0.91, min=0.88, max=2.7, last_step=1100.0)},
        documented=projected.documented,
        comparisons=(projected,),
        verdict=projected,
    )


def failed_run() -> RunSnapshot:
    """Out of GPU memory, with a NaN before."""
    return RunSnapshot(
        name="full-finetune",
        files=(FileInfo(path="logs/full.log", format="hf-trainer", bytes=9_000),),
        state=RunStatus.FAILED,
        state_reason="torch.OutOfMemoryError on line 88",
        started_at=STARTED_AT,
        ended_at=STARTED_AT + 312,
        elapsed_s=312.0,
        step=120.0,
        total_steps=2375.0,
        progress=120 / 2375,
        problems=(
            ProblemInfo(kind=ProblemKind.NAN, message="loss is nan", line=71, step=100.0),
            ProblemInfo(
                kind=ProblemKind.OOM,
                line=88,
                step=120.0,
                message="torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.",
            ),
        ),
        metrics={"loss": MetricInfo(count=12, first=2.7, last=math.nan, min=2.1, max=math.inf, last_step=120.0)},
        verdict=Verdict(
            kind=VerdictKind.NOT_COMPARABLE,
            text="not comparable: batch size 4, the document assumes 1",
            documented=documented(2400, 3000),
        ),
    )


def bare_run() -> RunSnapshot:
    """Everything unknown."""
    return RunSnapshot(name="waiting", files=())


def full_board() -> Board:
    """Runs of every state that a report treats differently."""
    gpu = GpuPanel(
        samples=(
            GpuSample(
                index=0,
                name="NVIDIA GeForce RTX 3090",
                memory_used_bytes=21.0 * GIB,
                memory_total_bytes=24.0 * GIB,
                processes=(GpuProcess(pid=4, used_bytes=None),),
                unavailable={"power_w": "not supported"},
            ),
        ),
        taken_at=STARTED_AT + 1240,
    )
    return Board(
        taken_at=STARTED_AT + 3400,
        logs=("logs/",),
        runs=(running_run(), finished_run(), bare_run(), failed_run()),
        skipped=(
            Skipped(path="logs/model.safetensors", reason="binary"),
            Skipped(path="logs/a.png", reason="binary"),
            Skipped(path="logs/empty.log", reason="empty"),
        ),
        documents=(document(),),
        gpu=gpu,
        notes=("polling (nfs)",),
    )
