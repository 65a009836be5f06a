"""Contradictions between totals and what they leave out: initialisation, more epochs, all items, one-time costs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from trainmon.estimates import Contradiction, Scope
from trainmon.parsers.documents.arithmetic import totals_without_init
from trainmon.parsers.documents.claim import Claim
from trainmon.parsers.documents.conflict import conflict
from trainmon.parsers.documents.plan import (
    Interval,
    Plan,
    cases_of,
    count_of,
    interval,
    is_whole,
    lines,
    near_words,
    ratio_of,
    scaled,
    show,
    total_of,
)
from trainmon.patterns import pattern

_WORTH_TELLING = 0.1
"""Share of a total below which a longer training is within its rounding."""


def whole_conflicts(plan: Plan) -> Iterator[Contradiction]:
    """Notice totals that are too small for what the document itself puts into them."""
    yield from _without_init(plan)
    yield from _range_of_epochs(plan)
    yield from _all_items(plan)
    yield from _one_time(plan)


def _without_init(plan: Plan) -> Iterator[Contradiction]:
    """Notice a `total` that by the document's own words is none, as initialisation comes on top."""
    for fact, total, init in totals_without_init(plan):
        stated, more = interval(total.span), interval(init.span)
        if stated and more:
            whole = total_of((stated, more))
            text = f"the total of {show(stated)} leaves out {show(more)} of initialization; with it {show(whole)}"
            yield conflict("missing", (fact.line, *lines(total, init)), text, ratio_of(whole[1], stated[1]))


def _range_of_epochs(plan: Plan) -> Iterator[Contradiction]:
    """Notice one range for a number of epochs that doubles: the training stage alone doubles with it."""
    known = {p.fact.value for p in plan.named.get("epochs", ()) if p.fact.high is None}
    stages = Counter(
        value
        for claim in plan.claims
        if claim.scope is Scope.STAGE and claim.reading.kind == "train" and not claim.span.device_time
        and claim.restates < 0 and (value := interval(claim.span))
    )  # fmt: skip
    if not stages:
        return
    training: Interval = stages.most_common(1)[0][0]
    for placed in plan.named.get("epochs", ()):
        few, many = placed.fact.value, placed.fact.high
        if many is None or not isinstance(few, float) or few not in known or many < 1.5 * few:
            continue
        more = scaled(training, many / few - 1)
        for total in plan.claims:
            stated = interval(total.span)
            here = total.piece.line == placed.piece.line or (
                total.piece.group == placed.piece.group and total.piece.headings == placed.piece.headings
            )
            if here and is_whole(total) and stated and more[0] > _WORTH_TELLING * stated[0]:
                text = (
                    f"{many:g} instead of {few:g} epochs add {show(more)} of training; {show(stated)} stands for both"
                )
                yield conflict(
                    "scaling",
                    (placed.fact.line, *lines(total)),
                    text,
                    total_of((stated, more))[0] / (stated[0] or stated[1]),
                )


_ALL = pattern(r"\b(?:all|entire|every)\s+(?:of\s+)?(?:the\s+)?(?P<noun>[a-z]{4,})", re.IGNORECASE)


def _all_items(plan: Plan) -> Iterator[Contradiction]:
    """Hold a run over all items against the run over as many as there may be."""
    ranges = [p for p in plan.named.get("examples", ()) if p.fact.high is not None and p.piece.kind != "heading"]
    for piece in plan.pieces:
        match = _ALL.search(piece.text)
        most = next((p.fact for p in ranges if match and match["noun"].lower() in p.piece.text.lower()), None)
        if match is None or most is None or most.high is None:
            continue
        for total in plan.claims:
            stated = interval(total.span)
            if not is_whole(total) or stated is None or total.piece.group != piece.group:
                continue
            for other in plan.claims:
                value = interval(other.span)
                full = is_whole(other) and count_of(other, plan) == (most.high, most.high)
                if full and value and value[1] > 1.1 * stated[1] and other.restates < 0:
                    text = f"all {match['noun']} may be {most.high:,.0f}, for which {show(value)} are planned; "
                    text += f"stated is {show(stated)}"
                    where = (piece.line + 1, most.line, *lines(total, other))
                    yield conflict("two_values", where, text, value[1] / stated[1])
                    break


_ONCE = pattern(r"\bone-?time\b|\bonce\b|\bfirst\s+(?:run|step|epoch|time|start)\b", re.IGNORECASE)
_FIRST = pattern(r"\bfirst\s+(?:run|time|training)\b", re.IGNORECASE)


def _one_time(plan: Plan) -> Iterator[Contradiction]:
    """Notice a first run at the top of the range of all runs, although something comes on top of it once."""
    once = [
        (c, v)
        for c in plan.claims
        if c.scope is Scope.SAVING and _ONCE.search(c.piece.text) and _adds(c) and (v := interval(c.span))
    ]
    wholes = [(c, v) for c in plan.claims if is_whole(c) and c.restates < 0 and (v := interval(c.span))]
    for first, value in wholes:
        if not _FIRST.search(near_words(first)):
            continue
        same = [
            (c, v) for c, v in wholes if v[0] < v[1] == value[1] and c is not first and cases_of(c) == cases_of(first)
        ]
        if not same:
            continue
        headline, whole = min(same, key=lambda pair: abs(pair[0].piece.line - first.piece.line))
        for extra, more in once:
            text = f"a first run of {show(value)} is the longest of {show(whole)}; {extra.span.text} come on top of it"
            yield conflict("missing", lines(first, extra, headline), text, (value[1] + more[0]) / value[1])


def _adds(claim: Claim) -> bool:
    return re.search(r"\badd|\bextra\b|\badditional\b|\bmore\b|\+", claim.piece.text, re.IGNORECASE) is not None
