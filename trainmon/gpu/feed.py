"""One vendor's GPUs, sampled in a process of their own.

The driver may hang in a call or crash the process that asked (a lost GPU's handle does both), so this process never
calls it: a thread reads what `trainmon.gpu.sampler` prints, kills it when it falls silent, and starts it again.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field, replace

from trainmon.gpu.patience import Patience
from trainmon.gpu.roll import GpuRoll, blank
from trainmon.gpu.wire import BEAT, decode
from trainmon.gpu_snapshot import GpuPanel
from trainmon.units import duration


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is known of the GPUs."""

    panel: GpuPanel | None = None
    at: float = 0.0
    trouble: str = ""
    """Why no new samples come."""


@dataclass(slots=True)
class _Child:
    """The sampling process, and the part of a line that it has not finished."""

    process: subprocess.Popen[bytes]
    rest: bytes = b""
    lines: list[str] = field(default_factory=list)


class DriverFeed:
    """The latest samples of one vendor's GPUs; `kind` is `nvml` or `amd`. Sampling begins at once."""

    def __init__(self, kind: str, interval_s: float, patience: Patience) -> None:
        self.kind = kind
        self._interval_s = interval_s
        self._patience = patience
        self._seen = _Seen()
        self._roll = GpuRoll()
        self._stop, self._first = threading.Event(), threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._stuck: list[subprocess.Popen[bytes]] = []
        self._thread = threading.Thread(target=self._run, name=f"gpu {kind}", daemon=True)
        self._thread.start()

    def latest(self, now: float) -> GpuPanel:
        """What is known at `now` of the steady clock; `note` says why there is nothing, or how old it is."""
        return panel_at(self._seen, now, self._interval_s, self._patience, self._roll.news(now))

    def wait(self, timeout_s: float) -> None:
        """Until the first answer of the driver, or that it gives none."""
        self._first.wait(timeout_s)

    def stop(self) -> None:
        """End the sampling process, and tell the thread to end."""
        self._stop.set()
        if (process := self._process) is not None:
            process.kill()

    def join(self) -> None:
        """Wait for the thread, a second at most: the driver may hang."""
        self._thread.join(1.0)

    def _run(self) -> None:
        failures = 0
        while not self._stop.is_set():
            began = time.monotonic()
            trouble, refused = self._follow()
            failures = 0 if refused or self._seen.at - began > self._patience.retry_s else failures + 1
            backoff_s = self._patience.backoff_s * 2 ** min(failures - 1, 10)
            wait_s = self._patience.retry_s if refused else min(backoff_s, self._patience.retry_s)
            again = f"; next try in {duration(wait_s)}" if trouble and not refused else ""
            self._seen = replace(self._seen, trouble=trouble + again)
            self._first.set()
            self._stop.wait(wait_s)

    def _follow(self) -> tuple[str, bool]:
        """Run one sampling process to its end: why it ended, and whether the driver as a whole refused."""
        self._stuck = [process for process in self._stuck if process.poll() is None]
        if len(self._stuck) > 1:  # unkillable in the driver; more of them would only pile up
            return "GPU: the driver does not answer, and its callers cannot be ended", True
        command = [
            sys.executable,
            "-P",
            "-m",
            "trainmon.gpu.sampler",
            self.kind,
            str(self._interval_s),
            str(self._roll.count),
            str(os.getpid()),
        ]
        quiet = subprocess.DEVNULL
        try:
            process = subprocess.Popen(
                command, stdin=quiet, stdout=subprocess.PIPE, stderr=quiet, start_new_session=True
            )
        except OSError as error:
            return f"GPU: the sampling process could not be started ({error.strerror})", False
        self._process = process
        try:
            return self._read(_Child(process))
        finally:
            self._process = None
            self._end(process)

    def _read(self, child: _Child) -> tuple[str, bool]:
        patience_s = self._patience.start_s
        while not self._stop.is_set():
            lines = _next_lines(child, patience_s)
            if lines is None:
                return f"GPU: the driver has not answered for {duration(patience_s)}", False
            if not lines:
                return f"GPU: the sampling process {_ending(child.process)}", False
            patience_s = self._interval_s + self._patience.silence_s
            for line in lines:
                panel = None if line == BEAT else decode(line)
                if panel is not None and panel.note:
                    self._seen = _Seen()
                    return panel.note, True
                if panel is not None:
                    self._take(panel)
        return "", True

    def _take(self, panel: GpuPanel) -> None:
        now = time.monotonic()
        self._seen = _Seen(replace(panel, samples=self._roll.take(panel.samples, now)), now)
        self._first.set()

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        process.kill()
        if process.stdout is not None:
            process.stdout.close()
        try:
            process.wait(1.0)
        except subprocess.TimeoutExpired:
            self._stuck.append(process)


def panel_at(seen: _Seen, now: float, interval_s: float, patience: Patience, news: str = "") -> GpuPanel:
    """The panel as it is true at `now`: old readings say so, and after `forget_s` are left out."""
    if seen.panel is None:
        return GpuPanel(note=seen.trouble or "GPU: asking the driver")
    age_s = now - seen.at
    stale = age_s > interval_s + 2.0 or bool(seen.trouble)
    notes = [f"GPU data stale {duration(age_s)}"] if stale else []
    notes += [note for note in (seen.trouble, news) if note]
    samples = seen.panel.samples
    if age_s > patience.forget_s:
        samples = tuple(blank(sample, "stale") for sample in samples)
    return replace(seen.panel, samples=samples, note="; ".join(notes))


def _next_lines(child: _Child, patience_s: float) -> list[str] | None:
    """Lines that came within `patience_s`: none at the end of the output, None if nothing came."""
    pipe = child.process.stdout
    assert pipe is not None
    poll = select.poll()
    poll.register(pipe, select.POLLIN)
    deadline = time.monotonic() + patience_s
    while True:
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            return None
        data = os.read(pipe.fileno(), 1 << 16)
        if not data:
            return []
        *lines, child.rest = (child.rest + data).split(b"\n")
        if lines:
            return [line.decode(errors="replace") for line in lines]


def _ending(process: subprocess.Popen[bytes]) -> str:
    try:
        code = process.wait(1.0)
    except subprocess.TimeoutExpired:
        return "closed its output"
    if code >= 0:
        return f"ended with status {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"
