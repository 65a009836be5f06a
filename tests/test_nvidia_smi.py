"""The nvidia-smi table inside a training log."""

from __future__ import annotations

from pathlib import Path

import pytest

from trainmon.events import Event, Facts, GpuMemory, Line
from trainmon.parsers.nvidia_smi import NvidiaSmi

MIB = 1024.0**2


def events_of(*rows: str) -> list[Event]:
    parser = NvidiaSmi()
    return [event for row in rows for event in parser.parse(Line(text=row)) or ()]


def test_every_sample_is_claimed() -> None:
    parser = NvidiaSmi()

    assert all(parser.parse(Line(text=sample.text)) is not None for sample in NvidiaSmi.samples)


def test_a_gpu_has_its_name_and_size_and_no_use() -> None:
    assert events_of(
        "|   3  Tesla V100-SXM2...  Off  | 00000000:1A:00.0 Off |                    0 |",
        "| N/A   45C    P0    48W / 300W |    900MiB / 32510MiB |      0%      Default |",
    ) == [
        Facts(values={"gpu": "Tesla V100-SXM2..."}),
        GpuMemory(device_index=3, device_name="Tesla V100-SXM2...", total_bytes=32510 * MIB),
    ]


@pytest.mark.parametrize(
    "row",
    [
        pytest.param("| time/              |          |", id="table of stable-baselines3"),
        pytest.param("|    fps             | 4480     |", id="its rows"),
        pytest.param("| epoch 3 | 300MiB used | 97% |", id="a table with memory"),
        pytest.param("memory: 45MiB / 100MiB", id="no table"),
        pytest.param("+-----+-----+", id="a border of any table"),
    ],
)
def test_other_tables_are_foreign(row: str) -> None:
    assert NvidiaSmi().parse(Line(text=row)) is None


def test_rows_torn_by_another_writer_give_nothing() -> None:
    row = "|   3  Tesla V100-SXM2...  Off  | 00000000:9D:00.0 Off |          N/A   31C    P0    44W / 300W |"

    assert events_of(row, "|      0MiB / 32510MiB |      0%      Default |") == []


def test_real_logs_name_their_gpus(shared: Path) -> None:
    names = set()
    for path in sorted((shared / "logs" / "public").glob("*")):
        parser = NvidiaSmi()
        for line in path.read_text(errors="replace").split("\n"):
            found = parser.parse(Line(text=line)) or ()
            names |= {event.device_name for event in found if isinstance(event, GpuMemory)}

    assert names == {"Tesla V100-SXM2...", "NVIDIA H100 80GB HBM3", "NVIDIA H800"}
