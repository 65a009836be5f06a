"""Keeps up with a JSON document beside a log, which is written anew as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from trainmon.events import Line
from trainmon.parsers.base import LogFormat
from trainmon.reading.encodings import decoder_for
from trainmon.reading.lines import text_of
from trainmon.reading.reader import Reading
from trainmon.reading.tail import Change, FileTail
from trainmon.runs.state import RunState
from trainmon.snapshot import FileInfo

_DOCUMENT_LIMIT_BYTES = 64 << 20


class DocumentFollower:
    """Reads a JSON document that a trainer rewrites whole (`trainer_state.json`)."""

    def __init__(self, path: Path, formats: Sequence[type[LogFormat]]) -> None:
        self.path = path
        self.state = RunState()
        self.version = 0
        self._formats = tuple(formats)
        self._tail = FileTail(path)
        self._format = ""

    def step(self) -> bool:
        """Read the document again if it changed; a half-written one is left for the next look."""
        change = self._tail.look()
        if change not in (Change.GREW, Change.TRUNCATED, Change.REWRITTEN, Change.REPLACED):
            return False
        data = self._tail.read_at(0, _DOCUMENT_LIMIT_BYTES)
        line = Line(text=text_of(decoder_for(data).feed(data)), number=1)
        for make in self._formats:
            if make.needles and not any(needle in line.text for needle in make.needles):
                continue
            events = make().parse(line)
            if events:
                state = RunState()
                state.apply(Reading(line=line, format_name=make.name, events=tuple(events)))
                self.state, self._format = state, make.name
                break
        else:
            return False
        self._tail.offset = self._tail.size
        self._tail.read(0)
        self.version += 1
        return True

    def info(self) -> FileInfo:
        """The file as the contract lists it."""
        return FileInfo(path=str(self.path), format=self._format, bytes=self._tail.size)
