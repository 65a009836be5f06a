"""How the same run is printed: by a Trainer with and without its bar, by loops of one's own, by `logging`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from benchmarks.simulation import Plan, Simulation

EVAL_BATCHES = 20


def loss(run: Simulation, step: int, plan: Plan) -> float:
    """A falling curve."""
    return round(2.4 * math.exp(-2.0 * step / plan.steps) + run.dice.uniform(0, 0.05), 4)


def _evaluate(run: Simulation, plan: Plan, count: int, name: str | None = None, *, bar: bool = True) -> float:
    took_s = plan.eval_s(count) * run.dice.uniform(0.95, 1.05)
    if not bar:
        run.spend(took_s)
        return took_s
    shown = run.bar(EVAL_BATCHES, name, leave=False)
    for _ in range(EVAL_BATCHES):
        run.spend(took_s / EVAL_BATCHES)
        shown.update()
    shown.close()
    return took_s


def _between(run: Simulation, plan: Plan, step: int) -> None:
    if plan.save_every and step % plan.save_every == 0:
        run.spend(plan.save_s * run.dice.uniform(0.9, 1.1))
    run.spend(plan.stalls.get(step, 0.0))


def trainer(run: Simulation, plan: Plan) -> None:
    """One bar over the whole run, dicts between its redraws, evaluations with a bar below it."""
    began_s, evals = run.now_s, 0
    run.spend(plan.init_s)
    bar = run.bar(plan.steps)
    for step in range(plan.first + 1, (plan.last or plan.steps) + 1):
        run.spend(plan.step_s(step))
        bar.update(step - bar.n)
        epoch = round(step / plan.steps * plan.epochs, 2)
        if step % plan.log_every == 0:
            _write(bar, run, {"loss": loss(run, step, plan), "learning_rate": 5e-05, "epoch": epoch})
        if plan.evaluates_after(step):
            evals += 1
            took_s = _evaluate(run, plan, evals)
            _write(bar, run, {"eval_loss": loss(run, step, plan), "eval_runtime": round(took_s, 4), "epoch": epoch})
        _between(run, plan, step)
    run.spend(plan.closing_s)
    if plan.last is None:
        _write(bar, run, {"train_runtime": round(run.now_s - began_s, 4), "epoch": float(plan.epochs)})
    bar.close()


def _write(bar: Any, run: Simulation, values: dict[str, float]) -> None:
    bar.write(str(values), file=run.stdout)


def one_bar(run: Simulation, plan: Plan) -> None:
    """A loop of one's own: a bar with the loss beside it, `initial` where it was resumed."""
    run.spend(plan.init_s)
    bar, evals = run.bar(plan.steps, "train", initial=plan.first), 0
    for step in range(plan.first + 1, (plan.last or plan.steps) + 1):
        run.spend(plan.step_s(step))
        bar.set_postfix(loss=loss(run, step, plan), refresh=False)
        bar.update()
        if plan.evaluates_after(step):
            evals += 1
            _evaluate(run, plan, evals, "eval")
            bar.write(f"step {step}: val_loss {loss(run, step, plan)}", file=run.stdout)
        if plan.save_every and step % plan.save_every == 0:
            bar.write(f"Saved checkpoint to ckpt-{step}.pt", file=run.stdout)
        _between(run, plan, step)
    run.spend(plan.closing_s)
    bar.close()


def epoch_bars(run: Simulation, plan: Plan) -> None:
    """A bar for each epoch, and one for the validation after it."""
    run.spend(plan.init_s)
    start, ends = 0, plan.epoch_ends
    for epoch, end in enumerate(ends, 1):
        bar = run.bar(end - start, f"Epoch {epoch}/{len(ends)}")
        for step in range(start + 1, end + 1):
            run.spend(plan.step_s(step))
            bar.set_postfix(loss=loss(run, step, plan), refresh=False)
            bar.update()
            _between(run, plan, step)
        bar.close()
        if plan.eval_every:
            _evaluate(run, plan, epoch, "Validation")
            run.say(f"Epoch {epoch}/{len(ends)}: train_loss {loss(run, end, plan)} val_loss {loss(run, end, plan)}")
        start = end
    run.spend(plan.closing_s)


def nested_bars(run: Simulation, plan: Plan) -> None:
    """A bar of epochs, and in it one of their steps that vanishes."""
    run.spend(plan.init_s)
    start, ends = 0, plan.epoch_ends
    outer = run.bar(len(ends), "Epochs", position=0)
    for epoch, end in enumerate(ends, 1):
        bar = run.bar(end - start, f"train {epoch}", position=1, leave=False)
        for step in range(start + 1, end + 1):
            run.spend(plan.step_s(step))
            bar.update()
            _between(run, plan, step)
        bar.close()
        outer.update()
        start = end
    run.spend(plan.closing_s)
    outer.close()


def logging_lines(run: Simulation, plan: Plan) -> None:
    """Lines with the time of day."""
    run.log("Starting training")
    run.spend(plan.init_s)
    _lines(run, plan, run.log)
    if plan.last is None:
        run.log("Training finished")


def printed_lines(run: Simulation, plan: Plan) -> None:
    """Lines without a clock: only their arrival tells the time."""
    run.spend(plan.init_s)
    _lines(run, plan, run.say)


def _lines(run: Simulation, plan: Plan, say: Callable[[str], None]) -> None:
    evals = 0
    for step in range(plan.first + 1, (plan.last or plan.steps) + 1):
        run.spend(plan.step_s(step))
        if step % plan.log_every == 0 or step == plan.steps:
            say(f"step {step}/{plan.steps} loss={loss(run, step, plan)} lr=3.0e-04")
        if plan.evaluates_after(step):
            evals += 1
            say("Running evaluation")
            _evaluate(run, plan, evals, bar=False)
            say(f"eval_loss={loss(run, step, plan)} at step {step}")
        _between(run, plan, step)
        if plan.save_every and step % plan.save_every == 0:
            say(f"Saved checkpoint to ckpt-{step}.pt")
    run.spend(plan.closing_s)


def trainer_lines(run: Simulation, plan: Plan) -> None:
    """A Trainer with `disable_tqdm`: its header, then dicts that tell the epoch."""
    began_s, evals = run.now_s, 0
    run.spend(plan.init_s)
    run.say(
        f"***** Running training *****\n  Num Epochs = {plan.epochs:,}\n  Total optimization steps = {plan.steps:,}"
    )
    for step in range(plan.first + 1, (plan.last or plan.steps) + 1):
        run.spend(plan.step_s(step))
        epoch = round(step / plan.steps * plan.epochs, 4)
        if step % plan.log_every == 0:
            run.say(str({"loss": loss(run, step, plan), "learning_rate": 1e-4, "epoch": epoch}))
        if plan.evaluates_after(step):
            evals += 1
            run.say("***** Running Evaluation *****")
            took_s = _evaluate(run, plan, evals, bar=False)
            run.say(str({"eval_loss": loss(run, step, plan), "eval_runtime": round(took_s, 3), "epoch": epoch}))
        _between(run, plan, step)
    run.spend(plan.closing_s)
    run.say(str({"train_runtime": round(run.now_s - began_s, 3), "train_loss": 1.1, "epoch": float(plan.epochs)}))


Voice = Callable[[Simulation, Plan], None]
EVERY: tuple[Voice, ...] = (trainer, one_bar, logging_lines, printed_lines, trainer_lines)
BARS: tuple[Voice, ...] = (epoch_bars, nested_bars)
"""For runs that evaluate after epochs, or never."""
