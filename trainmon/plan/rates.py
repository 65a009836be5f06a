"""Money: what a run costs at the hourly rate that a document states for its machine."""

from __future__ import annotations

import re
from functools import lru_cache

from trainmon.estimates import DocumentedRange, EstimateDocument
from trainmon.plan.machines import Machine, alike, machines_in
from trainmon.plan.matching import Matcher
from trainmon.plan.measured import Measured


def money_text(documented: DocumentedRange, measured: Measured, matcher: Matcher) -> str:
    """Give `$3.42 at $0.736/hour (+$0.44)`; '' where no rate applies or several do."""
    source = documented.source
    document = next((d for d in matcher.documents if source is not None and d.path == source.file), None)
    rates = rates_of(document) if document is not None else ()
    fitting = {rate for rate, machines in rates if _fits(machines, matcher.evidence.machines)}
    if len(fitting) != 1:
        return ""
    rate = fitting.pop()
    cost = measured.seconds / 3600 * rate
    ends = [end for end in (documented.low_s, documented.high_s, documented.likely_s) if end is not None]
    over = measured.seconds - max(ends) if measured.seconds > max(ends) else min(measured.seconds - min(ends), 0.0)
    difference = (
        f" ({'+' if over > 0 else '-'}${abs(over) / 3600 * rate:,.2f})" if abs(over) / 3600 * rate >= 0.01 else ""
    )
    return f"${cost:,.2f} at ${rate:g}/hour{difference}"


def _fits(planned: frozenset[Machine], own: frozenset[Machine]) -> bool:
    return not planned or not own or any(alike(one, other) for one in planned for other in own)


@lru_cache(maxsize=256)
def rates_of(document: EstimateDocument) -> tuple[tuple[float, frozenset[Machine]], ...]:
    """Give the hourly rates of a document, each with the machines named beside it."""
    texts = {level for estimate in document.estimates for level in (*estimate.scenario, estimate.source_text)}
    found = []
    for fact in document.facts:
        if fact.name == "usd_per_hour" and isinstance(fact.value, float):
            written = re.compile(rf"\$\s?{re.escape(f'{fact.value:g}')}0*(?!\d)")
            beside = [text for text in (*texts, *fact.scenario) if written.search(text)]
            found.append((fact.value, frozenset().union(*(machines_in(_near(text, written)) for text in beside))))
    return tuple(dict.fromkeys(found))


def _near(text: str, written: re.Pattern[str]) -> str:
    """The words before and after the rate, up to a bracket's end or a colon."""
    match = written.search(text)
    assert match is not None
    begin = max(text.rfind(mark, 0, match.start()) for mark in "(;|")
    return text[begin + 1 : match.end() + 40]
