"""Which files under LOGS are logs, told by their content; what is none is skipped, with the reason."""

from __future__ import annotations

import glob
import math
import os
import stat
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from trainmon.errors import NothingReadableError
from trainmon.own_output import NOT_READ, is_own
from trainmon.reading.encodings import decoder_for
from trainmon.reading.file_kinds import (
    BINARY_SUFFIXES,
    DOCUMENT_SUFFIXES,
    LOG_SUFFIXES,
    SOURCE_SUFFIXES,
    FileKind,
    is_binary,
    json_kind,
)
from trainmon.reading.folders import documents_in, fault_of, is_folder, walk, walk_newest_first, why
from trainmon.reading.patience import spent

_HEAD_BYTES = 64 << 10
_MAX_FILES = 50_000
_LOOKS_AT_ONCE = 256
"""So many files are taken stock of before the clock is looked at."""
_UNREADABLE, _HOLES = "unreadable", "nothing but NUL bytes"
"""Reasons that do not last: a file is judged again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A file that was looked at."""

    path: Path
    root: Path
    """The LOGS argument under which it was found: a folder, or the file itself."""
    kind: FileKind
    reason: str = ""
    modified_at: float = field(default=0.0, compare=False)
    """When it was judged; 0.0 where its status is not known."""


class _Waiting(NamedTuple):
    """A file to be judged. Of two the newer one is the greater."""

    modified_at: float
    path: str
    folder: str
    root: Path
    found: os.stat_result


class Scanner:
    """Looks through LOGS again and again; a file is opened once, and again only while it is too short to judge."""

    def __init__(
        self,
        logs: Iterable[str],
        *,
        is_document: Callable[[str, str], bool],
        is_gpu_log: Callable[[str], bool],
        is_log: Callable[[bytes], bool],
    ) -> None:
        self._logs = tuple(logs)
        self._is_document = is_document
        self._is_gpu_log = is_gpu_log
        self._is_log = is_log
        self._known: dict[str, tuple[int, int, Candidate]] = {}
        self._found: dict[str, Candidate | None] = {}
        """The files of the last walk in their order; None for those not judged yet."""
        self._waiting: list[_Waiting] = []
        self._cut = False
        """Whether taking stock ended before all files were found."""
        self._marks: dict[str, tuple[int, int, int]] = {}
        """Of each known file."""
        self._moved: set[str] = set()

    @property
    def behind(self) -> bool:
        """Whether files were found that are not judged yet, or may be there that were not found."""
        return self._cut or bool(self._waiting)

    def first_look(self, budget_s: float, at_least: int) -> list[Candidate]:
        """Give the newest `at_least` files of those found in `budget_s`, first in the folders that changed last.

        A status of each of many thousand files takes longer than a first board should be waited for.
        """
        self._take_stock(spent(budget_s))
        return self._judge_waiting(0.0, at_least)

    def scan(self, deadline_s: float = math.inf) -> list[Candidate]:
        """Give the files under LOGS in a stable order. Raises NothingReadableError where a LOGS does not exist.

        When `time.monotonic()` passes `deadline_s`, new files that were not judged yet are left for the next scan, the
        oldest folders last.
        """
        if self._cut or not self._waiting:
            self._take_stock()
        return self._judge_waiting(deadline_s)

    def _judge_waiting(self, deadline_s: float, at_least: int = 1) -> list[Candidate]:
        folder, logs = "", 0
        while self._waiting:
            one = self._waiting.pop()
            if one.folder != folder:
                folder, logs = one.folder, 0
            self._found[one.path] = candidate = self._judged(one)
            logs += candidate.kind is FileKind.LOG
            at_least -= 1
            # Not within a folder before its runs have the names that they keep (see `group_runs`).
            named = logs > 1 or not self._waiting or self._waiting[-1].folder != folder
            if at_least <= 0 and named and time.monotonic() > deadline_s:
                break
        return [candidate for candidate in self._found.values() if candidate is not None]

    def take_moved(self) -> set[str]:
        """Give the paths of files that came, went or changed since this was asked last."""
        moved, self._moved = self._moved, set()
        return moved

    def _take_stock(self, is_enough: Callable[[], bool] | None = None) -> None:
        """Find all files, or until it is enough in the folders that changed last; unjudged ones wait, newest last."""
        before, self._found, self._cut = self._found, {}, False
        inodes: set[tuple[int, int]] = set()
        waiting: dict[str, list[_Waiting]] = defaultdict(list)
        for root, folder, path in self._paths(walk if is_enough is None else walk_newest_first):
            if len(self._found) >= _MAX_FILES:
                break
            if is_enough is not None and len(self._found) % _LOOKS_AT_ONCE == _LOOKS_AT_ONCE - 1 and is_enough():
                self._cut = True
                break
            if path in self._found:
                continue
            candidate, found = self._look(root, path)
            self._found[path] = candidate
            if found is None:
                continue
            identity = (found.st_dev, found.st_ino)
            if identity in inodes:
                reason = "another name of a file already read"
                self._found[path] = Candidate(path=Path(path), root=root, kind=FileKind.SKIP, reason=reason)
                continue
            inodes.add(identity)
            if candidate is None or not self._is_known(path, found):
                waiting[folder].append(_Waiting(found.st_mtime, path, folder, root, found))
        for those in waiting.values():
            those.sort()
        self._waiting = [one for those in sorted(waiting.values(), key=itemgetter(-1)) for one in those]
        self._moved.update(before.keys() - self._found.keys())

    def _roots(self) -> Iterator[Path]:
        for argument in self._logs:
            path = Path(argument).expanduser()
            if fault_of(path) is None:
                yield path
            elif any(letter in argument for letter in "*?["):
                yield from (Path(match) for match in sorted(glob.glob(str(path), recursive=True)))  # noqa: PTH207

    def check(self) -> None:
        """Raise NothingReadableError for a LOGS that names nothing, or what must not be read."""
        for argument in self._logs:
            path = Path(argument).expanduser()
            pattern = any(letter in argument for letter in "*?[")
            fault = fault_of(path)
            if isinstance(fault, PermissionError):
                raise NothingReadableError(f"{argument}: {why(fault)}. Ask its owner, or name another folder.")
            if fault is not None and not (pattern and glob.glob(str(path), recursive=True)):  # noqa: PTH207
                what = "no file matches" if pattern else "no such file or folder:"
                raise NothingReadableError(
                    f"{what} {argument}. Name a log file, a folder of logs, or a quoted pattern."
                )

    def _paths(self, walked: Callable[[str], Iterator[tuple[str, str]]]) -> Iterator[tuple[Path, str, str]]:
        """Root, folder and path of each file."""
        beside: list[tuple[Path, Path]] = []
        for root in self._roots():
            if is_folder(root):
                yield from ((root, folder, path) for folder, path in walked(str(root)))
            else:
                yield root, str(root.parent), str(root)
            beside += ((root.parent, path) for path in documents_in(root.resolve().parent))
        yield from ((root, str(path.parent), str(path)) for root, path in beside)

    def _look(self, root: Path, path: str) -> tuple[Candidate | None, os.stat_result | None]:
        """What is known of a file already, and what it is now; no status of what is none or cannot be seen."""
        try:
            found = os.stat(path)  # noqa: PTH116 a Path each would treble the cost of a look at many thousand files
        except OSError as error:
            self._moved.add(path)
            reason = f"unreadable: {why(error)}"
            return Candidate(path=Path(path), root=root, kind=FileKind.SKIP, reason=reason), None
        if stat.S_ISDIR(found.st_mode):  # only those that could not be walked through come here
            reason = f"unreadable folder: {why(fault_of(Path(path)))}"
            return Candidate(path=Path(path), root=root, kind=FileKind.SKIP, reason=reason), None
        known = self._known.get(path)
        if known is None:
            return None, found
        if (mark := _mark(found)) != self._marks[path]:
            self._marks[path] = mark
            self._moved.add(path)
        return known[2], found

    def _is_known(self, path: str, found: os.stat_result) -> bool:
        known = self._known[path]
        if known[0] != found.st_ino or known[2].reason.startswith(_UNREADABLE):
            return False
        return known[1] == found.st_size or (known[1] >= _HEAD_BYTES and known[2].reason != _HOLES)

    def _judged(self, one: _Waiting) -> Candidate:
        path, found = Path(one.path), one.found
        kind, reason = self._judge(path, found, named=one.root == path)
        if reason.startswith(_UNREADABLE) and (known := self._known.get(one.path)) and known[0] == found.st_ino:
            return known[2]  # it was told what it is when it could be read
        candidate = Candidate(path=path, root=one.root, kind=kind, reason=reason, modified_at=found.st_mtime)
        self._known[one.path], self._marks[one.path] = (found.st_ino, found.st_size, candidate), _mark(found)
        return candidate

    def _judge(self, path: Path, found: os.stat_result, *, named: bool) -> tuple[FileKind, str]:
        if not stat.S_ISREG(found.st_mode):
            return FileKind.SKIP, "not a regular file"
        suffix = path.suffix[1:].lower()
        if suffix in BINARY_SUFFIXES and not named:
            return FileKind.SKIP, "binary"
        if suffix in SOURCE_SUFFIXES and not named:
            return FileKind.SKIP, "source code or settings"
        if found.st_size == 0:
            return (FileKind.LOG, "empty") if suffix in LOG_SUFFIXES else (FileKind.SKIP, "empty")
        try:
            with path.open("rb") as file:
                head = file.read(_HEAD_BYTES)
                if not head.strip(b"\0") and found.st_size > _HEAD_BYTES:
                    file.seek(-_HEAD_BYTES, os.SEEK_END)  # behind the hole that a truncated log begins with
                    head = file.read(_HEAD_BYTES)
        except OSError as error:
            return FileKind.SKIP, f"{_UNREADABLE}: {why(error)}"
        return self._by_content(head, path.name, suffix)

    def _by_content(self, head: bytes, name: str, suffix: str) -> tuple[FileKind, str]:
        decoder = decoder_for(head)
        text_bytes = decoder.feed(head)
        if decoder.encoding == "utf-8" and is_binary(head):
            return FileKind.SKIP, "binary" if head.strip(b"\0") else _HOLES
        text = text_bytes.decode("utf-8", "replace")
        if is_own(text):
            return FileKind.SKIP, NOT_READ
        start = text.lstrip()[:1]
        if suffix == "json" or (start == "{" and "\n" in text.strip() and text.lstrip()[1:2] in "\r\n"):
            return json_kind(text, suffix)
        if (
            suffix in DOCUMENT_SUFFIXES
            and self._is_document(text, name)
            and not (suffix == "txt" and self._is_log(text_bytes))
        ):
            return FileKind.DOCUMENT, ""
        if suffix in ("md", "markdown", "rst", "ipynb"):
            return FileKind.SKIP, "a document without estimates"
        if self._is_gpu_log(text):
            return FileKind.GPU, ""
        return FileKind.LOG, ""


def _mark(found: os.stat_result) -> tuple[int, int, int]:
    """What tells that a file is as it was."""
    return found.st_size, found.st_mtime_ns, found.st_ino
