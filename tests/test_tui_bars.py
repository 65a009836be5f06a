"""Bars: the documented range, the mark in it, gauges and sparklines."""

from __future__ import annotations

import math

import pytest

from tests.board_parts import documented
from trainmon.tui.bars import (
    BAND,
    FILL,
    FILLED_BAND,
    MARK,
    TRACK,
    UNKNOWN,
    Course,
    ends,
    gauge,
    meter,
    plan_bar,
    sparkline,
)
from trainmon.tui.text import Row, width_of


def shown(row: Row) -> str:
    return "".join(text for text, _ in row)


def test_the_fill_is_the_share_done_and_the_mark_stands_in_the_documented_range() -> None:
    bar = shown(plan_bar(20, Course(share=0.25, total_s=45, band_s=(30, 60)), "accent"))

    assert bar == FILL * 5 + TRACK * 5 + BAND * 4 + MARK + BAND * 5


def test_a_slow_run_is_marked_beyond_the_band() -> None:
    bar = shown(plan_bar(18, Course(share=0.3, total_s=90, band_s=(30, 60)), "accent"))

    assert bar.endswith(TRACK + MARK)
    assert BAND in bar


def test_a_run_that_was_faster_than_documented_is_filled_to_its_end() -> None:
    bar = shown(plan_bar(20, Course(share=1.0, total_s=15, band_s=(30, 60)), "accent"))

    assert bar == FILL * 4 + MARK + FILL * 5 + FILLED_BAND * 10


@pytest.mark.parametrize("share", [0.0, 0.1, 0.31, 0.5, 0.75, 0.99, 1.0])
@pytest.mark.parametrize("total_s", [10.0, 45.0, 90.0])
def test_the_fill_is_the_percentage_whatever_is_documented(share: float, total_s: float) -> None:
    bar = shown(plan_bar(100, Course(share=share, total_s=total_s, band_s=(30, 60)), "accent"))

    filled = sum(sign in FILL + FILLED_BAND for sign in bar)
    assert abs(filled - share * 100) <= 1  # the mark may stand on a filled cell
    assert (TRACK in bar or BAND in bar or bar.endswith(MARK)) or share == 1.0


def test_a_bar_is_full_only_at_the_end() -> None:
    assert shown(plan_bar(10, Course(share=0.999), "accent")) == FILL * 9 + TRACK
    assert shown(plan_bar(10, Course(share=1.0), "accent")) == FILL * 10


def test_a_run_whose_progress_nobody_knows_has_an_empty_dotted_bar() -> None:
    bar = shown(plan_bar(10, Course(share=None, total_s=90, band_s=(30, 60)), "accent"))

    assert bar == UNKNOWN * 10


def test_without_a_document_the_bar_is_plain_progress() -> None:
    bar = shown(plan_bar(10, Course(share=0.4, total_s=10), "accent"))

    assert bar == FILL * 4 + TRACK * 6


def test_a_failed_run_has_no_mark() -> None:
    bar = shown(plan_bar(20, Course(share=0.05, total_s=100, band_s=(30, 60), marked=False), "bad"))

    assert MARK not in bar


@pytest.mark.parametrize(
    "course",
    [
        pytest.param(Course(share=None), id="nothing known"),
        pytest.param(Course(share=0.0, total_s=0.0), id="zero"),
        pytest.param(Course(share=math.nan, total_s=math.nan, band_s=(1, 2)), id="nan"),
        pytest.param(Course(share=0.5, total_s=math.inf, band_s=(1, 2)), id="infinite total"),
        pytest.param(Course(share=0.5, total_s=2.0, band_s=(5.0, math.inf)), id="open upper end"),
        pytest.param(Course(share=0.5, total_s=2.0, band_s=(0.0, 5.0)), id="open lower end"),
        pytest.param(Course(share=1e300, total_s=1e308, band_s=(1.0, 1e308)), id="huge"),
        pytest.param(Course(share=0.5, total_s=2.0, band_s=(2.0, 2.0)), id="one value"),
    ],
)
@pytest.mark.parametrize("width", [1, 7, 30])
def test_a_bar_is_always_as_wide_as_asked(course: Course, width: int) -> None:
    assert width_of(plan_bar(width, course, "accent")) == width


def test_a_single_documented_value_is_a_band_of_its_own() -> None:
    assert ends(documented(None, None, likely_s=2400)) == (2400, 2400)
    assert ends(documented(None, 300)) == (0.0, 300)
    assert ends(documented(3600, None)) == (3600, math.inf)
    assert ends(None) is None


@pytest.mark.parametrize(
    ("measured", "place"),
    [
        pytest.param(29, "below", id="just faster"),
        pytest.param(30, "inside", id="lower end"),
        pytest.param(60, "inside", id="upper end"),
        pytest.param(61, "above", id="just slower"),
        pytest.param(1e9, "above", id="far slower"),
        pytest.param(0.001, "below", id="far faster"),
    ],
)
def test_the_gauge_shows_the_side_of_the_range(measured: float, place: str) -> None:
    bar = shown(gauge(15, measured, (30, 60), "good"))

    at = bar.index(MARK)
    assert place == ("below" if at < 5 else "inside" if at < 10 else "above")
    assert len(bar) == 15


def test_a_gauge_without_a_measurement_shows_the_range_alone() -> None:
    assert MARK not in shown(gauge(15, None, (30, 60), "good"))
    assert shown(gauge(15, 3.0, None, "good")) == " " * 15


def test_a_meter_fills_with_its_share() -> None:
    assert shown(meter(10, 0.5)) == FILL * 5 + TRACK * 5
    assert shown(meter(10, None)) == TRACK * 10
    assert shown(meter(10, math.nan)) == TRACK * 10


def test_a_sparkline_falls_with_its_values() -> None:
    assert sparkline([(0, 8.0), (1, 4.5), (2, 1.0)], 3) == "█▅▁"


def test_a_sparkline_passes_over_what_is_no_number() -> None:
    line = sparkline([(0, 1.0), (1, math.nan), (2, math.inf), (3, 2.0)], 4)

    assert len(line) == 4
    assert line[0] == "▁"
    assert line[-1] == "█"


def test_a_sparkline_of_one_point_is_blank_and_of_equal_points_flat() -> None:
    assert sparkline([(0, 1.0)], 5) == " " * 5
    assert set(sparkline([(0, 3.0), (5, 3.0)], 5)) == {"▁"}
    assert len(sparkline([(0, -1e308), (1, 1e308)], 5)) == 5
