"""Lines that people print themselves: counters, metrics, headers, end markers, rich bars."""

from __future__ import annotations

import pytest

from trainmon.events import (
    AttemptMark,
    Counter,
    CounterScope,
    Ending,
    EndingKind,
    Event,
    Facts,
    GpuMemory,
    Line,
    Metrics,
    StageKind,
    StageMark,
)
from trainmon.parsers.base import LogFormat
from trainmon.parsers.endings import Endings
from trainmon.parsers.facts import RunFacts
from trainmon.parsers.handwritten import Handwritten
from trainmon.parsers.pairs import gpu_memory, read_pairs
from trainmon.parsers.rich_progress import RichProgress


def read(text: str, reader: LogFormat | None = None) -> list[Event]:
    events = (reader or Handwritten()).parse(Line(text=text))
    assert events is not None, text
    return list(events)


def counter_of(text: str, reader: LogFormat | None = None) -> Counter:
    (counter,) = (event for event in read(text, reader) if isinstance(event, Counter))
    return counter


@pytest.mark.parametrize(
    ("text", "current", "total", "unit", "epoch", "total_epochs", "step_time_s"),
    [
        pytest.param(
            "Epoch 1/3 Step 10/300 loss 2.2411 lr 4.8e-04 0.36s/step", 10, 300, "step", 1, 3, 0.36, id="plain"
        ),
        pytest.param(
            "epoch 1/3 step 10/100 loss=2.2411 (0.373 s/it) eta 00:01:48",
            10,
            100,
            "step",
            1,
            3,
            0.373,
            id="in brackets",
        ),
        pytest.param(
            "[1/4] it    7/70 | loss: 2.24544 | 2.00 it/s | eta 00:02:12",
            7,
            70,
            "iteration",
            1,
            4,
            0.5,
            id="per second",
        ),
        pytest.param(
            "Epoch 1/4 [====......]  1% 1/80 loss: 2.3966 ETA: 00:01:12", 1, 80, "batch", 1, 4, None, id="a drawn bar"
        ),
        pytest.param("[rank1] step 20/180 loss 7.6047 lr 0.01", 20, 180, "step", None, None, None, id="of a rank"),
        pytest.param("Epoch 3/10 | Step 120/500 | loss 0.5 | 1.2s/step", 120, 500, "step", 3, 10, 1.2, id="pipes"),
        pytest.param("Epoch: [3][ 120/5005]\tLoss 6.9 (7.0)", 120, 5005, "batch", 3, None, None, id="imagenet example"),
        pytest.param(
            "Train Epoch: 1 [25600/60000 (43%)]\tLoss: 0.316", 25600, 60000, "batch", 1, None, None, id="mnist example"
        ),
        pytest.param("step:13/19073 train_loss:6.5000", 13, 19073, "step", None, None, None, id="colons"),
        pytest.param("[Step 100/100] Loss: 4.5230 | 12ms/step", 100, 100, "step", None, None, 0.012, id="milliseconds"),
        pytest.param("iteration 1,200 of 30,000: loss=0.5", 1200, 30000, "iteration", None, None, None, id="thousands"),
        pytest.param("train: step 25/350 loss 2.0095", 25, 350, "step", None, None, None, id="a tag in front"),
    ],
)
def test_a_progress_line_gives_its_counter(
    text: str, current: float, total: float, unit: str, epoch: float | None, total_epochs: float | None,
    step_time_s: float | None,
) -> None:  # fmt: skip
    counter = counter_of(text)

    assert (counter.current, counter.total, counter.unit, counter.step_time_s) == (current, total, unit, step_time_s)
    assert (counter.epoch, counter.total_epochs) == (epoch, total_epochs)
    assert counter.scope is CounterScope.UNKNOWN
    assert counter.kind is StageKind.TRAIN
    assert not counter.is_bar


def test_the_metrics_beside_a_counter_have_its_step() -> None:
    (metrics,) = (e for e in read("Step 10/300 loss 2.2411 lr 4.8e-04 0.36s/step") if isinstance(e, Metrics))

    assert metrics == Metrics(values={"loss": 2.2411, "lr": 4.8e-4}, step=10)


def test_values_of_an_epoch_end_it_and_are_split_by_what_they_measure() -> None:
    counter, trained, evaluated = read("Epoch 1: train_loss=1.8927 val_auc=0.540")

    assert counter == Counter(current=1, unit="epoch", scope=CounterScope.EPOCHS, name="epoch", epoch=1)
    assert trained == Metrics(values={"train_loss": 1.8927})
    assert evaluated == Metrics(values={"val_auc": 0.54}, kind=StageKind.EVAL)


def test_the_header_of_an_epoch_says_that_it_begins() -> None:
    assert counter_of("Epoch 2/5") == Counter(
        current=1, total=5, unit="epoch", scope=CounterScope.EPOCHS, name="epoch", epoch=2, total_epochs=5
    )


def test_epochs_and_steps_that_begin_at_zero_count_from_one() -> None:
    reader = Handwritten()

    assert [counter_of(f"epoch {n} loss 1.6420", reader).current for n in (0, 1, 2)] == [1, 2, 3]
    assert [counter_of(f"iter {n}: loss 2.3954", reader).current for n in (0, 10, 20)] == [1, 11, 21]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        pytest.param("val_loss: 1.3518", {"val_loss": 1.3518}, id="alone"),
        pytest.param("val loss 1.3564", {"val loss": 1.3564}, id="with a blank"),
        pytest.param("eval: epoch=3 val_loss=0.3439 acc=88.54%", {"val_loss": 0.3439, "acc": 88.54}, id="behind a tag"),
        pytest.param("Test loss 1.30523, test acc 0.4425", {"Test loss": 1.30523, "test acc": 0.4425}, id="two"),
    ],
)
def test_results_of_an_evaluation_stand_alone(text: str, values: dict[str, float]) -> None:
    assert read(text) == [Metrics(values=values, kind=StageKind.EVAL)]


def test_an_evaluation_named_behind_the_epoch_is_no_progress() -> None:
    assert read("[Epoch 0] validation: err-top1=0.941785") == [
        Metrics(values={"err-top1": 0.941785}, kind=StageKind.EVAL)
    ]


@pytest.mark.parametrize(
    ("text", "step"),
    [
        pytest.param("Saved checkpoint to ckpt-300.pt", 300, id="saved"),
        pytest.param("Saving state to ./ckpt/step_000075 (1/3)", 75, id="state"),
        pytest.param("checkpoint -> epoch_140.ckpt", None, id="arrow"),
        pytest.param("saving checkpoint at iteration     100 to ckpt", 100, id="at an iteration"),
    ],
)
def test_a_saved_checkpoint_is_a_mark(text: str, step: float | None) -> None:
    assert read(text) == [StageMark(kind=StageKind.CHECKPOINT, name="checkpoint", step=step)]


def test_a_checkpoint_announced_and_reported_is_one() -> None:
    reader = Handwritten()

    assert len(read("saving checkpoint at iteration     100 to ckpt", reader)) == 1
    assert read("  successfully saved checkpoint at iteration     100 to ckpt", reader) == []


def test_memory_with_a_unit_in_its_name() -> None:
    events = read("[Step 100/100] Loss: 4.5230 | GPU Mem (GB): 0.95")

    assert GpuMemory(used_bytes=0.95 * 1024**3) in events


@pytest.mark.parametrize(
    "text",
    [
        "best epoch 3/10",
        "patience 2/3",
        "Loading checkpoint step 500",
        "step 19 that is less than the current step 3472",
        "steps_per_epoch = 30",
        "Epoch time: 12:30",
        "validation: 112640",
        "Modules in eval mode: 0",
        "Using 96 train, 24 val images for fraction=1.0 at imgsz=64",
        "Step 3 is to install the package",
    ],
)
def test_what_only_looks_like_progress_is_left_alone(text: str) -> None:
    assert Handwritten().parse(Line(text=text)) is None


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("loss 0.5, acc: 88%, lr=1e-4", {"loss": 0.5, "acc": 88, "lr": 1e-4}),
        ("tokens 1,234,567 loss=-0.5", {"tokens": 1234567, "loss": -0.5}),
        ("eta 00:12:30 time 3.5s step 10 epoch=2 version 1.2.3 path=/a/1", {}),
        ("size 12MB mem=3.2G it/s 3/10 date 2024-01-01", {}),
        ("Train Loss: 145.13, Valid Loss: 70.66", {"Train Loss": 145.13, "Valid Loss": 70.66}),
        ("took 12 seconds after 3 tries", {}),
        ("x=١٢٣ y=1_000 z=0x1f", {}),
        ("n=" + "1" * 60, {}),
    ],
)
def test_named_numbers_are_read_and_what_is_none_is_not(text: str, values: dict[str, float]) -> None:
    assert read_pairs(text) == values


@pytest.mark.parametrize(
    ("text", "memory"),
    [
        ("max_mem: 1804M", GpuMemory(peak_bytes=1804 * 1024**2)),
        ("gpu_mem=3.2G", GpuMemory(used_bytes=3.2 * 1024**3)),
        ("MaxMemAllocated=16.37GB", GpuMemory(peak_bytes=16.37 * 1024**3)),
        ("memory: 5785", None),
        ("loss 0.5", None),
    ],
)
def test_memory_needs_a_unit(text: str, memory: GpuMemory | None) -> None:
    assert gpu_memory(text) == memory


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Training finished in 3600.2 s", EndingKind.FINISHED),
        ("Training complete!", EndingKind.FINISHED),
        ("=== Training completed successfully ===", EndingKind.FINISHED),
        ("| done training in 1806.8 seconds", EndingKind.FINISHED),
        ("Training done", EndingKind.FINISHED),
        ("Early stopping triggered after 12 epochs", EndingKind.EARLY_STOPPED),
        ("Early stopping at epoch 7", EndingKind.EARLY_STOPPED),
        ('Script done on 2026-11-20 04:54:40+00:00 [COMMAND_EXIT_CODE="0"]', EndingKind.FINISHED),
        ('Script done on 2026-11-20 04:54:40+00:00 [COMMAND_EXIT_CODE="1"]', EndingKind.FAILED),
        ('Script done on 2026-11-20 04:54:40+00:00 [COMMAND_EXIT_CODE="130"]', EndingKind.INTERRUPTED),
    ],
)
def test_an_end_marker_ends_the_run(text: str, kind: EndingKind) -> None:
    (ending,) = read(text, Endings())

    assert isinstance(ending, Ending)
    assert (ending.kind, ending.whole_run) == (kind, True)


@pytest.mark.parametrize(
    "text",
    [
        "Training of epoch 3 finished",
        "Training finished for epoch 3",
        "Early stopping patience: 5",
        "EarlyStopping counter: 3 out of 7",
        "Training will be done on 4 GPUs",
        "training data finished loading",
    ],
)
def test_what_ends_less_than_the_run_ends_nothing(text: str) -> None:
    assert Endings().parse(Line(text=text)) is None


def test_a_capture_begins_an_attempt() -> None:
    (mark,) = read('Script started on 2026-11-20 04:54:01+00:00 [COMMAND="python train.py"]', Endings())

    assert isinstance(mark, AttemptMark)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Num examples = 3200, total optimization steps = 300, batch 32", {"examples": 3200, "total_steps": 300}),
        (
            "   \\\\   /|    Num examples = 21 | Num Epochs = 12 | Total steps = 60",
            {"examples": 21, "epochs": 12, "total_steps": 60},
        ),
        ("  total optimization steps / 学習ステップ数: 20480", {"total_steps": 20480}),
        ("gradient_accumulation_steps: 8", {"gradient_accumulation": 8}),
        ("Total train batch size (w. parallel) = 16", {"effective_batch_size": 16}),
    ],
)
def test_a_header_states_the_sizes_of_the_run(text: str, values: dict[str, float]) -> None:
    assert read(text, RunFacts()) == [Facts(values=values)]


@pytest.mark.parametrize(
    "text",
    [
        "total number of epochs: 99",
        "saved after epochs: 3 of the longer schedule",
        "max_steps=-1",
        "# epochs: see README",
    ],
)
def test_a_sentence_states_no_fact(text: str) -> None:
    assert RunFacts().parse(Line(text=text)) is None


def test_a_rich_bar_is_a_bar() -> None:
    counter, metrics = read("train loss=2.371 ╸━━━━━━━━━━━━━━━━━━━  1/70 0:00:02 0:01:04", RichProgress())

    assert counter == Counter(current=1, total=70, unit="it", name="train", elapsed_s=2, is_bar=True)
    assert metrics == Metrics(values={"train loss": 2.371}, in_bar=True)


def test_one_clock_of_a_rich_bar_may_be_the_remaining_time() -> None:
    (counter,) = read("Working... ━━━━━━━━━━━━━━━━━━━━ 100% 0:00:05", RichProgress())

    assert isinstance(counter, Counter)
    assert (counter.current, counter.total, counter.elapsed_s, counter.approximate) == (100, 100, None, True)
