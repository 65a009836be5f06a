"""Numbers as words."""

from __future__ import annotations

import math
from datetime import UTC

import pytest

from trainmon import units


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        pytest.param(0, "0s", id="nothing"),
        pytest.param(0.42, "0.4s", id="below a second"),
        pytest.param(9.97, "10s", id="rounds up to whole seconds"),
        pytest.param(59.6, "1m 00s", id="no sixty seconds"),
        pytest.param(200, "3m 20s", id="minutes"),
        pytest.param(3599.7, "1h 00m", id="no sixty minutes"),
        pytest.param(14700, "4h 05m", id="hours"),
        pytest.param(86399, "24h 00m", id="no sixty minutes"),
        pytest.param(183600, "51h 00m", id="hours, as in ranges"),
        pytest.param(345599, "4d 00h", id="no ninety-six hours"),
        pytest.param(442800, "5d 03h", id="days"),
        pytest.param(-200, "-3m 20s", id="negative"),
        pytest.param(None, "-", id="unknown"),
        pytest.param(math.nan, "-", id="nan"),
        pytest.param(math.inf, "-", id="infinite"),
    ],
)
def test_durations_read_like_a_clock(seconds: float | None, expected: str) -> None:
    assert units.duration(seconds) == expected


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        pytest.param(2280, 2640, "38-44 min", id="minutes"),
        pytest.param(3900, 7800, "65-130 min", id="minutes up to two hours"),
        pytest.param(21600, 39600, "6-11 h", id="hours"),
        pytest.param(27, 45, "27-45 s", id="seconds"),
        pytest.param(60, 90, "60-90 s", id="a minute and a half"),
        pytest.param(None, 300, "<5 min", id="only an upper end"),
        pytest.param(3600, None, ">60 min", id="only a lower end"),
        pytest.param(2400, 2400, "40 min", id="both alike"),
        pytest.param(None, None, "-", id="unknown"),
        pytest.param(345600, 388800, "4-4.5 days", id="days"),
    ],
)
def test_ranges_keep_one_unit(low: float | None, high: float | None, expected: str) -> None:
    assert units.duration_range(low, high) == expected


def test_counts_are_short_and_exact_numbers_are_whole() -> None:
    shown = [units.count(n) for n in (7, 999, 1234, 12_900, 999_999, 3.4e6)]

    assert shown == ["7", "999", "1.2k", "12.9k", "1M", "3.4M"]
    assert [units.exact(n) for n in (2375, 1.5, None)] == ["2,375", "1.5", "-"]


def test_gpu_memory_reads_as_the_card_is_sold() -> None:
    assert units.bytes_text(24 * 1024**3) == "24.0 GB"
    assert units.bytes_text(640 * 1024**2) == "640 MB"
    assert units.bytes_text(0) == "0 B"
    assert units.bytes_text(None) == "-"


def test_step_times_carry_their_unit() -> None:
    assert units.step_time(0.53) == "0.53 s/step"
    assert units.step_time(0.01244, "it") == "12.4 ms/it"
    assert units.step_time(252, "epoch") == "4m 12s/epoch"
    assert units.step_time(3.2e-6, "token") == "3.20 us/token"
    assert units.step_time(4e-9, "B") == "4.00 ns/B"


def test_ranges_of_step_times_name_the_unit_once() -> None:
    assert units.step_time_range(0.8, 1.3) == "0.80-1.30 s/step"
    assert units.step_time_range(1.0, 1.0) == "1.00 s/step"
    assert units.step_time_range(None, 1.3) == "<1.30 s/step"
    assert units.step_time_range(0.05, 0.2) == "50.0 ms/step to 0.20 s/step"
    assert units.step_time_range(None, None) == "-"


def test_the_ends_of_an_interval_have_fewer_digits() -> None:
    shown = [units.bound(s) for s in (0.4, 12, 408, 702, 1389, 3599, 23_040, 200_000, math.inf)]

    assert shown == ["0.4s", "12s", "6m 50s", "11m 40s", "23m", "1h 00m", "6h 24m", "55h 33m", "-"]


def test_how_many_times_is_told_with_three_digits_at_most() -> None:
    assert [units.times(ratio) for ratio in (1.004, 1.417, 7.14, 28.26, 275.89, 12_345)] == [
        "1.00x", "1.42x", "7.1x", "28x", "276x", "12,345x",
    ]  # fmt: skip


def test_progress_is_whole_only_at_the_end() -> None:
    assert [units.percent(p) for p in (0, 0.001, 0.456, 0.999, 1)] == ["0 %", "<1 %", "46 %", "99 %", "100 %"]


def test_moments_outside_the_calendar_are_unknown() -> None:
    assert units.moment(0) == "1970-01-01 00:00 UTC"
    assert units.moment(1e300) == "-"


def test_a_clock_time_on_another_day_names_the_day() -> None:
    now = 1_700_000_000.0  # Tuesday 14 November 2023, 22:13 UTC

    shown = [units.clock(now + later, now, UTC) for later in (600, 7_200, 8 * 86_400, 1e30)]

    assert shown == ["22:23", "Wed 00:13", "22 Nov 22:13", "-"]


def test_a_step_of_its_total_is_exact_until_it_is_large() -> None:
    assert units.steps(110, 240) == "110/240"
    assert units.steps(1_240, 99_000) == "1,240/99,000"
    assert units.steps(12_500, 200_000) == "12.5k/200k"
    assert units.steps(7, None) == "7"
    assert units.steps(None, None) == "-"


@pytest.mark.parametrize(
    ("number", "noun", "text"),
    [
        pytest.param(1, "run", "1 run", id="one"),
        pytest.param(0, "file", "0 files", id="none"),
        pytest.param(1200, "step", "1,200 steps", id="thousands"),
        pytest.param(80, "batch", "80 batches", id="batches"),
        pytest.param(3, "epoch", "3 epochs", id="epochs"),
        pytest.param(2, "query", "2 queries", id="queries"),
        pytest.param(1, "finished run", "1 finished run", id="two words"),
    ],
)
def test_a_number_and_its_noun_agree(number: float, noun: str, text: str) -> None:
    assert units.plural(number, noun) == text
