"""Where a document contradicts itself: every check, each finding once, in the order of its lines."""

from __future__ import annotations

from dataclasses import replace

from trainmon.estimates import Contradiction, Scope
from trainmon.parsers.documents.conflicts_lines import line_conflicts
from trainmon.parsers.documents.conflicts_midpoints import midpoint_conflicts
from trainmon.parsers.documents.conflicts_rows import row_conflicts
from trainmon.parsers.documents.conflicts_samples import sample_conflicts
from trainmon.parsers.documents.conflicts_scaling import scaling_conflicts
from trainmon.parsers.documents.conflicts_sections import section_conflicts
from trainmon.parsers.documents.conflicts_speed import speed_conflicts
from trainmon.parsers.documents.conflicts_summaries import summary_conflicts
from trainmon.parsers.documents.conflicts_sums import sum_conflicts
from trainmon.parsers.documents.conflicts_values import value_conflicts
from trainmon.parsers.documents.conflicts_wholes import whole_conflicts
from trainmon.parsers.documents.conflicts_written import written_conflicts
from trainmon.parsers.documents.plan import Plan, interval, is_comparable, is_whole

_CHECKS = (
    written_conflicts,
    row_conflicts,
    section_conflicts,
    sum_conflicts,
    value_conflicts,
    summary_conflicts,
    sample_conflicts,
    scaling_conflicts,
    midpoint_conflicts,
    speed_conflicts,
    whole_conflicts,
    line_conflicts,
)


def find_contradictions(plan: Plan) -> tuple[Contradiction, ...]:
    """Run every check over one document."""
    if not plan.claims or not is_comparable(plan):
        return tuple(written_conflicts(plan))
    found: dict[tuple[str, tuple[int, ...]], Contradiction] = {}
    for check in _CHECKS:
        for one in check(plan):
            found.setdefault((one.kind, one.lines), one)
    weighed = (_weighed(one, plan) for one in found.values())
    return tuple(sorted(weighed, key=lambda one: (one.lines, one.kind)))


_SMALL = 0.05
_LENGTHS = {Scope.TOTAL, Scope.STAGE, Scope.EPOCH, Scope.STEP, Scope.UNIT}


def _weighed(one: Contradiction, plan: Plan) -> Contradiction:
    """Call a contradiction low that is only about stages which hardly count in the shortest run of the plan."""
    if one.severity == "low":
        return one
    about = [claim for claim in plan.claims if claim.piece.line + 1 in one.lines and claim.scope in _LENGTHS]
    wholes = [value[0] for claim in plan.claims if is_whole(claim) and (value := interval(claim.span))]
    if not about or not wholes or any(claim.scope is not Scope.STAGE for claim in about):
        return one
    longest = max(claim.span.top_s for claim in about)
    return replace(one, severity="low") if longest < _SMALL * min(wholes) else one
