"""Charts that can be read: round numbers beside them, no curve flattened by a spike, units behind values."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests import boards
from tests.board_parts import metric
from trainmon.tui import compare_rows
from trainmon.tui.braille import Scale
from trainmon.tui.chart import Axis, metric_chart
from trainmon.tui.chart_look import ChartLook
from trainmon.tui.step_time_chart import step_time_chart
from trainmon.tui.text import Row
from trainmon.tui.ticks import labelled_scale


def shown(rows: list[Row]) -> list[str]:
    return ["".join(text for text, _ in row) for row in rows]


def scale(low: float, high: float, *, log: bool = False) -> Scale:
    return Scale(x_low=0, x_high=1, y_low=low, y_high=high, log=log)


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        pytest.param(0.33333, 0.74488, ["0.8", "0.3"], id="tenths"),
        pytest.param(0.0, 1.0, ["1.0", "0"], id="ends that are round"),
        pytest.param(-3.0, 12.0, ["12", "8", "4", "0", "-4"], id="below zero"),
        pytest.param(0.0000213, 0.0000301, ["3.2e-05", "2.8e-05", "2.4e-05", "2e-05"], id="small"),
        pytest.param(1e8, 9e8, ["9e+08", "7e+08", "5e+08", "3e+08", "1e+08"], id="large"),
        pytest.param(5.0, 5.0 + 1e-15, ["5", "5"], id="nearly alike"),
        pytest.param(-1e308, 1e308, ["1e+308", "-1e+308"], id="further apart than floats"),
    ],
)
def test_numbers_beside_a_chart_are_round(low: float, high: float, labels: list[str]) -> None:
    fitted, beside = labelled_scale(scale(low, high), 13)

    assert [label for label in beside if label] == labels
    assert fitted.y_low <= low
    assert high <= fitted.y_high


def test_a_logarithmic_scale_keeps_its_ends() -> None:
    fitted, beside = labelled_scale(scale(0.0123456, 98.7654, log=True), 8)

    assert (fitted.y_low, fitted.y_high) == (0.0123456, 98.7654)
    assert (beside[0], beside[-1]) == ("98.8", "0.0123")


def test_one_value_alone_is_told_and_not_drawn() -> None:
    rows = shown(metric_chart("eval_loss", metric([(1000, 0.52)], 0.52), 60, 8))

    assert rows[0].startswith("eval_loss 0.52")
    assert "the only value, at step 1,000" in rows[1]
    assert len(rows) == 2


def test_a_spike_does_not_flatten_the_curve() -> None:
    points = [(float(at), 3 - at / 50) for at in range(100)] + [(100.0, 1e6)]

    cut, whole = (shown(metric_chart("loss", metric(points), 60, 10, look=ChartLook(log=log))) for log in (False, True))

    assert "max 1e+06  beyond the axis" in cut[0]
    assert "beyond" not in whole[0]
    assert float(cut[1].split("▏")[0]) < 10
    assert sum(any("\u2800" < cell <= "\u28ff" for cell in row) for row in cut) > 4


def test_a_loss_that_falls_steeply_at_first_is_drawn_whole() -> None:
    points = [(float(at), 2 + 9 / (1 + at)) for at in range(200)]

    assert "beyond" not in shown(metric_chart("loss", metric(points), 60, 10))[0]


def test_a_value_read_off_a_curve_has_its_units() -> None:
    run, look = boards.within(), ChartLook(cursor=0.5)
    axis = Axis(ends=(0, 4000), unit="step")

    assert "at step 1,7" in shown(metric_chart("loss", run.metrics["loss"], 80, 8, look=look, axis=axis))[0]
    told = shown(step_time_chart(run, 80, 8, look=look, axis=axis))[0]
    assert "at step " in told
    assert " s   " in told.partition("at step ")[2]


def test_the_titles_of_compared_curves_say_what_the_table_says() -> None:
    first, second = boards.within(), boards.not_a_number()

    rows = shown(compare_rows.comparison([first, second], 120, 8))

    (pace,) = (row for row in rows if row.startswith("step time "))
    (loss,) = (row for row in rows if row.startswith("loss "))
    assert f" A {first.pace_s:.2f} s " in pace
    assert " B nan " in loss


def test_the_first_step_of_an_only_attempt_is_a_warm_up_and_stretches_no_axis() -> None:
    run = boards.out_of_memory()
    assert run.step_time_s is not None
    times = replace(run.step_time_s, history=((0.0, 9.0), *((float(at), 1.0 + at / 1000) for at in range(1, 200))))

    rows = shown(step_time_chart(replace(run, start_step=0.0, step_time_s=times), 80, 8))

    assert float(rows[1].split("▏")[0]) < 3
