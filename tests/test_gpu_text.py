"""GPUs on the screen and in the plain status: MIG instances, what slows them down, what the driver does not say."""

from __future__ import annotations

from dataclasses import replace

from jsonschema import Draft202012Validator

from tests.planned_runs import a_run
from trainmon.exports.contract import board_object
from trainmon.exports.gpu_text import machine_gpu_lines, run_gpu_lines
from trainmon.exports.schema import schema
from trainmon.exports.status_text import status_text
from trainmon.gpu.peaks import run_gpu
from trainmon.gpu_snapshot import GpuDevice, GpuPanel, GpuProcess, GpuSample
from trainmon.snapshot import Board, RunStatus
from trainmon.tui.totals import gpu_rows

GIB = 1024.0**3
WHOLE = GpuSample(
    index=0, name="NVIDIA A100", uuid="GPU-a", memory_used_bytes=30 * GIB, memory_total_bytes=40 * GIB,
    utilization_percent=97.0, temperature_c=83.0, power_w=310.0, power_limit_w=400.0,
    throttle_reasons=("power cap", "thermal (software)"),
)  # fmt: skip
PANEL = GpuPanel(
    samples=(
        WHOLE,
        GpuSample(index=0, mig_index=1, name="A100 MIG 1g.5gb", memory_used_bytes=3 * GIB, memory_total_bytes=5 * GIB),
        GpuSample(index=1, name="NVIDIA A100", lost=True, unavailable={"memory_used_bytes": "GPU lost"}),
        GpuSample(index=2, unavailable={"memory_used_bytes": "no permission"}),
    ),
    note="GPU 1 lost for 40s",
    taken_at=1_800_000_000.0,
)


def shown(width: int) -> list[str]:
    return ["".join(text for text, _ in row) for row in gpu_rows(Board(taken_at=1_800_000_000.0, gpu=PANEL), width)]


def test_the_screen_tells_mig_instances_throttling_lost_gpus_and_why_a_value_is_missing() -> None:
    for width in (80, 120):
        whole, instance, lost, refused, note = shown(width)
        assert whole.startswith(" GPU 0 ")
        assert "! power cap" in whole
        assert instance.startswith(" MIG 0.1 ")
        assert "lost" in lost
        assert "no permission" in refused
        assert note == " GPU 1 lost for 40s"


def test_the_plain_status_lists_them_too() -> None:
    assert list(machine_gpu_lines(PANEL)) == [
        "GPU 0 NVIDIA A100: 30.0 GB of 40.0 GB, 97 %, 83 °C, 310/400 W, slowed down by power cap, thermal (software)",
        "MIG 0.1 A100 MIG 1g.5gb: 3.0 GB of 5.0 GB",
        "GPU 1 NVIDIA A100: lost",
        "GPU 2: - (no permission)",
        "GPU 1 lost for 40s",
    ]
    assert list(machine_gpu_lines(GpuPanel())) == []


def test_a_runs_gpus_and_what_limits_the_numbers_stand_in_the_verbose_status() -> None:
    device = GpuDevice(
        index=0, name="NVIDIA A100", memory_used_bytes=4 * GIB, peak_memory_bytes=5 * GIB,
        memory_total_bytes=40 * GIB, others=(GpuProcess(pid=7, used_bytes=GIB),),
    )  # fmt: skip
    gpu = run_gpu([device, GpuDevice(index=1, peak_memory_bytes=GIB)], basis="nvml", note="why")
    run = replace(a_run(state=RunStatus.RUNNING, steps=10, total_steps=100, step_s=1.0), gpu=gpu)
    board = Board(taken_at=1_800_000_000.0, runs=(run,), gpu=PANEL)

    assert list(run_gpu_lines(gpu)) == [
        "GPU 0 NVIDIA A100: 4.0 GB of 40.0 GB, peak 5.0 GB, 1 process of others on it (nvml)",
        "GPU 1: peak 1.0 GB (nvml)",
        "why",
    ]
    assert all(line in status_text(board, verbose=True) for line in [*run_gpu_lines(gpu), *machine_gpu_lines(PANEL)])
    assert "GPU" not in status_text(board)
    assert list(run_gpu_lines(None)) == []


def test_the_contract_carries_mig_throttling_and_lost_gpus() -> None:
    written = board_object(Board(taken_at=1_800_000_000.0, gpu=PANEL))

    Draft202012Validator(schema()).validate(written)
    whole, instance, lost, refused = written["gpu"]["samples"]  # type: ignore[index]
    assert whole["throttle_reasons"] == ["power cap", "thermal (software)"]
    assert (instance["index"], instance["mig_index"]) == (0, 1)
    assert (lost["lost"], lost["memory_used_bytes"]) == (True, None)
    assert refused["unavailable"] == {"memory_used_bytes": "no permission"}
