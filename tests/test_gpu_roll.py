"""GPUs that vanish and come back, and the lines between the sampling process and the program."""

from __future__ import annotations

import pytest

from trainmon.gpu.roll import GpuRoll
from trainmon.gpu.sampler import command_label
from trainmon.gpu.wire import decode, encode
from trainmon.gpu_snapshot import GpuPanel, GpuProcess, GpuSample

A = GpuSample(index=0, name="A", uuid="GPU-a", memory_used_bytes=5.0)
B = GpuSample(index=1, name="B", uuid="GPU-b", memory_used_bytes=6.0)
INSTANCE = GpuSample(index=0, mig_index=0, uuid="MIG-a", memory_used_bytes=1.0)


def test_a_gpu_that_is_no_longer_listed_is_kept_as_lost_until_it_is_back() -> None:
    roll = GpuRoll()
    roll.take([A, B], 0.0)

    gone = roll.take([A], 10.0)
    assert [(sample.uuid, sample.lost) for sample in gone] == [("GPU-a", False), ("GPU-b", True)]
    assert gone[1].memory_used_bytes is None
    assert roll.news(50.0) == "GPU 1 lost for 40s"
    assert roll.count == 2

    assert roll.take([A, B], 70.0) == (A, B)
    assert roll.news(71.0) == "GPU 1 is back, it was lost for 1m 00s"
    assert roll.news(200.0) == ""


def test_removed_mig_instances_are_no_losses() -> None:
    roll = GpuRoll()
    roll.take([A, INSTANCE], 0.0)

    assert roll.take([A], 1.0) == (A,)
    assert roll.news(1.0) == ""
    assert roll.count == 1


def test_a_panel_survives_its_way_between_the_processes() -> None:
    sample = GpuSample(
        index=0, mig_index=2, name="A ␛ \ufffd", uuid="GPU-a", memory_used_bytes=5.0, throttle_reasons=("power cap",),
        processes=(GpuProcess(pid=7, used_bytes=None, name="python train.py"),), unavailable={"power_w": "timeout"},
    )  # fmt: skip
    panel = GpuPanel(samples=(sample,), note="", taken_at=12.5)

    assert decode(encode(panel)) == panel
    assert "\n" not in encode(panel)


@pytest.mark.parametrize(
    "line", ["", "{", "[]", "null", '{"samples": 5}', '{"samples": [{"new": 1}]}', '{"note": "x"}']
)
def test_cut_lines_are_no_panels(line: str) -> None:
    assert decode(line) is None


@pytest.mark.parametrize(
    ("words", "label"),
    [
        pytest.param(["/usr/bin/python3", "-u", "/home/me/train.py", "--lr", "1e-4"], "python3 train.py", id="script"),
        pytest.param(["python", "-m", "torch.distributed.run", "a.py"], "python -m torch.distributed.run", id="module"),
        pytest.param(["python", "-c", "print(1)"], "python", id="code"),
        pytest.param(["ray::train\x1b[31m"], "ray::train␛[31m", id="control characters"),
        pytest.param([], "", id="nothing"),
    ],
)
def test_a_process_is_named_in_few_words(words: list[str], label: str) -> None:
    assert command_label(words) == label
