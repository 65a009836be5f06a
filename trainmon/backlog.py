"""Reading what was written before anybody looked: every metric, but only so many states of each counter.

A redraw is passed over only where that provably hides nothing: the bytes hold no `?` (every new bar of tqdm begins with
`?it/s`), no `=` and no brace but those of rows that were read, and the states on both sides are bare states of one bar
that went on. Rows of one shape are read as columns (`trainmon.templates`); the last of each stretch is read by its own
format, too, and if that finds anything else, the whole stretch is read piece by piece.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from trainmon.events import Counter, Event
from trainmon.learning import learn
from trainmon.lines import MAX_PIECE_BYTES, VARIABLE, LineAssembler, Piece
from trainmon.templates import Columns, Template, rising, said
from trainmon.tracks import track_key

if TYPE_CHECKING:
    from trainmon.reading import LogReader, Reading, Shape

_LEARN_AT = 4
"""So many lines of a shape make it worth a template."""
_HEAD_BYTES = 2048
"""The beginning of a log and of a bar, where it warms up, is read piece by piece."""
_STRIDES_TO_EDGE = 6
_LEAST_STRIDE_BYTES, _MOST_STRIDE_BYTES = 2 << 10, 256 << 10
"""States of counters lie closer together towards the beginning and towards the present."""
_WINDOW_BYTES = 1 << 14
_BAR = re.compile(rb"([^\r\n|]*?) *\d+%\|[^|\r\n]*\| *(\d+)/(\d+) \[")
Readings = Generator["Reading", None, int]


class Backlog:
    """Reads blocks of complete pieces. Lives as long as the reader of the file."""

    def __init__(self, reader: LogReader) -> None:
        self._reader = reader
        self._data = b""
        self._end = 0
        self._offset = 0
        self._number = 1
        self._behind = 0
        self._reach = 1 << 14
        self._slow_until = 0
        self._beside_bar: Shape | None = None
        """Lines whose metrics a bar gives the step of."""
        self._next: dict[bytes, int] = {}

    def read(self, data: bytes, end: int, offset: int, number: int, ahead_bytes: int) -> Readings:
        """Read `data` up to `end`, which begins at `offset` on line `number`, `ahead_bytes` before the end of what there is.

        The result is the number of its newlines.
        """
        self._data, self._end, self._offset, self._number = data, end, offset, number
        self._behind = len(data) + ahead_bytes
        self._slow_until = 0
        self._next.clear()
        at = 0
        while at < end:
            stop = self._plain_until(at)
            yield from self._plain(at, stop)
            at = stop
            if at < end:
                at = yield from self._moving(at, self._moving_until(at))
        return self._number - number

    # -- pieces ------------------------------------------------------------------------------------------------

    def _find(self, what: bytes, at: int) -> int:
        """Where `what` comes next; the end if it does not."""
        found = self._next.get(what, -1)
        if found < at:
            found = self._data.find(what, at, self._end)
            found = self._next[what] = self._end if found < 0 else found
        return found

    def _stride(self, at: int) -> int:
        """How far apart the states of a counter may lie here."""
        edge = min(self._offset + at, self._behind - at) // _STRIDES_TO_EDGE
        return min(max(edge, _LEAST_STRIDE_BYTES), _MOST_STRIDE_BYTES)

    def _plain_until(self, at: int) -> int:
        """Where the first piece begins that moves the cursor otherwise than by returns and newlines."""
        first = min(self._find(b"\x1b", at), self._find(b"\x08", at))
        if first == self._end:
            return first
        return max(self._data.rfind(b"\n", at, first), self._data.rfind(b"\r", at, first), at - 1) + 1

    def _moving_until(self, at: int) -> int:
        """Where the line ends whose cursor moves, or its first redraw after that move begins."""
        data, move = self._data, min(self._find(b"\x1b", at), self._find(b"\x08", at))
        newline = data.find(b"\n", move, self._end)
        newline = self._end if newline < 0 else newline
        behind = data.find(b"\r", move, newline)
        if behind < 0 or not data[behind:newline].rstrip(b"\r"):
            return min(newline + 1, self._end)
        return behind

    def _moving(self, at: int, end: int) -> Readings:
        """Pieces with cursor movements; the redraws of a nested bar that follow are passed over but for the last."""
        data, assembler, bar = self._data, LineAssembler(), None
        for piece in assembler.feed(data[at:end] + b"\r."):
            piece = piece._replace(offset=piece.offset + self._offset + at, number=self._number)
            _, found = self._reader.read_piece(piece)
            yield from found
            bar = piece.raw if len(found) == 1 and _bare_bar(found[0].events) is not None else None
        newlines = data[end - 1] == 10
        self._number += newlines
        if bar is None or not newlines or self._reader.holder is not None or (look := _BAR.match(bar)) is None:
            return end
        run = _nested(look[1], look[3]).match(data, end, self._end)
        if run is None:
            return end
        last = data.rfind(b"\n", end, run.end() - 1) + 1
        self._number += data.count(b"\n", end, last)
        return max(last, end)

    def _plain(self, at: int, stop: int) -> Generator[Reading]:
        data, newline = self._data, -1
        while at < stop:
            if data[at] == 13:
                at += 1
                continue
            if data[at] == 10:
                at += 1
                self._number += 1
                continue
            if newline < at:
                newline = data.find(b"\n", at, stop)
                newline = stop if newline < 0 else newline
            start, at = at, data.find(b"\r", at, newline)
            end = at = newline if at < 0 else at
            while at < newline and data[at] == 13:
                at += 1
            redraw = not (at == newline < stop)
            raw = data[start:end]
            if raw.isspace():
                continue
            shape, found = self._reader.read_piece(self._piece(start, raw, self._number, redraw=redraw))
            yield from found
            if shape is None or self._reader.holder is not None or len(found) != 1:
                if shape is not None and not found and not redraw:
                    at = self._past_foreign(at, stop)
                continue
            bar, template = _bare_bar(found[0].events) if redraw else None, None
            if bar is None:
                template = self._template(shape, raw)
            if bar is not None and b"?" in raw:  # a new bar: it warms up
                self._slow_until = start + _HEAD_BYTES
            if start < self._slow_until or self._offset + start < _HEAD_BYTES:
                continue
            if bar is not None:
                at = yield from self._along_bar(at - 1, stop, newline, raw, bar)
            elif template is not None:
                until = newline if redraw else stop
                at = yield from self._along_rows(at - redraw, until, shape, template, found[0].events, redraw=redraw)

    def _past_foreign(self, at: int, stop: int) -> int:
        """A line was read that no format claims, and its newline stands at `at`: pass over more of that kind."""
        skipped, foreign = 0, self._reader.foreign
        for raw in self._data[at + 1 : min(at + _WINDOW_BYTES, stop)].split(b"\n")[:-1]:
            if raw.translate(None, VARIABLE) not in foreign or b"\r" in raw:
                break
            skipped += 1
            at += len(raw) + 1
        self._number += skipped
        return at

    def _piece(self, start: int, raw: bytes, number: int, *, redraw: bool) -> Piece:
        return Piece(self._offset + start, number, raw[:MAX_PIECE_BYTES], redraw)

    # -- what can be read at once ------------------------------------------------------------------------------

    def _template(self, shape: Shape, raw: bytes) -> Template | None:
        """The template of a piece that was just read, if its shape has one."""
        shape.seen += 1
        if shape.seen == _LEARN_AT:
            shape.template = learn(raw, lambda text: self._reader.interpret(text, shape))
        template = shape.template
        if template is None or not template.note(raw):
            return None
        if template.is_placed_by_bar:
            self._beside_bar = shape
        return template

    def _along_rows(
        self, at: int, stop: int, shape: Shape, template: Template, events: Sequence[Event], *, redraw: bool
    ) -> Readings:
        """A row was read, which what stands at `at` ended: go on as long as more of its shape follow."""
        counter = next((event for event in events if isinstance(event, Counter)), None)
        while True:
            before = at
            at, counter = yield from self._rows(at, stop, shape, template, counter, redraw=redraw)
            if at == before:
                return at

    def _rows(
        self, at: int, stop: int, shape: Shape, template: Template, counter: Counter | None, *, redraw: bool
    ) -> Generator[Reading, None, tuple[int, Counter | None]]:
        """Rows that follow each other without anything between them."""
        data, mark = self._data, b"\r" if redraw else b"\n"
        rows = template.rows
        if rows.match(data, at, stop) is None:
            return at, counter
        last = data.rfind(mark, at + 1, min(at + min(self._reach, self._stride(at)), stop))
        columns, start, end = self._columns(template, rows, at, last, mark)
        if columns is None or (counter is not None and columns.currents and columns.currents[0] < counter.current):
            return at, counter
        number = self._number + data.count(b"\n", at, start)
        piece = self._piece(start, data[start:end], number, redraw=redraw)
        _, found = self._reader.read_piece(piece)
        read = said(found[0].events, found[0].line.time_s) if len(found) == 1 else None
        if read is None or not template.agrees(columns, columns.size - 1, read, counter):
            shape.template, self._slow_until = None, end
            return at, counter
        template.note(piece.raw)
        yield self._reader.reading_of_rows(shape, template.event(columns.first(columns.size - 1), read.counter), piece)
        yield from found
        self._number = number
        return end, read.counter

    def _columns(
        self, template: Template, rows: re.Pattern[bytes], at: int, last: int, mark: bytes
    ) -> tuple[Columns | None, int, int]:
        """The rows between `at` and `last`, and where the last of them lies; at least two, or None."""
        data = self._data
        texts = rows.findall(data, at, last + 1) if last > at else []
        whole = bool(texts) and len(texts) == data.count(mark, at, last)
        if whole:
            self._reach = min(2 * self._reach, _MOST_STRIDE_BYTES)
        else:
            self._reach = max(self._reach // 2, _LEAST_STRIDE_BYTES)
            texts = [match.groups() for match in _adjacent(rows, data, at, last + 1)]
        single = rows.groups == 1 and whole
        try:
            columns = template.columns([texts] if single else list(zip(*texts, strict=True)), len(texts))
        except ValueError:
            return None, 0, 0
        if columns.size < 2:
            return None, 0, 0
        if whole and columns.size == len(texts):
            return columns, data.rfind(mark, at, last) + 1, _text_end(data, last)
        for _, match in zip(range(columns.size), _adjacent(rows, data, at, last + 1), strict=False):
            start, end = match.start() + 1, match.end()
        return columns, start, end

    # -- along a bar -------------------------------------------------------------------------------------------

    def _along_bar(self, at: int, stop: int, newline: int, raw: bytes, counter: Counter) -> Readings:
        """A bare bar was read: pass over its redraws up to something else, or to the end of the stride."""
        data = self._data
        while True:
            limit = min(at + self._stride(at), stop, self._find(b"?", at), self._find(b"=", at))
            if newline < limit and self._beside_bar is not None and self._beside_bar.template is not None:
                template = self._beside_bar.template
                there = yield from self._rows_beside_bar(at, limit, raw, counter, template, self._beside_bar)
                if there > at:
                    return there
            ends = [data.rfind(b"\r", at + 1, min(limit, newline, self._find(b"{", at)))]
            for _ in range(3 if newline < limit else 1):
                ends.append(data.rfind(b"\r", at + 1, max(ends[-1], at + 1)))
            start, end = ends[-1] + 1, ends[-2]
            if start <= at + 1:
                return at
            landing = data[start:end]
            _, found = self._reader.read_piece(self._piece(start, landing, self._number, redraw=True))
            there_counter = _bare_bar(found[0].events) if len(found) == 1 else None
            if there_counter is None or not _goes_on(counter, there_counter):
                self._slow_until = end
                return at
            yield from found
            at, counter, raw = end, there_counter, landing
            if newline < limit:
                self._slow_until = newline
                return at

    def _rows_beside_bar(
        self, at: int, limit: int, raw: bytes, counter: Counter, template: Template, shape: Shape
    ) -> Readings:
        """Dicts between the redraws of a bar; the redraw right behind each gives its step."""
        data, look = self._data, _BAR.match(raw)
        if look is None or float(look[2]) != counter.current or float(look[3]) != counter.total:
            return at
        bar = rb"\r" + re.escape(look[1]) + rb" *\d+%\|[^|\r\n]*\| *(\d+)/" + look[3] + rb" \["
        texts, last = _walk(template.rows_before(bar), data, at, limit)
        try:
            columns = template.columns(texts, len(texts[0]))
            beside = list(map(float, texts[-1]))
        except ValueError:
            return at
        if not beside or columns.size < len(beside) or beside[0] < counter.current or rising(beside) < len(beside):
            return at
        end = _text_end(data, last)
        start, number = data.rfind(b"\r", at, end) + 1, self._number + columns.size - 1
        piece = self._piece(start, data[start:end], number, redraw=False)
        _, found = self._reader.read_piece(piece)
        read = said(found[0].events, found[0].line.time_s) if len(found) == 1 else None
        if read is None or not template.agrees(columns, columns.size - 1, read, None):
            shape.template, self._slow_until = None, last
            return at
        if columns.size > 1:
            event = template.event(columns.first(columns.size - 1), counter, steps=beside[:-1])
            yield self._reader.reading_of_rows(shape, event, piece._replace(offset=piece.offset - 1, redraw=True))
        yield from found
        self._number = number
        return last


@lru_cache(maxsize=64)
def _nested(name: bytes, total: bytes) -> re.Pattern[bytes]:
    """Redraws of one bar on the line below another: each goes back up."""
    bar = re.escape(name) + rb" *\d+%\|[^|\r\n]*\| *\d+/" + total + rb" \[[^\]\r\n?=]*\] *"
    return re.compile(rb"(?:\r" + bar + rb"\x1b\[A\n)+")


def _walk(rows: re.Pattern[bytes], data: bytes, at: int, limit: int) -> tuple[list[list[bytes]], int]:
    """Rows that begin with a brace, as long as no other line and no other brace lies between them.

    Gives the column of each of their groups, and where the newline of the last row stands.
    """
    texts: list[bytes] = []
    find, match = data.find, rows.match
    while (start := find(b"{", at, limit)) >= 0 and data[start - 1] == 13:
        row = match(data, start)
        if row is None or find(b"\n", at, start) >= 0:
            break
        texts += row.groups()
        at = row.end()
    return [texts[group :: rows.groups] for group in range(rows.groups)], at - 1


def _adjacent(rows: re.Pattern[bytes], data: bytes, at: int, end: int) -> Generator[re.Match[bytes]]:
    """Matches that follow each other without a gap."""
    while (match := rows.match(data, at, end)) is not None:
        yield match
        at = match.end()


def _text_end(data: bytes, end: int) -> int:
    """Where the text ends that a newline at `end` ended."""
    while data[end - 1] == 13:
        end -= 1
    return end


def _bare_bar(events: Sequence[Event]) -> Counter | None:
    """A bar that says nothing but where it stands."""
    if len(events) != 1:
        return None
    counter = events[0]
    return counter if isinstance(counter, Counter) and counter.is_bar and counter.elapsed_s is not None else None


def _goes_on(before: Counter, after: Counter) -> bool:
    """Tell whether `after` is a later state of the same bar in the same life."""
    return (
        track_key(before) == track_key(after)
        and before.epoch == after.epoch
        and after.current >= before.current
        and (after.elapsed_s or 0.0) >= (before.elapsed_s or 0.0)
    )
