"""Trouble that no line of the log reports: a lasting slowdown, GPU memory that runs out or is over the plan's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from trainmon.estimates import EstimateDocument, Fact
from trainmon.events import ProblemKind, StageKind
from trainmon.gpu.filling import Filling, filling
from trainmon.gpu_snapshot import GpuDevice
from trainmon.snapshot import ProblemInfo, RunSnapshot, RunStatus
from trainmon.timing.pace import Pace, Slowdown
from trainmon.units import bytes_text, duration_range, exact, step_time

_PEAK = re.compile(r"\bpeak\b|\bmax(?:imum)?\b|\bwhile training\b|\bduring training\b|\btraining\b", re.IGNORECASE)
_FREE = re.compile(r"\bfree\b|\bmargin\b|\bheadroom\b", re.IGNORECASE)
_SOON_S = 1800.0
_BINARY = 1024**3 / 1e9
"""Documents write GB and mean what nvidia-smi shows, which counts in powers of 1024."""


def findings(
    run: RunSnapshot, documents: Sequence[EstimateDocument], slowdown: Slowdown | None, pace: Pace | None = None
) -> tuple[ProblemInfo, ...]:
    """Give the problems; a log that reports one of the kind itself is believed."""
    reported = {problem.kind for problem in run.problems}
    found = [*_slowdown(run, slowdown), *_filling(run, pace), *_memory(run, documents)]
    return tuple(problem for problem in found if problem.kind not in reported)


def _slowdown(run: RunSnapshot, slowdown: Slowdown | None) -> Iterator[ProblemInfo]:
    if slowdown is None:
        return
    before, after = step_time(slowdown.before_s, run.unit), step_time(slowdown.after_s, run.unit)
    text = f"{slowdown.ratio:.2f}x slower since {run.unit} {exact(slowdown.step)}: {before} before, {after} after"
    yield ProblemInfo(kind=ProblemKind.SLOWDOWN, message=text, line=0, step=slowdown.step)


def _filling(run: RunSnapshot, pace: Pace | None) -> Iterator[ProblemInfo]:
    """Say which GPU is full before the next evaluation, or within half an hour where none is known to come."""
    if run.gpu is None or run.state is not RunStatus.RUNNING:
        return
    found = [(one, device) for device in run.gpu.devices if (one := _filling_of(device)) is not None]
    for one, device in sorted(found, key=lambda each: each[0].left_s)[:1]:
        if one.left_s < _horizon_s(run, pace, one.span_s):
            gpu = "GPU" if device.index is None else f"GPU {device.index}"
            per_minute, left_s = bytes_text(60 * one.bytes_per_s), max(round(one.left_s / 60), 1) * 60
            text = f"{gpu} fills up in about {duration_range(left_s, left_s)} (+{per_minute}/min"
            text += f", {bytes_text(one.free_bytes)} free)"
            yield ProblemInfo(kind=ProblemKind.MEMORY, message=text, line=0, step=run.step)


def _filling_of(device: GpuDevice) -> Filling | None:
    """What other processes hold is no room for this run."""
    if device.memory_total_bytes is None or device.memory_used_bytes is None:
        return None
    others = sum(process.used_bytes or 0.0 for process in device.others)
    return filling(device.history, device.memory_total_bytes - others)


def _horizon_s(run: RunSnapshot, pace: Pace | None, watched_s: float) -> float:
    """Until the next evaluation, which may free memory, or the end; evaluations that freed none meanwhile do not count.

    Half an hour where none is known to come.
    """
    until_s = _until_evaluation_s(run, pace, watched_s)
    until_s = _SOON_S if until_s is None else until_s
    return min(until_s, run.eta.remaining_s.likely) if run.eta is not None else until_s


def _until_evaluation_s(run: RunSnapshot, pace: Pace | None, watched_s: float) -> float | None:
    if pace is None or run.step_time_s is None:
        return None
    for one in pace.recurring:
        if one.kind == StageKind.EVAL and one.cadence_steps * run.step_time_s.median > watched_s:
            ahead = (one.last_step - pace.last_step) % one.cadence_steps or one.cadence_steps
            return ahead * run.step_time_s.median
    return None


def _memory(run: RunSnapshot, documents: Sequence[EstimateDocument]) -> Iterator[ProblemInfo]:
    if run.gpu is None or run.gpu.peak_memory_bytes is None:
        return
    for document in documents:
        facts = [fact for fact in document.facts if "memory" in fact.name and isinstance(fact.value, float)]
        found = [message for fact in facts if (message := _excess(run, fact)) is not None]
        if found:
            yield ProblemInfo(kind=ProblemKind.MEMORY, message=found[0], line=0, step=run.step)
            return


def _excess(run: RunSnapshot, fact: Fact) -> str | None:
    """Say by how much the peak is over the documented one, or the free memory under the documented margin."""
    assert run.gpu is not None
    assert isinstance(fact.value, float)
    peak, total = run.gpu.peak_memory_bytes, run.gpu.memory_total_bytes
    words = " ".join((fact.name.replace("_", " "), *fact.scenario[-2:]))
    if peak is None:
        return None
    if _FREE.search(words):
        free = total - peak if total is not None else None
        if free is not None and free < fact.value and run.state is not RunStatus.WAITING:
            return f"{bytes_text(free)} of GPU memory free, documented {_written(fact.value)} (line {fact.line})"
    elif _PEAK.search(words):
        planned = fact.high if fact.high is not None else fact.value
        if peak > planned * _BINARY:
            return f"GPU memory peak {bytes_text(peak)}, documented {_written(planned)} (line {fact.line})"
    return None


def _written(number: float) -> str:
    """Give a documented size as it was written: `10 GB`."""
    return f"{number / 1e9:g} GB"
