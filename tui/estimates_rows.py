"""What was read from estimate documents, as rows: durations by line, other figures, contradictions. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from trainmon import units
from trainmon.estimates import Contradiction, Estimate, EstimateDocument, Fact
from trainmon.tui.text import Row, fit, fit_row, heading, plain, shorten, shorten_left, wrap

_SEVERITY_ROLES = {"high": "bad", "medium": "warn", "low": "muted"}
_WEIGHT = {"high": -2, "medium": -1}


def document_rows(document: EstimateDocument, width: int) -> list[Row]:
    """Return one document: contradictions first, then line by line what was read."""
    rows: list[Row] = [
        ((" " + (plain(document.title) or "untitled"), "title"),),
        ((" " + plain(document.path), "muted"),),
        (),
    ]
    if document.contradictions:
        rows.append(heading("Contradictions", width, str(len(document.contradictions))))
        for contradiction in sorted(document.contradictions, key=lambda each: _WEIGHT.get(each.severity, 0)):
            rows.extend(_contradiction(contradiction, width))
        rows.append(())
    rows.append(heading("Durations", width, str(len(document.estimates))))
    rows.append(((_estimate_titles(width), "muted"),))
    rows.extend(fit_row(_estimate(estimate, width), width) for estimate in document.estimates)
    rows += [(), heading("Other figures", width, str(len(document.facts)))]
    rows.extend(fit_row(_fact(fact), width) for fact in document.facts)
    if document.derived:
        rows += [(), heading("What follows from them", width, str(len(document.derived)))]
        for derived in document.derived:
            value = _number(derived.name, derived.value, derived.high)
            text = f"= {plain(derived.formula)}   (line {_lines(derived.from_lines)})"
            rows.append(
                fit_row(
                    (
                        (fit("  " + plain(derived.name), 26), ""),
                        (fit(value, 16, right=True), "band"),
                        ("  " + text, "muted"),
                    ),
                    width,
                )
            )
    return rows


def names(documents: Sequence[EstimateDocument], shown: int, width: int, *, most: int = 6) -> list[Row]:
    """Return the documents by name, as many as `most` lines hold around the one shown, with their contradictions."""
    at = shown % len(documents)
    first = max(0, min(at - most // 2, len(documents) - most))
    rows: list[Row] = []
    for number, document in enumerate(documents[first : first + most], start=first):
        doubts = len(document.contradictions)
        said = f"  {units.plural(doubts, 'contradiction')}" if doubts else ""
        sign, role = ("▸ ", "key") if number == at else ("  ", "muted")
        path = shorten_left(plain(document.path), max(12, width - len(said) - 4))
        rows.append(fit_row((("  " + sign, "key"), (path, role), (said, "warn")), width))
    return rows


def _contradiction(contradiction: Contradiction, width: int) -> list[Row]:
    role = _SEVERITY_ROLES.get(contradiction.severity, "muted")
    where = f"line {_lines(contradiction.lines)}"
    ratio = "" if contradiction.ratio is None else f"  {contradiction.ratio:.2f}x"
    first: Row = (
        ("  ! ", role),
        (fit(contradiction.severity, 7), role),
        (f"{where}  {plain(contradiction.kind)}{ratio}", ""),
    )
    return [first, *(((("    " + line), "muted"),) for line in wrap(plain(contradiction.text), width - 6))]


def _estimate_titles(width: int) -> str:
    titles = (
        fit("line", 6, right=True)
        + "  "
        + fit("scope", 11)
        + fit("read as", 14, right=True)
        + "  "
        + fit("about", _about_width(width))
    )
    return titles + "  as written"


def _about_width(width: int) -> int:
    return max(16, min(48, (width - 36) // 2))


def _estimate(estimate: Estimate, width: int) -> Row:
    low, high = estimate.low_s, estimate.high_s
    if low is None and high is None:
        low = high = estimate.likely_s
    about = " / ".join(part for part in (plain(estimate.subject), *map(plain, estimate.scenario)) if part)
    sign = "~" if estimate.approximate else ""
    return (
        (fit(str(estimate.line), 6, right=True), "muted"),
        (
            "  " + fit(estimate.scope, 11),
            "accent" if estimate.scope in {"total", "epoch", "step", "stage"} else "muted",
        ),
        (fit(sign + units.duration_range(low, high), 14, right=True), "band"),
        ("  " + fit(shorten(about, _about_width(width)), _about_width(width)), ""),
        ("  " + plain(estimate.source_text or estimate.text).strip(), "muted"),
    )


def _fact(fact: Fact) -> Row:
    value = plain(fact.value) if isinstance(fact.value, str) else _number(fact.name, fact.value, fact.high)
    scenario = ", ".join(map(plain, fact.scenario))
    return (
        (fit(str(fact.line), 6, right=True), "muted"),
        ("  " + fit(plain(fact.name), 24), ""),
        (fit(value, 22, right=True), "band"),
        ("  " + scenario, "muted"),
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
