"""The estimate documents in use: given by name, or found inside LOGS and beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from trainmon.errors import NothingReadableError
from trainmon.estimates import EstimateDocument
from trainmon.plan.results import REASON, is_plan, plans_only
from trainmon.reading.file_kinds import is_no_text
from trainmon.snapshot import Skipped

_HEAD_BYTES = 64 << 10


def read_any(path: Path) -> EstimateDocument:
    """Read a document written for people, or a plan file that freezes one.

    Raises OSError, UsageError for a plan file that is none, and NothingReadableError for what is no text.
    """
    if path.suffix == ".toml":
        from trainmon.plan.plan_file import read_plan

        return read_plan(path)
    with path.open("rb") as file:
        if is_no_text(file.read(_HEAD_BYTES)):
            raise NothingReadableError(f"{path}: binary, no document")
    from trainmon.parsers.documents import read_document  # a tenth of a second, and many folders hold no document

    return read_document(path)


class DocumentShelf:
    """Reads each document once and again when it changes."""

    def __init__(self, named: Sequence[Path] = (), more: Sequence[Path] = ()) -> None:
        """`named` are read instead of those found, `more` besides them: documents that a setting for a run names."""
        self.version = 0
        self.notes: tuple[str, ...] = ()
        self._named, self._more = tuple(named), tuple(more)
        self._asked_for = {*self._named, *self._more}
        self._read: dict[Path, tuple[int, EstimateDocument]] = {}

    @property
    def documents(self) -> tuple[EstimateDocument, ...]:
        """All documents that plan something, or that the user named; those first."""
        return tuple(one for path, (_, one) in self._read.items() if path in self._asked_for or is_plan(one))

    @property
    def left_out(self) -> tuple[Skipped, ...]:
        """Documents that only tell what was measured."""
        read = {path: document for path, (_, document) in self._read.items() if path not in self._asked_for}
        return tuple(Skipped(path=str(path), reason=REASON) for path, one in read.items() if not is_plan(one))

    def offer(self, found: Sequence[Path]) -> None:
        """Read what is new or changed among the named documents, or, where none is named, among those found."""
        wanted = {path.absolute(): path for path in (*self._more, *(self._named or found))}
        notes = []
        kept: dict[Path, tuple[int, EstimateDocument]] = {}
        for path in wanted.values():
            try:
                stamp = path.stat().st_mtime_ns
                known = self._read.get(path)
                kept[path] = known if known is not None and known[0] == stamp else (stamp, plans_only(read_any(path)))
            except OSError as error:
                notes.append(f"{path}: {error.strerror or error}")
            except NothingReadableError as error:
                notes.append(str(error))
        self.notes = tuple(notes)
        if kept != self._read:
            self._read = kept
            self.version += 1
