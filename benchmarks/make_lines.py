"""Log lines of the formats that print one line a step, with made-up numbers of the right shape."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

_START_S = 1_795_000_000
_STEP_S = 0.35


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a line is made from."""

    steps: int
    chance: random.Random


Row = Callable[[Contents, int], tuple[str, float | None]]
"""Gives the line of a step, counted from 1, and the loss in it."""


def curve(step: int, steps: int, chance: random.Random) -> float:
    """A loss that falls from 2.4 to 0.3 with some noise."""
    return 0.3 + 2.1 * (1 - step / steps) ** 2 + chance.uniform(-0.02, 0.02)


def _time(step: int, pattern: str) -> str:
    return datetime.fromtimestamp(_START_S + step * _STEP_S, UTC).strftime(pattern)


def nanogpt(contents: Contents, step: int) -> tuple[str, float | None]:
    """Iterations from 0."""
    loss = round(curve(step, contents.steps, contents.chance), 4)
    return f"iter {step - 1}: loss {loss:.4f}, time {350 * contents.chance.uniform(0.9, 1.1):.2f}ms, mfu 12.34%\n", loss


def megatron(contents: Contents, step: int) -> tuple[str, float | None]:
    """The columns that Megatron-LM prints between bars."""
    loss = float(f"{curve(step, contents.steps, contents.chance):.6E}")
    ms, norm = 350 * contents.chance.uniform(0.9, 1.1), contents.chance.uniform(0.2, 3)
    return (
        f" [{_time(step, '%Y-%m-%d %H:%M:%S')}] iteration {step:8}/{contents.steps:8} | "
        f"consumed samples: {32 * step:12} | elapsed time per iteration (ms): {ms:.1f} | "
        f"learning rate: {5e-4 * (1 - step / contents.steps):.6E} | global batch size:    32 | lm loss: {loss:.6E} | "
        f"loss scale: 1.0 | grad norm: {norm:.3f} | number of skipped iterations:   0 | "
        "number of nan iterations:   0 |\n"
    ), loss


def python_logging(contents: Contents, step: int) -> tuple[str, float | None]:
    """A script that uses the logging module."""
    loss = round(curve(step, contents.steps, contents.chance), 4)
    when = f"{_time(step, '%Y-%m-%d %H:%M:%S')},{step * 350 % 1000:03}"
    rate = 5e-4 * (1 - step / contents.steps)
    return f"{when} INFO train: step {step}/{contents.steps} loss {loss:.4f} lr {rate:.2e}\n", loss


def jsonl(contents: Contents, step: int) -> tuple[str, float | None]:
    """One object a line."""
    loss = round(curve(step, contents.steps, contents.chance), 5)
    rate = 5e-4 * (1 - step / contents.steps)
    fields = {"time": _time(step, "%Y-%m-%dT%H:%M:%SZ"), "step": step, "total_steps": contents.steps}
    return json.dumps(fields | {"loss": loss, "lr": rate, "grad_norm": contents.chance.uniform(0.2, 3)}) + "\n", loss


def noise(contents: Contents, step: int) -> tuple[str, float | None]:
    """What programs say besides: no progress and no metric."""
    word = contents.chance.choice(("worker", "cache", "tokenizer", "checkpoint", "dataset"))
    return f"[{word}] connected to node {step % 97} at /data/{word}/part-{step % 1000:05}.parquet, reusing it\n", None


LINE_FORMATS: dict[str, Row] = {
    "nanogpt": nanogpt,
    "megatron": megatron,
    "logging": python_logging,
    "jsonl": jsonl,
    "noise": noise,
}
