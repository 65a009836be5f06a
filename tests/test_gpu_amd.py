"""AMD GPUs from amd-smi's JSON, in the shapes of ROCm 6 and 7, and from a program that stands in for amd-smi."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from trainmon.gpu.amd import parse_amd, read_amd

MIB = 1024.0**2
METRIC = [
    {
        "gpu": 0,
        "usage": {"gfx_activity": {"value": 97, "unit": "%"}, "umc_activity": {"value": 30, "unit": "%"}},
        "power": {"socket_power": {"value": 640, "unit": "W"}, "gfx_voltage": "N/A"},
        "temperature": {"edge": "N/A", "hotspot": {"value": 71, "unit": "C"}},
        "mem_usage": {"total_vram": {"value": 196592, "unit": "MB"}, "used_vram": {"value": 150000, "unit": "MB"}},
    },
    {"gpu": 1, "usage": "N/A", "power": {"socket_power": "N/A"}, "mem_usage": {"used_vram": "N/A"}},
]
STATIC = [{"gpu": 0, "asic": {"market_name": "AMD Instinct MI300X", "asic_serial": "0x1A2B"}}]
PROCESS = [
    {
        "gpu": 0,
        "process_list": [
            {
                "process_info": {
                    "name": "/usr/bin/python3.12",
                    "pid": 4242,
                    "memory_usage": {"gtt_mem": {"value": 1, "unit": "B"}, "vram_mem": {"value": 1048576, "unit": "B"}},
                }
            }
        ],
    },
    {"gpu": 1, "process_list": [{"process_info": "No running processes detected"}]},
]


@pytest.mark.parametrize(
    "wrap",
    [pytest.param(lambda found: found, id="ROCm 6"), pytest.param(lambda found: {"gpu_data": found}, id="ROCm 7")],
)
def test_gpus_and_processes_are_read(wrap: object) -> None:
    assert callable(wrap)
    busy, bare = parse_amd(wrap(METRIC), wrap(STATIC), wrap(PROCESS))

    assert (busy.index, busy.name, busy.uuid) == (0, "AMD Instinct MI300X", "AMD-0x1A2B")
    assert (busy.memory_used_bytes, busy.memory_total_bytes) == (150000 * MIB, 196592 * MIB)
    assert (busy.utilization_percent, busy.temperature_c, busy.power_w) == (97.0, 71.0, 640.0)
    assert [(p.pid, p.used_bytes, p.name) for p in busy.processes] == [(4242, MIB, "python3.12")]
    assert bare.memory_used_bytes is None
    assert bare.unavailable["memory_used_bytes"] == "not supported"
    assert bare.processes == ()


@pytest.mark.parametrize("answer", [None, "no", 5, [], [1, None], {"gpu_data": {}}, [{"gpu": "x"}], [{"gpu": 0}]])
def test_other_shapes_give_nothing_and_break_nothing(answer: object) -> None:
    assert all(sample.memory_used_bytes is None for sample in parse_amd(answer, answer, answer))


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return tmp_path / "amd-smi"


def install(tool: Path, text: str) -> None:
    tool.write_text("#!/bin/sh\n" + text)
    tool.chmod(0o755)


def test_amd_smi_is_asked_for_each_part(tool: Path) -> None:
    for name, answer in (("metric", METRIC), ("static", STATIC), ("process", PROCESS)):
        tool.with_name(f"{name}.json").write_text(json.dumps(answer))
    install(tool, 'for last; do :; done; [ "$last" = --json ] || exit 3; cat "$(dirname "$0")/$1.json"\n')

    samples = read_amd()

    assert not isinstance(samples, str)
    assert [sample.name for sample in samples] == ["AMD Instinct MI300X", None]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("echo 'no driver' >&2; exit 7", "GPU: amd-smi ended with status 7: no driver", id="fails"),
        pytest.param("echo Usage:", "GPU: amd-smi gave nothing that can be read", id="no json"),
    ],
)
def test_an_amd_smi_that_fails_is_one_line(tool: Path, text: str, said: str) -> None:
    install(tool, text)

    assert read_amd() == said
