"""Wakes the reader when something was created, moved or deleted below the watched folders.

A hint only: kernel notifications never cross network file systems and may be lost, so the reader looks by itself
every second anyway, and growth is left to that look (events for each write would cost half a core).
"""

from __future__ import annotations

import math
import os
import threading
import time
import warnings
from collections.abc import Iterable
from pathlib import Path

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from trainmon.reading.mounts import filesystem_type, is_foreign, mounts

_KINDS: list[type[FileSystemEvent]] = [
    FileCreatedEvent,
    FileMovedEvent,
    FileDeletedEvent,
    DirCreatedEvent,
    DirMovedEvent,
    DirDeletedEvent,
]


_SETTLED_S = 2.0
"""After so long every folder has its watch, or never gets one."""


class _Waker(FileSystemEventHandler):
    def __init__(self, wake: threading.Event) -> None:
        self._wake = wake

    def on_any_event(self, event: FileSystemEvent) -> None:  # noqa: ARG002 watchdog's signature
        self._wake.set()


class FolderWatch:
    """Sets `woken` when a folder's content changes; `note` says where it cannot, and why."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self.woken = threading.Event()
        self._folders = tuple(folders)
        self.note = _foreign_note(self._folders)
        self._count_at = time.monotonic() + _SETTLED_S
        self._observer: BaseObserver | None = None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                observer = Observer()
                for folder in self._folders:
                    observer.schedule(_Waker(self.woken), str(folder), recursive=True, event_filter=_KINDS)
                observer.daemon = True
                observer.start()
            self._observer = observer
        except OSError as error:
            self.note = f"polling: {error.strerror or error}"

    def take(self) -> bool:
        """Tell whether something changed since the last call."""
        if self._observer is not None and time.monotonic() >= self._count_at:
            self._count_at = math.inf
            self.note = self.note or _limit_note(self._folders)
        woken = self.woken.is_set()
        self.woken.clear()
        return woken

    def close(self) -> None:
        """Stop watching."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join(timeout=1.0)


def _foreign_note(folders: Iterable[Path]) -> str:
    table = mounts()
    real = [os.path.realpath(folder) for folder in folders]
    kinds = sorted({filesystem_type(path, table) for path in real if is_foreign(path, table)})
    return f"polling ({', '.join(kinds)})" if kinds else ""


def _limit_note(folders: Iterable[Path]) -> str:
    """The library keeps quiet about folders below the first for which the kernel had no watch left."""
    armed, there = armed_watches(), sum(map(_folders_in, folders))
    if armed is None or armed >= there:
        return ""
    return f"polling {there - armed} of {there} folders: inotify watch limit (sysctl fs.inotify.max_user_watches)"


def armed_watches() -> int | None:
    """How many watches this process holds, as the kernel counts them; None where it does not tell (proc(5))."""
    try:
        numbers = [fd.name for fd in Path("/proc/self/fd").iterdir() if _is_inotify(fd)]
        texts = [Path(f"/proc/self/fdinfo/{number}").read_text() for number in numbers]
    except OSError:
        return None
    return sum(line.startswith("inotify ") for text in texts for line in text.splitlines())


def _is_inotify(fd: Path) -> bool:
    try:
        return "inotify" in os.readlink(fd)  # noqa: PTH115 - no path, but a kernel object
    except OSError:
        return False


def _folders_in(folder: Path) -> int:
    return sum(1 for _ in os.walk(folder))
