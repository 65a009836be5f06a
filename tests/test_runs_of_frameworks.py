"""Whole small logs as frameworks print them, read from bytes to the run: what no single line tells."""

from __future__ import annotations

import pytest

from trainmon.parsers import log_formats
from trainmon.reading.reader import LogReader
from trainmon.runs.present import present
from trainmon.runs.state import RunState
from trainmon.runs.status import Liveness
from trainmon.snapshot import RunSnapshot, RunStatus


def run_of(text: str) -> RunSnapshot:
    reader, state = LogReader(log_formats()), RunState()
    state.apply_all(reader.feed(text.encode()))
    state.apply_all(reader.flush())
    return present(state, name="run", files=(), live=Liveness(archive=True), now=0.0)


def bar(name: str, n: int, total: int, seconds: int = 0) -> str:
    return f"\r{name}: {100 * n // total:3d}%|{'█' * 4}| {n}/{total} [00:{seconds:02d}<00:01, 19.2it/s, train_loss=0.1]"


def epochs_of_lightning(first: int, count: int, batches: int) -> str:
    return "".join(
        bar(f"Epoch {epoch}", n, batches, n // 5) for epoch in range(first, first + count) for n in range(batches + 1)
    )


def test_a_last_epoch_that_max_steps_cut_short_counts_its_own_batches() -> None:
    text = epochs_of_lightning(0, 2, 20)
    text += bar("Epoch 1", 0, 20)  # the bar is reset before it is renamed
    text += "".join(bar("Epoch 2", n, 10, n // 5) for n in range(11))
    text += "`Trainer.fit` stopped: `max_steps=50` reached.\n"

    run = run_of(text)

    assert (run.step, run.total_steps, run.state) == (50, 50, RunStatus.FINISHED)
    assert [stage.kind.value for stage in run.stages] == ["train"]


def test_a_bar_that_is_drawn_again_but_never_moves_holds_no_epochs() -> None:
    dead = "\rTraining: |          | 0/? [00:00<?, ?it/s]"

    run = run_of(dead + epochs_of_lightning(0, 2, 20) + dead + epochs_of_lightning(2, 3, 20) + "\n")

    assert (run.step, run.epoch) == (100, 5)


def test_a_bar_that_never_moves_does_not_hide_lines_that_count_epochs() -> None:
    dead = "\rValidation: |          | 0/? [00:00<?, ?it/s]"
    lines = "".join(f"{dead}\x1b[A\nEpoch {epoch}: loss 5.362e+00 lr 1e-3\n" for epoch in range(5))

    run = run_of("\rTraining: |          | 0/? [00:00<?, ?it/s]" + lines)

    assert (run.step, run.unit) == (5, "epoch")


def test_keras_validation_is_no_training_time() -> None:
    def epoch(number: int) -> str:
        drawn = "".join(
            f"\r{n:2d}/40 ━━━━━━━━━━━━━━━━━━━━ {4 - n // 10}s 100ms/step - loss: 0.{n + 10}\b\b" for n in range(1, 41)
        )
        return f"Epoch {number}/3\n{drawn}\r40/40 ━━━━━━━━━━ 8s 200ms/step - loss: 0.50 - val_loss: 0.60\n"

    run = run_of("".join(map(epoch, (1, 2, 3))) + "\r10/10 ━━━━━━━━━━ 0s 5ms/step - loss: 0.2825\n")

    assert (run.step, run.total_steps, run.total_epochs) == (120, 120, 3)
    assert run.step_time_s is not None
    assert run.step_time_s.mean == pytest.approx(0.1, rel=0.05)
    assert run.metrics["loss"].last == 0.5
    assert run.metrics["val_loss"].count == 3
    assert [(stage.name, stage.occurrences) for stage in run.stages if stage.kind.value == "eval"] == [
        ("validation", 3),
        ("evaluation", 1),
    ]


def test_a_validation_of_fastai_under_the_name_of_its_epoch_counts_for_nothing() -> None:
    def fast(epoch: int, n: int, total: int) -> str:
        return f"\rEpoch {epoch}/2 : |████----| 10.00% [{n}/{total} 00:0{n // 8}<00:01... 0.5]"

    text = "epoch     train_loss  valid_loss  time    \n"
    for epoch in (1, 2):
        text += "".join(fast(epoch, n, 32) for n in range(33)) + "".join(fast(epoch, n, 8) for n in range(9))
        text += f"\r{epoch - 1}         0.189267    0.051347    00:03     \n"

    run = run_of(text)

    assert (run.step, run.total_steps, run.state) == (64, 64, RunStatus.FINISHED)
    assert [(stage.kind.value, stage.occurrences) for stage in run.stages] == [("train", 1), ("eval", 2)]


def test_early_stopping_finishes_a_run_before_its_last_round() -> None:
    rounds = "".join(f"[{n}]\ttraining's l2: 0.{n + 10}\tvalid_1's l2: 0.5\n" for n in range(1, 31))

    run = run_of(rounds + "Early stopping, best iteration is:\n[12]\ttraining's l2: 0.22\tvalid_1's l2: 0.4\n")

    assert (run.step, run.state) == (30, RunStatus.FINISHED)
    assert run.metrics["training's l2"].count == 30
