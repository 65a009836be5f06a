"""Contradictions within one section: so many epochs or steps of a stated time against the whole beside them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from trainmon.estimates import Contradiction, Scope
from trainmon.parsers.documents.blocks import Heading
from trainmon.parsers.documents.claim import Claim
from trainmon.parsers.documents.conflict import conflict
from trainmon.parsers.documents.fact_names import fact_name
from trainmon.parsers.documents.labels import label_of
from trainmon.parsers.documents.lexicon import TOTAL, TRAIN, is_generic, stage_kinds
from trainmon.parsers.documents.plan import (
    CASES,
    Plan,
    cases_of,
    for_several,
    interval,
    lines,
    scaled,
    shared_headings,
    show,
)
from trainmon.parsers.documents.quantities import NUMBER, number_of
from trainmon.patterns import pattern

_LESS, _MORE = 1.05, 1.3
"""A whole is never shorter than its epochs but for rounding; evaluation and starting up make it longer."""
_ABOUT = 1.1
"""How much further two figures may lie apart where one of them is said to be rough."""
_SHIFTED = 1.15
"""Both ends of a range below those of the product by so much."""
_MUCH_MORE = 1.6
"""Where the whole itself names no number: it may hold more than the training."""
_OWN = {
    Scope.EPOCH: pattern(
        rf"(?<![\w.,–-])(?P<n>{NUMBER})\s*(?:full\s+)?(?:epochs|époques|Epochen|轮|个\s?epochs?)\b", re.IGNORECASE
    ),
    Scope.STEP: pattern(
        rf"(?<![\w.,–-])(?P<n>{NUMBER})\s?(?P<k>[kK])?\s*(?:steps|iterations|iters?|updates|步)\b(?!\s*(?:per|/))",
        re.IGNORECASE,
    ),
}
_FACTS = {Scope.EPOCH: "epochs", Scope.STEP: "total_steps"}
_ENDS_EARLY = pattern(r"early[\s-]+stop|\bstops?\s+(?:at|after|around)\b|\bconverge|\bpatience\b|早停", re.IGNORECASE)
_COUNTS = pattern(r"\d|\b(?:epoch|step|iteration|batch)s?\b", re.IGNORECASE)
_ON_TOP = pattern(r"\b(?:rest|remaining|further|more|additional|each)\b", re.IGNORECASE)


def section_conflicts(plan: Plan) -> Iterator[Contradiction]:
    """Multiply the one time of one that a section states, and hold the wholes of the section against it."""
    sections: dict[tuple[Heading, ...], list[Claim]] = defaultdict(list)
    for claim in plan.claims:
        if claim.restates < 0 and not claim.operand and interval(claim.span):
            sections[claim.piece.headings].append(claim)
    for claims in sections.values():
        for scope in (Scope.EPOCH, Scope.STEP):
            ones = [c for c in claims if c.scope is scope and not c.piece.quoted and c.piece.kind != "cell"]
            for whole in claims if ones else ():
                yield from _whole(plan, whole, ones, claims)


def _whole(plan: Plan, whole: Claim, ones: list[Claim], claims: list[Claim]) -> Iterator[Contradiction]:
    scope = ones[0].scope
    own = _own_count(whole, scope)
    trained = whole.scope is Scope.TOTAL or (whole.scope is Scope.STAGE and whole.reading.kind == "train")
    one = _one_for(whole, ones, claims)
    if one is None or not trained or whole.span.device_time or for_several(whole) or _ENDS_EARLY.search(_near(whole)):
        return
    count = own or _known_count(plan, whole, one, scope)
    value, stated = interval(one.span), interval(whole.span)
    if not count or count < 2 or value is None or stated is None:
        return
    wanted = scaled(value, count)
    slack = _ABOUT if one.span.approximate or whole.span.approximate else 1.0
    more = _MORE if own else _MUCH_MORE
    short, long = wanted[0] / stated[1], stated[0] / wanted[1]
    shifted = min(wanted[0] / stated[0], wanted[1] / stated[1]) if own and stated[0] else 1.0
    if short > _LESS * slack or long > more * slack or shifted > _SHIFTED:
        noun = "epochs" if scope is Scope.EPOCH else "steps"
        text = f"{count:,.6g} {noun} of {one.span.text} are {show(wanted)}, stated is {show(stated)}"
        yield conflict("product", lines(one, whole), text, max(short, long, shifted))


def _near(claim: Claim) -> str:
    return " ".join((claim.piece.text, claim.piece.lead, *claim.piece.parents[-1:]))


def _one_for(whole: Claim, ones: list[Claim], claims: list[Claim]) -> Claim | None:
    """Give the time of one that holds for a whole: the section's only one, its total, else that of its own list."""
    alike = [one for one in ones if _conditions(one) == _conditions(whole) and one.piece.line != whole.piece.line]
    sets = [
        [one for one in alike if one.piece.lead == whole.piece.lead or one.piece.text == whole.piece.lead],
        [one for one in alike if one.piece.group == whole.piece.group],
        [one for one in alike if whole.piece.code is not None and _is_right_above(one, whole, claims)],
        [one for one in alike if _OF_ONE.match(one.piece.lead) and TOTAL.search(one.words.label)],
    ]
    return next((near[0] for near in sets if len({interval(one.span) for one in near}) == 1), None)


def _is_right_above(one: Claim, whole: Claim, claims: list[Claim]) -> bool:
    """Tell whether the time of one stands above a whole in the same block, and nothing timed between them."""
    between = range(one.piece.line + 1, whole.piece.line)
    above = one.piece.line < whole.piece.line and one.piece.group == whole.piece.group
    return above and not any(claim.piece.line in between for claim in claims)


_OF_ONE = pattern(r"\W*(?:time\s+)?(?:per|each|one)\s+(?:epoch|step|iteration)\b", re.IGNORECASE)


def _conditions(claim: Claim) -> set[str]:
    return cases_of(claim) - {"full", "half"}


def _own_count(whole: Claim, scope: Scope) -> float | None:
    words = f"{whole.words.label} {whole.words.inner} {whole.words.clause}"
    if is_generic(whole.words.label) and whole.piece.kind != "cell":
        words += f" {label_of(whole.piece.lead)} {whole.piece.lead}"
    found = {number_of(m["n"]) * (1000 if m.groupdict().get("k") else 1) for m in _OWN[scope].finditer(words)}
    return found.pop() if len(found) == 1 and not _ON_TOP.search(words) else None


def _known_count(plan: Plan, whole: Claim, one: Claim, scope: Scope) -> float | None:
    """Give the count of the plan where the whole is called nothing but total or training, right beside the one."""
    label = "" if whole.piece.kind == "cell" else whole.words.label
    called = is_generic(label) or TOTAL.search(label) or TRAIN.search(label)
    if not label or not called or stage_kinds(label) or whole.piece.group != one.piece.group or _COUNTS.search(label):
        return None
    name = _FACTS[scope]
    found = [p for p in plan.named.get(name, ()) if not p.piece.quoted and fact_name(label_of(p.piece.text)) == name]
    if whole.piece.code is not None:
        every = plan.named.get(name, ()) if scope is Scope.EPOCH else found
        found = [placed for placed in every if placed.piece.group == whole.piece.group]
    nearest = max((shared_headings(placed.piece, whole.piece) for placed in found), default=0)
    values = {placed.fact.value for placed in found if shared_headings(placed.piece, whole.piece) == nearest}
    plain = len(values) == 1 and all(placed.fact.high is None for placed in found)
    return float(next(iter(values))) if plain and not cases_of(whole) & set(CASES) else None
