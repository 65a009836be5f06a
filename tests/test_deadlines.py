"""Wall-clock limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from trainmon.errors import UsageError
from trainmon.plan.deadlines import check_deadline, deadline_at, deadline_problem
from trainmon.snapshot import Eta, Interval, RunSnapshot

BEGAN = datetime(2026, 1, 31, 12, 0).timestamp()
NOW = BEGAN + 3600.0


@pytest.mark.parametrize(
    ("text", "at"),
    [
        pytest.param("6h", BEGAN + 6 * 3600, id="a duration from the beginning"),
        pytest.param("4h 30m", BEGAN + 4.5 * 3600, id="hours and minutes"),
        pytest.param("1-12:00:00", BEGAN + 36 * 3600, id="Slurm's days and hours"),
        pytest.param("18:30", datetime(2026, 1, 31, 18, 30).timestamp(), id="a time of day"),
        pytest.param("11:00", datetime(2026, 2, 1, 11, 0).timestamp(), id="a time of the next day"),
        pytest.param("2026-02-01T08:00", datetime(2026, 2, 1, 8, 0).timestamp(), id="a date and time"),
    ],
)
def test_a_deadline_is_read(text: str, at: float) -> None:
    assert deadline_at(check_deadline(text), BEGAN, NOW) == at


@pytest.mark.parametrize("text", ["soon", "25 apples", "12:xx", ""])
def test_what_is_no_deadline_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="deadline"):
        check_deadline(text)


def run_with(low_s: float, likely_s: float, high_s: float) -> RunSnapshot:
    eta = Eta(remaining_s=Interval(low=low_s, likely=likely_s, high=high_s), finish_at=None, basis="measured")
    return RunSnapshot(name="run", files=(), started_at=BEGAN, eta=eta)


@pytest.mark.parametrize(
    ("run", "message"),
    [
        pytest.param(run_with(3000, 3300, 3600), None, id="in time"),
        pytest.param(run_with(4000, 6420, 9000), "ends 47m 00s after the limit at 14:00", id="late"),
        pytest.param(run_with(3000, 3500, 4500), "may end after the limit at 14:00, by up to 15m 00s", id="perhaps"),
    ],
)
def test_what_the_limit_means_for_a_run(run: RunSnapshot, message: str | None) -> None:
    problem = deadline_problem(run, "2h", NOW)

    assert (problem.message if problem is not None else None) == message


def test_a_run_whose_bars_alone_tell_the_time_is_held_against_a_duration() -> None:
    undated = replace(run_with(4000, 6420, 9000), started_at=None, elapsed_s=3600.0)

    problem = deadline_problem(undated, "2h", NOW)

    assert problem is not None
    assert problem.message == "ends 47m 00s after the limit at 14:00"
    assert deadline_problem(replace(undated, elapsed_s=None), "2h", NOW) is None


def test_a_duration_means_nothing_for_a_run_whose_beginning_is_unknown() -> None:
    assert deadline_at("6h", None, NOW) is None
