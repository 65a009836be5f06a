"""Boards for the tests of the screens: one of every kind of run, at a fixed moment."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from trainmon.estimates import (
    Contradiction,
    Derived,
    DocumentedRange,
    Estimate,
    EstimateDocument,
    Fact,
    Scope,
    SourceLine,
    Verdict,
    VerdictKind,
)
from trainmon.events import ProblemKind, StageKind
from trainmon.snapshot import (
    Board,
    ClockBasis,
    Eta,
    FileInfo,
    GpuDevice,
    GpuPanel,
    GpuSample,
    Interval,
    MetricInfo,
    ProblemInfo,
    RunGpu,
    RunSnapshot,
    RunStatus,
    StageInfo,
    StepTime,
)

NOW = 1_770_000_000.0
"""Monday 2 February 2026, 02:40 UTC."""
GB = 2.0**30
MINUTE = 60.0
HOSTILE_NAMES = (
    "[/red]",
    "[@click=app.quit]x",
    "\x1b]0;owned\x07run\x1b[31m",
    "日本語の実験/訓練",
    "\u200d\u200d漢a\u202eb",
    "name with\nnewline",
    "'[b]\\[",
    "",
)


def curve(
    count: int, *, first: float, last: float, to_step: float, noise: float = 0.05
) -> tuple[tuple[float, float], ...]:
    """Return a falling curve with a regular ripple."""
    points = []
    for at in range(count):
        share = at / max(1, count - 1)
        level = last + (first - last) * math.exp(-4 * share)
        ripple = noise * first * (0.5 * math.sin(at * 1.7) + 0.3 * math.sin(at * 0.61 + 1) + 0.2 * math.sin(at * 5.3))
        points.append((round(share * to_step), level + ripple))
    return tuple(points)


def metric(history: Sequence[tuple[float, float]], last: float | None = None) -> MetricInfo:
    values = [y for _, y in history]
    return MetricInfo(
        count=len(values),
        first=values[0],
        last=values[-1] if last is None else last,
        min=min(values),
        max=max(values),
        last_step=history[-1][0],
        history=tuple(history),
    )


def metrics(
    step: float, *, loss_last: float | None = None, start: float = 2.9, end: float = 1.1
) -> dict[str, MetricInfo]:
    rate = tuple(
        (x, 2e-5 * min(1.0, (x + 1) / (step * 0.1)) * (1 - x / (step * 1.6)))
        for x, _ in curve(120, first=1, last=0, to_step=step)
    )
    return {
        "loss": metric(curve(160, first=start, last=end, to_step=step), loss_last),
        "learning_rate": metric(rate),
        "grad_norm": metric(curve(160, first=4.0, last=0.9, to_step=step, noise=0.2)),
        "eval_loss": metric(curve(9, first=2.4, last=1.2, to_step=step, noise=0.0)),
    }


def step_time(median: float, step: float, *, warmup: int = 24, start: float = 0.0) -> StepTime:
    history = []
    for at in range(140):
        value = median * (1 + 0.06 * math.sin(at * 1.3) + 0.04 * math.sin(at * 0.37))
        history.append((start + (step - start) * at / 139, value * (3.2 if at < 3 else 1.0)))
    return StepTime(
        count=int(step - start),
        mean=median * 1.01,
        median=median,
        p10=median * 0.94,
        p90=median * 1.09,
        last=history[-1][1],
        basis=ClockBasis.ELAPSED,
        history=tuple(history),
        warmup_steps=warmup,
        warmup_s=warmup * median * 3,
    )


def eta(remaining_s: float, *, spread: float = 0.08, basis: str = "measured") -> Eta:
    low, high = remaining_s * (1 - spread), remaining_s * (1 + spread)
    return Eta(
        remaining_s=Interval(low=low, likely=remaining_s, high=high),
        finish_at=Interval(low=NOW + low, likely=NOW + remaining_s, high=NOW + high),
        basis=basis,
    )


def documented(
    low_s: float | None,
    high_s: float | None,
    *,
    scope: Scope = Scope.TOTAL,
    subject: str = "total training time",
    line: int = 34,
    text: str = "",
    likely_s: float | None = None,
) -> DocumentedRange:
    return DocumentedRange(
        low_s=low_s,
        high_s=high_s,
        likely_s=likely_s,
        scope=scope,
        subject=subject,
        scenario=("single GPU", "2 epochs"),
        source=SourceLine(file="docs/TIME_ESTIMATES.md", line=line, text=text or f"- **{subject}**: as planned"),
        reason="batch size and epochs agree",
    )


def verdict(
    kind: VerdictKind,
    ratio: float | None,
    stated: DocumentedRange | None,
    measured_s: float | None,
    *,
    projected: bool = True,
    text: str = "",
) -> Verdict:
    return Verdict(kind=kind, ratio=ratio, documented=stated, measured_s=measured_s, projected=projected, text=text)


def stages(
    train_s: float, *, evals: int = 3, active: bool = True, plan: DocumentedRange | None = None
) -> tuple[StageInfo, ...]:
    init_plan = documented(120, 300, scope=Scope.STAGE, subject="initialization", line=18)
    return (
        StageInfo(
            name="init",
            kind=StageKind.INIT,
            started_s=0,
            elapsed_s=210,
            documented=init_plan,
            verdict=verdict(VerdictKind.WITHIN, 1.0, init_plan, 210, projected=False),
        ),
        StageInfo(
            name="training",
            kind=StageKind.TRAIN,
            started_s=210,
            elapsed_s=train_s,
            active=active,
            current=1720,
            total=4000,
            documented=plan,
        ),
        StageInfo(name="evaluation", kind=StageKind.EVAL, started_s=900, elapsed_s=38.0 * evals, occurrences=evals),
        StageInfo(
            name="checkpoint", kind=StageKind.CHECKPOINT, started_s=940, elapsed_s=6.0 * evals, occurrences=evals
        ),
        StageInfo(name="final save", kind=StageKind.SAVE),
    )


def file(path: str, form: str = "hf_trainer") -> FileInfo:
    return FileInfo(path=path, format=form, bytes=1_234_567)


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


def out_of_memory() -> RunSnapshot:
    return replace(
        within(),
        name="lora/llama-13b-bs8",
        state=RunStatus.FAILED,
        state_reason="CUDA out of memory on line 412",
        eta=None,
        step=212,
        progress=0.053,
        elapsed_s=340,
        ended_at=NOW - 4000,
        last_activity_at=NOW - 4000,
        verdict=None,
        comparisons=(),
        step_time_s=step_time(1.31, 212),
        metrics=metrics(212),
        problems=(
            ProblemInfo(kind=ProblemKind.MEMORY, message="only 0.4 GB of 24 GB are free", line=380, step=190),
            ProblemInfo(
                kind=ProblemKind.OOM,
                line=412,
                step=212,
                message="torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.50 GiB (GPU 0; 23.69 GiB total capacity; "
                "21.04 GiB already allocated; 1.12 GiB free; 21.97 GiB reserved in total by PyTorch)",
            ),
            ProblemInfo(kind=ProblemKind.TRACEBACK, message="Traceback (most recent call last)", line=398),
        ),
        gpu=RunGpu(devices=(GpuDevice(index=0),), peak_memory_bytes=23.3 * GB, memory_total_bytes=24 * GB, basis="log"),
    )


def not_a_number() -> RunSnapshot:
    return replace(
        within(),
        name="mmarco/lr-1e-3",
        step=2_212,
        progress=0.553,
        metrics=metrics(2212, loss_last=math.nan, end=2.1),
        eta=eta(900),
        problems=(
            ProblemInfo(kind=ProblemKind.NAN, message="loss is nan since step 1,204", line=2_411, step=1204, count=101),
        ),
    )


def stalled() -> RunSnapshot:
    return replace(
        within(),
        name="pipeline/colbert",
        state=RunStatus.STALLED,
        state_reason="silent 12 min, usually 9 s",
        last_activity_at=NOW - 720,
        step=880,
        total_steps=6_000,
        progress=0.147,
        eta=eta(8_800, spread=0.4),
        overhead_s={"init": 210, "stall": 720},
        documented=None,
        verdict=None,
        comparisons=(),
        metrics=metrics(880),
    )


def waiting() -> RunSnapshot:
    plan = documented(18 * MINUTE, 35 * MINUTE, line=30)
    return RunSnapshot(
        name="mmarco/queue-3",
        files=(file("logs/mmarco/queue-3.log", "unknown"),),
        state=RunStatus.WAITING,
        state_reason="no step yet",
        documented=plan,
        eta=eta(1600, spread=0.3, basis="documented"),
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


def finished() -> RunSnapshot:
    plan = documented(30 * MINUTE, 60 * MINUTE, line=28)
    done = verdict(VerdictKind.WITHIN, 1.0, plan, 3_120, projected=False)
    return replace(
        within(),
        name="mmarco/baseline-seed2",
        state=RunStatus.FINISHED,
        state_reason="train_runtime on line 790",
        eta=None,
        step=4000,
        progress=1.0,
        elapsed_s=3_120,
        ended_at=NOW - 9_000,
        last_activity_at=NOW - 9_000,
        verdict=done,
        comparisons=(done,),
        metrics=metrics(4000),
        stages=stages(2_700, evals=4, active=False),
        epoch=2,
    )


def interrupted() -> RunSnapshot:
    return replace(
        finished(),
        name="old/resnet50",
        state=RunStatus.INTERRUPTED,
        state_reason="the log just stops at step 2,911",
        step=2911,
        progress=0.727,
        elapsed_s=2_300,
        verdict=None,
        documented=None,
        comparisons=(),
        problems=(),
    )


def every_kind() -> tuple[RunSnapshot, ...]:
    """One run of every kind."""
    return (
        within(),
        slower(),
        faster(),
        resumed(),
        out_of_memory(),
        not_a_number(),
        stalled(),
        waiting(),
        pipeline(),
        finished(),
        interrupted(),
    )


def gpus(count: int = 1) -> GpuPanel:
    return GpuPanel(
        samples=tuple(
            GpuSample(
                index=at,
                name="NVIDIA GeForce RTX 4090",
                memory_used_bytes=(18.2 - 3 * at) * GB,
                memory_total_bytes=24 * GB,
                utilization_percent=97 - 20 * at,
                temperature_c=71,
                power_w=341,
                power_limit_w=450,
                throttle_reasons=("power cap",) if at == 0 else (),
            )
            for at in range(count)
        ),
        taken_at=NOW,
    )


def document() -> EstimateDocument:
    return EstimateDocument(
        path="docs/TIME_ESTIMATES.md",
        title="How long training takes",
        estimates=(
            Estimate(
                line=18,
                text="2-5 minutes",
                scope=Scope.STAGE,
                subject="Initialization",
                stage="init",
                low_s=120,
                high_s=300,
                source_text="- **Initialization**: 2-5 minutes",
            ),
            Estimate(
                line=23,
                text="15-30 minutes",
                scope=Scope.EPOCH,
                subject="Training per epoch",
                scenario=("baseline",),
                low_s=900,
                high_s=1800,
                source_text="- **Training per epoch**: 15-30 minutes",
            ),
            Estimate(
                line=28,
                text="30-60 minutes",
                scope=Scope.TOTAL,
                subject="Total baseline training",
                low_s=1800,
                high_s=3600,
                source_text="- **Total baseline training**: **30-60 minutes**",
            ),
            Estimate(
                line=71,
                text=">60 minutes",
                scope=Scope.THRESHOLD,
                subject="Check for bottlenecks",
                low_s=3600,
                source_text="If it takes >60 minutes, check I/O",
            ),
        ),
        facts=(
            Fact(line=4, name="examples", value=16_000),
            Fact(line=7, name="epochs", value=2),
            Fact(line=8, name="batch_size", value=8),
            Fact(line=12, name="memory_bytes", value=8 * GB, high=10 * GB, scenario=("8-bit",)),
            Fact(line=13, name="gpu", value="RTX 4090"),
        ),
        derived=(Derived(name="steps_per_epoch", value=2000, from_lines=(4, 8), formula="16,000 / 8"),),
        contradictions=(
            Contradiction(
                lines=(28, 66),
                kind="sum",
                text="The parts add up to 36-70 minutes, but the total says 30-60 minutes.",
                ratio=1.17,
                severity="medium",
            ),
        ),
    )


def board(
    runs: Sequence[RunSnapshot] | None = None, *, gpu: GpuPanel | None = None, catching_up: bool = False
) -> Board:
    """Return a board of every kind of run, or of `runs`."""
    return Board(
        taken_at=NOW,
        logs=("logs/",),
        runs=tuple(runs) if runs is not None else every_kind(),
        documents=(document(),),
        gpu=gpu or gpus(2),
        catching_up=catching_up,
    )


def many(count: int = 500) -> Board:
    """Return a board of many runs in ten folders."""
    kinds = every_kind()
    return board([replace(kinds[at % len(kinds)], name=f"sweep-{at % 10}/trial-{at:03d}") for at in range(count)])


class BoardSource:
    """A source that gives one board until it is given another."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.closed = False
        self.lines: tuple[str, ...] = tuple(
            f"{{'loss': {3 - at / 40:.4f}, 'epoch': {at / 40:.2f}}}" for at in range(60)
        )

    def refresh(self) -> Board:
        return self.board

    def tail(self, run_name: str, lines: int) -> Sequence[str]:
        return self.lines[-lines:]

    def close(self) -> None:
        self.closed = True
