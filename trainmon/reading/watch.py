"""Wakes the reader when something was created, moved or deleted below the watched folders.

A hint only: kernel notifications never cross network file systems and may be lost, so the reader looks by itself
every second anyway, and growth is left to that look (events for each write would cost half a core).
"""

from __future__ import annotations

import threading
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

_KINDS: list[type[FileSystemEvent]] = [
    FileCreatedEvent,
    FileMovedEvent,
    FileDeletedEvent,
    DirCreatedEvent,
    DirMovedEvent,
    DirDeletedEvent,
]


class _Waker(FileSystemEventHandler):
    def __init__(self, wake: threading.Event) -> None:
        self._wake = wake

    def on_any_event(self, event: FileSystemEvent) -> None:  # noqa: ARG002 watchdog's signature
        self._wake.set()


class FolderWatch:
    """Sets `woken` when a folder's content changes; `note` says where it cannot."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self.woken = threading.Event()
        self.note = ""
        self._observer: BaseObserver | None = None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                observer = Observer()
                for folder in folders:
                    observer.schedule(_Waker(self.woken), str(folder), recursive=True, event_filter=_KINDS)
                observer.daemon = True
                observer.start()
            self._observer = observer
        except OSError as error:
            self.note = f"polling: {error.strerror or error}"

    def take(self) -> bool:
        """Tell whether something changed since the last call."""
        woken = self.woken.is_set()
        self.woken.clear()
        return woken

    def close(self) -> None:
        """Stop watching."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join(timeout=1.0)
