"""Contradictions within one line, between a time of one and that of all, and of a whole with the limit set for it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from trainmon.estimates import Contradiction, Scope
from trainmon.parsers.documents.claim import Claim
from trainmon.parsers.documents.conflict import conflict
from trainmon.parsers.documents.lexicon import stage_kinds
from trainmon.parsers.documents.plan import Interval, Plan, apart, for_several, interval, is_whole, lines, scaled, show
from trainmon.patterns import pattern

_LESS, _MORE = 1.05, 1.2
"""A whole may be longer than its steps by what else it holds, never shorter but for rounding."""
_ALL = pattern(r"\ball\s+(?P<number>\d[\d,]*)\b", re.IGNORECASE)
_LEADS_TO = pattern(r"→|⇒|[-=]>")
_STEPS = pattern(r"\b(?:steps|iterations|iters|updates)\b", re.IGNORECASE)
_LIMIT = pattern(
    r"\b(?:budgets?|limits?|wall-?time|(?<!idle )time-?outs?|deadlines?|quotas?|caps?|allowances?|allotted)\b",
    re.IGNORECASE,
)


def line_conflicts(plan: Plan) -> Iterator[Contradiction]:
    """Hold a line's whole against its own step or epoch, and the plan's wholes against its limit."""
    by_line: dict[int, list[Claim]] = defaultdict(list)
    for claim in plan.claims:
        if claim.restates < 0 and not claim.operand and claim.piece.kind != "cell":
            by_line[claim.piece.line].append(claim)
    for line, claims in by_line.items():
        yield from _steps(plan, line, claims)
        yield from _epochs(plan, line, claims)
    yield from _limits(plan)


def _steps(plan: Plan, line: int, claims: list[Claim]) -> Iterator[Contradiction]:
    """`1.1 s/step, 20,000 steps -> 5 h`."""
    totals = {fact.value for fact in plan.facts_on(line, "total_steps") if fact.high is None}
    pair = _pair(claims, Scope.STEP)
    if pair is None or len(totals) != 1 or for_several(pair[1]):
        return
    if not _STEPS.search(pair[1].piece.text[: pair[1].span.start]):
        return
    number = float(totals.pop())
    yield from _held(pair, number, f"{number:,.6g} steps")


def _epochs(plan: Plan, line: int, claims: list[Claim]) -> Iterator[Contradiction]:
    """`An epoch takes 4 min; all 300 take 30 hours`."""
    pair = _pair(claims, Scope.EPOCH)
    if pair is None:
        return
    known = {float(placed.fact.value) for placed in plan.named.get("epochs", ()) if placed.fact.high is None}
    here = {float(fact.value) for fact in plan.facts_on(line, "epochs") if fact.high is None}
    said = _ALL.search(pair[1].piece.text)
    of_all = {float(said["number"].replace(",", ""))} & known if said else set()
    if for_several(pair[1]) and not of_all:
        return
    here |= of_all
    leads = _LEADS_TO.search(pair[1].piece.text[pair[0].span.end : pair[1].span.start])
    here = known if leads and not here and len(known) == 1 else here
    if len(here) == 1 and (number := here.pop()) > 1:
        yield from _held(pair, number, f"{number:g} epochs", worked_out=bool(leads))


def _pair(claims: list[Claim], scope: Scope) -> tuple[Claim, Claim] | None:
    """Give the one time of one, and the one whole that follows it on the line."""
    ones = [claim for claim in claims if claim.scope is scope]
    wholes = [claim for claim in claims if is_whole(claim)]
    if len(ones) != 1 or len(wholes) != 1 or wholes[0].span.start < ones[0].span.start:
        return None
    return ones[0], wholes[0]


def _held(pair: tuple[Claim, Claim], number: float, what: str, *, worked_out: bool = False) -> Iterator[Contradiction]:
    one, whole = interval(pair[0].span), interval(pair[1].span)
    if one is None or whole is None:
        return
    wanted = scaled(one, number)
    factor = _off(wanted, whole)
    if worked_out and factor <= 1.0 and apart(wanted, whole) > _MORE:
        factor = apart(wanted, whole)  # what an arrow leads to holds nothing else
    if factor > 1.0:
        text = f"{what} of {pair[0].span.text} are {show(wanted)}, stated is {show(whole)}"
        yield conflict("product", lines(*pair), text, factor)


def _off(wanted: Interval, stated: Interval) -> float:
    if stated[1] > 0 and stated[1] * _LESS < wanted[0]:
        return wanted[0] / stated[1]
    return stated[0] / wanted[1] if wanted[1] > 0 and stated[0] > wanted[1] * _MORE else 1.0


def _limits(plan: Plan) -> Iterator[Contradiction]:
    """Notice a limit that no run of the plan can keep."""
    wholes = [
        (claim, value)
        for claim in plan.claims
        if is_whole(claim) and claim.restates < 0 and not claim.operand and not for_several(claim)
        if (value := interval(claim.span))
    ]
    if not wholes:
        return
    shortest, value = min(wholes, key=lambda pair: pair[1][0])
    for claim in plan.claims:
        most = claim.span.likely_s if claim.span.likely_s is not None else claim.span.high_s
        words = claim.words.label or claim.words.clause
        if claim.scope is not Scope.THRESHOLD or not most or claim.span.device_time or not _LIMIT.search(words):
            continue
        if value[0] > most * _LESS and not stage_kinds(words):
            text = f"{words.strip()[:50]} {claim.span.text}: the shortest run of the plan takes {show(value)}"
            yield conflict("part_exceeds_whole", lines(claim, shortest), text, value[0] / most)
