"""Many files and fast writers: nothing is lost while reading lags behind, and an error of our own leaves a terminal."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from tests import test_tui_guard as guard
from tests.live import NOW, store_over

STEPS = "".join(f"step {n}/100 loss {1 / n:.3f}\n" for n in range(1, 41))


def test_f27_of_many_files_the_few_that_grow_are_seen_at_the_next_look(tmp_path: Path) -> None:
    for number in range(1500):
        (tmp_path / f"{number}.log").write_text(STEPS)
    store = store_over(tmp_path)
    while not store.refresh(NOW, 60.0):
        pass
    store.board(NOW)
    for number in range(0, 1500, 50):
        with (tmp_path / f"{number}.log").open("a") as log:
            log.write("step 41/100 loss 0.2\n")

    store.refresh(NOW + 10, 60.0, rescan=True)
    steps = {run.name: run.step for run in store.board(NOW + 10).runs}

    assert len(steps) == 1500
    assert [name for name, step in steps.items() if step == 41] == [name for name in steps if int(name) % 50 == 0]


def test_f89_writers_that_are_faster_than_reading_lose_no_line(tmp_path: Path) -> None:
    lines = 20_000

    def write(name: str) -> None:
        with (tmp_path / f"{name}.log").open("w", buffering=4096) as log:
            for step in range(1, lines + 1):
                log.write(f"step {step}/{lines} loss {1 / step:.5f}\n")

    writers = [threading.Thread(target=write, args=(name,)) for name in "abcdef"]
    for writer in writers:
        writer.start()
    store, now = store_over(tmp_path), NOW
    while any(writer.is_alive() for writer in writers):
        now += 1.0
        store.refresh(now, 0.005)
        store.board(now)
    for writer in writers:
        writer.join()
    deadline = time.monotonic() + 120.0
    while not store.refresh(now + 10, 1.0, rescan=True) or any(run.step != lines for run in store.board(now + 10).runs):
        now += 10
        assert time.monotonic() < deadline, [run.step for run in store.board(now).runs]

    runs = store.board(now + 20).runs
    assert {run.name: run.metrics["loss"].count for run in runs} == dict.fromkeys("abcdef", lines)


FAULTY = """
import time
from trainmon.tui.runlist import RunList

drawn, until = RunList.render_line, time.monotonic() + 2.0

def render_line(self, y):
    if time.monotonic() > until:
        raise ZeroDivisionError("a fault of our own")
    return drawn(self, y)

RunList.render_line = render_line
sys.exit(run("""


def test_f83_a_fault_of_our_own_ends_with_the_terminal_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "PROGRAM", guard.PROGRAM.replace("sys.exit(run(", FAULTY))
    terminal = guard.Terminal()
    try:
        terminal.read_until(b"llama-13b")
        deadline = time.monotonic() + guard.LONG_S
        while terminal.process.poll() is None:
            assert time.monotonic() < deadline
            os.write(terminal.outer, b"jkGg")
            terminal.read(0.1)

        assert terminal.wait() not in (0, None)
        assert terminal.is_whole()
    finally:
        terminal.close()
