"""The file formats of documents: each becomes lines of Markdown that remember their line on disk."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from trainmon.parsers.documents.encoding import split_lines
from trainmon.parsers.documents.rst import as_markdown
from trainmon.patterns import pattern


@dataclass(frozen=True, slots=True)
class SourceLines:
    """Lines of Markdown, and for each its 0-based line in the file as it lies on disk."""

    lines: list[str]
    numbers: list[int]
    moved: bool = False
    """Some line stands elsewhere on disk."""


def source_of(text: str, path: str) -> SourceLines:
    """Turn a document into Markdown lines; the suffix of `path` tells its format, Markdown where it tells none."""
    suffix = path.rpartition(".")[2].lower()
    if suffix == "ipynb":
        return _notebook(text) or _plain(text)
    lines = split_lines(text)
    if suffix == "rst":
        lines = as_markdown(lines)
    return SourceLines(lines, list(range(len(lines))))


def _plain(text: str) -> SourceLines:
    lines = split_lines(text)
    return SourceLines(lines, list(range(len(lines))))


def _notebook(text: str) -> SourceLines | None:
    """Read the Markdown cells of a notebook, and its code cells as code; None where it is no notebook."""
    try:
        cells = json.loads(text)["cells"]
    except (ValueError, KeyError, TypeError):
        return None
    result = SourceLines([], [])
    position = 0
    for cell in cells if isinstance(cells, list) else []:
        source = cell.get("source", "") if isinstance(cell, dict) else ""
        parts = source if isinstance(source, list) else [source]
        fenced = cell.get("cell_type") == "code" if isinstance(cell, dict) else False
        if fenced:
            _add(result, "```", position, text)
        for part in parts:
            start, end = _find(text, str(part), position)
            for line in split_lines(str(part).removesuffix("\n")):
                _add(result, line, start, text)
            position = end
        if fenced:
            _add(result, "```", position, text)
        _add(result, "", position, text)
    return _numbered(result, text)


_STRING = pattern(r'"(?:[^"\\]|\\.)*"')


def _find(text: str, part: str, start: int) -> tuple[int, int]:
    """Find (start, end) of a source string in the file, however it is escaped; `start` twice without one."""
    for match in _STRING.finditer(text, start):
        if len(match[0]) > len(part) and json.loads(match[0], strict=False) == part:
            return match.start(), match.end()
    return start, start


def _add(result: SourceLines, line: str, offset: int, text: str) -> None:
    result.lines.append(line)
    result.numbers.append(min(offset, len(text)))


def _numbered(result: SourceLines, text: str) -> SourceLines:
    """Turn offsets in the file into line numbers, in one pass."""
    breaks = [match.start() for match in re.finditer("\n", text)]
    numbers, index = [], 0
    for offset in result.numbers:
        while index < len(breaks) and breaks[index] < offset:
            index += 1
        numbers.append(index)
    return SourceLines(result.lines, numbers, moved=True)
