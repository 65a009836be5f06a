"""Contradictions between parts and wholes: breakdowns that do not add up, cases outside their range."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from trainmon.estimates import Contradiction, Scope
from trainmon.parsers.documents.claim import Claim
from trainmon.parsers.documents.conflict import conflict
from trainmon.parsers.documents.lexicon import TOTAL, TRAIN
from trainmon.parsers.documents.plan import (
    CASES,
    Interval,
    Plan,
    apart,
    cases_of,
    epochs_of,
    interval,
    is_whole,
    lines,
    outside,
    ratio_of,
    scaled,
    show,
    total_of,
)
from trainmon.patterns import pattern

_SAME = 1.02
_SAME_ABOUT = 1.12
_NARROW = 0.3
_EDGE = 0.15
_PARALLEL = pattern(r"parallel|concurrent|并行|同时", re.IGNORECASE)


def sum_conflicts(plan: Plan) -> Iterator[Contradiction]:
    """Add the parts of every breakdown and hold them against its total."""
    groups: dict[tuple[int, int], list[Claim]] = defaultdict(list)
    for claim in plan.claims:
        if (
            (claim.scope in {Scope.STAGE, Scope.TOTAL} or (claim.scope is Scope.UNIT and _is_total(claim)))
            and claim.restates < 0
            and not claim.operand
            and interval(claim.span)
        ):
            groups[claim.piece.group, claim.piece.column].append(claim)
    paced = {c.piece.group for c in plan.claims if c.scope in {Scope.EPOCH, Scope.STEP} and c.piece.kind != "cell"}
    for members in groups.values():
        totals = [claim for claim in members if _is_total(claim)]
        parts = [c for c in members if c not in totals and c.scope is Scope.STAGE and not _PER_ONE.search(_name(c))]
        untold = any(claim not in totals and claim not in parts for claim in members)
        if len(totals) == 1 and TRAIN.search(totals[0].words.label) and all(p.reading.kind != "train" for p in parts):
            continue  # all of the training, which is none of the parts
        if totals and totals[0].piece.group in paced and all(p.reading.kind != "train" for p in parts):
            continue  # the training is told by its epochs or steps alone
        if len(totals) == 1 and _worth_adding(parts) and not (untold and all(p.reading.kind != "train" for p in parts)):
            yield from added(totals[0], parts)
    yield from _under_headings(plan)
    yield from _cases(plan)
    yield from _headlines(plan)
    yield from _fixed_overhead(plan)
    yield from _left_out(plan)


def _left_out(plan: Plan) -> Iterator[Contradiction]:
    """Notice a total that is epochs x epoch and leaves out the validation stated per epoch beside it."""
    for total in plan.claims:
        stated, epochs = interval(total.span), epochs_of(total, plan)
        if not is_whole(total) or stated is None or not epochs or total.restates >= 0:
            continue
        beside = [c for c in plan.claims if c.piece.group == total.piece.group and c.restates < 0 and interval(c.span)]
        epoch = next((c for c in beside if c.scope is Scope.EPOCH), None)
        extra = next((c for c in beside if c.scope is Scope.STAGE and c.reading.per == "epoch"), None)
        one, more = (interval(epoch.span) if epoch else None), (interval(extra.span) if extra else None)
        if epoch and extra and one and more and apart(scaled(one, epochs), stated) <= _SAME:
            whole = scaled(total_of((one, more)), epochs)
            text = f"{epochs:g} epochs with {extra.words.label} are {show(whole)}, the total says {show(stated)}"
            yield conflict("sum", lines(epoch, extra, total), text, apart(whole, stated))


_PER_ONE = pattern(r"\bper\s+\w+\W*$", re.IGNORECASE)
"""`Search per k` is beside `Search, all k` no part of its own."""


def _name(claim: Claim) -> str:
    words = claim.piece.cells[0] if claim.piece.kind == "cell" and claim.piece.cells else claim.words.label
    return words or claim.words.clause


def _is_total(claim: Claim) -> bool:
    words = _name(claim)
    return bool(TOTAL.search(words)) and not re.search(r"[×x*]\s*\d", claim.piece.text)


def _worth_adding(parts: list[Claim]) -> bool:
    if any(_PARALLEL.search(part.piece.text + part.piece.lead) for part in parts):
        return False
    return len(parts) > 1 or (len(parts) == 1 and parts[0].reading.kind == "train")


def added(total: Claim, parts: list[Claim]) -> Iterator[Contradiction]:
    """Hold a total against the sum of its parts."""
    stated = interval(total.span)
    summed = total_of(value for part in parts if (value := _whole_part(part)))
    if stated is None or _PARALLEL.search(total.piece.text):
        return
    about = total.span.approximate or any(part.span.approximate for part in parts)
    limit = _SAME_ABOUT if about else _SAME
    names = f"the parts add up to {show(summed)}, the total says {show(stated)}"
    if stated[0] == stated[1]:
        factor = outside(stated, summed, limit)
        if factor > limit + (0.03 if about else 0.0):
            yield conflict("sum", lines(total, *parts), names, factor)
        return
    inside = stated[0] * 0.99 <= summed[0] and summed[1] <= stated[1] * 1.01
    if inside and summed[1] <= 1.01 * summed[0]:
        if sum(part.span.approximate for part in parts) > 1:
            return
        yield from _at_the_edge(total, parts, stated, summed)
    elif inside and (summed[1] - summed[0]) < _NARROW * (stated[1] - stated[0]):
        return
    elif apart(summed, stated) > limit:
        yield conflict("sum", lines(total, *parts), names, apart(summed, stated))


_SO_MANY = pattern(r"(?<![\d.])(?P<count>\d{1,3})\s*(?:runs?\s*|seeds?\s*)?[×x*@]\s*~?$", re.IGNORECASE)


def _whole_part(part: Claim) -> Interval | None:
    """Give what a part adds to a sum: `3 × 8 h` is 24 h."""
    value, many = interval(part.span), _SO_MANY.search(part.piece.text[: part.span.start])
    return scaled(value, float(many["count"])) if value and many else value


def _at_the_edge(total: Claim, parts: list[Claim], stated: Interval, summed: Interval) -> Iterator[Contradiction]:
    """Say it where a range reaches far beyond anything that its parts give."""
    middle = (summed[0] + summed[1]) / 2
    place = (middle - stated[0]) / (stated[1] - stated[0])
    far = stated[1] if place < _EDGE else stated[0] if place > 1 - _EDGE else 0.0
    if far and ratio_of(far, middle) > 1.04:
        text = f"the parts give {show(summed)}; nothing in them leads to the {show((far, far))} of the total"
        yield conflict("sum", lines(total, *parts), text, ratio_of(far, middle))


def _under_headings(plan: Plan) -> Iterator[Contradiction]:
    """Hold a heading with a duration against the list that follows it."""
    for claim in plan.claims:
        stated = interval(claim.span)
        if claim.piece.kind != "heading" or stated is None or claim.scope not in {Scope.TOTAL, Scope.TIMELINE}:
            continue
        below = [
            other
            for other in plan.claims
            if other.piece.headings and other.piece.headings[-1].line == claim.piece.line and other.scope is Scope.STAGE
            and other.restates < 0 and interval(other.span) and other.piece.kind != "paragraph"
        ]  # fmt: skip
        parts = [part for part in below if part.piece.group == below[0].piece.group]
        if len(parts) > 1 and not any(_is_total(part) for part in parts):
            yield from added(claim, parts)


def _cases(plan: Plan) -> Iterator[Contradiction]:
    """Hold the cases under a list item (`With CPU`, `With GPU`) against the item's own range."""
    for parent in plan.claims:
        whole = interval(parent.span)
        if whole is None or whole[0] == whole[1] or parent.piece.kind != "item":
            continue
        children = [
            child
            for child in plan.claims
            if child.piece.parents and child.piece.parents[-1] == parent.piece.text and child.scope is parent.scope
            and 0 < child.piece.line - parent.piece.line < 12 and interval(child.span) and not child.operand
            and child.words.label and not re.search(r"[×x]\s*\d", child.piece.text)
        ]  # fmt: skip
        for child in children:
            value = interval(child.span)
            if value and (factor := outside(value, whole)) > 1:
                text = f"{child.words.label}: {show(value)} lies outside the {show(whole)} stated for all cases"
                yield conflict("case_outside_range", lines(parent, child), text, factor)
        yield from _uncovered(parent, children, whole)
        yield from _totals_of_cases(plan, parent, children, whole)


def _uncovered(parent: Claim, children: list[Claim], whole: Interval) -> Iterator[Contradiction]:
    ranges = sorted(value for child in children if (value := interval(child.span)))
    if len(ranges) < 2:
        return
    for (_, end), (start, _) in pairwise(ranges):
        if start > end * 1.1 and end < whole[1] and start > whole[0]:
            text = f"{show((max(end, whole[0]), start))} is in the stated range and in none of its cases"
            yield conflict("gap", lines(parent, *children), text, start / max(end, whole[0]))


def _totals_of_cases(plan: Plan, parent: Claim, children: list[Claim], whole: Interval) -> Iterator[Contradiction]:
    epochs = plan.first("epochs", parent.piece)
    if parent.scope is not Scope.EPOCH or epochs is None or not isinstance(epochs.value, float):
        return
    for total in plan.claims:
        stated = interval(total.span)
        if (
            not is_whole(total)
            or stated is None
            or total.piece.headings != parent.piece.headings
            or total.restates >= 0
        ):
            continue
        if apart(scaled(whole, epochs.value), stated) > _SAME or total.piece.parents:
            continue
        for child in children:
            value = interval(child.span)
            if value and (factor := outside(scaled(value, epochs.value), stated)) > 1:
                taken = show(scaled(value, epochs.value))
                text = f"{child.words.label}: {epochs.value:g} epochs take {taken}, the total says {show(stated)}"
                yield conflict("product", lines(total, child), text, factor)


def _headlines(plan: Plan) -> Iterator[Contradiction]:
    """Hold the worst and the best case against the totals stated without a case."""
    wholes = [
        claim
        for claim in plan.claims
        if is_whole(claim) and claim.restates < 0 and not claim.operand and interval(claim.span)
    ]
    extreme = [claim for claim in wholes if cases_of(claim) & {"worst", "best"}]
    plain = [claim for claim in wholes if not cases_of(claim) & set(CASES)]
    for case in extreme:
        value = interval(case.span)
        if value is None:
            continue
        hit = [
            claim for claim in plain
            if (stated := interval(claim.span)) and stated[0] < stated[1] and outside(value, stated, 1.05) > 1
            and ratio_of(sum(value), sum(stated)) < 2 and epochs_of(claim, plan) == epochs_of(case, plan)
            and not _conditions(claim) ^ _conditions(case)
        ]  # fmt: skip
        if hit:
            stated = interval(hit[0].span) or value
            text = f"{case.words.label or case.piece.lead}: {show(value)} lies outside the headline of {show(stated)}"
            yield conflict("case_outside_range", lines(case, *hit), text, outside(value, stated))


def _conditions(claim: Claim) -> set[str]:
    return cases_of(claim) - set(CASES)


_OVERHEAD_PARTS = {"init", "checkpoint", "eval"}


def _fixed_overhead(plan: Plan) -> Iterator[Contradiction]:
    """Notice one overhead figure used for worst and best case alike while its parts are ranges."""
    same: dict[Interval, list[Claim]] = defaultdict(list)
    for claim in plan.claims:
        value = interval(claim.span)
        if claim.scope is Scope.STAGE and claim.reading.kind == "overhead" and value and cases_of(claim) & set(CASES):
            same[value].append(claim)
    for value, claims in same.items():
        parts = [
            claim for claim in plan.claims
            if claim.scope is Scope.STAGE and claim.restates < 0 and claim.reading.kind in _OVERHEAD_PARTS
            and not (cases_of(claim) & {"worst", "best"}) and interval(claim.span)
        ]  # fmt: skip
        by_group: dict[int, list[Claim]] = defaultdict(list)
        for part in parts:
            by_group[part.piece.group].append(part)
        for members in by_group.values():
            summed = total_of(v for part in members if (v := interval(part.span)))
            if (
                len(claims) > 1
                and len(members) > 1
                and value[0] == value[1]
                and summed[0] <= value[0] <= summed[1] < 3 * value[0]
            ):
                text = f"overhead is {show(value)} in every case; its parts give {show(summed)}"
                yield conflict(
                    "sum",
                    lines(*claims, *members),
                    text,
                    max(ratio_of(summed[1], value[0]), ratio_of(summed[0], value[0])),
                )
                return
