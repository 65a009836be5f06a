"""The process that talks to the GPU driver, so that a driver that hangs or crashes takes nothing else along.

`python -P -m trainmon.gpu.sampler nvml|amd SECONDS GPUS PARENT` (GPUS: so many were seen before) prints a line of
`trainmon.gpu.wire` per sample until nobody reads it. Where the driver as a whole does not answer, it prints why and
ends.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

from trainmon.gpu.wire import BEAT, encode
from trainmon.gpu_snapshot import GpuPanel, GpuSample
from trainmon.sanitise import clean

PR_SET_PDEATHSIG = 1
"""prctl(2)."""
BEAT_S = 0.3
"""Slow calls show signs of life at least this often (a single call may be slower)."""
LABEL_CHARACTERS = 60


class Speaker:
    """Writes lines to the program that started this process, and signs of life when there is nothing to say."""

    def __init__(self) -> None:
        self._spoke_at = time.monotonic()

    def say(self, line: str) -> None:
        """Write one line at once. Raises OSError when the reader is gone."""
        data = line.encode() + b"\n"
        while data:
            data = data[os.write(1, data) :]
        self._spoke_at = time.monotonic()

    def beat(self) -> None:
        """Say that a call came back, if nothing was said for a while."""
        if time.monotonic() - self._spoke_at > BEAT_S:
            self.say(BEAT)


def main(arguments: list[str]) -> None:
    """Sample until the reader is gone."""
    end_with_parent(int(arguments[3]))
    kind, interval_s, expected = arguments[0], float(arguments[1]), int(arguments[2])
    speaker = Speaker()
    try:
        read = _amd_reader() if kind == "amd" else _nvml_reader(speaker.beat, expected)
        if isinstance(read, str):
            speaker.say(encode(GpuPanel(note=read, taken_at=time.time())))
            return
        due = time.monotonic()
        while True:
            answer = read()
            if isinstance(answer, str):
                speaker.say(encode(GpuPanel(note=answer, taken_at=time.time())))
                return
            speaker.say(encode(GpuPanel(samples=answer, taken_at=time.time())))
            due = max(due + interval_s, time.monotonic())
            time.sleep(max(0.0, due - time.monotonic()))
    except OSError:  # the reader is gone
        return


def end_with_parent(parent: int) -> None:
    """Have this process killed when `parent` ends: hanging in the driver, it would not notice. Linux only."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before
        os._exit(0)


Read = Callable[[], tuple[GpuSample, ...] | str]
"""Takes one sample, or says why there will be no more."""


def _nvml_reader(beat: Callable[[], None], expected: int) -> Read | str:
    try:
        import pynvml  # type: ignore[import-untyped]
    except ImportError:
        return "GPU: nvidia-ml-py is not installed"
    from trainmon.gpu.nvml import NvmlReader, NvmlUnavailableError

    load_library(pynvml)
    reader = NvmlReader(pynvml, beat, Labels(), expected)
    try:
        reader.open()
    except NvmlUnavailableError as error:
        return str(error)

    def read() -> tuple[GpuSample, ...] | str:
        try:
            return reader.read(time.monotonic())
        except NvmlUnavailableError as error:
            return str(error)

    return read


def load_library(pynvml: Any) -> None:
    """Give pynvml the library that `TRAINMON_NVML` names; without it, pynvml looks for libnvidia-ml.so.1 itself."""
    if path := os.environ.get("TRAINMON_NVML"):
        try:
            pynvml.nvmlLib = ctypes.CDLL(path)
        except OSError:
            return


def _amd_reader() -> Read:
    from trainmon.gpu.amd import read_amd

    return read_amd


class Labels:
    """What a process runs, in few words (`python train.py`), asked once per process."""

    def __init__(self) -> None:
        self._known: dict[int, str] = {}

    def __call__(self, pid: int) -> str:
        if pid not in self._known:
            if len(self._known) > 1000:
                self._known.clear()
            self._known[pid] = _label(pid)
        return self._known[pid]


def _label(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return ""
    return command_label([word for word in words if word])


def command_label(words: list[str]) -> str:
    """Program and what it runs, without folders and options: `python train.py`, `python -m torch.distributed.run`."""
    if not words:
        return ""
    label = [words[0].rpartition("/")[2]]
    for before, word in pairwise(words):
        if before == "-m":
            label += ["-m", word]
            break
        if before == "-c":
            break
        if not word.startswith("-"):
            label.append(word.rpartition("/")[2])
            break
    return clean(" ".join(label))[:LABEL_CHARACTERS]


if __name__ == "__main__":
    main(sys.argv[1:])
