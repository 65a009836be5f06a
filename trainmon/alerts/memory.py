"""Remembers across watches what was told of which log, so that no cause is told twice.

A log is known again by its path, its first bytes and its size, which only grows: the same path with another
beginning, or a shorter file, is a new log. Several screens may share what is remembered; a cause belongs to the one
that wrote it down first.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from trainmon.alerts.state_folder import read_object, write_object

_VERSION = 1
_HEAD_BYTES = 4096
_SURE_BYTES = 64
"""A beginning so short is shared by many logs; then the inode decides."""
_MOST_LOGS = 2000
_MOST_CAUSES = 64
_LOCK_TRIES, _LOCK_PAUSE_S = 20, 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """A log as it was when last met."""

    inode: int
    size: int
    head_bytes: int
    head: str
    seen_at: float
    causes: tuple[str, ...]

    def is_still(self, path: Path) -> bool:
        """Say whether the file is the same log, longer or not; of one that is gone nothing says otherwise."""
        try:
            found = path.stat()
        except OSError:
            return True
        if found.st_size < self.size or (self.head_bytes < _SURE_BYTES and found.st_ino != self.inode):
            return False
        return _head(path, self.head_bytes)[1] == self.head


class AlertMemory:
    """The causes told of each log. Every call may read or write the file; none raises when that fails."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.failure = ""
        """Why the last writing failed."""
        self._read_of: object = None
        self._entries: dict[str, _Entry] = {}

    def causes(self, log: str) -> frozenset[str] | None:
        """Return what was told of a log; None where it was never met."""
        path = Path(log).absolute()
        entry = self._present().get(str(path))
        return frozenset(entry.causes) if entry is not None and entry.is_still(path) else None

    def record(
        self, told: Iterable[tuple[str, str]], now: float, *, met: Iterable[str] = (), anew: Collection[str] = ()
    ) -> frozenset[tuple[str, str]]:
        """Write down (log, cause) pairs and logs without any; return the pairs that nobody wrote down before.

        Of the logs in `anew` everything known is forgotten first.
        """
        causes_of: dict[str, list[str]] = {log: [] for log in (*met, *anew)}
        for log, cause in told:
            causes_of.setdefault(log, []).append(cause)
        kept = frozenset(list(causes_of)[-_MOST_LOGS:])
        fresh: set[tuple[str, str]] = set()
        with self._locked():
            entries = dict(self._present())
            for log, causes in causes_of.items():
                path = Path(log).absolute()
                entry = None if log in anew else entries.get(str(path))
                known = entry.causes if entry is not None and entry.is_still(path) else ()
                new = [cause for cause in causes if cause not in known]
                fresh |= {(log, cause) for cause in new}
                if log in kept:
                    entries[str(path)] = _entry(path, (*known, *new)[-_MOST_CAUSES:], now)
            self._write(entries)
        return frozenset(fresh)

    def _present(self) -> dict[str, _Entry]:
        """Return what the file says, read again only where another screen wrote it."""
        try:
            found = self._path.stat()
        except OSError:
            return {}
        version = (found.st_ino, found.st_mtime_ns, found.st_size)
        if version != self._read_of:
            self._entries, self._read_of = _read(self._path), version
        return self._entries

    def _write(self, entries: dict[str, _Entry]) -> None:
        newest = sorted(entries.items(), key=lambda item: item[1].seen_at)[-_MOST_LOGS:]
        logs = {path: {name: getattr(entry, name) for name in _Entry.__slots__} for path, entry in newest}
        self.failure = write_object(self._path, {"version": _VERSION, "logs": logs})

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep other screens out; where that takes long or cannot be done (some network mounts), go on without."""
        descriptor: int | None = None
        with suppress(OSError):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            _lock(descriptor)
        try:
            yield
        finally:
            if descriptor is not None:
                os.close(descriptor)


def _lock(descriptor: int) -> None:
    for _ in range(_LOCK_TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_LOCK_PAUSE_S)
        else:
            return


def _head(path: Path, length: int) -> tuple[int, str]:
    """Return length and digest of a file's beginning."""
    try:
        with path.open("rb") as file:
            data = file.read(length)
    except OSError:
        data = b""
    return len(data), hashlib.sha256(data).hexdigest()[:32]


def _entry(path: Path, causes: tuple[str, ...], now: float) -> _Entry:
    inode = size = 0
    with suppress(OSError):
        found = path.stat()
        inode, size = found.st_ino, found.st_size
    length, digest = _head(path, min(size, _HEAD_BYTES))
    return _Entry(inode=inode, size=size, head_bytes=length, head=digest, seen_at=now, causes=causes)


def _read(path: Path) -> dict[str, _Entry]:
    """Return what can be understood of the file: a damaged one is built again."""
    contents = read_object(path)
    logs = contents.get("logs")
    if contents.get("version") != _VERSION or not isinstance(logs, dict):
        return {}
    return {name: entry for name, values in logs.items() if (entry := _understood(values)) is not None}


def _understood(values: object) -> _Entry | None:
    match values:
        case {
            "inode": int(inode),
            "size": int(size),
            "head_bytes": int(head_bytes),
            "head": str(head),
            "seen_at": int() | float() as seen_at,
            "causes": list(causes),
        } if 0 <= head_bytes <= _HEAD_BYTES:
            told = tuple(cause for cause in causes if isinstance(cause, str))
            return _Entry(inode=inode, size=size, head_bytes=head_bytes, head=head, seen_at=float(seen_at), causes=told)
        case _:
            return None
