"""The grammar of durations, span by span."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainmon.parsers.documents.bars import find_bars
from trainmon.parsers.documents.durations import find_durations
from trainmon.parsers.documents.positions import find_positions

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0


@pytest.mark.parametrize(
    ("text", "low", "high", "likely"),
    [
        pytest.param("15-30 minutes", 900, 1800, None, id="range"),
        pytest.param("~25–30 minutes per epoch", 1500, 1800, None, id="en-dash"),
        pytest.param("5 to 10 min", 300, 600, None, id="to"),
        pytest.param("between 2 and 3 hours", 7200, 10800, None, id="between"),
        pytest.param("30 min to 2 h", 1800, 7200, None, id="two-units"),
        pytest.param("40 minutes - 1 hour", 2400, 3600, None, id="two-units-dash"),
        pytest.param("540-1,344 hours", 540 * HOUR, 1344 * HOUR, None, id="thousands-in-upper-end"),
        pytest.param("2~3小时", 7200, 10800, None, id="tilde-as-dash"),
        pytest.param("1.5 days", None, None, 1.5 * DAY, id="point"),
        pytest.param("1,5 hours", None, None, 5400, id="decimal-comma"),
        pytest.param("2,850 seconds", None, None, 2850, id="thousands-comma"),
        pytest.param("<5 minutes", None, 300, None, id="less-than-sign"),
        pytest.param("less than 2 hours", None, 7200, None, id="less-than-words"),
        pytest.param(">60 min", 3600, None, None, id="greater-than"),
        pytest.param("10+ hours", 36000, None, None, id="plus"),
        pytest.param("2 hours ± 15 minutes", 6300, 8100, None, id="plus-minus"),
        pytest.param("4h 05m", None, None, 14700, id="compound"),
        pytest.param("7h11m", None, None, 25860, id="glued-compound"),
        pytest.param("5 days and 14 hours", None, None, 5 * DAY + 14 * HOUR, id="compound-words"),
        pytest.param("1 day, 4:05:06", None, None, DAY + 4 * HOUR + 306, id="days-and-clock"),
        pytest.param("took 2:30:00 in all", None, None, 9000, id="clock"),
        pytest.param("half an hour", None, None, 1800, id="half-an-hour"),
        pytest.param("takes an hour and a half", None, None, 5400, id="hour-and-a-half"),
        pytest.param("two and a half hours", None, None, 9000, id="number-words"),
        pytest.param("1/2 hour", None, None, 1800, id="fraction"),
        pytest.param("3 months", None, None, 90 * DAY, id="months"),
        pytest.param("2 weeks", None, None, 14 * DAY, id="weeks"),
        pytest.param("10-12 小时", 36000, 43200, None, id="chinese-hours"),
        pytest.param("一个半小时", None, None, 5400, id="chinese-one-and-a-half"),
        pytest.param("约 30 分钟左右", None, None, 1800, id="chinese-about"),
        pytest.param("2–3 Stunden", 7200, 10800, None, id="german"),
        pytest.param("135ms / iter", None, None, 0.135, id="milliseconds"),
        pytest.param("20-24h", 72000, 86400, None, id="glued-unit"),
        pytest.param("an hour and three quarters", None, None, 6300, id="hour-and-quarters"),
        pytest.param("two hours and ten minutes", None, None, 7800, id="compound-of-words"),
        pytest.param("three quarters of an hour", None, None, 2700, id="quarters-of-an-hour"),
        pytest.param("an hour and ten minutes", None, None, 4200, id="hour-and-minutes"),
        pytest.param("4 个半小时", None, None, 16200, id="chinese-four-and-a-half"),
        pytest.param("etwa dreieinhalb Stunden", None, None, 12600, id="german-halves"),
        pytest.param("srun --time=1-12:00:00", None, None, 1.5 * DAY, id="days-of-a-scheduler"),
    ],
)
def test_a_duration_is_read_with_its_ends(
    text: str, low: float | None, high: float | None, likely: float | None
) -> None:
    (span,) = find_durations(text)
    assert (span.low_s, span.high_s, span.likely_s) == (low, high, likely)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("an ml.p4d.24xlarge instance", id="instance-name"),
        pytest.param("about 3 requests/second", id="rate"),
        pytest.param("24k tokens per second", id="rate-in-words"),
        pytest.param("from $3-8/hour", id="price"),
        pytest.param("watch -n 1 nvidia-smi", id="flag"),
        pytest.param("python train.py --timeout 30s", id="flag-value"),
        pytest.param("saves every 30 minutes", id="cadence"),
        pytest.param("clips of 10 seconds of audio", id="length-of-audio"),
        pytest.param("starts at 10:30:00", id="clock-time"),
        pytest.param("2023-09-01 10:30:00 started", id="timestamp"),
        pytest.param("a trend of the 1990s", id="decade"),
        pytest.param("progress over 7 years", id="years-of-history"),
        pytest.param("posted 3 days ago", id="ago"),
        pytest.param("3 times a day", id="times-a-day"),
        pytest.param("a second run", id="ordinal"),
        pytest.param("an RTX 3090 with 24 GB", id="hardware"),
        pytest.param("20-30% faster", id="percent"),
        pytest.param("PyTorch 2.0.1 or newer", id="version"),
        pytest.param("Table 1d of the appendix", id="table-number"),
        pytest.param("a file of 500 MB", id="size"),
        pytest.param("Date: Tue, 3 Mar 2026 08:02:11 +0100", id="date-of-a-letter"),
        pytest.param("1,800 hours of English", id="hours-of-a-language"),
        pytest.param("训练数据 860 小时", id="hours-of-data"),
        pytest.param("约每 40 秒打印一次", id="chinese-cadence"),
        pytest.param("12/400, 1h 36min left", id="time-left"),
        pytest.param("fixed in commit 49d3d11ba7", id="hash"),
        pytest.param("SHA1 Fingerprint: a2:22:25:01:13:57", id="fingerprint"),
        pytest.param("00:00:25,000 --> 00:00:31,000", id="subtitles"),
        pytest.param("busy (0 ms)", id="no-time-at-all"),
        pytest.param("esc [?2004h", id="terminal-code"),
        pytest.param("Wed Mar 21 18:14:51 EDT 2018", id="date-of-unix"),
        pytest.param("os níveis 2 e 3 são exemplos", id="accented-word"),
    ],
)
def test_false_friends_are_no_durations(text: str) -> None:
    assert [span for span in find_durations(text) if not span.short_unit] == []


def test_a_slash_list_is_as_many_durations_and_no_range() -> None:
    spans = find_durations("approximately 1/2/4/6/8 days on one card")
    assert [span.likely_s for span in spans] == [DAY, 2 * DAY, 4 * DAY, 6 * DAY, 8 * DAY]
    assert {span.text for span in spans} == {"1/2/4/6/8 days"}


def test_a_numbered_step_opens_no_range() -> None:
    (span,) = find_durations("Step 1 - 5 minutes")
    assert span.likely_s == 5 * MINUTE


def test_a_unit_is_lent_to_the_figure_it_is_compared_with() -> None:
    first, second = find_durations("takes 4-8 hours instead of 6-12")
    assert (second.low_s, second.high_s) == (6 * HOUR, 12 * HOUR)
    assert first.text == "4-8 hours"


def test_gpu_hours_are_kept_apart_from_hours() -> None:
    gpu_hours, hours = find_durations("3,784 A100-hours, or 40 hours on a node")
    assert gpu_hours.device_time
    assert not hours.device_time


def test_units_that_grow_are_two_durations() -> None:
    assert [span.likely_s for span in find_durations("takes 5 minutes and 2 hours")] == [300, 7200]


def test_millions_of_gpu_hours_are_read_as_such() -> None:
    (span,) = find_durations("3.3M GPU hours")
    assert (span.likely_s, span.device_time) == (3.3e6 * HOUR, True)


def test_a_few_minutes_is_a_duration_without_figures() -> None:
    (span,) = find_durations("finetuning needs a few minutes")
    assert span.vague
    assert span.top_s == 0.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        pytest.param("Hour 1-19: training", 18 * HOUR, id="hours-are-marks"),
        pytest.param("Week 2: the second model", 7 * DAY, id="weeks-are-counted"),
        pytest.param("Day 3-5: data", 3 * DAY, id="days-are-counted"),
        pytest.param("第2-3周: 训练", 14 * DAY, id="chinese"),
    ],
)
def test_a_position_in_a_calendar_gives_the_length_of_its_slot(text: str, seconds: float) -> None:
    (span,) = find_positions(text)
    assert span.likely_s == seconds


@pytest.mark.parametrize("text", ["Hour 0:40 - first results", "the first day of training", "Day after day"])
def test_what_only_looks_like_a_position_is_none(text: str) -> None:
    assert find_positions(text) == []


def test_a_quoted_bar_gives_elapsed_and_seconds_per_item() -> None:
    (bar,) = find_bars("`Encoding: 100%|████| 500/500 [4:00:00<00:00, 28.8s/it]`")
    assert [span.text for span in bar.spans] == ["4:00:00", "28.8s/it"]
    assert (bar.total, bar.elapsed_s) == (500, 4 * HOUR)


@given(st.text(max_size=300))
def test_no_text_makes_the_grammar_fail(text: str) -> None:
    for span in find_durations(text):
        assert 0 <= span.start <= span.end


@given(
    st.lists(
        st.sampled_from([*"0123456789.,:-~<>/ ", " h", " min", "days", "about ", " to ", "小时", "±"]), max_size=40
    )
)
def test_no_arrangement_of_figures_and_units_makes_the_grammar_fail(parts: list[str]) -> None:
    for span in find_durations("".join(parts)):
        assert span.top_s >= 0.0 or span.low_s is not None
