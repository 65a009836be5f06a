"""What a duration turns out to be once all others are read: a unit stated elsewhere, a part among parts."""

from __future__ import annotations

import re
from dataclasses import replace

from trainmon.estimates import Scope
from trainmon.parsers.documents.claim import Claim
from trainmon.parsers.documents.lexicon import bare, is_condition, is_generic, without_brackets
from trainmon.parsers.documents.outline import Outline, in_breakdown
from trainmon.parsers.documents.readings import Reading
from trainmon.patterns import pattern


def as_stated(claims: list[Claim]) -> list[Claim]:
    """Take a factor, and a name that is a stage elsewhere, for what the document states the same thing to be."""
    stated_of: dict[float, Reading] = {}
    stage_of: dict[str, Reading] = {}
    for claim in claims:
        if claim.scope in {Scope.EPOCH, Scope.UNIT, Scope.STEP} and not claim.operand and claim.span.likely_s:
            stated_of.setdefault(claim.span.likely_s, claim.reading)
        if claim.scope is Scope.STAGE and claim.reading.stage and not claim.reading.per:
            stage_of.setdefault(_named(claim.reading.stage), claim.reading)
    longest = max((claim.span.top_s for claim in claims if claim.scope is Scope.TOTAL), default=0.0)
    return [replace(claim, reading=_second(claim, stated_of, stage_of, longest)) for claim in claims]


def _second(claim: Claim, stated_of: dict[float, Reading], stage_of: dict[str, Reading], longest: float) -> Reading:
    value = claim.span.likely_s
    if value in stated_of and (_is_factor(claim) or _is_in_passing(claim, longest)):
        return stated_of[value]
    named = claim.words.inner or claim.words.label
    alone = claim.reading == Reading(Scope.TOTAL) and claim.piece.kind == "item"
    if alone and not claim.operand and not is_condition(named) and _SHORTER * claim.span.top_s < longest:
        return stage_of.get(_named(named), claim.reading)
    return claim.reading


_SHORTER = 2
"""A stage is shorter than the longest run by so much at least: what is not may be the run itself."""


def _named(words: str) -> str:
    return bare(without_brackets(words)).lower()


def _is_factor(claim: Claim) -> bool:
    return claim.operand and (claim.scope in {Scope.STEP, Scope.UNIT} or claim.reading == Reading(Scope.TOTAL))


def _is_in_passing(claim: Claim, longest: float) -> bool:
    """Tell whether a sentence names a duration without a word of what it is of, far shorter than any run."""
    bare_total = claim.piece.kind in {"item", "paragraph"} and claim.reading == Reading(Scope.TOTAL)
    return bare_total and not is_generic(claim.words.label) and 0 < 20 * claim.span.top_s < longest


_STEPS_TIMES_SECONDS = pattern(
    r"\d[\d,.]*\s*(?:steps?|iter\w*)?\s*[×x*✕·]\s*~?\d[\d.]*\s*(?:s|secs?|seconds?)?(?:\s*/\s*(?:step|it|"
    r"iter\w*))?\s*(?:=|≈)\s*~?$",
    re.IGNORECASE,
)


def net_of_parts(claims: list[Claim], outline: Outline) -> list[Claim]:
    """Call steps x step time the training stage where the document adds initialisation or overhead on top."""
    products = {
        i
        for i, c in enumerate(claims)
        if c.scope is Scope.TOTAL
        and ("=" in c.piece.text or "≈" in c.piece.text)
        and _STEPS_TIMES_SECONDS.search(c.piece.text[: c.span.start])
    }
    products = {i for i in products if outline.has_parts or in_breakdown(outline, claims[i].piece)}
    if not products:
        return claims
    for index, claim in enumerate(claims):
        if claim.restates in products:
            products.add(index)
    if all(index in products for index, claim in enumerate(claims) if claim.scope is Scope.TOTAL):
        return claims
    stage = Reading(Scope.STAGE, "training", "train")
    return [replace(claim, reading=stage) if index in products else claim for index, claim in enumerate(claims)]
