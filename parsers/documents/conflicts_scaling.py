"""Contradictions with the document's own formulas: steps x step time, epochs, counts, lists."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from trainmon.estimates import Contradiction, Scope
from trainmon.parsers.documents.claim import Claim
from trainmon.parsers.documents.conflict import conflict
from trainmon.parsers.documents.plan import (
    Interval,
    Plan,
    apart,
    cases_of,
    count_of,
    epochs_of,
    for_several,
    interval,
    is_whole,
    lines,
    main_examples,
    purpose_of,
    ratio_of,
    scaled,
    show,
    steps_of,
)

_SLACK = 1.03
_WITH_OVERHEAD = 1.08
"""Several epochs may take a little more than so many times one: what a run saves and evaluates besides."""
_LINEAR = 1.2


def scaling_conflicts(plan: Plan) -> Iterator[Contradiction]:
    """Hold durations against what the document's own figures give."""
    yield from _formula(plan)
    yield from _epochs(plan)
    yield from _units(plan)
    yield from _lists(plan)
    yield from _rates_per_item(plan)


def step_interval(plan: Plan) -> tuple[Interval, list[Claim]] | None:
    """Give the step time of the plan, lowest to highest, and the claims that state it."""
    steps = [
        c
        for c in plan.claims
        if c.scope is Scope.STEP
        and not c.operand
        and interval(c.span)
        and c.reading.per in {"step", "steps", "training step", "iteration", "iter"}
    ]
    if not steps or len({c.piece.headings[:2] for c in steps}) > 3:
        return None
    values = [value for c in steps if (value := interval(c.span))]
    return (min(v[0] for v in values), max(v[1] for v in values)), steps


def batch_of(plan: Plan) -> tuple[float, list[int]] | None:
    """Give the examples per optimizer step and the lines that say so."""
    if (whole := plan.first("effective_batch_size")) and isinstance(whole.value, float) and whole.high is None:
        return whole.value, [whole.line]
    batch, accumulation = plan.first("batch_size"), plan.first("gradient_accumulation")
    if batch is None or not isinstance(batch.value, float) or batch.high is not None:
        return None
    if accumulation and isinstance(accumulation.value, float) and accumulation.scenario == batch.scenario:
        return batch.value * accumulation.value, [batch.line, accumulation.line]
    return batch.value, [batch.line]


def _formula(plan: Plan) -> Iterator[Contradiction]:
    """Hold each total against examples / batch x epochs x step time, overhead allowed for."""
    step, batch = step_interval(plan), batch_of(plan)
    kinds = {c.reading.kind for c in plan.claims if c.scope is Scope.STAGE}
    examples = main_examples(plan)
    if (
        step is None
        or batch is None
        or examples is None
        or kinds & {"data", "eval"}
        or not isinstance(examples.value, float)
    ):
        return
    main = max(
        (p.fact.value for p in plan.facts if p.fact.name == "total_steps" and isinstance(p.fact.value, float)),
        default=0.0,
    )
    for claim in plan.claims:
        value = interval(claim.span)
        if (
            not is_whole(claim)
            or value is None
            or claim.restates >= 0
            or claim.operand
            or "×" in claim.piece.text[: claim.span.start]
            or for_several(claim)
        ):
            continue
        count, epochs, steps = count_of(claim, plan), epochs_of(claim, plan), steps_of(claim)
        if steps is None and (epochs is None or (count and count[0] != count[1])):
            continue
        items = count[0] if count else examples.value
        number = steps or items / batch[0] * (epochs or 1.0)
        wanted = scaled(step[0], number)
        least, most = (
            wanted[0] / _SLACK,
            (wanted[1] + _overhead(plan, wanted[1], number / main if main else 1.0)) * _SLACK,
        )
        if value[0] > most or value[1] < least:
            factor = value[0] / wanted[1] if value[0] > most else wanted[0] / value[1]
            text = f"{number:,.6g} steps at {show(step[0])} are {show(wanted)}, stated is {show(value)}"
            where = (*lines(claim, *step[1][:1]), *batch[1])
            fixed = [c for c in plan.claims if c.scope is Scope.STAGE and c.reading.kind == "overhead"][:1]
            if fixed and value[1] < least:
                text += f", without any of the overhead of {fixed[0].span.text}"
                where = (*where, *lines(*fixed))
            yield conflict("product", where, text, factor)


def _overhead(plan: Plan, training_s: float, share: float) -> float:
    """Give the overhead to allow: all for the main run, for a shorter one its share or a tenth of the training."""
    tops: dict[str, float] = defaultdict(float)
    for claim in plan.claims:
        if claim.scope is Scope.STAGE and claim.reading.kind in {"overhead", "init", "checkpoint"}:
            tops[claim.reading.kind] = max(tops[claim.reading.kind], claim.span.top_s)
    whole = sum(tops.values())
    return whole if share > 0.9 else max(whole * share, min(whole, training_s / 10))


def _epochs(plan: Plan) -> Iterator[Contradiction]:
    """Hold runs of several epochs against the run of one epoch."""
    by_count: dict[object, dict[float, list[Claim]]] = defaultdict(lambda: defaultdict(list))
    for claim in plan.claims:
        value = interval(claim.span)
        if not is_whole(claim) or value is None or value[0] != value[1] or claim.restates >= 0 or claim.operand:
            continue
        epochs, count = epochs_of(claim, plan), count_of(claim, plan)
        if epochs and steps_of(claim) is None and not re.search(r"[×*]", claim.piece.text[: claim.span.start]):
            main = main_examples(plan)
            key = count or ((main.value, main.value) if main else None)
            by_count[key, frozenset(purpose_of(claim)), frozenset(cases_of(claim) - {"half", "full"})][epochs].append(
                claim
            )
    for claims in by_count.values():
        one = claims.get(1.0)
        for epochs, several in claims.items():
            if not one or epochs <= 1.0:
                continue
            single, stated = one[0].span.likely_s or 0.0, several[0].span.likely_s or 0.0
            wanted = single * epochs
            if wanted > stated * _SLACK or stated > wanted * _WITH_OVERHEAD:
                text = f"{epochs:g} epochs of {show((single, single))} are {show((wanted, wanted))}, "
                text += f"stated is {show((stated, stated))}"
                again = [
                    c for c in plan.claims
                    if is_whole(c) and c.restates < 0 and c.span.likely_s == stated and epochs_of(c, plan) == epochs
                ]  # fmt: skip
                yield conflict("product", lines(one[0], *several, *again), text, ratio_of(wanted, stated))


def _units(plan: Plan) -> Iterator[Contradiction]:
    """Hold stages of so many items against the time of one item, where both stand in one section."""
    for unit in plan.claims:
        one = interval(unit.span)
        if (
            unit.scope is not Scope.UNIT
            or one is None
            or one[0] == one[1]
            or not unit.piece.headings
            or unit.piece.kind == "cell"
        ):
            continue
        broken, worst, said = [], 1.0, ""
        for stage in plan.claims:
            value, count = interval(stage.span), plan.facts_on(stage.piece.line, "examples")
            if (
                stage.scope is not Scope.STAGE
                or value is None
                or not count
                or stage.piece.headings != unit.piece.headings
            ):
                continue
            wanted = scaled(one, float(count[0].value))
            if apart(wanted, value) > 1.15:
                broken.append(stage)
                if apart(wanted, value) > worst:
                    worst, said = (
                        apart(wanted, value),
                        f"{count[0].value:,.0f} x {unit.span.text} is {show(wanted)}, stated is {show(value)}",
                    )
        if broken:
            yield conflict("product", lines(unit, *broken), said, worst)


def _lists(plan: Plan) -> Iterator[Contradiction]:
    """Notice the entry of a list that leaves the proportion which the others keep."""
    groups: dict[int, list[tuple[Claim, float, Interval]]] = defaultdict(list)
    for claim in plan.claims:
        value, count = interval(claim.span), plan.facts_on(claim.piece.line, "examples")
        if (
            claim.scope in {Scope.STAGE, Scope.TOTAL}
            and value
            and count
            and claim.restates < 0
            and claim.piece.kind == "item"
        ):
            groups[claim.piece.group].append((claim, float(count[0].value), value))
    for members in groups.values():
        rates = [scaled(value, 1 / count) for _, count, value in members]
        if len(members) < 3 or apart(rates[0], rates[1]) > _SLACK:
            continue
        for (claim, items, value), rate in zip(members, rates, strict=True):
            if apart(rate, rates[0]) > _LINEAR:
                wanted = scaled(rates[0], items)
                text = (
                    f"in proportion to the other sizes {items:,.0f} would take {show(wanted)}, stated is {show(value)}"
                )
                yield conflict("scaling", lines(*(m[0] for m in members), claim), text, apart(wanted, value))


def _rates_per_item(plan: Plan) -> Iterator[Contradiction]:
    """Hold runs on few or many items against the time per item that a stage keeps at every size."""
    for _kind, claims in _stage_sets(plan).items():
        rates: dict[Interval, list[Claim]] = defaultdict(list)
        for claim in claims:
            count, value = plan.facts_on(claim.piece.line, "examples"), interval(claim.span)
            if count and count[0].high is None and value:
                rate = scaled(value, 1 / float(count[0].value))
                rates[round(rate[0], 6), round(rate[1], 6)].append(claim)
        steady = [(rate, members) for rate, members in rates.items() if len(members) > 1]
        for rate, members in steady:
            yield from _too_short(plan, rate, members, claims)


def _stage_sets(plan: Plan) -> dict[str, list[Claim]]:
    sets: dict[str, list[Claim]] = defaultdict(list)
    for claim in plan.claims:
        if (
            claim.scope is Scope.STAGE
            and claim.reading.kind not in {"train", "other", "overhead"}
            and claim.restates < 0
        ):
            match = re.search(
                r"embed\w*|fetch\w*|download\w*|token\w*|render\w*|preprocess\w*",
                claim.reading.stage or "",
                re.IGNORECASE,
            )
            if match:
                sets[match[0][:5].lower()].append(claim)
    return sets


def _too_short(plan: Plan, rate: Interval, members: list[Claim], stages: list[Claim]) -> Iterator[Contradiction]:
    wholes = [c for c in plan.claims if is_whole(c) and not purpose_of(c) & {"cached", "retrain", "optimized"}]
    for claim in [*stages, *wholes]:
        value, count = interval(claim.span), count_of(claim, plan)
        if value is None or count is None or claim in members or count[0] == count[1] or claim.restates >= 0:
            continue
        needed = count[1] * rate[0]
        if value[1] < 0.75 * needed:
            part = members[0].reading.stage or members[0].words.label
            text = f"{count[1]:,.0f} items need at least {show((needed, needed))} for {part} alone, "
            text += f"stated is {show(value)}"
            yield conflict(
                "part_exceeds_whole" if is_whole(claim) else "scaling", lines(claim, *members), text, needed / value[1]
            )
