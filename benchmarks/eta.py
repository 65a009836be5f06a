"""How good is the ETA? Finished logs are replayed through the program's own reading and held to their ends.

    python -m benchmarks.eta [--logs FOLDER] [--json]

Without FOLDER: `logs/generated` of the folder of reference logs beside the repository ($TRAINMON_SHARED). Beside a log,
`NAME.timing.jsonl` or `NAME.timing_sim.jsonl` tells when its bytes arrived. Nothing here takes the time, but for the
cost of a forecast, so the figures are the same on every machine.

The goals: the median error at 10, 25, 50 and 75 % of the wall time is at most half of that of the last remaining time
that a bar printed; against tqdm's method on the whole-run counter the mean error over 5..75 % is at most 0.6 of it, at
50 % 0.45, at 10 % 0.9, and never above the mean over the last half; the 80 % interval holds the end in 75-90 % of the
cases and narrows as the run goes on; the mean error right after a pause is at most twice what it was before; with a
right document the error before the first step is under 25 %; a forecast costs at most 1 ms.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import re
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median

from trainmon.parsers import log_formats
from trainmon.timing.arrivals import arrivals_beside, cut
from trainmon.timing.backtest import OURS, Moment, Piece, RunBacktest, backtest, in_lines
from trainmon.timing.backtest_report import backtest_text
from trainmon.timing.eta import forecast
from trainmon.timing.pace import Prior
from trainmon.timing.steptime import StepClock

SHARES = (0.01, 0.02, 0.05, 0.10, 0.25, 0.40, 0.50, 0.60, 0.75, 0.90)
SPREAD = (-0.02, 0.0, 0.02)
"""Each share is asked for three times, so that no figure hangs on one redraw."""
DENSE = tuple(index / 200 for index in range(2, 190))
_PRINTED = re.compile(rb"<(?:(\d+):)?(\d+):(\d\d)[,\]]")


@dataclass(frozen=True, slots=True)
class Log:
    """A log with the times at which it grew."""

    name: str
    pieces: list[Piece]
    truth: dict[str, object]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure and its goal."""

    name: str
    value: float
    goal: str
    reached: bool


def read_logs(folder: Path) -> list[Log]:
    """Every log below `folder`, with its arrival times and its truth where they lie beside it."""
    found = []
    for path in sorted(folder.glob("*/*.log")):
        data, arrivals = path.read_bytes(), arrivals_beside(path)
        truth = path.with_suffix(".truth.json")
        known = json.loads(truth.read_text(encoding="utf-8")) if truth.is_file() else {}
        pieces = cut(data, arrivals) if arrivals else in_lines(data)
        found.append(Log(path.stem, pieces, known))
    return found


def around(share: float) -> Iterable[float]:
    """The moments asked for at a share of the wall time."""
    return (share + offset * min(1.0, 5 * share) for offset in SPREAD)


def replay(logs: Sequence[Log], shares: Sequence[float]) -> list[RunBacktest]:
    """Ask at `shares` of the wall time of each log."""
    return [backtest(log.name, log.pieces, log_formats(), shares=shares, default_year=2026) for log in logs]


def near(run: RunBacktest, share: float) -> list[Moment]:
    """The moments of one share that can be scored: we and tqdm have an answer."""
    chosen = set(around(share))
    return [m for m in run.moments if m.share in chosen and m.eta and m.rivals.get("tqdm") is not None and m.true_s > 0]


def error(guess: float | None, true_s: float) -> float:
    """Absolute error in percent of what is left."""
    return math.nan if guess is None else 100 * abs(guess / true_s - 1)


def mean_error(runs: Sequence[RunBacktest], share: float, name: str) -> float:
    """Mean over runs and moments."""
    errors = [error(m.guess(name), m.true_s) for run in runs for m in near(run, share)]
    return fmean(e for e in errors if not math.isnan(e))


def against_rivals(runs: Sequence[RunBacktest]) -> list[Figure]:
    """Ratios to tqdm's method and to the last half, all on the whole-run counter."""
    early = (0.05, 0.10, 0.25, 0.50, 0.75)
    means = {name: fmean(mean_error(runs, s, name) for s in early) for name in (OURS, "tqdm", "last_half")}
    at = {s: mean_error(runs, s, OURS) / mean_error(runs, s, "tqdm") for s in (0.10, 0.50)}
    overall, half = means[OURS] / means["tqdm"], means[OURS] / means["last_half"]
    return [
        Figure("mean error 5..75 % / tqdm's", overall, "<= 0.6", overall <= 0.6),
        Figure("error at 50 % / tqdm's", at[0.50], "<= 0.45", at[0.50] <= 0.45),
        Figure("error at 10 % / tqdm's", at[0.10], "<= 0.9", at[0.10] <= 0.9),
        Figure("mean error 5..75 % / last half's", half, "<= 1", half <= 1),
    ]


def printed_remaining(log: Log, until_s: float) -> float | None:
    """The last remaining time that a bar of the log had printed by then, in seconds."""
    seen = b""
    began_s = log.pieces[0][1]
    for data, at_s in log.pieces:
        if at_s is None or began_s is None or at_s - began_s > until_s:
            break
        seen = (seen + data)[-4096:]
    printed = list(_PRINTED.finditer(seen))
    if not printed:
        return None
    last = printed[-1]
    return int(last[1] or 0) * 3600 + int(last[2]) * 60 + int(last[3])


def against_bars(logs: Sequence[Log], runs: Sequence[RunBacktest]) -> list[Figure]:
    """Ratio of the median errors, where a bar had printed a remaining time."""
    figures = []
    for share in (0.10, 0.25, 0.50, 0.75):
        ours, theirs = [], []
        for log, run in zip(logs, runs, strict=True):
            for moment in near(run, share):
                printed = printed_remaining(log, moment.at_s)
                if printed is not None:
                    ours.append(error(moment.guess(OURS), moment.true_s))
                    theirs.append(error(printed, moment.true_s))
        ratio = median(ours) / median(theirs)
        figures.append(Figure(f"median error at {share:.0%} / the bars' as printed", ratio, "<= 0.5", ratio <= 0.5))
    return figures


def intervals(runs: Sequence[RunBacktest]) -> list[Figure]:
    """Coverage over everything, and the median width from share to share."""
    shares = (0.10, 0.25, 0.50, 0.75)
    asked = {share: [m for run in runs for m in near(run, share) if m.eta] for share in shares}
    rests = {s: [(m.eta.remaining_s, m.true_s) for m in asked[s] if m.eta] for s in shares}
    holds = fmean(rest.low <= true_s <= rest.high for found in rests.values() for rest, true_s in found)
    widths = [median((r.high - r.low) / r.likely for r, _ in rests[s] if r.likely > 0) for s in shares]
    falls = all(a >= b for a, b in pairwise(widths))
    names = ", ".join(f"{s:.0%}" for s in shares)
    return [
        Figure("coverage of the 80 % interval", 100 * holds, "75..90", 75 <= 100 * holds <= 90),
        *(
            Figure(f"median width at {s:.0%}", w, f"falls over {names}", falls)
            for s, w in zip(shares, widths, strict=True)
        ),
    ]


def after_pauses(logs: Sequence[Log]) -> Figure:
    """Mean error within 60 s (and 5 % of the run) after an evaluation or a checkpoint, over that before it."""
    before, after = [], []
    for log in logs:
        times = _pause_times(log)
        began_s = log.pieces[0][1] if log.pieces else None
        if not times or began_s is None:
            continue
        run = backtest(log.name, log.pieces, log_formats(), shares=DENSE, default_year=2026)
        errors = [(m.at_s, error(m.guess(OURS), m.true_s)) for m in run.moments if m.eta and m.true_s > 0]
        for at_s in (t - began_s for t in times):
            window_s = min(60.0, 0.05 * run.duration_s)
            earlier = [e for t, e in errors if at_s - window_s <= t < at_s]
            later = [e for t, e in errors if at_s <= t <= at_s + window_s]
            if earlier and later:
                before.append(fmean(earlier))
                after.append(fmean(later))
    ratio = fmean(after) / fmean(before)
    return Figure(f"error right after {len(after)} pauses / before", ratio, "<= 2", ratio <= 2)


def _pause_times(log: Log) -> list[float]:
    marks = log.truth.get("marks")
    kinds = ("eval_begin", "val_begin", "save", "eval+save")
    return [m["t"] for m in marks if m.get("mark") in kinds] if isinstance(marks, list) else []


def before_the_first_step(runs: Sequence[RunBacktest]) -> Figure:
    """A document that is right to within 15 % and says so to within 20 %: error at step 0."""
    chance = random.Random(7)
    errors = []
    for run in runs:
        if not run.moments:
            continue
        for _ in range(20):
            middle = run.duration_s * math.exp(chance.gauss(0, 0.15))
            prior = Prior(low_s=0.8 * middle, high_s=1.2 * middle)
            eta = forecast(None, step=None, total_steps=None, now_s=0.0, last_observed_s=None, prior=prior)
            assert eta is not None
            errors.append(error(eta.remaining_s.likely, run.duration_s))
    mean = fmean(errors)
    return Figure("error before the first step with a right document", mean, "< 25", mean < 25)


def cost() -> list[Figure]:
    """Milliseconds per forecast from full books, and microseconds per observation."""
    clock, rounds = StepClock(), 200
    chance = random.Random(1)
    at_s, steps = 0.0, 20_000
    begun = time.process_time()
    for step in range(steps):
        at_s += 0.1 * math.exp(chance.gauss(0, 0.2)) + (5.0 if step % 500 == 0 else 0.0)
        clock.observe(step, at_s, resolution_s=0.0)
    observed = 1e6 * (time.process_time() - begun) / steps
    pace = clock.pace()
    begun = time.process_time()
    for _ in range(rounds):
        forecast(pace, step=steps, total_steps=2 * steps, now_s=at_s, last_observed_s=at_s)
    asked = 1e3 * (time.process_time() - begun) / rounds
    samples = float(len(pace.curve)) if pace is not None else math.nan
    return [
        Figure("ms per forecast", asked, "<= 1", asked <= 1),
        Figure("us per observation", observed, "constant", True),
        Figure("samples kept", samples, "<= 512", samples <= 512),
    ]


def main() -> int:
    """Print the tables; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    shared = Path(os.environ.get("TRAINMON_SHARED") or Path(__file__).resolve().parents[2] / "shared")
    parser.add_argument("--logs", type=Path, default=shared / "logs" / "generated")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    logs = read_logs(options.logs)
    if not logs:
        print(f"no logs under {options.logs}", file=sys.stderr)
        return 2
    shares = tuple(sorted({moment for share in SHARES for moment in around(share)}))
    runs = replay(logs, shares)
    figures = [
        *against_bars(logs, runs),
        *against_rivals(runs),
        *intervals(runs),
        after_pauses(logs),
        before_the_first_step(runs),
        *cost(),
    ]
    if options.json:
        print(json.dumps([asdict(figure) for figure in figures], indent=2))
    else:
        print(backtest_text(runs))
        for figure in figures:
            told = "reached" if figure.reached else "MISSED"
            print(f"{figure.name:55} {figure.value:9.3g}   goal {figure.goal:28} {told}")
    return 0 if all(figure.reached for figure in figures) else 1


if __name__ == "__main__":
    raise SystemExit(main())
