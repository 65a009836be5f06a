"""Foreign text inside Markdown (CommonMark with GitHub's tables): shown as it is, never read as markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;", "`": "&#96;", "\\": "&#92;", "@": "&#64;"}
"""Entities where a backslash is not enough: tables split cells at `|` before anything else is read, and an address or
a mention is recognised after backslashes are gone."""
_ACTIVE = re.compile(
    r"(?P<entity>[&<>|`\\@])"
    r"|(?P<escape>[*\[\]~$#!]|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z]))"  # `_` inside a word is no emphasis
    r"|(?P<scheme>:)(?=//)"
    r"|(?P<www>(?<=www)\.)",
    re.IGNORECASE,
)
_BLOCK_START = re.compile(r"(\d{1,9}(?=[.)]))?([-+=.)])")


def inline(text: str) -> str:
    """Give one line of sanitised text as Markdown that renders as that text, within a line or a table cell.

    Runs of white space become one space, as rendering would make them.
    """
    return _ACTIVE.sub(_inert, " ".join(text.split()))


def _inert(active: re.Match[str]) -> str:
    match active.lastgroup:
        case "entity":
            return _ENTITIES[active[0]]
        case "scheme" | "www":
            return f"&#{ord(active[0])};"
        case _:
            return f"\\{active[0]}"


def block(text: str) -> str:
    """Give the same for the start of a paragraph, a heading or a list item: no list, rule or heading begins there."""
    line = inline(text)
    return _BLOCK_START.sub(r"\1\\\2", line, count=1) if _BLOCK_START.match(line) else line


def code(text: str) -> str:
    """Give one line of sanitised text as a code span; not for tables."""
    line = " ".join(text.split())
    if not line:
        return ""
    fence = "`" * (max((len(run) for run in re.findall("`+", line)), default=0) + 1)
    return f"{fence} {line} {fence}" if line.startswith("`") or line.endswith("`") else f"{fence}{line}{fence}"


def table(header: Sequence[str], rows: Iterable[Sequence[str]], *, right: Iterable[str] = ()) -> list[str]:
    """Give the lines of a table; `right` names the columns of numbers. Cells are escaped here."""
    numbers = set(right)
    return [
        _table_row(header),
        "|" + "|".join("--:" if name in numbers else "---" for name in header) + "|",
        *(_table_row(row) for row in rows),
        "",
    ]


def _table_row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(inline(cell) for cell in cells) + " |"
