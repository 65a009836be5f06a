"""Along a bar: its redraws are passed over, and the dicts between them are read as columns."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from trainmon.events import Counter
from trainmon.parsers.numbers import clock_s
from trainmon.reading.backlog_block import LEAST_STRIDE_BYTES, MOST_STRIDE_BYTES, Block, Readings, Rhythm, bare_bar
from trainmon.reading.backlog_rows import text_end
from trainmon.reading.templates import Columns, rising
from trainmon.runs.tracks import track_key

if TYPE_CHECKING:
    from trainmon.reading.reader import Shape

_BAR = re.compile(rb"([^\r\n|]*?) *\d+%\|[^|\r\n]*\| *(\d+)/(\d+) \[")
_WHOLE_ROWS = 4
"""So few are taken as they are, however long they took."""
_REST_OF_BAR = rb" *+[0-9]+%\|[^|\r\n]*\| *+([0-9]+)/"
_ELAPSED = re.compile(rb"[^\r\n]* \[([^<\r\n]*)<")


class _Dicts(NamedTuple):
    """Dicts beside a bar, with what the redraw right behind each says."""

    columns: Columns
    beside: list[float]
    newline: int
    """Where the last one ends."""


class BarReader:
    """Goes along one bar in leaps."""

    def __init__(self) -> None:
        self.dicts: Shape | None = None
        """Lines whose metrics a bar gives the step of."""
        self._rhythm = Rhythm()
        self._bar: Counter | None = None

    def read(self, block: Block, at: int, stop: int, newline: int, raw: bytes, counter: Counter) -> Readings:
        """A redraw of a bare bar ended at `at`: pass over redraws as long as that hides nothing."""
        reach = MOST_STRIDE_BYTES
        while True:
            rhythm = self._follow(counter)
            limit = min(at + min(reach, block.stride(at)), stop, block.find(b"?", at), block.find(b"=", at))
            if newline < limit and self.dicts is not None and self.dicts.template is not None:
                there = yield from self._read_dicts(block, at, limit, raw, counter)
                if there > at:
                    return there
            until = min(limit, newline, block.find(b"{", at))
            start, end = _landing(block, at, until, pieces=3 if newline < limit else 1)
            if start <= at + 1:
                return at
            piece = block.piece(start, end, block.number, redraw=True)
            _, found, last = block.read(piece)
            state = bare_bar(found[0].events) if last is not None else None
            if state is None or not _goes_on(counter, state):
                block.slow_until = end
                return at
            if not rhythm.explains(state.current, state.elapsed_s) and end - at > LEAST_STRIDE_BYTES:
                reach = max((end - at) // 2, LEAST_STRIDE_BYTES // 2)
                continue
            yield from found
            at, counter, raw, reach = end, state, piece.raw, MOST_STRIDE_BYTES
            if newline < limit:
                block.slow_until = newline
                return at

    def _follow(self, counter: Counter) -> Rhythm:
        if self._bar is not None and _goes_on(self._bar, counter):
            self._rhythm.note(counter.current, counter.elapsed_s)
        else:
            self._rhythm = Rhythm()
            self._rhythm.start(counter.current, counter.elapsed_s)
        self._bar = counter
        return self._rhythm

    def _read_dicts(self, block: Block, at: int, limit: int, raw: bytes, counter: Counter) -> Readings:
        """Dicts between the redraws; the redraw right behind each gives its step."""
        shape = self.dicts
        template = shape.template if shape is not None else None
        if shape is None or template is None or (found := self._dicts(block, at, limit, raw, counter)) is None:
            return at
        size, end = found.columns.size, text_end(block.data, found.newline)
        start, number = block.data.rfind(b"\r", at, end) + 1, block.number + size - 1
        piece = block.piece(start, end, number, redraw=False)
        _, readings, last = block.read(piece)
        if not template.agrees(found.columns, size - 1, last, None):
            shape.template, block.slow_until = None, found.newline
            return at
        if size > 1:
            rows = template.event(found.columns.first(size - 1), counter, beside=found.beside[:-1])
            yield block.reader.reading_of_rows(shape, rows, piece._replace(offset=piece.offset - 1, redraw=True))
        yield from readings
        block.number = number
        return found.newline

    def _dicts(self, block: Block, at: int, limit: int, raw: bytes, counter: Counter) -> _Dicts | None:
        look = _BAR.match(raw)
        template = self.dicts.template if self.dicts is not None else None
        if template is None or look is None or float(look[2]) != counter.current or float(look[3]) != counter.total:
            return None
        bar = rb"\r" + re.escape(look[1]) + _REST_OF_BAR + look[3] + rb" \["
        rows = template.rows_before(bar)
        while True:
            texts, newline = _walk(rows, block.data, at, limit)
            try:
                beside = list(map(float, texts[-1]))
                columns = template.columns(texts, len(beside), epochs_too=False)
            except ValueError:
                return None
            if not beside or columns.size < len(beside) or beside[0] < counter.current or rising(beside) < len(beside):
                return None
            behind = _ELAPSED.match(block.data, newline + 2)
            elapsed_s = clock_s(behind[1].decode("ascii", "replace")) if behind is not None else None
            if len(beside) < _WHOLE_ROWS or self._rhythm.explains(beside[-1], elapsed_s):
                return _Dicts(columns, beside, newline)
            limit = at + (newline - at) // 2


def _landing(block: Block, at: int, limit: int, *, pieces: int) -> tuple[int, int]:
    """The piece to go on with: the last one that ends before `limit`, or one some pieces before that."""
    rfind = block.data.rfind
    end, start = -1, rfind(b"\r", at + 1, limit)
    for _ in range(pieces):
        end, start = start, rfind(b"\r", at + 1, max(start, at + 1))
    return start + 1, end


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


def past_nested(block: Block, at: int, raw: bytes) -> int:
    """A bar on the line below another was redrawn and went back up: go past its redraws, but for the last of them."""
    look = _BAR.match(raw)
    run = _nested(look[1], look[3]).match(block.data, at, block.end) if look is not None else None
    if run is None:
        return at
    last = block.data.rfind(b"\n", at, run.end() - 1) + 1
    block.number += block.data.count(b"\n", at, last)
    return max(last, at)


@lru_cache(maxsize=64)
def _nested(name: bytes, total: bytes) -> re.Pattern[bytes]:
    bar = re.escape(name) + _REST_OF_BAR + total + rb" \[[^\]\r\n?=]*\] *"
    return re.compile(rb"(?:\r" + bar + rb"\x1b\[A\n)+")


def _goes_on(before: Counter, after: Counter) -> bool:
    """Tell whether `after` is a later state of the same bar in the same life."""
    return (
        track_key(before) == track_key(after)
        and before.epoch == after.epoch
        and after.current >= before.current
        and (after.elapsed_s or 0.0) >= (before.elapsed_s or 0.0)
    )
