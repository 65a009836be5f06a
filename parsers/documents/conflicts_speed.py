"""Contradictions of speed and effort: throughput, scaled benchmarks, epochs saved, evaluation nobody planned for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trainmon.estimates import Contradiction, Scope
from trainmon.parsers.documents.conflict import conflict
from trainmon.parsers.documents.lexicon import stage_kinds
from trainmon.parsers.documents.plan import Plan, apart, cases_of, interval, is_whole, lines, ratio_of, scaled, show
from trainmon.patterns import pattern


def speed_conflicts(plan: Plan) -> Iterator[Contradiction]:
    """Hold throughput, benchmarks and savings against the plan's own figures."""
    yield from _throughput(plan)
    yield from _benchmark(plan)
    yield from _fewer_epochs(plan)
    yield from _whole_stages_saved(plan)
    yield from _factors(plan)
    yield from _unbudgeted(plan)


def _throughput(plan: Plan) -> Iterator[Contradiction]:
    """Hold a stated throughput against batch over step time."""
    for placed in plan.facts:
        fact = placed.fact
        if fact.name != "samples_per_second" or fact.high is None or not isinstance(fact.value, float):
            continue
        batch = plan.first("effective_batch_size", placed.piece)
        steps = [
            c
            for c in plan.claims
            if c.scope is Scope.STEP
            and c.piece.headings == placed.piece.headings
            and (v := interval(c.span))
            and v[0] < v[1]
        ]
        if batch is None or not isinstance(batch.value, float) or not steps:
            continue
        step = interval(steps[0].span) or (1.0, 1.0)
        wanted = batch.value / step[1], batch.value / step[0]
        if apart(wanted, (fact.value, fact.high)) > 1.05:
            text = f"{batch.value:g} / {show(step)} is {wanted[0]:.0f}-{wanted[1]:.0f} samples/s, "
            text += f"stated is {fact.value:g}-{fact.high:g}"
            yield conflict(
                "product", (fact.line, batch.line, *lines(*steps)), text, apart(wanted, (fact.value, fact.high))
            )


_FASTER = pattern(
    r"(?P<low>\d+(?:\.\d+)?)(?:\s*[-–]\s*(?P<high>\d+(?:\.\d+)?))?\s*[×x]\s*(?:faster|the\s+compute|speed-?up)",
    re.IGNORECASE,
)


def _benchmark(plan: Plan) -> Iterator[Contradiction]:
    """Scale somebody else's run by examples and speed, and hold the plan's totals of the same section against it."""
    for theirs in plan.claims:
        value, count = interval(theirs.span), plan.facts_on(theirs.piece.line, "examples")
        if theirs.scope is not Scope.COMPARISON or value is None or len(count) != 1 or not theirs.piece.headings:
            continue
        section = theirs.piece.headings[-1]
        inside = [piece for piece in plan.pieces if section in piece.headings]
        factors = [match for piece in inside if (match := _FASTER.search(piece.text))]
        ours = [f for piece in inside for f in plan.facts_on(piece.line, "examples") if f.value != count[0].value]
        totals = [c for c in plan.claims if is_whole(c) and section in c.piece.headings and interval(c.span)]
        if not (factors and ours and totals):
            continue
        grown = scaled(value, float(ours[0].value) / float(count[0].value))
        fast, slow = float(factors[0]["high"] or factors[0]["low"]), float(factors[0]["low"])
        wanted = grown[0] / fast, grown[1] / slow
        for total in totals[:1]:
            stated = interval(total.span) or wanted
            if stated[1] < wanted[0] / 1.1 or stated[0] > wanted[1] * 1.1:
                factor = wanted[0] / stated[1] if stated[1] < wanted[0] else stated[0] / wanted[1]
                text = f"scaled by examples and speed the benchmark gives {show(wanted)}, stated is {show(stated)}"
                where = [piece.line + 1 for piece in inside if _FASTER.search(piece.text)] + [
                    fact.line for fact in ours
                ]
                yield conflict("scaling", (*lines(theirs, *totals), *where), text, factor)


_INSTEAD = pattern(
    r"(?P<fewer>\d+)\s+(?:epochs?\s+)?instead\s+of\s+(?P<more>\d+)(?:\s+epochs?)?|"
    r"from\s+(?P<first>\d+)\s+to\s+(?P<last>\d+)\s+epochs",
    re.IGNORECASE,
)


def _fewer_epochs(plan: Plan) -> Iterator[Contradiction]:
    """Hold the time saved by fewer epochs against the training that they are taken from."""
    training = [
        (c, v)
        for c in plan.claims
        if c.scope is Scope.STAGE and c.reading.kind == "train" and not c.span.device_time and (v := interval(c.span))
    ]
    for saving in plan.claims:
        value = interval(saving.span)
        if (
            saving.scope is not Scope.SAVING
            or value is None
            or not training
            or "epoch" not in saving.piece.text.lower()
        ):
            continue
        for piece in plan.pieces:
            match = (
                _INSTEAD.search(piece.text)
                if 0 <= piece.line - saving.piece.line < 8 and "epoch" in piece.text.lower()
                else None
            )
            if match is None:
                continue
            fewer, more = float(match["fewer"] or match["last"]), float(match["more"] or match["first"])
            most = max(v[1] for _, v in training) * (1 - fewer / more)
            if fewer < more and value[1] > 1.1 * most:
                longest = max(training, key=lambda pair: pair[1][1])[0]
                text = f"{fewer:g} of {more:g} epochs save at most {show((most, most))}, stated is {show(value)}"
                yield conflict("part_exceeds_whole", (piece.line + 1, *lines(saving, longest)), text, value[1] / most)
            break


_SIZES = {"small", "medium", "large", "tiny"}


def _whole_stages_saved(plan: Plan) -> Iterator[Contradiction]:
    """Hold the time saved on a stage against the stage: at the small size there may be less to save."""
    for saving in plan.claims:
        value = interval(saving.span)
        words = f"{saving.words.label} {saving.piece.text[: saving.span.start]}"
        kinds = set(stage_kinds(words)) - {"overhead"}
        if saving.scope is not Scope.SAVING or value is None or not kinds:
            continue
        stems = {word[:5] for word in re.findall(r"[a-z]{5,}", words.lower()) if stage_kinds(word)}
        short = [
            c for c in plan.claims
            if c.scope is Scope.STAGE and c.reading.kind in kinds and cases_of(c) & _SIZES and (v := interval(c.span))
            and v[1] <= value[0] * 1.001 and any(stem in (c.reading.stage or "").lower() for stem in stems)
        ]  # fmt: skip
        if short:
            whole = interval(short[0].span) or value
            text = f"{saving.span.text} are to be saved on a stage that takes {show(whole)} at its smallest"
            yield conflict("part_exceeds_whole", lines(saving, *short), text, ratio_of(value[1], whole[1]))


_BETWEEN = pattern(
    r"(?P<low>\d+(?:\.\d+)?)(?:\s*[-–]\s*(?P<high>\d+(?:\.\d+)?))?\s*[×x]\s+(?:\w+\s+){0,3}?between\s+(?:the\s+)?"
    r"(?P<one>\w+)\s+and\s+(?:the\s+)?(?P<other>\w+)",
    re.IGNORECASE,
)


def _factors(plan: Plan) -> Iterator[Contradiction]:
    """Hold a factor stated between two sizes against the totals of the two."""
    for piece in plan.pieces:
        match = _BETWEEN.search(piece.text) if "between" in piece.text.lower() else None
        if match is None:
            continue
        one, other = (
            next(
                (c for c in plan.claims if is_whole(c) and match[name].lower() in cases_of(c) and interval(c.span)),
                None,
            )
            for name in ("one", "other")
        )
        if one is None or other is None:
            continue
        less, more = sorted((interval(one.span) or (1.0, 1.0), interval(other.span) or (1.0, 1.0)))
        grown = sorted((ratio_of(more[0], less[0]), ratio_of(more[1], less[1])))
        low, high = float(match["low"]), float(match["high"] or match["low"])
        if grown[1] > 1.05 * high or grown[0] < low / 1.05:
            text = f"{match[0]}: the totals, {show(less)} and {show(more)}, lie {grown[0]:.1f}-{grown[1]:.1f}x apart"
            factor = max(grown[1] / high, low / grown[0])
            yield conflict("scaling", (piece.line + 1, *lines(one, other)), text, factor)


def _unbudgeted(plan: Plan) -> Iterator[Contradiction]:
    """Notice evaluation at a stated cadence for which no time is planned."""
    timed = any(c.reading.kind == "eval" or re.search(r"eval|valid", c.piece.text, re.IGNORECASE) for c in plan.claims)
    for placed in plan.facts:
        if placed.fact.name == "eval_steps" and not timed and plan.claims and isinstance(placed.fact.value, float):
            yield conflict(
                "missing", (placed.fact.line,), f"evaluation every {placed.fact.value:,.0f} steps is in no estimate"
            )
            return
