"""tqdm meters as real programs print them: counters, clocks, units, postfixes, and what is glued to them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainmon.events import Counter, CounterScope, Event, GpuMemory, Line, Metrics, Remainder, StageKind
from trainmon.parsers.tqdm import Tqdm


def read(text: str, reader: Tqdm | None = None) -> list[Event]:
    events = (reader or Tqdm()).parse(Line(text=text))
    assert events is not None, text
    return list(events)


def bar(text: str, reader: Tqdm | None = None) -> Counter:
    (counter,) = (event for event in read(text, reader) if isinstance(event, Counter))
    return counter


@pytest.mark.parametrize(
    ("text", "current", "total", "unit", "elapsed_s", "name"),
    [
        pytest.param(
            "Training: 100%|██████████| 15310/15310 [7:20:04<00:00,  1.72s/it]",
            15310,
            15310,
            "it",
            26404,
            "Training",
            id="hours",
        ),
        pytest.param(
            "  5%|█▋                              | 100/1875 [26:01:02<461:48:20, 936.62s/it]",
            100,
            1875,
            "it",
            93662,
            "",
            id="more than a day",
        ),
        pytest.param(
            "Epoch 1/10:   0%|                    | 0/822 [00:00<?, ?it/s]",
            0,
            822,
            "it",
            0,
            "Epoch 1/10",
            id="unknown rate",
        ),
        pytest.param(
            "Running tokenizer on dataset:   0%|          | 0/3452 [00:00<?, ? examples/s]",
            0,
            3452,
            "examples",
            0,
            "Running tokenizer on dataset",
            id="a unit with a blank",
        ),
        pytest.param("clean: 0it [00:00, ?it/s]", 0, None, "it", 0, "clean", id="unknown total"),
        pytest.param("68.0doc [00:01, 67.6doc/s]", 68, None, "doc", 1, "", id="unknown total, unit scale"),
        pytest.param(
            "Computing embeddings:   2%|▏         | 1/64 [00:01<01:19,  1.26s/batch]",
            1,
            64,
            "batch",
            1,
            "Computing embeddings",
            id="seconds per batch",
        ),
        pytest.param(
            "train:   7%|#1              | 7/100 [00:30<06:38,  4.29s/it]", 7, 100, "it", 30, "train", id="ascii"
        ),
        pytest.param(
            "train:  50%|0000000o       | 50/100 [00:30<00:30,  1.67it/s]", 50, 100, "it", 30, "train", id="other ascii"
        ),
        pytest.param(
            " 50%|â–ˆâ–ˆâ–ˆ     | 5/10 [00:50<00:50, 10.00s/it, loss=0.5]", 5, 10, "it", 50, "", id="mojibake"
        ),
        pytest.param(" 50% 5/10 [00:50<00:50, 10.00s/it]", 5, 10, "it", 50, "", id="no bar"),
        pytest.param(
            "Validation: |          | 0/? [00:00<?, ?it/s]",
            0,
            None,
            "it",
            0,
            "Validation",
            id="question mark for a total",
        ),
        pytest.param("12it [00:10, 3.0it/s]", 12, None, "it", 10, "", id="past the total"),
        pytest.param(
            "Filtering (num_proc=1) 50%/100 [a|b]::  13%|█▎        | 1000/7500 [00:00<00:04, 1395.25 examples/s]",
            1000,
            7500,
            "examples",
            0,
            "Filtering (num_proc=1) 50%/100 [a|b]:",
            id="a description full of marks",
        ),
        pytest.param(
            "train  30% ━━━╸━━━━ 3/10 [ 0:00:12 < 0:00:28 , 0.25 it/s ]", 3, 10, "it", 12, "train", id="tqdm.rich"
        ),
    ],
)
def test_a_meter_gives_counter_unit_and_clock(
    text: str, current: float, total: float | None, unit: str, elapsed_s: float, name: str
) -> None:
    counter = bar(text)

    assert (counter.current, counter.total, counter.unit, counter.elapsed_s, counter.name) == (
        current, total, unit, elapsed_s, name,
    )  # fmt: skip
    assert counter.is_bar
    assert counter.scope is CounterScope.UNKNOWN
    assert not counter.approximate


def test_si_units_are_counted_out_and_known_to_be_rounded() -> None:
    counter = bar(" 73%|███████▎  | 32.5M/44.7M [00:04<00:01, 11.7MB/s]")

    assert (counter.current, counter.total, counter.unit) == (32.5e6, 44.7e6, "B")
    assert counter.approximate


def test_si_letters_of_the_rate_are_no_part_of_the_unit() -> None:
    assert bar("train:   0%|          | 7.68k/2.00M [00:00<00:26, 76.3ktok/s]").unit == "tok"


@pytest.mark.parametrize(
    ("name", "epoch", "total_epochs"),
    [
        pytest.param("Epoch 2/3", 2, 3, id="of a total"),
        pytest.param("Epoch 30", 30, None, id="alone"),
        pytest.param("[Epoch 07]", 7, None, id="in brackets"),
        pytest.param("Training epoch 4 of 9", 4, 9, id="in words"),
        pytest.param("  train 1", 1, None, id="train 1"),
        pytest.param("Epochs", None, None, id="a bar of epochs"),
        pytest.param("Fold 2/5", None, None, id="a fold is none"),
    ],
)
def test_the_epoch_is_read_from_the_description(name: str, epoch: float | None, total_epochs: float | None) -> None:
    counter = bar(f"{name}:  10%|█         | 1/10 [00:01<00:09,  1.00it/s]")

    assert (counter.epoch, counter.total_epochs) == (epoch, total_epochs)


def test_epochs_that_begin_at_zero_are_numbered_from_one() -> None:
    reader = Tqdm()
    epochs = [bar(f"Epoch {n}: 100%|█| 31/31 [00:00<00:00, 41.69it/s, v_num=61]", reader).epoch for n in (0, 1, 2)]

    assert epochs == [1, 2, 3]


def test_a_postfix_is_one_set_of_metrics_inside_the_bar() -> None:
    text = (
        "Epoch 129: 100%|██████████| 31/31 [00:00<00:00, 50.54it/s, v_num=61, val_loss=2.130, train_acc=99.9%, "
        "lr=[0.1, 0.2], loss=nan, eta=14.1s, batch_time=0.038s]"
    )
    (metrics,) = (event for event in read(text) if isinstance(event, Metrics))

    assert metrics.in_bar
    assert {k: v for k, v in metrics.values.items() if k != "loss"} == {"val_loss": 2.13, "train_acc": 99.9, "lr": 0.1}
    assert metrics.values["loss"] != metrics.values["loss"]


def test_memory_in_a_postfix_is_memory_and_no_metric() -> None:
    events = read("train:   2%|▏         | 2/100 [00:00<00:09, 10.46it/s, gpu_mem=3.2G, loss=2.37]")

    assert GpuMemory(used_bytes=3.2 * 1024**3) in events
    assert [dict(e.values) for e in events if isinstance(e, Metrics)] == [{"loss": 2.37}]


def test_a_loss_in_the_description_is_a_metric_and_leaves_the_name() -> None:
    events = read("Epoch 1/3 [train] best=1.984:  24%|██▍       | 24/100 [00:02<00:08,  8.69it/s]")

    assert [e.name for e in events if isinstance(e, Counter)] == ["Epoch 1/3 [train]"]
    assert [dict(e.values) for e in events if isinstance(e, Metrics)] == [{"best": 1.984}]


def test_metrics_of_an_evaluation_bar_are_evaluation() -> None:
    events = read("valid: 100%|█| 12/12 [00:00<00:00, 20.0it/s, loss=0.7]")

    assert [e.kind for e in events if isinstance(e, Metrics)] == [StageKind.EVAL]


@pytest.mark.parametrize(
    "glued",
    [
        pytest.param("{'loss': '4.62', 'epoch': '0.01663'}", id="a dict"),
        pytest.param("[rank0] step 20/360 loss 8.5523 lr 0.01", id="a rank's line"),
        pytest.param("Traceback (most recent call last):", id="a traceback"),
        pytest.param("Summoning checkpoint.", id="a message"),
    ],
)
def test_text_behind_a_meter_is_handed_on(glued: str) -> None:
    events = read(f" 11%|█         | 100/903 [05:01<40:16,  3.01s/it]{glued}")

    assert events[-1] == Remainder(text=glued)


def test_a_stale_tail_of_a_longer_redraw_is_dropped() -> None:
    events = read("  5%|▌         | 5/100 [00:05<01:35,  1.00it/s]s/it]")

    assert not any(isinstance(event, Remainder) for event in events)


def test_redraws_without_a_separator_are_all_read_in_order() -> None:
    events = read(
        "  1%| | 1/100 [00:01<00:30,  3.01s/it]  2%| | 2/100 [00:02<00:30,  3.01s/it]{'loss': 1}"
        "train:   3%| | 3/100 [00:03<00:30,  3.01s/it]"
    )

    seen = [event.current if isinstance(event, Counter) else event for event in events]
    assert seen == [1, 2, Remainder(text="{'loss': 1}"), 3]
    assert isinstance(events[-1], Counter)
    assert events[-1].name == "train"


def test_a_meter_cut_by_a_narrow_terminal_still_counts() -> None:
    counter = bar("a very long description here:  50%|▌| 5/")

    assert (counter.current, counter.total, counter.elapsed_s) == (5, None, None)


def test_a_notebook_puts_the_description_on_the_line_before() -> None:
    reader = Tqdm()

    assert read("Epoch 1: 100%", reader) == []
    counter = bar("1/1 [11:38<00:00, 698.64s/it]", reader)

    assert (counter.name, counter.epoch, counter.elapsed_s) == ("Epoch 1", 1, 698)


@pytest.mark.parametrize("text", ["accuracy: 88%", "GPU utilization: 97%", "val acc: 100%", "Success rate: 3%"])
def test_a_percentage_that_is_a_result_is_no_bar(text: str) -> None:
    assert Tqdm().parse(Line(text=text)) is None


def test_a_bar_sent_through_logging_is_read() -> None:
    text = (
        "Progress on: 7.00it/200kit rate:6.5s/it remaining:363:03:01 elapsed:02:02 postfix:- "
        "(2490449:tqdm_logging.py:145)"
    )
    counter = bar(text)

    assert (counter.current, counter.total, counter.elapsed_s) == (7, 200_000, 122)
    assert bar("Progress on: -/200000 rate:- remaining:? elapsed:00:00 postfix:-").current == 0


@given(
    n=st.integers(0, 10**6),
    total=st.integers(1, 10**6),
    elapsed=st.integers(0, 10**6),
    desc=st.text("abcdefg 0123456789/%|[]()", max_size=20),
)
def test_what_tqdm_formats_is_read_back(n: int, total: int, elapsed: int, desc: str) -> None:
    n = min(n, total)
    hours, minutes, seconds = elapsed // 3600, elapsed // 60 % 60, elapsed % 60
    clock = f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes:02d}:{seconds:02d}"
    counter = bar(f"{desc}: {100 * n // total:3d}%|{'█' * (10 * n // total):<10}| {n}/{total} [{clock}<?,  1.00s/it]")

    assert (counter.current, counter.total, counter.elapsed_s) == (n, total, elapsed)
