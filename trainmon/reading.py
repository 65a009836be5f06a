"""Pieces to events: which format reads which piece of one file."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from trainmon.events import Event, Line, Remainder
from trainmon.lines import LineAssembler, Piece, text_of
from trainmon.parsers.base import LogFormat
from trainmon.prefixes import strip

# What differs between two lines of one shape: digits, signs, blanks, and the glyphs that fill bars
# (U+2501, U+2578..U+257A, U+2580..U+259F as UTF-8 bytes).
_VARIABLE = b"0123456789.+-e \t#" + bytes(range(0x80, 0xA0)) + b"\xe2"
_LETTERS = bytes(range(65, 91)) + bytes(range(97, 123))
_MAX_SKELETONS = 4096
_MAX_REMAINDERS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one piece was read as."""

    line: Line
    format_name: str | None
    """None: no format claims the piece."""
    events: tuple[Event, ...]


@dataclass(slots=True)
class _Shape:
    """What is known of all lines that differ only in their numbers."""

    owner: LogFormat | None
    prefixed: bool


class LogReader:
    """Reads one file from its first byte on: bytes in, readings out. Reads no clock and opens no file.

    Lines of one shape (equal once digits, signs and bar glyphs are deleted) are asked of all formats once; from then
    on they go straight to the format that claimed the first of them, or are passed over. That is what makes the
    number of formats cost nothing on a long log.
    """

    def __init__(
        self, formats: Sequence[type[LogFormat]], *, zone: tzinfo | None = None, default_year: int | None = None
    ) -> None:
        self._formats = [make() for make in formats]
        self._zone = zone
        self._year = default_year
        self._assembler = LineAssembler()
        self._shapes: dict[bytes, _Shape] = {}
        self._holder: LogFormat | None = None
        self.tally: Tally[str] = Tally()
        """Pieces read per format."""

    @property
    def cut_bytes(self) -> int:
        """Bytes of over-long lines that were dropped."""
        return self._assembler.cut_bytes

    @property
    def nul_bytes(self) -> int:
        """NUL bytes that were skipped."""
        return self._assembler.nul_bytes

    @property
    def main_format(self) -> str | None:
        """The format that read most pieces."""
        return self.tally.most_common(1)[0][0] if self.tally else None

    def feed(self, data: bytes, *, arrived_s: float | None = None, everything: bool = False) -> Iterator[Reading]:
        """Yield what `data` completes; with `everything` also the pieces that nobody claims."""
        return self._read(self._assembler.feed(data), arrived_s, everything)

    def flush(self, *, arrived_s: float | None = None, everything: bool = False) -> Iterator[Reading]:
        """Yield the last line of a stream that is over."""
        return self._read(self._assembler.flush(), arrived_s, everything)

    def pending(self) -> Reading | None:
        """Read the piece under way as it stands, without remembering it: the bar as it is on the terminal now."""
        piece = self._assembler.pending
        if piece is None or self._holder is not None:
            return None
        bar = next((f for f in self._formats if f.name == "tqdm"), None)
        line = self._line(piece, text_of(piece.raw), None, prefixed=True)
        events = bar.parse(line) if bar is not None else None
        return Reading(line=line, format_name="tqdm", events=tuple(events)) if events else None

    def _read(self, pieces: Iterable[Piece], arrived_s: float | None, everything: bool) -> Iterator[Reading]:
        shapes = self._shapes
        for piece in pieces:
            shape = shapes.get(piece.raw.translate(None, _VARIABLE))
            if shape is None:
                yield from self._first_of_shape(piece, arrived_s, everything)
            elif shape.owner is None and self._holder is None and not shape.prefixed and not everything:
                continue
            else:
                yield from self._known_shape(piece, shape, arrived_s, everything)

    def _known_shape(self, piece: Piece, shape: _Shape, arrived_s: float | None, everything: bool) -> Iterator[Reading]:
        line = self._line(piece, text_of(piece.raw), arrived_s, prefixed=shape.prefixed)
        owner, events = self._holder_or(shape.owner, line)
        if events is None and shape.owner is not None:
            owner, events = self._ask_all(line)
        yield from self._reading(line, owner, events, everything)

    def _first_of_shape(self, piece: Piece, arrived_s: float | None, everything: bool) -> Iterator[Reading]:
        text = text_of(piece.raw)
        line = self._line(piece, text, arrived_s, prefixed=True)
        held = self._holder
        owner, events = self._holder_or(None, line)
        if events is None:
            owner, events = self._ask_all(line)
        if held is None or owner is not held:
            self._remember(piece, owner if events is not None else None, prefixed=line.text != text)
        yield from self._reading(line, owner, events, everything)

    def _remember(self, piece: Piece, owner: LogFormat | None, *, prefixed: bool) -> None:
        skeleton = piece.raw.translate(None, _VARIABLE)
        # Rows of tables are mostly digits: what they mean depends on a header, so a foreign one may be claimed later.
        wordless = owner is None and len(skeleton) - len(skeleton.translate(None, _LETTERS)) < 4
        if wordless:
            return
        if len(self._shapes) >= _MAX_SKELETONS:
            self._shapes.clear()
        self._shapes[skeleton] = _Shape(owner, prefixed)

    def _line(self, piece: Piece, text: str, arrived_s: float | None, *, prefixed: bool) -> Line:
        if not prefixed:
            return Line(text=text, number=piece.number, offset=piece.offset, redraw=piece.redraw, arrived_s=arrived_s)
        head = strip(text, zone=self._zone, default_year=self._year)
        return Line(
            text=head.text,
            number=piece.number,
            offset=piece.offset,
            redraw=piece.redraw,
            time_s=head.time_s,
            rank=head.rank,
            arrived_s=arrived_s,
            extra=head.extra,
        )

    def _holder_or(self, owner: LogFormat | None, line: Line) -> tuple[LogFormat | None, Sequence[Event] | None]:
        if self._holder is not None:
            events = self._holder.parse(line)
            if events is not None:
                return self._holder, events
        return (owner, owner.parse(line)) if owner is not None else (None, None)

    def _ask_all(self, line: Line) -> tuple[LogFormat | None, Sequence[Event] | None]:
        text = line.text
        for candidate in self._formats:
            needles = candidate.needles
            if candidate is self._holder or (needles and not any(needle in text for needle in needles)):
                continue
            events = candidate.parse(line)
            if events is not None:
                return candidate, events
        return None, None

    def _reading(
        self, line: Line, owner: LogFormat | None, events: Sequence[Event] | None, everything: bool
    ) -> Iterator[Reading]:
        if owner is None or events is None:
            if everything or line.time_s is not None:
                yield Reading(line=line, format_name=None, events=())
            return
        self._holder = owner if owner.holding else (None if owner is self._holder else self._holder)
        self.tally[owner.name] += 1
        kept: list[Event] = []
        glued: list[str] = []
        for event in events:
            if isinstance(event, Remainder):
                glued.append(event.text)
            else:
                kept.append(event)
        yield Reading(line=line, format_name=owner.name, events=tuple(kept))
        for text in glued[:_MAX_REMAINDERS]:
            yield from self._glued(line, text, everything)

    def _glued(self, line: Line, text: str, everything: bool) -> Iterator[Reading]:
        """Read text glued behind a bar as the line of its own that it is."""
        head = strip(text, zone=self._zone, default_year=self._year)
        inner = Line(
            text=head.text,
            number=line.number,
            offset=line.offset,
            redraw=line.redraw,
            time_s=head.time_s if head.time_s is not None else line.time_s,
            rank=head.rank if head.rank is not None else line.rank,
            arrived_s=line.arrived_s,
            extra=head.extra,
        )
        owner, events = self._holder_or(None, inner)
        if events is None:
            owner, events = self._ask_all(inner)
        if owner is not None and events is not None and len(text) >= len(line.text):
            events = [event for event in events if not isinstance(event, Remainder)]  # always ends
        yield from self._reading(inner, owner, events, everything)
