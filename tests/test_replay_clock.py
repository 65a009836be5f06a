"""The arithmetic of a replay: positions and moments, speed and pause, marks and what lies between them."""

from __future__ import annotations

import random

import pytest

from trainmon.replay.clock import Axis, ReplayClock, neighbour, stopwatch
from trainmon.replay.timeline import MOST_MARKS, Marks, timeline_of
from trainmon.timing.arrivals import Arrival


def test_gaps_in_which_nothing_ran_are_cut_out() -> None:
    axis = Axis([(5000.0, 5100.0), (1000.0, 1060.0), (1030.0, 1090.0)])

    assert axis.span_s == 190
    assert [axis.moment(at) for at in (0, 60, 89, 90, 100, 190, 999)] == [1000, 1060, 1089, 5000, 5010, 5100, 5100]
    assert [axis.position(at) for at in (0, 1000, 1089, 3000, 5010, 9999)] == [0, 0, 89, 90, 100, 190]


def test_a_moment_under_way_and_its_position_say_the_same() -> None:
    chance = random.Random(3)
    spans = [(begin := chance.uniform(1.6e9, 1.8e9), begin + chance.uniform(0, 1e5)) for _ in range(40)]
    axis = Axis(spans)
    for begin, end in spans:
        moment = chance.uniform(begin, end)
        assert axis.moment(axis.position(moment)) == pytest.approx(moment, abs=1e-4)


def test_nothing_to_replay_has_no_span() -> None:
    assert Axis([]).span_s == 0
    assert Axis([(7.0, 7.0)]).moment(0) == 7


def test_time_passes_at_the_speed_and_stands_while_paused() -> None:
    clock = ReplayClock(1000.0, 60, now=5)
    assert clock.position(7) == 120
    clock.toggle_pause(7)
    assert (clock.position(100), clock.paused) == (120, True)
    clock.toggle_pause(100)
    clock.change_speed(0.5, 101)
    assert (clock.position(101), clock.position(102)) == (180, 210)
    assert clock.position(9999) == 1000


def test_the_speed_stays_between_real_time_and_ten_thousand_fold() -> None:
    clock = ReplayClock(1000.0, 60, now=0)
    for _ in range(20):
        clock.change_speed(2, 0)
    assert clock.speed == 10_000
    for _ in range(20):
        clock.change_speed(0.5, 0)
    assert clock.speed == 1


def test_going_on_at_the_end_begins_again() -> None:
    clock = ReplayClock(10.0, 1, now=0)
    assert clock.position(50) == 10
    clock.toggle_pause(50)
    assert (clock.position(50), clock.position(53), clock.paused) == (0, 3, False)


def test_a_seek_keeps_playing_or_paused_and_within_the_span() -> None:
    clock = ReplayClock(100.0, 10, now=0)
    clock.seek(50, 1)
    assert clock.position(2) == 60
    clock.pause(2)
    clock.seek(-5, 3)
    assert (clock.position(9), clock.paused) == (0, True)
    clock.seek(500, 9)
    assert clock.position(9) == 100


def test_a_pause_while_the_logs_are_read_holds_at_the_start() -> None:
    clock = ReplayClock(0.0, 60, now=0)
    clock.toggle_pause(1)
    clock.begin(100.0, 2)
    assert (clock.position(50), clock.paused) == (0, True)


def test_neighbours_leave_out_where_one_stands() -> None:
    places = [0.0, 1.0, 2.5]
    assert [neighbour(places, 1.0, +1), neighbour(places, 1.0, -1)] == [2.5, 0.0]
    assert [neighbour(places, 2.5, +1), neighbour(places, 0.0, -1)] == [None, None]


def test_what_has_no_time_of_its_own_came_with_what_stood_before_it() -> None:
    marks = Marks()
    for time_s, offset in ((0.0, 0), (10.0, 100), (10.0, 150), (30.0, 200)):
        marks.note(time_s, offset)
    timeline = marks.timeline(260, coarse=False)

    assert [timeline.seen(at).offset for at in (0, 9.9, 10, 29, 30)] == [100, 100, 200, 200, 260]
    assert timeline.seen(29).grew_s == 10
    assert [timeline.time_of(offset) for offset in (0, 99, 100, 199, 200, 259)] == [0, 0, 10, 10, 30, 30]


def test_marks_are_bounded_and_time_between_them_is_even() -> None:
    marks = Marks()
    for step in range(1, 3 * MOST_MARKS):
        marks.note(step * 2.0, step * 10_000)
    timeline = marks.timeline(3 * MOST_MARKS * 10_000, coarse=False)

    assert MOST_MARKS / 4 < len(timeline) <= MOST_MARKS
    for step in (1000, 20_001, 33_333):
        seen = timeline.seen(step * 2.0)
        assert seen.offset == pytest.approx(step * 10_000, abs=10_100)
        assert seen.grew_s == step * 2.0
        assert timeline.time_of(step * 10_000) == pytest.approx(step * 2.0, abs=2.1)


def test_a_record_of_arrivals_is_taken_as_it_is() -> None:
    arrivals = [Arrival(10, 100.0), Arrival(10, 101.0), Arrival(50, 104.0), Arrival(60, 104.0), Arrival(999, 110.0)]
    timeline = timeline_of(arrivals, 80)

    assert [timeline.seen(at).offset for at in (0, 3.9, 4, 9, 10)] == [10, 10, 60, 60, 80]
    assert timeline.duration_s == 10


def test_hours_go_on_beyond_a_day() -> None:
    assert stopwatch(100_000.9) == "27:46:40"
