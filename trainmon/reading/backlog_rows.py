"""Rows of one shape behind each other, read as columns; the last of each stretch is read by its own format, too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from trainmon.reading.backlog_block import LEAST_STRIDE_BYTES, MOST_STRIDE_BYTES, Block, Readings, Rhythm
from trainmon.reading.templates import Columns, Said, Template

if TYPE_CHECKING:
    from trainmon.reading.reader import Shape


class RowReader:
    """Reads lines, or redraws with values in them, that follow each other with nothing between them."""

    def __init__(self) -> None:
        self._reach = 1 << 14
        """How many bytes are tried at once: less where other lines stand between the rows."""

    def read(
        self, block: Block, at: int, stop: int, shape: Shape, template: Template, first: Said | None, *, redraw: bool
    ) -> Readings:
        """A row was read that said `first`, and what stands at `at` ended it: go on while more of its shape follow."""
        rhythm = Rhythm()
        if first is not None and first.counter is not None:
            rhythm.start(first.counter.current, _clock(first))
        reach = MOST_STRIDE_BYTES
        while template.rows.match(block.data, at, stop) is not None:
            until = min(at + min(self._reach, reach, block.stride(at)), stop)
            columns, start, end = self._columns(block, template, at, until, b"\r" if redraw else b"\n")
            before = first.counter if first is not None else None
            if columns is None or (before is not None and columns.currents and columns.currents[0] < before.current):
                return at
            number = block.number + block.data.count(b"\n", at, start)
            piece = block.piece(start, end, number, redraw=redraw)
            _, found, last = block.read(piece)
            if last is None or not template.agrees(columns, columns.size - 1, last, before):
                shape.template, block.slow_until = None, end
                return at
            current = last.counter.current if last.counter is not None else 0.0
            if not rhythm.explains(current, _clock(last)) and end - at > LEAST_STRIDE_BYTES:
                reach = max((end - at) // 2, LEAST_STRIDE_BYTES // 2)
                continue
            rhythm.note(current, _clock(last))
            template.note(piece.raw)
            event = template.event(columns.first(columns.size - 1), last.counter)
            yield block.reader.reading_of_rows(shape, event, piece)
            yield from found
            at, first, reach, block.number = end, last, MOST_STRIDE_BYTES, number
        return at

    def _columns(
        self, block: Block, template: Template, at: int, until: int, mark: bytes
    ) -> tuple[Columns | None, int, int]:
        """The rows from `at` on, and where the last of them lies; at least two, or None."""
        data, rows = block.data, template.rows
        last = data.rfind(mark, at + 1, until)
        texts = rows.findall(data, at, last + 1) if last > at else []
        whole = bool(texts) and len(texts) == data.count(mark, at, last)
        if whole:
            self._reach = min(2 * self._reach, MOST_STRIDE_BYTES)
        else:
            self._reach = max(self._reach // 2, LEAST_STRIDE_BYTES)
            texts = [match.groups() for match in _adjoining(rows, data, at, last + 1)]
        flat = texts if rows.groups == 1 and whole else list(chain.from_iterable(texts))
        try:
            columns = template.columns([flat[group :: rows.groups] for group in range(rows.groups)], len(texts))
        except ValueError:
            return None, 0, 0
        if columns.size < 2:
            return None, 0, 0
        if whole and columns.size == len(texts):
            return columns, data.rfind(mark, at, last) + 1, text_end(data, last)
        start = end = at
        for _, match in zip(range(columns.size), _adjoining(rows, data, at, last + 1), strict=False):
            start, end = match.start() + 1, match.end()
        return columns, start, end


def _clock(row: Said) -> float | None:
    if row.time_s is not None:
        return row.time_s
    return row.counter.elapsed_s if row.counter is not None else None


def _adjoining(rows: re.Pattern[bytes], data: bytes, at: int, end: int) -> Iterator[re.Match[bytes]]:
    """Matches that follow each other without a gap."""
    while (match := rows.match(data, at, end)) is not None:
        yield match
        at = match.end()


def text_end(data: bytes, end: int) -> int:
    """Where the text ends that a newline at `end` ended."""
    while data[end - 1] == 13:
        end -= 1
    return end
