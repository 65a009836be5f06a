"""`nvidia-smi dmon` and `pmon`: columns under a header that repeats, chosen with `-s`, dated with `-o DT`. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo

from trainmon.gpu.tables import MIB, Reading
from trainmon.gpu_snapshot import GpuProcess, GpuSample
from trainmon.patterns import pattern
from trainmon.reading.timestamps import moment_s

CLOCK = pattern(r"\d\d:\d\d:\d\d")
DAY = pattern(r"(\d{4})[/-]?(\d\d)[/-]?(\d\d)")
SPLIT = pattern(r"[,\s]+")


@dataclass(slots=True)
class ColumnReader:
    """Reads rows by the names in the last header; `pmon` rows of one moment make one sample per GPU."""

    tz: tzinfo | None = None
    _names: list[str] = field(default_factory=list)
    _time_s: float | None = None
    _round: dict[int, dict[int, Mapping[str, str]]] = field(default_factory=dict)

    def feed(self, line: str) -> list[Reading] | None:
        """Samples that are complete with this line; None for a line that is no header and no row."""
        text = line.strip()
        if text.startswith("#"):
            names = [name.lower() for name in SPLIT.split(text.lstrip("# "))]
            if "gpu" in names:
                self._names = names
                return self.end()
            return [] if self._names else None  # the line of units
        if not self._names:
            return None
        cells = (
            SPLIT.split(text, maxsplit=len(self._names) - 1)
            if "command" in self._names
            else SPLIT.split(text.rstrip(","))
        )
        row = dict(zip(self._names, cells, strict=False))
        if len(row) < len(self._names) or not row["gpu"].isdigit():
            return [] if not text else None
        return self._process_row(row) if "pid" in row else [(self._moment(row), _device(row))]

    def end(self) -> list[Reading]:
        """The `pmon` samples that were being gathered."""
        done = self.pending()
        self._round = {}
        return done

    def pending(self) -> list[Reading]:
        """The same, and they go on being gathered."""
        return [(self._time_s, _processes(gpu, list(rows.values()))) for gpu, rows in self._round.items()]

    def _process_row(self, row: Mapping[str, str]) -> list[Reading]:
        gpu, time_s = int(row["gpu"]), self._moment(row)
        pid = int(row["pid"]) if row["pid"].isdigit() else 0
        again = pid in self._round.get(gpu, {}) or (self._round and gpu < max(self._round)) or time_s != self._time_s
        done = self.end() if again else []
        self._time_s = time_s
        self._round.setdefault(gpu, {})[pid] = row
        return done

    def _moment(self, row: Mapping[str, str]) -> float | None:
        """With `-o T` alone the day is missing, and then there is no moment."""
        day, clock = DAY.fullmatch(row.get("date", "")), row.get("time", "")
        if day is None or not CLOCK.fullmatch(clock):
            return None
        return moment_s((int(day[1]), int(day[2]), int(day[3])), clock, tz=self.tz)


def _device(row: Mapping[str, str]) -> GpuSample:
    """`mem` is the load of the memory bus; the memory in use is `fb`, in MiB."""
    return GpuSample(
        index=int(row["gpu"]),
        memory_used_bytes=_scaled(row.get("fb"), MIB),
        utilization_percent=_scaled(row.get("sm")),
        temperature_c=_scaled(row.get("gtemp", row.get("temp"))),
        power_w=_scaled(row.get("pwr")),
    )


def _processes(gpu: int, rows: list[Mapping[str, str]]) -> GpuSample:
    """A GPU as its processes use it: their memory together (with `-s m`), and the share of the busiest."""
    real = [row for row in rows if row["pid"].isdigit()]
    sizes = [size for row in real if (size := _scaled(row.get("fb"), MIB)) is not None]
    shares = [share for row in real if (share := _scaled(row.get("sm"))) is not None]
    known = "fb" in rows[0] and len(sizes) == len(real)
    return GpuSample(
        index=gpu,
        memory_used_bytes=sum(sizes) if known else None,
        utilization_percent=max(shares, default=None),
        processes=tuple(
            GpuProcess(pid=int(row["pid"]), used_bytes=_scaled(row.get("fb"), MIB), name=row.get("command", "").strip())
            for row in real
        ),
    )


def _scaled(cell: str | None, factor: float = 1.0) -> float | None:
    """`-` and whatever is no number: None."""
    return float(cell) * factor if cell is not None and cell.replace(".", "", 1).isdigit() else None
