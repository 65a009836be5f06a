"""What a scrubber shows: where the replay stands, and where runs, stages and problems lie on its axis."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from trainmon.events import ProblemKind, StageKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ReelStage:
    """A stage; those that recur are among the pauses, where their time is known."""

    kind: StageKind
    begin_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReelPause:
    """A single evaluation, checkpoint or stall."""

    kind: str
    """A key of `overhead_s`."""
    begin_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReelProblem:
    """Trouble, where the log first reported it."""

    at_s: float
    kind: ProblemKind
    run_name: str


class Turn(StrEnum):
    """What befell a run without being a problem that its log reports."""

    RESUMED = "resumed"
    INTERRUPTED = "interrupted"
    SLOWER = "slower"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReelTurn:
    """Where that was."""

    at_s: float
    turn: Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class ReelRun:
    """One run on the axis."""

    name: str
    begin_s: float
    end_s: float
    stages: tuple[ReelStage, ...] = ()
    pauses: tuple[ReelPause, ...] = ()
    problems: tuple[ReelProblem, ...] = ()
    turns: tuple[ReelTurn, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reel:
    """Positions are seconds on the replay's axis, 0 to `span_s`."""

    span_s: float = 0.0
    runs: tuple[ReelRun, ...] = ()
