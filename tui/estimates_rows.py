"""What an estimate document says, as the lines of a list: runs held against it, contradictions, what each line tells.

Pure. Each line also gives what is told of it at length.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from trainmon import units
from trainmon.estimates import Contradiction, Derived, Estimate, EstimateDocument, Fact, Scope
from trainmon.plan.doubts import doubts_text
from trainmon.snapshot import RunSnapshot
from trainmon.tui import words
from trainmon.tui.held_rows import held, run_item
from trainmon.tui.itemlist import Item
from trainmon.tui.text import Row, fit, fit_row, heading, plain, shorten, shorten_left, wrap

_SEVERITY_ROLES = {"high": "bad", "medium": "warn", "low": "muted"}
_WEIGHT = {"high": -2, "medium": -1}
_KINDS = {
    "part_exceeds_whole": "part over its whole",
    "sample_breaks_range": "sample out of range",
    "case_outside_range": "case out of range",
    "threshold": "alarm level",
}
"""Kinds of contradictions whose names in the contract are no words."""
_NEARLY_ONE = 0.005
_OF_RUNS = (Scope.TOTAL, Scope.EPOCH, Scope.STEP, Scope.STAGE)
_RANGE = 15
_AROUND = 2
"""Lines of the document before and after one, where there is room for them."""


def title(text: str, note: str = "") -> Item:
    """Return a section's title."""
    return Item(row=lambda width: heading(text, width - 1, note))


def gap() -> Item:
    """Return an empty line."""
    return Item(row=lambda _: ())


def document_items(document: EstimateDocument, runs: Sequence[RunSnapshot], chosen: Sequence[Item] = ()) -> list[Item]:
    """Return everything about one document; `runs` are those that it is, or could be, the plan of.

    `chosen`: what the user chose on the screen.
    """
    holders = _holders(document, runs)
    found = [title("Runs", units.plural(len(runs), "run")), *(run_item(run) for run in runs), gap()] if runs else []
    found += chosen
    doubts = sorted(document.contradictions, key=lambda each: _WEIGHT.get(each.severity, 0))
    if doubts:
        found += [title("Contradictions", str(len(doubts))), *(_doubt(document, one) for one in doubts), gap()]
    found.append(title("Durations", str(len(document.estimates))))
    found.append(Item(row=lambda width: fit_row(((_estimate_titles(width), "muted"),), width)))
    found += [_estimate(document, one, at, holders.get(at, ())) for at, one in enumerate(document.estimates)]
    found += [gap(), title("Other figures", str(len(document.facts)))]
    found += [_fact(document, one, at) for at, one in enumerate(document.facts)]
    if document.derived:
        found += [gap(), title("What follows from them", str(len(document.derived)))]
        found += [_derived(document, one, at) for at, one in enumerate(document.derived)]
    return found


def names(documents: Sequence[EstimateDocument], shown: int, width: int, *, most: int = 6) -> list[Row]:
    """Return the documents by name, as many as `most` lines hold around the one shown, with their contradictions."""
    at = shown % len(documents)
    first = max(0, min(at - most // 2, len(documents) - most))
    rows: list[Row] = []
    for number, document in enumerate(documents[first : first + most], start=first):
        said = f"  {doubts_text(document.contradictions)}" if document.contradictions else ""
        sign, role = ("▸ ", "key") if number == at else ("  ", "muted")
        path = shorten_left(plain(document.path), max(12, width - len(said) - 4))
        rows.append(fit_row((("  " + sign, "key"), (path, role), (said, "warn")), width))
    return rows


def around(document: EstimateDocument, line: int, width: int) -> list[Row]:
    """Return a line of the document as it is written, with those next to it."""
    if line not in document.lines:
        return []
    near = [number for number in range(line - _AROUND, line + _AROUND + 1) if number in document.lines]
    return [
        fit_row(
            (
                (f"{number:6d} ", "key" if number == line else "faint"),
                (plain(document.lines[number]).rstrip(), "" if number == line else "muted"),
            ),
            width,
        )
        for number in near
    ]


def _holders(document: EstimateDocument, runs: Sequence[RunSnapshot]) -> Mapping[int, list[str]]:
    """Return the runs that are held against each duration, by its place among all."""
    by_line: dict[int, list[tuple[int, Estimate]]] = {}
    for at, one in enumerate(document.estimates):
        if one.scope in _OF_RUNS:
            by_line.setdefault(one.line, []).append((at, one))
    holders: dict[int, list[str]] = {}
    for run in runs:
        documented = held(run)
        if documented is None or documented.source is None or documented.source.file != document.path:
            continue
        ends = (documented.low_s, documented.high_s, documented.likely_s)
        there = by_line.get(documented.source.line, [])
        exact = [at for at, one in there if (one.low_s, one.high_s, one.likely_s) == ends][:1]
        for at in exact or [at for at, _ in there]:
            holders.setdefault(at, []).append(words.name(run))
    return holders


def _doubt(document: EstimateDocument, one: Contradiction) -> Item:
    return Item(
        row=partial(_doubt_row, one),
        key=("doubt", one.kind, one.lines, one.text),
        told=partial(_doubt_told, document, one),
        words=lambda: f"{one.weight} {one.severity} {_kind(one)} {one.kind} {plain(one.text)}",
    )


def _kind(one: Contradiction) -> str:
    return _KINDS.get(one.kind) or plain(one.kind).replace("_", " ")


def _doubt_row(one: Contradiction, width: int) -> Row:
    role = _SEVERITY_ROLES.get(one.severity, "muted")
    ratio = "" if one.ratio is None or abs(one.ratio - 1) < _NEARLY_ONE else units.times(one.ratio)
    lines = f"line {_lines(one.lines)}"
    return fit_row(
        (
            ("  ! ", role),
            (fit(one.weight, 7), role),
            (fit(lines, 17) + " ", "muted"),
            (fit(_kind(one), 19) + " ", ""),
            (fit(ratio, 8), ""),
            (plain(one.text), "muted"),
        ),
        width,
    )


def _doubt_told(document: EstimateDocument, one: Contradiction, width: int) -> list[Row]:
    rows: list[Row] = [((line, ""),) for line in wrap(plain(one.text), width)]
    for line in one.lines:
        rows += [row for row in around(document, line, width) if row[0][1] == "key"]
    return rows


def _estimate_titles(width: int) -> str:
    about = fit("about", _about_width(width))
    return f"{fit('line', 6, right=True)}  {fit('scope', 11)}{fit('read as', 14, right=True)}  {about}  as written"


def _about_width(width: int) -> int:
    return max(16, min(48, (width - 36) // 2))


def _estimate(document: EstimateDocument, one: Estimate, at: int, holders: Sequence[str]) -> Item:
    return Item(
        row=partial(_estimate_row, document, one, bool(holders)),
        key=("estimate", at),
        told=partial(_estimate_told, document, one, holders),
        words=lambda: f"{one.line} {one.scope} {_about(document, one)} {plain(one.source_text or one.text)}",
    )


def _about(document: EstimateDocument, one: Estimate) -> str:
    """Return the labels of a duration, the nearest first, then from the outermost one inwards."""
    levels = dict.fromkeys((*one.scenario[-1:], one.subject, *one.scenario))
    return " / ".join(plain(level) for level in levels if level not in {"", document.title})


def _estimate_row(document: EstimateDocument, one: Estimate, is_held: bool, width: int) -> Row:
    about = _about(document, one)
    return fit_row(
        (
            (fit(("● " if is_held else "") + str(one.line), 6, right=True), "key" if is_held else "muted"),
            ("  " + fit(one.scope, 11), "accent" if one.scope in _OF_RUNS else "muted"),
            (fit(_range(one), 14, right=True), "band"),
            ("  " + fit(shorten(about, _about_width(width)), _about_width(width)), ""),
            ("  " + plain(one.source_text or one.text).strip(), "muted"),
        ),
        width,
    )


def _range(one: Estimate) -> str:
    low, high = one.low_s, one.high_s
    if low is None and high is None:
        low = high = one.likely_s
    return ("~" if one.approximate else "") + units.duration_range(low, high)


def _estimate_told(document: EstimateDocument, one: Estimate, holders: Sequence[str], width: int) -> list[Row]:
    told: Row = ((f"“{plain(one.text)}”", "title"), (f" is read as {one.scope} ", "muted"), (_range(one), "band"))
    if one.subject:
        told = (*told, (" of ", "muted"), (plain(one.subject), ""))
    rows = [fit_row(told, width), ((shorten(" / ".join(map(plain, one.scenario)), width), "muted"),)]
    if holders:
        rows.append(((shorten(f"● held against it: {', '.join(holders)}", width), "key"),))
    return [*rows, *around(document, one.line, width)]


def _fact(document: EstimateDocument, one: Fact, at: int) -> Item:
    return Item(
        row=partial(_fact_row, one),
        key=("fact", at),
        told=lambda width: [
            ((shorten(" / ".join(map(plain, one.scenario)), width), "muted"),),
            *around(document, one.line, width),
        ],
        words=lambda: f"{one.line} {plain(one.name)} {one.value} {' '.join(map(plain, one.scenario))}",
    )


def _fact_row(one: Fact, width: int) -> Row:
    value = plain(one.value) if isinstance(one.value, str) else _number(one.name, one.value, one.high)
    return fit_row(
        (
            (fit(str(one.line), 6, right=True), "muted"),
            ("  " + fit(plain(one.name), 24), ""),
            (fit(value, 22, right=True), "band"),
            ("  " + ", ".join(map(plain, one.scenario)), "muted"),
        ),
        width,
    )


def _derived(document: EstimateDocument, one: Derived, at: int) -> Item:
    def told(width: int) -> list[Row]:
        rows: list[Row] = [((line, ""),) for line in wrap(plain(one.formula), width)]
        lines = [row for line in one.from_lines for row in around(document, line, width) if row[0][1] == "key"]
        return [*rows, *lines]

    return Item(
        row=partial(_derived_row, one),
        key=("derived", at),
        told=told,
        words=lambda: f"{plain(one.name)} {plain(one.formula)}",
    )


def _derived_row(one: Derived, width: int) -> Row:
    text = f"= {plain(one.formula)}   (line {_lines(one.from_lines)})"
    value = _number(one.name, one.value, one.high)
    return fit_row(
        ((fit("  " + plain(one.name), 26), ""), (fit(value, 16, right=True), "band"), ("  " + text, "muted")), width
    )


def _number(name: str, value: float, high: float | None) -> str:
    text: Callable[[float], str] = units.exact
    if name.endswith("_bytes"):
        text = units.bytes_text
    elif name.endswith(("_s", "_time")):
        text = units.duration
    return text(value) if high is None else f"{text(value)} to {text(high)}"


def _lines(lines: Sequence[int]) -> str:
    return ", ".join(map(str, lines))
