"""Runs side by side: figures in columns, what differs, curves over one another. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from trainmon.snapshot import RunSnapshot
from trainmon.tui.chart_look import ChartLook
from trainmon.tui.compare_curves import overlays
from trainmon.tui.compare_table import differences, table
from trainmon.tui.text import Row, heading

_MOST = 6
_PLAIN = ChartLook()


def comparison(
    runs: Sequence[RunSnapshot],
    width: int,
    height: int,
    *,
    look: ChartLook = _PLAIN,
    by_time: bool = False,
) -> list[Row]:
    """Return the whole comparison of at most six runs; `by_time` draws the curves over the time since the start."""
    shown = runs[:_MOST]
    rows = table(shown, width)
    if len(runs) > len(shown):
        rows.append(((f" {len(runs) - len(shown)} more marked runs are not shown", "muted"),))
    apart = differences(shown, width)
    title = heading("Curves by time since the start" if by_time else "Curves by step", width)
    curves = overlays(shown, width, height, look=look, by_time=by_time)
    return [*rows, (), *apart, *([()] if apart else []), title, *curves]
