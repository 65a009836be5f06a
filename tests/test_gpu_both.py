"""A machine with NVIDIA's and AMD's GPUs, and programs that are killed at any moment while all is watched."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fake_driver import LONG_S, MIB, QUICK, TWO_GPUS, Driver, Library, until
from tests.test_gpu_amd import METRIC, PROCESS, STATIC, install
from trainmon.gpu import monitor as gpu
from trainmon.gpu.monitor import GpuMonitor, together
from trainmon.gpu_snapshot import GpuPanel, GpuSample
from trainmon.settings import Settings
from trainmon.snapshot import Board
from trainmon.watching import LiveSource


@pytest.fixture
def amd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An `amd-smi` in the path that answers as two GPUs do."""
    tool = tmp_path / "bin" / "amd-smi"
    tool.parent.mkdir()
    for name, answer in (("metric", METRIC), ("static", STATIC), ("process", PROCESS)):
        tool.with_name(f"{name}.json").write_text(json.dumps(answer))
    install(tool, 'cat "$(dirname "$0")/$1.json"\n')
    monkeypatch.setenv("PATH", f"{tool.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(gpu, "amd_present", lambda: True)
    monkeypatch.setattr(gpu, "AMD_INTERVAL_S", 0.2)
    return tool


def test_gpus_of_both_vendors_are_shown(driver: Driver, amd: Path, monitor: GpuMonitor) -> None:
    panel = until(monitor, lambda panel: len(panel.samples) == 4 and not panel.note)

    assert [(s.index, s.name) for s in panel.samples] == [
        (0, "NVIDIA A100-SXM4-40GB"), (1, "NVIDIA A100-SXM4-40GB"), (0, "AMD Instinct MI300X"), (1, None)
    ]  # fmt: skip
    assert panel.taken_at is not None


def test_what_befalls_one_vendor_is_said_with_its_name(driver: Driver, amd: Path, monitor: GpuMonitor) -> None:
    until(monitor, lambda panel: len(panel.samples) == 4)

    driver.says(TWO_GPUS + "error * 15 1\n")
    panel = until(monitor, lambda panel: panel.note.startswith("NVIDIA: GPU 1 lost for "))

    assert [sample.lost for sample in panel.samples] == [False, True, False, False]


def test_a_vendor_without_a_gpu_is_no_news_beside_one_that_has_some() -> None:
    some = GpuPanel(samples=(GpuSample(index=0),), taken_at=5.0)
    none = GpuPanel(note="GPU: the NVIDIA driver is not loaded")

    assert together([("NVIDIA", none), ("AMD", some)]) == some
    assert together([("NVIDIA", none), ("AMD", GpuPanel(note="GPU: no"))]).note == (
        "NVIDIA: the NVIDIA driver is not loaded; AMD: no"
    )
    assert together([("AMD", none)]) == none


def test_a_driver_that_is_loaded_later_is_found(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, monitor: GpuMonitor
) -> None:
    monkeypatch.setattr(gpu, "nvidia_present", lambda: False)
    assert monitor.latest().note == "no GPU on this machine"

    Driver(tmp_path / "script").says(TWO_GPUS)
    monkeypatch.setenv("TRAINMON_NVML", str(library()))
    monkeypatch.setenv("FAKE_NVML", str(tmp_path / "script"))
    monkeypatch.setattr(gpu, "nvidia_present", lambda: True)

    assert len(until(monitor, lambda panel: panel.samples).samples) == 2


TRAIN = """
import itertools, sys, time
for step in itertools.count(1):
    print(f"step {step}/100000, loss {1 / step:.4f}, lr 0.001", flush=True)
    time.sleep(0.01)
"""


class Training:
    """A process that writes a log, and that is killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "train.log"
        self._script = folder / "train.py"
        self._script.write_text(TRAIN)
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen([sys.executable, str(self._script)], stdout=log, stderr=log)

    def kill(self, signal_number: int) -> None:
        self.process.send_signal(signal_number)
        self.process.kill()
        self.process.wait()

    def restart(self) -> None:
        self.kill(signal.SIGKILL)
        self.process = self._start()


@pytest.fixture
def training(tmp_path: Path) -> Iterator[Training]:
    (tmp_path / "logs").mkdir()
    training = Training(tmp_path / "logs")
    yield training
    training.kill(signal.SIGKILL)


@pytest.fixture
def source(driver: Driver, training: Training) -> Iterator[LiveSource]:
    source = LiveSource([str(training.log.parent)], Settings())
    source._gpu = GpuMonitor(interval_s=0.02, patience=QUICK)
    yield source
    source.close()


MISFORTUNES = (
    "hang nvmlDeviceGetPowerUsage\n", "segv nvmlDeviceGetTemperature\n", "error * 15 1\n", "error * 999 0\n",
    "count 1\n", "error nvmlInitWithFlags 9\n", "slow nvmlDeviceGetMemoryInfo_v2 300\n", "", "",
)  # fmt: skip


def own_memory(board: Board) -> list[float | None]:
    """What the run's own processes hold now, GPU by GPU."""
    return [device.memory_used_bytes for run in board.runs if run.gpu for device in run.gpu.devices]


def refreshed_until(source: LiveSource, wanted: Callable[[Board], bool], within_s: float = LONG_S) -> Board:
    """The first board that is as wanted; fails with the last one if none was in time."""
    deadline = time.monotonic() + within_s
    while not wanted(board := source.refresh()):
        assert time.monotonic() < deadline, (board.gpu, board.runs)
        time.sleep(0.01)
    return board


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_training_and_driver_may_die_at_any_moment(
    driver: Driver, training: Training, source: LiveSource, seed: int
) -> None:
    """Every look gives a board, and all is well again in the end."""
    chance = random.Random(seed)
    refreshed_until(source, lambda board: len(board.gpu.samples) == 2)
    deeds: list[Callable[[], object]] = [
        training.restart,
        lambda: training.kill(chance.choice([signal.SIGTERM, signal.SIGINT, signal.SIGSEGV])),
        lambda: kill_sampling(source),
        lambda: None,
    ]
    for _ in range(12):
        driver.says(TWO_GPUS + chance.choice(MISFORTUNES) + f"process 1 {training.process.pid} 300\n")
        for _ in range(chance.randrange(1, 6)):
            assert len(source.refresh().runs) <= 1
            time.sleep(chance.random() * 0.03)  # the moment is what is tried
        chance.choice(deeds)()

    training.restart()
    driver.says(TWO_GPUS + f"process 1 {training.process.pid} 321\n")
    kill_sampling(source)  # it would ask again for a lost GPU after some seconds

    def is_well(board: Board) -> bool:
        there = [sample.lost for sample in board.gpu.samples] == [False, False]
        return there and 321 * MIB in own_memory(board) and board.runs[0].step is not None

    refreshed_until(source, is_well)


def kill_sampling(source: LiveSource) -> None:
    for feed in source._gpu._feeds:
        if (process := feed._process) is not None:
            process.send_signal(signal.SIGKILL)  # no harm where it has just ended


def test_the_last_memory_of_a_killed_training_stays_as_its_peak(
    driver: Driver, training: Training, source: LiveSource
) -> None:
    driver.says(TWO_GPUS + f"process 1 {training.process.pid} 300\n")
    refreshed_until(source, lambda board: own_memory(board) == [300 * MIB])
    training.kill(signal.SIGKILL)
    driver.says(TWO_GPUS)

    board = refreshed_until(source, lambda board: 300 * MIB not in own_memory(board))

    gpu_of_run = board.runs[0].gpu
    assert gpu_of_run is not None
    assert gpu_of_run.peak_memory_bytes == 300 * MIB
