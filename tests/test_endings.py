"""Lines with which programs say that they are done, behind whatever a logger puts before its message."""

from __future__ import annotations

import pytest

from tests.reading_logs import run_of
from trainmon.snapshot import RunStatus

STEPS = "".join(f"INFO train: step {n}/400 loss=0.{n}\n" for n in range(10, 60, 10))
MORE = "".join(f"INFO train: step {n}/400 loss=0.{n}\n" for n in range(60, 90, 10))
ENDS = [
    "Training complete",
    "INFO Training complete.",
    "INFO train: Training complete",
    "2026-11-20 11:17:29,260 INFO train: Training complete",
    "INFO:train:Training complete",
    "[trainer] Training complete",
    "Reached max_steps=250, stopping",
    "2026-11-20 11:17:29,260 INFO train: Reached max_steps=250, stopping",
    "Maximum number of epochs reached. Stopping.",
    "Early stopping at epoch 12",
    "INFO train: Early stopping at epoch 12",
]


@pytest.mark.parametrize("text", ENDS)
def test_a_run_whose_log_ends_so_is_finished(text: str) -> None:
    assert run_of(f"{STEPS}{text}\n").state is RunStatus.FINISHED


@pytest.mark.parametrize("text", ENDS)
def test_steps_behind_it_deny_it(text: str) -> None:
    assert run_of(f"{STEPS}{text}\n{MORE}").state is RunStatus.INTERRUPTED


@pytest.mark.parametrize(
    "text",
    [
        "INFO train: Training complete for epoch 4",
        "fold1: Training complete",
        "epoch 3: training done",
        "Reached max steps per epoch, stopping",
        "Reached max_steps=250, stopping epoch 3",
        "INFO train: early stopping patience 3",
        "INFO train: Reached step 250 of max_steps 400",
    ],
)
def test_the_end_of_a_part_is_no_end_of_the_run(text: str) -> None:
    assert run_of(f"{STEPS}{text}\n").state is RunStatus.INTERRUPTED
