"""Two bars that move together: one of the epoch, one of the whole run."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from tqdm import tqdm  # type: ignore[import-untyped]

from tests.reading_logs import run_of


def together(epochs: int, per_epoch: int, until: int) -> str:
    """What a real tqdm draws: a bar of each epoch above a bar of all of them."""
    out = io.StringIO()
    whole = tqdm(total=epochs * per_epoch, desc="total", position=1, file=out, mininterval=0, ncols=80)
    done = 0
    for _ in range(epochs):
        bar = tqdm(total=per_epoch, desc="epoch", position=0, file=out, mininterval=0, ncols=80, leave=False)
        for _ in range(per_epoch):
            bar.update()
            whole.update()
            done += 1
            if done == until:
                return out.getvalue()
    return out.getvalue()


@pytest.mark.parametrize("until", [3, 20, 55, 60, 61, 119, 180])
def test_the_longer_one_counts_the_run_from_the_first_epoch_on(until: int) -> None:
    run = run_of(together(4, 60, until))

    assert (run.step, run.total_steps) == (until, 240)


@pytest.mark.parametrize("percent", [5, 10, 15, 25, 50])
def test_so_it_does_in_a_recorded_log(shared: Path, percent: int) -> None:
    text = (shared / "logs" / "generated" / "tq_position_pty" / "tq_position_pty.log").read_text()

    assert run_of(text[: len(text) * percent // 100]).total_steps == 240
