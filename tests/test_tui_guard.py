"""The real app in a real pseudo-terminal: every way out leaves the terminal as it was."""

from __future__ import annotations

import io
import os
import signal
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pseudo_terminal import LONG_S, AppTerminal
from trainmon.tui.guard import can_show_screen

TITLE_KEPT, TITLE_SET, TITLE_RESTORED = b"\x1b[22;2t", b"\x1b]2;trainmon ", b"\x1b[23;2t"


@pytest.fixture
def terminal() -> Iterator[AppTerminal]:
    shown = AppTerminal()
    try:
        shown.until_shown(b"llama-13b")
        shown.until_shown(TITLE_SET)
        yield shown
    finally:
        shown.close()


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)], ids=["TERM", "HUP", "INT"]
)
def test_a_signal_ends_the_app_with_its_code_and_the_terminal_whole(
    terminal: AppTerminal, number: signal.Signals, code: int
) -> None:
    terminal.process.send_signal(number)

    assert terminal.ended() == code
    assert terminal.is_whole()
    assert TITLE_KEPT in terminal.output
    assert terminal.output.rfind(TITLE_RESTORED) > terminal.output.rfind(TITLE_SET)


@pytest.mark.parametrize(("key", "code"), [(b"q", 0), (b"\x03", 130)], ids=["q", "ctrl+c"])
def test_a_key_ends_the_app_with_the_terminal_whole(terminal: AppTerminal, key: bytes, code: int) -> None:
    terminal.type(key)

    assert terminal.ended() == code
    assert terminal.is_whole()


def test_the_title_names_progress_and_time_left(terminal: AppTerminal) -> None:
    start = terminal.output.index(TITLE_SET)
    title = terminal.output[start : terminal.output.index(b"\x07", start)]

    assert b"% ETA " in title


def test_no_byte_is_sent_while_nothing_changes(terminal: AppTerminal) -> None:
    terminal.until(lambda: terminal.read(1.5) == b"")


def test_a_terminal_that_is_gone_ends_the_app(terminal: AppTerminal) -> None:
    terminal.hang_up()

    assert terminal.process.wait(timeout=LONG_S) == 129


def test_a_terminal_that_stopped_reading_does_not_keep_the_app(terminal: AppTerminal) -> None:
    for _ in range(300):
        terminal.type(b"jkGg")  # each paints, nobody reads
    terminal.process.send_signal(signal.SIGTERM)

    assert terminal.process.wait(timeout=LONG_S) == 143
    assert termios.tcgetattr(terminal.inner)[:4] == terminal.settings[:4]


def test_stopping_and_going_on_leaves_the_terminal_whole_at_the_end(terminal: AppTerminal) -> None:
    terminal.process.send_signal(signal.SIGSTOP)
    terminal.process.send_signal(signal.SIGCONT)
    for _ in range(5):
        terminal.process.send_signal(signal.SIGCONT)
    threads = len(list(Path(f"/proc/{terminal.process.pid}/task").iterdir())) if Path("/proc").is_dir() else 0
    terminal.read(0.5)

    terminal.type(b"q")

    assert terminal.ended() == 0
    assert terminal.is_whole()
    assert threads < 10


def test_being_suspended_gives_the_terminal_back_until_it_goes_on(terminal: AppTerminal) -> None:
    terminal.process.send_signal(signal.SIGTSTP)
    terminal.until(lambda: termios.tcgetattr(terminal.inner)[:4] == terminal.settings[:4])

    stopped = os.WSTOPPED | os.WNOHANG | os.WNOWAIT
    terminal.until(lambda: os.waitid(os.P_PID, terminal.process.pid, stopped) is not None)
    seen = len(terminal.output)
    terminal.process.send_signal(signal.SIGCONT)
    terminal.until_shown(b"llama-13b", since=seen)
    terminal.type(b"q")

    assert terminal.ended() == 0
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
