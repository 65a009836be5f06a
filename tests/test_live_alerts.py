"""The whole program in a pseudo-terminal while a log grows and its run fails."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.pseudo_terminal import PseudoTerminal

STEPS = "".join(f"step {i}/100 loss {1 / i:.4f}\n" for i in range(1, 41))
FAILURE = (
    "Traceback (most recent call last):\n"
    '  File "train.py", line 12, in <module>\n'
    "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.50 GiB\n"
)


class Watch(PseudoTerminal):
    """`trainmon watch --desktop --on-event ...` over a folder."""

    def __init__(self, folder: Path, *options: str) -> None:
        own = {"XDG_STATE_HOME": str(folder / "state"), "XDG_CONFIG_HOME": str(folder / "config")}
        command = (sys.executable, "-m", "trainmon", "watch", "--hz", "10", *options, str(folder / "logs"))
        super().__init__(*command, size=(30, 100), environment=own)

    def quit(self) -> None:
        """Leave by the key."""
        self.type(b"q")
        self.ended()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "mine.log").write_text(STEPS)
    (tmp_path / "hook.py").write_text(
        f"import sys; open({str(tmp_path / 'events.jsonl')!r}, 'a').write(sys.stdin.read())"
    )
    return tmp_path


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[[], Watch]]:
    watches: list[Watch] = []

    def started() -> Watch:
        watches.append(Watch(folder, "--desktop", "--on-event", f"{sys.executable} {folder / 'hook.py'}"))
        return watches[-1]

    yield started
    for watch in watches:
        watch.close()


def events(folder: Path) -> list[str]:
    written = folder / "events.jsonl"
    lines = written.read_text().splitlines(keepends=True) if written.exists() else []
    return [json.loads(line)["event"]["kind"] for line in lines if line.endswith("\n")]


def fail(folder: Path) -> None:
    with (folder / "logs" / "mine.log").open("a") as log:
        log.write(FAILURE)


@pytest.mark.slow
def test_a_failure_is_told_by_every_means_and_never_again(folder: Path, start: Callable[[], Watch]) -> None:
    watch = start()
    memory = folder / "state" / "trainmon" / "alerts.json"
    watch.until(lambda: b"mine" in watch.output and memory.exists())

    fail(folder)
    watch.until(lambda: b"\x1b]9;trainmon: mine failed: torch.cuda.OutOfMemoryError" in watch.output)
    watch.until(lambda: b"! mine failed\x07" in watch.output)
    watch.until(lambda: events(folder) == ["failed"])
    watch.quit()
    again = start()
    again.until(lambda: b"failed" in again.output)
    again.quit()

    assert b"\x07" in re.sub(rb"\x1b\]2;[^\x07]*\x07", b"", watch.output)
    assert b"\x1b]9;" not in again.output
    assert events(folder) == ["failed"]


@pytest.mark.slow
def test_what_failed_while_nobody_watched_is_told_at_the_next_start(folder: Path, start: Callable[[], Watch]) -> None:
    watch = start()
    memory = folder / "state" / "trainmon" / "alerts.json"
    watch.until(lambda: b"mine" in watch.output and memory.exists())
    watch.quit()

    fail(folder)
    again = start()
    again.until(lambda: events(folder) == ["failed"])
    again.quit()

    assert b"\x1b]9;trainmon: mine failed" in again.output
