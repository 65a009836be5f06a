"""What a step clock found out about a run, as frozen values: all that a forecast looks at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trainmon.events import StageKind
from trainmon.snapshot import ClockBasis


@dataclass(frozen=True, slots=True, kw_only=True)
class Overhead:
    """Time in a run that is no training step, by cause."""

    kind: str
    """A `StageKind`, or `stall`."""
    count: int
    total_s: float
    mean_s: float
    cadence_steps: float | None = None
    """None: it does not recur, or not at a cadence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurring:
    """Pauses of one cause that come back at a cadence."""

    kind: str
    count: int
    cost_s: float
    """Of one, from the later ones."""
    last_step: float
    slack_steps: float
    """How far off the step may be, where the counter was seen less often than every step."""
    cadence_steps: float
    announced: bool
    """The log said so; False where only the clock shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slowdown:
    """A lasting change to a slower pace."""

    step: float
    """Where it began."""
    ratio: float
    """Seconds per step after it over before it."""
    before_s: float
    after_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The measured pace of one attempt."""

    basis: ClockBasis
    start_step: float
    last_step: float
    curve: Sequence[tuple[float, float]] = ()
    """(step, training seconds so far): pauses taken out, warm-up left out; steps and seconds rise. At most 512."""
    opening: tuple[tuple[float, float], ...] = ()
    """(steps, seconds per step) of the first intervals of the attempt, warm-up and all. At most 12."""
    recurring: tuple[Recurring, ...] = ()
    stall_s: float = 0.0
    """Irregular, unexplained time so far."""
    stall_count: int = 0
    usual_gap_s: float = 0.0
    """A silence of this length is nothing special: observations come about this far apart."""
    told_left: tuple[float, float] | None = None
    """(step, seconds left of the whole run) as the log itself says; None: it does not."""
    block_s: float = 0.0
    """Output comes in blocks of so many seconds of the run; 0: as it is written."""
    interval_steps: float = 1.0
    """Steps between two observations, usually."""
    earlier_step_s: float | None = None
    """Seconds per step of the attempt before this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePlan:
    """A stage that has still to come, and what it is expected to cost. All None: nobody knows."""

    name: str
    kind: StageKind
    low_s: float | None = None
    likely_s: float | None = None
    high_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """A documented duration of the training that the forecast starts from. At least one bound is set."""

    low_s: float | None = None
    likely_s: float | None = None
    high_s: float | None = None
    steps: float | None = None
    """How many training steps the duration is about; None: the whole run, with its evaluations and checkpoints."""
    excludes_init: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What a forecast may expect besides the measured pace: arguments of `trainmon.timing.eta.forecast`."""

    prior: Prior | None = None
    stages: tuple[StagePlan, ...] = ()
    elapsed_s: float = 0.0
    measured_stage: str = ""
    """The stage before training that is under way and prices itself."""
