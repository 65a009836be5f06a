"""Rows read as columns: which step each belongs to, and which of them say something new. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import compress, pairwise
from statistics import fmean, median

from trainmon.events import Counter, MetricRows, Metrics

_SAMPLE = 64
_FAR_LONGER = 2.0
_MOST_SLOW = 0.1
_STRETCHES = 3
"""A slower pace must be seen so often to be told from a pause."""
Columns = Mapping[str, Sequence[float]]
Steps = Sequence[float | None]


def place_rows(event: MetricRows, at_first: float | None, at_last: float | None) -> Steps | None:
    """Give the step of each row that states none, from the whole run's step at the first and at the last one.

    None where the run's step does not move in step with the rows' counter.
    """
    size, currents = len(event.steps), event.currents
    if at_first is None or at_last is None or at_first == at_last:
        return [at_last] * size if at_first == at_last else None
    if at_last - at_first != currents[-1] - currents[0]:
        return None
    behind = at_first - currents[0]
    return [current + behind for current in currents] if behind else currents


def stretches(currents: Sequence[float], step_times_s: Sequence[float]) -> Iterator[tuple[float, float]]:
    """Give (end, mean seconds per step) of a few stretches; rows that took far longer than usual stand alone."""
    size = len(step_times_s)
    if not size:
        return
    usual_s = median(step_times_s[:: size // _SAMPLE + 1])
    slow: list[int] = []
    if max(step_times_s) > _FAR_LONGER * usual_s:
        slow = [i for i, step_time_s in enumerate(step_times_s) if step_time_s > _FAR_LONGER * usual_s]
    alone = {*slow, *(i - 1 for i in slow)} if len(slow) <= _MOST_SLOW * size else set()
    ends = sorted({*alone, *(size * part // _STRETCHES - 1 for part in range(1, _STRETCHES + 1))} - {-1})
    for begin, end in pairwise((-1, *ends)):
        yield currents[end], fmean(step_times_s[begin + 1 : end + 1])


def changed_rows(
    columns: Columns, steps: Steps, last: Mapping[str, float] | None
) -> tuple[Columns, Steps, Mapping[str, float]]:
    """Leave out rows that repeat the values of the row before (a bar is redrawn more often than they change).

    Gives the rest, and the values of the last row.
    """
    names = list(columns)
    rows = list(zip(*columns.values(), strict=True))
    before = tuple(last[name] for name in names) if last is not None and last.keys() == columns.keys() else None
    new = [row != earlier for row, earlier in zip(rows, [before, *rows[:-1]], strict=True)]
    values = dict(zip(names, rows[-1], strict=True))
    if all(new):
        return columns, steps, values
    return {name: list(compress(column, new)) for name, column in columns.items()}, list(compress(steps, new)), values


def one_by_one(event: MetricRows) -> Iterator[tuple[Counter | None, Metrics | None]]:
    """The same rows as the events that reading them one by one gives."""
    counter = event.counter
    for i, (step, epoch) in enumerate(zip(event.steps, event.epochs, strict=True)):
        if counter is not None:
            step_time_s = event.step_times_s[i] if event.step_times_s else None
            counter = replace(counter, current=event.currents[i], elapsed_s=None, step_time_s=step_time_s)
        values = {name: column[i] for name, column in event.columns.items()}
        metrics = Metrics(values=values, step=step, epoch=epoch, kind=event.kind, in_bar=event.in_bar)
        yield counter, metrics if values else None
