"""Contradictions with what is quoted or scheduled: sample bars, calendars, alarm levels, shares of the total."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from trainmon.estimates import Contradiction, Scope
from trainmon.parsers.documents.claim import Claim
from trainmon.parsers.documents.conflict import conflict
from trainmon.parsers.documents.lexicon import TRAIN, stage_kinds, without_brackets
from trainmon.parsers.documents.outline import label_kinds
from trainmon.parsers.documents.plan import (
    Interval,
    Plan,
    cases_of,
    interval,
    is_whole,
    lines,
    outside,
    ratio_of,
    scaled,
    show,
)
from trainmon.parsers.documents.units import seconds_of
from trainmon.patterns import pattern


def sample_conflicts(plan: Plan) -> Iterator[Contradiction]:
    """Compare samples, calendars, alarm levels and shares with the estimates."""
    yield from _bars(plan)
    yield from _bars_of_epochs(plan)
    yield from _bar_rates(plan)
    yield from _calendars(plan)
    yield from _slots(plan)
    yield from _alarms(plan)
    yield from _shares(plan)


_ALIKE = 1.1
"""A bar that ends so near to the estimate bears it out."""
_EPOCH_OF = pattern(r"epoch\s*\[?\d+\s*(?:/|of)\s*(?P<epochs>\d+)", re.IGNORECASE)


def _bars(plan: Plan) -> Iterator[Contradiction]:
    """Hold each finished sample bar against the stages that count as many, else against all of its kind."""
    for sample in plan.claims:
        bar = sample.bar
        if bar is None or bar.elapsed_s is None or sample.span is not bar.spans[0] or bar.done != bar.total:
            continue
        epochs = _EPOCH_OF.search(bar.label) or _EPOCH_OF.search(sample.piece.text)
        kinds = _kinds(f"{bar.label} {sample.words.label}") | ({"train"} if epochs else set())
        value = scaled((bar.elapsed_s, bar.elapsed_s), float(epochs["epochs"]) if epochs else 1.0)
        stages = [
            c
            for c in plan.claims
            if c.scope is Scope.STAGE
            and c.restates < 0
            and interval(c.span)
            and not re.search(r"early[\s-]+stop", c.piece.text, re.IGNORECASE)
            and _kinds(c.reading.stage or "") & kinds
        ]
        counted = [c for c in stages if _counts_match(plan, c, bar.total, bool(epochs))]
        broken = [c for c in counted if (whole := interval(c.span)) and outside(value, whole, _ALIKE) > 1]
        if not counted and stages:
            low, high = (
                min(v[0] for c in stages if (v := interval(c.span))),
                max(v[1] for c in stages if (v := interval(c.span))),
            )
            broken = stages if outside(value, (low, high), _ALIKE) > 1 else []
        if broken:
            worst = max(outside(value, whole) for c in broken if (whole := interval(c.span)))
            stated = interval(broken[0].span) or value
            text = f"the sample bar takes {show(value)}{' in all' if epochs else ''}, the estimate says {show(stated)}"
            yield conflict("sample_breaks_range", lines(sample, *broken), text, worst)


_NEAR = 1.25


def _bars_of_epochs(plan: Plan) -> Iterator[Contradiction]:
    """Hold a finished bar of one epoch against what the document says an epoch takes, on any machine."""
    stated = [(c, v) for c in plan.claims if c.scope is Scope.EPOCH and (v := interval(c.span))]
    for sample in plan.claims:
        bar = sample.bar
        if bar is None or not bar.elapsed_s or sample.span is not bar.spans[0] or bar.done != bar.total or not stated:
            continue
        if not _EPOCH_OF.search(bar.label):
            continue
        value = bar.elapsed_s, bar.elapsed_s
        if all(outside(value, one) > _NEAR for _, one in stated):
            near, one = min(stated, key=lambda pair: outside(value, pair[1]))
            text = f"the sample bar of one epoch takes {show(value)}, the estimate says {show(one)}"
            yield conflict("sample_breaks_range", lines(sample, near), text, outside(value, one))


def _kinds(text: str) -> set[str]:
    kinds = label_kinds(text) - {"total"}
    words = set(re.findall(r"[a-z]{5,}", text.lower()))
    return {f"{kind}" for kind in kinds if kind == "train"} | {
        kind + ":" + word[:5] for kind in kinds - {"train"} for word in words if stage_kinds(word)
    }


def _counts_match(plan: Plan, claim: Claim, total: float, steps: bool) -> bool:
    """Tell whether a stage counts as many items as the bar, or as many steps per epoch."""
    batch = plan.first("effective_batch_size", claim.piece) or plan.first("batch_size", claim.piece)
    values = []
    for line in (claim.piece.line, *(heading.line for heading in claim.piece.headings)):
        values += [f.value for f in plan.facts_on(line, "examples") if isinstance(f.value, float) and f.high is None]
    if not steps:
        return total in values
    if batch is None or not isinstance(batch.value, float):
        return False
    return any(abs(value / batch.value - total) <= 1 for value in values)


def _bar_rates(plan: Plan) -> Iterator[Contradiction]:
    """Hold the speed of a sample bar against a stated rate limit of the same stage."""
    for sample in plan.claims:
        bar = sample.bar
        if bar is None or not bar.elapsed_s or sample.span is not bar.spans[0]:
            continue
        for placed in plan.facts:
            fact = placed.fact
            if (
                fact.name != "requests_per_second"
                or not isinstance(fact.value, float)
                or not re.search(r"limit|max", placed.piece.text, re.IGNORECASE)
            ):
                continue
            heading = placed.piece.headings[-1].text if placed.piece.headings else ""
            rate, limit = bar.done / bar.elapsed_s, fact.high or fact.value
            if _kinds(without_brackets(heading)) & _kinds(f"{bar.label} {sample.words.label}") and rate > 1.1 * limit:
                text = f"the sample bar runs at {rate:.3g} per second, the stated limit is {limit:g}"
                yield conflict("sample_breaks_range", (fact.line, *lines(sample)), text, rate / limit)


def _calendars(plan: Plan) -> Iterator[Contradiction]:
    """Hold the end of a calendar against the total of the same section."""
    groups: dict[int, list[Claim]] = defaultdict(list)
    for claim in plan.claims:
        if claim.scope is Scope.TIMELINE and claim.words.label == "" and re.match(r"[A-Za-z]+\s*\d", claim.span.text):
            groups[claim.piece.group].append(claim)
    for slots in groups.values():
        end = max(_end_of(claim) for claim in slots)
        if len(slots) < 2:
            continue
        totals = [
            c for c in plan.claims
            if is_whole(c) and c.restates < 0 and interval(c.span) and c.piece.group != slots[0].piece.group
            and (c.piece.headings == slots[0].piece.headings or _is_heading_of(c, slots[0]))
        ]  # fmt: skip
        for total in totals:
            stated = interval(total.span)
            if stated and outside((end, end), stated, 1.1) > 1 and ratio_of(end, stated[1]) < 5:
                text = f"the calendar fills {show((end, end))}, the total says {show(stated)}"
                yield conflict("timeline", lines(total, *slots), text, ratio_of(end, stated[1]))


def _is_heading_of(claim: Claim, slot: Claim) -> bool:
    return bool(slot.piece.headings) and claim.piece.line == slot.piece.headings[-1].line


def _end_of(slot: Claim) -> float:
    """Give where a slot ends on its calendar: hour 19-21 ends at 21 h, week 3 after three weeks."""
    figures = re.findall(r"\d+(?:\.\d+)?", slot.span.text)
    unit = re.match(r"(?:hour|day|week|month|minute)(?=s?\b)", slot.span.text.lower())
    return float(figures[-1]) * seconds_of(unit[0]) if unit and figures else 0.0


_ABSURD = 10.0


def _slots(plan: Plan) -> Iterator[Contradiction]:
    """Hold each slot of a calendar against the stage that is to fit into it."""
    for slot in plan.claims:
        if slot.scope is not Scope.TIMELINE or slot.span.likely_s is None:
            continue
        label = slot.piece.text[slot.span.end :]
        for stage in plan.claims:
            value = interval(stage.span)
            if (
                stage.scope is not Scope.STAGE
                or value is None
                or not _same_stage(label, stage)
                or not 0.999 < value[0] / slot.span.likely_s < _ABSURD
            ):
                continue
            alone = value[1] > slot.span.likely_s * 1.01
            joined = bool(re.search(r"\+|&|\band\b", label))
            if alone or joined:
                length = show((slot.span.likely_s, slot.span.likely_s))
                text = f"{stage.span.text} for {stage.reading.stage or stage.words.label} has a slot of {length}"
                text += "" if alone else ", which leaves nothing for the rest of the slot"
                yield conflict(
                    "part_exceeds_whole", lines(slot, stage), text, max(ratio_of(value[1], slot.span.likely_s), 1.0)
                )


def _same_stage(label: str, stage: Claim) -> bool:
    words = " ".join(
        [
            stage.reading.stage or "",
            stage.words.label,
            *(h.text for h in stage.piece.headings[-1:]),
            *stage.piece.parents[-1:],
        ]
    )
    shared = {word[:6] for word in re.findall(r"[a-z]{4,}", label.lower())} & {
        word[:6] for word in re.findall(r"[a-z]{4,}", words.lower())
    }
    if stage.reading.kind == "train" and not TRAIN.search(label):
        return False
    kinds = set(stage_kinds(label)) & set(stage_kinds(words))
    return bool(kinds) and bool(shared - {"model", "traini"})


def _alarms(plan: Plan) -> Iterator[Contradiction]:
    """Notice an alarm level that the documented worst case nearly reaches."""
    worst = [c for c in plan.claims if is_whole(c) and "worst" in cases_of(c) and interval(c.span) and not c.operand]
    alarms = [c for c in plan.claims if c.scope is Scope.THRESHOLD and c.span.low_s and c.span.high_s is None]
    for case in worst[:1]:
        top = max(v[1] for c in worst if (v := interval(c.span)) and c.piece.group == case.piece.group)
        hit = [alarm for alarm in alarms if alarm.span.low_s and top / 2 < alarm.span.low_s < 1.1 * top]
        if hit:
            text = f"the alarm at {hit[0].span.text} is as good as the documented worst case, {show((top, top))}"
            yield conflict("threshold", lines(case, *hit), text, ratio_of(hit[0].span.low_s or top, top))


_SHARE = pattern(r"(?P<less><)?\s*(?P<low>\d+)(?:\s*[-–]\s*(?P<high>\d+))?\s*%\s*of\s+(?:the\s+)?total", re.IGNORECASE)


def _shares(plan: Plan) -> Iterator[Contradiction]:
    """Hold a stated share of the total against the stage's own time and the totals of the same size."""
    shared = [
        (piece, match) for piece in plan.pieces if piece.kind == "heading" and (match := _SHARE.search(piece.text))
    ]
    where = [heading.line + 1 for heading, _ in shared]
    for heading, match in shared:
        low, high = (0.0 if match["less"] else float(match["low"]) / 100), float(match["high"] or match["low"]) / 100
        for stage in plan.claims:
            top = stage.span.high_s if interval(stage.span) is None else None
            if (
                not stage.piece.headings
                or stage.piece.headings[-1].line != heading.line
                or stage.scope is not Scope.STAGE
            ):
                continue
            yield from _share(plan, stage, (0.0, top) if top else interval(stage.span), (low, high), where)


def _share(
    plan: Plan, stage: Claim, value: Interval | None, share: Interval, where: list[int]
) -> Iterator[Contradiction]:
    sizes = cases_of(stage) & {"small", "medium", "large"}
    for total in plan.claims:
        stated = interval(total.span)
        if value is None or stated is None or not is_whole(total) or total.piece.kind != "cell":
            continue
        if sizes and not sizes & cases_of(total):
            continue
        least, most = value[0] / stated[1], value[1] / stated[1]
        if most > share[1] * 1.2 and (value[0] == 0.0 or least > share[1]):
            text = f"{stage.span.text} is {most:.1%} of {show(stated)}, stated as at most {share[1]:.0%}"
            yield conflict("share", (*where, *lines(stage, total)), text, most / share[1])
