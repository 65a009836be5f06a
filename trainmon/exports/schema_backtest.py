"""The contract's part about backtests."""

from __future__ import annotations

from trainmon.exports.contract import SCHEMA, JsonObject
from trainmon.exports.schema_parts import NUMBER, TEXT, WHOLE, list_of, map_of, object_of, ref, said


def backtest_definitions() -> JsonObject:
    """Definitions of what `backtest --json` prints."""
    share = said(NUMBER, "Of the run's wall time.")
    return {
        "backtest": object_of(
            "How good the ETA of finished runs would have been on the way.",
            schema={"const": SCHEMA},
            runs=list_of(ref("backtest_run")),
            shares=list_of(
                object_of(
                    "All runs together, asked after a share of their wall time.",
                    share=share,
                    asked=WHOLE,
                    answered=WHOLE,
                    coverage=said(NUMBER, "How often the end lay within the 80 % interval."),
                    width=said(NUMBER, "Of the interval, over the likely value: median."),
                    errors=map_of(_error(), "By method: ours, and those it is compared with."),
                )
            ),
        ),
        "backtest_run": object_of(
            "One run.",
            name=TEXT,
            duration_s=NUMBER,
            reason={"type": ["string", "null"], "description": "Why it was not replayed."},
            moments=list_of(
                object_of(
                    "One moment on the way.",
                    share=share,
                    at_s=said(NUMBER, "From the start of the log."),
                    true_s=said(NUMBER, "How long it really took from there on."),
                    low_s=NUMBER,
                    likely_s=NUMBER,
                    high_s=NUMBER,
                    rivals=map_of(NUMBER, "What other methods say on the same state, by their names."),
                )
            ),
        ),
    }


def _error() -> JsonObject:
    """Errors of the remaining time are in percent of what was left."""
    return object_of(
        "Error of the remaining time in percent of it.",
        count=WHOLE,
        mean=said(NUMBER, "Of its size."),
        median=said(NUMBER, "Of its size."),
        bias=said(NUMBER, "Median with its sign: above 0 is too long."),
    )
