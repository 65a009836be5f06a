"""A scripted NVIDIA driver: a stand-in for libnvidia-ml, compiled once and loaded by the real nvidia-ml-py."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from trainmon.gpu.feed import DriverFeed
from trainmon.gpu.monitor import GpuMonitor
from trainmon.gpu.patience import Patience
from trainmon.gpu_snapshot import GpuPanel

MIB = 1024.0**2
SOURCE = Path(__file__).parent / "fake_nvml" / "nvml.c"
QUICK = Patience(silence_s=0.6, start_s=30.0, retry_s=0.3, backoff_s=0.05, forget_s=600.0)
"""On a busy machine the sampling process may seem to hang at any moment; then it is started again."""
LONG_S = 180.0
"""Only a test that fails waits so long."""
TWO_GPUS = (
    "device NVIDIA%20A100-SXM4-40GB GPU-aaa 40960 30000 97 61 310000 400000 4\n"
    "device NVIDIA%20A100-SXM4-40GB GPU-bbb 40960 500 0 33 56000 400000 1\n"
    "process 0 4194301 29000\n"
)
Library = Callable[..., Path]


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Compile the stand-in with the given macros defined, once each."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    folder = tmp_path_factory.mktemp("nvml")

    def compiled(*macros: str) -> Path:
        target = folder / f"libnvidia-ml{''.join(macros)}.so.1"
        if not target.exists():
            flags = [f"-D{macro}" for macro in macros]
            subprocess.run([compiler, "-shared", "-fPIC", "-O1", *flags, str(SOURCE), "-o", str(target)], check=True)
        return target

    return compiled


class Driver:
    """The scripted driver of one test."""

    def __init__(self, script: Path) -> None:
        self._script = script

    def says(self, text: str) -> None:
        """From now on; the file is replaced whole, so the library never reads half of it."""
        fresh = self._script.with_suffix(".new")
        fresh.write_text(text)
        fresh.replace(self._script)


@pytest.fixture
def driver(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Driver:
    monkeypatch.setenv("TRAINMON_NVML", str(library()))
    monkeypatch.setenv("FAKE_NVML", str(tmp_path / "script"))
    driver = Driver(tmp_path / "script")
    driver.says(TWO_GPUS)
    return driver


@pytest.fixture
def monitor() -> Iterator[GpuMonitor]:
    monitor = GpuMonitor(interval_s=0.05, patience=QUICK)
    yield monitor
    monitor.close()


def until(monitor: GpuMonitor, wanted: Callable[[GpuPanel], object], within_s: float = LONG_S) -> GpuPanel:
    """The first panel that is as wanted; fails with the last one if none was in time."""
    deadline = time.monotonic() + within_s
    while not wanted(panel := monitor.latest()):
        assert time.monotonic() < deadline, panel
        time.sleep(0.01)
    return panel


def sampled(monitor: GpuMonitor) -> GpuPanel:
    """The first panel with samples of which there is nothing to say."""
    return until(monitor, lambda panel: panel.samples and not panel.note)


def nvidia_feed(monitor: GpuMonitor) -> DriverFeed:
    """The feed of the scripted driver."""
    return next(feed for feed in monitor._feeds if feed.kind == "nvml")


def pid_of(feed: DriverFeed) -> int | None:
    """The sampling process that runs now."""
    process = feed._process
    return process.pid if process is not None else None


def signal_sampling(feed: DriverFeed, number: int) -> int:
    """Send a signal to the sampling process, once there is one; its process ID."""
    deadline = time.monotonic() + LONG_S
    while (process := feed._process) is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(number)  # no harm where it has just ended
    return process.pid
