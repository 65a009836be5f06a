"""Keras bars: which are training, how long they took, and which values a captured terminal mixed up."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.read_events import read, values
from trainmon.events import Counter, CounterScope, Ending, EndingKind, Event, Line, Metrics, StageKind, StageMark
from trainmon.parsers.keras import Keras


def bars(events: Iterable[Event]) -> list[Counter]:
    return [event for event in events if isinstance(event, Counter) and event.scope is not CounterScope.EPOCHS]


def test_a_bar_under_an_epoch_line_is_training_within_that_epoch() -> None:
    (bar,) = bars(
        read(Keras(), "Epoch 2/5", " 1/40 ━━━━━━━━━━━━━━━━━━━━ 1:03 2s/step - accuracy: 0.5000 - loss: 0.7414")
    )

    assert (bar.current, bar.total, bar.epoch, bar.total_epochs) == (1, 40, 2, 5)
    assert bar.kind is StageKind.TRAIN
    assert bar.scope is CounterScope.EPOCH


def test_the_elapsed_time_is_the_first_step_and_the_mean_of_those_after_it() -> None:
    events = read(
        Keras(),
        "Epoch 1/5",
        " 1/40 ━━━━━━━━━━━━━━━━━━━━ 1:03 2s/step - loss: 0.7414",
        "40/40 ━━━━━━━━━━━━━━━━━━━━ 0s 109ms/step - loss: 0.3018",
    )

    assert bars(events)[-1].elapsed_s == pytest.approx(1.6 + 39 * 0.109, abs=0.3)


def test_the_closing_redraw_marks_a_validation_and_prices_it() -> None:
    events = read(
        Keras(),
        "Epoch 1/5",
        "40/40 ━━━━━━━━━━━━━━━━━━━━ 0s 109ms/step - accuracy: 0.9352 - loss: 0.3018",
        "40/40 ━━━━━━━━━━━━━━━━━━━━ 5s 120ms/step - accuracy: 0.9352 - loss: 0.3018 - val_accuracy: 0.9219 "
        "- val_loss: 0.2825 - learning_rate: 0.0010",
    )

    (mark,) = (event for event in events if isinstance(event, StageMark))
    assert mark.kind is StageKind.EVAL
    assert mark.duration_s == pytest.approx(39 * 0.011, abs=1e-6)
    assert values(events, StageKind.EVAL) == {"val_accuracy": 0.9219, "val_loss": 0.2825}
    assert sum("loss" in event.values for event in events if isinstance(event, Metrics)) == 1
    assert values(events)["learning_rate"] == 0.001


def test_bars_after_an_epoch_without_a_line_of_their_own_are_no_training() -> None:
    reader = Keras()
    read(reader, "Epoch 1/1", "40/40 ━━━━━━━━━━━━━━━━━━━━ 5s 120ms/step - loss: 0.3018")

    evaluated = read(reader, "10/10 ━━━━━━━━━━━━━━━━━━━━ 0s 5ms/step - accuracy: 0.9219 - loss: 0.2825")
    predicted = read(reader, "10/10 ━━━━━━━━━━━━━━━━━━━━ 0s 731us/step")

    assert [bar.kind for bar in bars(evaluated + predicted)] == [StageKind.EVAL, StageKind.EVAL]
    assert values(evaluated, StageKind.EVAL) == {"eval_accuracy": 0.9219, "eval_loss": 0.2825}
    assert values(evaluated) == {}


def test_one_epoch_has_no_line_and_is_training_all_the_same() -> None:
    events = read(
        Keras(),
        "1500/1500 [==============================] - 12s 7ms/step - loss: 0.4902",
        "313/313 [==============================] - 0s 857us/step - loss: 0.5952",
    )

    assert [bar.kind for bar in bars(events)] == [StageKind.TRAIN, StageKind.EVAL]


def test_the_total_of_a_generator_is_known_when_its_first_epoch_is_over() -> None:
    events = read(
        Keras(),
        "Epoch 1/3",
        "     18/Unknown 1s 46ms/step - accuracy: 0.5052 - loss: 0.6991",
        "20/20 ━━━━━━━━━━━━━━━━━━━━ 1s 45ms/step - accuracy: 0.5125 - loss: 0.6984",
    )

    assert [(bar.current, bar.total, bar.kind) for bar in bars(events)] == [
        (18, None, StageKind.TRAIN),
        (20, 20, StageKind.TRAIN),
    ]


def test_a_download_is_data() -> None:
    events = read(
        Keras(),
        "Downloading data from https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
        "54353920/170498071 ━━━━━━━━━━━━━━━━━━━━ 13s 0us/step",
    )

    (bar,) = bars(events)
    assert (bar.kind, bar.unit) == (StageKind.DATA, "byte")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "  70/1875 [>.............................] - ETA: 22s - loss: 0.4035 - accuracy: 0.8513.8369 "
            "- val_loss: 0.4645 - val_accuracy: 0.8274",
            {"loss": 0.4035},
            id="the tail of an older redraw",
        ),
        pytest.param(
            " 240/1875 [==>...........................] - ETA: 18s - loss: 0.4657 - accuracy: 0.8280",
            {"loss": 0.4657, "accuracy": 0.8280},
            id="keras 2",
        ),
        pytest.param(
            "1875/1875 - 3s - loss: 0.2913 - accuracy: 0.9143 - 3s/epoch - 2ms/step",
            {"loss": 0.2913, "accuracy": 0.9143},
            id="keras 2, verbose=2",
        ),
    ],
)
def test_values_are_read_up_to_the_first_that_is_none(text: str, expected: dict[str, float]) -> None:
    assert values(read(Keras(), "Epoch 1/5", text)) == expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param("Epoch 00012: early stopping", EndingKind.EARLY_STOPPED, id="early stopping"),
        pytest.param("Epoch 5: val_loss did not improve from 0.33171", None, id="no improvement"),
        pytest.param("Epoch 5: ReduceLROnPlateau reducing learning rate to 0.0005.", None, id="learning rate"),
    ],
)
def test_messages_of_callbacks(text: str, kind: EndingKind | None) -> None:
    assert [event.kind for event in read(Keras(), text) if isinstance(event, Ending)] == ([kind] if kind else [])


def test_a_saved_model_is_one_checkpoint() -> None:
    events = read(
        Keras(),
        "Epoch 5: val_loss improved from 0.33171 to 0.28246, saving model to m.keras",
        "Epoch 5: finished saving model to m.keras",
    )

    assert [event.kind for event in events if isinstance(event, StageMark)] == [StageKind.CHECKPOINT]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Epoch 1/3 Step 10/300 loss 2.2411", id="a hand-written line"),
        pytest.param("epochs ━━━━━━━━━━━━━━━━━━━━ 0/4 0:00:00 -:--:--", id="rich"),
        pytest.param("3/10 done", id="a fraction"),
    ],
)
def test_other_lines_are_left_alone(text: str) -> None:
    assert Keras().parse(Line(text=text)) is None


def test_the_remaining_time_of_keras_2_tells_the_elapsed_only_while_much_remains() -> None:
    reader = Keras()
    events = read(
        reader,
        "Epoch 1/5",
        " 240/1875 [==>...........................] - ETA: 18s - loss: 0.4657",
        "1870/1875 [=============================>] - ETA: 0s - loss: 0.4657",
        "1875/1875 [==============================] - 22s 12ms/step - loss: 0.4904",
    )

    early, late, closing = [bar.elapsed_s for bar in bars(events)]
    assert early == pytest.approx(18.5 / 1635 * 240, abs=0.1)
    assert late is None
    assert closing == pytest.approx(22.5, abs=0.6)


def test_the_same_value_in_the_next_epoch_is_another_value() -> None:
    reader = Keras()
    line = "40/40 - 5s - 120ms/step - accuracy: 0.9352 - loss: 0.3018"

    first, second = read(reader, "Epoch 1/5", line), read(reader, "Epoch 2/5", line)

    assert values(first) == values(second) == {"accuracy": 0.9352, "loss": 0.3018}
