"""What is said of a run in few words: state, verdict, trouble, time left. Pure; every sign comes with a word."""

from __future__ import annotations

import math

from trainmon import units
from trainmon.attention import Rank, main_problem, rank
from trainmon.estimates import NOTHING_MEASURED, DocumentedRange, Scope, Verdict, VerdictKind
from trainmon.events import ProblemKind
from trainmon.exports.report import NOT_YET, verdict_text
from trainmon.runs.status import DELETED
from trainmon.snapshot import RunSnapshot, RunStatus
from trainmon.timing.spans import STALL
from trainmon.tui.bars import Course, ends
from trainmon.tui.text import Span, plain

STATE_SIGNS = {
    RunStatus.WAITING: "○",
    RunStatus.RUNNING: "●",
    RunStatus.STALLED: "‖",
    RunStatus.FINISHED: "✓",
    RunStatus.FAILED: "✗",
    RunStatus.INTERRUPTED: "■",
}
ENDED = {RunStatus.FINISHED, RunStatus.FAILED, RunStatus.INTERRUPTED}
UNWELL = {RunStatus.STALLED, RunStatus.FAILED, RunStatus.INTERRUPTED}
"""States that are trouble by themselves, whatever the log says."""
_ROLES = {
    Rank.FAILED: "bad",
    Rank.STALLED: "warn",
    Rank.NAN: "bad",
    Rank.SLOWER: "accent",
    Rank.RUNNING: "accent",
    Rank.WAITING: "muted",
    Rank.INTERRUPTED: "muted",
    Rank.FINISHED: "good",
}
_STALL_S = 60.0
VERDICT_SIGNS = {
    VerdictKind.FASTER: ("▼", "good"),
    VerdictKind.WITHIN: ("=", "good"),
    VerdictKind.SLOWER: ("▲", "warn"),
    VerdictKind.NOT_COMPARABLE: ("≠", "muted"),
    VerdictKind.NO_ESTIMATE: ("·", "muted"),
}
PROBLEM_WORDS = {
    ProblemKind.OOM: "GPU OOM",
    ProblemKind.HOST_OOM: "host OOM",
    ProblemKind.NAN: "NaN",
    ProblemKind.TRACEBACK: "traceback",
    ProblemKind.KILLED: "killed",
    ProblemKind.DISK_FULL: "disk full",
    ProblemKind.NCCL: "NCCL",
    ProblemKind.CUDA: "CUDA error",
    ProblemKind.DIVERGED: "diverged",
    ProblemKind.TIME_LIMIT: "time limit",
    ProblemKind.CANCELLED: "cancelled",
    ProblemKind.KEYBOARD_INTERRUPT: "Ctrl-C",
    ProblemKind.SLOWDOWN: "slowdown",
    ProblemKind.STALL: "stall",
    ProblemKind.MEMORY: "low GPU memory",
    ProblemKind.OTHER: "error",
}


def name(run: RunSnapshot) -> str:
    """Return the run's name, safe to show."""
    return plain(run.name) or "(no name)"


def state_role(run: RunSnapshot) -> str:
    """Return the colour role of a run's state."""
    return _ROLES[rank(run)]


def state(run: RunSnapshot) -> Span:
    """Return sign and word of the state."""
    if run.preview and run.state is RunStatus.WAITING:
        return "… reading", "muted"
    return f"{STATE_SIGNS[run.state]} {run.state}", state_role(run)


def verdict(value: Verdict | None) -> Span:
    """Return the report's words with a sign: `▲ 1.42x slower`, `= pace within`, `· no time measured`."""
    kind = VerdictKind.NO_ESTIMATE if value is None else value.kind
    sign, role = VERDICT_SIGNS[kind]
    if value is not None and value.text in {NOTHING_MEASURED, NOT_YET}:
        sign, role = VERDICT_SIGNS[VerdictKind.NO_ESTIMATE]
    elif value is not None and value.so_far and kind is VerdictKind.WITHIN:
        role = "muted"
    return f"{sign} {verdict_text(value)}", role


def verdict_of(run: RunSnapshot) -> Span:
    """Return the run's verdict; `· not yet` where there is an estimate to come up to."""
    if run.verdict is None and run.documented is not None:
        return f"· {NOT_YET}", "muted"
    return verdict(run.verdict)


def trouble(run: RunSnapshot) -> Span | None:
    """Return what is wrong with a run in two or three words; None where nothing is."""
    problem = main_problem(run)
    role = state_role(run)
    match rank(run):
        case Rank.FAILED:
            return ("failed" if problem is None else PROBLEM_WORDS[problem.kind]), role
        case Rank.STALLED:
            return plain(run.state_reason) or "stalled", role
        case Rank.NAN:
            at = "" if problem is None or problem.step is None else f" since {units.exact(problem.step)}"
            return ("NaN" if problem is None else PROBLEM_WORDS[problem.kind]) + at, role
        case _:
            return None


def is_said_lost(run: RunSnapshot) -> bool:
    """Say whether what `trouble` says of a run is that its numbers are none, or ran away."""
    problem = main_problem(run)
    lost = problem is not None and problem.kind in {ProblemKind.NAN, ProblemKind.DIVERGED}
    return rank(run) is Rank.NAN or (rank(run) is Rank.FAILED and lost)


def log_gone(run: RunSnapshot) -> bool:
    """Say whether the log of a run that is over was deleted."""
    return any(DELETED in file.notes for file in run.files[:1])


def note(run: RunSnapshot) -> Span:
    """Return the one thing to know about a run besides its numbers."""
    problem = main_problem(run)
    if rank(run) in {Rank.FAILED, Rank.NAN} and problem is not None:
        return plain(problem.message), state_role(run)
    if rank(run) in {Rank.STALLED, Rank.INTERRUPTED}:
        return plain(run.state_reason), state_role(run)
    if problem is not None:
        return f"{PROBLEM_WORDS[problem.kind]}: {plain(problem.message)}", "warn"
    if run.preview:
        return "reading history", "muted"
    if log_gone(run):
        return DELETED, "warn"
    return plain(run.state_reason) if run.state is RunStatus.WAITING else "", "muted"


def standstill(run: RunSnapshot) -> Span:
    """Return the word for the times in which nothing went on: `stall` from a minute on, `pause` where all are short."""
    longest_s = max((pause.duration_s for pause in run.pauses if pause.kind == STALL), default=_STALL_S)
    return (STALL, "warn") if longest_s >= _STALL_S else ("pause", "muted")


def time_left(run: RunSnapshot) -> str:
    """Return the likely time left; what the run took where it is over; UNKNOWN where there is no honest answer.

    `~` stands before what rests on the document alone.
    """
    if run.eta is not None:
        return ("~" if run.eta.is_by_plan else "") + units.duration(run.eta.remaining_s.likely)
    return units.UNKNOWN


def time_left_interval(run: RunSnapshot) -> str:
    """Return the interval of the time left."""
    if run.eta is None:
        return units.UNKNOWN
    return units.duration_range(run.eta.remaining_s.low, run.eta.remaining_s.high)


def time_left_told(run: RunSnapshot) -> str:
    """Return `8m 17s left (6m 50s to 11m 40s)`, both in the same manner; the run has an ETA."""
    assert run.eta is not None
    low, high = (units.bound(end) for end in (run.eta.remaining_s.low, run.eta.remaining_s.high))
    within = f" ({low} to {high})" if low != high else ""
    return f"{time_left(run)} left{' by plan' if run.eta.is_by_plan else ''}{within}"


def documented(value: DocumentedRange | None) -> str:
    """Return a documented range, `33 h/epoch`, `~` before it where it follows from the document's numbers only."""
    if value is None:
        return units.UNKNOWN
    sign = "~" if value.basis == "derived" else ""
    low = value.low_s if value.low_s is not None or value.high_s is not None else value.likely_s
    high = value.high_s if value.low_s is not None or value.high_s is not None else value.likely_s
    step = value.scope is Scope.STEP
    text = units.step_time_range(low, high) if step else units.duration_range(low, high)
    bound = text[:1] if text.startswith(("<", ">")) else ""
    return bound + sign + text.removeprefix(bound) + ("/epoch" if value.scope is Scope.EPOCH else "")


def course(run: RunSnapshot) -> Course:
    """Return how far a run is and where it ends against the document, measured or projected."""
    whole = run.documented is not None and run.documented.scope in (Scope.TOTAL, Scope.STAGE)
    held = run.verdict is not None and run.verdict.measured_s is not None
    band = ends(run.documented)
    if run.state is RunStatus.FINISHED or run.eta is not None:
        return Course(share=run.progress, total_s=total_s(run), band_s=band if whole or held else None)
    would_be = run.elapsed_s / run.progress if run.elapsed_s is not None and run.progress else None
    return Course(share=run.progress, total_s=would_be, band_s=band if whole else None, marked=False)


def total_s(run: RunSnapshot) -> float | None:
    """Return what the whole run takes, measured or projected: what the verdict compared, else elapsed and time left."""
    if run.verdict is not None and run.verdict.measured_s is not None:
        return run.verdict.measured_s
    if run.eta is not None and (run.elapsed_s is not None or not run.step):
        return (run.elapsed_s or 0.0) + run.eta.remaining_s.likely
    return run.elapsed_s


def loss_name(run: RunSnapshot) -> str | None:
    """Return the metric that stands for the loss: `loss`, else one with `loss` in its name.

    Training goes before evaluation, and a name that ends in `loss` (`lm loss`) before others (`loss scale`).
    """
    names = [name for name in run.metrics if "loss" in name.casefold()]
    if "loss" in names:
        return "loss"
    held_out = ("eval", "val", "test", "valid")
    return min(
        names,
        key=lambda name: (any(word in name.casefold() for word in held_out), not name.casefold().endswith("loss")),
        default=None,
    )


def metric_names(run: RunSnapshot) -> list[str]:
    """Return the metrics, the loss first, then as they came in the log."""
    first = loss_name(run)
    return [*([first] if first is not None else []), *(each for each in run.metrics if each != first)]


def loss(run: RunSnapshot) -> Span:
    """Return the last loss; red where it is no number."""
    name = loss_name(run)
    if name is None:
        return "", ""
    last = run.metrics[name].last
    return units.metric_value(last), "" if math.isfinite(last) else "bad"


def memory(run: RunSnapshot) -> str:
    """Return `18.2/24.0 GB`: in use now; the peak of a run that is over, and where no more is known."""
    if run.gpu is None:
        return ""
    used = [device.memory_used_bytes for device in run.gpu.devices if device.memory_used_bytes is not None]
    peak, total = run.gpu.peak_memory_bytes, run.gpu.memory_total_bytes
    shown = sum(used) if used and (run.state not in ENDED or peak is None) else peak
    if shown is None:
        return ""
    if total is None:
        return units.bytes_text(shown)
    (number, unit), (whole, whole_unit) = units.bytes_text(shown).split(" "), units.bytes_text(total).split(" ")
    return f"{number}/{whole} {unit}" if unit == whole_unit else f"{number} {unit}/{whole} {whole_unit}"
