"""Lines that are records: JSON, logfmt, CSV."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from trainmon.events import Clock, Counter, CounterScope, Ending, Event, Line, Metrics, StageKind, StageMark
from trainmon.parsers.base import LogFormat
from trainmon.parsers.csv_table import CsvTable
from trainmon.parsers.jsonl import JsonLines
from trainmon.parsers.keyvalue import KeyValue
from trainmon.parsers.numbers import clock_s, duration_s, number, scaled, size_bytes


def read(text: str, reader: LogFormat) -> list[Event]:
    events = reader.parse(Line(text=text))
    assert events is not None, text
    return list(events)


def test_a_json_line_tells_time_counter_and_metrics() -> None:
    text = (
        '{"time": "2026-11-20T04:50:48Z", "epoch": 1, "step": 5, "total_steps": 300, "loss": 2.31, '
        '"sec_per_step": 0.61}'
    )

    assert read(text, JsonLines()) == [
        Clock(time_s=datetime(2026, 11, 20, 4, 50, 48, tzinfo=UTC).timestamp()),
        Counter(
            current=5, total=300, scope=CounterScope.RUN, name="step", kind=StageKind.TRAIN, epoch=1, step_time_s=0.61
        ),
        Metrics(values={"loss": 2.31}, step=5, epoch=1),
    ]


@pytest.mark.parametrize(
    ("stamp", "seconds"),
    [
        ('"2026-11-20T04:50:48Z"', 1795150248.0),
        ("1795150248.5", 1795150248.5),
        ("1795150248500", 1795150248.5),
        ('"1795150248.5"', 1795150248.5),
    ],
)
def test_times_are_iso_or_seconds_or_milliseconds(stamp: str, seconds: float) -> None:
    assert read(f'{{"ts": {stamp}, "step": 5, "loss": 1}}', JsonLines())[0] == Clock(time_s=seconds)


def test_an_evaluation_record_moves_no_counter() -> None:
    (metrics,) = read('{"event": "eval", "step": 50, "val_loss": 1.13, "val": {"acc": 0.8}}', JsonLines())

    assert metrics == Metrics(values={"val_loss": 1.13, "val/acc": 0.8}, step=50, kind=StageKind.EVAL)


def test_a_record_of_an_epoch_counts_epochs() -> None:
    reader = JsonLines()
    counters = [read(f'{{"epoch": {n}, "train_loss": 0.5, "test_loss": 0.6}}', reader)[0] for n in (0, 1)]

    assert counters == [
        Counter(current=n, unit="epoch", scope=CounterScope.EPOCHS, name="epoch", epoch=n) for n in (1, 2)
    ]


def test_fractions_of_epochs_are_not_renumbered() -> None:
    reader = JsonLines()
    epochs = [read(f'{{"epoch": {e}, "step": {s}, "loss": 1}}', reader)[0] for e, s in ((0.25, 5), (1.0, 20))]

    assert [event.epoch for event in epochs if isinstance(event, Counter)] == [0.25, 1.0]


def test_steps_that_begin_at_zero_count_from_one_until_they_reach_their_total() -> None:
    reader = JsonLines()

    def current(step: int) -> float:
        (counter,) = (
            e for e in read(f'{{"step": {step}, "max_steps": 20, "loss": 1}}', reader) if isinstance(e, Counter)
        )
        return counter.current

    assert [current(step) for step in (0, 10, 19)] == [1, 11, 20]
    assert current(20) == 20


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{"event": "checkpoint", "step": 100}', StageMark),
        ('{"event": "train_end", "step": 100, "loss": 0.5}', Ending),
        ('{"train_runtime": 9.0, "train_loss": 2.0, "step": 20}', Ending),
    ],
)
def test_records_of_checkpoints_and_ends(text: str, kind: type[Event]) -> None:
    assert any(isinstance(event, kind) for event in read(text, JsonLines()))


@pytest.mark.parametrize(
    "text",
    [
        '{"architectures": ["Llama"], "hidden_size": 4096}',
        '{"step": 5, "loss": 0.',
        "{not json}",
        "[1, 2]",
        '{"method": "GET", "status": 200, "duration": 0.5}',
        '{"a":' * 5000 + "1" + "}" * 5000,
        '{"step": ' + "1" * 5000 + "}",
    ],
)
def test_other_json_is_left_alone(text: str) -> None:
    assert JsonLines().parse(Line(text=text)) is None


def test_a_logfmt_line_tells_the_same() -> None:
    text = (
        'ts=2026-11-20T04:51:29Z level=info msg="train step" epoch=1 step=10 max_steps=300 loss=2.2411 lr=0.000483 '
        "tokens_per_sec=11294 step_time_ms=362.7 eta=00:01:45"
    )
    clock, counter, metrics = read(text, KeyValue())

    assert isinstance(clock, Clock)
    assert isinstance(counter, Counter)
    assert (counter.current, counter.total, counter.epoch) == (10, 300, 1)
    assert counter.step_time_s == pytest.approx(0.3627)
    assert metrics == Metrics(values={"loss": 2.2411, "lr": 0.000483, "tokens_per_sec": 11294}, step=10, epoch=1)


@pytest.mark.parametrize(
    "text", ["eval: epoch=1 val_loss=1.1327 acc=62%", "Namespace(step=3, epoch=4, loss=5)", "step=5"]
)
def test_other_lines_with_equal_signs_are_no_logfmt(text: str) -> None:
    assert KeyValue().parse(Line(text=text)) is None


def test_lightning_writes_the_index_of_the_last_step() -> None:
    reader = CsvTable()
    assert read("train_rmse,train_loss,epoch,step,val_rmse,val_loss", reader) == []

    counter, metrics = read("0.32,0.129,0,49,,", reader)
    assert isinstance(counter, Counter)
    assert (counter.current, counter.epoch) == (50, 1)
    assert metrics == Metrics(values={"train_rmse": 0.32, "train_loss": 0.129}, step=50, epoch=0)

    (evaluated,) = read(",,0,149,0.12,0.017", reader)
    assert evaluated == Metrics(values={"val_rmse": 0.12, "val_loss": 0.017}, step=150, epoch=0, kind=StageKind.EVAL)


def test_a_header_may_come_again_with_new_columns() -> None:
    reader = CsvTable()
    read("epoch,step,loss", reader)
    read("0,9,0.5", reader)

    assert read("epoch,step,loss,acc", reader) == []
    assert read("0,19,0.4,0.8", reader)[1] == Metrics(values={"loss": 0.4, "acc": 0.8}, step=20, epoch=0)


def test_ultralytics_rows_are_epochs_with_a_clock() -> None:
    reader = CsvTable()
    read("epoch,time,train/box_loss,metrics/mAP50(B),val/box_loss,lr/pg0", reader)
    counter = read("1,12.5,1.13,0.54,1.21,0.001", reader)[0]

    assert counter == Counter(current=1, unit="epoch", scope=CounterScope.EPOCHS, name="epoch", epoch=1, elapsed_s=12.5)


@pytest.mark.parametrize(
    "text", ["name,age,city", "0,49,0.5", "epoch,note", "a,b;c,step 3 loss", "step, then loss, then nothing at all."]
)
def test_rows_without_a_header_of_metrics_are_left_alone(text: str) -> None:
    assert CsvTable().parse(Line(text=text)) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.5", 1234.5),
        ("88%", 88.0),
        ("-1e-4", -1e-4),
        (".5", 0.5),
        ("1_000", None),
        ("١٢", None),
        ("1.2.3", None),
        ("", None),
        ("5" * 60, None),
    ],
)
def test_a_number_is_ascii_and_short(text: str, value: float | None) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("00:30", 30),
        ("7:20:04", 26404),
        ("461:48:20", 1662500),
        ("9 days, 21:39:23", 855563),
        ("-00:05", -5),
        ("0:14:31.66", 871.66),
        ("4m 14s", 254),
        ("1h 2m 3s", 3723),
        ("6s", 6),
        ("362.7 ms", 0.3627),
        ("1 hour, 24 minutes and 3 seconds", 5043),
        ("", None),
        ("abc", None),
        ("12", None),
    ],
)
def test_durations_are_clocks_or_words(text: str, seconds: float | None) -> None:
    assert duration_s(text) == (None if seconds is None else pytest.approx(seconds))


def test_clocks_and_counters_with_letters() -> None:
    assert clock_s("4m") is None
    assert scaled("12.9k") == pytest.approx(12900)
    assert scaled("k") is None
    assert size_bytes("3.2G") == pytest.approx(3.2 * 1024**3)
    assert size_bytes("3 apples") is None
