"""Runs and documents for the tests of matching: the sample documents, and snapshots of runs that they are about."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from trainmon.estimates import EstimateDocument
from trainmon.events import StageKind
from trainmon.gpu_snapshot import GpuDevice, RunGpu
from trainmon.parsers.documents import read_document, read_text
from trainmon.plan.evidence import evidence_of
from trainmon.plan.matching import Matcher, matcher_for
from trainmon.snapshot import ClockBasis, FileInfo, RunSnapshot, RunStatus, StageInfo, StepTime

SAMPLES = Path(__file__).resolve().parents[1] / "sample_logs"


def sample_document(name: str) -> EstimateDocument:
    """Read the estimate document of a sample folder."""
    return read_document(SAMPLES / name / "estimates.md")


def document(text: str, path: str = "logs/estimates.md") -> EstimateDocument:
    """Read a document from its text."""
    return read_text(text, path)


def a_run(
    name: str = "run",
    *,
    path: str | None = None,
    state: RunStatus = RunStatus.FINISHED,
    elapsed_s: float | None = None,
    steps: float | None = None,
    total_steps: float | None = None,
    epochs: float | None = None,
    step_s: float | None = None,
    facts: Mapping[str, float | str] | None = None,
    gpus: tuple[str, ...] = (),
    bars: Mapping[str, float] | None = None,
    init_s: float = 0.0,
    attempts: int = 1,
) -> RunSnapshot:
    """Make the snapshot of a run; `bars` are finished data stages before the training, by name."""
    total_steps = total_steps if total_steps is not None else steps
    stages = [
        StageInfo(name=bar, kind=StageKind.DATA, current=total, total=total, started_s=0.0, elapsed_s=60.0)
        for bar, total in (bars or {}).items()
    ]
    if steps is not None:
        stages.append(
            StageInfo(
                name="training",
                kind=StageKind.TRAIN,
                current=steps,
                total=total_steps,
                started_s=init_s,
                elapsed_s=None if elapsed_s is None else elapsed_s - init_s,
                active=state is RunStatus.RUNNING,
            )
        )
    measured = None
    if step_s is not None:
        measured = StepTime(
            count=int(steps or 0), mean=step_s, median=step_s, p10=step_s, p90=step_s, last=step_s, now=step_s,
            basis=ClockBasis.ELAPSED,
        )  # fmt: skip
    gpu = None
    if gpus:
        gpu = RunGpu(
            devices=tuple(GpuDevice(name=gpu) for gpu in gpus),
            peak_memory_bytes=None,
            memory_total_bytes=None,
            basis="nvml",
        )
    return RunSnapshot(
        name=name,
        files=(FileInfo(path=path or f"logs/{name}.log", format="tqdm", bytes=1),),
        state=state,
        attempts=attempts,
        elapsed_s=elapsed_s,
        step=steps,
        total_steps=total_steps,
        total_epochs=epochs,
        progress=None if steps is None or not total_steps else steps / total_steps,
        step_time_s=measured,
        stages=tuple(stages),
        facts=facts or {},
        gpu=gpu,
    )


def matched(
    run: RunSnapshot,
    *documents: EstimateDocument,
    opening: str = "",
    scenario: str | None = None,
    hardware: str | None = None,
) -> Matcher:
    """Match a run with documents that the user named."""
    matcher = matcher_for(
        evidence_of(run, opening, hardware),
        documents,
        run.files[0].path,
        named=[Path(one.path) for one in documents],
        scenario=scenario,
    )
    assert matcher is not None
    return matcher
