"""One file as a part of a run: its bytes read on, its events folded, within a budget of bytes and time."""

from __future__ import annotations

import copy
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from trainmon.events import ProblemKind
from trainmon.parsers.base import LogFormat
from trainmon.reading.encodings import ARCHIVES, StreamDecoder, decoder_for
from trainmon.reading.glance import Glance, glance_at
from trainmon.reading.reader import LogReader, Reading
from trainmon.reading.rotated import Rest, earlier_parts, missing_parts, went_to
from trainmon.reading.rotated_parts import RotatedParts
from trainmon.reading.tail import READ_BYTES, Change, FileTail
from trainmon.runs.state import RunState
from trainmon.snapshot import FileInfo, ProblemInfo
from trainmon.timing.arrivals import recorded_s
from trainmon.units import plural

_LONG_BYTES = 4 << 20
_EXACT_BELOW_BYTES = 512 << 10
"""A shorter file is read redraw by redraw, as it would have been while it grew."""
_BACKLOG_BYTES = 64 << 10
"""So much more than was read yet is history; less is the present."""
_EXACT_READ_BYTES = 128 << 10
_PACKED_READ_BYTES = 64 << 10
_DECODER_BYTES = 64 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingOptions:
    """What decides how lines are read."""

    formats: tuple[type[LogFormat], ...]
    default_year: int | None = None


class FileFollower:
    """Keeps the state of one log file up to date."""

    def __init__(self, path: Path, options: ReadingOptions, earlier: Sequence[Path] = ()) -> None:
        self.path = path
        self.tail = FileTail(path)
        self._rotated = RotatedParts(Rest(one, 0) for one in earlier)
        self._earlier = tuple(map(str, earlier))
        self.state = RunState()
        self.version = 0
        """Grows with every change of the state."""
        self.seen_growing = False
        self.deleted = False
        """It is not there any more; a process may still hold it open."""
        self.notes: list[str] = []
        self._options = options
        self._decoder: StreamDecoder | None = None
        self._late_reader: LogReader | None = None
        """Of lines that still came to a file after it was rotated away."""
        self._happened: Counter[str] = Counter()
        self._told_error = ""
        self._caught_up_once = False
        self._stopped = False

    @cached_property
    def _reader(self) -> LogReader:
        """Made with the first byte: of many thousand logs most are waiting for their turn."""
        return self._new_reader()

    @property
    def behind_bytes(self) -> int:
        """Bytes on disk that were not read yet."""
        return max(self.tail.size - self.tail.offset, 0)

    @property
    def caught_up(self) -> bool:
        """The history was read to its end once."""
        return self._caught_up_once

    def step(self, now: float, deadline_s: float) -> bool:
        """Read on to the end of the file, or until `time.monotonic()` passes `deadline_s`; True if anything changed."""
        change = self.tail.look()
        if change in (Change.GONE, Change.UNREADABLE, Change.NOT_A_FILE):
            self.deleted = change is Change.GONE
            self._tell_error()
            return False
        self.deleted = False
        if change in (Change.TRUNCATED, Change.REWRITTEN, Change.REPLACED):
            self._begin_anew(change)
        if self._stopped:
            return False
        live = self._caught_up_once
        changed = self._read_rotated(now if live else None, deadline_s)
        while self._rotated.done and self.tail.offset < self.tail.size:
            history = self._is_history
            data = self.tail.read(self._block_bytes() if history else self._packed_bytes(_EXACT_READ_BYTES))
            if not data:
                break
            changed = True
            self._fold(data, now if live and not history else None, self.behind_bytes if history else None)
            if time.monotonic() > deadline_s:
                break
        self._tell_error()
        if self._rotated.done and self.tail.offset >= self.tail.size:
            if not live and self.tail.size and self.tail.modified_at is not None:
                self.state.arrived(min(self.tail.modified_at, now))  # what comes next comes after that
                self.state.recorded_s = recorded_s(self.path, self.tail.size)
            self._caught_up_once = True
        if changed:
            self.version += 1
            self.seen_growing = self.seen_growing or live
        return changed

    def finish(self) -> None:
        """Nothing will be added any more: the last line counts even without its newline."""
        if self._stopped:
            return
        self.state.apply_all(self._reader.flush())
        self.version += 1

    @property
    def ends_within_line(self) -> bool:
        """The last line has no newline: it may go on, or be all."""
        return self._caught_up_once and not self._stopped and self._reader.is_within_line

    def state_as_it_stands(self) -> RunState:
        """The state if the last line is all; reading goes on as if nobody had asked."""
        reader, state = copy.deepcopy((self._reader, self.state))
        state.apply_all(reader.flush())
        return state

    def stop(self, fault: str) -> None:
        """Read no further: a reader went wrong, and what was read so far stays."""
        self._stopped = self._caught_up_once = True
        key = (ProblemKind.OTHER, fault)
        self.state.problems[key] = ProblemInfo(kind=ProblemKind.OTHER, message=fault, line=self.state.lines)
        self.version += 1

    def pending(self) -> Reading | None:
        """The redraw under way."""
        return None if self._stopped else self._reader.pending()

    def glance(self, from_bytes: int) -> Glance | None:
        """The present state of a log at least so long whose history is not read yet, as far as a look shows it.

        None where it says nothing of a run, unless the log is so long that reading it takes a while.
        """
        if self._caught_up_once or self.tail.look() is not Change.GREW or self.tail.size < from_bytes:
            return None
        found = glance_at(self.tail, self._new_reader)
        return found if found is not None and (self.tail.size >= _LONG_BYTES or _tells(found.state)) else None

    def info(self) -> FileInfo:
        """The file as the contract lists it."""
        notes = list(self.notes)
        if self._reader.cut_bytes:
            notes.append(f"{plural(self._reader.cut_bytes, 'byte')} of over-long lines left out")
        if self._reader.nul_bytes:
            notes.append(f"{plural(self._reader.nul_bytes, 'NUL byte')} skipped")
        if self._decoder is not None and self._decoder.damage:
            notes.append(self._decoder.damage)
        elif self._decoder is not None and self._decoder.is_cut_off and self.tail.offset >= self.tail.size:
            notes.append("archive without its end: cut off, or still being written")
        if self._reader.share_note:
            notes.append(self._reader.share_note)
        if missing := missing_parts(self.path, self._earlier):
            notes.append(f"rotated parts missing: {', '.join(missing)}")
        if self.tail.error:
            notes.append(f"unreadable: {self.tail.error}")
        return FileInfo(
            path=str(self.path),
            format=self._reader.main_format or "",
            bytes=self.tail.size,
            encoding=self._decoder.encoding if self._decoder is not None else "utf-8",
            notes=tuple(notes),
            lines=self._reader.lines,
            understood=self._reader.understood,
            earlier=self._earlier,
        )

    @property
    def has_evidence(self) -> bool:
        """A training log: something in it counts, measures or ends."""
        return _tells(self.state)

    @property
    def _is_history(self) -> bool:
        """What comes next was written long before the end of the file."""
        behind = self.behind_bytes
        return behind > _BACKLOG_BYTES and self.tail.offset + behind > _EXACT_BELOW_BYTES

    def _block_bytes(self) -> int:
        """So much history is read at once: no crumbs are left for the end."""
        behind = self.behind_bytes
        return self._packed_bytes(behind if behind < READ_BYTES + READ_BYTES // 2 else READ_BYTES)

    def _packed_bytes(self, limit: int) -> int:
        """An archive is read in small parts: they unpack to many times their size."""
        packed = self._decoder is not None and self._decoder.encoding in ARCHIVES
        return min(limit, _PACKED_READ_BYTES) if packed or self.tail.offset == 0 else limit

    def _fold(self, data: bytes, arrived_s: float | None, ahead_bytes: int | None) -> None:
        if self._decoder is None:
            self._decoder = decoder_for(data[:_DECODER_BYTES])
        text = self._decoder.feed(data)
        if arrived_s is not None:
            self.state.arrived(arrived_s)
        self.state.apply_all(self._reader.feed(text, arrived_s=arrived_s, ahead_bytes=ahead_bytes))

    def _read_rotated(self, arrived_s: float | None, deadline_s: float) -> bool:
        """Read on in files that were rotated away; True if there was anything new."""
        changed = False
        while not self._rotated.done and (not changed or time.monotonic() <= deadline_s):
            text, ahead_bytes = self._rotated.read()
            history = ahead_bytes if arrived_s is None and ahead_bytes + len(text) > _EXACT_BELOW_BYTES else None
            if text:
                changed = True
                self.state.apply_all(self._reader.feed(text, arrived_s=arrived_s, ahead_bytes=history))
            else:
                self._rotated.next()
                self.state.apply_all(self._reader.flush())  # a line never goes on in the next file
        if late := self._rotated.late():
            self._late_reader = self._late_reader or self._new_reader()
            self.state.apply_all(self._late_reader.feed(late, arrived_s=arrived_s))
        return changed or bool(late)

    def _begin_anew(self, change: Change) -> None:
        """The bytes read so far are no longer those of the file: rotated away, or gone; what they said stays known."""
        former = self.tail.former
        parts = went_to(self.path, former) if former is not None and self._rotated.done else []
        if former is not None and parts:
            self._rotated = RotatedParts(parts, self._decoder)
            self._earlier = tuple(map(str, earlier_parts(self.path, former, len(self._earlier))))
            self._late_reader = None
            self._note("rotated")
        else:
            self.state.apply_all(self._reader.flush())
            self._reader = self._new_reader()
            self._note(change.value)
        self._decoder = None

    def _tell_error(self) -> None:
        """A run that is over is shown anew only where something changed."""
        if self.tail.error != self._told_error:
            self._told_error = self.tail.error
            self.version += 1

    def _note(self, what: str) -> None:
        """Say how often that happened."""
        self._happened[what] += 1
        self.notes = [f"{what} {times}x" for what, times in self._happened.items()]

    def _new_reader(self) -> LogReader:
        return LogReader(self._options.formats, default_year=self._options.default_year)


def _tells(state: RunState) -> bool:
    return bool(state.tracks or state.earlier or state.metrics or state.problems or state.end)
