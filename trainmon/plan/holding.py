"""A run held against the documents: which lines are meant, what they let expect, how it compares with them; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from trainmon.estimates import DocumentedRange, EstimateDocument, Verdict, VerdictKind
from trainmon.plan.comparing import compare, overall, total_of
from trainmon.plan.evidence import evidence_of
from trainmon.plan.expectations import expectation
from trainmon.plan.matching import Choice, Matcher, matcher_by, matcher_for
from trainmon.plan.naming import KnownRun
from trainmon.run_choices import RunChoice
from trainmon.settings import Settings
from trainmon.snapshot import RunSnapshot
from trainmon.timing.pace import Expectation, Pace


@dataclass(frozen=True, slots=True)
class Holding:
    """The documents that fit a run, and their lines that do."""

    matcher: Matcher

    @classmethod
    def of(
        cls,
        run: RunSnapshot,
        documents: Sequence[EstimateDocument],
        settings: Settings,
        choice: RunChoice,
        *,
        opening: str,
        runs: Sequence[KnownRun],
    ) -> Holding | None:
        """Match a run with the documents, first by what the user said of it; None where none of them is for it."""
        evidence = evidence_of(run, opening, choice.hardware or settings.hardware)
        log = run.files[0].path if run.files else run.name
        matcher = matcher_by(choice, evidence, documents, log, settings.estimates) or matcher_for(
            evidence,
            documents,
            log,
            named=settings.estimates,
            scenario=settings.scenario,
            run=run.name,
            runs=runs,
        )
        return cls(matcher) if matcher is not None else None

    @property
    def documents(self) -> Sequence[EstimateDocument]:
        """Those that the run is held against."""
        return self.matcher.documents

    def expectation(self, run: RunSnapshot, pace: Pace | None) -> Expectation:
        """What they let a forecast expect."""
        return expectation(run, self.matcher, pace)

    def compared(self, run: RunSnapshot) -> RunSnapshot:
        """Add what is documented for the run, every comparison, and the verdict."""
        total = total_of(self.matcher)
        run, comparisons = compare(run, self.matcher, total)
        verdict = overall(run, comparisons, total)
        return replace(run, documented=_held_against(verdict, total), comparisons=comparisons, verdict=verdict)


def _held_against(verdict: Verdict | None, total: Choice | None) -> DocumentedRange | None:
    """The one figure that is shown beside the verdict: what it compares, else the total to come up to."""
    if verdict is not None and verdict.kind is not VerdictKind.NOT_COMPARABLE:
        return verdict.documented
    return total.documented if total is not None and not total.unlike else None
