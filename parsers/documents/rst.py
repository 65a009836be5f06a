"""reStructuredText to Markdown, line for line: titles, grid and simple tables, list tables, literal blocks, roles."""

from __future__ import annotations

import re
from collections.abc import Sequence

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
    """Open the bodies of notes to the reader, fields to labels; list tables to label lines."""
    inside: str | None = None
    indent = header_rows = 0
    row: list[str] = []
    header: list[str] = []
    for index, line in enumerate(lines):
        if match := _DIRECTIVE.match(line):
            inside, indent, row, header = match[2].lower(), len(match[1]), [], []
            lines[index] = match[3] if inside in _PROSE else ""
            header_rows = 1
            continue
        if inside and line.strip() and len(line) - len(line.lstrip()) <= indent:
            inside = None
        if inside in _PROSE:
            lines[index] = line.strip()
        elif inside == "list-table":
            _list_table_line(lines, index, row, header)
        elif field := _FIELD.match(line):
            lines[index] = f"{field[1]}- {field[2]}: {field[3]}"
    del header_rows


_CELL = pattern(r"\s*(?P<row>\*\s+)?-\s+(?P<text>.*)")


def _list_table_line(lines: list[str], index: int, row: list[str], header: list[str]) -> None:
    """Write each cell as `row name, column: value`, so that it says on its own line what it is."""
    match = _CELL.match(lines[index])
    if match is None:
        lines[index] = ""
        return
    if match["row"]:
        if row and not header:
            header.extend(row)
        row.clear()
    row.append(match["text"].strip())
    if header and 1 < len(row) <= len(header):
        lines[index] = f"- {row[0]}, {header[len(row) - 1]}: {row[-1]}"
    else:
        lines[index] = f"- {row[-1]}" if header else ""
