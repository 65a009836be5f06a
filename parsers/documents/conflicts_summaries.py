"""Contradictions between a summary and the document that it sums up."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from trainmon.estimates import Contradiction, Scope
from trainmon.parsers.documents.claim import Claim
from trainmon.parsers.documents.conflict import conflict
from trainmon.parsers.documents.lexicon import bare, is_generic
from trainmon.parsers.documents.outline import part_name
from trainmon.parsers.documents.plan import Plan, apart, interval, lines, show
from trainmon.patterns import pattern

_SUMMARY = pattern(
    r"\bsummary\b|\btl;?dr\b|\boverview\b|\babstract\b|\bat\s+a\s+glance\b|\bconclusions?\b|摘要|总结|概述",
    re.IGNORECASE,
)
_FOR_WHAT = pattern(
    r"\s*(?:(?:on|with)\s+[\w\s-]{1,30}?\s+)?for\s+(?:the\s+)?(?P<name>[\w -]{3,30}?)\s*(?:[,.;:)]|$)", re.IGNORECASE
)


def summary_conflicts(plan: Plan) -> Iterator[Contradiction]:
    """Hold what a summary says of a part against what the rest of the document says of it with one voice."""
    inside: dict[str, list[Claim]] = defaultdict(list)
    outside: dict[str, list[Claim]] = defaultdict(list)
    for claim in plan.claims:
        if claim.scope not in {Scope.STAGE, Scope.TOTAL} or claim.span.device_time or not interval(claim.span):
            continue
        summary = any(_SUMMARY.search(heading.text) for heading in claim.piece.headings[1:])
        if claim.restates < 0 and not claim.operand and (name := _part(claim)):
            (inside if summary else outside)[name].append(claim)
    for name, told in inside.items():
        values = {interval(claim.span) for claim in outside[name]}
        for claim in told if len(values) == 1 else ():
            value, stated = values.copy().pop(), interval(claim.span)
            if value and stated and (value[0] > 1.1 * stated[1] or stated[0] > 1.1 * value[1]):
                text = f"{name}: {show(stated)} in the summary, {show(value)} elsewhere"
                yield conflict("two_values", lines(claim, *outside[name]), text, apart(stated, value))


def _part(claim: Claim) -> str:
    """Give the name of the part that a duration is of: the row's, what it is `for`, its label; "" for the whole."""
    piece = claim.piece
    if piece.kind == "cell":
        name = part_name(piece) if piece.cells and piece.column else ""
    else:
        match = _FOR_WHAT.match(claim.words.after)
        name = match["name"] if match else claim.words.label
    name = bare(re.split(r"[,(:]", name)[0]).lower()
    return "" if len(name) < 4 or is_generic(name) or re.search(r"\d", name) else name
