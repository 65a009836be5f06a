"""Runs on a simulated clock: a real tqdm writes into memory, and each write notes when the log grew. Needs tqdm."""

from __future__ import annotations

import importlib
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

BLOCK_BYTES = 8192
"""What C's and Python's buffered output holds back when it goes to a file."""


def nothing(_number: int) -> float:
    """No time at all."""
    return 0.0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a run does; steps and evaluations are numbered from 1."""

    steps: int
    step_s: Callable[[int], float]
    """Seconds of a step, without what comes between steps."""
    epochs: int = 1
    ends: tuple[int, ...] = ()
    """The last step of each epoch; empty: all are equally long."""
    init_s: float = 0.0
    closing_s: float = 0.0
    eval_every: int = 0
    """0: never; -1: after each epoch."""
    eval_s: Callable[[int], float] = nothing
    """Seconds of a whole evaluation."""
    save_every: int = 0
    save_s: float = 0.0
    stalls: dict[int, float] = field(default_factory=dict)
    """Seconds of nothing after a step."""
    first: int = 0
    """Steps that an earlier attempt did."""
    last: int | None = None
    """It is killed, or stops early, after this step."""
    log_every: int = 10

    @property
    def epoch_ends(self) -> tuple[int, ...]:
        """The last step of each epoch."""
        return self.ends or tuple(self.steps * (epoch + 1) // self.epochs for epoch in range(self.epochs))

    def evaluates_after(self, step: int) -> bool:
        """Tell whether an evaluation follows a step."""
        return step in self.epoch_ends if self.eval_every < 0 else bool(self.eval_every) and step % self.eval_every == 0


class Output:
    """A file that a program writes to, as tqdm and `print` see it."""

    encoding = "utf-8"

    def __init__(self, grow: Callable[[bytes], None], block_bytes: int = 1) -> None:
        self._grow, self._block_bytes, self._waiting = grow, block_bytes, b""

    def write(self, text: str) -> int:
        """Hold it back until a block is full."""
        self._waiting += text.encode()
        full = len(self._waiting) // self._block_bytes * self._block_bytes
        self._grow(self._waiting[:full])
        self._waiting = self._waiting[full:]
        return len(text)

    def flush(self) -> None:
        """Nothing: what flushes writes unbuffered."""

    def close(self) -> None:
        """The program ends: the rest of the block."""
        self._grow(self._waiting)
        self._waiting = b""

    def isatty(self) -> bool:
        """Tell tqdm that nobody looks."""
        return False


class Simulation:
    """The clock, the dice, and the log so far with the times at which it grew."""

    def __init__(self, seed: int, *, buffered: bool = False) -> None:
        self.dice = random.Random(seed)
        self.now_s = 1_790_000_000.0 + self.dice.uniform(0, 1e6)
        self.pieces: list[tuple[bytes, float | None]] = []
        self.stderr = Output(self._grow)
        self.stdout = Output(self._grow, BLOCK_BYTES if buffered else 1)

    def _grow(self, data: bytes) -> None:
        if not data:
            return
        if self.pieces and self.pieces[-1][1] == self.now_s:
            data = self.pieces.pop()[0] + data
        self.pieces.append((data, self.now_s))

    def spend(self, seconds: float) -> None:
        """Time goes by."""
        self.now_s += seconds

    def say(self, text: str) -> None:
        """Print a line."""
        self.stdout.write(f"{text}\n")

    def log(self, text: str) -> None:
        """A line of `logging`, with the time of day."""
        at = datetime.fromtimestamp(self.now_s, UTC)
        self.say(f"{at:%Y-%m-%d %H:%M:%S},{at.microsecond // 1000:03d} - INFO - {text}")

    def bar(self, total: int, name: str | None = None, **more: Any) -> Any:
        """A tqdm bar under this clock."""
        tqdm: Any = importlib.import_module("tqdm")
        return tqdm.tqdm(total=total, desc=name, file=self.stderr, **more)

    @contextmanager
    def running(self) -> Iterator[None]:
        """While the program runs, tqdm takes the time from this clock."""
        bars: Any = importlib.import_module("tqdm")
        with patch("tqdm.std.time", lambda: self.now_s), patch.object(bars.tqdm, "monitor_interval", 0):
            yield
        self.stdout.close()
