"""Boards one after the other become alerts: what came to pass with a run, once per cause. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from trainmon import units
from trainmon.attention import is_lost, is_slower, main_problem
from trainmon.estimates import Scope
from trainmon.events import ProblemKind
from trainmon.sanitise import clean
from trainmon.snapshot import Board, ProblemInfo, RunSnapshot, RunStatus

MEMORY_NEAR_LIMIT = 0.97
"""So much of a GPU's memory in use leaves no room for a longer batch."""
_STEADY_S = 20.0
"""A projection must say `slower` for so long: the first steps of a run say little."""
_PATIENCE_S = 120.0
"""So long a watch waits until every log was read once; then it speaks of those that were."""
_CLOCKS_APART_S = 60.0
_TEXT_LIMIT = 200


class AlertKind(StrEnum):
    """What is worth calling somebody for."""

    FINISHED = "finished"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    """The log just ends: killed, or the machine went down."""
    STALLED = "stalled"
    NAN = "nan"
    SLOWER = "slower"
    MEMORY = "memory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One thing that came to pass."""

    kind: AlertKind
    cause: str
    """Tells this from every other thing of the kind that can happen to the same log: `failed:2`."""
    run: RunSnapshot
    text: str
    """A sentence without the run's name, sanitised and short."""
    at: float

    @property
    def log(self) -> str:
        """The file that stands for the run."""
        return log_of(self.run)

    @property
    def name(self) -> str:
        """The run's name, sanitised; never empty."""
        return cut(clean(self.run.name).strip() or "(unnamed)", 80)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a board adds to what was known."""

    news: tuple[Alert, ...] = ()
    old: tuple[Alert, ...] = ()
    """It was so before anybody watched: to be remembered, not to be told."""
    met: tuple[str, ...] = ()
    """Logs seen for the first time in this watch."""
    anew: tuple[str, ...] = ()
    """Logs that were emptied and written again from the start: what was told of them counts no more."""


@dataclass(slots=True)
class _Known:
    """What the book remembers of a log."""

    causes: set[str]
    run: RunSnapshot | None = None
    """As it was on the board before."""
    bytes: int = 0
    step: float | None = None


class AlertBook:
    """Takes boards in sequence. `remembered` gives the causes told of a log in earlier watches; None: never met."""

    def __init__(self, remembered: Callable[[str], Collection[str] | None]) -> None:
        self._remembered = remembered
        self._logs: dict[str, _Known] = {}
        self._since: dict[tuple[str, str], float] = {}
        self._began_at: float | None = None
        self._begun = False

    def take(self, board: Board) -> Told:
        """Give what is new on this board."""
        if self._began_at is None:
            self._began_at = board.taken_at
        if board.catching_up and board.taken_at - self._began_at < _PATIENCE_S:
            return Told()
        news: list[Alert] = []
        old: list[Alert] = []
        met: list[str] = []
        anew: list[str] = []
        for run in board.runs:
            if run.preview:
                continue
            log = log_of(run)
            known = self._logs.get(log)
            stale = False
            if known is not None and known.run is run and (log, AlertKind.SLOWER) not in self._since:
                continue  # nothing about it changed, and nothing waits for its time: of thousands of runs most are over
            if known is None:
                known, stale = self._meet(run, log)
                met.append(log)
            elif _began_anew(run, known):
                known.causes.clear()
                anew.append(log)
            known.run, known.bytes, known.step = run, _bytes(run), run.step
            for alert in self._standing(run, board.taken_at, at_once=stale):
                if alert.cause not in known.causes:
                    known.causes.add(alert.cause)
                    (old if stale else news).append(alert)
        self._begun = True
        return Told(news=tuple(news), old=tuple(old), met=tuple(met), anew=tuple(anew))

    def _meet(self, run: RunSnapshot, log: str) -> tuple[_Known, bool]:
        """Give what is known of a log, and whether what is so now was so before anybody watched."""
        causes = self._remembered(log)
        known = self._logs[log] = _Known(causes=set(causes or ()))
        if causes is not None:
            return known, False
        assert self._began_at is not None
        active_at = run.last_activity_at
        before = active_at is not None and active_at < self._began_at - _CLOCKS_APART_S
        return known, before or not self._begun

    def _standing(self, run: RunSnapshot, now: float, *, at_once: bool) -> Iterator[Alert]:
        """Yield what is so, and has been for long enough."""
        slower = (log_of(run), AlertKind.SLOWER)
        if not _is_surely_slower(run):
            self._since.pop(slower, None)
        for kind, cause, text in _findings(run):
            projected = kind is AlertKind.SLOWER and run.verdict is not None and run.verdict.projected
            if projected and not at_once and now - self._since.setdefault(slower, now) < _STEADY_S:
                continue
            yield Alert(kind=kind, cause=cause, run=run, text=cut(clean(text).strip(), _TEXT_LIMIT), at=now)


def log_of(run: RunSnapshot) -> str:
    """Return the path of the file that stands for a run."""
    return run.files[0].path if run.files else run.name


def cut(text: str, characters: int) -> str:
    """Return `text` with at most so many characters."""
    return text if len(text) <= characters else text[: characters - 1] + "…"


def _bytes(run: RunSnapshot) -> int:
    return run.files[0].bytes if run.files else 0


def _began_anew(run: RunSnapshot, known: _Known) -> bool:
    """A rotated log shrinks too, but its run goes on counting."""
    if _bytes(run) >= known.bytes:
        return False
    return run.step is None or known.step is None or run.step < known.step


def _findings(run: RunSnapshot) -> Iterator[tuple[AlertKind, str, str]]:
    """Yield kind, cause and words of everything that is so; each attempt can fail, finish or slow down anew."""
    attempt = run.attempts
    match run.state:
        case RunStatus.FINISHED:
            took = "" if run.elapsed_s is None else f" in {units.duration(run.elapsed_s)}"
            yield AlertKind.FINISHED, f"finished:{attempt}", f"finished{took}{_against_plan(run)}"
        case RunStatus.FAILED:
            yield AlertKind.FAILED, f"failed:{attempt}", f"failed: {_reason(run, main_problem(run))}"
        case RunStatus.INTERRUPTED:
            yield AlertKind.INTERRUPTED, f"interrupted:{attempt}", f"interrupted: {run.state_reason}"
        case RunStatus.STALLED:
            where = run.stage if run.step is None else f"{run.step:g}"
            yield AlertKind.STALLED, f"stalled:{attempt}:{clean(where)}", f"stalled: {run.state_reason}"
    if is_lost(run) and run.state is not RunStatus.FAILED:
        lost = next(p for p in run.problems if p.kind in (ProblemKind.NAN, ProblemKind.DIVERGED))
        yield AlertKind.NAN, f"nan:{attempt}", _reason(run, lost)
    if _is_surely_slower(run) and run.verdict is not None:
        ratio = "" if run.verdict.ratio is None else f"{units.times(run.verdict.ratio)} "
        yield AlertKind.SLOWER, f"slower:{attempt}", f"{ratio}slower than documented: {run.verdict.text}"
    if run.state is RunStatus.RUNNING and (text := _memory(run)):
        yield AlertKind.MEMORY, f"memory:{attempt}", text


def _is_surely_slower(run: RunSnapshot) -> bool:
    """Say whether a run is slower; of a projection of the whole, whether even its low end lies behind the plan."""
    verdict = run.verdict
    if verdict is None or not is_slower(run):
        return False
    stated = verdict.documented
    if not verdict.projected or run.eta is None or stated is None or stated.scope is not Scope.TOTAL:
        return True
    bound_s = stated.high_s if stated.high_s is not None else stated.likely_s
    left = run.eta.remaining_s
    return bound_s is None or (verdict.measured_s or 0.0) - (left.likely - left.low) > bound_s


def _reason(run: RunSnapshot, problem: ProblemInfo | None) -> str:
    if problem is None:
        return run.state_reason
    step = "" if problem.step is None else f" at {run.unit} {units.exact(problem.step)}"
    return f"{problem.message or problem.kind.value}{step}"


def _against_plan(run: RunSnapshot) -> str:
    return f"; {run.verdict.kind.value}: {run.verdict.text}" if run.verdict is not None and run.verdict.text else ""


def _memory(run: RunSnapshot) -> str | None:
    """Say that GPU memory is nearly full, or fuller than the document plans."""
    for device in run.gpu.devices if run.gpu is not None else ():
        used, total = device.memory_used_bytes or device.peak_memory_bytes, device.memory_total_bytes
        if used is not None and total and math.isfinite(used) and used / total > MEMORY_NEAR_LIMIT:
            return f"GPU memory near the limit: {units.bytes_text(used)} of {units.bytes_text(total)}"
    planned = next((problem for problem in run.problems if problem.kind is ProblemKind.MEMORY), None)
    return planned.message if planned is not None else None
