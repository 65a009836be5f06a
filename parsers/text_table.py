"""Tables drawn with bars or blanks between their columns (tabulate, PrettyTable, rich, Markdown, padded prints)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from trainmon.events import Counter, Event, Line
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.numbers import duration_s, number
from trainmon.parsers.printed_time import PrintedTime
from trainmon.parsers.records import COUNTERS, RecordReader
from trainmon.patterns import pattern

_BARS = str.maketrans("│┃║┆┊", "|||||")
_RULE = pattern(r"[\s|+=\-─━┄═┏┓┗┛┣┫┳┻╋┡╇┩└┘├┤┬┴┼╞╪╡╔╗╚╝╠╣╦╩╬╭╮╰╯╶╴:]{4,1000}")
_NAME = pattern(r"[A-Za-z_@][\w ./@():%+#-]{0,80}", re.ASCII)
_METRIC = pattern(
    r"loss|acc|auc|map|rmse|mae|mse|ppl|perplexity|reward|score|f1|error|lr|psnr|iou|precision|recall|return|bleu",
    re.IGNORECASE,
)
_TIMES = frozenset(
    {"time", "elapsed", "dur", "duration", "sec", "secs", "seconds", "time_s", "epoch_time", "t", "time(s)"}
)
_ALIASES = {"iterations": "iter", "epochs": "epoch", "steps": "step", "#": "", "it": "iter", "ep": "epoch"}
_EMPTY = frozenset({"", "-", "--", "None"})
_LEAST_COLUMNS, _MOST_COLUMNS = 2, 60


class TextTable(LogFormat):
    """Reads rows once a header has named them; rules between them and repeated headers say nothing."""

    name: ClassVar[str] = "table"
    title: ClassVar[str] = "tables in plain text (tabulate, PrettyTable, rich, Markdown)"
    priority: ClassVar[int] = 82
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("| Epoch   |   Train Loss |   Val Loss | Val Acc   | Time    |", "tabulate"),
        Sample("+=========+==============+============+===========+=========+", "tabulate"),
        Sample("| 1/8     |       2.2213 |     2.2213 | 61.0%     | 61.0s   |", "tabulate"),
    )

    def __init__(self) -> None:
        self._columns: list[str] = []
        self._boxed = False
        self._heads: list[list[str]] = []  # lines of a header that may go on
        self._head_at = -1
        self._records = RecordReader()
        self._time = PrintedTime()

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the events of a row; () for a header or a rule of a table."""
        text = line.text.translate(_BARS).strip()
        if not text:
            return None
        if self._columns and _RULE.fullmatch(text) is not None:
            return ()
        boxed = "|" in text
        cells = [cell.strip() for cell in text.strip("|").split("|")] if boxed else text.split()
        if self._columns and boxed == self._boxed and len(cells) == len(self._columns):
            row = self._row(cells)
            if row is not None:
                return self._events(row)
        return () if self._is_header(self._whole_head(cells, line.number) if boxed else cells, boxed=boxed) else None

    def _whole_head(self, cells: list[str], number: int) -> list[str]:
        """A header of several lines (MATLAB): the words of each column."""
        if not self._heads or number != self._head_at + 1 or len(cells) != len(self._heads[0]):
            self._heads = []
        self._heads.append(cells)
        self._head_at = number
        return [" ".join(filter(None, column)) for column in zip(*self._heads, strict=True)]

    def _row(self, cells: list[str]) -> dict[str, str] | None:
        """The cells under their names; None where most are no values, so no row."""
        if not any(cell[:1].isdigit() for cell in cells):
            return None
        if not all(_is_value(cell) for cell in cells):
            return None
        return {name: cell for name, cell in zip(self._columns, cells, strict=True) if cell not in _EMPTY}

    def _events(self, row: dict[str, str]) -> Sequence[Event]:
        seconds = next((s for name in _TIMES & row.keys() if (s := _seconds(row[name])) is not None), None)
        fields = {name: cell for name, cell in row.items() if name not in _TIMES}
        events = self._records.events(fields) or []
        if seconds is None:
            return events
        return [self._timed(event, seconds) if isinstance(event, Counter) else event for event in events]

    def _timed(self, counter: Counter, seconds: float) -> Counter:
        elapsed_s, step_time_s = self._time.read(counter.current, seconds)
        return Counter(
            current=counter.current, total=counter.total, unit=counter.unit, scope=counter.scope, name=counter.name,
            kind=counter.kind, epoch=counter.epoch, total_epochs=counter.total_epochs, elapsed_s=elapsed_s,
            elapsed_resolution_s=0.1, step_time_s=step_time_s, steps_per_epoch=counter.steps_per_epoch,
        )  # fmt: skip

    def _is_header(self, cells: list[str], *, boxed: bool) -> bool:
        names = [_column(cell) for cell in cells]
        if not max(_LEAST_COLUMNS, 2 if boxed else 3) <= len(names) <= _MOST_COLUMNS or len(set(names)) < len(names):
            return False
        if not all(_NAME.fullmatch(cell) for cell in cells) or names[0] not in COUNTERS:
            return False
        if not any(_METRIC.search(name) for name in names):
            return False
        self._columns, self._boxed = names, boxed
        return True


def _column(cell: str) -> str:
    low = cell.lower().replace(" ", "_")
    low = _ALIASES.get(low, low)
    if low.startswith(("time_elapsed", "elapsed_time")):
        return "time"
    return low if low in COUNTERS or low in _TIMES else cell


def _is_value(cell: str) -> bool:
    if cell in _EMPTY or number(cell) is not None or duration_s(cell) is not None:
        return True
    whole, mark, total = cell.partition("/")
    return bool(mark) and whole.strip().isdigit() and total.strip().isdigit()


def _seconds(cell: str) -> float | None:
    plain = number(cell)
    return plain if plain is not None else duration_s(cell)
