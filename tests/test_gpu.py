"""The GPU monitor over a compiled stand-in for libnvidia-ml, loaded by the real nvidia-ml-py in the real sampler."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pynvml  # type: ignore[import-untyped]
import pytest

from tests.fake_driver import (
    LONG_S,
    MIB,
    QUICK,
    TWO_GPUS,
    Driver,
    Library,
    nvidia_feed,
    pid_of,
    sampled,
    signal_sampling,
    until,
)
from trainmon.gpu import monitor as gpu
from trainmon.gpu.feed import _Seen, panel_at
from trainmon.gpu.monitor import GpuMonitor
from trainmon.gpu.nvml import REOPEN_S, NvmlReader
from trainmon.gpu.patience import Patience
from trainmon.gpu_snapshot import GpuPanel, GpuSample


def test_a_gpu_is_read_in_full(driver: Driver, monitor: GpuMonitor) -> None:
    busy, idle = sampled(monitor).samples

    assert (busy.index, busy.name, busy.uuid) == (0, "NVIDIA A100-SXM4-40GB", "GPU-aaa")
    assert busy.memory_used_bytes == 30000 * MIB
    assert busy.memory_total_bytes == 40960 * MIB
    assert (busy.utilization_percent, busy.temperature_c) == (97.0, 61.0)
    assert (busy.power_w, busy.power_limit_w) == (310.0, 400.0)
    assert busy.throttle_reasons == ("power cap",)
    assert [(p.pid, p.used_bytes, p.name) for p in busy.processes] == [(4194301, 29000 * MIB, "job-4194301")]
    assert not busy.unavailable
    assert idle.throttle_reasons == ()
    assert idle.processes == ()


def test_the_first_look_does_not_wait_for_the_driver(driver: Driver, monitor: GpuMonitor) -> None:
    driver.says(TWO_GPUS + "hang nvmlInitWithFlags\n")

    panel = monitor.latest()

    assert panel.note == "GPU: asking the driver"


def test_a_process_is_named_by_what_it_runs(driver: Driver, monitor: GpuMonitor, tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text("import sys; print('ready', flush=True); sys.stdin.read()")
    job = subprocess.Popen([sys.executable, "-u", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert job.stdout is not None
    job.stdout.readline()
    driver.says(TWO_GPUS + f"process 1 {job.pid} 400\n")

    panel = sampled(monitor)

    job.communicate()
    assert panel.samples[1].processes[0].name == f"{Path(sys.executable).name} train.py"


@pytest.mark.parametrize(
    ("function", "field"),
    [
        pytest.param("nvmlDeviceGetName", "name", id="name"),
        pytest.param("nvmlDeviceGetUtilizationRates", "utilization_percent", id="utilisation"),
        pytest.param("nvmlDeviceGetTemperature", "temperature_c", id="temperature"),
        pytest.param("nvmlDeviceGetPowerUsage", "power_w", id="power"),
        pytest.param("nvmlDeviceGetEnforcedPowerLimit", "power_limit_w", id="power limit"),
    ],
)
@pytest.mark.parametrize(
    ("code", "reason"),
    [
        pytest.param(3, "not supported", id="not supported"),
        pytest.param(4, "no permission", id="no permission"),
        pytest.param(999, "unknown error", id="unknown error"),
        pytest.param(4242, "something of this driver only", id="a code newer than pynvml"),
    ],
)
def test_one_refused_value_leaves_the_others(
    driver: Driver, monitor: GpuMonitor, function: str, field: str, code: int, reason: str
) -> None:
    driver.says(TWO_GPUS + f"error {function} {code} 0\n")

    refused, whole = sampled(monitor).samples

    assert getattr(refused, field) is None
    assert refused.unavailable == {field: reason}
    assert refused.memory_used_bytes == 30000 * MIB
    assert not whole.unavailable


def test_refused_memory_and_processes_are_missing_with_their_reasons(driver: Driver, monitor: GpuMonitor) -> None:
    driver.says(
        TWO_GPUS
        + "error nvmlDeviceGetMemoryInfo 3\nerror nvmlDeviceGetMemoryInfo_v2 3\n"
        + "error nvmlDeviceGetComputeRunningProcesses_v3 4\n"
    )

    sample = sampled(monitor).samples[0]

    assert sample.memory_used_bytes is None
    assert sample.unavailable == {"memory_used_bytes": "not supported", "processes": "no permission"}


@pytest.mark.parametrize(
    ("macros", "used_mib", "listed"),
    [
        pytest.param(("NO_V3",), 30000, True, id="without the _v3 functions the _v2 ones are asked"),
        pytest.param(("NO_V3", "NO_V2"), 30300, False, id="without both the process list is missing"),
    ],
)
def test_an_old_driver_gives_what_it_has(
    driver: Driver,
    library: Library,
    monitor: GpuMonitor,
    monkeypatch: pytest.MonkeyPatch,
    macros: tuple[str, ...],
    used_mib: int,
    listed: bool,
) -> None:
    monkeypatch.setenv("TRAINMON_NVML", str(library(*macros)))

    sample = sampled(monitor).samples[0]

    assert sample.memory_used_bytes == used_mib * MIB
    assert bool(sample.processes) is listed
    assert sample.unavailable == ({} if listed else {"processes": "driver too old"})


def test_names_that_are_no_text_are_made_inert(driver: Driver, monitor: GpuMonitor) -> None:
    driver.says("device Bad%ff%1b[31mname GPU-x 100 1 0 20 1 1 0\n")

    name = sampled(monitor).samples[0].name

    assert name is not None
    assert name.startswith("Bad\ufffd")
    assert "\x1b" not in name


def test_all_bits_set_means_not_available(driver: Driver, monitor: GpuMonitor) -> None:
    driver.says("device A GPU-x 100 1 4294967295 4294967295 4294967295 4294967295 0\n")

    sample = sampled(monitor).samples[0]

    assert sample.utilization_percent is sample.temperature_c is sample.power_w is None
    assert set(sample.unavailable) == {"utilization_percent", "temperature_c", "power_w", "power_limit_w"}


def test_mig_instances_are_shown_under_their_gpu(driver: Driver, monitor: GpuMonitor) -> None:
    driver.says(TWO_GPUS + "mig 0 A100%20MIG%201g.5gb MIG-1 4864 3000\nmig 0 A100%20MIG%202g.10gb MIG-2 9856 12\n")

    panel = sampled(monitor)

    assert [(s.index, s.mig_index, s.name) for s in panel.samples] == [
        (0, None, "NVIDIA A100-SXM4-40GB"),
        (0, 0, "A100 MIG 1g.5gb"),
        (0, 1, "A100 MIG 2g.10gb"),
        (1, None, "NVIDIA A100-SXM4-40GB"),
    ]
    assert panel.samples[1].memory_used_bytes == 3000 * MIB
    assert panel.samples[1].unavailable["utilization_percent"] == "not supported"
    assert panel.samples[0].processes == ()


@pytest.mark.parametrize(
    ("code", "note"),
    [
        pytest.param(9, "GPU: the NVIDIA driver is not loaded", id="driver not loaded"),
        pytest.param(
            18, "GPU: NVIDIA driver and library versions differ; reboot, or reload the driver", id="versions differ"
        ),
        pytest.param(4, "GPU: no permission to ask the NVIDIA driver", id="no permission"),
        pytest.param(999, "GPU: the NVIDIA driver says: unknown error", id="unknown error"),
    ],
)
def test_a_driver_that_refuses_as_a_whole_is_one_line_and_is_asked_again(
    driver: Driver, monitor: GpuMonitor, code: int, note: str
) -> None:
    driver.says(f"error nvmlInitWithFlags {code}\n")

    until(monitor, lambda panel: panel == GpuPanel(note=note))

    driver.says(TWO_GPUS)
    assert len(until(monitor, lambda panel: panel.samples).samples) == 2


def test_a_library_that_cannot_be_loaded_is_one_line(
    driver: Driver, monitor: GpuMonitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAINMON_NVML", "/nowhere/libnvidia-ml.so.1")

    panel = monitor.first(LONG_S)

    if panel.samples:
        pytest.skip("this machine has a real driver")
    assert panel.note.startswith("GPU: ")


def test_a_lost_gpu_is_shown_as_lost_and_the_others_live_on(driver: Driver, monitor: GpuMonitor) -> None:
    sampled(monitor)

    driver.says(TWO_GPUS + "error * 15 1\n")
    panel = until(monitor, lambda panel: panel.note.startswith("GPU 1 lost for "))

    alive, lost = panel.samples
    assert lost.lost
    assert (lost.name, lost.uuid, lost.memory_used_bytes) == ("NVIDIA A100-SXM4-40GB", "GPU-bbb", None)
    assert alive.memory_used_bytes == 30000 * MIB

    driver.says(TWO_GPUS)
    panel = until(monitor, lambda panel: panel.note.startswith("GPU 1 is back, it was lost for "))
    assert not panel.samples[1].lost
    assert panel.samples[1].memory_used_bytes == 500 * MIB


def test_a_gpu_that_leaves_the_list_is_looked_for_until_it_is_back(
    driver: Driver, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pynvml, "nvmlLib", ctypes.CDLL(str(library())))
    monkeypatch.setattr(pynvml, "_nvmlGetFunctionPointer_cache", {})
    reader = NvmlReader(pynvml, beat=lambda: None, label=lambda pid: "")
    reader.open()
    assert [sample.lost for sample in reader.read(0.0)] == [False, False]

    driver.says(TWO_GPUS + "error * 15 1\n")
    assert [sample.lost for sample in reader.read(1.0)] == [False, True]
    driver.says(TWO_GPUS + "count 1\n")
    assert len(reader.read(1.0 + REOPEN_S)) == 1
    driver.says(TWO_GPUS)
    assert len(reader.read(2.0 + REOPEN_S)) == 1
    assert [sample.lost for sample in reader.read(200.0)] == [False, False]


def test_a_hanging_call_is_cut_off_and_sampling_goes_on_afterwards(driver: Driver, monitor: GpuMonitor) -> None:
    sampled(monitor)

    driver.says(TWO_GPUS + "hang nvmlDeviceGetPowerUsage\n")
    stale = until(monitor, lambda panel: "has not answered" in panel.note)

    assert stale.note.startswith("GPU data stale ")
    assert stale.samples[0].memory_used_bytes == 30000 * MIB
    driver.says(TWO_GPUS.replace("30000", "31000"))
    until(monitor, lambda panel: not panel.note and panel.samples[0].memory_used_bytes == 31000 * MIB)


def test_a_crash_in_the_driver_is_told_and_survived(driver: Driver, monitor: GpuMonitor) -> None:
    sampled(monitor)

    driver.says(TWO_GPUS + "segv nvmlDeviceGetTemperature\n")
    until(monitor, lambda panel: "GPU: the sampling process was ended by SIGSEGV; next try in " in panel.note)

    driver.says(TWO_GPUS)
    sampled(monitor)


def test_a_killed_sampling_process_is_started_again(driver: Driver, monitor: GpuMonitor) -> None:
    sampled(monitor)
    feed = nvidia_feed(monitor)

    killed = signal_sampling(feed, signal.SIGKILL)

    until(monitor, lambda panel: pid_of(feed) not in (None, killed) and not panel.note)


@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM", "SIGSTOP"])
def test_whatever_happens_to_the_sampling_process_the_monitor_recovers(
    driver: Driver, monitor: GpuMonitor, name: str
) -> None:
    sampled(monitor)
    for number in range(6):
        signal_sampling(nvidia_feed(monitor), signal.Signals[name])
        driver.says(TWO_GPUS.replace("30000", str(20000 + number)))
        wanted = (20000 + number) * MIB
        until(monitor, lambda panel, wanted=wanted: panel.samples[0].memory_used_bytes == wanted)  # type: ignore[misc]


def test_a_slow_driver_is_waited_for(driver: Driver, monitor: GpuMonitor) -> None:
    driver.says(TWO_GPUS + "slow nvmlDeviceGetPowerUsage 400\nslow nvmlDeviceGetTemperature 400\n")

    panel = sampled(monitor)

    assert panel.samples[0].power_w == 310.0


def test_close_ends_the_sampling_process_even_while_the_driver_hangs(driver: Driver) -> None:
    monitor = GpuMonitor(interval_s=0.05, patience=QUICK)
    sampled(monitor)
    driver.says(TWO_GPUS + "hang nvmlDeviceGetPowerUsage\n")
    process = nvidia_feed(monitor)._process
    while process is None:
        process = nvidia_feed(monitor)._process

    monitor.close()

    process.wait(LONG_S)


def test_the_sampling_process_ends_when_its_reader_is_gone(driver: Driver) -> None:
    command = [sys.executable, "-P", "-m", "trainmon.gpu.sampler", "nvml", "0.01", "0", str(os.getpid())]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()

    process.stdout.close()

    assert process.wait(LONG_S) == 0
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()


def test_modules_in_the_folder_of_the_logs_are_not_imported(
    driver: Driver, monitor: GpuMonitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pynvml.py", "json.py", "trainmon.py"):
        (tmp_path / name).write_text("raise SystemExit('imported from the folder of the logs')")
    monkeypatch.chdir(tmp_path)

    assert len(sampled(monitor).samples) == 2


def test_without_a_gpu_nothing_is_started_and_nothing_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "nvidia_present", lambda: False)
    monkeypatch.setattr(gpu, "amd_present", lambda: False)
    monitor = GpuMonitor()

    assert monitor.latest() == GpuPanel(note="no GPU on this machine")
    assert monitor.first(LONG_S) == GpuPanel(note="no GPU on this machine")
    assert monitor._feeds == []
    code = "import sys, trainmon.gpu.monitor; sys.exit(bool({'pynvml', 'psutil', 'textual'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_old_readings_say_so_and_are_left_out_in_the_end() -> None:
    sample = GpuSample(index=0, name="A", uuid="GPU-x", memory_used_bytes=5.0, memory_total_bytes=9.0)
    seen = _Seen(GpuPanel(samples=(sample,), taken_at=1000.0), at=50.0)

    fresh = panel_at(seen, 51.0, 1.0, Patience())
    stale = panel_at(seen, 62.0, 1.0, Patience())
    gone = panel_at(seen, 120.0, 1.0, Patience())

    assert fresh.note == ""
    assert stale.note == "GPU data stale 12s"
    assert stale.samples == (sample,)
    assert gone.samples[0].memory_used_bytes is None
    assert gone.samples[0].memory_total_bytes == 9.0
    assert gone.samples[0].unavailable == {"memory_used_bytes": "stale"}


def test_the_monitor_agrees_with_nvidia_smi() -> None:
    if shutil.which("nvidia-smi") is None or not Path("/dev/nvidiactl").exists():
        pytest.skip("no NVIDIA driver here")
    monitor = GpuMonitor()
    fields = "index,uuid,name,memory.used,memory.total"
    command = ["nvidia-smi", f"--query-gpu={fields}", "--format=csv,noheader,nounits"]

    monitor.first(60.0)
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    samples = {sample.uuid: sample for sample in monitor.latest().samples if sample.mig_index is None}
    monitor.close()

    rows = [[cell.strip() for cell in line.split(",")] for line in text.splitlines()]
    assert len(rows) == len(samples)
    for index, uuid, name, used_mib, total_mib in rows:
        sample = samples[uuid]
        assert (str(sample.index), sample.name) == (index, name)
        assert sample.memory_total_bytes == pytest.approx(float(total_mib) * MIB, abs=MIB)
        assert sample.memory_used_bytes == pytest.approx(float(used_mib) * MIB, rel=0.02, abs=64 * MIB)
