"""Where a run's times come from, and how good its ETA was, in words for every format."""

from __future__ import annotations

from trainmon import units
from trainmon.sanitise import clean
from trainmon.snapshot import ClockBasis, EtaCheck, RunSnapshot

ETA_TITLE = "ETA accuracy over the run"
ETA_SAID = "Time left as the ETA would have given it from the log alone, without documents."
ETA_HEADER = ("At", "ETA said", "80 % range", "Came true", "Off by", "In range")
_BASES = {
    ClockBasis.TIMESTAMPS: "timestamps in the log",
    ClockBasis.ELAPSED: "the elapsed time that the bars show",
    ClockBasis.ARRIVAL: "the times at which the lines arrived",
    ClockBasis.PRINTED: "the step times that the log prints",
    ClockBasis.NONE: "",
}


def step_time_basis(run: RunSnapshot) -> str:
    """Give where the step times come from: `timestamps in the log`; '' where none were measured."""
    return _BASES[run.step_time_s.basis] if run.step_time_s is not None else ""


def eta_basis(run: RunSnapshot) -> str:
    """Give what the ETA comes from: `measured`, `documented`, `measured + documented stages`; '' without one."""
    return clean(run.eta.basis) if run.eta is not None else ""


def eta_rows(run: RunSnapshot) -> list[tuple[str, ...]]:
    """Give what the ETA said on the way against what came true, under `ETA_HEADER`; empty where nobody asked."""
    return [_row(check) for check in run.eta_accuracy]


def _row(check: EtaCheck) -> tuple[str, ...]:
    left, true_s = check.remaining_s, check.true_s
    at = units.percent(check.share)
    if left is None:
        return at, "no answer", "", units.duration(true_s), "", ""
    off = f"{round(100 * (left.likely / true_s - 1)):+d} %" if true_s > 0 else units.UNKNOWN
    held = "yes" if left.low <= true_s <= left.high else "no"
    return at, units.duration(left.likely), units.duration_range(left.low, left.high), units.duration(true_s), off, held
