"""A program in a pseudo-terminal of 120x40 cells: what it writes, until the screen shows something; what it costs."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROWS, COLUMNS = 40, 120
LIMIT_S = 60.0
OVERLAP_BYTES = 1 << 10
"""What is looked at again with the next piece: a row may be cut."""
_ESCAPE = re.compile(rb"\x1b(?:\[[0-9;?<>=]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])")
_RUN = re.compile(r"(run\d{5})\b[^\n]*?\d%")
Shown = Callable[[str], bool]


class Terminal:
    """A program in a pseudo-terminal, and all that it wrote."""

    def __init__(self, arguments: Sequence[str], environment: dict[str, str]) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.began_s = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.opened", *arguments],
            stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        self.written = bytearray()

    def read(self, wait_s: float) -> bool:
        """Take what comes within `wait_s`; False where nothing did."""
        if not select.select([self._master], [], [], wait_s)[0]:
            return False
        try:
            self.written += os.read(self._master, 1 << 16)
        except OSError:
            raise SystemExit(f"it ended: {self.text[-2000:]}") from None
        return True

    def read_for(self, seconds: float) -> None:
        """Take whatever comes."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.read(left)

    def read_until(self, shown: Shown) -> float:
        """Seconds from the start until the screen shows it. Looks at each piece once it has come."""
        seen = 0
        while not shown(_plain(bytes(self.written[seen:]))):
            seen = max(len(self.written) - OVERLAP_BYTES, 0)
            self.read(1.0)
            if time.monotonic() - self.began_s > LIMIT_S:
                raise SystemExit(f"not shown in {LIMIT_S:.0f} s: {' '.join(self.text.split())[-4000:]}")
        return time.monotonic() - self.began_s

    @property
    def text(self) -> str:
        """All that was written, without its control sequences."""
        return _plain(bytes(self.written))

    def cpu_s(self) -> float:
        """User and system time of the program and all that it started so far."""
        return sum(map(_cpu_s, _with_children(self._process.pid)))

    def leave(self) -> None:
        """End it as the key q does."""
        os.write(self._master, b"q")
        until = time.monotonic() + 10.0
        while self._process.poll() is None and time.monotonic() < until:
            try:
                self.read(0.05)
            except SystemExit:
                break
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        os.close(self._master)


def _with_children(pid: int) -> list[int]:
    """The process and all below it that still live."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(below for child in children for below in _with_children(int(child)))]


def _cpu_s(pid: int) -> float:
    """Its own time and that of its children that ended (proc(5), fields 14 to 17)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _plain(written: bytes) -> str:
    return _ESCAPE.sub(_place, written).decode("utf-8", "replace")


def _place(sequence: re.Match[bytes]) -> bytes:
    """Colours say nothing of where the text goes on; everything else may."""
    return b"" if sequence[0].endswith(b"m") else b"\n"


def shows_word(text: str) -> bool:
    """The empty app's."""
    return "ready" in text


def shows_step(step: int) -> Shown:
    """The last step, as the list shortens it."""
    size, letter = (1e6, "M") if step >= 1_000_000 else (1e3, "k")
    short = f"{step / size:.1f}{letter}/"
    return lambda text: short in text


def shows_runs(wanted: int) -> Shown:
    """So many runs with their progress, piece by piece."""
    seen: set[str] = set()

    def shown(text: str) -> bool:
        seen.update(match[1] for match in _RUN.finditer(text))
        return len(seen) >= wanted

    return shown
