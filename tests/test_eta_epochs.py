"""A Trainer without its bar tells of its progress by epochs alone: with what its header states that is an ETA."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.whole_runs import run_of
from trainmon.parsers import log_formats
from trainmon.runs.header import total_and_epoch
from trainmon.snapshot import RunStatus
from trainmon.timing.backtest import OURS, Piece, backtest

STEP_S = 1.5
HEADER = """\
[INFO|trainer.py:2506] 2026-03-01 10:00:00,000 >> ***** Running training *****
  Num examples = 1,200
  Num Epochs = 3
  Instantaneous batch size per device = 8
  Total train batch size (w. parallel, distributed & accumulation) = 8
  Gradient Accumulation steps = 1
  Total optimization steps = 450
"""


def lines() -> Iterator[str]:
    """What the Trainer prints with `disable_tqdm`, a dict every 10 steps."""
    yield HEADER
    for step in range(10, 451, 10):
        yield f"{{'loss': {2 - step / 400:.4f}, 'learning_rate': 1e-05, 'epoch': {step / 150:.2f}}}\n"
    yield "{'train_runtime': 675.0, 'train_samples_per_second': 5.3, 'train_loss': 1.4, 'epoch': 3.0}\n"


def arrived() -> list[Piece]:
    """The same with the time at which each line came."""
    return [(line.encode(), 1000.0 + 10 * STEP_S * n) for n, line in enumerate(lines())]


@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_losses_with_an_epoch_and_a_header_with_totals_have_an_eta(share: float) -> None:
    run = backtest("no bar", arrived(), log_formats())

    (moment,) = (m for m in run.moments if m.share == share)
    assert moment.guess(OURS) == pytest.approx(moment.true_s, rel=0.1)


def test_such_a_run_is_counted_in_steps_and_finishes(tmp_path: Path) -> None:
    run = run_of(tmp_path, "".join(lines()))

    assert (run.state, run.step, run.total_steps, run.total_epochs) == (RunStatus.FINISHED, 450, 450, 3)
    assert run.metrics["loss"].last_step == 450
    assert run.attempts == 1


@pytest.mark.parametrize(
    ("facts", "known"),
    [
        pytest.param({"total_steps": 450.0, "epochs": 3.0}, (450.0, 150.0), id="whole epochs"),
        pytest.param({"total_steps": 450.0, "epochs": 3.0, "steps_per_epoch": 180.0}, (450.0, 180.0), id="stated"),
        pytest.param(
            {"total_steps": 100.0, "epochs": 2.0, "examples": 480.0, "effective_batch_size": 8.0},
            (100.0, 60.0),
            id="max_steps ends within the second epoch",
        ),
        pytest.param({"epochs": 3.0}, (None, None), id="no total"),
    ],
)
def test_the_header_tells_the_steps_of_an_epoch(
    facts: dict[str, float | str], known: tuple[float | None, float | None]
) -> None:
    assert total_and_epoch(facts) == known
