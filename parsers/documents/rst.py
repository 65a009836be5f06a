"""reStructuredText to Markdown, line for line: titles, grid and simple tables, list tables, literal blocks, roles."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

from trainmon.patterns import pattern

_RULE = pattern(r"([=\-`:.'\"~^_*+#])\1{2,}\s*$")
_SIMPLE = pattern(r"=+(?:\s+=+)+\s*$")
_GRID = pattern(r"\+[-=+]+\+\s*$")
_DIRECTIVE = pattern(r"(\s*)\.\.\s+([\w-]+)::\s*(.*)")
_ROLE = pattern(r":[\w:.-]+:`([^`<]+)(?:<[^`]*>)?`")
_LINK = pattern(r"`([^`<]+?)\s*<[^`>]*>`_{1,2}")
_FIELD = pattern(r"(\s*):([A-Za-z][\w ]{0,40}):\s+(.+)")
_PROSE = {"note", "warning", "tip", "important", "hint", "caution", "admonition", "seealso"}


def as_markdown(lines: Sequence[str]) -> list[str]:
    """Give as many lines as came in, each on its own number."""
    result = [_LINK.sub(r"\1", _ROLE.sub(r"\1", line)) for line in lines]
    _titles(result)
    _tables(result)
    _directives(result)
    return result


def _titles(lines: list[str]) -> None:
    """Mark titles with hashes; the level of an adornment is the order in which it first occurs."""
    levels: list[str] = []
    index = 0
    while index < len(lines) - 1:
        title, under = lines[index], lines[index + 1]
        rule = _RULE.match(under)
        over = index > 0 and _RULE.match(lines[index - 1])
        if (
            title.strip()
            and rule
            and not _RULE.match(title)
            and len(under.strip()) >= min(len(title.strip()), 3)
            and not title.startswith((" ", "|", "+"))
        ):
            style = ("o" if over else "") + rule[1]
            if style not in levels:
                levels.append(style)
            lines[index] = "#" * min(levels.index(style) + 1, 6) + " " + title.strip()
            lines[index + 1] = ""
            if over:
                lines[index - 1] = ""
            index += 1
        index += 1


def _tables(lines: list[str]) -> None:
    """Turn grid and simple tables into rows of pipes; the rule under the header becomes the delimiter row."""
    index = 0
    while index < len(lines):
        if _SIMPLE.match(lines[index].strip()) and not lines[index].startswith("#"):
            index = _simple_table(lines, index)
        elif _GRID.match(lines[index].strip()):
            cells = lines[index].strip().count("+") - 1
            first = index == 0 or not lines[index - 1].strip().startswith("|")
            head = "=" in lines[index] or (not first and not _has_head(lines, index))
            lines[index] = "|" + "---|" * cells if head and not first else "" if first else "|" + " |" * cells
        index += 1


def _has_head(lines: list[str], index: int) -> bool:
    """Tell whether the grid table around `index` already has its delimiter row, or will have one of `=`."""
    back = index - 1
    while back >= 0 and lines[back].strip():
        if lines[back].startswith("|---"):
            return True
        back -= 1
    ahead = index
    while ahead < len(lines) and lines[ahead].strip():
        if _GRID.match(lines[ahead].strip()) and "=" in lines[ahead]:
            return True
        ahead += 1
    return False


def _simple_table(lines: list[str], start: int) -> int:
    columns = [match.span() for match in re.finditer(r"=+", lines[start])]
    rules = [start]
    index = start + 1
    while index < len(lines) and len(rules) < 3:
        if _SIMPLE.match(lines[index].strip()):
            rules.append(index)
        elif not lines[index].strip() and len(rules) == 2 and index + 1 < len(lines) and not lines[index + 1].strip():
            break
        index += 1
    if len(rules) < 2:
        return start
    for number in range(start, rules[-1] + 1):
        if number in rules:
            lines[number] = "|" + "---|" * len(columns) if number == rules[1] and len(rules) == 3 else ""
        else:
            starts = [begin for begin, _ in columns]
            ends = [*starts[1:], len(lines[number]) + 1]
            lines[number] = (
                "|" + "|".join(lines[number][a:b].strip() or " " for a, b in zip(starts, ends, strict=True)) + "|"
            )
    return rules[-1]


def _directives(lines: list[str]) -> None:
    """Open the bodies of notes to the reader, fields to labels; list tables to HTML, each cell on its own line."""
    inside: str | None = None
    indent = 0
    table: _ListTable | None = None
    for index, line in enumerate(lines):
        match = _DIRECTIVE.match(line)
        if match or (inside and line.strip() and len(line) - len(line.lstrip()) <= indent):
            inside = None
            if table:
                table.close(lines)
            table = None
        if match:
            inside, indent = match[2].lower(), len(match[1])
            table = _ListTable(index) if inside == "list-table" else None
            lines[index] = match[3] if inside in _PROSE else "<table>" if table else ""
        elif inside in _PROSE:
            lines[index] = line.strip()
        elif table:
            lines[index] = table.row(index, line)
        elif field := _FIELD.match(line):
            lines[index] = f"{field[1]}- {field[2]}: {field[3]}"
    if table:
        table.close(lines)


_CELL = pattern(r"\s*(?P<row>\*\s+)?-(?:\s+(?P<text>.*))?$")
_HEADER_ROWS = pattern(r"\s*:header-rows:\s*(\d+)")


@dataclass(slots=True)
class _ListTable:
    """A list table under way."""

    last: int
    """Its last line with words."""
    header_rows: int = 0
    rows: int = 0

    def row(self, index: int, line: str) -> str:
        """Give one line of the table as HTML: a cell, what a cell goes on with, or nothing for an option."""
        match = _CELL.match(line)
        text = html.escape(((match["text"] or "") if match else line).strip(), quote=False)
        if match is None:
            if option := _HEADER_ROWS.match(line):
                self.header_rows = int(option[1])
            return text if self.rows and text else ""
        self.last = index
        self.rows += bool(match["row"])
        return f"{'<tr>' if match['row'] else ''}<{'th' if self.rows <= self.header_rows else 'td'}>{text}"

    def close(self, lines: list[str]) -> None:
        """End the table on its last line."""
        lines[self.last] += "</table>"
