"""A run that died and went on: where the present attempt began, and what dying cost."""

from __future__ import annotations

import pytest

from tests.reading_logs import events_of, run_of
from trainmon.events import AttemptMark, Facts
from trainmon.parsers.resuming import Resuming


def bar(epoch: int, total: int, until: int, step_s: int = 2, epochs: int = 3) -> str:
    """An epoch's bar up to a step."""
    redraws = [
        f"\rEpoch {epoch}/{epochs}: {100 * n // total:3d}%|   | {n}/{total} "
        f"[{n * step_s // 60:02d}:{n * step_s % 60:02d}<00:00, {f'{step_s:.2f}s/it' if n else '?it/s'}]"
        for n in range(until + 1)
    ]
    return "".join(redraws) + "\n"


def stamped(minute: int, text: str) -> str:
    return f"2025-03-11 10:{minute:02d}:00,000 [INFO] {text}\n"


RESUMED_BARS = (
    stamped(0, "steps per epoch: 30, epochs: 3")
    + bar(1, 30, 30)
    + stamped(1, "Saved checkpoint_epoch_1.pt")
    + bar(2, 30, 20)
    + stamped(10, "Resumed from checkpoint_epoch_1.pt: epoch 1 of 3 done, global step 30")
    + bar(2, 30, 30)
    + bar(3, 30, 15)
)


def test_bars_of_epochs_begin_where_the_checkpoint_stood() -> None:
    run = run_of(RESUMED_BARS)

    assert (run.attempts, run.start_step, run.step, run.total_steps) == (2, 30, 75, 90)


def test_what_was_redone_and_the_time_nothing_ran_are_told() -> None:
    run = run_of(RESUMED_BARS)

    assert run.redone_steps == 20
    assert run.redone_s == pytest.approx(40, abs=2)
    assert run.gap_s == pytest.approx(10 * 60 - (60 + 40), abs=1)


def test_the_history_of_the_step_time_lies_on_the_steps_of_the_whole_run() -> None:
    run = run_of(RESUMED_BARS)

    assert run.step_time_s is not None
    steps = [step for step, _ in run.step_time_s.history]
    assert steps == sorted(steps)
    assert 0 < steps[0] < 30 < max(steps) <= 75


def own_loop(first: int, last: int, minute: int) -> str:
    """Lines every tenth step of epochs of sixty."""
    return "".join(
        stamped(minute + n // 30, f"epoch {(n - 1) // 60 + 1}/4 step {(n - 1) % 60 + 1}/60 loss {9 / (n + 9):.4f}")
        for n in range(first, last + 1, 10)
    )


@pytest.mark.parametrize(
    ("line", "began"),
    [
        pytest.param("Resuming from checkpoint runs/own/epoch_1.pt (epoch 1)", 60, id="epoch"),
        pytest.param("Resumed from checkpoint_epoch_1.pt: epoch 1 of 4 done, global step 60", 60, id="step"),
        pytest.param("Resuming from the last checkpoint", 60, id="nothing but the lines that follow"),
    ],
)
def test_lines_of_epochs_begin_where_the_checkpoint_stood(line: str, began: float) -> None:
    run = run_of(own_loop(10, 110, 0) + stamped(20, line) + own_loop(70, 180, 21))

    assert (run.attempts, run.start_step, run.step, run.total_steps) == (2, began, 180, 240)
    assert run.redone_steps == 50


def test_a_run_that_was_not_interrupted_lost_nothing() -> None:
    run = run_of(own_loop(10, 240, 0))

    assert (run.attempts, run.start_step, run.redone_steps, run.redone_s, run.gap_s) == (1, 0, None, None, None)


def test_a_finished_run_written_over_again_lost_nothing() -> None:
    done = own_loop(10, 240, 0)

    run = run_of(done + stamped(20, "Training complete") + stamped(30, "steps per epoch: 60") + own_loop(10, 120, 31))

    assert (run.attempts, run.step, run.redone_steps) == (2, 120, None)


def test_each_death_counts() -> None:
    resume = "Resuming from checkpoint runs/own/epoch_1.pt (epoch 1)"
    text = own_loop(10, 110, 0) + stamped(20, resume) + own_loop(70, 90, 21) + stamped(40, resume)

    run = run_of(text + own_loop(70, 180, 41))

    assert (run.attempts, run.start_step, run.redone_steps) == (3, 60, 50 + 50)


def test_the_checkpoint_of_an_earlier_attempt_says_nothing_of_a_fresh_start() -> None:
    text = own_loop(10, 110, 0) + stamped(20, "Resuming from checkpoint runs/own/epoch_1.pt (epoch 1)")

    run = run_of(text + own_loop(70, 90, 21) + own_loop(10, 30, 40))

    assert (run.attempts, run.start_step) == (3, 0)


@pytest.mark.parametrize(
    ("line", "values"),
    [
        pytest.param("Resuming training from step 62,500", {"resumed_from_step": 62500}, id="step"),
        pytest.param("Resuming training from /out/checkpoint-500", {"resumed_from_step": 500}, id="folder"),
        pytest.param(
            "Restored all states from the checkpoint at version_0/checkpoints/epoch=1-step=120.ckpt",
            {"resumed_from_step": 120, "resumed_from_epoch": 1},
            id="Lightning",
        ),
    ],
)
def test_what_is_done_already_is_read(line: str, values: dict[str, float]) -> None:
    assert events_of(Resuming(), line) == [Facts(values=values)]


def test_from_an_epoch_is_no_number_of_epochs_done() -> None:
    (event,) = events_of(Resuming(), "Resuming training from epoch 5")

    assert isinstance(event, AttemptMark)


@pytest.mark.parametrize(
    "line",
    [
        "no checkpoint found in output/default, ignoring auto resume, resuming from scratch",
        "Training can be resumed from step 500",
        "Continuing with epoch 3",
        "Resuming run legendary-snow-3",
        "To be resumed from checkpoint-500",
    ],
)
def test_talk_of_resuming_is_no_resuming(line: str) -> None:
    assert events_of(Resuming(), line) == []
