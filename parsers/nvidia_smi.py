"""The nvidia-smi table that training scripts print before they start: which GPUs there are, and how large.

What the table says of memory in use is the whole GPU's at one moment before the training, so it is left out here;
logs of nvidia-smi beside a training log are read by `trainmon.gpu.logs`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from trainmon.events import Event, Facts, GpuMemory, Line
from trainmon.gpu.tables import MEMORY, MIB, MIG_ROW, NAME_ROW, PROCESS_ROW, READINGS_ROW
from trainmon.parsers.base import LogFormat, Sample


class NvidiaSmi(LogFormat):
    """Reads the two rows of each GPU, and claims the rest of the table, whose `48W / 300W` is no progress."""

    name: ClassVar[str] = "nvidia_smi"
    title: ClassVar[str] = "nvidia-smi table inside a training log"
    priority: ClassVar[int] = 8
    needles: ClassVar[tuple[str, ...]] = (
        "NVIDIA-SMI",
        "MiB",
        "Persistence-M",
        "Pwr:Usage",
        ".0 Off",
        ".0 On",
        ".0 N/A",
    )
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("| NVIDIA-SMI 460.32.03    Driver Version: 460.32.03    CUDA Version: 11.2     |", "driver 460"),
        Sample("| GPU  Name        Persistence-M| Bus-Id        Disp.A | Volatile Uncorr. ECC |", "driver 460"),
        Sample("|   0  Tesla V100-SXM2...  Off  | 00000000:1A:00.0 Off |                    0 |", "driver 460"),
        Sample("| N/A   45C    P0    48W / 300W |      0MiB / 32510MiB |      0%      Default |", "driver 460"),
        Sample(
            "|   0  NVIDIA H100 80GB HBM3          Off |   00000000:18:00.0 Off |                    0 |", "driver 555"
        ),
        Sample(
            "| N/A   29C    P0            112W /  700W |    7399MiB /  81559MiB |      6%      Default |", "driver 555"
        ),
        Sample(
            "|    0   N/A  N/A     58472      C   python                                          0MiB |", "driver 555"
        ),
    )

    def __init__(self) -> None:
        self._named: tuple[int, str] | None = None

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give name and size of a GPU with its second row."""
        row = line.text.lstrip()
        if not row.startswith("|"):
            return None
        if named := NAME_ROW.match(row):
            self._named = int(named["index"]), named["name"]
            return ()
        if READINGS_ROW.match(row):
            return self._gpu(row)
        headers = ("| NVIDIA-SMI ", "| GPU  Name ", "| Fan  Temp ")
        return () if row.startswith(headers) or MIG_ROW.match(row) or PROCESS_ROW.match(row) else None

    def _gpu(self, row: str) -> Sequence[Event]:
        memory = MEMORY.search(row)
        if self._named is None or memory is None:
            return ()
        index, name = self._named
        self._named = None
        return (
            Facts(values={"gpu": name}),
            GpuMemory(device_index=index, device_name=name, total_bytes=float(memory["total"]) * MIB),
        )
