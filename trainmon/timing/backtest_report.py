"""A backtest as text and as an object for JSON."""

from __future__ import annotations

from collections.abc import Sequence

from trainmon.timing.backtest import OURS, RunBacktest, Score, ShareScore, score
from trainmon.timing.rivals import NAMES
from trainmon.units import duration, plural

LEGEND = """\
runs: with an ETA / still running; each column is about those where it has an answer. Time left by the pace of: tqdm its
smoothed rate, overall all time so far, rich the last 30 s, trainer all since the first step, composer the same without
evaluations, last_half the last half of the steps. holds: how often the run ended within the interval; width: of the
interval, over the likely value.
"""


def backtest_text(runs: Sequence[RunBacktest]) -> str:
    """A table over all runs, then what was not replayed, and why."""
    scored = [run for run in runs if run.moments]
    lines = [
        f"{plural(len(scored), 'finished run')} replayed."
        " Errors of the remaining time in percent of the truth: mean (median).",
    ]
    rows = [_row(row) for row in score(scored) if row.answered]
    if rows:
        head = "wall time   runs  " + "".join(f"{name:>16}" for name in (OURS, *NAMES))
        lines += ["", f"{head}   80 % interval: holds, width", *rows, "", LEGEND]
    for run in runs:
        if not run.moments:
            lines.append(f"not replayed: {run.name}: {run.reason} ({duration(run.duration_s)})")
    return "\n".join(lines) + "\n"


def _row(row: ShareScore) -> str:
    cells = "".join(f"{_cell(row.scores.get(name)):>16}" for name in (OURS, *NAMES))
    interval = f"{_percent(row.coverage)}, {_percent(row.width)}"
    return f"{100 * row.share:7.0f} %  {row.answered:2}/{row.asked:<2}  {cells}   {interval}"


def _cell(one: Score | None) -> str:
    return f"{one.mean:.1f} ({one.median:.1f})" if one is not None else "-"


def _percent(value: float | None) -> str:
    return f"{100 * value:.0f} %" if value is not None else "-"


def backtest_object(runs: Sequence[RunBacktest]) -> dict[str, object]:
    """The same for `--json`; errors in percent of what was left."""
    return {
        "schema": "trainmon/1",
        "runs": [_run(run) for run in runs],
        "shares": [
            {
                "share": row.share,
                "asked": row.asked,
                "answered": row.answered,
                "coverage": row.coverage,
                "width": row.width,
                "errors": {
                    name: {"count": one.count, "mean": one.mean, "median": one.median, "bias": one.bias}
                    for name, one in row.scores.items()
                },
            }
            for row in score(runs)
        ],
    }


def _run(run: RunBacktest) -> dict[str, object]:
    return {
        "name": run.name,
        "duration_s": run.duration_s,
        "reason": run.reason or None,
        "moments": [
            {
                "share": moment.share,
                "at_s": moment.at_s,
                "true_s": moment.true_s,
                "low_s": moment.eta.remaining_s.low if moment.eta is not None else None,
                "likely_s": moment.eta.remaining_s.likely if moment.eta is not None else None,
                "high_s": moment.eta.remaining_s.high if moment.eta is not None else None,
                "rivals": dict(moment.rivals),
            }
            for moment in run.moments
        ],
    }
