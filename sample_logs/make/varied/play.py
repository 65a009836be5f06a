"""Small programs under a simulated clock, and what each of them really did."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from simulation import Simulation

WORK = Path(tempfile.gettempdir()) / "varied-runs" / "work"
"""Where the programs leave their checkpoints."""


def bar(*arguments: Any, **options: Any) -> Any:
    """A tqdm bar, imported when the clock is installed."""
    from tqdm import tqdm

    return tqdm(*arguments, **options)


Program = Callable[..., None]
PROGRAMS: dict[str, tuple[Program, dict[str, Any]]] = {}
"""By name: the program, and what is true about it that no journal tells."""


def run(**facts: Any) -> Callable[[Program], Program]:
    """Register a program. `step`, `total`, `epochs` list what may be said of it; `state` alternatives by `|`."""

    def register(program: Program) -> Program:
        PROGRAMS[program.__name__] = (program, facts)
        return program

    return register


class Play(Simulation):
    """The clock of a program, and its journal."""

    def train(self, n: float, seconds: float = 1.0) -> None:
        """One training step: so many of the whole run are done now."""
        self.spend(seconds * self.dice.uniform(0.9, 1.1))
        self.note("train", n=n)

    def evaluation(self, batches: Iterable[Any], seconds: float = 0.5) -> Iterator[Any]:
        """One evaluation over the batches."""
        self.note("eval")
        for batch in batches:
            self.spend(seconds)
            yield batch

    def loss(self, value: float) -> float:
        """Note what is logged."""
        self.note("loss", value=value)
        return value

    def falling(self, n: float) -> float:
        """A loss that falls."""
        return round(2.0 / (1 + 0.02 * n) + self.dice.uniform(-0.05, 0.05), 4)


def main() -> None:
    """Play a program: its name and the number of the attempt are the arguments."""
    name, attempt = sys.argv[1], int(sys.argv[2])
    program, facts = PROGRAMS[name]
    play = Play(
        start=float(os.environ["SAMPLE_START"]),
        seed=int(os.environ["SAMPLE_SEED"]),
        journal=Path(os.environ["SAMPLE_JOURNAL"]),
    )
    play.install()
    try:
        program(play, attempt) if facts.get("attempts", 1) > 1 else program(play)
    finally:
        play.end("over")
