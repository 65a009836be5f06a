"""The real app in a real pseudo-terminal: every way out leaves the terminal as it was."""

from __future__ import annotations

import io
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from trainmon.tui.guard import can_show_screen

REPOSITORY = Path(__file__).resolve().parents[1]
PROGRAM = """
import sys
from dataclasses import replace
from tests import boards
from trainmon.tui.app import run

class Ticking(boards.BoardSource):
    def refresh(self):
        self.board = replace(self.board, taken_at=self.board.taken_at + 0.001)
        return self.board

sys.exit(run(Ticking(boards.board()), hz=20))
"""
TITLE_KEPT, TITLE_SET, TITLE_RESTORED = b"\x1b[22;2t", b"\x1b]2;trainmon ", b"\x1b[23;2t"
ALTERNATE_OFF, CURSOR_ON = b"\x1b[?1049l", b"\x1b[?25h"
LONG_S = 20.0


class Terminal:
    """A pseudo-terminal with the app in it."""

    def __init__(self) -> None:
        self.outer, inner = pty.openpty()
        termios.tcsetwinsize(inner, (24, 80))
        self.settings = termios.tcgetattr(inner)
        environment = {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(REPOSITORY), "COLORTERM": "truecolor"}
        environment.pop("NO_COLOR", None)
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            stdin=inner, stdout=inner, stderr=inner, cwd=REPOSITORY, env=environment, start_new_session=True,
        )  # fmt: skip
        self.inner = inner
        self.output = b""

    def read(self, for_s: float) -> bytes:
        """Return what arrives within a time."""
        start, deadline = len(self.output), time.monotonic() + for_s
        while (left := deadline - time.monotonic()) > 0:
            if select.select([self.outer], [], [], left)[0]:
                self.output += os.read(self.outer, 65_536)
        return self.output[start:]

    def read_until(self, awaited: bytes) -> None:
        deadline = time.monotonic() + LONG_S
        while awaited not in self.output:
            assert time.monotonic() < deadline, self.output[-2000:]
            assert self.process.poll() is None, self.output[-2000:]
            self.read(0.05)

    def wait(self) -> int:
        """Return the exit code; reads meanwhile, as a terminal does."""
        deadline = time.monotonic() + LONG_S
        while self.process.poll() is None:
            assert time.monotonic() < deadline, "the program is still there"
            self.read(0.05)
        self.read(0.1)
        return self.process.wait()

    def is_whole(self) -> bool:
        """Say whether the settings are those from before, the alternate screen is left and the cursor shown."""
        restored = termios.tcgetattr(self.inner)[:4] == self.settings[:4]
        return restored and self.output.rfind(ALTERNATE_OFF) > 0 and self.output.rfind(CURSOR_ON) > 0

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for descriptor in (self.outer, self.inner):
            try:
                os.close(descriptor)
            except OSError:
                continue


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    shown = Terminal()
    try:
        shown.read_until(b"llama-13b")
        shown.read_until(TITLE_SET)
        yield shown
    finally:
        shown.close()


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)], ids=["TERM", "HUP", "INT"]
)
def test_a_signal_ends_the_app_with_its_code_and_the_terminal_whole(
    terminal: Terminal, number: signal.Signals, code: int
) -> None:
    terminal.process.send_signal(number)

    assert terminal.wait() == code
    assert terminal.is_whole()
    assert TITLE_KEPT in terminal.output
    assert terminal.output.rfind(TITLE_RESTORED) > terminal.output.rfind(TITLE_SET)


@pytest.mark.parametrize(("key", "code"), [(b"q", 0), (b"\x03", 130)], ids=["q", "ctrl+c"])
def test_a_key_ends_the_app_with_the_terminal_whole(terminal: Terminal, key: bytes, code: int) -> None:
    os.write(terminal.outer, key)

    assert terminal.wait() == code
    assert terminal.is_whole()


def test_the_title_names_progress_and_time_left(terminal: Terminal) -> None:
    start = terminal.output.index(TITLE_SET)
    title = terminal.output[start : terminal.output.index(b"\x07", start)]

    assert b"% ETA " in title


def test_no_byte_is_sent_while_nothing_changes(terminal: Terminal) -> None:
    terminal.read(1.0)

    assert terminal.read(1.5) == b""


def test_a_terminal_that_is_gone_ends_the_app(terminal: Terminal) -> None:
    os.close(terminal.inner)
    os.close(terminal.outer)

    assert terminal.process.wait(timeout=LONG_S) == 129


def test_a_terminal_that_stopped_reading_does_not_keep_the_app(terminal: Terminal) -> None:
    for _ in range(300):
        os.write(terminal.outer, b"jkGg")  # each paints, nobody reads
    terminal.process.send_signal(signal.SIGTERM)

    assert terminal.process.wait(timeout=LONG_S) == 143
    assert termios.tcgetattr(terminal.inner)[:4] == terminal.settings[:4]


def test_stopping_and_going_on_leaves_the_terminal_whole_at_the_end(terminal: Terminal) -> None:
    terminal.process.send_signal(signal.SIGSTOP)
    terminal.process.send_signal(signal.SIGCONT)
    for _ in range(5):
        terminal.process.send_signal(signal.SIGCONT)
    threads = len(list(Path(f"/proc/{terminal.process.pid}/task").iterdir())) if Path("/proc").is_dir() else 0
    terminal.read(0.5)

    os.write(terminal.outer, b"q")

    assert terminal.wait() == 0
    assert terminal.is_whole()
    assert threads < 10


def test_being_suspended_gives_the_terminal_back_until_it_goes_on(terminal: Terminal) -> None:
    terminal.process.send_signal(signal.SIGTSTP)
    deadline = time.monotonic() + LONG_S
    while termios.tcgetattr(terminal.inner)[:4] != terminal.settings[:4]:
        assert time.monotonic() < deadline
        terminal.read(0.05)

    seen = len(terminal.output)
    while os.waitid(os.P_PID, terminal.process.pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT) is None:
        assert time.monotonic() < deadline
        terminal.read(0.05)
    terminal.process.send_signal(signal.SIGCONT)
    while b"llama-13b" not in terminal.output[seen:]:
        assert time.monotonic() < deadline
        terminal.read(0.05)
    os.write(terminal.outer, b"q")

    assert terminal.wait() == 0
    assert terminal.is_whole()


class FakeStream(io.StringIO):
    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@pytest.mark.parametrize(
    ("stdin", "stdout", "stderr", "term", "reason"),
    [
        pytest.param(True, True, True, "xterm-256color", None, id="a terminal"),
        pytest.param(False, True, True, "xterm", "stdin is not a terminal", id="stdin"),
        pytest.param(True, False, True, "xterm", "stdout is not a terminal", id="stdout"),
        pytest.param(True, True, False, "xterm", "stderr is not a terminal", id="stderr"),
        pytest.param(True, True, True, "dumb", "TERM=dumb cannot place text on the screen", id="dumb"),
        pytest.param(True, True, True, "", "TERM is not set", id="no TERM"),
    ],
)
def test_a_screen_needs_a_terminal(stdin: bool, stdout: bool, stderr: bool, term: str, reason: str | None) -> None:
    first, second, third = (FakeStream(terminal=each) for each in (stdin, stdout, stderr))

    assert can_show_screen(first, second, third, {"TERM": term} if term else {}) == reason


def test_a_closed_or_missing_stream_is_no_terminal() -> None:
    closed, fine = FakeStream(terminal=True), FakeStream(terminal=True)
    closed.close()

    assert can_show_screen(None, fine, fine, {"TERM": "xterm"}) == "stdin is not a terminal"
    assert can_show_screen(closed, fine, fine, {"TERM": "xterm"}) == "stdin is not a terminal"
