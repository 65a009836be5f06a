"""A wall-clock limit on a run (Slurm's, or a person's): when it strikes, and whether the run ends before it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from trainmon import units
from trainmon.errors import UsageError
from trainmon.events import ProblemKind
from trainmon.snapshot import Eta, ProblemInfo, RunSnapshot

_PARTS = re.compile(r"(\d+(?:\.\d+)?)\s*(d|h|min|m|s)", re.I)
_SECONDS = {"d": 86400.0, "h": 3600.0, "min": 60.0, "m": 60.0, "s": 1.0}
_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")
_SLURM = re.compile(r"(?:(\d+)-)?(\d{1,3}):(\d\d):(\d\d)")


def check_deadline(text: str) -> str:
    """Give `text` back if it can be read. Raises UsageError."""
    if _of_run_s(text) is None and _CLOCK.fullmatch(text.strip()) is None and _moment(text) is None:
        raise UsageError(
            f"cannot read the deadline {text!r}: write 18:30, 2026-01-31T18:30, 6h, 4h30m, or Slurm's 1-12:00:00"
        )
    return text


def deadline_at(text: str, started_at: float | None, now: float) -> float | None:
    """Seconds since the epoch; None for a duration of a run whose beginning is unknown."""
    of_run_s = _of_run_s(text)
    if of_run_s is not None:
        return started_at + of_run_s if started_at is not None else None
    clock = _CLOCK.fullmatch(text.strip())
    if clock is None:
        return _moment(text)
    # The first time that the clock shows it after the run began.
    base = datetime.fromtimestamp(started_at if started_at is not None else now).astimezone()
    at = base.replace(hour=int(clock[1]) % 24, minute=int(clock[2]), second=0, microsecond=0)
    return (at if at >= base else at + timedelta(days=1)).timestamp()


def deadline_problem(run: RunSnapshot, text: str, now: float) -> ProblemInfo | None:
    """What the limit means for a run under way; None where it ends in time or nobody can tell."""
    at = deadline_at(text, _began_at(run, now), now)
    if at is None or run.eta is None:
        return None
    late_s = now + run.eta.remaining_s.likely - at
    limit = units.clock(at, now)
    if late_s > 0:
        message = f"ends {units.duration(late_s)} after the limit at {limit}"
    elif _may_be_late(run.eta, now, at):
        message = f"may end after the limit at {limit}, by up to {units.duration(now + run.eta.remaining_s.high - at)}"
    else:
        return None
    return ProblemInfo(kind=ProblemKind.TIME_LIMIT, message=message, line=0, step=run.step)


def _began_at(run: RunSnapshot, now: float) -> float | None:
    """A log without times of day tells by its bars how long the run has taken."""
    if run.started_at is not None or run.elapsed_s is None:
        return run.started_at
    return now - run.elapsed_s


def _may_be_late(eta: Eta, now: float, at: float) -> bool:
    return now + eta.remaining_s.high > at


def _of_run_s(text: str) -> float | None:
    slurm = _SLURM.fullmatch(text.strip())
    if slurm is not None:
        days, hours, minutes, seconds = (float(part or 0) for part in slurm.groups())
        return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    parts = _PARTS.findall(text)
    if not parts or _PARTS.sub("", text).strip():
        return None
    return sum(float(count) * _SECONDS[unit.lower()] for count, unit in parts)


def _moment(text: str) -> float | None:
    try:
        return datetime.fromisoformat(text.strip()).timestamp()
    except ValueError:
        return None
