"""What a piece of a log says, in the field's own words: the `Event` union.

Parsers yield events; `trainmon.runs.state` folds them. Events carry facts as printed, never conclusions:
whether a bar is training is decided from all the evidence of the run, not by the line it stands on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple


class StageKind(StrEnum):
    """What a part of a run is for; the words of the JSON contract."""

    INIT = "init"
    DATA = "data"
    TRAIN = "train"
    EVAL = "eval"
    CHECKPOINT = "checkpoint"
    SAVE = "save"
    OTHER = "other"


class CounterScope(StrEnum):
    """What a counter counts towards."""

    RUN = "run"
    """Its total is the total of the whole run (Trainer, Megatron, nanoGPT)."""
    EPOCH = "epoch"
    """It starts again with each epoch (Keras, Lightning, MMEngine)."""
    EPOCHS = "epochs"
    """It counts epochs themselves (`Epoch 3/10`, XGBoost rounds are not this)."""
    UNKNOWN = "unknown"
    """A bar: only the run's other lines tell."""


class ProblemKind(StrEnum):
    """Causes of trouble; `kind` of a problem in the JSON contract."""

    OOM = "oom"
    """GPU memory ran out."""
    HOST_OOM = "host_oom"
    NAN = "nan"
    TRACEBACK = "traceback"
    KILLED = "killed"
    DISK_FULL = "disk_full"
    NCCL = "nccl"
    CUDA = "cuda"
    DIVERGED = "diverged"
    TIME_LIMIT = "time_limit"
    CANCELLED = "cancelled"
    KEYBOARD_INTERRUPT = "keyboard_interrupt"
    SLOWDOWN = "slowdown"
    STALL = "stall"
    MEMORY = "memory"
    """Free GPU memory is below the documented margin."""
    OTHER = "other"


class EndingKind(StrEnum):
    """How a log says that it ended."""

    FINISHED = "finished"
    EARLY_STOPPED = "early_stopped"
    """The program stopped before the total on purpose: a finished run."""
    INTERRUPTED = "interrupted"
    FAILED = "failed"
    LAST_WORDS = "last_words"
    """What programs print behind a training: results of a test, `Done.`; an end only if nothing goes on."""
    RESULT = "result"
    """The same of less weight, printed in between as well: the best round, where the model was saved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """A counter moved: a bar was redrawn or a line named its step."""

    current: float
    """Steps done. Parsers turn zero-based counters into the number of steps done (index + 1)."""
    total: float | None = None
    unit: str = "step"
    """`step`, `it`, `batch`, `epoch`, `sample`, `kimg`, `timestep`, `token` ... as the format says."""
    scope: CounterScope = CounterScope.UNKNOWN
    name: str = ""
    """The bar's description as printed, without the trailing colon; '' for an unnamed bar."""
    kind: StageKind | None = None
    """Only where the format itself is sure; None leaves it to the evidence."""
    epoch: float | None = None
    """Number of the epoch under way, from 1 (zero-based formats add one); fractions count epochs done."""
    total_epochs: float | None = None
    elapsed_s: float | None = None
    """The counter's own clock: a bar's elapsed (1 s steps, from 0 at each bar), a run's wall seconds."""
    elapsed_resolution_s: float = 1.0
    step_time_s: float | None = None
    """Seconds per step as the line prints for its own window; used only where there is no clock at all."""
    steps_per_epoch: float | None = None
    pace_s: float | None = None
    """Seconds per step as a bar prints them: smoothed, so no measure, but evidence of where it stood when its clock
    began."""
    remaining_s: float | None = None
    """Seconds left of the whole run as the line prints them; used only where nothing tells a total."""
    approximate: bool = False
    """The counter was rounded for display (`12.9k/200k`)."""
    is_bar: bool = False
    """A redrawn progress bar (it may be nested in another, and may be anything from a download to training)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """Values that one line logged together."""

    values: Mapping[str, float]
    """Names as printed (`loss`, `learning_rate`, `eval_loss`); NaN and infinities are kept as such."""
    step: float | None = None
    """None: the step of the next redraw of the training bar, else of the last one before."""
    epoch: float | None = None
    kind: StageKind = StageKind.TRAIN
    """EVAL for evaluation results; OTHER for an end-of-run summary (`train_runtime`, `train_loss`)."""
    in_bar: bool = False
    """Printed inside a bar (its postfix or description), so redrawn more often than it changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricRows:
    """Many `Metrics` of one shape, read as columns: what the fast paths give."""

    columns: Mapping[str, Sequence[float]]
    """Per name one value a row; all columns have the same length."""
    steps: Sequence[float | None]
    """What the rows state; None: where the counter then stood."""
    epochs: Sequence[float | None]
    kind: StageKind = StageKind.TRAIN
    counter: Counter | None = None
    """The counter on the rows, or of the bar beside them: as it stood just behind them."""
    currents: Sequence[float] = ()
    """Where it stood at each row; never falls. Empty without a counter."""
    in_bar: bool = False
    step_times_s: Sequence[float] = ()
    """What each row states as seconds per step; empty where they state none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageMark:
    """A line said that a stage begins, ends, or happened."""

    kind: StageKind
    name: str = ""
    """Shown to people: `evaluation`, `checkpoint`, `final save`, `Computing embeddings`."""
    phase: str = "point"
    """`begin`, `end`, `point` (only that it happened) or `announced` (a sentence; its results or a bar may follow)."""
    duration_s: float | None = None
    """Where the log states it (`eval_runtime`, `Epoch time: 296.73 s`)."""
    step: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Numbers about the run that a header or a configuration dump states."""

    values: Mapping[str, float | str]
    """Names of design.md: examples, epochs, batch_size, gradient_accumulation, effective_batch_size,
    steps_per_epoch, total_steps, save_steps, eval_steps, logging_steps, world_size, resumed_from_step,
    resumed_from_epoch, gpu (text), run_name (text), deadline_s. Of a cross-validation: fold, folds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptMark:
    """A line that only the start of a program prints: a new attempt begins here."""

    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A line that reports trouble."""

    kind: ProblemKind
    message: str
    fatal: bool = False
    """The program cannot have gone on after it, unless a later line shows that it did."""
    step: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A line that says how the run ended."""

    kind: EndingKind
    text: str = ""
    whole_run: bool = True
    """False where only one stage or one epoch of several is said to be over."""
    took_s: float | None = None
    """What it says that all of it took (`Total time cost 11867.87s`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuMemory:
    """GPU memory that a training log printed about itself."""

    used_bytes: float | None = None
    peak_bytes: float | None = None
    total_bytes: float | None = None
    device_name: str | None = None
    device_index: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remainder:
    """Text glued behind what was just read (`...s/it]{'loss': ...}`): to be read as a line of its own."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The line itself states its time in a field (`"time": "2026-11-20T04:50:48Z"`, `ts=1795150248.5`)."""

    time_s: float
    """Seconds since the epoch."""


Event = (
    Counter | Metrics | MetricRows | StageMark | Facts | AttemptMark | Problem | Ending | GpuMemory | Clock | Remainder
)


class Line(NamedTuple):
    """One piece of a log as a terminal would show it: decoded, without control sequences and prefixes."""

    text: str
    number: int = 0
    """1-based line number in the decoded file, counting newlines only."""
    offset: int = 0
    """Byte offset of the piece in the file as it lies on disk."""
    redraw: bool = False
    """The piece was ended by a carriage return or a cursor movement, not by a newline."""
    time_s: float | None = None
    """Seconds since the epoch from the timestamp at the head of the line."""
    elapsed_s: float | None = None
    """Of a line whose head shows a time without a date: seconds since the first such line, over midnights."""
    rank: int | None = None
    """From a prefix such as `[rank1]:`."""
    arrived_s: float | None = None
    """When the bytes arrived, where somebody watched."""
    extra: Mapping[str, str] = MappingProxyType({})
    """What the prefix held besides: `level`, `logger`, `host`."""
