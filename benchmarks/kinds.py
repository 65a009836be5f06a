"""What training runs do with their time: kinds of pace, pauses and endings, drawn by dice."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

from benchmarks.simulation import Plan

Dice = random.Random
KINDS: dict[str, Callable[[Dice], Plan]] = {}


def kind(make: Callable[[Dice], Plan]) -> Callable[[Dice], Plan]:
    """Note a kind."""
    KINDS[make.__name__] = make
    return make


def noisy(dice: Dice, level_s: float, scatter: float = 0.08) -> Callable[[int], float]:
    """Steps round a level."""
    return lambda _step: level_s * math.exp(dice.gauss(0, scatter))


def size(dice: Dice) -> tuple[int, float]:
    """Steps, and seconds of one, of a run between two minutes and a day."""
    steps = dice.choice((200, 300, 480, 600, 1000, 1500))
    return steps, math.exp(dice.uniform(math.log(120), math.log(86400))) / steps


@kind
def steady(dice: Dice) -> Plan:
    n, s = size(dice)
    return Plan(steps=n, step_s=noisy(dice, s, 0.05), epochs=dice.choice((1, 3)), init_s=dice.uniform(0, 0.02) * n * s)


@kind
def compiles(dice: Dice) -> Plan:
    n, s = size(dice)
    base, extra = noisy(dice, s), {1: dice.uniform(20, 90), 2: dice.uniform(5, 40), 3: 2 * s}
    return Plan(steps=n, step_s=lambda k: base(k) + extra.get(k, 0.0), epochs=3, init_s=dice.uniform(2, 20))


@kind
def slow_epoch_starts(dice: Dice) -> Plan:
    n, s = size(dice)
    epochs, base, spin_s = dice.choice((3, 5, 10)), noisy(dice, s), s * dice.uniform(5, 25)
    starts = {n * epoch // epochs + 1 for epoch in range(epochs)}
    return Plan(
        steps=n,
        step_s=lambda k: base(k) + (spin_s * dice.uniform(0.9, 1.1) if k in starts else 0.0),
        epochs=epochs,
        eval_every=-1,
        eval_s=lambda _: 12 * s,
    )


@kind
def evaluated(dice: Dice) -> Plan:
    n, s = size(dice)
    every = dice.choice((25, 50, 75, 100, n // 4, n // 7))
    cost_s = every * s * dice.uniform(0.05, 0.8)
    return Plan(steps=n, step_s=noisy(dice, s), epochs=2, eval_every=every, eval_s=lambda _: cost_s, init_s=10.0)


@kind
def evaluated_seldom(dice: Dice) -> Plan:
    n, s = size(dice)
    cost_s = n * s * dice.uniform(0.05, 0.2)
    return Plan(steps=n, step_s=noisy(dice, s), epochs=2, eval_every=n // 2, eval_s=lambda _: cost_s)


@kind
def growing_evaluation(dice: Dice) -> Plan:
    n, s = size(dice)
    every, grows = n // dice.choice((5, 8, 10)), dice.uniform(0.1, 0.4)
    cost_s = every * s * dice.uniform(0.1, 0.4)
    return Plan(
        steps=n, step_s=noisy(dice, s), epochs=3, eval_every=every, eval_s=lambda k: cost_s * (1 + grows * (k - 1))
    )


@kind
def checkpoints(dice: Dice) -> Plan:
    n, s = size(dice)
    every = dice.choice((50, 100, n // 5, n // 10))
    return Plan(steps=n, step_s=noisy(dice, s), epochs=3, save_every=every, save_s=every * s * dice.uniform(0.05, 0.5))


@kind
def stalls(dice: Dice) -> Plan:
    n, s = size(dice)
    held = {dice.randrange(10, n - 5): n * s * dice.uniform(0.02, 0.1) for _ in range(dice.choice((1, 2, 3)))}
    return Plan(steps=n, step_s=noisy(dice, s), epochs=3, stalls=held)


@kind
def long_stall(dice: Dice) -> Plan:
    n, s = size(dice)
    at = int(n * dice.uniform(0.1, 0.85))
    return Plan(steps=n, step_s=noisy(dice, s), epochs=2, stalls={at: n * s * dice.uniform(0.5, 2.0)})


@kind
def slowed(dice: Dice) -> Plan:
    n, s = size(dice)
    base, at, ratio = noisy(dice, s), n * dice.uniform(0.2, 0.7), dice.uniform(1.3, 2.0)
    return Plan(steps=n, step_s=lambda k: base(k) * (ratio if k > at else 1.0), epochs=3)


@kind
def slowed_and_recovered(dice: Dice) -> Plan:
    n, s = size(dice)
    base, at, until = noisy(dice, s), n * dice.uniform(0.1, 0.4), n * dice.uniform(0.5, 0.8)
    return Plan(steps=n, step_s=lambda k: base(k) * (2.0 if at < k < until else 1.0), epochs=2)


@kind
def throttled(dice: Dice) -> Plan:
    n, s = size(dice)
    base, period, deep = noisy(dice, s), n / dice.uniform(4, 25), dice.uniform(0.15, 0.5)
    return Plan(steps=n, step_s=lambda k: base(k) * (1 + deep * (math.sin(2 * math.pi * k / period) > 0.2)), epochs=2)


@kind
def curriculum(dice: Dice) -> Plan:
    n, s = size(dice)
    base, epochs, factor = noisy(dice, s), dice.choice((3, 4, 5)), dice.uniform(1.3, 1.8)
    return Plan(steps=n, step_s=lambda k: base(k) * factor ** ((k - 1) * epochs // n), epochs=epochs)


@kind
def slower_and_slower(dice: Dice) -> Plan:
    n, s = size(dice)
    base, grows = noisy(dice, s), dice.uniform(0.3, 1.2)
    return Plan(steps=n, step_s=lambda k: base(k) * (1 + grows * k / n), epochs=2)


@kind
def uneven_epochs(dice: Dice) -> Plan:
    n, s = size(dice)
    weights = [dice.uniform(0.6, 1.4) for _ in range(dice.choice((3, 4, 5)))]
    ends = tuple(round(n * sum(weights[: count + 1]) / sum(weights)) for count in range(len(weights)))
    return Plan(steps=n, step_s=noisy(dice, s), epochs=len(ends), ends=ends, eval_every=-1, eval_s=lambda _: 15 * s)


@kind
def heavy_tailed(dice: Dice) -> Plan:
    n, s = size(dice)
    return Plan(steps=n, step_s=lambda _: s * 0.6 * dice.paretovariate(2.0), epochs=3)


@kind
def long_and_short(dice: Dice) -> Plan:
    n, s = size(dice)
    return Plan(
        steps=n, step_s=lambda _: s * (dice.uniform(0.9, 1.1) if dice.random() < 0.85 else dice.uniform(3, 5)), epochs=2
    )


@kind
def short(dice: Dice) -> Plan:
    n = dice.choice((40, 60, 120, 240))
    s = dice.uniform(15, 60) / n
    base = noisy(dice, s, 0.15)
    return Plan(
        steps=n,
        step_s=lambda k: base(k) + 0.5 * s * max(6 - k, 0) + (2.0 if k == 1 else 0.0),
        epochs=2,
        init_s=dice.uniform(0.5, 6),
        eval_every=n // 4,
        eval_s=lambda _: 1.5,
        closing_s=dice.uniform(0, 1),
    )


@kind
def ten_days(dice: Dice) -> Plan:
    base = noisy(dice, 576.0)
    return Plan(
        steps=1500,
        step_s=lambda k: base(k) * (1 + 0.1 * math.sin(k / 200)),
        epochs=3,
        eval_every=250,
        eval_s=lambda _: 3600.0,
        save_every=250,
        save_s=300.0,
    )


@kind
def ten_minutes_a_step(dice: Dice) -> Plan:
    n = dice.choice((30, 60))
    return Plan(steps=n, step_s=noisy(dice, 600, 0.1), epochs=2, log_every=1)


@kind
def long_start(dice: Dice) -> Plan:
    n, s = size(dice)
    return Plan(steps=n, step_s=noisy(dice, s), epochs=2, init_s=n * s * dice.uniform(0.1, 0.4))


@kind
def resumed(dice: Dice) -> Plan:
    n, s = size(dice)
    done = int(n * dice.uniform(0.1, 0.7))
    return Plan(steps=n, step_s=noisy(dice, s), epochs=3, first=done, eval_every=100, eval_s=lambda _: 10 * s)


@kind
def stops_early(dice: Dice) -> Plan:
    n, s = size(dice)
    return Plan(steps=n, step_s=noisy(dice, s), epochs=5, eval_every=-1, eval_s=lambda _: 15 * s, last=n * 3 // 5)
