"""What everybody sees of a run: frozen values, built by the store, shown by screens and exports.

The fields follow the JSON contract (`trainmon/1`). Times are seconds: `_at` since the epoch, `_s` durations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from trainmon.estimates import DocumentedRange, EstimateDocument, Verdict
from trainmon.events import ProblemKind, StageKind
from trainmon.gpu_snapshot import GpuPanel, RunGpu
from trainmon.run_choices import RunChoice


class RunStatus(StrEnum):
    """`state` of a run in the JSON contract."""

    WAITING = "waiting"
    RUNNING = "running"
    STALLED = "stalled"
    FINISHED = "finished"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class ClockBasis(StrEnum):
    """Where step times come from."""

    TIMESTAMPS = "timestamps"
    ELAPSED = "elapsed"
    """The bars' own elapsed time."""
    ARRIVAL = "arrival"
    PRINTED = "printed"
    """The log states seconds per step and has no clock."""
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileInfo:
    """One file of a run."""

    path: str
    format: str
    bytes: int
    encoding: str = "utf-8"
    notes: tuple[str, ...] = ()
    """What could not be read, and why; what happened to the file (truncated, replaced)."""
    lines: int | None = None
    """Lines read so far; None where nobody counted."""
    understood: int | None = None
    """Of those, lines that some format read or that are blank."""
    earlier: tuple[str, ...] = ()
    """Parts of the log that were rotated away and read before it, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemInfo:
    """Trouble that the log reports, once per cause."""

    kind: ProblemKind
    message: str
    line: int
    """1-based; 0 where no line says it, as of a stall."""
    step: float | None = None
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTime:
    """Seconds per training step of the present attempt; pauses and warm-up are not in it."""

    count: int
    """Steps measured."""
    mean: float
    median: float
    p10: float
    p90: float
    """Quantiles over stretches long enough for the clock to tell their pace: of single steps where it is fine."""
    last: float
    now: float
    """What the next steps are expected to take: the ETA goes by it."""
    basis: ClockBasis = ClockBasis.NONE
    history: tuple[tuple[float, float], ...] = ()
    """(step, seconds per step) over the run, bounded; for charts. Attempts before the present one are in it."""
    warmup_steps: int = 0
    warmup_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StageInfo:
    """A part of the run; recurring ones (evaluation) are one entry with `occurrences`."""

    name: str
    kind: StageKind
    current: float | None = None
    total: float | None = None
    unit: str = "step"
    started_s: float | None = None
    """Seconds from the start of the run."""
    elapsed_s: float | None = None
    """Over all occurrences."""
    occurrences: int = 1
    active: bool = False
    step_time_s: float | None = None
    documented: DocumentedRange | None = None
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseInfo:
    """One stretch of a run that was no training steps."""

    kind: str
    """A key of `overhead_s`: `eval`, `checkpoint`, `stall`, ..."""
    started_s: float
    """Seconds from the start of the run."""
    duration_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricInfo:
    """One metric over the run."""

    count: int
    first: float
    last: float
    min: float
    max: float
    last_step: float | None = None
    history: tuple[tuple[float, float], ...] = ()
    """(step, value), bounded, finite values only; for charts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A distribution in three numbers: `low`..`high` holds the truth in 80 of 100 cases."""

    low: float
    likely: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Eta:
    """When the whole run ends."""

    remaining_s: Interval
    finish_at: Interval | None
    """Seconds since the epoch; None in an archive without a clock."""
    basis: str
    """In words: `measured`, `documented`, `measured + documented stages`."""

    @property
    def is_by_plan(self) -> bool:
        """Whether nothing of it was measured in this run."""
        return "measured" not in self.basis


ETA_CHECKED = (0.10, 0.25, 0.50, 0.75)


@dataclass(frozen=True, slots=True, kw_only=True)
class EtaCheck:
    """What the ETA of a finished run said at a moment on the way, and what came true."""

    share: float
    """Of the wall time: one of `ETA_CHECKED`."""
    at_s: float
    """Seconds from the start of the log."""
    remaining_s: Interval | None
    """None: there was no honest answer."""
    true_s: float
    """What was left in truth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSnapshot:
    """One run at one moment."""

    name: str
    files: tuple[FileInfo, ...]
    attempts: int = 1
    state: RunStatus = RunStatus.WAITING
    state_reason: str = ""
    """Why: `train_runtime on line 79`, `silent 4 min 12 s, usually 9 s`."""
    problems: tuple[ProblemInfo, ...] = ()
    started_at: float | None = None
    ended_at: float | None = None
    last_activity_at: float | None = None
    elapsed_s: float | None = None
    step: float | None = None
    start_step: float = 0.0
    """First step of the present attempt (after a resume not 0)."""
    redone_steps: float | None = None
    """Steps that were done again because an attempt died beyond its checkpoint; None where no attempt died."""
    redone_s: float | None = None
    """What those steps had taken when they were done first."""
    gap_s: float | None = None
    """From the last sign of life of a dead attempt to the first step of the next one, over all of them."""
    total_steps: float | None = None
    total_reason: str = ""
    """`3 epochs x 80 batches`, `total of the bar`."""
    unit: str = "step"
    epoch: float | None = None
    total_epochs: float | None = None
    progress: float | None = None
    """0..1 of the whole run."""
    stage: str = ""
    """Name of the stage under way."""
    step_time_s: StepTime | None = None
    clock_history: tuple[tuple[float, float], ...] = ()
    """(step, seconds since the log began), bounded; for charts by time."""
    stages: tuple[StageInfo, ...] = ()
    pauses: tuple[PauseInfo, ...] = ()
    """Single evaluations, checkpoints, stalls where the log tells their time, oldest first; of many the longest."""
    training_s: float | None = None
    """Seconds of training steps of all attempts, without pauses and redone steps; None where they are not known."""
    overhead_s: Mapping[str, float] = field(default_factory=dict)
    """init, eval, checkpoint, stall, other; what is unknown is not there."""
    unexplained_s: float | None = None
    """What is left of `elapsed_s` beside `training_s`, `redone_s`, `gap_s` and `overhead_s`."""
    metrics: Mapping[str, MetricInfo] = field(default_factory=dict)
    facts: Mapping[str, float | str] = field(default_factory=dict)
    eta: Eta | None = None
    eta_accuracy: tuple[EtaCheck, ...] = ()
    """Of finished runs, where a summary asked for it."""
    gpu: RunGpu | None = None
    documented: DocumentedRange | None = None
    """What the verdict holds this run against: the documented total, else that of an epoch, a step, the training."""
    comparisons: tuple[Verdict, ...] = ()
    """Every documented duration that applies (total, epoch, step, stages), held against the measured one."""
    verdict: Verdict | None = None
    preview: bool = False
    """Only the tail was read yet; history follows."""
    came_true_s: float | None = None
    """Replay: how long it really took from this moment until the run finished; None where it did not finish."""

    @property
    def pace_s(self) -> float | None:
        """Seconds per step to tell people: what the ETA goes by, or the mean once the run has ended."""
        if self.step_time_s is None:
            return None
        under_way = self.state in (RunStatus.RUNNING, RunStatus.STALLED)
        return self.step_time_s.now if under_way else self.step_time_s.mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A file that is no log, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Everything that a screen or an export shows at one moment."""

    taken_at: float
    logs: tuple[str, ...] = ()
    """The LOGS arguments."""
    runs: tuple[RunSnapshot, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    documents: tuple[EstimateDocument, ...] = ()
    gpu: GpuPanel = field(default_factory=GpuPanel)
    catching_up: bool = False
    """History is still being read."""
    notes: tuple[str, ...] = ()
    """What the user should know: `polling (nfs)`, a document that could not be read."""
    choices: tuple[RunChoice, ...] = ()
    """What was chosen on the screen since it was opened, run by run."""
    settings_file: str = ""
    """The settings file that would make such choices permanent, be it there or not."""
