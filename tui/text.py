"""Rows of spans: what every screen is made of. Plain text with a role for its colour, never markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest

from rich.cells import cell_len, set_cell_size

Span = tuple[str, str]
"""Text and its role: '' for plain text, else one of `tui.spanview.ROLES`."""
Row = tuple[Span, ...]

_ELLIPSIS = "…"
_NOT_SHOWN = "\N{REPLACEMENT CHARACTER}"
_BRIDGED_CELLS = 12
_VARIATION_SELECTORS = range(0xFE00, 0xFE10)


def plain(text: str) -> str:
    """Return `text` without anything that acts on a terminal or hides: controls, zero-width, bidi, surrogates."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character if character.isprintable() and ord(character) not in _VARIATION_SELECTORS else _NOT_SHOWN
        for character in text.replace("\t", "    ")
    )


def width_of(row: Iterable[Span]) -> int:
    """Return the width of a row in terminal cells."""
    return sum(cell_len(text) for text, _ in row)


def shorten(text: str, width: int) -> str:
    """Return `text`, cut with an ellipsis where it is wider than `width` cells."""
    if width <= 0:
        return ""
    return text if cell_len(text) <= width else set_cell_size(text, width - 1) + _ELLIPSIS


def shorten_left(text: str, width: int) -> str:
    """Return the end of `text`: for paths, whose end tells them apart."""
    if cell_len(text) <= width:
        return text
    kept = text
    while kept and cell_len(kept) > width - 1:
        kept = kept[max(1, (cell_len(kept) - width + 1) // 2) :]
    return _ELLIPSIS + kept if width > 0 else ""


def shorten_path(text: str, width: int) -> str:
    """Return `text` with its folder cut before its last part: `prot…/retrain_cached`."""
    folder, _, last = text.rpartition("/")
    room = width - cell_len(last) - 1
    if cell_len(text) <= width or not folder or room < 2:
        return shorten_left(text, width)
    return f"{shorten(folder, room)}/{last}"


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Return `text` at exactly `width` cells: cut, or padded on the other side."""
    short = shorten(text, width)
    pad = " " * (width - cell_len(short))
    return pad + short if right else short + pad


def fit_row(row: Row, width: int) -> Row:
    """Return a row at exactly `width` cells."""
    kept: list[Span] = []
    left = width
    for text, role in row:
        size = cell_len(text)
        if size > left:
            kept.append((shorten(text, left), role))
            left = 0
            break
        kept.append((text, role))
        left -= size
    return (*kept, (" " * left, "")) if left else tuple(kept)


def clock_room(width: int, clock: str) -> int:
    """Return the cells that a replay's clock leaves of a line."""
    return width - cell_len(clock) - 3 if clock else width


def with_clock(row: Row, clock: str, width: int) -> Row:
    """Return a head line with a replay's clock at its right end; the rest gives way."""
    if not clock:
        return fit_row(row, width)
    return fit_row((*fit_row(row, max(0, clock_room(width, clock))), ("  ", ""), (clock, "key")), width)


def changed_cells(before: Row, after: Row) -> list[range]:
    """Return the stretches of cells in which two rows differ.

    None begins or ends inside a wide character of either row. Small gaps are bridged: where a stretch begins, and what
    its colours are, takes as many bytes as so many cells.
    """
    stretches: list[range] = []
    for at, (was, now) in enumerate(zip_longest(_cells(before), _cells(after))):
        if was == now:
            continue
        if stretches and at - stretches[-1].stop < _BRIDGED_CELLS:
            stretches[-1] = range(stretches[-1].start, at + 1)
        else:
            stretches.append(range(at, at + 1))
    return stretches


def _cells(row: Row) -> list[tuple[str, str, int]]:
    """Return a row cell by cell; all cells of a wide character hold it, and which of its cells they are."""
    return [(letter, role, at) for text, role in row for letter in text for at in range(cell_len(letter))]


def as_fits(parts: Iterable[Span], width: int, *, gap: int = 2) -> Row:
    """Return parts in a row with a gap before each; those that do not fit are left out, the last ones first."""
    row: list[Span] = []
    left = width
    for text, role in parts:
        left -= cell_len(text) + gap
        if left < 0:
            break
        row += [(" " * gap, ""), (text, role)]
    return tuple(row)


def beside(left: Sequence[Row], left_width: int, right: Sequence[Row], *, gap: int = 2) -> list[Row]:
    """Return two blocks of rows side by side."""
    space: Span = (" " * gap, "")
    return [(*fit_row(a, left_width), space, *b) for a, b in zip_longest(left, right, fillvalue=())]


def heading(title: str, width: int, note: str = "") -> Row:
    """Return a section's title with a rule behind it."""
    rest = max(0, width - cell_len(title) - cell_len(note) - 2 - (1 if note else 0))
    end: Row = ((" " + note, "muted"),) if note else ()
    return ((title, "title"), (" ", ""), ("─" * rest, "faint"), *end)


def wrap(text: str, width: int, *, most: int = 4) -> list[str]:
    """Return `text` in lines of at most `width` cells, at spaces where there are any; the last one is cut."""
    lines: list[str] = []
    rest = text
    while rest and len(lines) < most - 1 and cell_len(rest) > width:
        piece = set_cell_size(rest, width)
        at = piece.rfind(" ")
        cut = at if at > width // 2 else len(piece.rstrip() or piece)
        lines.append(rest[:cut].rstrip())
        rest = rest[max(1, cut) :].lstrip()
    if rest:
        lines.append(shorten(rest, width))
    return lines
