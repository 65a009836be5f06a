"""What a document should say instead, after the runs: proposed lines, printed and never written into it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from trainmon import units
from trainmon.estimates import DocumentedRange, EstimateDocument, Scope, Verdict, VerdictKind
from trainmon.exports.report import hardware, source_place, verdicts
from trainmon.sanitise import clean
from trainmon.snapshot import Board, RunStatus

_MARGIN = 0.05
"""Nobody repeats a run to the second: the proposed range is five per cent wider than what was measured."""
_DECORATION = str.maketrans("", "", "*_`|#>")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finding:
    """A documented duration that a run did not keep."""

    documented: DocumentedRange
    verdict: Verdict
    measured_s: float
    hardware: str

    @property
    def subject(self) -> tuple[str, int, str, str, str]:
        """Findings that agree in this are about one line on one machine."""
        source = self.documented.source
        place = (source.file, source.line) if source else ("", 0)
        return *place, self.documented.scope.value, self.documented.subject, self.hardware


def corrections(board: Board) -> list[str]:
    """Give one proposed line per documented line that the runs did not keep, in the document's order.

    `Total: 52-58 min (measured 55 min on NVIDIA A100; was "40-50 minutes", estimates.md:213)`. Only
    runs that came to their end count: what the others would have taken is a guess.
    """
    found = sorted(_findings(board), key=lambda finding: finding.subject)
    groups = groupby(found, key=lambda finding: finding.subject)
    return [_proposal(list(group), board.documents) for _, group in groups]


def _findings(board: Board) -> Iterable[_Finding]:
    for run in (run for run in board.runs if run.state is RunStatus.FINISHED):
        for verdict in verdicts(run):
            missed = verdict.kind in {VerdictKind.SLOWER, VerdictKind.FASTER} and verdict.measured_s is not None
            if missed and verdict.documented is not None and verdict.documented.source is not None:
                yield _Finding(
                    documented=verdict.documented,
                    verdict=verdict,
                    measured_s=verdict.measured_s or 0.0,
                    hardware=hardware(run) or "unknown hardware",
                )


def _proposal(findings: list[_Finding], documents: Iterable[EstimateDocument]) -> str:
    documented = findings[0].documented
    low, high = min(f.measured_s for f in findings), max(f.measured_s for f in findings)
    runs = f" in {len(findings)} runs" if len(findings) > 1 else ""
    label = clean(documented.subject).strip() or documented.scope.value
    return (
        f"{label[:1].upper()}{label[1:]}: {_range(documented, low * (1 - _MARGIN), high * (1 + _MARGIN))} "
        f"(measured {_range(documented, low, high)}{runs} on {findings[0].hardware}; "
        f'was "{_written(documented, documents)}", {source_place(documented)})'
    )


def _range(documented: DocumentedRange, low_s: float, high_s: float) -> str:
    if documented.scope is Scope.STEP:
        return units.step_time_range(low_s, high_s)
    return units.duration_range(low_s, high_s)


def _written(documented: DocumentedRange, documents: Iterable[EstimateDocument]) -> str:
    """Give the words of the duration; where the document is not at hand its whole line, without Markdown's signs."""
    source = documented.source
    assert source is not None
    ends = (documented.low_s, documented.high_s, documented.likely_s)
    for document in documents:
        for estimate in document.estimates:
            same_line = document.path == source.file and estimate.line == source.line
            if same_line and (estimate.low_s, estimate.high_s, estimate.likely_s) == ends:
                return clean(estimate.text)
    return clean(source.text).translate(_DECORATION).strip(" -+")
