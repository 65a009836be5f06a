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


def as_stated(claims: list[Claim], outline: Outline) -> list[Claim]:
    """Take a factor, and a name that is a stage elsewhere, for what the document states the same thing to be."""
    stated_of: dict[float, Reading] = {}
    stage_of: dict[str, Reading] = {}
    for claim in claims:
        if claim.scope in {Scope.EPOCH, Scope.UNIT, Scope.STEP} and not claim.operand and claim.span.likely_s:
            stated_of.setdefault(claim.span.likely_s, claim.reading)
        if claim.scope is Scope.STAGE and claim.reading.stage and not claim.reading.per:
            stage_of.setdefault(_named(claim.reading.stage), claim.reading)
    longest = max((claim.span.top_s for claim in claims if claim.scope is Scope.TOTAL), default=0.0)
    read = []
    for claim in claims:
        reading = (
            _of_several(claim, claims)
            or _of_value(claim, stated_of, longest)
            or _of_name(claim, stage_of, longest, outline)
            or claim.reading
        )
        read.append(replace(claim, reading=reading))
    return read


_ONE_EPOCH = pattern(r"\W*(?:1|one|a\s+single)\s+(?:full\s+)?epoch\W*", re.IGNORECASE)
_MORE_EPOCHS = pattern(
    r"\W*(?:[2-9]|\d{2,}|0?\.5|half(?:\s+an?)?|two|three|five|ten)\s+(?:full\s+)?epochs?\W*", re.IGNORECASE
)


def _of_several(claim: Claim, claims: list[Claim]) -> Reading | None:
    """Read `1 epoch: 20 hours` beside `3 epochs: 62 hours` for a run of one epoch."""
    if claim.scope is not Scope.EPOCH or not _ONE_EPOCH.fullmatch(without_brackets(claim.words.label)):
        return None
    beside = (c for c in claims if c.piece.group == claim.piece.group and c.scope is Scope.TOTAL)
    others = any(_MORE_EPOCHS.fullmatch(without_brackets(c.words.label)) for c in beside)
    return Reading(Scope.TOTAL) if others else None


def _of_value(claim: Claim, stated_of: dict[float, Reading], longest: float) -> Reading | None:
    value = claim.span.likely_s
    if value in stated_of and (_is_factor(claim) or _is_in_passing(claim, longest)):
        return stated_of[value]
    return None


def _of_name(claim: Claim, stage_of: dict[str, Reading], longest: float, outline: Outline) -> Reading | None:
    """Give the stage that has the name of an item elsewhere, unless the name may be that of a size or a case."""
    named = claim.words.inner or claim.words.label
    if "×" in named:
        named = claim.words.label
    alone = claim.reading == Reading(Scope.TOTAL) and claim.piece.kind == "item"
    if not alone or (is_condition(named) and not in_breakdown(outline, claim.piece)) or is_generic(named):
        return None
    return (
        stage_of.get(_named(named))
        if _SHORTER * claim.span.top_s < longest or in_breakdown(outline, claim.piece)
        else None
    )


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
