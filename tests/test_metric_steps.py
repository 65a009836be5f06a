"""Where a logged value stands: on the axis of the whole run, whatever the counter beside it counts."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pytest

from tests.reading_logs import run_of

FOLDER = Path(__file__).resolve().parent
EPOCHS, STEPS = 4, 60
TRAINED = [(epoch, step) for epoch in range(1, EPOCHS + 1) for step in range(5, STEPS + 1, 5)]
VARIED = [log for log in sorted((FOLDER / "varied_logs").glob("*.gz")) if not log.name.startswith("epochs_with_write")]
"""Without a log whose first line looks like that of a whole epoch until its bar of epochs moves."""


def written(shape: str) -> str:
    """Each line as a hand-written loop prints it, and what the epoch came to."""
    ends = "epoch {} done, val_loss 0.5\n"
    return "".join(
        shape.format(epoch=epoch, step=step, seen=640 * step, loss=1 / (epoch * STEPS + step))
        + (ends.format(epoch) if step == STEPS else "")
        for epoch, step in TRAINED
    )


def bars() -> str:
    """A bar an epoch, with the loss behind it."""
    return "".join(
        f"\rEpoch {epoch}/{EPOCHS}:  {step}%|   | {step}/{STEPS} [00:{step:02d}<00:10,  1.00it/s, loss={1 / n:.4f}]"
        + ("\n" if step == STEPS else "")
        for n, (epoch, step) in enumerate(TRAINED, 1)
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(written("epoch {epoch}/4 step {step}/60 loss {loss:.4f}\n"), id="step of an epoch"),
        pytest.param(written("Epoch {epoch}, Batch {step}/60, Loss: {loss:.4f}\n"), id="batch"),
        pytest.param(written("epoch={epoch} step={step}/60 loss={loss:.4f}\n"), id="key and value"),
        pytest.param(written("Train Epoch: {epoch} [{step}/60 ({step}%)]\tLoss: {loss:.4f}\n"), id="torch example"),
        pytest.param(written("Epoch: [{epoch}][{step}/60]\tLoss {loss:.4f}\n"), id="ImageNet example"),
        pytest.param(bars(), id="a bar an epoch"),
    ],
)
def test_a_counter_of_the_epoch_places_values_on_the_whole_run(text: str) -> None:
    run = run_of(text)
    (loss,) = (metric for name, metric in run.metrics.items() if name.lower() == "loss")

    assert run.step == EPOCHS * STEPS
    assert [step for step, _ in loss.history] == [(epoch - 1) * STEPS + step for epoch, step in TRAINED]
    assert loss.last_step == run.step


def test_many_lines_are_placed_as_few_are() -> None:
    shape = "epoch {epoch}/4 step {step}/600 loss {loss:.4f}\n"
    text = "".join(
        shape.format(epoch=epoch, step=step, loss=1 / (1 + step)) for epoch in range(1, 5) for step in range(1, 601)
    )

    loss = run_of(text).metrics["loss"]

    assert (loss.count, loss.last_step) == (2400, 2400)
    assert not falls(loss.history)


def falls(history: Iterable[tuple[float, float]]) -> int:
    return sum(later < earlier for (earlier, _), (later, _) in pairwise(history))


@pytest.mark.parametrize("log", [pytest.param(log, id=log.name.removesuffix(".log.gz")) for log in VARIED])
def test_steps_of_values_fall_with_a_new_attempt_only_and_stay_within_the_run(log: Path) -> None:
    run = run_of(gzip.decompress(log.read_bytes()).decode("utf-8", "replace"))

    for name, metric in run.metrics.items():
        assert falls(metric.history) < run.attempts, name
        assert run.step is None or (metric.last_step or 0.0) <= run.step, name
