"""Estimates as the ranges that runs are held against: one of several runs, without initialisation, between cases."""

from __future__ import annotations

import re
from collections.abc import Sequence

from trainmon.estimates import DocumentedRange, Estimate, EstimateDocument, Scope, SourceLine
from trainmon.plan.conditions import Conditions, runs_planned

_NEAR_LINES = 8
_INIT = r"(?:init\w*|start-?up|set-?up|loading)"
_INIT_ON_TOP = re.compile(
    rf"\b(?:plus|excluding|excl\.|without|not (?:including|counting))\s+(?:the\s+)?(?:model\s+)?{_INIT}"
    rf"|\b{_INIT}\s+(?:time\s+)?(?:comes\s+|is\s+)?(?:on top|extra|excluded|not included|separate\w*)",
    re.IGNORECASE,
)
_SHARE = re.compile(r"%\s*(?:of\s+(?:the\s+)?(?:total\s+|whole\s+)?(?:time|run|runtime))\b", re.IGNORECASE)


def ends_of(estimate: Estimate) -> tuple[float | None, float | None]:
    """Give the ends of an estimate; a single value is both."""
    if estimate.low_s is None and estimate.high_s is None:
        return estimate.likely_s, estimate.likely_s
    return estimate.low_s, estimate.high_s


def is_held(estimate: Estimate) -> bool:
    """Tell whether a run can be held against it: it has an end, runs on a clock, and is no share of a whole."""
    return (
        ends_of(estimate) != (None, None)
        and not estimate.device_time
        and not (estimate.scope is Scope.TOTAL and _is_part(estimate))
    )


def _is_part(estimate: Estimate) -> bool:
    """What stands under a share of the time (`Training (5-15% of the time)`) is not the whole of it."""
    return any(_SHARE.search(level) for level in estimate.scenario)


def as_documented(
    estimate: Estimate, document: EstimateDocument, conditions: Conditions, reason: str
) -> DocumentedRange:
    """Make the range of one run; a plan for several runs one after the other is shared out between them."""
    low_s, likely_s, high_s = estimate.low_s, estimate.likely_s, estimate.high_s
    basis, note = "stated", ""
    if conditions.runs == "sequential" and (number := runs_planned(document)):
        low_s, likely_s, high_s = (None if end is None else end / number for end in (low_s, likely_s, high_s))
        basis, note = "derived", f"{estimate.text.strip()} for {number} runs one after the other, {number} equal parts"
    elif conditions.runs in ("sequential", "several"):
        # One run alone may not take longer than all of them; how much less it should take is not said.
        low_s, likely_s, high_s = None, None, high_s if high_s is not None else likely_s
        basis, note = "derived", f"{estimate.text.strip()} for all runs together, so at most that for one"
    elif conditions.runs == "parallel":
        note = "runs side by side"
    return DocumentedRange(
        low_s=low_s,
        high_s=high_s,
        likely_s=likely_s,
        basis=basis,
        scope=estimate.scope,
        subject=estimate.stage or estimate.subject,
        scenario=estimate.scenario,
        source=SourceLine(file=document.path, line=estimate.line, text=estimate.source_text),
        reason="; ".join(part for part in (reason, note) if part),
        excludes_init=estimate.scope is Scope.TOTAL and excludes_init(estimate, document),
    )


def union_of_cases(cases: Sequence[tuple[Estimate, EstimateDocument, Conditions]], reason: str) -> DocumentedRange:
    """Make the range from the best to the worst case, with the expected one as the likely value."""
    lows = [low for one, _, conditions in cases if conditions.case == "best" and (low := ends_of(one)[0]) is not None]
    highs = [
        high for one, _, conditions in cases if conditions.case == "worst" and (high := ends_of(one)[1]) is not None
    ]
    middle = next(((e, d, c) for e, d, c in cases if c.case in ("", "expected")), None)
    shown, document, conditions = middle or cases[0]
    base = as_documented(shown, document, conditions, reason)
    lines = ", ".join(str(line) for line in sorted({one.line for one, _, _ in cases}))
    ends = [end for end in ends_of(shown) if end is not None]
    return DocumentedRange(
        low_s=min(lows, default=base.low_s),
        high_s=max(highs, default=base.high_s),
        likely_s=sum(ends) / len(ends) if middle is not None and ends else None,
        basis=base.basis,
        scope=base.scope,
        subject=base.subject,
        scenario=base.scenario,
        source=base.source,
        reason=f"{reason}; from the best to the worst case, lines {lines}",
        excludes_init=base.excludes_init,
    )


def excludes_init(estimate: Estimate, document: EstimateDocument) -> bool:
    """Tell whether initialisation comes on top: said on the line or right below it, or shown by the arithmetic.

    By the arithmetic: the total is a whole number of epochs, and initialisation is priced beside them.
    """
    if estimate.excludes_init or _INIT_ON_TOP.search(estimate.source_text):
        return True
    for fact in document.facts:
        below = 0 < fact.line - estimate.line <= _NEAR_LINES
        if fact.name == "total_excludes_init" and below and _heading(fact.scenario) == _heading(estimate.scenario):
            return True
    beside = [e for e in document.estimates if _heading(e.scenario) == _heading(estimate.scenario)]
    if not any(e.scope is Scope.STAGE and "init" in (e.stage or "").lower() for e in beside):
        return False
    return any(e.scope is Scope.EPOCH and _is_multiple(estimate, e) for e in beside)


def _heading(scenario: tuple[str, ...]) -> tuple[str, ...]:
    return scenario[:2]


def _is_multiple(total: Estimate, epoch: Estimate) -> bool:
    ends = list(zip(ends_of(total), ends_of(epoch), strict=True))
    if any(one is None or part is None or part <= 0 for one, part in ends):
        return False
    ratios = [one / part for one, part in ends if one is not None and part is not None]
    times = round(ratios[1])
    return times >= 1 and all(abs(ratio - times) <= 0.04 * times for ratio in ratios)
