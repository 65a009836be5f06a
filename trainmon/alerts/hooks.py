"""Runs the user's own command for an event: without a shell, the event as JSON on its stdin, never in the way."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from queue import Full, Queue
from threading import Thread

from trainmon.errors import UsageError
from trainmon.sanitise import clean

_Call = tuple[list[str], bytes]
_PLACE = re.compile(r"\{(\w+)\}")
_TOLD_BYTES = 2048


class CommandHook:
    """A command for every event, at most `at_once` at a time; what goes wrong becomes a note.

    `{event}`, `{run}` and `{text}` in the command are replaced; no shell ever sees them.
    Raises UsageError where the command cannot be understood or found.
    """

    def __init__(self, command: str, *, timeout_s: float = 30.0, at_once: int = 4, most_waiting: int = 200) -> None:
        try:
            self._arguments = shlex.split(command)
        except ValueError as error:
            raise UsageError(f"on-event: {error} in {command!r}") from None
        if not self._arguments or shutil.which(self._arguments[0]) is None:
            raise UsageError(f"on-event: no command {command!r}; name a program and its arguments, without a shell")
        self._timeout_s, self._at_once = timeout_s, at_once
        self._waiting: Queue[_Call | None] = Queue(most_waiting)
        self._threads: list[Thread] = []
        self._notes: deque[str] = deque(maxlen=20)

    def tell(self, words: Mapping[str, str], contents: str) -> None:
        """Run the command with `words` in the places of their names and `contents` on its stdin; returns at once."""
        try:
            self._waiting.put_nowait((_placed(self._arguments, words), contents.encode()))
        except Full:
            self._note("too slow, an event was left out")
            return
        if len(self._threads) < self._at_once:
            thread = Thread(target=self._work, name="trainmon-hook", daemon=True)
            self._threads.append(thread)
            thread.start()

    def take_notes(self) -> list[str]:
        """Return what went wrong since the last call."""
        notes = []
        with suppress(IndexError):
            while True:
                notes.append(self._notes.popleft())
        return notes

    def close(self, wait_s: float = 2.0) -> None:
        """Let the commands under way go on by themselves; start those still waiting as far as the time allows."""
        deadline = time.monotonic() + wait_s
        for _ in self._threads:
            with suppress(Full):
                self._waiting.put_nowait(None)
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _work(self) -> None:
        while (call := self._waiting.get()) is not None:
            self._run(*call)

    def _run(self, arguments: list[str], contents: bytes) -> None:
        with tempfile.TemporaryFile() as errors:
            try:
                # A session of its own: Ctrl-C in the terminal is not meant for it.
                process = subprocess.Popen(
                    arguments,
                    stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True,
                )  # fmt: skip
            except (OSError, ValueError) as error:
                self._note(str(error))
                return
            with suppress(BrokenPipeError), process:
                try:
                    process.communicate(contents, timeout=self._timeout_s)
                except subprocess.TimeoutExpired:
                    self._note(f"killed after {self._timeout_s:g} s")
                    with suppress(OSError):
                        os.killpg(process.pid, signal.SIGKILL)
                    return
            if process.returncode:
                errors.seek(max(0, errors.seek(0, os.SEEK_END) - _TOLD_BYTES))
                said = errors.read(_TOLD_BYTES).decode("utf-8", "replace").strip().splitlines()
                self._note(f"exit status {process.returncode}" + (f": {said[-1]}" if said else ""))

    def _note(self, text: str) -> None:
        self._notes.append(clean(f"on-event {self._arguments[0]}: {text}")[:300])


def _placed(arguments: list[str], words: Mapping[str, str]) -> list[str]:
    """Put the words in; one that begins like an option cannot become one."""

    def word(found: re.Match[str]) -> str:
        text = words.get(found[1], found[0])
        return f"./{text}" if text.startswith("-") and found.start() == 0 else text

    return [_PLACE.sub(word, argument).replace("\0", "") for argument in arguments]
