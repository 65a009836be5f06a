"""CPU cost of watching GPUs: samples 8 scripted GPUs once a second.

Needs cc: the driver is tests/fake_nvml/nvml.c, read by the real nvidia-ml-py in the real sampling process.
Prints the share of one core that the program's side, the sampling process and both together take, and what a
machine without a GPU pays. Goal: under 1 %.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
import time
from pathlib import Path

from trainmon.gpu.monitor import GpuMonitor

SOURCE = Path(__file__).resolve().parents[1] / "tests" / "fake_nvml" / "nvml.c"
GPUS = 8
GOAL_PERCENT = 1.0


def main() -> int:
    """Measure, print, and give 1 where the goal is missed."""
    parser = argparse.ArgumentParser(prog="benchmarks.gpu", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=30.0, help="seconds to sample")
    seconds = parser.parse_args().seconds
    began = time.process_time()
    for _look in range(1000):
        GpuMonitor().latest()
    print(f"no GPU: {(time.process_time() - began) * 1000:.0f} us a look ({GpuMonitor().latest().note})")
    with tempfile.TemporaryDirectory() as folder:
        library, script = Path(folder, "libnvidia-ml.so.1"), Path(folder, "script")
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", str(SOURCE), "-o", str(library)], check=True)
        rows = [f"device NVIDIA%20H100 GPU-{i} 81559 40000 97 55 310000 700000 4\n" for i in range(GPUS)]
        rows += [f"process {i} {4_000_000 + i} 39000\n" for i in range(GPUS)]
        script.write_text("".join(rows))
        os.environ |= {"TRAINMON_NVML": str(library), "FAKE_NVML": str(script)}
        return measure(seconds)


def measure(seconds: float) -> int:
    """The monitor as a screen uses it: one look a second."""
    monitor = GpuMonitor(interval_s=1.0)
    assert len(monitor.first(10.0).samples) == GPUS
    sampler = sampler_pid()
    own_s, child_s, began = time.process_time(), cpu_s(sampler), time.monotonic()
    while time.monotonic() - began < seconds:
        time.sleep(1.0)
        assert len(monitor.latest().samples) == GPUS
    wall_s = time.monotonic() - began
    own = 100 * (time.process_time() - own_s) / wall_s
    child = 100 * (cpu_s(sampler) - child_s) / wall_s
    memory_kb = Path(f"/proc/{sampler}/status").read_text().split("VmRSS:")[1].split()[0]
    monitor.close()
    print(f"{GPUS} GPUs at 1 Hz for {wall_s:.0f} s, share of one core:")
    print(f"  program {own:.2f} %   sampling process {child:.2f} %   together {own + child:.2f} %")
    print(f"  memory of the sampling process: {int(memory_kb) / 1024:.0f} MiB")
    return int(own + child >= GOAL_PERCENT)


def sampler_pid() -> int:
    """The one child of this process."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    threads = Path("/proc/self/task").glob("*/children")
    return int((children or [pid for thread in threads for pid in thread.read_text().split()])[0])


def cpu_s(pid: int) -> float:
    """User and system time of a process, to the nanosecond (`schedstat`), else in clock ticks."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except OSError:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    raise SystemExit(main())
