"""The estimate documents in use: given by name, or found inside LOGS and beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from trainmon.errors import NothingReadableError
from trainmon.estimates import EstimateDocument
from trainmon.plan.results import REASON, is_plan, plan_found, plans_only
from trainmon.reading.file_kinds import is_no_text
from trainmon.snapshot import Skipped

_HEAD_BYTES = 64 << 10
_MOST_BYTES = 64 << 20
"""What is longer is read so far and no further: it was not written for people."""
_PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"PK\x03\x04")


def read_any(path: Path) -> EstimateDocument:
    """Read a document written for people, or a plan file that freezes one.

    Raises OSError, UsageError for a plan file that is none, and NothingReadableError for what is empty or no text.
    """
    if path.suffix == ".toml":
        from trainmon.plan.plan_file import read_plan

        return read_plan(path)
    with path.open("rb") as file:  # once: what comes through a pipe cannot be read again
        data = file.read(_MOST_BYTES + 1)
    if not data.strip():
        raise NothingReadableError(f"{path}: empty, no document")
    if data.startswith(_PACKED):
        raise NothingReadableError(f"{path}: compressed; unpack it to have it read")
    if is_no_text(data[:_HEAD_BYTES]):
        raise NothingReadableError(f"{path}: binary, no document")
    from trainmon.parsers.documents import read_data  # a tenth of a second, and many folders hold no document

    return read_data(data, str(path), most_bytes=_MOST_BYTES)


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
                kept[path] = known if known is not None and known[0] == stamp else (stamp, self._plan_of(path))
            except OSError as error:
                notes.append(f"{path}: {error.strerror or error}")
            except NothingReadableError as error:
                notes.append(str(error))
        self.notes = tuple(notes)
        if kept != self._read:
            self._read = kept
            self.version += 1

    def _plan_of(self, path: Path) -> EstimateDocument:
        document = read_any(path)
        return plans_only(document) if path in self._asked_for else plan_found(document)
