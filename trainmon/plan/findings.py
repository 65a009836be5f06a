"""Trouble that no line of the log reports: a lasting slowdown, and more memory than the document plans."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trainmon.estimates import Fact
from trainmon.events import ProblemKind
from trainmon.plan.matching import Matcher
from trainmon.snapshot import ProblemInfo, RunSnapshot, RunStatus
from trainmon.timing.pace import Slowdown
from trainmon.units import bytes_text, exact, step_time

_PEAK = re.compile(r"\bpeak\b|\bmax(?:imum)?\b|\bwhile training\b|\bduring training\b|\btraining\b", re.IGNORECASE)
_FREE = re.compile(r"\bfree\b|\bmargin\b|\bheadroom\b", re.IGNORECASE)
_BINARY = 1024**3 / 1e9
"""Documents write GB and mean what nvidia-smi shows, which counts in powers of 1024."""


def findings(run: RunSnapshot, matcher: Matcher | None, slowdown: Slowdown | None) -> tuple[ProblemInfo, ...]:
    """Give the problems; a log that reports one of the kind itself is believed."""
    reported = {problem.kind for problem in run.problems}
    found = [*_slowdown(run, slowdown), *_memory(run, matcher)]
    return tuple(problem for problem in found if problem.kind not in reported)


def _slowdown(run: RunSnapshot, slowdown: Slowdown | None) -> Iterator[ProblemInfo]:
    if slowdown is None:
        return
    before, after = step_time(slowdown.before_s, run.unit), step_time(slowdown.after_s, run.unit)
    text = f"{slowdown.ratio:.2f}x slower since {run.unit} {exact(slowdown.step)}: {before} before, {after} after"
    yield ProblemInfo(kind=ProblemKind.SLOWDOWN, message=text, line=0, step=slowdown.step)


def _memory(run: RunSnapshot, matcher: Matcher | None) -> Iterator[ProblemInfo]:
    if run.gpu is None or run.gpu.peak_memory_bytes is None:
        return
    for document in matcher.documents if matcher is not None else ():
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
