"""Tables that Markdown does not know: raw HTML, drawn with boxes inside fences, rows of pipes without a header line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html.parser import HTMLParser

from trainmon.parsers.documents.markup import plain
from trainmon.patterns import pattern

_RULE = pattern(r"[\s│┃║|+├┤┼┌┐└┘┬┴╔╗╚╝╠╣╦╩╬═─━┏┓┗┛┣┫┳┻╋╭╮╰╯=\-:]+")
_BARS = pattern(r"[│┃║|]")


@dataclass(frozen=True, slots=True)
class Row:
    """A body row: the table's header (empty for none), its cells, and the line of each cell."""

    header: tuple[str, ...]
    cells: tuple[str, ...]
    lines: tuple[int, ...]


def pipe_cells(text: str) -> list[str]:
    """Split a line that opens and closes with a pipe into its cells; [] for any other line, and for a rule."""
    text = text.strip()
    if len(text) < 3 or text[0] not in "|│┃║" or text[-1] not in "|│┃║":
        return []
    if _RULE.fullmatch(text):
        return []
    return [cell.strip() for cell in _BARS.split(text[1:-1])]


def is_drawn(lines: Sequence[str]) -> bool:
    """Tell whether a paragraph is a table between drawn rules: `+-----+-----+`, `├────┼────┤`."""
    ruled = [_RULE.fullmatch(line) is not None for line in lines]
    return ruled[0] and ruled[-1] and sum(ruled) > 1


_COLUMNS = pattern(r"[ ]{2,}|\s*\t\s*")
_NAMES_TIME = pattern(
    r"\b(?:times?|duration|hours?|total|wall|ETA|runtime|took|epochs?|steps?)\b|(?<![A-Za-z])(?:s|sec|min|h)/[a-z]|\((?:s|min|h)\)",
    re.IGNORECASE,
)


_VALUE = pattern(r"\d\s?(?:ms|s|sec|min|h|hrs?|hours?|days?)(?![a-z])|\d\.\d|\d:\d\d", re.IGNORECASE)


_COUNTED = pattern(r"\d[\d,.]*\s?[kM]?\s+[a-z]{3,}", re.IGNORECASE)
"""A column may be headed `150 epochs`."""


def aligned_rows(lines: Sequence[str]) -> dict[int, Row]:
    """Find the rows of tables that only spaces align, below a header that speaks of time: line index to row."""
    found: dict[int, Row] = {}
    header: tuple[str, ...] = ()
    for index, line in enumerate(lines):
        if not (text := line.strip()) or _RULE.fullmatch(text):
            header = header if text else ()
            continue
        cells = tuple(_COLUMNS.split(text))
        if header and len(cells) == len(header):
            found[index] = Row(header, cells, (index,) * len(cells))
        else:
            figures = _VALUE.search(text) or any(cell[0].isdigit() and not _COUNTED.match(cell) for cell in cells)
            named = len(cells) > 2 and _NAMES_TIME.search(text) and not figures
            header = cells if named else ()
    return found


def drawn_rows(lines: Sequence[str]) -> dict[int, Row]:
    """Find the rows of tables drawn inside a fence: line index to row. The row above the first rule is the header."""
    found: dict[int, Row] = {}
    header: tuple[str, ...] = ()
    previous: tuple[int, tuple[str, ...]] | None = None
    bodies = 0
    for index, line in enumerate(lines):
        cells = tuple(plain(cell) for cell in pipe_cells(line))
        if len(cells) > 1:
            found[index] = Row(header, cells, (index,) * len(cells))
            previous = (index, cells)
            bodies += 1
        elif previous and bodies == 1 and _RULE.fullmatch(line) and line.strip():
            header = previous[1]
            bodies += 1
        elif not line.strip():
            header, previous, bodies = (), None, 0
    return found or aligned_rows(lines)


class HtmlTables(HTMLParser):
    """Reads `<table>` across the HTML blocks of a document, with the line of every cell."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.in_table = False
        self.table_id = 0
        self._offset = 0
        self._fed = 0
        self._header: tuple[str, ...] = ()
        self._cells: list[tuple[str, int, bool]] = []
        self._open: list[str] | None = None
        self._open_line = 0
        self._head_cell = False
        self._rows: list[Row] = []

    def feed(self, data: str, line: int = 0) -> list[Row]:  # type: ignore[override]
        """Read one HTML block that starts at `line` (0-based); give the rows that it completed."""
        self._offset = line - self._fed
        self._rows = []
        super().feed(data)
        self._fed += data.count("\n")
        return self._rows

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        """Open tables, rows and cells; a row also ends where the next begins."""
        if tag == "table":
            self.in_table = True
            self.table_id += 1
            self._header, self._cells = (), []
        elif tag == "tr":
            self._end_row()
        elif tag in {"td", "th"} and self.in_table:
            self._end_cell()
            self._open, self._head_cell = [], tag == "th"
            self._open_line = self.getpos()[0] - 1 + self._offset
        elif tag == "br" and self._open is not None:
            self._open.append(" ")

    def handle_endtag(self, tag: str) -> None:
        """Close cells, rows and tables."""
        if tag in {"td", "th"}:
            self._end_cell()
        elif tag in {"tr", "thead", "table"}:
            self._end_row()
            self.in_table = self.in_table and tag != "table"

    def handle_data(self, data: str) -> None:
        """Collect the words of the open cell."""
        if self._open is not None:
            self._open.append(data)

    def _end_cell(self) -> None:
        if self._open is not None:
            self._cells.append((plain("".join(self._open)), self._open_line, self._head_cell))
            self._open = None

    def _end_row(self) -> None:
        self._end_cell()
        cells, self._cells = self._cells, []
        if not cells:
            return
        texts = tuple(text for text, _, _ in cells)
        if all(head for _, _, head in cells):
            self._header = texts
        self._rows.append(Row(self._header, texts, tuple(line for _, line, _ in cells)))
