"""CSV and TSV of metrics: Lightning's `metrics.csv`, Ultralytics' `results.csv`, any whose header names steps."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from trainmon.events import Event, Line
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.numbers import number
from trainmon.parsers.records import RecordReader
from trainmon.patterns import pattern

_COLUMN = pattern(r"\s*\"?[A-Za-z_@][\w ./@():%+-]{0,80}\"?\s*", re.ASCII)
_COUNTERS = frozenset(
    {
        "epoch",
        "step",
        "iter",
        "iteration",
        "global_step",
        "steps",
        "batch",
        "update",
        "train_step",
        "trainer/global_step",
    }
)
_METRIC = pattern(
    r"loss|acc|auc|map|rmse|mae|mse|ppl|perplexity|reward|score|f1|error|lr|learning_rate|psnr|iou|precision"
    r"|recall|learn|logloss",
    re.I,
)
_DELIMITERS = (",", "\t", ";")
_MOST_COLUMNS = 400
_MOST_BLANKS = 2
"""In a column's name; a sentence with commas has longer parts."""


class CsvTable(LogFormat):
    """Reads rows once a header has named them; a header may come again with new columns."""

    name: ClassVar[str] = "csv"
    title: ClassVar[str] = "CSV of metrics (Lightning metrics.csv, Ultralytics results.csv)"
    priority: ClassVar[int] = 60
    needles: ClassVar[tuple[str, ...]] = _DELIMITERS
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("train_rmse,train_loss,epoch,step,val_rmse,val_loss", "Lightning 2, CSVLogger"),
        Sample("0.3234120309352875,0.12900930643081665,0,49,,", "Lightning 2, CSVLogger"),
        Sample(",,0,150,0.1218472570180893,0.017430756241083145", "Lightning 2, CSVLogger"),
        Sample(
            "                  epoch,         train/box_loss,       metrics/mAP50(B),           val/box_loss",
            "Ultralytics 8.0, shortened",
        ),
        Sample(
            "                      1,                1.13123,                0.54321,                1.21234",
            "Ultralytics 8.0, shortened",
        ),
    )

    def __init__(self) -> None:
        self._columns: list[str] = []
        self._delimiter = ""
        self._records = RecordReader()

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the events of a row; () for a header."""
        text = line.text
        if self._columns and self._delimiter in text:
            cells = text.split(self._delimiter, _MOST_COLUMNS)
            if len(cells) == len(self._columns):
                row = self._row(cells)
                if row is not None:
                    return self._records.events(row) or ()
        return () if self._take_header(text) else None

    def _row(self, cells: list[str]) -> dict[str, object] | None:
        """The filled cells under their names; None where they are no numbers, so no row."""
        row: dict[str, object] = {}
        for name, cell in zip(self._columns, cells, strict=True):
            cell = cell.strip().strip('"')
            if not cell:
                continue
            value = number(cell)
            if value is None and len(cell) > 40:
                return None
            row[name] = cell if value is None else value
        return row if any(isinstance(value, float) for value in row.values()) else None

    def _take_header(self, text: str) -> bool:
        delimiter = next((mark for mark in _DELIMITERS if mark in text), None)
        if delimiter is None:
            return False
        names = text.split(delimiter, _MOST_COLUMNS)
        if len(names) < 2 or not all(_COLUMN.fullmatch(name) for name in names):
            return False
        columns = [name.strip().strip('"').strip() for name in names]
        if any(column.count(" ") > _MOST_BLANKS for column in columns):
            return False
        lowered = {column.lower() for column in columns}
        if (
            not lowered & _COUNTERS
            or not any(_METRIC.search(column) for column in columns)
            or len(lowered) < len(columns)
        ):
            return False
        # Lightning writes the index of the last step, and always both columns.
        others = ("total", "time", "date", "wall", "elapsed")
        from_zero = {"epoch", "step"} <= set(columns) and not any(word in c for c in columns for word in others)
        self._columns = [column.lower() if column.lower() in _COUNTERS else column for column in columns]
        self._delimiter, self._records = delimiter, RecordReader(steps_from_zero=from_zero)
        return True
