"""What estimate documents claim, for people: every duration under its heading, the numbers, the conflicts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from trainmon import units
from trainmon.estimates import Contradiction, Derived, Estimate, EstimateDocument, Fact, Scope
from trainmon.exports.status_text import cell_width, padded, shortened
from trainmon.plan.documented_ranges import ends_of
from trainmon.plan.doubts import doubts_text
from trainmon.sanitise import clean

_OF_RUNS = (Scope.TOTAL, Scope.EPOCH, Scope.STEP, Scope.STAGE)
_WRITTEN_CELLS = 36
_ROOMY = 100
"""Columns from which the words of a duration get a column of their own."""
_LEAST_CELLS = 24
"""Narrower than this no column is wrapped."""
_GAP = "  "
_SEVERITIES = ("high", "medium", "low")
_MOST_LINES = 8
_SECONDS = "_s"
_TIMED = re.compile(r"\d\s?(?:s|sec|seconds?|min|minutes?|h|hrs?|hours?|days?|weeks?)\b")
_BAR = "%|"
_WORDS = re.compile(r"[^\W_]+")


def estimates_text(documents: Sequence[EstimateDocument], width: int | None = None) -> str:
    """Give the documents one after the other, with a final newline. `width` in cells; None (a pipe) wraps nothing."""
    lines: list[str] = []
    for document in documents:
        lines += ["", *_document(document, width)] if lines else _document(document, width)
    lines = [line.rstrip() for line in lines]
    return "".join(f"{line if width is None else shortened(line, width)}\n" for line in lines)


def _document(document: EstimateDocument, width: int | None) -> list[str]:
    title = clean(document.title)
    counts = [
        units.plural(len(document.estimates), "duration"),
        units.plural(len(document.facts), "fact"),
        units.plural(len(document.derived), "derived value"),
        doubts_text(document.contradictions),
    ]
    lines = [*_wrapped("", clean(document.path) + (f": {title}" if title else ""), width)]
    lines += _wrapped("", ", ".join(counts), width)
    lines += _durations(document, width) if document.estimates else ["no duration of a training in it"]
    if document.unread_from_line is not None:
        lines += ["", f"too long: nothing from line {document.unread_from_line} on was read"]
    elif not document.compared:
        lines += ["", "too many durations to hold them against one another"]
    lines += _section("plan", _facts(document.facts), width)
    lines += _section("derived", _derived(document.derived), width)
    lines += _section("contradictions", _contradictions(document.contradictions), width)
    return lines


# -- durations -------------------------------------------------------------------------------------------------


def _durations(document: EstimateDocument, width: int | None) -> Iterator[str]:
    """Give the durations that runs are held against, then the others, each under its heading."""
    roomy = width is None or width >= _ROOMY
    header = ("LINE", "SCOPE", "RANGE", "AS WRITTEN", "WHAT") if roomy else ("LINE", "SCOPE", "AS WRITTEN", "WHAT")
    title = document.title
    folded = list(_said_once(document.estimates, title))
    rows = [_row(same, title, roomy) for same in folded]
    widths = [max(cell_width(row[at]) for row in [header, *rows]) for at in range(len(header) - 1)]
    parts = (True, False)
    for of_runs in parts:
        part = [(same, row) for same, row in zip(folded, rows, strict=True) if (same[0].scope in _OF_RUNS) is of_runs]
        if part:
            yield ""
            yield from [_line(header, widths)] if of_runs else ["never held against a run:"]
        for heading, members in groupby(part, key=lambda pair: _heading(pair[0][0], title)):
            yield from _wrapped("", heading, width) if heading else ()
            for _, row in members:
                yield from _wrapped(f"{_line(row[:-1], widths)}{_GAP}", row[-1], width)


def _said_once(estimates: Iterable[Estimate], title: str) -> Iterator[list[Estimate]]:
    """Put together what one line says of one thing in several units: `2,850 seconds = 47.5 minutes`."""

    def told(one: Estimate) -> object:
        return one.line, one.scope, _range(one).lstrip("~"), _what(one, title)

    return (list(same) for _, same in groupby(estimates, key=told))


def _row(same: Sequence[Estimate], title: str, roomy: bool) -> tuple[str, ...]:
    first = same[0]
    texts = list(dict.fromkeys(clean(one.text).strip().removeprefix("≈").strip() for one in same))
    written, read = " = ".join(texts if len(texts) < 3 else (texts[0], texts[-1])), _range(first)
    written = shortened(written, _WRITTEN_CELLS)
    start = (str(first.line).rjust(4), first.scope.value)
    if roomy:
        return (*start, read, written, _what(first, title))
    changed = re.findall(r"\d[\d.,:]*", written) != re.findall(r"\d[\d.,:]*", read)
    return (
        *start,
        shortened(clean(first.text).strip(), 18),
        f"({read}) {_what(first, title)}" if changed else _what(first, title),
    )


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    filled = [padded(text, width) for text, width in zip(cells, widths, strict=False)]
    return _GAP.join([*filled, *cells[len(widths) :]])


def _range(estimate: Estimate) -> str:
    low, high = ends_of(estimate)
    text = units.step_time_range(low, high) if estimate.scope is Scope.STEP else units.duration_range(low, high)
    text = f"~{text}" if estimate.approximate and text[:1].isdigit() else text
    return f"{text} of devices" if estimate.device_time else text


def _heading(estimate: Estimate, title: str) -> str:
    """Give the outermost heading below the title; "" where the row itself says it all."""
    about = clean(estimate.stage or estimate.subject)
    levels = _levels(estimate, title)
    outer = levels[0] if levels and not _says(estimate.source_text, levels[0]) else ""
    return outer if len(levels) > 1 or not _says(about, outer) else ""


def _what(estimate: Estimate, title: str) -> str:
    """Give subject and conditions, each once, without the document's title and the heading above."""
    heading = _heading(estimate, title)
    shown: list[str] = []
    about = clean(estimate.stage or estimate.subject).strip()
    for words in ("" if _TIMED.search(about) else about, *_levels(estimate, title)):
        if words and not _says(heading, words) and not any(_says(one, words) for one in shown):
            shown = [one for one in shown if not _says(words, one)] + [words]
    return " · ".join(shown)


def _levels(estimate: Estimate, title: str) -> list[str]:
    """Give the conditions without the title, other durations of the line and quoted bars."""
    levels = [clean(level).strip() for level in estimate.scenario]
    line = estimate.source_text
    return [
        one for one in levels if not (_says(title, one) or _BAR in one or (_says(line, one) and _TIMED.search(one)))
    ]


def _says(text: str, words: str) -> bool:
    """Tell whether `text` holds all of `words`, one after the other."""
    return " ".join(_WORDS.findall(words.lower())) in " ".join(_WORDS.findall(text.lower()))


# -- plan, derived, contradictions -----------------------------------------------------------------------------


def _facts(facts: Iterable[Fact]) -> list[tuple[str, str]]:
    """Give each name once, with every value of it and all the lines that state it."""
    found: dict[str, dict[str, list[int]]] = {}
    for fact in facts:
        found.setdefault(fact.name, {}).setdefault(_value(fact.name, fact.value, fact.high), []).append(fact.line)
    return [
        (_name(name), "; ".join(f"{value} ({_places(sorted(set(lines)))})" for value, lines in values.items()))
        for name, values in found.items()
    ]


def _derived(derived: Iterable[Derived]) -> list[tuple[str, str]]:
    found: dict[tuple[str, str], list[int]] = {}
    for one in derived:
        if one.name.endswith(_SECONDS):
            value = units.duration_range(one.value, one.value if one.high is None else one.high)
        else:
            value = _value(one.name, one.value, one.high)
        key = _name(one.name.removesuffix(_SECONDS)), f"{value} = {clean(one.formula).removesuffix(f' = {value}')}"
        found.setdefault(key, []).extend(one.from_lines)
    return [(name, f"{text} ({_places(sorted(set(lines)))})") for (name, text), lines in found.items()]


def _contradictions(contradictions: Iterable[Contradiction]) -> list[tuple[str, str]]:
    """Give the worst first, and one that several places repeat once."""
    found: dict[tuple[str, str], list[tuple[int, ...]]] = {}
    for one in sorted(contradictions, key=lambda one: _rank(one.severity)):
        found.setdefault((one.weight, clean(one.text)), []).append(one.lines)
    return [(weight, f"{text} ({_all_places(places)})") for (weight, text), places in found.items()]


def _all_places(places: Sequence[Sequence[int]]) -> str:
    return _places(places[0]) if len(places) == 1 else f"lines {'; '.join(map(_listed, places))}"


def _rank(severity: str) -> int:
    return _SEVERITIES.index(severity) if severity in _SEVERITIES else len(_SEVERITIES)


def _name(name: str) -> str:
    return clean(name).replace("usd", "USD").replace("_", " ").removesuffix(" bytes")


def _value(name: str, value: float | str, high: float | None) -> str:
    if isinstance(value, str):
        return clean(value)
    if name == "total_excludes_init":
        return "yes"
    if name == "step_time":
        return units.step_time_range(value, value if high is None else high)
    show = _size if name.endswith("bytes") else _dollars if name.startswith("usd") else units.exact
    return show(value) if high is None else f"{show(value)} to {show(high)}"


def _dollars(value: float) -> str:
    return f"{value:,.2f}" if value >= 1 or not value else f"{value:.3g}"


def _size(value: float) -> str:
    """Give a size as documents write it, in powers of a thousand."""
    return f"{value / 1e9:g} GB" if value >= 1e9 else f"{value / 1e6:g} MB"


def _places(lines: Sequence[int]) -> str:
    return f"line {_listed(lines)}" if len(lines) == 1 else f"lines {_listed(lines)}"


def _listed(lines: Sequence[int]) -> str:
    return ", ".join(map(str, lines[:_MOST_LINES])) + (", ..." if len(lines) > _MOST_LINES else "")


# -- layout ----------------------------------------------------------------------------------------------------


def _section(name: str, rows: Sequence[tuple[str, str]], width: int | None) -> Iterator[str]:
    """Give a heading and its rows: a name, and words that go on under themselves."""
    if rows:
        yield ""
        yield f"{name}:"
    widest = max((cell_width(label) for label, _ in rows), default=0)
    for label, text in rows:
        yield from _wrapped(f"{_GAP}{padded(label, widest)}{_GAP}", text, width)


def _wrapped(lead: str, text: str, width: int | None) -> Iterator[str]:
    """Break `text` at its spaces; what goes on stands under its beginning."""
    room = None if width is None else width - cell_width(lead)
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if line and room is not None and room >= _LEAST_CELLS and cell_width(longer) > room:
            yield f"{lead}{line}"
            lead, longer = " " * cell_width(lead), word
        line = longer
    yield f"{lead}{line}"
