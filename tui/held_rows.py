"""What a run is held against, and why: a line of a list, and what is told of it at length. Pure."""

from __future__ import annotations

from functools import partial

from trainmon.estimates import DocumentedRange
from trainmon.snapshot import RunSnapshot
from trainmon.tui import words
from trainmon.tui.itemlist import Item
from trainmon.tui.text import Row, fit, fit_row, plain, shorten, shorten_left, shorten_path, wrap

_RANGE = 15


def held(run: RunSnapshot) -> DocumentedRange | None:
    """Return what a run is held against, or would be if it were comparable."""
    return run.documented or (run.verdict.documented if run.verdict is not None else None)


def place_of(run: RunSnapshot) -> tuple[str, int] | None:
    """Return the document and the line that a run is held against, or would be if it were comparable."""
    documented = held(run)
    return (documented.source.file, documented.source.line) if documented and documented.source else None


def why(run: RunSnapshot) -> str:
    """Return why this line was chosen for a run, or why there is none."""
    if run.documented is not None and run.documented.reason:
        return plain(run.documented.reason)
    return plain(run.verdict.text) if run.verdict is not None else "nothing in the document speaks for it"


def run_item(run: RunSnapshot) -> Item:
    """Return a run, what it is held against and why, as a line of a list."""
    return Item(
        row=partial(_run_row, run),
        key=("run", run.name),
        told=partial(_run_told, run),
        words=lambda: f"{words.name(run)} {words.verdict_of(run)[0]} {why(run)}",
    )


def _run_row(run: RunSnapshot, width: int) -> Row:
    name_width = max(20, min(40, (width - 44) // 2))
    text, role = words.verdict_of(run)
    place = place_of(run)
    documented = held(run)
    return fit_row(
        (
            (fit("  " + shorten_path(words.name(run), name_width - 3), name_width), "title"),
            (fit(text, 17), role),
            (fit(words.documented(documented), _RANGE, right=True), "band"),
            (fit("" if place is None else f"  line {place[1]}", 12), "muted"),
            (why(run), "muted"),
        ),
        width,
    )


def _run_told(run: RunSnapshot, width: int) -> list[Row]:
    documented = held(run)
    first: Row = ((words.name(run), "title"), ("   ", ""), words.verdict_of(run))
    if run.verdict is not None and run.documented is not None and run.verdict.text:
        first = (*first, ("   " + plain(run.verdict.text), "muted"))
    rows: list[Row] = [fit_row(first, width)]
    if documented is not None and documented.source is not None:
        at = f"{shorten_left(plain(documented.source.file), 34)}:{documented.source.line}  "
        rows.append(fit_row(((at, "muted"), (plain(documented.source.text).strip(), "band")), width))
        rows.append(((shorten(", ".join(map(plain, documented.scenario)), width), "muted"),))
    rows += [((("why: " if at == 0 else "     ") + line, ""),) for at, line in enumerate(wrap(why(run), width - 6))]
    return rows
