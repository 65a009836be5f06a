"""Braille curves and the charts made of them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import boards
from tests.board_parts import metric
from trainmon.tui.braille import Curve, Scale, nearest, plot, scale_of, smooth
from trainmon.tui.chart import metric_chart
from trainmon.tui.chart_look import ChartLook
from trainmon.tui.step_time_chart import step_time_chart
from trainmon.tui.text import Row, width_of

FULL = chr(0x28FF)


def shown(rows: list[Row]) -> list[str]:
    return ["".join(text for text, _ in row) for row in rows]


def scale(x: float, y: float) -> Scale:
    return Scale(x_low=0, x_high=x, y_low=0, y_high=y)


def test_a_rising_line_goes_from_the_lower_left_to_the_upper_right() -> None:
    rows = shown(plot([Curve(points=[(0, 0), (3, 3)])], scale(3, 3), 2, 1))

    assert rows == [chr(0x2800 + 0x40 + 0x20) + chr(0x2800 + 0x02 + 0x08)]


def test_a_missing_value_leaves_a_gap() -> None:
    points = [(0.0, 1.0), (1.0, 1.0), (4.0, math.nan), (7.0, 1.0), (8.0, 1.0)]

    row = shown(plot([Curve(points=points)], scale(8, 2), 9, 1))[0]

    assert row[0] != " "
    assert row[4] == " "
    assert row[-1] != " "


def test_the_band_shades_the_rows_between_two_values() -> None:
    rows = shown(plot([], scale(1, 4), 3, 4, band=(1, 2)))

    assert rows == ["   ", "   ", "░░░", "   "]


def test_the_cursor_is_a_line_through_its_column() -> None:
    assert shown(plot([], scale(1, 1), 3, 2, cursor=1)) == [" │ ", " │ "]


@given(
    st.lists(st.tuples(st.floats(0, 1e9), st.floats(allow_nan=True, allow_infinity=True)), max_size=30),
    st.booleans(),
)
def test_any_values_are_drawn_in_the_place_given(points: list[tuple[float, float]], log: bool) -> None:
    curves = [Curve(points=sorted(points, key=lambda point: point[0]))]

    found = scale_of(curves, log=log)

    if found is not None:
        rows = plot(curves, found, 12, 3)
        assert [width_of(row) for row in rows] == [12, 12, 12]


def test_there_is_no_scale_without_a_finite_value() -> None:
    assert scale_of([Curve(points=[(0, math.nan), (1, math.inf)])]) is None
    assert scale_of([Curve(points=[(0, -1.0)])], log=True) is None


def test_smoothing_calms_a_curve_and_keeps_its_gaps() -> None:
    noisy = [(float(x), 1.0 + (x % 2)) for x in range(300)]
    noisy[150] = (150.0, math.nan)

    calm = smooth(noisy)

    late = [y for _, y in calm[100:] if math.isfinite(y)]
    assert max(late) - min(late) < 0.2
    assert math.isnan(calm[150][1])
    assert calm[0][1] == pytest.approx(1.0)


def test_the_nearest_point_is_found_by_its_step() -> None:
    assert nearest([(0, 5.0), (10, 6.0)], 6) == (10, 6.0)
    assert nearest([], 6) is None


def test_a_metric_whose_last_value_is_no_number_says_so() -> None:
    rows = shown(metric_chart("loss", metric([(0, 2.0), (5, 1.0)], math.nan), 60, 6))

    assert rows[0].startswith("loss nan")
    assert len(rows) == 6


def test_a_chart_on_a_logarithmic_scale_needs_values_above_zero() -> None:
    rows = shown(metric_chart("reward", metric([(0, -2.0), (5, -1.0)]), 60, 6, look=ChartLook(log=True)))

    assert "no value above 0" in rows[1]


def test_the_cursor_reads_a_value_off_the_curve() -> None:
    rows = shown(metric_chart("loss", metric([(0, 2.0), (50, 1.5), (100, 1.0)]), 60, 6, look=ChartLook(cursor=0.5)))

    assert "at step 50: 1.5" in rows[0]


def test_the_step_time_chart_shades_the_documented_step_time() -> None:
    rows = shown(step_time_chart(boards.within(), 100, 10))

    assert "documented 0.50 s to 0.60 s" in rows[0]
    assert "warm-up 24 steps" in rows[0]
    assert any("░" in row for row in rows[1:])


def test_a_run_without_step_times_says_so() -> None:
    assert "not measured yet" in shown(step_time_chart(boards.waiting(), 60, 8))[0]
