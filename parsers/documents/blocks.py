"""Document lines to pieces: every line of words with its headings, list parents, table header or fence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from trainmon.parsers.documents.markup import plain, plain_code
from trainmon.parsers.documents.tables import HtmlTables, Row, aligned_rows, drawn_rows, is_drawn, pipe_cells
from trainmon.patterns import pattern

if TYPE_CHECKING:
    from markdown_it.token import Token

_CHUNK = 200_000
"""Characters parsed at once: one chunk's tokens take some hundred times its size in memory."""

_LONGEST_BLOCK = 50_000
"""Lines of one paragraph or fence that are read: what is longer was not written for people."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: level 1 is the outermost."""

    level: int
    text: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One line of a document, or one cell of a table, with everything that gives it meaning."""

    line: int
    """0-based index into the lines read."""
    text: str
    """The words, markup taken away."""
    kind: str
    """heading, paragraph, item, code, cell."""
    headings: tuple[Heading, ...] = ()
    parents: tuple[str, ...] = ()
    """The list items above this one, outermost first; in code, the comment above."""
    lead: str = ""
    """The last label paragraph of this section: `Estimated time:`, `**SFT**: two cards`."""
    intro: str = ""
    """The last line of prose before a table or list."""
    above: str = ""
    """The line above within the same paragraph, "" for its first."""
    below: str = ""
    """The line below within the same paragraph, "" for its last."""
    group: int = 0
    """Lines that stand together (one list level, one table, one fence, one run of paragraphs) share it."""
    quoted: bool = False
    code: str | None = None
    """The fence's language, "" for none; None outside code."""
    comment: bool = False
    header: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    column: int = -1
    code_above: str = ""
    """The code that stands before this line in its section."""
    code_below: str = ""
    """The code that a comment introduces: what follows it in its fence, as far as the next comment."""


@dataclass(slots=True)
class _State:
    """What the walk over the tokens remembers."""

    headings: list[Heading] = field(default_factory=list)
    lead: str = ""
    intro: str = ""
    items: list[str] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    quotes: int = 0
    group: int = 0
    code_above: str = ""
    last_header: tuple[str, ...] = ()
    html: HtmlTables = field(default_factory=HtmlTables)

    def next_group(self) -> int:
        self.group += 1
        return self.group

    def piece(
        self, line: int, text: str, kind: str, group: int, *, above: str = "", below: str = "", lead: str | None = None
    ) -> Piece:
        return Piece(
            line=line,
            text=text,
            kind=kind,
            headings=tuple(self.headings),
            parents=tuple(self.items),
            lead=self.lead if lead is None else lead,
            intro=self.intro,
            above=above,
            below=below,
            group=group,
            quoted=self.quotes > 0,
            code_above=self.code_above,
        )


def read_pieces(lines: Sequence[str]) -> Iterator[Piece]:
    """Cut a document into pieces, in the order of its lines, as far as they are asked for. Never raises."""
    from markdown_it import MarkdownIt  # as much as all other imports of this folder, which name hardware, too

    parser = MarkdownIt("commonmark").enable("table").disable("inline")
    state = _State()
    for first, last in _chunks(lines):
        tokens = parser.parse("\n".join(lines[first:last]))
        yield from (piece for piece in _walk(tokens, first, state) if piece.text)


def _chunks(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Cut at headings outside fences, so that a chunk means what it means in the whole."""
    start = size = 0
    fenced = False
    for index, line in enumerate(lines):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        size += len(line) + 1
        heading = line.startswith("#") and not fenced
        if (heading and size > _CHUNK) or (size > 10 * _CHUNK and not line.strip()):
            yield start, index
            start, size = index, len(line) + 1
    yield start, len(lines)


def _walk(tokens: list[Token], first: int, state: _State) -> Iterator[Piece]:
    table = _Table()
    for index, token in enumerate(tokens):
        line = first + token.map[0] if token.map else first
        before = tokens[index - 1].type if index else ""
        if token.type == "heading_open":
            yield _heading(state, int(token.tag[1]), plain(tokens[index + 1].content), line)
        elif token.type in {"fence", "code_block"}:
            yield from _code(state, token, line)
        elif token.type == "html_block":
            yield from _html(state, token.content, line)
        elif token.type == "inline" and before == "paragraph_open":
            yield from _paragraph(state, token.content.split("\n"), line)
        elif token.type.startswith(("table", "tr", "inline")):
            yield from _table(state, table, token, before, line)
        else:
            _nest(state, token.type)


def _nest(state: _State, kind: str) -> None:
    """Follow lists and quotes in and out."""
    if kind in {"bullet_list_open", "ordered_list_open"}:
        state.groups.append(state.next_group())
    elif kind in {"bullet_list_close", "ordered_list_close"}:
        state.groups = state.groups[:-1]
    elif kind == "list_item_open":
        state.items.append("")
    elif kind == "list_item_close":
        state.items = state.items[:-1]
    elif kind.startswith("blockquote"):
        state.quotes = max(0, state.quotes + (1 if kind.endswith("open") else -1))


@dataclass(slots=True)
class _Table:
    """The table being read."""

    group: int = 0
    header: tuple[str, ...] = ()
    row: list[tuple[str, int]] = field(default_factory=list)


def _table(state: _State, table: _Table, token: Token, before: str, line: int) -> Iterator[Piece]:
    if token.type == "table_open":
        table.group, table.header = state.next_group(), ()
    elif token.type == "tr_open":
        table.row = []
    elif token.type == "inline" and before in {"th_open", "td_open"}:
        table.row.append((plain(token.content), line))
    elif token.type == "tr_close":
        cells = tuple(text for text, _ in table.row)
        if before == "th_close":
            table.header = state.last_header = cells
        yield from _row(state, Row(table.header, cells, tuple(number for _, number in table.row)), table.group)


def _heading(state: _State, level: int, text: str, line: int) -> Piece:
    state.headings = [*(h for h in state.headings if h.level < level), Heading(level, text, line)]
    state.lead, state.intro, state.code_above = "", "", ""
    state.items, state.groups = [], []
    piece = state.piece(line, text, "heading", state.next_group())
    return replace(piece, headings=piece.headings[:-1])


def _paragraph(state: _State, lines: list[str], line: int) -> Iterator[Piece]:
    lines = lines[:_LONGEST_BLOCK]
    pipes = [pipe_cells(text) for text in lines]
    if (any(pipes) and is_drawn(lines)) or (not any(pipes) and len(lines) > 1 and aligned_rows(lines)):
        group = state.next_group()
        for drawn in drawn_rows(lines).values():
            yield from _row(state, replace(drawn, lines=tuple(line + number for number in drawn.lines)), group)
        return
    if len([cells for cells in pipes if cells]) * 2 > len(lines) and any(pipes):  # rows without a delimiter line
        group = state.next_group()
        for offset, cells in enumerate(pipes):
            if cells:
                row = tuple(plain(cell) for cell in cells)
                header = state.last_header if len(state.last_header) == len(row) else ()
                yield from _row(state, Row(header, row, (line + offset,) * len(row)), group)
        return
    in_item = bool(state.items)
    if not in_item:
        group = state.groups[-1] if state.groups else state.next_group()
    else:
        group = state.groups[-1] if state.groups else state.group
    texts = [plain(text) for text in lines]
    for offset, text in enumerate(texts):
        label = not in_item and is_label(lines[offset])
        above, below = texts[offset - 1] if offset else "", texts[offset + 1] if offset + 1 < len(texts) else ""
        kind, lead = "item" if in_item else "paragraph", "" if label else state.lead
        piece = state.piece(line + offset, text, kind, group, above=above, below=below, lead=lead)
        if in_item:
            first_line = not state.items[-1]
            piece = replace(piece, parents=tuple(state.items[:-1] if first_line else state.items))
            if first_line:
                state.items[-1] = text
        yield piece
        state.intro = text
        if label:
            state.lead, state.code_above = text, ""


def is_label(text: str) -> bool:
    """Tell whether a paragraph introduces what follows: it ends in a colon, or begins with a bold label."""
    return bool(re.search(r"[:：]\W{0,6}$", text) or re.match(r"\s*(?:\*\*|__)[^*]{1,120}(?:\*\*|__)", text))


def _row(state: _State, row: Row, group: int) -> Iterator[Piece]:
    for column, (text, line) in enumerate(zip(row.cells, row.lines, strict=True)):
        yield replace(state.piece(line, text, "cell", group), header=row.header, cells=row.cells, column=column)


_COMMENT = pattern(r"\s*(?:#+|//|--(?=\s)|REM\b|/\*|\*(?=\s))\s*(.*)")


def _code(state: _State, token: Token, line: int) -> Iterator[Piece]:
    start = line + (1 if token.type == "fence" else 0)
    lines = token.content.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    lines = lines[:_LONGEST_BLOCK]
    group, info, above = state.next_group(), token.info.strip().split(" ")[0].lower(), ""
    drawn = drawn_rows(lines)
    for offset, text in enumerate(lines):
        if row := drawn.get(offset):
            row = replace(row, lines=tuple(start + n for n in row.lines))
            yield from (replace(piece, code=info) for piece in _row(state, row, group))
            continue
        comment = _COMMENT.match(text) if text.lstrip()[:1] in {"#", "/", "-", "*", "R"} else None
        trailing = None if comment else re.search(r"\s(?:#|//)\s+(.*)$", text)
        words = plain_code(comment[1] if comment else text)
        piece = state.piece(start + offset, words, "code", group)
        yield replace(
            piece,
            code=info,
            comment=bool(comment or trailing),
            code_below=_introduced(lines[offset + 1 :]) if comment else text if trailing else "",
            parents=(*piece.parents, above) if above else piece.parents,
        )
        if comment and words and not re.match(r"(?:time|size|cost|note)\b", words, re.IGNORECASE):
            above = words
    state.code_above = (state.code_above + "\n" + token.content)[-4000:]


def _introduced(lines: Sequence[str]) -> str:
    """Give the lines that stand under a comment, as far as the next one."""
    end = next((index for index, text in enumerate(lines) if index and _COMMENT.match(text)), len(lines))
    return "\n".join(lines[: min(end, _LONGEST_INTRODUCED)])


_LONGEST_INTRODUCED = 40


def _html(state: _State, content: str, line: int) -> Iterator[Piece]:
    group = state.group + 1
    rows = state.html.feed(content, line)
    if state.html.in_table or rows:
        for row in rows:
            yield from _row(state, row, state.html.table_id + 1_000_000)
        return
    state.next_group()
    for offset, text in enumerate(content.split("\n")):
        yield state.piece(line + offset, plain(text), "paragraph", group)
