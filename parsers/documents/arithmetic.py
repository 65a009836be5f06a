"""What follows from a document's own numbers, each with its formula and the lines that it came from."""

from __future__ import annotations

from collections.abc import Iterator

from trainmon.estimates import Derived, Fact, Scope
from trainmon.parsers.documents.claim import Claim
from trainmon.parsers.documents.conflicts_scaling import batch_of, step_interval
from trainmon.parsers.documents.plan import (
    Interval,
    Plan,
    count_of,
    counted_things,
    interval,
    is_comparable,
    is_whole,
    main_examples,
    scaled,
    total_of,
)
from trainmon.parsers.documents.scenario import scenario_of

_HOUR = 3600.0
_LONG_LINE = 200
"""In longer prose a price and a duration need not belong together."""


def derive(plan: Plan) -> tuple[Derived, ...]:
    """Derive steps, saves, durations, step times and costs; each name and scenario once."""
    found: dict[tuple[object, ...], Derived] = {}
    if not is_comparable(plan):
        return ()
    for derivation in (_batch, _main_run, _other_counts, _epoch_steps, _with_init, _prices, _device_hours):
        for one in derivation(plan):
            found.setdefault((one.name, one.value, one.high, one.scenario), one)
    return tuple(found.values())


def _made(name: str, value: Interval, where: list[int], formula: str, scenario: tuple[str, ...] = ()) -> Derived:
    low, high = round(value[0], 6), round(value[1], 6)
    return Derived(
        name=name, value=low, high=None if high == low else high, from_lines=tuple(sorted(set(where))), formula=formula,
        scenario=scenario,
    )  # fmt: skip


def _batch(plan: Plan) -> Iterator[Derived]:
    for placed in plan.facts:
        if placed.fact.name not in {"batch_size", "micro_batch_size"} or not isinstance(placed.fact.value, float):
            continue
        for other in plan.facts:
            same = other.piece.group == placed.piece.group or other.piece.headings == placed.piece.headings
            if other.fact.name == "gradient_accumulation" and same and isinstance(other.fact.value, float):
                product = placed.fact.value * other.fact.value
                formula = f"{placed.fact.value:g} x {other.fact.value:g} = {product:g}"
                yield _made(
                    "effective_batch_size",
                    (product, product),
                    [placed.fact.line, other.fact.line],
                    formula,
                    placed.fact.scenario,
                )
                break


def _main_run(plan: Plan) -> Iterator[Derived]:
    """Derive the main run: steps from examples, batch and epochs; its duration from step time, init and saves."""
    examples, batch, epochs = main_examples(plan), batch_of(plan), plan.first("epochs")
    if examples is None or batch is None or not isinstance(examples.value, float):
        return
    per_epoch = examples.value / batch[0]
    where = [examples.line, *batch[1]]
    yield _made(
        "steps_per_epoch", (per_epoch, per_epoch), where, f"{examples.value:,.0f} / {batch[0]:g} = {per_epoch:,.6g}"
    )
    if epochs is None or not isinstance(epochs.value, float) or epochs.high:
        return
    steps = per_epoch * epochs.value
    where.append(epochs.line)
    yield _made("total_steps", (steps, steps), where, f"{per_epoch:,.6g} x {epochs.value:g} = {steps:,.6g}")
    for name, cadence in (("saves", "save_steps"), ("evaluations", "eval_steps")):
        every = plan.first(cadence)
        if every and isinstance(every.value, float):
            count = float(int(steps / every.value))
            yield _made(
                name, (count, count), [*where, every.line], f"floor({steps:,.6g} / {every.value:g}) = {count:g}"
            )
    step = step_interval(plan)
    if step:
        yield from _durations(plan, steps, step, where)


def _durations(plan: Plan, steps: float, step: tuple[Interval, list[Claim]], where: list[int]) -> Iterator[Derived]:
    training = scaled(step[0], steps)
    lines = [*where, *(claim.piece.line + 1 for claim in step[1])]
    shown = f"{step[0][0]:g}-{step[0][1]:g}" if step[0][0] < step[0][1] else f"{step[0][0]:g}"
    formula = f"{steps:,.6g} x {shown} s"
    yield _made("training_s", training, lines, formula)
    parts, formula, lines = [training], formula, list(lines)
    for kind in ("init", "overhead"):
        stage = next(
            (c for c in plan.claims if c.scope is Scope.STAGE and c.reading.kind == kind and _stands_for_all(c)), None
        )
        value = interval(stage.span) if stage else None
        if stage and value and not (kind == "overhead" and len(parts) > 1):
            parts.append(value)
            lines.append(stage.piece.line + 1)
            formula += f" + {kind}"
    save, unit = plan.first("save_steps"), _per_checkpoint(plan)
    value = interval(unit.span) if unit else None
    if unit and value and save and isinstance(save.value, float):
        parts.append(scaled(value, float(int(steps / save.value))))
        lines += [save.line, unit.piece.line + 1]
        formula += f" + {int(steps / save.value)} saves x {value[0]:g}-{value[1]:g} s"
    if len(parts) > 1:
        yield _made("total_s", total_of(parts), lines, formula)


def _stands_for_all(claim: Claim) -> bool:
    """Tell whether an init or overhead claim is the sum, not one of its parts."""
    words = f"{claim.words.label} {claim.piece.text}".lower()
    return (
        claim.restates < 0
        and interval(claim.span) is not None
        and ("total" in words or not claim.words.label or "init" in words or "overhead" in words)
    )


def _per_checkpoint(plan: Plan) -> Claim | None:
    return next(
        (c for c in plan.claims if c.scope is Scope.UNIT and "checkpoint" in (c.reading.per + c.words.label).lower()),
        None,
    )


def _other_counts(plan: Plan) -> Iterator[Derived]:
    """Derive the steps of runs and training stages that name their own number of examples."""
    several, main = len(counted_things(plan)) > 1, main_examples(plan)
    for claim in plan.claims:
        if (
            not (is_whole(claim) or (claim.scope is Scope.STAGE and claim.reading.kind == "train"))
            or claim.restates >= 0
        ):
            continue
        count, batch = (
            count_of(claim, plan),
            plan.first("effective_batch_size", claim.piece) or plan.first("batch_size", claim.piece),
        )
        own = plan.facts_on(claim.piece.line, "examples")
        if (several and len(own) != 1) or (main and count == (main.value, main.value)):
            continue
        if count is None or count[0] != count[1] or batch is None or not isinstance(batch.value, float) or batch.high:
            continue
        accumulation = plan.first("gradient_accumulation", claim.piece) if batch.name == "batch_size" else None
        size = batch.value * (
            float(accumulation.value) if accumulation and accumulation.line - batch.line in (-1, 1) else 1.0
        )
        steps = count[0] / size
        where = [claim.piece.line + 1, batch.line]
        yield _made(
            "steps_per_epoch",
            (steps, steps),
            where,
            f"{count[0]:,.0f} / {size:g} = {steps:,.6g}",
            scenario_of(claim.piece, claim.words),
        )


def _epoch_steps(plan: Plan) -> Iterator[Derived]:
    """Derive the step time that an epoch's duration implies."""
    examples, batch = main_examples(plan), batch_of(plan)
    if examples is None or batch is None or not isinstance(examples.value, float) or step_interval(plan):
        return
    steps = examples.value / batch[0]
    for claim in plan.claims:
        value = interval(claim.span)
        if claim.scope is Scope.EPOCH and value and not claim.operand and claim.restates < 0:
            where = [claim.piece.line + 1, examples.line, *batch[1]]
            yield _made(
                "step_time_s",
                scaled(value, 1 / steps),
                where,
                f"{claim.span.text} / {steps:,.6g} steps",
                scenario_of(claim.piece, claim.words),
            )


def _with_init(plan: Plan) -> Iterator[Derived]:
    """Derive totals with initialisation where the document says that it comes on top."""
    for fact, total, init in totals_without_init(plan):
        value = total_of(v for c in (init, total) if (v := interval(c.span)))
        where = [total.piece.line + 1, init.piece.line + 1, fact.line]
        formula = f"{total.span.text} + {init.span.text}"
        yield _made("total_with_init_s", value, where, formula, scenario_of(total.piece, total.words))


def totals_without_init(plan: Plan) -> Iterator[tuple[Fact, Claim, Claim]]:
    """Find (the words that say so, the total, the initialisation) where initialisation comes on top of a total."""
    for placed in plan.named.get("total_excludes_init", ()):
        beside = [c for c in plan.claims if c.piece.headings == placed.piece.headings and interval(c.span)]
        init = next((c for c in beside if c.reading.kind == "init"), None)
        total = next((c for c in beside if is_whole(c) and c.piece.line <= placed.piece.line), None)
        if init is not None and total is not None:
            yield placed.fact, total, init


def _prices(plan: Plan) -> Iterator[Derived]:
    """Derive the hourly rate that a total price and a total duration imply, where both stand on one line or row."""
    for placed in plan.facts:
        price = placed.fact
        if price.name != "usd_total" or not isinstance(price.value, float) or not price.value:
            continue
        beside = [f.name for f in plan.by_line.get(placed.piece.line, ())]
        if "usd_per_hour" in beside or beside.count("usd_total") > 1 or len(placed.piece.text) > _LONG_LINE:
            continue
        for claim in plan.claims:
            value = interval(claim.span)
            if not is_whole(claim) or claim.piece.group != placed.piece.group or claim.restates >= 0:
                continue
            if value is None or not value[0]:  # `0-1 hours` for nothing is no rate
                continue
            if claim.piece.line == placed.piece.line or (
                placed.piece.kind == "paragraph" and abs(claim.piece.line - placed.piece.line) == 1
            ):
                rate = price.value / value[1] * _HOUR, (price.high or price.value) / value[0] * _HOUR
                rate = (
                    (min(rate), max(rate))
                    if price.high is None
                    else (price.value / value[0] * _HOUR, price.high / value[1] * _HOUR)
                )
                where = [price.line, claim.piece.line + 1]
                yield _made(
                    "usd_per_hour",
                    (min(rate), max(rate)),
                    where,
                    f"${price.value:,.2f} / {claim.span.text}",
                    scenario_of(claim.piece, claim.words),
                )
                break


def _device_hours(plan: Plan) -> Iterator[Derived]:
    """Derive GPU-hours where a number of GPUs and a total stand on one line or row."""
    for claim in plan.claims:
        value, gpus = interval(claim.span), plan.facts_on(claim.piece.line, "gpus")
        if is_whole(claim) and value and len({g.value for g in gpus}) == 1 and isinstance(gpus[0].value, float):
            hours = scaled(value, gpus[0].value / _HOUR)
            yield _made(
                "device_hours",
                hours,
                [claim.piece.line + 1],
                f"{gpus[0].value:g} x {claim.span.text}",
                scenario_of(claim.piece, claim.words),
            )
