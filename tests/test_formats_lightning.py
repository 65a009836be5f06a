"""Lightning's messages, and its rich bars: last indices for counts, wrapped values, validations drawn once a second."""

from __future__ import annotations

import pytest

from tests.read_events import counters, read
from trainmon.events import Ending, EndingKind, Facts, Line, Metrics, Remainder, StageKind, StageMark
from trainmon.parsers.lightning import Lightning
from trainmon.parsers.rich_progress import RichProgress

TRAINING = "Epoch 1/2  ━━━━━━━━━━━━━━━━━━━━ {} 0:00:01 • 0:00:04 9.75it/s train_loss_step: 16.030 lr: 0.001 val_loss: "
VALIDATION = "Validation ━━━━━━━━━━━━━━━━╺━━━ {} 0:00:00 • 0:00:01 14.81it/s          "
BLANKS = " " * 85


@pytest.mark.parametrize(
    ("text", "facts", "kind"),
    [
        pytest.param(
            "`Trainer.fit` stopped: `max_epochs=4` reached.", {"epochs": 4.0}, EndingKind.FINISHED, id="all epochs"
        ),
        pytest.param(
            "`Trainer.fit` stopped: `max_steps=12000` reached.",
            {"total_steps": 12000.0},
            EndingKind.FINISHED,
            id="all steps",
        ),
        pytest.param("`Trainer.fit` stopped: No training batches.", {}, EndingKind.FINISHED, id="nothing to train"),
        pytest.param(
            "Monitored metric val_loss did not improve in the last 3 records. Best score: 0.507. "
            "Signaling Trainer to stop.",
            {},
            EndingKind.EARLY_STOPPED,
            id="early stopping",
        ),
        pytest.param(
            "Time limit reached. Elapsed time is 0:00:03. Signaling Trainer to stop.",
            {},
            EndingKind.EARLY_STOPPED,
            id="out of time",
        ),
    ],
)
def test_a_fit_says_why_it_stopped(text: str, facts: dict[str, float], kind: EndingKind) -> None:
    events = read(Lightning(), text)

    assert [event.kind for event in events if isinstance(event, Ending)] == [kind]
    assert {k: v for event in events if isinstance(event, Facts) for k, v in event.values.items()} == facts


def test_a_second_fit_states_nothing_new() -> None:
    reader = Lightning()
    text = "`Trainer.fit` stopped: `max_steps=50` reached."

    assert any(isinstance(event, Facts) for event in read(reader, text))
    assert not any(isinstance(event, Facts) for event in read(reader, text))


def test_a_saved_model_is_a_checkpoint_at_its_step() -> None:
    events = read(
        Lightning(),
        "Epoch 1, global step 40: 'val_loss' reached 0.37248 (best 0.37248), saving model to "
        "'out/epoch=1-step=40-v1.ckpt' as top 1",
        "Epoch 2, global step 60: 'val_loss' was not in top 1",
    )

    assert events == [StageMark(kind=StageKind.CHECKPOINT, name="checkpoint", step=40)]


@pytest.mark.parametrize(
    ("name", "epoch", "total"),
    [
        pytest.param("Epoch 0/2", 1, 3, id="the first of three"),
        pytest.param("Epoch 2/2", 3, 3, id="the last of three"),
        pytest.param("Epoch 4/-2", 5, None, id="without an end"),
    ],
)
def test_rich_shows_the_last_index_instead_of_the_count(name: str, epoch: float, total: float | None) -> None:
    (bar,) = counters(read(RichProgress(), f"{name}  ━━━━━━━━━━ 8/50 0:00:00 • 0:00:05 10.40it/s"))

    assert (bar.epoch, bar.total_epochs) == (epoch, total)


def test_other_rich_bars_show_the_count() -> None:
    (bar,) = counters(read(RichProgress(), "Epoch 2/4 ━━━━━━━━━━ 8/50 0:00:00 0:00:05"))

    assert (bar.epoch, bar.total_epochs) == (2, 4)


def test_a_new_bar_shows_the_elapsed_time_of_the_one_before() -> None:
    (bar,) = counters(read(RichProgress(), "Epoch 2/2  ━━━━━━━━━━ 0/50 0:00:05 • 0:00:00 0.00it/s"))

    assert bar.elapsed_s == 0


def test_values_that_wrapped_to_the_next_line_are_read_once() -> None:
    reader = RichProgress()
    wrapped = BLANKS + "17.296 train_loss_epoch: 16.214              "

    first = read(reader, TRAINING.format("8/50"), wrapped)
    again = read(reader, TRAINING.format("18/50"), wrapped)

    assert [(e.kind, dict(e.values)) for e in first if isinstance(e, Metrics) and not e.in_bar] == [
        (StageKind.TRAIN, {"train_loss_epoch": 16.214}),
        (StageKind.EVAL, {"val_loss": 17.296}),
    ]
    assert not [event for event in again if isinstance(event, Metrics) and not event.in_bar]


def test_a_line_that_continues_nothing_is_left_alone() -> None:
    reader = RichProgress()
    read(reader, TRAINING.format("8/50"))

    assert reader.parse(Line(text=BLANKS + "a sentence about loss: 0.5 and more")) is None
    assert reader.parse(Line(text=BLANKS + "17.296 train_loss_epoch: 16.214")) is None


def test_each_validation_begins_at_nothing() -> None:
    reader = RichProgress()

    events = read(
        reader,
        VALIDATION.format("9/15"),
        TRAINING.format("50/50"),
        VALIDATION.format("11/15"),
        VALIDATION.format("14/15"),
    )

    bars = [bar.current for bar in counters(events) if bar.name == "Validation"]
    assert bars == [0, 9, 0, 11, 14]


def test_a_message_behind_a_bar_is_read_as_a_line() -> None:
    events = read(RichProgress(), VALIDATION.format("11/15") + "`Trainer.fit` stopped: `max_epochs=3` reached.")

    assert events[-1] == Remainder(text="`Trainer.fit` stopped: `max_epochs=3` reached.")


@pytest.mark.parametrize(
    ("text", "current", "total"),
    [
        pytest.param(
            " 100% ━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 2,048/2,000  [ 0:00:05 < 0:00:00 , 293 it/s ]",
            2048,
            2000,
            id="tqdm.rich",
        ),
        pytest.param("Epoch 1/2  ━━━━╸              5/20 0:00:00 • 0:00:01 32.14it/s", 5, 20, id="without colours"),
    ],
)
def test_counts_of_bars_by_rich(text: str, current: float, total: float) -> None:
    (bar,) = counters(read(RichProgress(), text))

    assert (bar.current, bar.total) == (current, total)
