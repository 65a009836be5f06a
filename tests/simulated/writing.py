"""A log under a simulated clock, by a program that knows what it did: the text, and the truth at each byte of it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime


@dataclass(frozen=True)
class Truth:
    """What a log shows of its run up to some byte. None: it does not say."""

    step: float | None = None
    total: float | None = None
    epochs: float | None = None
    state: str | None = "interrupted"
    loss: float | None = None
    evals: int = 0
    attempts: int = 1
    step_time_s: float | None = None
    problems: frozenset[str] = frozenset()


STYLES: dict[str, Callable[[Log], None]] = {}
"""Every maker of a log, by its name."""


def style(make: Callable[[Log], None]) -> Callable[[Log], None]:
    """Note a maker of a log."""
    STYLES[make.__name__] = make
    return make


@dataclass
class Log:
    """Text so far, the clock, and the truth behind each write."""

    seed: int = 0
    now_s: float = datetime(2026, 3, 4, 10, 11, 12, 345000, tzinfo=UTC).timestamp()
    text: str = ""
    truth: Truth = field(default_factory=Truth)
    moments: list[tuple[int, Truth]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    prefix: Callable[[Log], str] | None = None
    timed: bool = True
    """Whether the log shows a step time at all."""
    end: str = "\n"

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def at(self, form: str = "%Y-%m-%d %H:%M:%S") -> str:
        """The clock as printed."""
        return datetime.fromtimestamp(self.now_s, UTC).strftime(form)

    @property
    def ms(self) -> int:
        return int(self.now_s * 1000) % 1000

    def wait(self, seconds: float) -> float:
        """Time that is no step."""
        took = seconds * self.random.uniform(0.93, 1.07)
        self.now_s += took
        return took

    def trained(self, seconds: float) -> float:
        """One step of training."""
        took = self.wait(seconds)
        self.times.append(took)
        return took

    def loss(self, i: float, n: float) -> float:
        return round(2.4 * (1 - 0.8 * i / n) + self.random.uniform(-0.05, 0.05), 4)

    def say(self, text: str = "", end: str | None = None, **known: object) -> None:
        """Print a line; `known` is what it says."""
        head = self.prefix(self) if self.prefix is not None else ""
        self.text += head + text + (self.end if end is None else end)
        measured = sum(self.times) / len(self.times) if self.timed and len(self.times) > 1 else None
        self.truth = replace(self.truth, **known, step_time_s=measured)  # type: ignore[arg-type]
        self.moments.append((len(self.text.encode()), self.truth))

    def fail(self, kind: str, *lines: str) -> None:
        for line in lines[:-1]:
            self.say(line)
        self.say(lines[-1], state="failed", problems=self.truth.problems | {kind})
