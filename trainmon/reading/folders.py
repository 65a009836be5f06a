"""Folders on the disk: what lies below one and beside it, and why one cannot be looked at."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from heapq import heappop, heappush
from operator import attrgetter
from pathlib import Path

_BY_NAME = attrgetter("name")
_SKIPPED_FOLDERS = frozenset(("node_modules", "__pycache__", "site-packages"))


def is_folder(path: Path) -> bool:
    """Say whether it is one; of what cannot be asked, no."""
    return os.path.isdir(path)  # noqa: PTH112 Path's own question raises where a folder must not be entered


def fault_of(path: Path) -> OSError | None:
    """Why a file or folder cannot be looked at; None where it can."""
    try:
        if stat.S_ISDIR(path.stat().st_mode):
            os.scandir(path).close()
    except OSError as error:
        return error
    return None


def why(error: OSError | None) -> str:
    return os.strerror(error.errno or 0) if error is not None else "it changed while it was looked at"


def walk(root: str) -> Iterator[tuple[str, str]]:
    """Folder and path of every file below, folders in order of their names.

    Links to folders are not followed, so no loop is entered. A folder that cannot be read comes as itself.
    """
    files, folders = _entries(root)
    yield from ((root, path) for path in files)
    for folder in folders:
        yield from walk(folder.path)


def walk_newest_first(root: str) -> Iterator[tuple[str, str]]:
    """The same, of the folders found so far always the one next in which a file came or went last."""
    folders = [(0.0, root)]
    while folders:
        _, folder = heappop(folders)
        files, below = _entries(folder)
        yield from ((folder, path) for path in files)
        for each in below:
            heappush(folders, (-_modified_at(each), each.path))


def _entries(folder: str) -> tuple[list[str], list[os.DirEntry[str]]]:
    """Paths of the files in a folder and the folders in it that may hold logs, both in order of their names."""
    try:
        entries = sorted(os.scandir(folder), key=_BY_NAME)
    except OSError:
        return [folder], []
    files, folders = [], []
    for entry in entries:
        try:
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry)
            elif not entry.name.startswith("."):
                files.append(entry.path)
        except OSError:
            files.append(entry.path)
    wanted = (e for e in folders if not e.name.startswith((".", "checkpoint-")) and e.name not in _SKIPPED_FOLDERS)
    return files, list(wanted)


def _modified_at(folder: os.DirEntry[str]) -> float:
    try:
        return folder.stat(follow_symlinks=False).st_mtime
    except OSError:
        return 0.0


def documents_in(folder: Path) -> Iterator[Path]:
    """What may be an estimate document beside the logs; nothing else there is any of our business."""
    try:
        paths = sorted(folder.iterdir())
    except OSError:
        return
    for path in paths:
        if path.suffix.lower() in (".md", ".markdown", ".rst") and os.path.isfile(path):  # noqa: PTH113
            yield path
