"""fastai's and Ignite's bars: what is training, what is validation, and which epoch of the whole run it is."""

from __future__ import annotations

import pytest

from tests.read_events import counters, read, values
from trainmon.events import Counter, CounterScope, Ending, EndingKind, Facts, Metrics, StageKind
from trainmon.parsers.base import LogFormat
from trainmon.parsers.fastai import FastAI
from trainmon.parsers.ignite import Ignite

HEAD = "epoch     train_loss  valid_loss  mae       time    "
ROW = "{}         7.393435    7.157796    2.592065  00:03     "


def fast(epoch: int, epochs: int, n: int, total: int, loss: str = "") -> str:
    return f"Epoch {epoch}/{epochs} : |████----| 10.00% [{n}/{total} 00:00<00:01{'... ' + loss if loss else ''}]"


@pytest.mark.parametrize("batches", [pytest.param(8, id="fewer"), pytest.param(32, id="as many")])
def test_the_second_bar_of_an_epoch_validates(batches: int) -> None:
    events = read(FastAI(), HEAD, fast(1, 8, 32, 32), fast(1, 8, 0, batches), fast(1, 8, 5, batches), fast(2, 8, 0, 32))

    kinds = [counter.kind for counter in counters(events)]
    assert kinds == [StageKind.TRAIN, StageKind.EVAL, StageKind.EVAL, StageKind.TRAIN]


def test_a_row_tells_training_from_validation() -> None:
    events = read(FastAI(), HEAD, ROW.format(0))

    assert values(events) == {"train_loss": 7.393435}
    assert values(events, StageKind.EVAL) == {"valid_loss": 7.157796, "mae": 2.592065}


def test_the_smoothed_loss_stands_in_the_bar() -> None:
    assert values(read(FastAI(), HEAD, fast(1, 8, 2, 32, "8.2716"))) == {"smooth_loss": 8.2716}


def test_a_second_fit_goes_on_counting() -> None:
    reader = FastAI()
    read(reader, HEAD, fast(1, 1, 20, 20), ROW.format(0))

    (counter,) = counters(read(reader, HEAD, fast(1, 2, 3, 20)))

    assert (counter.epoch, counter.total_epochs) == (2, 3)


def test_a_fit_that_broke_off_does_not() -> None:
    reader = FastAI()
    read(reader, HEAD, fast(1, 4, 20, 20), ROW.format(0))

    (counter,) = counters(read(reader, HEAD, fast(1, 4, 3, 20)))

    assert (counter.epoch, counter.total_epochs) == (1, 4)


def test_bars_without_a_table_are_not_sure_to_train() -> None:
    (counter,) = counters(read(FastAI(), fast(1, 2, 3, 20)))

    assert counter.kind is None


def test_rows_alone_count_epochs() -> None:
    events = read(FastAI(), "[1, 4.881977081298828, 4.7553606033325195, 2.064300298690796, '00:12']")

    (counter,) = counters(events)
    assert (counter.current, counter.scope, counter.elapsed_s) == (2, CounterScope.EPOCHS, 12)
    assert values(events) == {"train_loss": 4.881977081298828}


@pytest.mark.parametrize(
    ("reader", "text"),
    [
        pytest.param(FastAI(), "No improvement since epoch 0: early stopping", id="fastai"),
        pytest.param(Ignite(), "EarlyStopping: Stop training", id="ignite"),
    ],
)
def test_early_stopping_is_an_ending(reader: LogFormat, text: str) -> None:
    assert [event.kind for event in read(reader, text) if isinstance(event, Ending)] == [EndingKind.EARLY_STOPPED]


def test_a_bar_of_ignite_is_read_in_its_own_order() -> None:
    (counter, metrics) = read(Ignite(), "Epoch [2/4]: [66/80]  82%|████████▎ , loss=0.031 [00:09<00:00]")

    assert isinstance(counter, Counter)
    assert (counter.current, counter.total, counter.epoch, counter.total_epochs) == (66, 80, 2, 4)
    assert (counter.kind, counter.scope, counter.elapsed_s) == (StageKind.TRAIN, CounterScope.EPOCH, 9)
    assert isinstance(metrics, Metrics)
    assert metrics.values == {"loss": 0.031}


def test_a_bar_of_epochs_counts_epochs() -> None:
    (counter,) = counters(read(Ignite(), "Epoch: [2/5]  40%|████       [00:00<00:01]"))

    assert counter.scope is CounterScope.EPOCHS


def test_an_engine_inside_another_speaks_for_itself_only() -> None:
    events = read(
        Ignite(),
        "Engine run starting with max_epochs=5.",
        "Engine run starting with max_epochs=1.",
        "Epoch[1] Complete. Time taken: 00:00:00.002",
        "Engine run finished. Time taken: 00:00:00.002",
        "Epoch[1] Complete. Time taken: 00:00:00.413",
    )

    assert [dict(event.values) for event in events if isinstance(event, Facts)] == [{"epochs": 5.0}]
    assert [(counter.current, counter.step_time_s) for counter in counters(events)] == [(1, 0.413)]
    assert not [event for event in events if isinstance(event, Ending)]


def test_the_outermost_engine_ends_the_run() -> None:
    events = read(Ignite(), "Engine run starting with max_epochs=5.", "Engine run finished. Time taken: 00:00:01.249")

    assert [event.kind for event in events if isinstance(event, Ending)] == [EndingKind.FINISHED]


def test_an_iteration_of_the_whole_run_is_placed_in_its_epoch() -> None:
    (counter, metrics) = read(Ignite(), "Epoch[2] Iteration[25/20] Loss: 0.06")

    assert isinstance(counter, Counter)
    assert (counter.current, counter.total, counter.epoch) == (5, 20, 2)
    assert isinstance(metrics, Metrics)


def test_results_of_both_splits_keep_apart() -> None:
    events = read(
        Ignite(),
        "Training Results - Epoch: 1 Avg loss: 0.07",
        "Validation Results - Epoch: 1 Avg accuracy: 0.95 Avg loss: 0.08",
    )

    assert len({name for event in events if isinstance(event, Metrics) for name in event.values}) == 3
    assert any(isinstance(event, Metrics) and event.kind is StageKind.EVAL for event in events)
