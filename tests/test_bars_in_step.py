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


def beside_lines(epochs: int, per_epoch: int, until: int, desc: str, line: str) -> str:
    """A real tqdm of each epoch, with a logger's line at every twentieth step."""
    out = io.StringIO()
    done = 0
    for epoch in range(1, epochs + 1):
        bar = tqdm(range(per_epoch), desc=desc.format(epoch=epoch) or None, file=out, mininterval=0, ncols=80)
        for at in bar:
            if done == until:
                return out.getvalue()
            done += 1
            if (at + 1) % 20 == 0:
                out.write(line.format(epoch=epoch, epochs=epochs, step=at + 1, total=per_epoch, loss=3 / done) + "\n")
    return out.getvalue()


PLAIN = "2026-03-01 10:00:00 INFO step {step}/{total} loss {loss:.4f}"
NUMBERED = "2026-03-01 10:00:00 INFO Epoch {epoch}/{epochs} step {step}/{total} loss {loss:.4f}"


@pytest.mark.parametrize(
    ("epochs", "desc", "line"),
    [
        pytest.param(1, "", PLAIN, id="one epoch"),
        pytest.param(3, "", NUMBERED, id="epochs that lines number"),
        pytest.param(3, "Epoch {epoch}", NUMBERED, id="epochs that both number"),
    ],
)
@pytest.mark.parametrize("until", [41, 59, 99])
def test_lines_now_and_then_do_not_hold_back_the_bar(epochs: int, desc: str, line: str, until: int) -> None:
    run = run_of(beside_lines(epochs, 300 // epochs, until, desc, line))

    assert (run.step, run.total_steps) == (until, 300)


@pytest.mark.parametrize("until", [101, 119, 150, 255])
def test_so_they_do_in_later_epochs(until: int) -> None:
    run = run_of(beside_lines(3, 100, until, "", NUMBERED))

    assert (run.step, run.total_steps) == (until, 300)
