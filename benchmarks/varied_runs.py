"""How good is the ETA on runs that nobody tuned it to? Every kind of run, in every voice, on a simulated clock.

    python -m benchmarks.varied_runs [--number N]

Prints, for each kind, the mean error of the remaining time in percent at 5..90 % of the wall time (a single one counts
1000 at most) and what the rivals have there, and how often the end lay within the 80 % interval. Another N, other dice.
Nothing takes the time, so the figures are the same on every machine. Needs tqdm.
"""

from __future__ import annotations

import argparse
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median

from benchmarks.kinds import KINDS
from benchmarks.simulation import Simulation
from benchmarks.voices import BARS, EVERY, Voice, one_bar, printed_lines, trainer, trainer_lines
from trainmon.parsers import log_formats
from trainmon.timing.backtest import OURS, Moment, Piece, backtest
from trainmon.timing.rivals import NAMES

SHARES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90)
MOST = 1000.0
WITHOUT_CLOCK = (printed_lines, trainer_lines)
SURPRISES = frozenset({"stops_early", "long_stall", "curriculum", "slowed_and_recovered", "two_attempts"})
"""What nobody can foresee from the log so far: how wide an interval that holds these would have to be is no measure."""
_ONE_COUNTER = frozenset({"evaluated", "growing_evaluation", "evaluated_seldom", "resumed", "ten_days", "short"})
"""Kinds that a bar for each epoch cannot tell."""


@dataclass(frozen=True)
class Run:
    """A log with its arrival times."""

    name: str
    kind: str
    pieces: list[Piece]


def voices_of(name: str) -> tuple[Voice, ...]:
    """Who can print a kind."""
    voices = EVERY if name in _ONE_COUNTER else (*EVERY, *BARS)
    if name == "stops_early":
        return trainer, one_bar
    if name == "resumed":
        return tuple(voice for voice in voices if voice is not trainer_lines)
    return voices


def _seeded(*parts: object) -> int:
    return zlib.crc32("-".join(map(str, parts)).encode())


def written(name: str, voice: Voice, number: int) -> Run:
    """The run of a kind as one voice prints it; the same every time."""
    seed = _seeded(name, voice.__name__, number)
    run = Simulation(seed)
    plan = KINDS[name](run.dice)
    with run.running():
        voice(run, plan)
        if plan.last is not None:
            run.say("Early stopping triggered")
    return Run(f"{name}-{voice.__name__}-{number}", name, run.pieces)


def pipeline(voice: Voice, number: int) -> Run:
    """Two stages with bars of their own before the training."""
    run = Simulation(_seeded("pipeline", voice.__name__, number))
    plan = KINDS["evaluated"](run.dice)
    with run.running():
        for name, seconds in (("Fetching", 0.4), ("Embedding", 1.1)):
            bar = run.bar(200, name)
            for _ in range(200):
                run.spend(seconds * run.dice.uniform(0.8, 1.2))
                bar.update()
            bar.close()
        voice(run, plan)
    return Run(f"pipeline-{voice.__name__}-{number}", "pipeline", run.pieces)


def two_attempts(voice: Voice, number: int) -> Run:
    """Killed on the way, and resumed in the same file."""
    run = Simulation(_seeded("two_attempts", voice.__name__, number))
    plan = KINDS["evaluated"](run.dice)
    died = int(plan.steps * run.dice.uniform(0.3, 0.7))
    with run.running():
        voice(run, replace(plan, last=died))
        run.say("\nKilled")
        run.spend(run.dice.uniform(30, 2000))
        voice(run, replace(plan, first=died // 50 * 50))
    return Run(f"two_attempts-{voice.__name__}-{number}", "two_attempts", run.pieces)


def held_back(voice: Voice, number: int) -> Run:
    """What it prints waits until 8 KiB are full."""
    run = Simulation(_seeded("held_back", voice.__name__, number), buffered=True)
    with run.running():
        voice(run, replace(KINDS["steady"](run.dice), log_every=1))
    return Run(f"held_back-{voice.__name__}-{number}", "held_back", run.pieces)


def every_run(number: int = 0) -> Iterator[Run]:
    """One run of every kind in every voice; another `number`, other dice."""
    for name in KINDS:
        for voice in voices_of(name):
            yield written(name, voice, number)
    for voice in (trainer, one_bar):
        yield pipeline(voice, number)
        yield two_attempts(voice, number)
    for voice in (trainer_lines, printed_lines):
        yield held_back(voice, number)


def every_kind(number: int = 0) -> Iterator[Run]:
    """One run of every kind, each in another voice than the kind before; of some nobody knows when the log grew."""
    for place, name in enumerate(KINDS):
        voices = voices_of(name)
        voice = voices[place % len(voices)]
        run = written(name, voice, number)
        yield without_arrivals(run) if place % 3 == 0 and voice not in WITHOUT_CLOCK else run
    yield from (pipeline(trainer, number), two_attempts(trainer, number), held_back(printed_lines, number))


def without_arrivals(run: Run) -> Run:
    """The same log, of which nobody knows when it grew."""
    return replace(run, name=f"{run.name}-clock", pieces=[(data, None) for data, _ in run.pieces])


def moments_of(run: Run, shares: Sequence[float] = SHARES) -> list[Moment]:
    """What was said on the way, where something was."""
    asked = backtest(run.name, run.pieces, log_formats(), shares=shares, default_year=2026).moments
    return [moment for moment in asked if moment.eta is not None and moment.true_s > 0]


def mean_error(moments: Iterable[Moment], name: str, beside: str) -> float:
    """Mean error of one estimator in percent, where it and another one have an answer."""
    guesses = [(one.guess(name), one.guess(beside), one.true_s) for one in moments]
    errors = [min(100 * abs(g / t - 1), MOST) for g, other, t in guesses if g is not None and other is not None]
    return fmean(errors) if errors else 0.0


def coverage(moments: Iterable[Moment]) -> float:
    """Share of the moments whose end lay within the interval."""
    return fmean(m.eta.remaining_s.low <= m.true_s <= m.eta.remaining_s.high for m in moments if m.eta is not None)


def width(moments: Iterable[Moment]) -> float:
    """Median width of the interval over the likely value."""
    rests = [m.eta.remaining_s for m in moments if m.eta is not None and m.eta.remaining_s.likely > 0]
    return median((rest.high - rest.low) / rest.likely for rest in rests)


def _row(name: str, moments: Sequence[Moment]) -> str:
    rivals = "".join(f"{mean_error(moments, OURS, one):9.1f}/{mean_error(moments, one, OURS):<7.1f}" for one in NAMES)
    held = f"{100 * coverage(moments):4.0f} %, {100 * width(moments):3.0f} %"
    return f"{name:22}{len(moments):5}  {mean_error(moments, OURS, OURS):7.1f} {rivals} {held}"


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--number", type=int, default=0)
    found: dict[str, list[Moment]] = {}
    for run in every_run(parser.parse_args().number):
        found.setdefault(run.kind, []).extend(moments_of(run))
    print(f"{'kind':22}asked     ours " + "".join(f"{'ours/' + name:>17}" for name in NAMES) + "  holds, width")
    for kind in sorted(found):
        print(_row(kind, found[kind]) + ("  not to be foreseen" if kind in SURPRISES else ""))
    print(_row("foreseeable", [m for kind, moments in found.items() if kind not in SURPRISES for m in moments]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
