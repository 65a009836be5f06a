"""The estimate documents in use: given by name, or found inside LOGS and beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from trainmon.estimates import EstimateDocument


def read_any(path: Path) -> EstimateDocument:
    """Read a document written for people, or a plan file that freezes one. Raises OSError and UsageError."""
    if path.suffix == ".toml":
        from trainmon.plan.plan_file import read_plan

        return read_plan(path)
    from trainmon.parsers.documents import read_document  # a tenth of a second, and many folders hold no document

    return read_document(path)


class DocumentShelf:
    """Reads each document once and again when it changes."""

    def __init__(self, named: Sequence[Path] = (), more: Sequence[Path] = ()) -> None:
        """`named` are read instead of those found, `more` besides them: documents that a setting for a run names."""
        self.version = 0
        self.notes: tuple[str, ...] = ()
        self._named, self._more = tuple(named), tuple(more)
        self._read: dict[Path, tuple[int, EstimateDocument]] = {}

    @property
    def documents(self) -> tuple[EstimateDocument, ...]:
        """All documents, those named by the user first."""
        return tuple(document for _, document in self._read.values())

    def offer(self, found: Sequence[Path]) -> None:
        """Read what is new or changed among the named documents, or, where none is named, among those found."""
        wanted = {path.absolute(): path for path in (*self._more, *(self._named or found))}
        notes = []
        kept: dict[Path, tuple[int, EstimateDocument]] = {}
        for path in wanted.values():
            try:
                stamp = path.stat().st_mtime_ns
                known = self._read.get(path)
                kept[path] = known if known is not None and known[0] == stamp else (stamp, read_any(path))
            except OSError as error:
                notes.append(f"{path}: {error.strerror or error}")
        self.notes = tuple(notes)
        if kept != self._read:
            self._read = kept
            self.version += 1
