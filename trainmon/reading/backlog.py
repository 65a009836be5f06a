"""Reading what was written before anybody looked: every metric, but only so many states of each counter.

A redraw is passed over only where that provably hides nothing: the bytes hold no `?` (every new bar of tqdm begins with
`?it/s`), no `=` and no brace but those of rows that were read, and the states on both sides are bare states of one bar
that went on. Rows of one shape are read as columns (`trainmon.reading.templates`); the last of each stretch is read by
its own format, too, and if that finds anything else, the whole stretch is read piece by piece. Where a stretch took
longer than its steps explain, it is cut in halves until the pause is found.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

from trainmon.reading.backlog_bars import BarReader, past_nested
from trainmon.reading.backlog_block import WARMUP_BYTES, Block, Readings, bare_bar
from trainmon.reading.backlog_rows import RowReader
from trainmon.reading.learning import learn
from trainmon.reading.lines import REDRAW, VARIABLE
from trainmon.reading.templates import Template

if TYPE_CHECKING:
    from trainmon.reading.reader import LogReader, Reading, Shape

_LEARN_AT = 4
"""So many lines of a shape make it worth a template."""
_WINDOW_BYTES = 1 << 14


class Backlog:
    """Reads blocks of complete pieces. Lives as long as the reader of the file."""

    def __init__(self, reader: LogReader) -> None:
        self._reader = reader
        self._rows = RowReader()
        self._bars = BarReader()

    def read(self, data: bytes, begin: int, end: int, offset: int, number: int, ahead_bytes: int) -> Readings:
        """Read `data` from `begin`, on line `number`, to `end`; the result is the number of newlines there.

        `offset` is that of `data` in the stream, `ahead_bytes` what lies behind it.
        """
        block = Block(self._reader, data, end, offset=offset, number=number, ahead_bytes=ahead_bytes)
        at = begin
        while at < end:
            stop = _plain_until(block, at)
            yield from self._plain(block, at, stop)
            at = stop
            if at < end:
                at = yield from self._moving(block, at, _moving_until(block, at))
        return block.number - number

    def _moving(self, block: Block, at: int, end: int) -> Readings:
        """Pieces with cursor movements; the redraws of a nested bar that follow are passed over but for the last."""
        data, bar = block.data, b""
        text_end = at + len(data[at:end].rstrip(b"\r\n"))
        for start, stop, redraw in _cut(data, at, text_end):
            if data[start:stop].isspace():
                continue
            piece = block.piece(start, stop, block.number, redraw=redraw or data[end - 1] != 10)
            _, found, said = block.read(piece)
            yield from found
            bar = piece.raw if said is not None and bare_bar(found[0].events) is not None else b""
        if block.data[end - 1] != 10:
            return end
        block.number += 1
        return past_nested(block, end, bar) if bar and self._reader.holder is None else end

    def _plain(self, block: Block, at: int, stop: int) -> Generator[Reading]:
        """Pieces between returns and newlines."""
        data, newline = block.data, -1
        while at < stop:
            if data[at] == 13:
                at += 1
                continue
            if data[at] == 10:
                at += 1
                block.number += 1
                continue
            if newline < at:
                newline = data.find(b"\n", at, stop)
                newline = stop if newline < 0 else newline
            start, at = at, data.find(b"\r", at, newline)
            end = at = newline if at < 0 else at
            while at < newline and data[at] == 13:
                at += 1
            redraw = not (at == newline < stop)
            if not data[start:end].isspace():
                at = yield from self._piece(block, start, end, at - redraw, stop, newline, redraw=redraw)

    def _piece(self, block: Block, start: int, end: int, at: int, stop: int, newline: int, *, redraw: bool) -> Readings:
        """Read a piece, and what can be read at once behind it; `at` is what ended the piece."""
        piece = block.piece(start, end, block.number, redraw=redraw)
        shape, found, said = block.read(piece)
        yield from found
        if shape is None or self._reader.holder is not None:
            return at
        if len(found) != 1:
            return at if found or redraw else self._past_foreign(block, at, stop)
        bar = bare_bar(found[0].events)
        template = self._template(shape, piece.raw) if bar is None else None
        if bar is not None and b"?" in piece.raw:
            block.slow_until = start + WARMUP_BYTES
        if block.is_slow(start):
            return at
        if bar is not None and redraw:
            return (yield from self._bars.read(block, at, stop, newline, piece.raw, bar))
        if template is None:
            return at
        until = newline if redraw else stop
        return (yield from self._rows.read(block, at, until, shape, template, said, redraw=redraw))

    def _template(self, shape: Shape, raw: bytes) -> Template | None:
        """The template of a piece that was just read, if its shape has one."""
        shape.seen += 1
        if shape.seen == _LEARN_AT:
            shape.template = learn(raw, lambda text: self._reader.interpret(text, shape))
        template = shape.template
        if template is None or not template.note(raw):
            return None
        if template.is_placed_by_bar:
            self._bars.dicts = shape
        return template

    def _past_foreign(self, block: Block, at: int, stop: int) -> int:
        """A line was read that no format claims, and its newline stands at `at`: pass over more of that kind."""
        foreign = self._reader.foreign
        for raw in block.data[at + 1 : min(at + _WINDOW_BYTES, stop)].split(b"\n")[:-1]:
            if raw.translate(None, VARIABLE) not in foreign or b"\r" in raw:
                break
            block.number += 1
            self._reader.foreign_lines += bool(raw)
            at += len(raw) + 1
        return at


def _cut(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """The pieces of a line: where each begins and ends, and whether it is redrawn."""
    for match in REDRAW.finditer(data, at, end):
        if at < match.start():
            yield at, match.start(), True
        at = match.end()
    if at < end:
        yield at, end, False


def _plain_until(block: Block, at: int) -> int:
    """Where the first piece begins that moves the cursor otherwise than by returns and newlines."""
    first = min(block.find(b"\x1b", at), block.find(b"\x08", at))
    if first == block.end:
        return first
    return max(block.data.rfind(b"\n", at, first), block.data.rfind(b"\r", at, first), at - 1) + 1


def _moving_until(block: Block, at: int) -> int:
    """Where the line ends whose cursor moves, or its first redraw after that move begins."""
    data, move = block.data, min(block.find(b"\x1b", at), block.find(b"\x08", at))
    newline = data.find(b"\n", move, block.end)
    newline = block.end if newline < 0 else newline
    behind = data.find(b"\r", move, newline)
    if behind < 0 or not data[behind:newline].rstrip(b"\r"):
        return min(newline + 1, block.end)
    return behind
