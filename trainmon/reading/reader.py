"""Pieces to events: which format reads which piece of one file."""

from __future__ import annotations

import copy
import re
from collections import Counter as Tally
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import NamedTuple

from trainmon.events import Clock, Event, Line, MetricRows, Remainder
from trainmon.parsers.base import LogFormat
from trainmon.reading.asked_formats import AskedFormats
from trainmon.reading.backlog import Backlog
from trainmon.reading.lines import VARIABLE, LineAssembler, Piece, text_of
from trainmon.reading.prefixes import strip
from trainmon.reading.templates import Said, Template, said
from trainmon.reading.timestamps import UndatedClock
from trainmon.units import exact, plural

_TRACEBACK = "Traceback (most recent call last):"
_LAST_NUMBER = re.compile(rb"(?:[\d/]+\s{0,8}/\s{0,8})?[-+]?\d*(?:\.(\d*))?(?:e[-+]?\d*)?(?<=[\d./e+-])$")
_LETTERS = bytes(range(65, 91)) + bytes(range(97, 123))
_MAX_SKELETONS = 4096
_MAX_REMAINDERS = 64
_TELLING_LINES = 200
_LEAST_UNDERSTOOD = 0.05
"""Of a log that prints much else besides, less is understood only where its format is not known."""


class Reading(NamedTuple):
    """What one piece was read as."""

    line: Line
    format_name: str | None
    """None: no format claims the piece."""
    events: tuple[Event, ...]


@dataclass(slots=True)
class Shape:
    """What is known of all lines that differ only in their numbers."""

    owner: LogFormat | None
    prefixed: bool
    seen: int = 0
    """How many of them were read one by one in a backlog."""
    template: Template | None = None
    last: bytes = b""
    """The one read last."""


class LogReader:
    """Reads one file from its first byte on: bytes in, readings out. Reads no clock and opens no file.

    Lines of one shape (equal once digits, signs and bar glyphs are deleted) are asked of all formats once; from then
    on they go straight to the format that claimed the first of them, or are passed over. That is what makes the
    number of formats cost nothing on a long log.
    """

    def __init__(
        self, formats: Sequence[type[LogFormat]], *, zone: tzinfo | None = None, default_year: int | None = None
    ) -> None:
        self._formats = AskedFormats(formats)
        self._zone = zone
        self._year = default_year
        self._clock = UndatedClock()
        self._assembler = LineAssembler()
        self._backlog = Backlog(self)
        self._shapes: dict[bytes, Shape] = {}
        self.foreign: set[bytes] = set()
        """Shapes that nobody claims and that carry no time: nothing in them but their words."""
        self.holder: LogFormat | None = None
        """The format that is inside a record of several lines: it is asked first."""
        self.tally: Tally[str] = Tally()
        """Pieces read per format."""
        self.foreign_lines = 0
        """Lines that no format claimed."""

    @property
    def cut_bytes(self) -> int:
        """Bytes of over-long lines that were dropped."""
        return self._assembler.cut_bytes

    @property
    def lines(self) -> int:
        """Lines seen, the one under way among them."""
        return self._assembler.number - (self._assembler.pending is None)

    @property
    def understood(self) -> int:
        """Lines that some format read, or that are blank; 0 as long as no format read any."""
        return max(self.lines - self.foreign_lines, 0) if self.tally else 0

    @property
    def share_note(self) -> str:
        """Say so where hardly anything of a long log was understood, or a format gave something up; ''."""
        notes = self._formats.troubles
        if self.lines >= _TELLING_LINES and 0 < self.understood < _LEAST_UNDERSTOOD * self.lines:
            notes.append(f"{exact(self.understood)} of {plural(self.lines, 'line')} understood")
        return "; ".join(notes)

    @property
    def nul_bytes(self) -> int:
        """NUL bytes that were skipped."""
        return self._assembler.nul_bytes

    @property
    def main_format(self) -> str | None:
        """The format that read most pieces."""
        return self.tally.most_common(1)[0][0] if self.tally else None

    def feed(
        self, data: bytes, *, arrived_s: float | None = None, everything: bool = False, ahead_bytes: int | None = None
    ) -> Iterator[Reading]:
        """Yield what `data` completes; with `everything` also the pieces that nobody claims.

        With `ahead_bytes` the bytes are history that nobody watched, and so many bytes behind them are known to exist:
        every metric is read, but only so many states of each counter (see `trainmon.reading.backlog`).
        """
        if ahead_bytes is None or everything or arrived_s is not None:
            yield from self._read(self._assembler.feed(data), arrived_s, everything)
            return
        data = self._assembler.without_holes(data)
        begin = self._assembler.joint(data)
        if begin:
            yield from self._history(data[:begin], 0, ahead_bytes + len(data) - begin)
        yield from self._history(data, begin, ahead_bytes)

    def _history(self, data: bytes, begin: int, ahead_bytes: int) -> Iterator[Reading]:
        offset, number = self._assembler.offset - begin, self._assembler.number
        data, end = self._assembler.take(data, begin)
        lines = yield from self._backlog.read(data, begin, end, offset, number, ahead_bytes)
        yield from self._read(self._assembler.taken(max(end - begin, 0), lines), None, False)

    def flush(self, *, arrived_s: float | None = None, everything: bool = False) -> Iterator[Reading]:
        """Yield the last line of a stream that is over."""
        return self._read([self._uncut(piece) for piece in self._assembler.flush()], arrived_s, everything)

    @property
    def is_within_line(self) -> bool:
        """The piece under way has something in it."""
        return self._assembler.pending is not None

    def _uncut(self, piece: Piece) -> Piece:
        """A last line without a newline may have been cut: a number at its very end is left out where that shows.

        It shows where earlier lines went on behind such a beginning, or had more decimals there.
        """
        tail = _LAST_NUMBER.search(piece.raw)
        if tail is None:
            return piece
        skeleton = piece.raw.translate(None, VARIABLE)
        shape = self._shapes.get(skeleton)
        if shape is not None:
            before = _LAST_NUMBER.search(shape.last)
            cut = before is not None and len(before[1] or b"") > len(tail[1] or b"")
        else:
            cut = any(known.owner is not None and key.startswith(skeleton) for key, known in self._shapes.items())
        return piece._replace(raw=piece.raw[: tail.start()]) if cut else piece

    def pending(self) -> Reading | None:
        """Read the piece under way as it stands, without remembering it: the bar as it is on the terminal now."""
        piece = self._assembler.pending
        if piece is None or self.holder is not None:
            return None
        bar = self._formats.named("tqdm")
        line = self._line(piece, text_of(piece.raw), None, prefixed=True)
        events = bar.parse(line) if bar is not None else None
        return Reading(line=line, format_name="tqdm", events=tuple(events)) if events else None

    def _read(self, pieces: Iterable[Piece], arrived_s: float | None, everything: bool) -> Iterator[Reading]:
        for piece in pieces:
            found = self.read_piece(piece, arrived_s, everything=everything)[1]
            if found:
                yield from found

    def read_piece(
        self, piece: Piece, arrived_s: float | None = None, *, everything: bool = False
    ) -> tuple[Shape | None, Sequence[Reading]]:
        """Read one piece; give its shape, where that was known before, and the readings: several if text is glued."""
        shape = self._shapes.get(piece.raw.translate(None, VARIABLE))
        if shape is not None and shape.owner is None and self.holder is None and not shape.prefixed and not everything:
            self.foreign_lines += not piece.redraw
            return shape, ()
        text = text_of(piece.raw)
        if shape is not None:
            shape.last = piece.raw
        line = self._line(piece, text, arrived_s, prefixed=shape is None or shape.prefixed)
        held = self.holder
        owner, events = self._holder_or(shape.owner if shape is not None else None, line)
        if events is None and (shape is None or shape.owner is not None):
            owner, events = self._formats.ask(line, but=self.holder)
        if shape is None and (held is None or owner is not held):
            self._remember(piece, owner if events is not None else None, prefixed=line.text != text)
        if owner is None or events is None:
            self.foreign_lines += not piece.redraw
        found: list[Reading] = []
        self._add_reading(line, owner, events, everything, found)
        return shape, found

    def reading_of_rows(self, shape: Shape, rows: MetricRows, last: Piece) -> Reading:
        """Rows of a shape that were read at once, up to the piece `last`."""
        name = shape.owner.name if shape.owner is not None else ""
        self.tally[name] += len(rows.steps)
        return Reading(Line(text="", number=last.number, offset=last.offset, redraw=last.redraw), name, (rows,))

    def interpret(self, raw: bytes, shape: Shape) -> Said | None:
        """What its format would read from a piece, without any trace of the question in its memory."""
        if shape.owner is None:
            return None
        line = self._line(Piece(0, 1, raw, True), text_of(raw), None, prefixed=shape.prefixed, remember=False)
        events = copy.deepcopy(shape.owner).parse(line)
        return None if events is None else said(events, line.time_s if line.time_s is not None else line.elapsed_s)

    def _remember(self, piece: Piece, owner: LogFormat | None, *, prefixed: bool) -> None:
        skeleton = piece.raw.translate(None, VARIABLE)
        # Rows of tables are mostly digits: what they mean depends on a header, so a foreign one may be claimed later.
        wordless = owner is None and len(skeleton) - len(skeleton.translate(None, _LETTERS)) < 4
        if wordless:
            return
        if len(self._shapes) >= _MAX_SKELETONS:
            self._shapes.clear()
            self.foreign.clear()
        self._shapes[skeleton] = Shape(owner, prefixed, last=piece.raw)
        if owner is None and not prefixed:
            self.foreign.add(skeleton)

    def _line(self, piece: Piece, text: str, arrived_s: float | None, *, prefixed: bool, remember: bool = True) -> Line:
        if not prefixed:
            return Line(text=text, number=piece.number, offset=piece.offset, redraw=piece.redraw, arrived_s=arrived_s)
        head = strip(text, zone=self._zone, default_year=self._year)
        return Line(
            text=head.text,
            number=piece.number,
            offset=piece.offset,
            redraw=piece.redraw,
            time_s=head.time_s,
            elapsed_s=self._clock.elapsed_s(head.clock_s, remember=remember) if head.clock_s is not None else None,
            rank=head.rank,
            arrived_s=arrived_s,
            extra=head.extra,
        )

    def _holder_or(self, owner: LogFormat | None, line: Line) -> tuple[LogFormat | None, Sequence[Event] | None]:
        if self.holder is not None:
            events = self.holder.parse(line)
            if events is not None:
                return self.holder, events
        return (owner, owner.parse(line)) if owner is not None else (None, None)

    def _add_reading(
        self, line: Line, owner: LogFormat | None, events: Sequence[Event] | None, everything: bool, into: list[Reading]
    ) -> None:
        if owner is None or events is None:
            if everything or line.time_s is not None or line.elapsed_s is not None:
                into.append(Reading(line, None, ()))
            return
        self.holder = owner if owner.holding else (None if owner is self.holder else self.holder)
        self.tally[owner.name] += 1
        glued = [event.text for event in events if type(event) is Remainder]
        if glued:
            events = [event for event in events if type(event) is not Remainder]
        elif owner.name != "failures" and (behind := line.text.find(_TRACEBACK, 1)) > 0:
            glued = [line.text[behind:]]  # a program died while its bar stood on the line
        into.append(Reading(line, owner.name, tuple(events)))
        if glued and line.time_s is None:
            line = line._replace(time_s=next((event.time_s for event in events if type(event) is Clock), None))
        for text in glued[:_MAX_REMAINDERS]:
            self._add_glued(line, text, everything, into)

    def _add_glued(self, line: Line, text: str, everything: bool, into: list[Reading]) -> None:
        """Read text glued behind a bar as the line of its own that it is."""
        head = strip(text, zone=self._zone, default_year=self._year)
        inner = Line(
            text=head.text,
            number=line.number,
            offset=line.offset,
            redraw=line.redraw,
            time_s=head.time_s if head.time_s is not None else line.time_s,
            elapsed_s=self._clock.elapsed_s(head.clock_s) if head.clock_s is not None else line.elapsed_s,
            rank=head.rank if head.rank is not None else line.rank,
            arrived_s=line.arrived_s,
            extra=head.extra,
        )
        owner, events = self._holder_or(None, inner)
        if events is None:
            owner, events = self._formats.ask(inner, but=self.holder)
        if owner is not None and events is not None and len(text) >= len(line.text):
            events = [event for event in events if not isinstance(event, Remainder)]  # always ends
        self._add_reading(inner, owner, events, everything, into)
