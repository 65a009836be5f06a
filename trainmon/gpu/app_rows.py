"""`nvidia-smi --query-compute-apps=pid,name,used_memory --format=csv -l N`: one row per process and round. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo

from trainmon.gpu.csv_logs import NAME, TIME, TOGETHER_S, bytes_in
from trainmon.gpu.tables import Reading
from trainmon.gpu_snapshot import GpuProcess, GpuSample
from trainmon.patterns import pattern
from trainmon.reading.timestamps import iso_s

FIELDS = {
    "timestamp": "time", "pid": "pid", "process_name": "name", "name": "name", "used_gpu_memory": "used",
    "used_memory": "used", "gpu_uuid": "gpu", "gpu_bus_id": "bus", "gpu_serial": "serial", "gpu_name": "model",
}  # fmt: skip
"""Field names of `--query-compute-apps`; the header prints the longer ones."""
PROGRAM = pattern(r"\S*/.*|\[[\w /]+\]|python[\w.]*|[\w.:-]*[A-Za-z][\w.:-]*")
LEAST_PID = 64
"""Smaller numbers in front of a name are those of GPUs: `0, Tesla T4, 7399 MiB`."""
UNNAMED_GPU = "the nvidia-smi log names processes and no GPU: memory of the largest process"


@dataclass(slots=True)
class AppReader:
    """Reads rows by the names of the header, or without one by their shape; a round makes one sample per GPU."""

    tz: tzinfo | None = None
    crowded: bool = False
    """Rounds named several processes and no GPU: whether they share one is not known."""
    _columns: dict[str, int] = field(default_factory=dict)
    _width: int = 0
    _order: dict[str, int] = field(default_factory=dict)
    _time_s: float | None = None
    _round: dict[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)

    def feed(self, line: str) -> list[Reading] | None:
        """Samples of the round before, where this line begins a new one; None for a line that is none of these."""
        cells = [cell.strip() for cell in line.split(",")]
        if (columns := app_columns(cells)) is not None:
            self._columns, self._width = columns, len(cells)
            return self.end()
        if not self._columns and (columns := app_shape(cells)):
            self._columns, self._width = columns, len(cells)
        row = self._row(cells)
        if row is None:
            return None
        time_s = iso_s(row.get("time", ""), self.tz)
        key = (row.get("gpu") or row.get("bus") or row.get("serial") or "", row["pid"])
        done = self.end() if key in self._round or self._later(time_s) else []
        self._time_s = time_s if not self._round else self._time_s
        self._round[key] = row
        return done

    def end(self) -> list[Reading]:
        """The round that was being gathered."""
        done = self.pending()
        self._round = {}
        return done

    def pending(self) -> list[Reading]:
        """The same, and it goes on being gathered."""
        gpus: dict[str, list[Mapping[str, str]]] = {}
        for (gpu, _pid), row in self._round.items():
            gpus.setdefault(gpu, []).append(row)
        return [(self._time_s, self._sample(gpu, rows)) for gpu, rows in gpus.items()]

    def _row(self, cells: Sequence[str]) -> Mapping[str, str] | None:
        if not self._columns or len(cells) < self._width:
            return None
        surplus = len(cells) - self._width  # commas in the name of a program
        name = self._columns.get("name", self._width)
        if surplus and name == self._width:
            return None
        whole = [*cells[:name], ", ".join(cells[name : name + surplus + 1]), *cells[name + surplus + 1 :]]
        row = {key: whole[column] for key, column in self._columns.items()}
        sized = bytes_in(row["used"]) is not None or row["used"].startswith("[") or row["used"] == "N/A"
        return row if sized and row["pid"].isdigit() else None

    def _later(self, time_s: float | None) -> bool:
        return time_s is not None and self._time_s is not None and abs(time_s - self._time_s) >= TOGETHER_S

    def _sample(self, gpu: str, rows: Sequence[Mapping[str, str]]) -> GpuSample:
        processes = tuple(
            GpuProcess(pid=int(row["pid"]), used_bytes=bytes_in(row["used"]), name=row.get("name", "")) for row in rows
        )
        sizes = [process.used_bytes for process in processes if process.used_bytes is not None]
        self.crowded = self.crowded or (not gpu and len(rows) > 1)
        used = None
        if len(sizes) == len(rows):
            used = sum(sizes) if gpu else max(sizes)
        return GpuSample(
            index=self._order.setdefault(gpu, len(self._order)),
            name=rows[0].get("model"),
            uuid=gpu if gpu.startswith(("GPU-", "MIG-")) else None,
            memory_used_bytes=used,
            processes=processes,
        )


def app_columns(cells: Sequence[str]) -> dict[str, int] | None:
    """Column of each field by its name; None where the cells are no header of `--query-compute-apps`."""
    names = [NAME.fullmatch(cell) for cell in cells]
    columns: dict[str, int] = {}
    for column, name in enumerate(names):
        if name is None:
            return None
        if name["name"] in FIELDS:
            columns.setdefault(FIELDS[name["name"]], column)
    return columns if {"pid", "used"} <= columns.keys() else None


def app_shape(cells: Sequence[str]) -> dict[str, int]:
    """Columns of a row without header: `1234, python, 7399 MiB`, a time and a GPU in front; empty for other rows."""
    columns: dict[str, int] = {}
    for column, cell in enumerate(cells[:-3]):
        if TIME.fullmatch(cell):
            columns["time"] = column
        elif cell.startswith(("GPU-", "MIG-")):
            columns["gpu"] = column
    if len(cells) < 3 or not cells[-3].isdigit() or int(cells[-3]) < LEAST_PID or not PROGRAM.fullmatch(cells[-2]):
        return {}
    last = len(cells) - 1
    known = cells[-2].startswith(("/", "[", "python"))  # without a unit, only such names are those of programs
    if bytes_in(cells[-1]) is None or not (known or cells[-1].endswith("B")):
        return {}
    return {**columns, "pid": last - 2, "name": last - 1, "used": last}
