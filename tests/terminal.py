"""A real tmux pane: keys in, the screen out."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

LONG_S = 180.0
"""Only a test that fails waits so long."""
needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")


class Pane:
    """A program in a tmux server of its own."""

    def __init__(self, folder: Path, width: int, height: int) -> None:
        self._socket = str(folder / "tmux.sock")
        self._size = (str(width), str(height))
        self._status = folder / "status"

    def run(self, *arguments: str) -> None:
        """Start `python -m trainmon ARGUMENTS` and keep the pane when it ends."""
        width, height = self._size
        # tmux does not always learn the status of a pane's process; a shell around it does.
        program = shlex.join([sys.executable, "-m", "trainmon", *arguments])
        command = ["sh", "-c", f"{program}; echo $? > {shlex.quote(str(self._status))}"]
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", width, "-y", height, "sleep", "600")
        self._tmux("set-option", "-g", "remain-on-exit", "on")
        self._tmux("respawn-pane", "-k", *command)

    def keys(self, *keys: str) -> None:
        """Type keys, by tmux's names (`Enter`, `Down`, `q`)."""
        for key in keys:
            self._tmux("send-keys", key)

    def screen(self) -> str:
        """What the pane shows."""
        return self._tmux("capture-pane", "-p")

    def until(self, wanted: str | Callable[[str], bool], timeout_s: float = LONG_S) -> str:
        """Wait until the screen shows `wanted`; fail with the screen otherwise.

        What a test asserts of the screen that is given belongs in `wanted`: another part of it may be painted later.
        """
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            shown = self.screen()
            if wanted in shown if isinstance(wanted, str) else wanted(shown):
                return shown
            time.sleep(0.1)
        pytest.fail(f"not seen within {timeout_s:g} s: {wanted}\n{self.screen()}")

    def ended(self, timeout_s: float = LONG_S) -> int:
        """Wait until the program is gone; its exit status."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if self._status.is_file() and (status := self._status.read_text().strip()):
                return int(status)
            time.sleep(0.1)
        pytest.fail(f"still running after {timeout_s:g} s\n{self.screen()}")

    def close(self, command: str = "kill-server") -> None:
        """End the tmux server, which may be gone, or end before it has answered."""
        subprocess.run(["tmux", "-S", self._socket, command], capture_output=True, check=False)

    def _tmux(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", self._socket, *arguments],
            capture_output=True,
            text=True,
            check=True,
            timeout=LONG_S,
            env=dict(os.environ),  # readline, which pytest loads, sets COLUMNS behind Python's back: every pane had 80
        )
        return done.stdout
