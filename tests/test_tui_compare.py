"""Runs side by side: what is the same, what differs by how much, curves by step and by time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests import boards
from tests.test_tui_rows import shown
from trainmon.events import ProblemKind
from trainmon.snapshot import MetricInfo, PauseInfo, ProblemInfo, RunSnapshot, RunStatus, StepTime
from trainmon.tui.chart_look import ChartLook
from trainmon.tui.compare_curves import timed
from trainmon.tui.compare_rows import comparison
from trainmon.tui.step_time_chart import step_time_chart


def ended(name: str, elapsed_s: float, **more: Any) -> RunSnapshot:
    return replace(boards.within(), name=name, state=RunStatus.FINISHED, eta=None, elapsed_s=elapsed_s, **more)


def metric(*values: float) -> MetricInfo:
    points = tuple((float(at), value) for at, value in enumerate(values))
    return MetricInfo(
        count=len(values), first=values[0], last=values[-1], min=min(values), max=max(values), history=points
    )


def text_of(*runs: RunSnapshot, width: int = 140) -> str:
    return "\n".join(shown(comparison(runs, width, 8)))


def line_of(text: str, label: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(f" {label}"))


def test_a_figure_says_what_it_is_of_the_first_runs() -> None:
    text = text_of(ended("a", 3600), ended("b", 1800))

    assert "0.50x" in line_of(text, "elapsed")
    assert "same" in line_of(text, "step time")


def test_the_best_value_of_a_metric_is_the_lowest_or_the_highest_as_its_name_says() -> None:
    runs = [ended("a", 60, metrics={"loss": metric(2.0, 1.0), "mrr@10": metric(0.1, 0.2)})]
    runs.append(ended("b", 60, metrics={"loss": metric(2.0, 1.5), "mrr@10": metric(0.1, 0.3)}))
    text = text_of(*runs)

    assert "1.5 (best 1.5)" in line_of(text, "loss")
    assert "0.3 (best 0.3)" in line_of(text, "mrr@10")


@pytest.mark.parametrize(
    ("name", "last", "role"), [("loss", 1.5, "warn"), ("loss", 0.5, "good"), ("mrr", 0.9, "good"), ("mrr", 0.1, "warn")]
)
def test_the_colour_of_a_change_follows_the_metric(name: str, last: float, role: str) -> None:
    before = MetricInfo(count=2, first=1.0, last=0.7, min=0.01, max=2.0)
    rows = comparison(
        [ended("a", 60, metrics={name: before}), ended("b", 60, metrics={name: replace(before, last=last)})], 140, 8
    )

    changes = [found for row in rows for text, found in row if "%" in text and text.strip().startswith(("+", "-"))]
    assert changes == [role]


def test_time_apart_is_told_by_its_causes_and_settings_that_differ_are_named() -> None:
    first = ended("a", 3600, training_s=3000.0, overhead_s={"eval": 600.0}, facts={"batch_size": 16, "epochs": 3})
    second = ended("b", 3000, training_s=2880.0, overhead_s={"eval": 120.0}, facts={"batch_size": 32, "epochs": 3})
    text = text_of(first, second)

    assert "10m 00s less: eval -8m 00s, training steps -2m 00s" in text
    assert "A 16   B 32" in line_of(text, "batch size")
    assert " epochs " not in text.split("Differences")[1]


def test_a_run_under_way_is_not_called_faster() -> None:
    running = replace(ended("b", 60), state=RunStatus.RUNNING)

    assert "against A" not in text_of(ended("a", 3600), running)


def test_a_step_is_placed_between_the_times_that_the_log_tells() -> None:
    run = replace(boards.within(), clock_history=((10.0, 100.0), (20.0, 300.0)))

    assert timed(run, [(5, 9.0), (10, 8.0), (15, 7.0), (20, 6.0), (21, 5.0)]) == [(100, 8.0), (200, 7.0), (300, 6.0)]


def test_pauses_stand_below_the_step_time_at_their_steps() -> None:
    history = tuple((float(step), 1.0) for step in range(0, 101, 5))
    times = StepTime(count=100, mean=1, median=1, p10=1, p90=1, last=1, now=1, history=history)
    run = replace(
        boards.within(),
        step_time_s=times,
        clock_history=((0.0, 0.0), (50.0, 50.0), (100.0, 160.0)),
        pauses=(PauseInfo(kind="eval", started_s=50.0, duration_s=60.0),),
        problems=(ProblemInfo(kind=ProblemKind.SLOWDOWN, message="", line=0, step=75.0),),
    )
    rows = shown(step_time_chart(run, 140, 8))

    below = rows[-1][11:]
    assert below.index("e") == pytest.approx(0.50 * len(below), abs=2)
    assert below.index("▲") == pytest.approx(0.75 * len(below), abs=2)
    assert "e evaluation" in rows[0]
    assert "▲ slower from 75" in rows[0]


def test_by_time_the_axis_is_time() -> None:
    history = metric(2.0, 1.0)
    runs = [
        replace(ended(name, 60), metrics={"loss": history}, clock_history=((0.0, 0.0), (1.0, last_s)))
        for name, last_s in (("a", 3600.0), ("b", 7200.0))
    ]
    text = "\n".join(shown(comparison(runs, 140, 8, by_time=True)))

    assert "Curves by time since the start" in text
    assert "2h 00m" in text


def test_zooming_keeps_the_cursor_in_sight_and_ends_at_the_whole() -> None:
    look = ChartLook(cursor=0.5).zoomed(0.5).zoomed(0.5)

    assert (look.low, look.high) == (0.375, 0.625)
    assert look.marks == ["4x"]
    assert look.zoomed(2).zoomed(2).zoomed(2).whole


def test_the_cursor_takes_what_is_shown_along_at_its_ends() -> None:
    look = ChartLook().zoomed(0.25)
    for _ in range(60):
        look = look.moved(-1)

    assert look.cursor is not None
    assert look.low <= look.cursor <= look.high
    assert look.low < 0.75
    assert look.high - look.low == pytest.approx(0.25)
