"""Logs of nvidia-smi lying beside a training log, in any of its five shapes, by their own clocks. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from itertools import islice

from trainmon.gpu.app_rows import UNNAMED_GPU, AppReader, app_columns, app_shape
from trainmon.gpu.columns import ColumnReader
from trainmon.gpu.csv_logs import CsvReader, columns_by_names, columns_by_units
from trainmon.gpu.tables import DATE, Reading, TableReader

MISTAKES = 0.1
"""A log of nvidia-smi may hold a few foreign lines (`^C`, an error); a training log with a table in it has many."""


class GpuLogReader:
    """Reads a log line by line as it grows."""

    def __init__(self, tz: tzinfo | None = None) -> None:
        self._readers = (TableReader(tz), ColumnReader(tz), AppReader(tz), CsvReader(tz))
        self.foreign = 0
        """Lines that are none of nvidia-smi's."""

    def feed(self, line: str) -> list[Reading]:
        """Readings that are complete with this line, each with its time in seconds since the epoch, or None."""
        if not line.strip():
            return []
        for reader in self._readers:
            if (found := reader.feed(line)) is not None:
                return found
        self.foreign += 1
        return []

    def end(self) -> list[Reading]:
        """What the last table or round of processes still holds; reading may go on after it."""
        tables, columns, apps, _csv = self._readers
        return [*tables.end(), *columns.end(), *apps.end()]

    def pending(self) -> list[Reading]:
        """What `end` would give now; the table or round goes on being read."""
        tables, columns, apps, _csv = self._readers
        return [*tables.pending(), *columns.pending(), *apps.pending()]

    @property
    def note(self) -> str:
        """What limits the numbers."""
        return UNNAMED_GPU if self._readers[2].crowded else ""


def read_gpu_log(lines: Iterable[str], tz: tzinfo | None = None) -> list[Reading]:
    """All readings of a log. Times without zone are in `tz`, or in this machine's zone."""
    reader = GpuLogReader(tz)
    found = [reading for line in lines for reading in reader.feed(line)]
    return found + reader.end()


def looks_like_gpu_log(head: str) -> bool:
    """Whether a file that begins with `head` (64 kB or the whole file) is a log of nvidia-smi.

    Scripts of training runs like to call nvidia-smi once at their beginning, on each node: tables count only where
    they go on over time.
    """
    every = head.splitlines()
    whole = every[:-1] or every
    if not any(_opens(line) for line in islice((line for line in whole if line.strip()), 3)):
        return False
    lines = [line for line in whole if line.strip()]
    reader = GpuLogReader()
    for line in lines:
        reader.feed(line)
    dates = {line.strip() for line in lines if DATE.fullmatch(line)}
    tables = any(line.lstrip().startswith("| NVIDIA-SMI ") for line in lines)
    return reader.foreign <= MISTAKES * len(lines) and not (tables and len(dates) < 2)


def _opens(line: str) -> bool:
    """One of the lines that nvidia-smi begins with."""
    text = line.strip()
    if text.startswith(("| NVIDIA-SMI ", "# gpu ", "#Date ", "#Time ", "#gpu,", "# gpu,")) or DATE.fullmatch(text):
        return True
    cells = [cell.strip() for cell in text.split(",")]
    if app_columns(cells) is not None or app_shape(cells):
        return True
    return columns_by_names(cells) is not None or bool(
        columns_by_units(cells).keys() & {"time", "utilization", "power"}
    )
