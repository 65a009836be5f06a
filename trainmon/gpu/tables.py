"""The tables that a bare `nvidia-smi` prints, once or over and over (`-l`); layouts of drivers 384 to 610. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import tzinfo

from trainmon.gpu_snapshot import GpuProcess, GpuSample
from trainmon.patterns import pattern
from trainmon.reading.timestamps import moment_s, month_number

MIB = 1024.0**2
Reading = tuple[float | None, GpuSample]
"""(seconds since the epoch, or None where the log has no clock; sample)."""

DATE = pattern(
    r"\s*[A-Z][a-z]{2} (?P<month>[A-Z][a-z]{2}) {1,2}(?P<day>\d{1,2}) (?P<clock>\d\d:\d\d:\d\d) (?P<year>\d{4})\s*"
)
NAME_ROW = pattern(
    r"\|\s{1,4}(?P<index>\d{1,3})\s+(?P<name>\S.*?)(?:\s+(?:On|Off|N/A|WDDM|TCC|MCDM))?\s*\|\s*[0-9A-Fa-f]{4,8}:[0-9A-Fa-f]{2}:"
)
MEMORY = pattern(r"(?P<used>\d+)MiB\s*/\s*(?P<total>\d+)MiB")
TEMPERATURE = pattern(r"\b(\d+)C\b")
POWER = pattern(r"(?:(?P<now>\d+)W|N/A)\s*/\s*(?:(?P<limit>\d+)W|N/A)")
UTILIZATION = pattern(r"\|\s*(\d+)%\s+\S")
READINGS_ROW = pattern(r"\|[^|]*\|\s*(?:\d+MiB\s*/|N/A\s*\||(?:ERR!|\[?Unknown Error\]?))")
MIG_ROW = pattern(r"\|\s+(?P<gpu>\d+)\s+\d+\s+\d+\s+(?P<mig>\d+)\s+\|\s*(?P<used>\d+)MiB\s*/\s*(?P<total>\d+)MiB")
PROCESS_ROW = pattern(
    r"\|\s+(?P<gpu>\d+)\s+(?:(?:\d+|N/A)\s+(?:\d+|N/A)\s+)?(?P<pid>\d+)\s+(?:M\+)?[CG](?:\+G)?\s+(?P<name>.*?)\s+"
    r"(?:(?P<used>\d+)MiB|N/A)\s*\|"
)


@dataclass(slots=True)
class TableReader:
    """Reads tables line by line; samples come when a table ends (next table, `end`)."""

    tz: tzinfo | None = None
    _time_s: float | None = None
    _named: tuple[int, str] | None = None
    _samples: dict[tuple[int, int | None], GpuSample] = field(default_factory=dict)

    def feed(self, line: str) -> list[Reading] | None:
        """Samples of the table before, () inside a table, None for a line that is none of a table."""
        if (date := DATE.fullmatch(line)) and (month := month_number(date["month"])):
            done = self.end()
            self._time_s = moment_s((int(date["year"]), month, int(date["day"])), date["clock"], tz=self.tz)
            return done
        stripped = line.lstrip()
        if stripped.startswith("| NVIDIA-SMI "):
            time_s, done = self._time_s, self.end()
            self._time_s = None if done else time_s  # a second table without a date line has no clock
            return done
        if stripped.startswith(("|", "+--")):
            self._row(stripped)
            return []
        return None

    def end(self) -> list[Reading]:
        """Samples of the table that was being read."""
        done = self.pending()
        self._samples, self._named = {}, None
        return done

    def pending(self) -> list[Reading]:
        """The same, and the table goes on being read."""
        return [(self._time_s, sample) for sample in self._samples.values()]

    def _row(self, row: str) -> None:
        if named := NAME_ROW.match(row):
            self._named = int(named["index"]), named["name"]
        elif self._named is not None and READINGS_ROW.match(row):
            index, name = self._named
            self._named = None
            self._samples[index, None] = _sample(index, name, row)
        elif mig := MIG_ROW.match(row):
            self._add_instance(int(mig["gpu"]), int(mig["mig"]), float(mig["used"]), float(mig["total"]))
        elif process := PROCESS_ROW.match(row):
            used = float(process["used"]) * MIB if process["used"] else None
            self._add_process(
                int(process["gpu"]), GpuProcess(pid=int(process["pid"]), used_bytes=used, name=process["name"])
            )

    def _add_instance(self, gpu: int, number: int, used_mib: float, total_mib: float) -> None:
        parent = self._samples.get((gpu, None))
        name = f"{parent.name} MIG {number}" if parent and parent.name else f"MIG {number}"
        self._samples[gpu, number] = GpuSample(
            index=gpu, mig_index=number, name=name, memory_used_bytes=used_mib * MIB, memory_total_bytes=total_mib * MIB
        )

    def _add_process(self, gpu: int, process: GpuProcess) -> None:
        if (sample := self._samples.get((gpu, None))) is not None:
            self._samples[gpu, None] = replace(sample, processes=(*sample.processes, process))


def _sample(index: int, name: str, row: str) -> GpuSample:
    """One GPU from its second row: fan, temperature, power / limit | memory | utilisation."""
    memory, power = MEMORY.search(row), POWER.search(row)
    temperature, utilization = TEMPERATURE.search(row), UTILIZATION.search(row)
    sample = GpuSample(
        index=index,
        name=name,
        memory_used_bytes=float(memory["used"]) * MIB if memory else None,
        memory_total_bytes=float(memory["total"]) * MIB if memory else None,
        utilization_percent=float(utilization[1]) if utilization else None,
        temperature_c=float(temperature[1]) if temperature else None,
        power_w=float(power["now"]) if power and power["now"] else None,
        power_limit_w=float(power["limit"]) if power and power["limit"] else None,
        lost="ERR!" in row and memory is None,
    )
    return with_reasons(sample, ("memory_used_bytes", "utilization_percent", "temperature_c", "power_w"))


def with_reasons(sample: GpuSample, fields: Iterable[str]) -> GpuSample:
    """The sample with `not available` for the fields that the log left open."""
    missing = {name: "not available" for name in fields if getattr(sample, name) is None}
    return replace(sample, unavailable=missing) if missing else sample
