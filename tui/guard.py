"""Owns the signals of a screen program, so that the terminal is whole again whichever way it ends.

The screen library installs no handler for SIGTERM and SIGHUP, restarts itself on a SIGCONT without SIGTSTP, and
spins on a terminal that is gone. Here each of these becomes an orderly exit or a repaint; where the screen no longer
answers (its terminal stopped reading), the terminal's settings are restored from outside and the process ends.
"""

from __future__ import annotations

import os
import select
import signal
import termios
from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Thread, Timer
from types import FrameType
from typing import IO, Any

EXIT_INTERRUPTED = 128 + signal.SIGINT
EXIT_HUNG_UP = 128 + signal.SIGHUP
_GRACE_S = 2.0
"""How long an orderly exit may take before the process ends without it."""


def can_show_screen(
    stdin: IO[Any] | None, stdout: IO[Any] | None, stderr: IO[Any] | None, env: Mapping[str, str]
) -> str | None:
    """Return why no screen can be shown, in words; None where one can.

    The screen is written to stderr and reads stdin, so all three must be terminals, unless a browser shows it.
    """
    if env.get("TEXTUAL_DRIVER", "").endswith(":WebDriver"):
        return None
    for name, stream in (("stdin", stdin), ("stdout", stdout), ("stderr", stderr)):
        if stream is None or stream.closed or not stream.isatty():
            return f"{name} is not a terminal"
    terminal = env.get("TERM", "")
    if terminal in {"", "dumb", "unknown"}:
        return f"TERM={terminal} cannot place text on the screen" if terminal else "TERM is not set"
    return None


class TerminalGuard:
    """Turns SIGTERM, SIGHUP, SIGTSTP, SIGCONT and the loss of the terminal into calls of the program's own.

    `leave(code)` and `suspend(stop)` are called in the thread that owns the screen, through `soon`;
    `suspend` gives the terminal back, calls `stop`, which returns when the process goes on, and takes it again.
    """

    def __init__(
        self,
        *,
        soon: Callable[[Callable[[], None]], object],
        leave: Callable[[int], None],
        suspend: Callable[[Callable[[], None]], None],
        repaint: Callable[[], None],
        terminal: int,
    ) -> None:
        self._soon, self._leave, self._suspend, self._repaint = soon, leave, suspend, repaint
        self._terminal = terminal
        self._before: dict[int, Any] = {}
        self._settings: list[Any] | None = None
        self._asked: int | None = None
        with suppress(termios.error, OSError):
            self._settings = termios.tcgetattr(terminal)

    def install(self) -> None:
        """Take the signals; call it in the main thread, after the screen library took its own."""
        handlers = {
            signal.SIGINT: self._on_end,
            signal.SIGTERM: self._on_end,
            signal.SIGHUP: self._on_end,
            signal.SIGTSTP: self._on_stop,
            signal.SIGCONT: self._on_continue,
        }
        for number, handler in handlers.items():
            self._before[number] = signal.signal(number, handler)
        Thread(target=self._watch_terminal, name="trainmon-terminal", daemon=True).start()

    def remove(self) -> None:
        """Give the signals back."""
        self._asked = self._asked or 0
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()

    def _on_end(self, number: int, _frame: FrameType | None) -> None:
        self._end(128 + number)

    def _end(self, code: int) -> None:
        if self._asked is not None:
            return
        self._asked = code
        deadline = Timer(_GRACE_S, self._end_now, (code,))
        deadline.daemon = True
        deadline.start()
        self._soon(lambda: self._leave(code))

    def _end_now(self, code: int) -> None:
        """End although the screen does not answer: give the terminal its settings back, and go."""
        if self._settings is not None:
            with suppress(termios.error, OSError):
                termios.tcsetattr(self._terminal, termios.TCSANOW, self._settings)
        os._exit(code)

    def _on_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._soon(lambda: self._suspend(lambda: os.kill(os.getpid(), signal.SIGSTOP)))

    def _on_continue(self, _number: int, _frame: FrameType | None) -> None:
        self._soon(self._repaint)

    def _watch_terminal(self) -> None:
        """Wait until the terminal hangs up; costs nothing meanwhile."""
        poll = select.poll()
        poll.register(self._terminal, 0)  # POLLHUP and POLLERR are always reported
        with suppress(OSError):
            while self._asked is None:
                if poll.poll(5_000):
                    self._end(EXIT_HUNG_UP)
