"""The GPUs of this machine, NVIDIA's and AMD's; nothing is started or imported where there is none."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from trainmon.gpu.patience import Patience
from trainmon.gpu_snapshot import GpuPanel

if TYPE_CHECKING:
    from trainmon.gpu.feed import DriverFeed

NO_GPU = GpuPanel(note="no GPU on this machine")
DRIVER_FILES = ("/dev/nvidiactl", "/proc/driver/nvidia/version", "/dev/dxg")
"""The driver's control device, its own word, and the device of Windows' Linux subsystem."""
LIBRARY_FOLDERS = (
    "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/lib/wsl/lib",
    "/usr/local/nvidia/lib64", "/run/opengl-driver/lib",
)  # fmt: skip
AMD_INTERVAL_S = 10.0
"""amd-smi takes about a second of CPU a call."""
AMD_SILENCE_S = 30.0
"""And three of them make a sample."""


VENDORS = {"nvml": "NVIDIA", "amd": "AMD"}


def nvidia_present() -> bool:
    """Whether an NVIDIA driver or its library is here: a few stats."""
    if os.environ.get("TRAINMON_NVML") or any(Path(path).exists() for path in DRIVER_FILES):
        return True
    folders = (*os.environ.get("LD_LIBRARY_PATH", "").split(":"), *LIBRARY_FOLDERS)
    return any(folder and Path(folder, "libnvidia-ml.so.1").exists() for folder in folders)


def amd_present() -> bool:
    """Whether AMD's compute driver and `amd-smi` are here."""
    return Path("/dev/kfd").exists() and shutil.which("amd-smi") is not None


class GpuMonitor:
    """The latest samples of all GPUs. `latest` never blocks and starts the sampling with its first call."""

    def __init__(self, interval_s: float = 1.0, patience: Patience | None = None) -> None:
        self._interval_s = interval_s
        self._patience = patience or Patience()
        self._feeds: list[DriverFeed] = []
        self._look_at = float("-inf")
        self._closed = False

    def latest(self) -> GpuPanel:
        """What is known now; `note` says why there is nothing, or how old it is."""
        now = time.monotonic()
        if now >= self._look_at and not self._closed:
            self._look_at = now + self._patience.retry_s
            self._begin()
        return together([(VENDORS[feed.kind], feed.latest(now)) for feed in self._feeds])

    def first(self, timeout_s: float) -> GpuPanel:
        """As `latest`, but waits for the first answer of each driver: for one look."""
        self.latest()
        until = time.monotonic() + timeout_s
        for feed in self._feeds:
            feed.wait(max(until - time.monotonic(), 0.0))
        return self.latest()

    def close(self) -> None:
        """End the sampling processes and their threads. Returns within a second or two even where a driver hangs."""
        self._closed = True
        for feed in self._feeds:
            feed.stop()
        for feed in self._feeds:
            feed.join()

    def _begin(self) -> None:
        """Start what is present and does not run yet: a driver may be loaded later."""
        kinds = {feed.kind for feed in self._feeds}
        if "nvml" not in kinds and nvidia_present():
            self._feeds.append(_feed("nvml", self._interval_s, self._patience))
        if "amd" not in kinds and amd_present():
            patience = replace(self._patience, silence_s=max(AMD_SILENCE_S, self._patience.silence_s))
            self._feeds.append(_feed("amd", max(self._interval_s, AMD_INTERVAL_S), patience))


def _feed(kind: str, interval_s: float, patience: Patience) -> DriverFeed:
    from trainmon.gpu.feed import DriverFeed

    return DriverFeed(kind, interval_s, patience)


def together(panels: Sequence[tuple[str, GpuPanel]]) -> GpuPanel:
    """One panel of several vendors' ones. A vendor without any GPU is not worth a line beside one that has some."""
    if not panels:
        return NO_GPU
    if len(panels) == 1:
        return panels[0][1]
    told = [(vendor, panel) for vendor, panel in panels if panel.samples] or panels
    notes = [f"{vendor}: {panel.note.removeprefix('GPU: ')}" for vendor, panel in told if panel.note]
    return GpuPanel(
        samples=tuple(sample for _, panel in panels for sample in panel.samples),
        note="; ".join(notes),
        taken_at=max((panel.taken_at for _, panel in panels if panel.taken_at is not None), default=None),
    )
