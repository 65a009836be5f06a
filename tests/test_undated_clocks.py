"""Clocks without a date: over midnight, started again, of another writer; and times that do not say of what."""

from __future__ import annotations

import pytest

from trainmon.parsers.glossary import in_english
from trainmon.parsers.printed_time import PrintedTime, elapsed_time, epoch_time, lone_time, step_time
from trainmon.reading.prefixes import strip
from trainmon.reading.timestamps import UndatedClock

HOUR = 3600.0


@pytest.mark.parametrize(
    ("clocks", "elapsed"),
    [
        pytest.param([10 * HOUR, 11 * HOUR], [0, HOUR], id="forward"),
        pytest.param([23.5 * HOUR, 0.5 * HOUR], [0, HOUR], id="midnight"),
        pytest.param([1000, 1005, 1004], [0, 5, 4], id="another writer"),
        pytest.param([0, 500, 0, 20], [0, 500, 500, 520], id="started again"),
    ],
)
def test_a_clock_without_a_date_tells_how_long_it_is_since_the_first_line(
    clocks: list[float], elapsed: list[float]
) -> None:
    clock = UndatedClock()

    assert [clock.elapsed_s(at) for at in clocks] == elapsed


def test_asking_does_not_move_the_clock() -> None:
    clock = UndatedClock()
    clock.elapsed_s(100)

    clock.elapsed_s(86_000, remember=False)

    assert clock.elapsed_s(130) == 30


@pytest.mark.parametrize(
    ("line", "clock_s", "text"),
    [
        pytest.param("[10:11:12] iter 3", 36672, "iter 3", id="time of day"),
        pytest.param("10:11:12.500 INFO  iter 3", 36672.5, "iter 3", id="with a level"),
        pytest.param("[+   12.5s] iter 3", 12.5, "iter 3", id="since the start"),
        pytest.param("[   12.345678] iter 3", 12.345678, "iter 3", id="like the kernel's"),
        pytest.param("     0.42s  iter 3", 0.42, "iter 3", id="bare seconds"),
        pytest.param("0.42s/it left", None, "0.42s/it left", id="a pace is no clock"),
    ],
)
def test_undated_clocks_at_the_head_of_a_line(line: str, clock_s: float | None, text: str) -> None:
    found = strip(line)

    assert (found.text, found.clock_s, found.time_s) == (text, clock_s, None)


@pytest.mark.parametrize(
    ("times", "last"),
    [
        pytest.param([60.0, 121.0, 180.0], (180.0, None), id="grows with the epochs"),
        pytest.param([60.0, 61.0, 59.0], (None, 59.0), id="of each epoch"),
        pytest.param([60.0], (None, None), id="one line tells nothing"),
    ],
)
def test_a_time_that_says_not_of_what_is_known_by_how_it_goes_on(
    times: list[float], last: tuple[float | None, float | None]
) -> None:
    printed = PrintedTime()

    told = [printed.read(epoch, seconds) for epoch, seconds in enumerate(times, start=1)]

    assert told[-1] == last


def test_times_with_a_word() -> None:
    assert epoch_time("Epoch 3 took 2m 5s") == 125
    assert elapsed_time("loss 0.5 elapsed=13.5s") == 13.5
    assert lone_time("| loss 0.5 | 12.5 min") == 750
    assert lone_time("eta: 5s") is None
    assert step_time("loss 0.5, iter time: 310 ms") == pytest.approx(0.31)
    assert step_time("It/sec 4.0, Tokens/sec 612") == 0.25


@pytest.mark.parametrize(
    ("text", "english"),
    [
        pytest.param("第 3/10 轮, 损失: 0.5", "epoch 3/10 , loss: 0.5", id="Chinese"),
        pytest.param("Epoche 3 von 10 - Verlust 0.5", "epoch 3 / 10 - loss 0.5", id="German"),
        pytest.param("Paste 3 of 10", "Paste 3 of 10", id="English"),
    ],
)
def test_counters_of_other_languages_are_put_into_the_readers_words(text: str, english: str) -> None:
    assert in_english(text) == english
