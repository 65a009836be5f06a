"""A program on a pseudo-terminal: its bytes, keys and size, and the terminal's settings."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
LONG_S = 180.0
"""Only a test that fails waits so long."""
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
ALTERNATE_OFF, CURSOR_ON = b"\x1b[?1049l", b"\x1b[?25h"
_LAST = b"-- the program has ended --"
_CHANGES_THE_SCREEN = ("NO_COLOR", "TMUX", "VTE_VERSION")


class PseudoTerminal:
    """Reads what the program writes while somebody waits for something; a program that nobody reads may block."""

    def __init__(
        self, *command: str, size: tuple[int, int] = (24, 80), environment: Mapping[str, str] | None = None
    ) -> None:
        self.outer, self.inner = pty.openpty()
        self._open = {self.outer, self.inner}
        self.resize(*size)
        self.settings = termios.tcgetattr(self.inner)
        inherited = {name: value for name, value in os.environ.items() if name not in _CHANGES_THE_SCREEN}
        own = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": str(REPOSITORY)}
        self.process = subprocess.Popen(
            command, stdin=self.inner, stdout=self.inner, stderr=self.inner,
            env={**inherited, **own, **(environment or {})}, start_new_session=True,
        )  # fmt: skip
        self.output = b""

    def resize(self, rows: int, columns: int) -> None:
        """Give it another size; who wants the program to know sends it SIGWINCH."""
        termios.tcsetwinsize(self.inner, (rows, columns))

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self.outer, keys)

    def read(self, for_s: float) -> bytes:
        """Return what arrives within a time."""
        start, deadline = len(self.output), time.monotonic() + for_s
        while select.select([self.outer], [], [], max(deadline - time.monotonic(), 0.0))[0]:
            try:
                self.output += os.read(self.outer, 65_536)
            except OSError:  # nobody holds the other end any more
                break
        return self.output[start:]

    def until(self, condition: Callable[[], bool]) -> None:
        """Read until it is so; fail with the end of what was read otherwise."""
        deadline = time.monotonic() + LONG_S
        while not condition():
            assert time.monotonic() < deadline, self.output[-3000:]
            self.read(0.05)

    def until_shown(self, awaited: bytes, since: int = 0) -> None:
        """Read until the program has written it behind the first `since` bytes; fail where the program ends before."""
        self.until(lambda: awaited in self.output[since:] or self.process.poll() is not None)
        assert awaited in self.output[since:], self.output[-3000:]

    def ended(self) -> int:
        """Return the exit code; reads meanwhile, as a terminal does."""
        self.until(lambda: self.process.poll() is not None)
        while self.read(0.0):
            pass
        os.write(self.inner, _LAST)  # behind all that the program wrote and the kernel has not handed on yet
        self.until(lambda: _LAST in self.output)
        return self.process.wait()

    def hang_up(self) -> None:
        """Close the terminal, as a lost connection does."""
        for descriptor in (self.inner, self.outer):
            if descriptor in self._open:  # a number is given to another file as soon as it is free
                self._open.remove(descriptor)
                os.close(descriptor)

    def close(self) -> None:
        """End the program, and the terminal."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.hang_up()


class AppTerminal(PseudoTerminal):
    """One with the app in it, over boards of the tests' own."""

    def __init__(self, program: str = PROGRAM) -> None:
        super().__init__(sys.executable, "-c", program)

    def is_whole(self) -> bool:
        """Say whether the settings are those from before, the alternate screen is left and the cursor shown."""
        restored = termios.tcgetattr(self.inner)[:4] == self.settings[:4]
        return restored and self.output.rfind(ALTERNATE_OFF) > 0 and self.output.rfind(CURSOR_ON) > 0
