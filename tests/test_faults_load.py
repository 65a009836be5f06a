"""Many files and fast writers: nothing is lost while reading lags behind, and an error of our own leaves a terminal."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from tests.live import NOW, store_over
from tests.pseudo_terminal import PROGRAM, AppTerminal

STEPS = "".join(f"step {n}/100 loss {1 / n:.3f}\n" for n in range(1, 41))


def test_f27_of_many_files_the_few_that_grow_are_seen_at_the_next_look(tmp_path: Path) -> None:
    for number in range(1500):
        (tmp_path / f"{number}.log").write_text(STEPS)
    store = store_over(tmp_path)
    while not store.refresh(NOW, 600.0):
        pass
    store.board(NOW)
    for number in range(0, 1500, 50):
        with (tmp_path / f"{number}.log").open("a") as log:
            log.write("step 41/100 loss 0.2\n")

    store.refresh(NOW + 10, 600.0, rescan=True)
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
    deadline = time.monotonic() + 300.0
    while not store.refresh(now + 10, 1.0, rescan=True) or any(run.step != lines for run in store.board(now + 10).runs):
        now += 10
        assert time.monotonic() < deadline, [run.step for run in store.board(now).runs]

    runs = store.board(now + 20).runs
    assert {run.name: run.metrics["loss"].count for run in runs} == dict.fromkeys("abcdef", lines)


FAULTY = """
from trainmon.tui.runlist import RunList

drawn, moves = RunList.render_line, []

def action_move(self, by):
    moves.append(by)
    self.refresh()

def render_line(self, y):
    if moves:
        raise ZeroDivisionError("a fault of our own")
    return drawn(self, y)

RunList.action_move, RunList.render_line = action_move, render_line
sys.exit(run("""


def test_f83_a_fault_of_our_own_ends_with_the_terminal_whole() -> None:
    terminal = AppTerminal(PROGRAM.replace("sys.exit(run(", FAULTY))
    try:
        terminal.until_shown(b"llama-13b")
        terminal.type(b"j")

        assert terminal.ended() not in (0, None)
        assert terminal.is_whole()
        assert b"a fault of our own" in terminal.output
    finally:
        terminal.close()
