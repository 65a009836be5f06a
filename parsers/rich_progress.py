"""Bars of `rich.progress`: a description, a heavy line, then any of count, percentage, elapsed and remaining time.

Columns: `rich/progress.py` (BarColumn, MofNCompleteColumn, TaskProgressColumn, TimeElapsedColumn, TimeRemainingColumn),
`tqdm/rich.py`, and Lightning's `rich_progress.py`, whose bars have peculiarities of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import ClassVar

from trainmon.events import Counter, Event, Line, Metrics, Remainder
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.epochs import EpochNames
from trainmon.parsers.numbers import clock_s, number
from trainmon.parsers.pairs import is_metric_name, leftover, metric_events, read_pairs, without_values
from trainmon.patterns import pattern

_COUNT = r"\d{1,3}(?:,\d{3}){1,4}|\d{1,15}"
_BAR = pattern(
    r"(?P<name>[^━╸╺]{0,120}?)\s*(?P<bar>[━╸╺]{1,400})\s+"
    rf"(?:(?P<percent>\d{{1,3}})%\s*)?(?:(?P<n>{_COUNT})/\s*(?P<total>{_COUNT}|\?|--))?(?P<rest>(?:\s.*)?)",
    re.ASCII,
)
# A task without a bar: `⠧ Iteration (train) 1001/2500000    0:04:09 / 111:43:06`.
_SPINNING = pattern(
    rf"\s*[⠀-⣿] (?P<name>[A-Za-z][\w ()./:-]{{0,60}}?)\s+(?P<n>{_COUNT})/(?P<total>{_COUNT})\s+"
    r"(?P<elapsed>\d{1,5}:\d\d:\d\d) / (?:\d{1,5}:\d\d:\d\d|-:--:--)\s*",
    re.ASCII,
)
_CLOCKS = pattern(r"(?<![\d:.])(?:\d{1,5}:)?\d{1,3}:\d\d(?![\d:])|-(?::--)+|-:--:--", re.ASCII)
_PERCENT = pattern(r"\s*\d{1,3}%\s*$", re.ASCII)
_OF_LIGHTNING = pattern(r"\s+\S+ •(?: \S+)? +[\d.]+it/s(.*)", re.ASCII)
_LAST_INDEX = pattern(r"Epoch (\d{1,9})/(-?\d{1,9})", re.ASCII)
_CONTINUED = pattern(r"\s{10,}(\S.*)")
_NAME_AT_END = pattern(r"([A-Za-z_][\w./-]{0,63}):\s*$", re.ASCII)
_GLUED = pattern(
    r"(?:\s{2,}(?=[`\[({A-Z])"
    r"|(?=Epoch \d{1,9}, global step |`Trainer\.fit|Metric \S{1,200} improved|Monitored metric ))(\S.*)$"
)


class RichProgress(LogFormat):
    """Reads rich's bars, whatever columns they have, if a count or a percentage is among them."""

    name: ClassVar[str] = "rich_progress"
    title: ClassVar[str] = "rich.progress bars (also Lightning's and tqdm.rich's)"
    priority: ClassVar[int] = 55
    needles: ClassVar[tuple[str, ...]] = ("━", "╺", " / ")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("epochs ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 0/4 0:00:00 -:--:--", "rich 14"),
        Sample("train loss=2.371 ╸━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━  1/70 0:00:00 -:--:--", "rich 14"),
        Sample("Working... ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 100% 0:00:05", "rich 14, default columns"),
        Sample(" 100% ━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 2,048/2,000  [ 0:00:05 < 0:00:00 , 293 it/s ]", "tqdm.rich 4.67"),
        Sample(
            "Epoch 0/2  ━╸━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 2/50 0:00:02 • 0:00:49 0.98it/s "
            "train_loss_step: 19.358 val_loss: ",
            "Lightning 2",
        ),
        Sample("                                                   17.296 train_loss_epoch: 16.214", "Lightning 2"),
        Sample("           ⠧ Iteration (train) 1001/2500000                    0:04:09 / 111:43:06", "a public log"),
    )

    def __init__(self) -> None:
        self.holding = False
        self._epochs = EpochNames()
        self._name_left = ""  # of a value that stands on the next line
        self._continued: dict[str, float] = {}
        self._training_at: tuple[str, str] = ("", "")
        self._drawn_at: dict[str, tuple[str, str]] = {}

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the counter of the bar and the metrics in its description or behind it."""
        if self.holding:
            self.holding = False
            wrapped = _CONTINUED.fullmatch(line.text)
            if wrapped is not None and "━" not in line.text:
                return self._wrapped(wrapped[1])
        spinning = _SPINNING.fullmatch(line.text)
        if spinning is not None:
            return (_spinning(spinning),)
        bar = _BAR.fullmatch(line.text.rstrip())
        if bar is None or (bar["n"] is None and bar["percent"] is None and not _PERCENT.fullmatch(bar["name"])):
            return None
        if len(bar["bar"]) < 3 and not bar["n"]:
            return None
        lightning = _OF_LIGHTNING.fullmatch(bar["rest"])
        return list(self._events(bar) if lightning is None else self._of_lightning(bar, lightning[1]))

    def _events(self, bar: re.Match[str]) -> Iterator[Event]:
        name, rest = _PERCENT.sub("", bar["name"]).strip().removesuffix(":"), bar["rest"]
        epoch, total_epochs = self._epochs.read(name)
        yield replace(_counter(bar, name), epoch=epoch, total_epochs=total_epochs)
        values = read_pairs(name) | read_pairs(rest)
        if values:
            yield Metrics(values=values, in_bar=True)

    def _of_lightning(self, bar: re.Match[str], rest: str) -> Iterator[Event]:
        """The name holds the last index instead of the count; a new bar shows the elapsed time of the one before."""
        counter = _counter(bar, bar["name"].strip())
        if counter.current == 0:
            counter = replace(counter, elapsed_s=0.0)
        index = _LAST_INDEX.fullmatch(counter.name)
        if index is not None:
            last = float(index[2])
            counter = replace(counter, epoch=float(index[1]) + 1, total_epochs=last + 1 if last >= 0 else None)
            self._training_at = (counter.name, bar["n"])
        elif self._drawn_at.get(counter.name) != self._training_at:
            # It is drawn so seldom that a second validation looks like the first going on.
            self._drawn_at[counter.name] = self._training_at
            yield replace(counter, current=0.0, elapsed_s=0.0)
        yield counter
        rest, glued = _parted(rest)
        values = read_pairs(rest)
        if values:
            yield Metrics(values=values, in_bar=True)
        left = _NAME_AT_END.search(rest)
        self._name_left = left[1] if left is not None else ""
        self.holding = not glued
        yield from glued

    def _wrapped(self, text: str) -> Sequence[Event] | None:
        """The second line of a bar in a narrow terminal: the values for which the first had no room."""
        text, glued = _parted(text)
        text = _CLOCKS.sub("", text).strip()  # the remaining time of a bar with no room for it
        if not text:
            return glued
        text = f"{self._name_left}: {text}" if self._name_left and number(text.split(" ")[0]) is not None else text
        values = {name: value for name, value in read_pairs(text).items() if is_metric_name(name)}
        if not values or leftover(text).strip():
            return None
        changed = {name: value for name, value in values.items() if self._continued.get(name) != value}
        self._continued = values
        return [*metric_events(changed), *glued]


def _parted(text: str) -> tuple[str, list[Event]]:
    """What belongs to a bar, and a message printed behind it."""
    glued = _GLUED.search(text)
    return (text, []) if glued is None else (text[: glued.start()], [Remainder(text=glued[1])])


def _spinning(task: re.Match[str]) -> Counter:
    current, total = (float(task[part].replace(",", "")) for part in ("n", "total"))
    return Counter(
        current=current, total=total, unit="it", name=task["name"].strip(), elapsed_s=clock_s(task["elapsed"]),
        is_bar=True,
    )  # fmt: skip


def _counter(bar: re.Match[str], name: str) -> Counter:
    clocks = _CLOCKS.findall(bar["rest"])
    counted, total = bar["n"], bar["total"]
    percent = bar["percent"] or bar["name"].strip().rstrip("%")
    return Counter(
        current=float(counted.replace(",", "") if counted else percent),
        total=(float(total.replace(",", "")) if total[0].isdigit() else None) if counted else 100.0,
        unit="it" if counted else "%",
        name=without_values(name),
        # One clock alone may be the remaining time.
        elapsed_s=clock_s(clocks[0]) if len(clocks) > 1 else None,
        approximate=not counted,
        is_bar=True,
    )
