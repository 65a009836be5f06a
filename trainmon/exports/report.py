"""What a report says about runs, in words: every format lays the same rows out.

All text is sanitised here; escaping it for HTML, Markdown or CSV is left to the format.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

from trainmon import units
from trainmon.attention import STATES_WORST_FIRST, is_slower
from trainmon.estimates import (
    NOTHING_MEASURED,
    Contradiction,
    DocumentedRange,
    EstimateDocument,
    Scope,
    Verdict,
    VerdictKind,
)
from trainmon.events import StageKind
from trainmon.plan.doubts import doubts_text
from trainmon.plan.lateness import GAPS, REDONE, REST, STEPS, UNPRICED, why_late
from trainmon.sanitise import clean
from trainmon.snapshot import Board, MetricInfo, ProblemInfo, RunSnapshot, StageInfo

UNNAMED = "(unnamed)"
TRAINING = UNPRICED
_LEAST_S = 0.5
"""Less is nothing in whole seconds."""
NOT_YET = "not yet"
"""There is a plan, and the run has not come far enough to be held against it."""

_GROWS = re.compile(
    r"acc\w*|f1\w*|auc|auroc|bleu\w*|rouge\w*|map\d*|precision|recall|rew|rewards?|scores?|[mb]?iou|psnr|ssim|mrr|ndcg|r2"
)
_SHRINKS = re.compile(r"\w*loss|err|\w*error|perplexity|ppl|mae|r?mse|wer|cer|fid|nll|bp[bc]")
_SPREADS = re.compile(r"std|stdev|var|stderr")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """One documented duration against the measured one, in words; `-` where unknown."""

    what: str
    plan: str
    actual: str
    verdict: str
    kind: VerdictKind
    source: str
    """`estimates.md:213`."""
    quote: str
    """The document's line."""
    scenario: str


def totals(runs: Iterable[RunSnapshot]) -> str:
    """Give `4 runs: 1 failed, 2 running, 1 finished; 1 slower than documented`."""
    runs = list(runs)
    states = Counter(run.state for run in runs)
    parts = [f"{states[state]} {state.value}" for state in STATES_WORST_FIRST if states[state]]
    slower = sum(map(is_slower, runs))
    text = units.plural(len(runs), "run") + (f": {', '.join(parts)}" if parts else "")
    return f"{text}; {slower} slower than documented" if slower else text


def skipped_files(board: Board) -> str:
    """Give `3 files skipped: binary (2), empty (1)`, or '' where none was."""
    if not board.skipped:
        return ""
    reasons = Counter(clean(skip.reason) or "no reason given" for skip in board.skipped).most_common()
    told = ", ".join(f"{reason} ({n})" for reason, n in reasons)
    return f"{units.plural(len(board.skipped), 'file')} skipped: {told}"


def limits(board: Board) -> list[str]:
    """Give what the report could not see: skipped files, unreadable lines, notes."""
    skipped = skipped_files(board)
    notes = [f"{clean(file.path)}: {clean(note)}" for run in board.runs for file in run.files for note in file.notes]
    return [*([skipped] if skipped else []), *notes, *map(clean, board.notes)]


def found_in(document: EstimateDocument) -> str:
    """Give `44 estimates, 3 contradictions (1 grave)`."""
    return f"{units.plural(len(document.estimates), 'estimate')}, {doubts_text(document.contradictions)}"


def contradiction_text(contradiction: Contradiction) -> str:
    """Give `lines 116, 213 (grave): 40 min and 48 min`."""
    lines = ", ".join(map(str, contradiction.lines))
    where = f"lines {lines}" if len(contradiction.lines) > 1 else f"line {lines}"
    return f"{where} ({contradiction.weight}): {clean(contradiction.text)}"


def run_name(run: RunSnapshot) -> str:
    """Give the name as shown: never empty."""
    return clean(run.name).strip() or UNNAMED


def steps(run: RunSnapshot) -> str:
    """Give `1,110/2,375`, with the unit where it is not a step."""
    if run.step is None and run.total_steps is None:
        return units.UNKNOWN
    done = (
        units.exact(run.step) if run.total_steps is None else f"{units.exact(run.step)}/{units.exact(run.total_steps)}"
    )
    return done if run.unit == "step" else f"{done} {clean(run.unit)}"


def step_time(run: RunSnapshot) -> str:
    """Give the seconds per step."""
    return units.step_time(run.pace_s, clean(run.unit)) if run.pace_s is not None else units.UNKNOWN


def remaining(run: RunSnapshot) -> tuple[str, str]:
    """Give the likely time left and the 80 % interval: `23m 10s` (`~23m 10s by plan`), `22-25 min`."""
    if run.eta is None:
        return units.UNKNOWN, units.UNKNOWN
    left = run.eta.remaining_s
    likely = units.duration(left.likely)
    return f"~{likely} by plan" if run.eta.is_by_plan else likely, units.duration_range(left.low, left.high)


def plan_text(documented: DocumentedRange) -> str:
    """Give the documented duration as a range: `40-50 min`, `<5 min`, `0.8-1.3 s/step`."""
    low, high = documented.low_s, documented.high_s
    if low is None and high is None:
        low = high = documented.likely_s
    text = units.step_time_range(low, high) if documented.scope is Scope.STEP else units.duration_range(low, high)
    return f"{text} (derived)" if documented.basis == "derived" else text


def actual_text(verdict: Verdict) -> str:
    """Give the measured duration, and whether it is only projected."""
    per_step = verdict.documented is not None and verdict.documented.scope is Scope.STEP
    text = units.step_time(verdict.measured_s) if per_step else units.duration(verdict.measured_s)
    return f"{text} projected" if verdict.projected and text != units.UNKNOWN else text


def spent_s(run: RunSnapshot, stage: StageInfo) -> float | None:
    """Give what a stage took: its own clock, else what the gaps between steps tell of all pauses of its kind."""
    of_kind = [other for other in run.stages if other.kind is stage.kind]
    if stage.elapsed_s or stage.kind not in (StageKind.CHECKPOINT, StageKind.EVAL) or len(of_kind) > 1:
        return stage.elapsed_s
    return run.overhead_s.get(stage.kind.value) or stage.elapsed_s


def compared_text(stage: StageInfo) -> str:
    """Give what a stage's verdict compares: `56m 23s`, `36s each`, `~56m 23s` projected; '' without a verdict."""
    verdict = stage.verdict
    if verdict is None or verdict.measured_s is None:
        return ""
    unit = verdict.documented is not None and verdict.documented.scope is Scope.UNIT
    each = " each" if unit and stage.occurrences > 1 else ""
    return f"{'~' if verdict.projected else ''}{units.duration(verdict.measured_s)}{each}"


def stage_took(run: RunSnapshot, stage: StageInfo) -> str:
    """Give `1h 08m`, `1h 08m (compared: 56m 23s)` where the verdict is about another time than that of the clock."""
    took, compared = units.duration(spent_s(run, stage)), compared_text(stage)
    if not compared or compared == took:
        return took
    return compared if took == units.UNKNOWN else f"{took} (compared: {compared})"


def verdict_of(run: RunSnapshot) -> str:
    """Give the verdict on a run; `not yet` where there is a plan and no time to hold against it so far."""
    return NOT_YET if run.verdict is None and run.documented is not None else verdict_text(run.verdict)


def verdict_text(verdict: Verdict | None) -> str:
    """Give `1.10x slower`, `7.1x faster`, `within`, `pace within`, `not comparable`, `no time measured`, `no estimate`.

    `pace within`: the run ended early, and would have been within its plan.
    """
    if verdict is None:
        return VerdictKind.NO_ESTIMATE.value
    if verdict.text in (NOTHING_MEASURED, NOT_YET):
        return verdict.text
    if verdict.so_far and verdict.kind is VerdictKind.WITHIN:
        return f"pace {verdict.kind.value}"
    if verdict.kind not in {VerdictKind.SLOWER, VerdictKind.FASTER} or not verdict.ratio:
        return verdict.kind.value
    ratio = verdict.ratio if verdict.kind is VerdictKind.SLOWER else 1 / verdict.ratio
    return f"{units.times(ratio)} {verdict.kind.value}"


def verdicts(run: RunSnapshot) -> list[Verdict]:
    """Give every verdict about a run that names a documented duration, each once: the run's own first."""
    found = [run.verdict, *run.comparisons, *(stage.verdict for stage in run.stages)]
    if run.verdict is None and run.documented is not None:
        found[0] = Verdict(kind=VerdictKind.NOT_COMPARABLE, text=NOT_YET, documented=run.documented)
    return list(dict.fromkeys(verdict for verdict in found if verdict is not None and verdict.documented is not None))


def plan_rows(run: RunSnapshot) -> list[PlanRow]:
    """Give plan against actual, line by line of the document."""
    return [
        PlanRow(
            what=_what(documented),
            plan=plan_text(documented),
            actual=actual_text(verdict),
            verdict=verdict_text(verdict),
            kind=verdict.kind,
            source=source_place(documented),
            quote=clean(documented.source.text).strip() if documented.source else "",
            scenario=", ".join(map(clean, documented.scenario)),
        )
        for verdict in verdicts(run)
        if (documented := verdict.documented) is not None
    ]


def why_late_text(run: RunSnapshot) -> str:
    """Give `21m 00s over the plan: steps 15m 20s (0.61 s/step, planned 0.5 s/step), stalls 5m 40s`, or ''."""
    late = why_late(run)
    if late is None:
        return ""
    told = []
    for what, seconds in late.parts:
        sign = "-" if seconds < 0 else ""
        pace = ""
        if what == STEPS and late.step_s is not None:
            measured, planned = (units.step_time(each, clean(run.unit)) for each in late.step_s)
            pace = f" ({measured}, planned {planned})"
        elif what == UNPRICED and late.beside:
            pauses = ", ".join(f"{name} {units.duration(spent)}" for name, spent in late.beside)
            pace = f" (with {pauses}, for which the plan gives no separate time)"
        told.append(f"{what} {sign}{units.duration(abs(seconds))}{pace}")
    projected = " (projected)" if run.verdict is not None and run.verdict.projected else ""
    return f"{units.duration(late.late_s)} over the plan{projected}: {', '.join(told)}"


def _what(documented: DocumentedRange) -> str:
    if documented.scope in {Scope.TOTAL, Scope.EPOCH, Scope.STEP}:
        return documented.scope.value
    return clean(documented.subject).strip() or documented.scope.value


def source_place(documented: DocumentedRange) -> str:
    """Give `estimates.md:213`."""
    if documented.source is None:
        return units.UNKNOWN
    return f"{clean(PurePath(documented.source.file).name)}:{documented.source.line}"


def problem_text(run: RunSnapshot, problem: ProblemInfo) -> str:
    """Give `oom at step 120: CUDA out of memory (full.log:88)`; the file only where the run has one."""
    step = "" if problem.step is None else f" at {clean(run.unit)} {units.exact(problem.step)}"
    times = f", {problem.count} times" if problem.count > 1 else ""
    name = f"{clean(PurePath(run.files[0].path).name)}:" if len(run.files) == 1 else "line "
    place = f"{name}{problem.line}" if problem.line else ""
    found = f" ({place}{times})" if place else f" ({times.lstrip(', ')})" if times else ""
    return f"{problem.kind.value}{step}: {clean(problem.message).strip()}{found}"


def time_split(run: RunSnapshot) -> list[tuple[str, float]]:
    """Give what the elapsed time is made of, as far as it was measured, and what is left; empty where nothing was.

    The parts add up to the elapsed time.
    """
    lost = [(REDONE, run.redone_s), (GAPS, run.gap_s)]
    named = [(TRAINING, run.training_s), *lost, *((clean(name), spent) for name, spent in run.overhead_s.items())]
    parts = [(name, spent) for name, spent in named if spent is not None and 0 < spent < math.inf]
    if run.elapsed_s is None or not math.isfinite(run.elapsed_s) or not parts:
        return []
    rest_s = run.elapsed_s - sum(spent for _, spent in parts)
    return [*parts, (REST, rest_s)] if rest_s >= _LEAST_S else parts


def best(name: str, metric: MetricInfo) -> float | None:
    """Give the best value where a word of the name says which way is better (`eval_loss`, `val/acc`), else None."""
    words = re.findall("[a-z0-9]+", name.lower())
    if any(_SPREADS.fullmatch(word) for word in words):
        return None
    if any(_SHRINKS.fullmatch(word) for word in words):
        return metric.min
    return metric.max if any(_GROWS.fullmatch(word) for word in words) else None


def hardware(run: RunSnapshot) -> str:
    """Give the GPUs of a run as its log or the driver names them: `2x NVIDIA A100`; '' where neither does."""
    names = Counter(clean(device.name) for device in run.gpu.devices if device.name) if run.gpu else Counter()
    if names:
        return ", ".join(f"{times}x {name}" if times > 1 else name for name, times in names.items())
    return clean(str(run.facts.get("gpu") or "")).strip()


def peak_memory(run: RunSnapshot) -> str:
    """Give `21.4 GB of 24.0 GB`."""
    if run.gpu is None or run.gpu.peak_memory_bytes is None:
        return units.UNKNOWN
    peak = units.bytes_text(run.gpu.peak_memory_bytes)
    return f"{peak} of {units.bytes_text(run.gpu.memory_total_bytes)}" if run.gpu.memory_total_bytes else peak
