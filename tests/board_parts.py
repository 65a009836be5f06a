"""Parts of the boards that the tests of the screens show: curves, step times, stages, verdicts."""

from __future__ import annotations

import math
from collections.abc import Sequence

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
from trainmon.events import StageKind
from trainmon.gpu_snapshot import GpuPanel, GpuSample
from trainmon.snapshot import ClockBasis, Eta, FileInfo, Interval, MetricInfo, StageInfo, StepTime

NOW = 1_770_000_000.0
"""Monday 2 February 2026, 02:40 UTC."""
GB = 2.0**30
MINUTE = 60.0


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
        mean=median,
        median=median,
        p10=median * 0.94,
        p90=median * 1.09,
        last=history[-1][1],
        now=median,
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
