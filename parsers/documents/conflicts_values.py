"""Contradictions between statements about the same thing: two totals, a bound and a point, two sizes of one dataset."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

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
    near_words,
    purpose_of,
    ratio_of,
    show,
    steps_of,
)
from trainmon.parsers.documents.readings import header_of
from trainmon.patterns import pattern

_SAME = 1.02
_POINT_IN_RANGE = 0.1


def value_conflicts(plan: Plan) -> Iterator[Contradiction]:
    """Compare every statement with the others about the same run, stage or size."""
    yield from _same_run(plan)
    yield from _headline_and_sum(plan)
    yield from _bounds(plan)
    yield from _dataset_sizes(plan)
    yield from _settings(plan)


@dataclass(frozen=True, slots=True)
class _Run:
    """What tells one run from another; None and empty are unknown."""

    claim: Claim
    value: Interval
    epochs: float | None
    count: Interval | None
    cases: frozenset[str]
    purpose: frozenset[str]
    steps: float | None


def _runs(plan: Plan) -> list[_Run]:
    runs = []
    for claim in plan.claims:
        value = interval(claim.span)
        if not is_whole(claim) or value is None or claim.restates >= 0 or claim.operand or _is_product(claim):
            continue
        if claim.span.position_in_list is not None or for_several(claim):
            continue
        cases, purpose = frozenset(cases_of(claim)), frozenset({*purpose_of(claim), *_counted_in_header(claim)})
        runs.append(_Run(claim, value, epochs_of(claim, plan), count_of(claim, plan), cases, purpose, steps_of(claim)))
    return runs


_COUNTED = pattern(r"\d+\s+[a-z]{3,}", re.IGNORECASE)


def _counted_in_header(claim: Claim) -> list[str]:
    """Give what the header of a column counts: under `Time (3 folds)` stands another run than under `Time (1 fold)`."""
    return [match.lower() for match in _COUNTED.findall(header_of(claim.piece)) if "epoch" not in match.lower()]


def _is_product(claim: Claim) -> bool:
    """Tell whether a total is worked out on its line from something else (`3 × 45 minutes = ...`)."""
    return bool(re.search(r"[×*]", claim.piece.text[: claim.span.start])) or bool(
        re.search(r"→\s*[~*]*\d|instead", claim.piece.text)
    )


def _key(run: _Run) -> tuple[object, ...] | None:
    """Give what makes two runs the same, epochs left out; None where too little is said."""
    purpose = run.purpose - {"first", "local", "quick", "smoke", "fast", "production"}
    if run.count and run.count[0] == run.count[1] and run.count[0] >= 1000:
        return (
            float(f"{run.count[0]:.2g}"),
            run.steps,
            run.cases - {"small", "medium", "large", "tiny", "full"},
            purpose,
        )
    if run.purpose & {"quick", "smoke"}:
        return ("quick", purpose)
    sizes = run.cases & {"small", "medium", "large"}
    return (run.cases, purpose) if sizes else None


def _same_run(plan: Plan) -> Iterator[Contradiction]:
    groups: dict[tuple[object, ...], list[_Run]] = defaultdict(list)
    for run in _runs(plan):
        key = _key(run)
        if key is not None:
            groups[key].append(run)
    yield from _named_sizes([run for runs in groups.values() for run in runs])
    for runs in groups.values():
        epochs = {run.epochs for run in runs if run.epochs is not None}
        if len(epochs) < 2:
            yield from _compared(runs)
            continue
        for number in epochs:  # a run that names no epochs may be any of them
            yield from _compared([run for run in runs if run.epochs == number])


def _named_sizes(runs: list[_Run]) -> Iterator[Contradiction]:
    """Hold a quick test `(small dataset)` against what the document says of its small dataset."""
    for size in ("small", "medium", "large"):
        quick = [
            run
            for run in runs
            if f"{size} dataset" in near_words(run.claim).lower() and run.purpose & {"quick", "smoke"}
        ]
        wholes = [run for run in runs if size in run.cases and not run.purpose and run.claim.piece.kind == "cell"]
        for run in quick:
            broken = [whole for whole in wholes if run.value[1] < whole.value[0] or run.value[0] > whole.value[1]]
            if broken:
                text = f"{show(run.value)} on the {size} dataset, elsewhere {show(broken[0].value)}"
                where = lines(run.claim, *(whole.claim for whole in broken))
                yield conflict("two_values", where, text, apart(run.value, broken[0].value))


def _compared(runs: list[_Run]) -> Iterator[Contradiction]:
    values = sorted({run.value for run in runs})
    if len(values) < 2 or len(lines(*(run.claim for run in runs))) < 2:
        return  # what one line says twice it says of two things: `30 h, 36 h with restarts`
    worst = max(_disagree(one, other) for one in values for other in values)
    if worst > _SAME:
        said = ", ".join(show(value) for value in values)
        name = (runs[0].claim.words.label or runs[0].claim.piece.text)[:50]
        yield conflict("two_values", lines(*(run.claim for run in runs)), f"{name}: {said} for the same run", worst)


def _disagree(one: Interval, other: Interval) -> float:
    """Give how far two statements lie apart; a point well inside a range agrees with it."""
    for point, whole in ((one, other), (other, one)):
        if point[0] == point[1] and whole[0] < whole[1] and whole[0] <= point[0] <= whole[1]:
            place = (point[0] - whole[0]) / (whole[1] - whole[0])
            if _POINT_IN_RANGE <= place <= 1 - _POINT_IN_RANGE:
                return 1.0
            return ratio_of((whole[0] + whole[1]) / 2, point[0])
    return apart(one, other)


def _headline_and_sum(plan: Plan) -> Iterator[Contradiction]:
    """Hold a total against the result worked out in the lines under it."""
    for claim in plan.claims:
        stated = interval(claim.span)
        if not is_whole(claim) or stated is None or claim.piece.kind != "item" or claim.piece.parents:
            continue
        for child in plan.claims:
            value = interval(child.span)
            if not (is_whole(child) and value and child.piece.parents and child.piece.parents[-1] == claim.piece.text):
                continue
            if 0 < child.piece.line - claim.piece.line < 8 and apart(stated, value) > _SAME:
                text = f"stated as {show(stated)}, worked out as {show(value)}"
                yield conflict("two_values", lines(claim, child), text, apart(stated, value))


def _bounds(plan: Plan) -> Iterator[Contradiction]:
    """Notice `less than 2 hours` repeated as `2 hours`; a bound and a point that agree are no contradiction."""
    for bound in plan.claims:
        span = bound.span
        if (span.high_s is None) == (span.low_s is None) or bound.scope in {
            Scope.THRESHOLD,
            Scope.TIMELINE,
            Scope.SAVING,
        }:
            continue
        for claim in plan.claims:
            value = interval(claim.span)
            if claim.scope is not bound.scope or value is None or claim.piece.line == bound.piece.line:
                continue  # one line says two things: `4-6 minutes alone, under 2 minutes with four workers`
            if not _same_place(plan, bound, claim):
                continue
            broken = span.high_s is not None and value[0] >= span.high_s * 0.999
            broken = broken or (span.low_s is not None and value[1] <= span.low_s * 1.001)
            if broken and ratio_of(value[0], span.high_s or span.low_s or 0.0) < 3:
                text = f"{span.text} in one place, {claim.span.text} in the other"
                yield conflict(
                    "two_values", lines(bound, claim), text, ratio_of(value[0], span.high_s or span.low_s or 0.0)
                )


def _same_place(plan: Plan, one: Claim, other: Claim) -> bool:
    """Tell whether two claims are about one run: the same section, and the same examples where both name them."""
    if one.scope is Scope.STAGE and (one.reading.stage or "").lower() != (other.reading.stage or "").lower():
        return False
    shared = [h for h in one.piece.headings if h.level > 1 and h in other.piece.headings]
    counts = count_of(one, plan), count_of(other, plan)
    if counts[0] and counts[1]:
        return counts[0] == counts[1] and bool(shared)
    label = one.words.label.lower()
    same = one.piece.headings == other.piece.headings and cases_of(one) == cases_of(other)
    return same and (counts[0] or counts[1]) is None and label != "" and label == other.words.label.lower()


_SIZED = pattern(r"\b(?P<size>(?:small|medium|large)\s+\w+).{0,20}?[(（](?P<inside>[^()（）]+)[)）]", re.IGNORECASE)
_NOUN_COUNT = pattern(
    r"(?<![-–\d])~?\s*(?P<count>\d[\d,]*)\s*(?P<k>k)?\s+(?:unique\s+)?(?P<noun>[a-z]{4,})", re.IGNORECASE
)


def _dataset_sizes(plan: Plan) -> Iterator[Contradiction]:
    """Compare the figures in brackets behind `Small dataset`, `Medium dataset` by what they count."""
    said: dict[str, dict[str, dict[float, int]]] = defaultdict(lambda: defaultdict(dict))
    for piece in plan.pieces:
        if piece.kind == "cell":
            continue
        for match in _SIZED.finditer(piece.text):
            for counted in _NOUN_COUNT.finditer(match["inside"]):
                value = float(counted["count"].replace(",", "")) * (1000 if counted["k"] else 1)
                said[counted["noun"].lower()][match["size"].lower()].setdefault(value, piece.line + 1)
    for noun, sizes in said.items():
        broken = {size: values for size, values in sizes.items() if len(values) > 1}
        if broken:
            where = [line for values in broken.values() for line in values.values()]
            worst = max(ratio_of(max(values), min(values)) for values in broken.values())
            text = "; ".join(
                f"{size}: " + " and ".join(f"{v:,.0f}" for v in values) + f" {noun}" for size, values in broken.items()
            )
            yield conflict("two_values", where, text, worst)


def _settings(plan: Plan) -> Iterator[Contradiction]:
    """Notice a step limit that ends a run before its epochs are over."""
    per_epoch = plan.first("steps_per_epoch")
    if per_epoch is None or not isinstance(per_epoch.value, float):
        return
    for placed in plan.facts:
        if (
            placed.fact.name != "total_steps"
            or placed.piece.code is None
            or (placed.piece.comment and "=" not in placed.piece.text)
        ):
            continue
        if not re.search(r"max[_-]?(?:steps|iters)", placed.piece.text, re.IGNORECASE):
            continue
        epochs = [p for p in plan.facts if p.fact.name == "epochs" and p.piece.group == placed.piece.group]
        if epochs and isinstance(epochs[-1].fact.value, float) and isinstance(placed.fact.value, float):
            wanted = epochs[-1].fact.value * per_epoch.value
            if placed.fact.value < 0.98 * wanted:
                done = placed.fact.value / per_epoch.value
                text = (
                    f"{placed.fact.value:,.0f} steps end the run after {done:.2g} of {epochs[-1].fact.value:g} epochs"
                )
                where = (placed.fact.line, epochs[-1].fact.line, per_epoch.line)
                found = conflict("two_values", where, text, ratio_of(wanted, placed.fact.value))
                # A time of its own says that the run was meant to be so short.
                meant = any(is_whole(c) and steps_of(c) == placed.fact.value for c in plan.claims)
                yield replace(found, severity="low") if meant else found
