"""`nvidia-smi --query-gpu=... --format=csv -l N`: columns as the user chose them, named or not. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo

from trainmon.gpu.tables import MIB, Reading, with_reasons
from trainmon.gpu_snapshot import GpuSample
from trainmon.patterns import pattern
from trainmon.reading.timestamps import iso_s

FIELDS = {
    "timestamp": "time", "index": "index", "name": "name", "gpu_name": "name", "uuid": "uuid", "gpu_uuid": "uuid",
    "pci.bus_id": "bus", "gpu_bus_id": "bus", "memory.used": "used", "memory.total": "total", "memory.free": "free",
    "utilization.gpu": "utilization", "temperature.gpu": "temperature", "power.draw": "power",
    "power.draw.average": "power", "power.draw.instant": "power", "power.limit": "limit",
    "enforced.power.limit": "limit",
}  # fmt: skip
"""Field names of `--query-gpu` that are used here; all others are passed over."""
READINGS = {
    "used": "memory_used_bytes", "utilization": "utilization_percent", "temperature": "temperature_c",
    "power": "power_w",
}  # fmt: skip
THROTTLE = pattern(r"clocks_(?:throttle|event)_reasons\.(?!supported|active|gpu_idle)(\w+)")
NAME = pattern(r"(?P<name>[a-z][\w.]*)(?: \[(?P<unit>[^\]]+)\])?")
UNITS = {"B": 1.0, "KiB": 1024.0, "MiB": MIB, "GiB": 1024.0**3, "MB": MIB, "GB": 1024.0**3}
TIME = pattern(r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d+)?")
VALUE = pattern(r"(?P<number>-?\d+(?:\.\d+)?) ?(?P<unit>[%\w]*)")
TOGETHER_S = 0.05
"""Rows of one round are printed within this time; -lms 100 is the fastest in use."""


@dataclass(slots=True)
class CsvReader:
    """Reads rows by the names of the header, or without one by the units of the first row."""

    tz: tzinfo | None = None
    _columns: dict[str, int] = field(default_factory=dict)
    _throttle: dict[str, int] = field(default_factory=dict)
    _width: int = 0
    _order: dict[str, int] = field(default_factory=dict)
    _last: tuple[float | None, int] = (None, -1)

    def feed(self, line: str) -> list[Reading] | None:
        """The sample of a row, nothing for a header, None for a line that is neither."""
        cells = [cell.strip() for cell in line.split(",")]
        if self._header(cells):
            return []
        if not self._columns:
            self._columns = columns_by_units(cells)
            self._width = len(cells)
        if not self._columns or len(cells) != self._width:
            return None
        row = {name: cells[column] for name, column in self._columns.items()}
        if not any(VALUE.fullmatch(row.get(name, "")) for name in ("used", "free", "total", "utilization", "power")):
            return [] if any(cell.startswith("[") or cell == "N/A" for cell in cells) else None
        time_s = iso_s(row.get("time", ""), self.tz)
        reasons = tuple(name for name, column in self._throttle.items() if cells[column] == "Active")
        return [(time_s, _sample(self._index(row, time_s), row, reasons))]

    def _header(self, cells: Sequence[str]) -> bool:
        if (found := columns_by_names(cells)) is None:
            return False
        self._columns, self._width = found, len(cells)
        matches = [THROTTLE.fullmatch(cell) for cell in cells]
        self._throttle = {match[1].replace("_", " "): i for i, match in enumerate(matches) if match}
        return True

    def _index(self, row: Mapping[str, str], time_s: float | None) -> int:
        """As printed; else by UUID or bus in the order of appearance; else by the place in the round of rows."""
        if (index := row.get("index", "")).isdigit():
            return int(index)
        if key := row.get("uuid") or row.get("bus"):
            return self._order.setdefault(key, len(self._order))
        before_s, place = self._last
        together = time_s is not None and before_s is not None and 0 <= time_s - before_s < TOGETHER_S
        self._last = time_s, place + 1 if together else 0
        return self._last[1]


def columns_by_names(cells: Sequence[str]) -> dict[str, int] | None:
    """Column of each used field by its name; None where the cells are no header of `--query-gpu`."""
    names = [NAME.fullmatch(cell) for cell in cells]
    if not all(names):
        return None
    plain = [match["name"] for match in names if match]
    columns: dict[str, int] = {}
    for column, name in enumerate(plain):
        if name in FIELDS:
            columns.setdefault(FIELDS[name], column)
    sure = any("." in name and name in FIELDS for name in plain)
    return columns if sure and "pid" not in plain else None


def columns_by_units(cells: Sequence[str]) -> dict[str, int]:
    """Columns of a row without header, by its units; empty where they do not tell.

    Of several amounts of memory the largest is the total (all of it is never used up), and the first other one
    the memory in use, which is how people order them.
    """
    columns: dict[str, int] = {}
    amounts: dict[int, float] = {}
    powers = []
    for column, cell in enumerate(cells):
        value = VALUE.fullmatch(cell)
        if TIME.fullmatch(cell):
            columns["time"] = column
        elif value and value["unit"] in UNITS:
            amounts[column] = float(value["number"]) * UNITS[value["unit"]]
        elif value and value["unit"] == "%":
            columns.setdefault("utilization", column)
        elif value and value["unit"] == "W":
            powers.append(column)
        elif cell.startswith(("GPU-", "MIG-")):
            columns["uuid"] = column
        elif value and not value["unit"] and "." not in cell and column <= 1 and int(value["number"]) < 64:
            columns.setdefault("index", column)
        elif not value and cell[:1].isalpha() and " " in cell:
            columns.setdefault("name", column)
    if not amounts:
        return {}
    if len(amounts) > 1:
        columns["total"] = max(amounts, key=lambda column: amounts[column])
    columns["used"] = next(column for column in amounts if column != columns.get("total"))
    return columns | dict(zip(("power", "limit"), powers, strict=False))


def _sample(index: int, row: Mapping[str, str], throttle: tuple[str, ...]) -> GpuSample:
    used, total, free = (bytes_in(row.get(name)) for name in ("used", "total", "free"))
    if used is None and total is not None and free is not None:
        used = total - free
    uuid = row.get("uuid", "")
    sample = GpuSample(
        index=index,
        name=row.get("name"),
        uuid=uuid if uuid.startswith(("GPU-", "MIG-")) else None,
        memory_used_bytes=used,
        memory_total_bytes=total,
        utilization_percent=_number(row.get("utilization")),
        temperature_c=_number(row.get("temperature")),
        power_w=_number(row.get("power")),
        power_limit_w=_number(row.get("limit")),
        throttle_reasons=throttle,
    )
    return with_reasons(sample, [READINGS[name] for name in row if name in READINGS])


def _number(cell: str | None) -> float | None:
    """`86 %`, `290.03 W`, `61`: the number. `[N/A]`, `[Not Supported]`: None."""
    value = VALUE.fullmatch(cell or "")
    return float(value["number"]) if value else None


def bytes_in(cell: str | None) -> float | None:
    """`25073 MiB`; without unit it is MiB."""
    value = VALUE.fullmatch(cell or "")
    scale = UNITS.get(value["unit"] or "MiB") if value else None
    return float(value["number"]) * scale if value and scale else None
