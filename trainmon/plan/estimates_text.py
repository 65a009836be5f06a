"""What estimate documents claim, as a table for people: every duration with its line, the numbers, the conflicts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trainmon import units
from trainmon.estimates import Derived, Estimate, EstimateDocument, Fact, Scope
from trainmon.exports.report import contradiction_text
from trainmon.exports.status_text import cell_width, padded, shortened
from trainmon.plan.documented_ranges import ends_of
from trainmon.sanitise import clean

_OF_RUNS = (Scope.TOTAL, Scope.EPOCH, Scope.STEP, Scope.STAGE)
_HEADER = ("LINE", "SCOPE", "RANGE", "AS WRITTEN", "OF WHAT, UNDER WHICH CONDITIONS")
_WRITTEN_CELLS = 28
_GAP = "  "
_INDENT = "  "
_SEVERITIES = ("high", "medium", "low")
_MOST_LINES = 8
_SECONDS = "_s"


def estimates_text(documents: Sequence[EstimateDocument], width: int | None = None) -> str:
    """Give the documents one after the other, with a final newline. `width` in cells; None (a pipe) cuts nothing."""
    lines: list[str] = []
    for document in documents:
        lines += ["", *_document(document)] if lines else _document(document)
    lines = [line.rstrip() for line in lines]
    return "".join(f"{line if width is None else shortened(line, width)}\n" for line in lines)


def _document(document: EstimateDocument) -> list[str]:
    title = clean(document.title)
    head = clean(document.path) + (f": {title}" if title else "")
    counts = [
        units.plural(len(document.estimates), "duration"),
        units.plural(len(document.facts), "fact"),
        units.plural(len(document.derived), "derived value"),
        units.plural(len(document.contradictions), "contradiction"),
    ]
    held = [estimate for estimate in document.estimates if estimate.scope in _OF_RUNS]
    others = [estimate for estimate in document.estimates if estimate.scope not in _OF_RUNS]
    lines = [head, ", ".join(counts)]
    if not document.estimates:
        lines.append("no duration of a training in it")
    else:
        table = _aligned([_HEADER, *(_row(estimate, document.title) for estimate in (*held, *others))])
        lines += ["", table[0], *table[1 : 1 + len(held)]]
        if others:
            lines += ["", "never held against a run:", *table[1 + len(held) :]]
    lines += _section("plan", _facts(document.facts))
    lines += _section("derived", [_derived(one) for one in document.derived])
    by_severity = sorted(document.contradictions, key=lambda one: _rank(one.severity))
    lines += _section("contradictions", [[contradiction_text(one)] for one in by_severity])
    return lines


def _rank(severity: str) -> int:
    return _SEVERITIES.index(severity) if severity in _SEVERITIES else len(_SEVERITIES)


def _section(name: str, rows: Sequence[Sequence[str]]) -> list[str]:
    return ["", f"{name}:", *(f"{_INDENT}{line}" for line in _aligned(rows))] if rows else []


def _row(estimate: Estimate, title: str) -> tuple[str, ...]:
    return (
        str(estimate.line).rjust(len(_HEADER[0])),
        estimate.scope.value,
        _range(estimate),
        shortened(clean(estimate.text).strip(), _WRITTEN_CELLS),
        _conditions(estimate, title),
    )


def _range(estimate: Estimate) -> str:
    low, high = ends_of(estimate)
    text = units.step_time_range(low, high) if estimate.scope is Scope.STEP else units.duration_range(low, high)
    return f"~{text}" if estimate.approximate and text[:1].isdigit() else text


def _conditions(estimate: Estimate, title: str) -> str:
    """Give subject and conditions, each once, without the document's title."""
    about = estimate.stage or estimate.subject
    parts = [about, *(part for part in estimate.scenario if part != title)]
    shown: list[str] = []
    for part in (clean(one).strip() for one in parts):
        if part and not any(part in other for other in shown):
            shown.append(part)
    return " · ".join(shown)


def _facts(facts: Iterable[Fact]) -> list[list[str]]:
    """Give each number once, with all the lines that state it."""
    lines: dict[tuple[str, float | str, float | None], list[int]] = {}
    for fact in facts:
        lines.setdefault((fact.name, fact.value, fact.high), []).append(fact.line)
    return [
        [_name(name), _value(name, value, high), _places(sorted(set(found)))]
        for (name, value, high), found in lines.items()
    ]


def _derived(one: Derived) -> list[str]:
    name = one.name.removesuffix(_SECONDS) if one.name.endswith(_SECONDS) else one.name
    if one.name.endswith(_SECONDS):
        value = units.duration_range(one.value, one.value if one.high is None else one.high)
    else:
        value = _value(one.name, one.value, one.high)
    return [_name(name), value, clean(one.formula), _places(one.from_lines)]


def _name(name: str) -> str:
    return clean(name).replace("usd", "USD").replace("_", " ")


def _value(name: str, value: float | str, high: float | None) -> str:
    if isinstance(value, str):
        return clean(value)
    if name == "total_excludes_init":
        return "yes"
    show = units.bytes_text if name.endswith("bytes") else units.step_time if name == "step_time" else units.exact
    return show(value) if high is None else f"{show(value)} to {show(high)}"


def _places(lines: Sequence[int]) -> str:
    shown = ", ".join(map(str, lines[:_MOST_LINES])) + (", ..." if len(lines) > _MOST_LINES else "")
    return f"line {shown}" if len(lines) == 1 else f"lines {shown}"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    if not rows:
        return []
    columns = max(map(len, rows))
    widths = [max((cell_width(row[at]) for row in rows if at < len(row)), default=0) for at in range(columns)]
    return [_GAP.join(padded(text, width) for text, width in zip(row, widths, strict=False)).rstrip() for row in rows]
