"""Contradictions of speed and effort: throughput, scaled benchmarks, epochs saved, evaluation nobody planned for."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from trainmon.estimates import Contradiction, Scope
from trainmon.parsers.documents.claim import Claim
from trainmon.parsers.documents.conflict import conflict
from trainmon.parsers.documents.lexicon import stage_kinds
from trainmon.parsers.documents.plan import (
    CASES,
    Plan,
    apart,
    cases_of,
    interval,
    is_whole,
    lines,
    ratio_of,
    scaled,
    show,
)
from trainmon.patterns import pattern


def speed_conflicts(plan: Plan) -> Iterator[Contradiction]:
    """Hold throughput, benchmarks and savings against the plan's own figures."""
    yield from _throughput(plan)
    yield from _benchmark(plan)
    yield from _fewer_epochs(plan)
    yield from _whole_stages_saved(plan)
    yield from _factors(plan)
    yield from _unbudgeted(plan)
    yield from _limited_rate(plan)
    yield from _other_case(plan)


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


_IN_PROPORTION = pattern(
    r"\b\d+\s+epochs?\s*(?:=|≈|is|are|takes?)\s*\d+(?:\.\d+)?\s*[x×]|\b(?:linear\w*|proportional\w*)\b.{0,40}\bepochs?\b",
    re.IGNORECASE,
)
"""`10 epochs = 2x time of 5 epochs`: where the document says so itself."""


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
                linear = [one.line + 1 for one in plan.pieces if _IN_PROPORTION.search(one.text)]
                text = f"{fewer:g} of {more:g} epochs save at most {show((most, most))}, stated is {show(value)}"
                yield conflict(
                    "part_exceeds_whole", (piece.line + 1, *linear, *lines(saving, longest)), text, value[1] / most
                )
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


_RATE_LIMIT = pattern(r"\blimit|\bat\s+most\b|\bmax(?:imum|\.)?\b|\bthrottl|\bquota\b", re.IGNORECASE)
_SIDE_BY_SIDE = pattern(r"\bparallel\w*|\bconcurren\w+|\bmulti-?thread\w*|\basync\w*", re.IGNORECASE)


def _limited_rate(plan: Plan) -> Iterator[Contradiction]:
    """Notice time to be saved by doing in parallel what one after the other already reaches the stated rate limit."""
    for placed in plan.facts:
        what = placed.fact.name.removesuffix("_per_second")
        if what == placed.fact.name or not _RATE_LIMIT.search(placed.piece.text) or isinstance(placed.fact.value, str):
            continue
        most = placed.fact.high or placed.fact.value
        units = [
            (claim, value[0])
            for claim in plan.claims
            if claim.scope is Scope.UNIT
            and what.startswith(claim.reading.per or "?")
            and (value := interval(claim.span))
        ]
        savings = [c for c in plan.claims if c.scope is Scope.SAVING and _SIDE_BY_SIDE.search(c.piece.text)]
        for unit, least in units[:1]:
            for saving in savings if least > 0 and 1 / least >= most else ():
                text = f"{what} of {least:g} s one after the other are {1 / least:.3g} a second, already the limit of "
                text += f"{most:g}; nothing is left of the {saving.span.text} to be saved in parallel"
                yield conflict("product", (placed.fact.line, *lines(unit, saving)), text, 1 / least / most)


_FACTOR_USED = pattern(r"[÷/×x*]\s*(?P<figure>\d+(?:\.\d+)?)(?![\d.,]*\d)")


def _other_case(plan: Plan) -> Iterator[Contradiction]:
    """Notice arithmetic that is called one case and uses the step time of another."""
    steps: dict[str, dict[float, Claim]] = defaultdict(dict)
    for claim in plan.claims:
        cases = cases_of(claim) & set(CASES)
        if claim.scope is Scope.STEP and claim.span.likely_s and not claim.operand and len(cases) == 1:
            steps[cases.pop()].setdefault(claim.span.likely_s, claim)
    for piece in plan.pieces if len(steps) > 1 else ():
        named = [case for case, words in CASES.items() if words.search(piece.text)]
        if len(named) != 1 or not steps[named[0]]:
            continue
        own = steps[named[0]]
        for match in _FACTOR_USED.finditer(piece.text):
            used = float(match["figure"])
            theirs = next((values[used] for case, values in steps.items() if case != named[0] and used in values), None)
            if theirs is not None and used not in own:
                stated, claim = next(iter(own.items()))
                text = f"reckoned with {used:g} s, where this case is {stated:g} s elsewhere"
                yield conflict("two_values", (piece.line + 1, *lines(claim, theirs)), text, ratio_of(stated, used))
