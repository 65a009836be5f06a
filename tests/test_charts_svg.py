"""Charts hold whatever numbers a log holds."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainmon.exports.charts_svg import line_chart, parts_bar, plan_bar, thinned

POINT = st.tuples(st.floats(), st.floats())


def coordinates(svg: str) -> list[float]:
    drawn = re.findall(r' (?:x|y|x1|x2|y1|y2|cx|cy|width|height|points)="([^"]*)"', svg)
    return [float(number) for group in drawn for number in re.split("[ ,]", group)]


@given(st.lists(POINT, max_size=30), st.lists(POINT, max_size=30))
def test_any_numbers_give_finite_coordinates_inside_the_picture(
    first: list[tuple[float, float]], second: list[tuple[float, float]]
) -> None:
    svg = line_chart([("a", first), ("b", second)], label="x")

    assert all(math.isfinite(number) and -1 <= number <= 400 for number in coordinates(svg))


@given(st.none() | st.floats(), st.none() | st.floats(), st.none() | st.floats())
def test_any_plan_gives_finite_coordinates(low: float | None, high: float | None, measured: float | None) -> None:
    assert all(math.isfinite(number) for number in coordinates(plan_bar(low, high, measured, label="x")))


@pytest.mark.parametrize("points", [[], [(1.0, 2.0)], [(1.0, math.nan), (2.0, 1.0)]], ids=["none", "one", "one finite"])
def test_a_line_needs_two_points(points: list[tuple[float, float]]) -> None:
    assert line_chart([("a", points)], label="x") == ""


def test_a_flat_line_lies_in_the_middle() -> None:
    svg = line_chart([("a", [(0.0, 0.0), (10.0, 0.0)])], label="x")
    points = re.search('points="([^"]*)"', svg)

    assert points is not None
    assert points[1] == "62.0,68.0 332.0,68.0"


def test_one_compiling_step_does_not_flatten_the_rest() -> None:
    pace = [(float(step), 100.0 if step == 0 else 1.0 + 0.1 * (step % 2)) for step in range(100)]

    svg = line_chart([("step time", pace)], label="x")

    assert ">1.2<" in svg
    assert ">100<" not in svg


def test_thinning_keeps_both_extremes() -> None:
    points = [(float(step), 0.0) for step in range(10_000)]
    points[4321], points[8765] = (4321.0, 9.0), (8765.0, -9.0)

    kept = thinned(points)

    assert len(kept) <= 240
    assert {(4321.0, 9.0), (8765.0, -9.0)} <= set(kept)
    assert list(kept) == sorted(kept)


def test_parts_fill_the_bar_in_their_proportion() -> None:
    widths = [
        float(width) for width in re.findall(r'<rect[^>]* width="([^"]*)"', parts_bar([("a", 1), ("b", 3)], label="x"))
    ]

    assert widths == [248.0, 748.0]
