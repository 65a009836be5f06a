"""Documented estimates: what an estimate document claims, and what came of it.

Values only. `parsers.documents` reads documents into these; `trainmon.plan.matching` holds them against runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Scope(StrEnum):
    """What a documented duration is about; only the first four are estimates of a run."""

    TOTAL = "total"
    EPOCH = "epoch"
    STEP = "step"
    STAGE = "stage"
    UNIT = "unit"
    """One checkpoint, one request, one sample."""
    SAVING = "saving"
    """A difference: time saved or added."""
    THRESHOLD = "threshold"
    """An alarm level."""
    TIMELINE = "timeline"
    """A position in a calendar (`Hour 1-19`, `Week 2`)."""
    COMPARISON = "comparison"
    """Somebody else's run."""
    SAMPLE = "sample"
    """A progress bar quoted in the document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One duration on one line of a document.

    A range has `low_s` and `high_s`; a single value has `likely_s`; `<5 minutes` only `high_s`; `>60 min` only `low_s`.
    """

    line: int
    """1-based, in the file as it lies on disk."""
    text: str
    """The words of the duration as written on that line."""
    scope: Scope
    subject: str = ""
    """What it is about, in the document's words: nearest label or heading."""
    stage: str | None = None
    """Set for scope `stage`: init, training, evaluation, embedding, ... in the document's words."""
    scenario: tuple[str, ...] = ()
    """Conditions from headings, labels, cells and brackets, outermost first."""
    low_s: float | None = None
    high_s: float | None = None
    likely_s: float | None = None
    approximate: bool = False
    device_time: bool = False
    """GPU-hours: time summed over devices, never to be held against a clock."""
    source_text: str = ""
    """The whole line, for the screen."""
    excludes_init: bool = False
    """A plan file says that initialisation comes on top of this total; documents say it in the lines around."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A number of the plan that is no duration."""

    line: int
    name: str
    """examples, epochs, batch_size, gradient_accumulation, effective_batch_size, steps_per_epoch, total_steps,
    save_steps, eval_steps, step_time, gpu, memory_bytes, usd_per_hour, usd_total, ..."""
    value: float | str
    scenario: tuple[str, ...] = ()
    high: float | None = None
    """Upper end where a range is stated (`8-10 GB`); `value` is the lower end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A value that follows from the document's own numbers."""

    name: str
    value: float
    from_lines: tuple[int, ...]
    formula: str
    high: float | None = None
    scenario: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Two statements of a document that cannot both hold."""

    lines: tuple[int, ...]
    kind: str
    """sum, product, rounding, two_values, part_exceeds_whole, sample_breaks_range, ..."""
    text: str
    ratio: float | None = None
    severity: str = "low"
    """low, medium, high."""

    @property
    def is_grave(self) -> bool:
        """Whether it changes what to expect of a run; the others are rounding and the like."""
        return self.severity in ("medium", "high")

    @property
    def weight(self) -> str:
        """In a word for people."""
        return "grave" if self.is_grave else "minor"


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateDocument:
    """Everything read from one document."""

    path: str
    estimates: tuple[Estimate, ...] = ()
    facts: tuple[Fact, ...] = ()
    derived: tuple[Derived, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    title: str = ""
    unread_from_line: int | None = None
    """The first line that was not read, the document being too long; None where all were read."""
    compared: bool = True
    """False where there were too many durations to hold them against one another."""
    lines: Mapping[int, str] = field(default_factory=dict, compare=False, repr=False)
    """The lines that are not blank, by number: what a sentence says that is wrapped over several."""


class VerdictKind(StrEnum):
    """How a measured duration stands to the documented one."""

    FASTER = "faster"
    WITHIN = "within"
    SLOWER = "slower"
    NOT_COMPARABLE = "not comparable"
    NO_ESTIMATE = "no estimate"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """Where in which document."""

    file: str
    line: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentedRange:
    """A documented duration as held against a run; `documented` in the JSON contract."""

    low_s: float | None
    high_s: float | None
    likely_s: float | None
    basis: str = "stated"
    """`stated`, or `derived` from the document's own numbers."""
    scope: Scope = Scope.TOTAL
    subject: str = ""
    scenario: tuple[str, ...] = ()
    source: SourceLine | None = None
    reason: str = ""
    """Why this estimate was chosen for this run."""
    excludes_init: bool = False
    """The document says that initialisation comes on top."""


NOTHING_MEASURED = "no time measured"
"""Text of a verdict: there is a plan, and the run shows no time to hold against it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A measured or projected duration held against a documented one."""

    kind: VerdictKind
    ratio: float | None = None
    """Measured over documented: over the nearer bound of a range, 1.0 when inside."""
    text: str = ""
    documented: DocumentedRange | None = None
    measured_s: float | None = None
    projected: bool = False
    """The run is not over: `measured_s` is the projected value."""
    so_far: bool = False
    """The run ended early: what there was of it is compared, not the whole."""
