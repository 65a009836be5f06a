"""Prefixes of launchers and loggers: what they say is kept, what they stand before is left alone."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainmon.reading.prefixes import Prefix, strip


def at(
    year: int,
    month: int,
    day: int,
    hour: int = 0,
    minute: int = 0,
    second: int = 0,
    *,
    micro: int = 0,
    offset_h: int = 0,
) -> float:
    zone = timezone(timedelta(hours=offset_h))
    return datetime(year, month, day, hour, minute, second, micro, tzinfo=zone).timestamp()


@pytest.mark.parametrize(
    ("line", "text", "time_s"),
    [
        pytest.param(
            "2026-11-20 04:49:05,672 - x - INFO - hi", "hi", at(2026, 11, 20, 4, 49, 5, micro=672000), id="logging"
        ),
        pytest.param(
            "[2026-11-20 04:49:05,672][__main__][INFO] - hi", "hi", at(2026, 11, 20, 4, 49, 5, micro=672000), id="hydra"
        ),
        pytest.param(
            "2026-11-20 04:50:04.353 | INFO     | __main__:<lambda>:22 - [1/4] it    7/70",
            "[1/4] it    7/70",
            at(2026, 11, 20, 4, 50, 4, micro=353000),
            id="loguru",
        ),
        pytest.param(
            "[INFO|trainer.py:1787] 2023-07-15 04:58:18,661 >>   Num examples = 3",
            "Num examples = 3",
            at(2023, 7, 15, 4, 58, 18, micro=661000),
            id="transformers",
        ),
        pytest.param(
            "04/11/2025 01:11:01 - INFO - __main__ -   Num = 2", "Num = 2", at(2025, 4, 11, 1, 11, 1), id="accelerate"
        ),
        pytest.param(
            "2024/10/09 23:01:18 - mmengine - INFO - Epoch(train)",
            "Epoch(train)",
            at(2024, 10, 9, 23, 1, 18),
            id="mmengine",
        ),
        pytest.param(
            "I0317 10:00:13.658792 140123 file.py:181] hi", "hi", at(2026, 3, 17, 10, 0, 13, micro=658792), id="absl"
        ),
        pytest.param(
            "I0000 00:00:1795150833.230919   17032 port.cc:153] hi", "hi", 1795150833.230919, id="absl before its start"
        ),
        pytest.param(
            "[10/26 21:51:30 d2.utils.events]:  eta: 0:01:12",
            "eta: 0:01:12",
            at(2026, 10, 26, 21, 51, 30),
            id="detectron2",
        ),
        pytest.param(
            "[2025-10-22 20:10:51,199] [INFO] [timer.py:264:stop] epoch=0",
            "epoch=0",
            at(2025, 10, 22, 20, 10, 51, micro=199000),
            id="deepspeed",
        ),
        pytest.param(
            "[2026-06-20 15:38:29,823] [INFO] [axolotl.train] [PID:12] done",
            "done",
            at(2026, 6, 20, 15, 38, 29, micro=823000),
            id="axolotl",
        ),
        pytest.param(
            "[I 2026-11-20 07:30:33,047] Trial 0", "Trial 0", at(2026, 11, 20, 7, 30, 33, micro=47000), id="optuna"
        ),
        pytest.param(
            "[W 2026-11-20 07:30:33.047 ServerApp] hi", "hi", at(2026, 11, 20, 7, 30, 33, micro=47000), id="tornado"
        ),
        pytest.param("[NeMo I 2024-05-01 12:00:00 exp_manager:123] hi", "hi", at(2024, 5, 1, 12), id="nemo"),
        pytest.param(
            " [2026-11-20 04:52:57] iteration  10/ 300",
            "iteration  10/ 300",
            at(2026, 11, 20, 4, 52, 57),
            id="megatron",
        ),
        pytest.param(
            "2024-07-04 10:48:18.689274: Epoch 0", "Epoch 0", at(2024, 7, 4, 10, 48, 18, micro=689274), id="nnunet"
        ),
        pytest.param("2026-11-20T04:51:29Z step 3", "step 3", at(2026, 11, 20, 4, 51, 29), id="iso"),
        pytest.param(
            "2026-11-20T04:51:29+08:00 INFO step 3",
            "step 3",
            at(2026, 11, 20, 4, 51, 29, offset_h=8),
            id="iso with an offset",
        ),
        pytest.param(
            "[2024/08/08 05:32:50] ppocr INFO: epoch: [1/10]", "epoch: [1/10]", at(2024, 8, 8, 5, 32, 50), id="paddle"
        ),
        pytest.param(
            "[host] 2020-09-17 18:14:26,464 (trainer:243) INFO: 1epoch",
            "1epoch",
            at(2020, 9, 17, 18, 14, 26, micro=464000),
            id="espnet",
        ),
        pytest.param(
            "[2024-09-27 16:24:40 swin_small] (main.py 361): INFO Test: [0/391]",
            "Test: [0/391]",
            at(2024, 9, 27, 16, 24, 40),
            id="swin",
        ),
        pytest.param("INFO 07-15 10:00:00 [llm.py:3] hi", "hi", at(2026, 7, 15, 10), id="vllm"),
        pytest.param("Nov 20 04:51:29 node1 python[12]: step", "step", at(2026, 11, 20, 4, 51, 29), id="syslog"),
        pytest.param(
            "2024-01-01T00:00:00.5Z stdout F step", "step", at(2024, 1, 1, 0, 0, 0, micro=500000), id="container"
        ),
        pytest.param("25/12/2024 10:00:00 - INFO - x", "x", at(2024, 12, 25, 10), id="day first"),
    ],
)
def test_a_loggers_header_gives_its_time_and_goes(line: str, text: str, time_s: float) -> None:
    found = strip(line, zone=UTC, default_year=2026)

    assert found.text == text
    assert found.time_s == pytest.approx(time_s, abs=1e-3)


@pytest.mark.parametrize(
    ("line", "text", "rank"),
    [
        pytest.param(
            "[rank0]: Traceback (most recent call last):", "Traceback (most recent call last):", 0, id="torchrun"
        ),
        pytest.param('[rank1]:   File "a.py", line 3', '  File "a.py", line 3', 1, id="indentation stays"),
        pytest.param("0: step 5/100", "step 5/100", 0, id="srun"),
        pytest.param("  3: {'loss': 1}", "{'loss': 1}", 3, id="srun padded"),
        pytest.param("[1,183]<stderr>:hello", "hello", 183, id="mpirun"),
        pytest.param("[default0]:foo", "foo", 0, id="default"),
        pytest.param("[RANK 2] foo", "foo", 2, id="accelerate"),
        pytest.param("(TaskRunner pid=422294) step:3", "step:3", None, id="ray"),
        pytest.param("wandb: Tracking run", "Tracking run", None, id="wandb"),
        pytest.param("0: 2024-01-01 10:00:00 - a.b - INFO - hi", "hi", 0, id="srun before a logger"),
    ],
)
def test_a_launchers_prefix_gives_the_rank_and_goes(line: str, text: str, rank: int | None) -> None:
    found = strip(line, zone=UTC)

    assert (found.text, found.rank) == (text, rank)


@pytest.mark.parametrize(
    "line",
    [
        "step 3: loss 0.5",
        "3: loss 0.5",
        "12: 0.53",
        "0:\ttest: 0.5363753\tbest: 0.5363753 (0)",
        "[0]\tvalidation-auc:0.5",
        "[10/300] loss 0.4",
        "[1/4] it 7/70",
        "[Step 100/100] Loss: 4.5",
        "  7%|# | 7/100 [00:30<06:38,  4.29s/it]",
        "12it [00:01, 3it/s]",
        "{'loss': 1}",
        "Epoch 1",
        "Warning: x",
        "Information about the run",
        "[train] loss 3",
        "",
    ],
)
def test_a_line_without_a_prefix_stays_as_it_is(line: str) -> None:
    assert strip(line, zone=UTC, default_year=2026) == Prefix(line)


def test_a_message_that_begins_like_a_loggers_name_stays_whole() -> None:
    assert strip("2026-11-20 04:42:52,005 INFO loss: 0.5 acc 0.6", zone=UTC).text == "loss: 0.5 acc 0.6"
    assert strip("2026-11-20 10:00:00 - Epoch 3 - loss 0.4", zone=UTC).text == "Epoch 3 - loss 0.4"
    assert strip("[2024-01-01 10:00:00] [train] loss 3", zone=UTC).text == "[train] loss 3"


def test_a_table_row_keeps_its_timestamp_but_tells_its_time() -> None:
    row = "2024/11/23 12:23:49.273, 0, NVIDIA RTX A6000, 86 %"
    found = strip(row, zone=UTC)

    assert found.text == row
    assert found.time_s == pytest.approx(at(2024, 11, 23, 12, 23, 49, micro=273000), abs=1e-3)


def test_a_clock_without_a_date_is_no_moment() -> None:
    found = strip("[12:00:01] WARNING: foo", zone=UTC)

    assert (found.text, found.time_s, found.rank) == ("foo", None, None)
    assert found.extra == {"level": "WARNING"}
    assert found.clock_s == 12 * 3600 + 1


@pytest.mark.parametrize("date", ["2023-02-29", "2024-13-01", "2024-00-10", "2024-04-31", "0000-01-01"])
def test_a_date_that_does_not_exist_gives_no_time(date: str) -> None:
    found = strip(f"{date} 10:00:00 - x - INFO - hi", zone=UTC)

    assert (found.text, found.time_s) == ("hi", None)


def test_a_leap_day_exists_in_a_leap_year_only() -> None:
    line = "I0229 10:00:13.658792 140123 file.py:181] hi"

    assert strip(line, zone=UTC, default_year=2024).time_s is not None
    assert strip(line, zone=UTC, default_year=2026).time_s is None
    assert strip(line, zone=UTC).time_s is None


def test_an_impossible_clock_gives_no_time() -> None:
    assert strip("2024-01-01 25:61:00 - x - INFO - hi", zone=UTC).time_s is None


def test_the_zone_rules_only_where_none_is_written() -> None:
    east = timezone(timedelta(hours=8))

    assert strip("2026-11-20 04:00:00 INFO x", zone=east).time_s == at(2026, 11, 19, 20)
    assert strip("2026-11-20T04:00:00Z INFO x", zone=east).time_s == at(2026, 11, 20, 4)


def test_level_logger_and_actor_are_kept() -> None:
    assert strip("2026-11-20 04:49:05,672 - my.mod - ERROR - x", zone=UTC).extra == {
        "level": "ERROR",
        "logger": "my.mod",
    }
    assert strip("(TaskRunner pid=422294) x", zone=UTC).extra == {"actor": "TaskRunner"}


@given(st.text(max_size=200))
def test_no_text_is_an_error(text: str) -> None:
    found = strip(text, zone=UTC, default_year=2026)

    assert text.endswith(found.text)


@given(st.text("[]0123456789-:/., IWEF|()rank<>T", max_size=80))
def test_no_text_of_prefix_characters_is_an_error(text: str) -> None:
    found = strip(text, default_year=2026)

    assert text.endswith(found.text)


def test_a_line_without_a_prefix_costs_a_microsecond_or_so() -> None:
    line, times = "{'loss': 1.1014, 'grad_norm': 0.7186666131019592, 'epoch': 0.01}", 20_000
    before = time.process_time()
    for _ in range(times):
        strip(line)

    assert (time.process_time() - before) / times < 5e-6


@pytest.mark.parametrize(
    "head",
    [
        pytest.param("2025-11-20 00:00:00 INFO trainer.py:120 ", id="date, level, file and line"),
        pytest.param("2025-11-20 00:00:00,123 [INFO] trainer.py:120 ", id="level in brackets"),
        pytest.param("2025-11-20 00:00:00,123 INFO trainer.py:120: ", id="a colon behind"),
        pytest.param("2025-11-20 00:00:00,123 | INFO | src/train/trainer.py:120 | ", id="between bars"),
        pytest.param("2025-11-20 00:00:00 trainer.py:120 ", id="no level"),
        pytest.param("2025-11-20 00:00:00,123 INFO trainer.py:train:120 ", id="with its function"),
        pytest.param("2025-11-20 00:00:00,123 trainer.py[line:120] INFO: ", id="line in brackets"),
        pytest.param("00:00:00 INFO trainer.py:120 ", id="time of day"),
        pytest.param("INFO trainer.py:120 ", id="no date"),
        pytest.param("[INFO] trainer.py:120 - ", id="no date, level in brackets"),
    ],
)
def test_the_place_in_the_source_is_no_part_of_what_a_line_says(head: str) -> None:
    found = strip(f"{head}step 10/5000000 | loss 1.99980")

    assert found.text == "step 10/5000000 | loss 1.99980"
    assert "trainer.py" in found.extra["logger"]


@pytest.mark.parametrize("text", ["step:120 loss:1.2", "eval.json:3 rows", "model.pt:120 loaded"])
def test_names_with_numbers_that_are_no_place_in_a_source_stay(text: str) -> None:
    assert strip(f"2025-11-20 00:00:00 INFO {text}").text == text
