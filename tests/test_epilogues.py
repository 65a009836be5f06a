"""What is said behind a training ends it where nothing goes on, and never while its writer may."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.live import NOW, read_whole, store_over
from trainmon.snapshot import RunSnapshot, RunStatus

ROUNDS = "".join(f"[{n}]\teval-logloss:0.{500 - n}\n" for n in range(20))
EPOCHS = [f"Epoch {n}/10 train_loss=0.{90 - n} val_loss=0.{95 - n}\n" for n in range(1, 8)]


def archived(folder: Path, text: str) -> RunSnapshot:
    log = folder / "train.log"
    log.write_text(text)
    (run,) = read_whole(log).runs
    return run


@pytest.mark.parametrize(
    ("text", "state"),
    [
        pytest.param(ROUNDS, RunStatus.INTERRUPTED, id="nothing is said"),
        pytest.param(ROUNDS + "Test accuracy: 0.775\n", RunStatus.FINISHED, id="a test"),
        pytest.param(ROUNDS + "Best iteration: 6, best score: 0.49941\n", RunStatus.FINISHED, id="the best round"),
        pytest.param(ROUNDS + "Saved model to model.txt\n", RunStatus.FINISHED, id="saved"),
        pytest.param(ROUNDS + "Saved model to ckpt/step_20.pt\n", RunStatus.INTERRUPTED, id="a checkpoint"),
        pytest.param(ROUNDS + "Done. Total time: 120.1 s\n", RunStatus.FINISHED, id="done"),
        pytest.param("Test accuracy: 0.5\n" + ROUNDS, RunStatus.INTERRUPTED, id="said before"),
        pytest.param("".join(EPOCHS) + "Test accuracy: 0.775\n", RunStatus.FINISHED, id="stopped early, then tested"),
        pytest.param(
            "".join(EPOCHS) + "Saved model to model.pt\n", RunStatus.INTERRUPTED, id="saved with epochs to go"
        ),
        pytest.param(EPOCHS[0] + "Test accuracy: 0.775\n", RunStatus.INTERRUPTED, id="tested behind the first epoch"),
        pytest.param(
            "".join(each + "Test accuracy: 0.775\n" for each in EPOCHS), RunStatus.INTERRUPTED, id="each epoch"
        ),
    ],
)
def test_a_program_that_went_on_past_its_training_finished_it(text: str, state: RunStatus, tmp_path: Path) -> None:
    assert archived(tmp_path, text).state is state


def test_while_its_writer_may_go_on_nothing_is_over(tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    log.write_text("".join(EPOCHS) + "Test accuracy: 0.775\n")
    os.utime(log, (NOW - 1, NOW - 1))
    store = store_over(log)
    while not store.refresh(NOW, 60.0):
        pass

    (run,) = store.board(NOW).runs

    assert run.state is RunStatus.RUNNING


@pytest.mark.parametrize(
    ("said", "times"),
    [
        pytest.param("Evaluating...", 3, id="a sentence"),
        pytest.param("Running validation on the dev set", 3, id="where"),
        pytest.param("Evaluating...\nval_loss: 0.5", 3, id="with its result"),
        pytest.param("Validating config", 0, id="of settings"),
        pytest.param("Evaluating the expression took 3 s", 0, id="of something else"),
    ],
)
def test_an_evaluation_that_a_sentence_announces_is_one(said: str, times: int, tmp_path: Path) -> None:
    text = "".join(f"Epoch {n}/3 - loss: 0.{9 - n}\n{said}\n" for n in range(1, 4))

    run = archived(tmp_path, text)

    assert sum(stage.occurrences for stage in run.stages if stage.kind == "eval") == times


@pytest.mark.parametrize("header", ["Fold {n}/3", "===== Fold {n} of 3 =====", "Training fold {n}/3"])
def test_the_folds_to_come_count(header: str, tmp_path: Path) -> None:
    epochs = "".join(f"Epoch {n}/4 - loss: 0.{9 - n}\n" for n in range(1, 5))

    run = archived(tmp_path, "".join(f"{header.format(n=n)}\n{epochs}" for n in (1, 2)))

    assert (run.attempts, run.step, run.total_steps, run.total_epochs) == (1, 8, 12, 12)
    assert run.total_reason.endswith("after 4 epochs of training before, 1 fold to come")


def test_a_part_of_the_data_that_is_numbered_is_no_fold(tmp_path: Path) -> None:
    lines = [f"step {n}/40 loss 0.{90 - n}\n" for n in range(10, 50, 10)]

    run = archived(tmp_path, f"Split 1/8\n{lines[0]}{lines[1]}Split 2/8\n{lines[2]}{lines[3]}")

    assert (run.attempts, run.step, run.total_steps) == (1, 40, 40)
