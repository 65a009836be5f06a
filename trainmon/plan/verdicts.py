"""Measured against documented: faster, within or slower; by how much, and what that makes at the end."""

from __future__ import annotations

from trainmon.estimates import DocumentedRange, Scope, Verdict, VerdictKind
from trainmon.plan.measured import Measured
from trainmon.units import duration, duration_range, exact, step_time, step_time_range

RANGE_SLACK = 0.02
"""Documents round their bounds; so little beyond one is no finding."""
VALUE_SLACK = 0.1
"""`35 hours` without a range is kept by 32 and by 38."""


def hold(documented: DocumentedRange, measured: Measured, *, repeats: float | None = None, money: str = "") -> Verdict:
    """Give the verdict. `repeats`: how many of it the run has (steps, epochs), for what the difference comes to."""
    kind, ratio = _kind(documented, measured.seconds)
    if documented.basis == "derived" and documented.low_s is None and kind is VerdictKind.WITHIN:
        return unlike(documented, documented.reason)
    text = _text(documented, measured, kind, repeats) + (f"; {money}" if money else "")
    return Verdict(
        kind=kind,
        ratio=ratio,
        text=text,
        documented=documented,
        measured_s=measured.seconds,
        projected=measured.projected,
    )


def unlike(documented: DocumentedRange | None, reason: str, measured: Measured | None = None) -> Verdict:
    """Give the verdict on what cannot be compared, and why."""
    return Verdict(
        kind=VerdictKind.NOT_COMPARABLE,
        text=reason,
        documented=documented,
        measured_s=measured.seconds if measured is not None else None,
        projected=measured.projected if measured is not None else False,
    )


def _kind(documented: DocumentedRange, seconds: float) -> tuple[VerdictKind, float | None]:
    """Ratio to the nearer bound of a range, 1.0 inside; of a single value to it."""
    low, high, likely = documented.low_s, documented.high_s, documented.likely_s
    if low is None and high is None:
        if likely is None or likely <= 0:
            return VerdictKind.NOT_COMPARABLE, None
        ratio = seconds / likely
        if ratio > 1 + VALUE_SLACK:
            return VerdictKind.SLOWER, ratio
        return (VerdictKind.FASTER if ratio < 1 - VALUE_SLACK else VerdictKind.WITHIN), ratio
    if high is not None and high > 0 and seconds > high * (1 + RANGE_SLACK):
        return VerdictKind.SLOWER, seconds / high
    if low is not None and low > 0 and seconds < low * (1 - RANGE_SLACK):
        return VerdictKind.FASTER, seconds / low
    return VerdictKind.WITHIN, 1.0


def _text(documented: DocumentedRange, measured: Measured, kind: VerdictKind, repeats: float | None) -> str:
    per_step = documented.scope is Scope.STEP
    show = step_time if per_step else duration
    measured_text = f"{show(measured.seconds)}{' projected' if measured.projected else ''}"
    if measured.interval is not None:
        measured_text += f" ({duration_range(measured.interval.low, measured.interval.high)})"
    if documented.excludes_init:
        measured_text += " without initialization"
    parts = [f"{measured_text} against {_plan(documented)}"]
    bound = _bound(documented, measured.seconds)
    if kind in (VerdictKind.SLOWER, VerdictKind.FASTER) and bound is not None:
        parts.append(_difference(measured.seconds - bound, bound, documented.scope, repeats))
    return ": ".join(parts)


def _plan(documented: DocumentedRange) -> str:
    low, high = documented.low_s, documented.high_s
    if low is None and high is None:
        low = high = documented.likely_s
    return step_time_range(low, high) if documented.scope is Scope.STEP else duration_range(low, high)


def _bound(documented: DocumentedRange, seconds: float) -> float | None:
    if documented.low_s is None and documented.high_s is None:
        return documented.likely_s
    return documented.high_s if documented.high_s is not None and seconds > documented.high_s else documented.low_s


def _difference(seconds: float, bound: float, scope: Scope, repeats: float | None) -> str:
    """Give `+21m 00s on 50 min`; of a step or an epoch what all of them come to."""
    sign = "+" if seconds > 0 else "-"
    if scope in (Scope.STEP, Scope.EPOCH) and repeats:
        what = "steps" if scope is Scope.STEP else "epochs"
        return f"{sign}{duration(abs(seconds) * repeats)} over {exact(round(repeats, 2))} {what}"
    return f"{sign}{duration(abs(seconds))} on {duration_range(bound, bound)}"
