"""The log section in a real terminal over a log that grows: follow, scroll, search, jump, read as."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal import Pane, needs_tmux

pytestmark = [pytest.mark.tmux, needs_tmux]
STEPS = 3000


@pytest.fixture(params=[(80, 24), (200, 50)], ids=["80x24", "200x50"])
def pane(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Pane]:
    made = Pane(tmp_path, *request.param)
    yield made
    made.close()


def seen(pane: Pane, *words: str) -> str:
    """Wait until all of them are on the screen together."""
    return pane.until(lambda text: all(word in text for word in words))


def line(step: int) -> str:
    return f"2026-11-20 10:{step // 60 % 60:02d}:{step % 60:02d} INFO step {step}/9000 loss={9 - step / 1000:.4f}\n"


def append(log: Path, text: str) -> None:
    with log.open("a") as file:
        file.write(text)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "logs" / "train.log"
    path.parent.mkdir()
    lines = [line(step) for step in range(1, STEPS + 1)]
    lines.insert(1500, "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.50 GiB.\n")
    lines.insert(700, "\x1b[31m[red]a rare word[/red]\x1b[0m \x1b]0;owned\x07\n")
    path.write_text("".join(lines))
    return path


def open_run(pane: Pane, log: Path) -> None:
    pane.run(str(log.parent))
    seen(pane, "/ Filter", "33%")
    pane.keys("Enter")
    seen(pane, "5 Log")


def test_the_end_is_followed_until_somebody_scrolls_up(pane: Pane, log: Path) -> None:
    open_run(pane, log)
    pane.keys("5")
    seen(pane, f"step {STEPS}/9000", " following")

    append(log, line(STEPS + 1))
    seen(pane, f"▸{line(STEPS + 1).strip()}")
    pane.keys("k", "k")
    seen(pane, "not following")
    append(log, line(STEPS + 2))
    stayed = seen(pane, "it has grown since")
    pane.keys("G")
    pane.until(lambda text: f"▸{line(STEPS + 2).strip()}" in text and "not following" not in text)
    append(log, "\r 10%|#         | 1/10 [00:01<00:09,  1.00it/s]\r 20%|##        | 2/10 [00:02<00:08,  1.00it/s]")
    bar = seen(pane, "2/10 [00:02<00:08")

    assert f"step {STEPS + 2}/9000" not in stayed
    assert "1/10" not in bar


def test_the_history_is_scrolled_and_searched(pane: Pane, log: Path) -> None:
    open_run(pane, log)
    pane.keys("5")
    seen(pane, f"step {STEPS}/9000")

    pane.keys("g")
    seen(pane, "▸2026-11-20 10:00:01 INFO step 1/9000")
    pane.keys("/")
    seen(pane, "Search the log")
    pane.keys(*"rare", "Space", *"word", "Enter")
    seen(pane, "▸[red]a rare word[/red]", "line 701", "found")
    pane.keys("/")
    seen(pane, "Search the log")
    pane.keys("/", "=", "7", ".", "1", "\\", "d", "0", "0", "/", "Enter", "n", "N", "n")
    pane.until(lambda text: "▸" in text and "loss=7.1800" in text.split("▸")[1].splitlines()[0])
    pane.keys("/", *"Quota", "Enter")
    seen(pane, "not found: Quota", "loss=7.1800")


def test_a_problem_leads_to_its_line_and_a_line_tells_what_it_was_read_as(pane: Pane, log: Path) -> None:
    open_run(pane, log)
    pane.keys("4")
    seen(pane, "▸ ! ", "line 1502")

    pane.keys("Enter")
    seen(pane, "▸torch.OutOfMemoryError", "line 1,502")
    pane.keys("Enter")
    seen(pane, "kind=oom", "→ Problem")
    pane.keys("k")
    seen(pane, "Counter ", "current=1500")
    pane.keys("Enter", "Escape")
    seen(pane, "/ Filter")
    pane.keys("q")

    assert pane.ended() == 0
