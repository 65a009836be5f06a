"""Logs that were rotated: which older files belong to a log, and where the rest of a file went that is no longer there.

Knows the names of logrotate (`log.1`, `log.2.gz`, `log-20260131`) and of Python's handlers (`log.1`, `log.2026-01-31`).
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from trainmon.reading.encodings import decoder_for, is_compressed

_ROTATED = re.compile(
    r"(?P<base>.+?)(?:\.(?P<number>\d{1,3})|[.-](?P<date>\d{4}-?\d\d-?\d\d(?:[-_.T]\d[\d:-]{0,12})?))(?:\.(?:gz|bz2|xz))?",
    re.ASCII,
)
_HEAD_READ_BYTES = 1 << 12
_LEAST_HEAD_BYTES = 16
"""A shorter beginning is no signature."""


@dataclass(frozen=True, slots=True)
class Former:
    """What was known of a file when its name was found to lead elsewhere, or its content to be gone."""

    device: int
    inode: int
    head: bytes
    before: bytes
    """The last bytes that were read."""
    offset: int


class Rest(NamedTuple):
    """A file to be read from `skip` bytes (of its text, if it is compressed) on."""

    path: Path
    skip: int
    compressed: bool = False


def families(logs: Iterable[Path]) -> dict[Path, tuple[Path, ...]]:
    """Each log that was rotated -> its older files, oldest first. Only files that were changed in that order."""
    by_base: dict[Path, list[tuple[tuple[int, str], Path]]] = defaultdict(list)
    known = set(logs)
    for path in known:
        if (found := _ROTATED.fullmatch(path.name)) and (base := path.with_name(found["base"])) in known:
            by_base[base].append((_age(found), path))
    return {base: tuple(older) for base, found in by_base.items() if (older := _in_order(base, found))}


def missing_parts(path: Path, earlier: Iterable[str]) -> list[str]:
    """Names of the numbered parts between a log and the oldest of its `earlier` ones that are not there."""
    names = (_ROTATED.fullmatch(Path(part).name) for part in earlier)
    numbers = {int(name["number"]) for name in names if name is not None and name["number"]}
    return [f"{path.name}.{number}" for number in range(1, max(numbers, default=0)) if number not in numbers]


def went_to(path: Path, former: Former) -> list[Rest]:
    """Where the unread rest of a file lies, and the files that came between it and `path`; [] where it is gone."""
    siblings = _siblings(path)
    for at, sibling in enumerate(siblings):
        if (rest := _rest_in(sibling, former)) is not None:
            return [rest, *(Rest(newer, 0, _is_archive(newer)) for newer in siblings[at + 1 :])]
    return []


def earlier_parts(path: Path, former: Former, known: int) -> list[Path]:
    """The older files of a log that was rotated away, oldest first, `known` of them from before; [] where none is."""
    rests = went_to(path, former)
    siblings = _siblings(path)
    if not rests or rests[0].path not in siblings:
        return []
    return siblings[max(siblings.index(rests[0].path) - known, 0) :]


def _age(found: re.Match[str]) -> tuple[int, str]:
    """Sorts the oldest first."""
    return (-int(found["number"]), "") if found["number"] else (0, found["date"])


def _in_order(base: Path, found: list[tuple[tuple[int, str], Path]]) -> list[Path]:
    older = [path for _, path in sorted(found)]
    changed = [_modified_ns(path) for path in (*older, base)]
    return older if None not in changed and changed == sorted(changed, key=lambda at: at or 0) else []


def _siblings(path: Path) -> list[Path]:
    """The rotated files of a log, oldest first."""
    try:
        names = os.listdir(path.parent)  # noqa: PTH208 - names are all that is needed
    except OSError:
        return []
    found = [(match, name) for name in names if (match := _ROTATED.fullmatch(name)) and match["base"] == path.name]
    return [path.with_name(name) for match, name in sorted(found, key=lambda each: _age(each[0]))]


def _rest_in(sibling: Path, former: Former) -> Rest | None:
    try:
        found = sibling.stat()
    except OSError:
        return None
    if (found.st_dev, found.st_ino) == (former.device, former.inode) and found.st_size >= former.offset:
        return Rest(sibling, former.offset) if _bytes_at(sibling, 0, len(former.head)) == former.head else None
    if len(former.head) < _LEAST_HEAD_BYTES:
        return None
    head = _bytes_at(sibling, 0, _HEAD_READ_BYTES)
    if is_compressed(head):
        same = decoder_for(head).feed(head)[: len(former.head)] == former.head
        return Rest(sibling, former.offset, compressed=True) if same else None
    read = former.before
    if head[: len(former.head)] != former.head or found.st_size < former.offset:
        return None
    return Rest(sibling, former.offset) if _bytes_at(sibling, former.offset - len(read), len(read)) == read else None


def _is_archive(path: Path) -> bool:
    return is_compressed(_bytes_at(path, 0, 16))


def _bytes_at(path: Path, offset: int, size: int) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.pread(handle, size, max(offset, 0))
    except OSError:
        return b""
    finally:
        os.close(handle)


def _modified_ns(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None
