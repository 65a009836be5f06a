"""A clock that programs spend instead of waiting for, and a journal of what they really did.

tqdm, `logging` and the Trainer all read this clock, so a run of 35 hours is written in seconds, and every elapsed time,
rate, timestamp and `train_runtime` in its log agrees with the others.
Nothing here writes to the log; the libraries do.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import tqdm
import tqdm.std

STDOUT = 1


class Simulation:
    """The clock, the dice and the journal of one process."""

    def __init__(self, *, start: float, seed: int, journal: Path) -> None:
        self.now = start
        self.dice = random.Random(seed)
        self._journal = journal.open("a", buffering=1 << 16)
        self._bytes_seen = -1
        self.note("begin", log_bytes=os.fstat(STDOUT).st_size)

    def install(self) -> None:
        """Put the clock where the libraries look for one."""
        time.time = self.read
        time.perf_counter = self.read
        time.sleep = self.spend
        tqdm.std.time = self.read  # it did `from time import time`
        tqdm.tqdm.monitor_interval = 0  # its thread wakes by the real clock

    def read(self) -> float:
        return self.now

    def spend(self, seconds: float) -> None:
        """Let time pass; what was printed until now was printed now."""
        size = os.fstat(STDOUT).st_size
        if size != self._bytes_seen:
            self._bytes_seen = size
            self.note("printed", bytes=size)
        self.now += seconds

    def note(self, event: str, **facts: object) -> None:
        """One line of the journal."""
        self._journal.write(json.dumps({"event": event, "t": round(self.now, 3), **facts}) + "\n")

    def step(self, number: int, seconds: float) -> None:
        """Spend one step and note it."""
        self.spend(seconds)
        self.note("step", n=number, seconds=round(seconds, 4))

    @contextmanager
    def stage(self, name: str, kind: str, total: int | None = None) -> Iterator[None]:
        """A part of the run; stages may nest (an evaluation inside training)."""
        self.note("stage", name=name, kind=kind, total=total)
        yield
        self.note("stage_end", name=name)

    def pause(self, kind: str, step: int, seconds: float) -> None:
        """Time between steps that is no step: a checkpoint, a stall."""
        self.note("pause", kind=kind, step=step, seconds=round(seconds, 3))
        self.spend(seconds)

    def end(self, outcome: str, **facts: object) -> None:
        """The last line of the journal: finished, oom, nan, killed."""
        self.spend(0.0)
        self.note("outcome", outcome=outcome, **facts)
        self._journal.flush()

    def kill(self, step: int) -> None:
        """Die as by `kill -9`: no clean-up, no last words."""
        sys.stdout.flush()
        self.end("killed", step=step)
        os.kill(os.getpid(), signal.SIGKILL)

    def between(self, low: float, high: float) -> float:
        return self.dice.uniform(low, high)


class Pace:
    """Seconds per step of a machine: scatter, a slow drift, rare stragglers, slow first steps."""

    def __init__(self, simulation: Simulation, mean_s: float, *, scatter: float = 0.04, warm_up: int = 6) -> None:
        self.dice = simulation.dice
        self.mean_s = mean_s
        self.scatter = scatter
        self.warm_up = self.cold = warm_up
        self.drift = 0.0

    def __call__(self) -> float:
        self.drift = 0.995 * self.drift + self.dice.gauss(0.0, 0.0025)
        factor = 1.0 + self.drift + self.dice.gauss(0.0, self.scatter)
        if self.dice.random() < 0.003:
            factor += self.dice.uniform(0.5, 1.5)
        if self.cold > 0:
            factor += 2.0 * self.cold / self.warm_up
            self.cold -= 1
        return self.mean_s * max(factor, 0.6)


def begin() -> Simulation:
    """The simulation of this process, as all.py set it up in the environment; its clock is installed."""
    simulation = Simulation(
        start=float(os.environ["SAMPLE_START"]),
        seed=int(os.environ["SAMPLE_SEED"]),
        journal=Path(os.environ["SAMPLE_JOURNAL"]),
    )
    simulation.install()
    return simulation
