"""Makes logs of any size with known contents: what the reading benchmark reads.

    python -m benchmarks.make_logs FOLDER [--mb 64] [--kind trainer,sparse,tqdm,postfix,mixed]

The bars are tqdm's own text (`tqdm.std.tqdm.format_meter`, its rate smoothed by `tqdm.std.EMA`) on a simulated clock,
framed as tqdm writes to a file: a redraw is `\\r`, the meter and blanks over what was longer; a line written beside a
bar wipes it first and redraws it after; a nested bar stands on the line below and goes back up with `ESC[A`.
Needs tqdm.
"""

from __future__ import annotations

import argparse
import importlib
import json
import math
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.make_lines import LINE_FORMATS, Contents, Row, curve

STEP_S = 0.35
KINDS = ("trainer", "sparse", "tqdm", "postfix", "mixed")


class Bar:
    """One tqdm bar on a simulated clock. `advance` gives what tqdm writes for the next redraw."""

    def __init__(self, total: int, prefix: str = "") -> None:
        std: Any = importlib.import_module("tqdm.std")
        self._meter, self._steps, self._seconds = std.tqdm.format_meter, std.EMA(0.3), std.EMA(0.3)
        self._total, self._prefix = total, prefix
        self.done, self.elapsed_s, self.text, self._width, self._postfix = 0, 0.0, "", 0, ""
        self._rate: float | None = None

    def advance(self, steps: int, seconds: float, postfix: str = "") -> str:
        """Count on; one redraw."""
        self.done += steps
        self.elapsed_s += seconds
        self._postfix = postfix
        if steps and seconds:
            self._rate = self._steps(steps) / self._seconds(seconds)
        return self.redraw()

    def redraw(self) -> str:
        """The bar as it stands."""
        self.text = str(
            self._meter(
                self.done,
                self._total,
                self.elapsed_s,
                prefix=self._prefix,
                rate=self._rate,
                postfix=self._postfix or None,
            )
        )
        blanks = " " * max(self._width - len(self.text), 0)
        self._width = len(self.text)
        return f"\r{self.text}{blanks}"

    def above(self, line: str) -> str:
        """A line written beside the bar: wiped, written, drawn again."""
        return f"\r{' ' * self._width}\r{line}\n{self.redraw()}"


@dataclass(slots=True)
class Known:
    """What is in a log; the readers must find the same. `rows`, `low`, `high` and `last` are about `loss`."""

    path: str
    rows: int = 0
    low: float = math.inf
    high: float = -math.inf
    last: float = math.nan
    step: int = 0
    exact_rows: bool = True
    """False where losses stand in bars only: a reader need not take every redraw."""

    def note(self, loss: float) -> None:
        """Count one logged loss."""
        self.rows += 1
        self.low, self.high, self.last = min(self.low, loss), max(self.high, loss), loss


def trainer(steps: int, known: Known, seed: int, log_every: int) -> Iterator[str]:
    """A Trainer run: a redraw a step, a dict line every `log_every`, a nested evaluation bar every 5000 steps."""
    chance, bar = random.Random(seed), Bar(steps)
    yield bar.redraw()
    for step in range(1, steps + 1):
        yield bar.advance(1, STEP_S * chance.lognormvariate(0, 0.08))
        if step % log_every == 0:
            loss = round(curve(step, steps, chance), 4)
            known.note(loss)
            row = {"loss": loss, "grad_norm": chance.uniform(0.2, 3), "learning_rate": 5e-4 * (1 - step / steps)}
            yield bar.above(str(row | {"epoch": round(3 * step / steps, 2)}))
        if step % 5000 == 0:
            yield from _evaluation(bar, chance, round(3 * step / steps, 2))
    known.step = steps
    summary = {"train_runtime": round(bar.elapsed_s, 4), "train_steps_per_second": 2.9, "train_loss": 0.6, "epoch": 3.0}
    yield f"{bar.above(str(summary))}{bar.redraw()}\n"


def _evaluation(outer: Bar, chance: random.Random, epoch: float) -> Iterator[str]:
    bar = Bar(30)
    yield f"\n{bar.redraw()}\x1b[A"
    for _ in range(30):
        seconds = chance.uniform(0.1, 0.2)
        outer.elapsed_s += seconds
        yield f"\n{bar.advance(1, seconds)}\x1b[A"
    blanks = " " * len(bar.text)
    results = {"eval_loss": chance.uniform(0.4, 2.0), "eval_runtime": round(bar.elapsed_s, 4), "epoch": epoch}
    yield f"\r{' ' * len(outer.text)}\r\n\r{blanks}\r\x1b[A{results}\n{outer.redraw()}"
    yield f"\n{bar.redraw()}\x1b[A\n\r{blanks}\x1b[A"


def plain_bar(steps: int, known: Known, seed: int, *, with_loss: bool) -> Iterator[str]:
    """One bar from start to end, with or without a loss behind it."""
    chance, bar = random.Random(seed), Bar(steps, "train" if with_loss else "")
    yield bar.redraw()
    known.exact_rows = not with_loss
    for step in range(1, steps + 1):
        postfix = ""
        if with_loss:
            loss = float(f"{curve(step, steps, chance):.3g}")
            known.note(loss)
            postfix = f"loss={loss:.3g}, lr={5e-4 * (1 - step / steps):.3g}"
        yield bar.advance(1, STEP_S * chance.lognormvariate(0, 0.08), postfix)
    known.step = steps
    yield f"{bar.redraw()}\n"


def lightning(steps: int, known: Known, seed: int) -> Iterator[str]:
    """Lightning's bar: one an epoch of 1,000 batches, epochs from 0, the loss in the bar."""
    chance, known.exact_rows = random.Random(seed), False
    epochs = max(1, steps // 1000)
    for epoch in range(epochs):
        bar = Bar(1000, f"Epoch {epoch}")
        for batch in range(1, 1001):
            loss = float(f"{curve(epoch * 1000 + batch, steps, chance):.3f}")
            known.note(loss)
            yield bar.advance(1, STEP_S * chance.lognormvariate(0, 0.08), f"v_num=3, train_loss_step={loss:.3f}")
        yield "\n"
    known.step = epochs * 1000
    yield f"`Trainer.fit` stopped: `max_epochs={epochs}` reached.\n"


def lines(make_row: Row, steps: int, known: Known, seed: int) -> Iterator[str]:
    """A log of one line a step."""
    contents = Contents(steps=steps, chance=random.Random(seed))
    for step in range(1, steps + 1):
        line, loss = make_row(contents, step)
        yield line
        if loss is not None:
            known.note(loss)
            known.step = step


Maker = Callable[[int, Known, int], Iterator[str]]


def _by_lines(make_row: Row) -> Maker:
    return lambda steps, known, seed: lines(make_row, steps, known, seed)


MAKERS: dict[str, Maker] = {
    "trainer": lambda steps, known, seed: trainer(steps, known, seed, 10),
    "sparse": lambda steps, known, seed: trainer(steps, known, seed, 500),
    "tqdm": lambda steps, known, seed: plain_bar(steps, known, seed, with_loss=False),
    "postfix": lambda steps, known, seed: plain_bar(steps, known, seed, with_loss=True),
    "lightning": lightning,
    **{name: _by_lines(make_row) for name, make_row in LINE_FORMATS.items()},
}


def write_log(kind: str, path: Path, size_bytes: int, seed: int = 1) -> Known:
    """Write one log of about `size_bytes`; gives what is in it."""
    make, pilot = MAKERS[kind], 1000
    pilot_bytes = sum(len(text.encode()) for text in make(pilot, Known(path=""), seed))
    known = Known(path=str(path))
    with path.open("w", encoding="utf-8", newline="") as log:
        log.writelines(make(max(pilot, int(pilot * size_bytes / pilot_bytes)), known, seed))
    return known


def write_archive(folder: Path, size_bytes: int) -> list[Known]:
    """Write a folder of 1 MB logs in eight formats, in turn."""
    kinds = ("trainer", "tqdm", "nanogpt", "megatron", "logging", "jsonl", "lightning", "noise")
    folder.mkdir(parents=True, exist_ok=True)
    count = max(len(kinds), round(size_bytes / 1e6))
    each = size_bytes // count
    return [
        write_log(kind, folder / f"run{number:04}_{kind}.{'jsonl' if kind == 'jsonl' else 'log'}", each, number)
        for number in range(count)
        for kind in [kinds[number % len(kinds)]]
    ]


def make(kind: str, folder: Path, megabytes: float) -> list[Known]:
    """Make one kind of log below `folder`, or read what an earlier call has left there in the same size."""
    noted = folder / f"{kind}-{megabytes:g}.known.json"
    if noted.is_file():
        return [Known(**entry) for entry in json.loads(noted.read_text())]
    size_bytes = int(megabytes * 1e6)
    if kind == "mixed":
        known = write_archive(folder / f"mixed-{megabytes:g}", size_bytes)
    else:
        known = [write_log(kind, folder / f"{kind}-{megabytes:g}.log", size_bytes)]
    noted.write_text(json.dumps([asdict(entry) for entry in known]))
    return known


def main() -> int:
    """Write the logs that are asked for."""
    parser = argparse.ArgumentParser(prog="benchmarks.make_logs", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mb", type=float, default=64.0, help="size of each, in 10^6 bytes")
    parser.add_argument("--kind", default=",".join(KINDS))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for kind in options.kind.split(","):
        known = make(kind, options.folder, options.mb)
        print(f"{kind}: {len(known)} files, {sum(entry.rows for entry in known):,} losses")
    return 0


if __name__ == "__main__":
    sys.exit(main())
