"""Where a document contradicts itself: every check, each finding once, in the order of its lines."""

from __future__ import annotations

from trainmon.estimates import Contradiction
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
from trainmon.parsers.documents.plan import Plan, is_comparable

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
    return tuple(sorted(found.values(), key=lambda one: (one.lines, one.kind)))
