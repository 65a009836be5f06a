"""Whose GPU memory it is: real pipelines and process trees, with the GPU's process list made up."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fake_driver import LONG_S
from trainmon.gpu import claims
from trainmon.gpu.claims import Claim, LogClaims
from trainmon.gpu.owner import attribute
from trainmon.gpu.peaks import LogPeaks, run_gpu, with_peaks
from trainmon.gpu.per_run import LiveMemory, WrittenLog, best_known
from trainmon.gpu_snapshot import GpuDevice, GpuPanel, GpuProcess, GpuSample, RunGpu
from trainmon.reading.processes import Process, process_table, writers_of

GIB = 1024.0**3
TRAIN = """
import os, sys
print("step 1", flush=True)
print(f"{sys.argv[1]} {os.getpid()}", file=open(sys.argv[2], "a"), flush=True)
sys.stdin.read()
"""


def gpu(index: int, *processes: tuple[int, float], used: float | None = None) -> GpuSample:
    """A GPU of 24 GiB with (pid, GiB) on it."""
    return GpuSample(
        index=index,
        name="A",
        uuid=f"GPU-{index}",
        memory_used_bytes=(sum(size for _pid, size in processes) if used is None else used) * GIB,
        memory_total_bytes=24 * GIB,
        processes=tuple(GpuProcess(pid=pid, used_bytes=size * GIB, name=f"job {pid}") for pid, size in processes),
    )


def panel(*samples: GpuSample) -> GpuPanel:
    return GpuPanel(samples=samples, taken_at=0.0)


class Shell:
    """A command line under bash whose trainings say their process IDs; they end when the shell's input does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "train.py").write_text(TRAIN)
        (folder / "pids").touch()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, command: str, names: int, interactive: bool = False) -> dict[str, int]:
        """Names of the trainings -> process IDs."""
        train = f"{sys.executable} {self.folder}/train.py"
        text = command.replace("TRAIN", train).replace("PIDS", str(self.folder / "pids"))
        options = ["-m"] if interactive else []
        self.process = subprocess.Popen(
            ["bash", *options, "-c", text], cwd=self.folder, stdin=subprocess.PIPE, start_new_session=True,
            env={**os.environ, "SHELL": "/bin/sh"},  # which `script` takes to start the command
        )  # fmt: skip
        found: dict[str, int] = {}
        while len(found) < names:
            assert self.process.poll() is None
            time.sleep(0.01)
            lines = (self.folder / "pids").read_text().splitlines(keepends=True)
            found = {line.split()[0]: int(line.split()[1]) for line in lines if line.endswith("\n")}
        return found

    def end(self) -> None:
        if self.process is not None:
            self.process.communicate()

    def owners(self, samples: GpuPanel, *logs: str) -> dict[str, RunGpu]:
        """What each log's run is told to use, from a real scan of this machine."""
        paths = {str(self.folder / log): log for log in logs}
        deadline = time.monotonic() + LONG_S
        while not all(Path(path).exists() and "step 1" in Path(path).read_text() for path in paths):
            assert time.monotonic() < deadline  # a line that came through every filter found them all at work
            time.sleep(0.01)
        writers = {paths[path]: pids for path, pids in writers_of(paths).writers.items()}
        assert len(writers) == len(paths)
        return attribute(samples, writers, process_table(jobs_of=range(1 << 22)))


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    shell = Shell(tmp_path)
    yield shell
    shell.end()


def used(gpu: RunGpu) -> dict[int | None, float]:
    return {device.index: (device.memory_used_bytes or 0.0) / GIB for device in gpu.devices}


@pytest.mark.parametrize(
    "command",
    [
        pytest.param("exec 3<&0; TRAIN a PIDS <&3 > a.log", id="redirect"),
        pytest.param("TRAIN a PIDS <&0 2>&1 | tee a.log > /dev/null", id="tee"),
        pytest.param("TRAIN a PIDS <&0 2>&1 | cat | cat | tee a.log > /dev/null", id="filters before tee"),
        pytest.param("exec 3<&0; exec > >(tee a.log > /dev/null) 2>&1; TRAIN a PIDS <&3", id="tee as an open output"),
        pytest.param("(bash -c 'bash -c \"TRAIN a PIDS; true\"; true') > a.log", id="launchers in between"),
        pytest.param("script -qfc 'TRAIN a PIDS' a.log > /dev/null", id="script"),
    ],
)
@pytest.mark.parametrize("interactive", [pytest.param(False, id="script"), pytest.param(True, id="job control")])
def test_the_training_behind_a_log_is_found(shell: Shell, command: str, interactive: bool) -> None:
    if command.startswith("script") and (shutil.which("script") is None or interactive):
        pytest.skip("no script, or no terminal to give it")
    pid = shell.start(command, 1, interactive)["a"]

    gpus = shell.owners(panel(gpu(0, (pid, 17.5), (1, 2.0))), "a.log")

    assert used(gpus["a.log"]) == {0: 17.5}
    assert [other.pid for other in gpus["a.log"].devices[0].others] == [1]
    assert gpus["a.log"].peak_memory_bytes == 17.5 * GIB
    assert gpus["a.log"].memory_total_bytes == 24 * GIB
    assert gpus["a.log"].basis == "nvml"


def test_two_pipelines_of_one_script_are_told_apart(shell: Shell) -> None:
    pids = shell.start(
        "exec 3<&0; TRAIN a PIDS <&3 | tee a.log > /dev/null & TRAIN b PIDS <&3 | tee b.log > /dev/null & wait", 2
    )

    gpus = shell.owners(panel(gpu(0, (pids["a"], 5.0)), gpu(1, (pids["b"], 6.0))), "a.log", "b.log")

    assert {run: used(gpu) for run, gpu in gpus.items()} == {"a.log": {0: 5.0}, "b.log": {1: 6.0}}


def test_ranks_on_several_gpus_belong_to_one_run(shell: Shell) -> None:
    pids = shell.start("exec 3<&0; (TRAIN a PIDS <&3 & TRAIN b PIDS <&3 & wait) > a.log", 2)

    gpus = shell.owners(panel(gpu(0, (pids["a"], 20.0)), gpu(1, (pids["b"], 21.0))), "a.log")

    assert used(gpus["a.log"]) == {0: 20.0, 1: 21.0}
    assert gpus["a.log"].peak_memory_bytes == 21.0 * GIB


def test_another_job_on_the_gpu_is_named_and_not_counted(shell: Shell) -> None:
    pids = shell.start("exec 3<&0; TRAIN a PIDS <&3 > a.log & TRAIN b PIDS <&3 > b.log & wait", 2)

    gpus = shell.owners(panel(gpu(0, (pids["a"], 5.0), (pids["b"], 6.0))), "a.log", "b.log")

    assert used(gpus["a.log"]) == {0: 5.0}
    assert [other.name for other in gpus["a.log"].devices[0].others] == [f"job {pids['b']}"]
    assert used(gpus["b.log"]) == {0: 6.0}


def process(pid: int, parent: int, group: int = 0, name: str = "", job: str = "") -> tuple[int, Process]:
    return pid, Process(pid=pid, parent=parent, group=group or pid, session=1, name=name, job=job)


def test_slurm_tasks_belong_to_the_run_whose_srun_writes_the_log() -> None:
    table = dict([
        process(10, 1, name="srun", job="77"), process(20, 1, name="slurmstepd"),
        process(21, 20, name="python", job="77"), process(22, 20, name="python", job="77"),
        process(31, 20, name="python", job="78"),
    ])  # fmt: skip

    gpus = attribute(panel(gpu(0, (21, 4.0), (31, 1.0)), gpu(1, (22, 4.0))), {"run": [10]}, table)

    assert used(gpus["run"]) == {0: 4.0, 1: 4.0}


def test_a_tmux_pane_belongs_to_the_log_that_its_server_pipes_it_to() -> None:
    table = dict([
        process(5, 1, name="tmux: server"), process(6, 5, name="bash"), process(7, 6, name="python"),
        process(8, 5, name="sh"), process(9, 8, name="cat"),
    ])  # fmt: skip

    assert used(attribute(panel(gpu(0, (7, 4.0))), {"run": [9]}, table)["run"]) == {0: 4.0}
    two_pipes = {"run": [9], "other": [8]}
    assert attribute(panel(gpu(0, (7, 4.0))), two_pipes, table) == {}


def test_a_run_with_its_own_gpu_process_takes_no_neighbours_of_its_group() -> None:
    table = dict([process(4, 1, 4, "bash"), process(5, 4, 4, "python"), process(6, 4, 4, "python")])

    gpus = attribute(panel(gpu(0, (5, 4.0), (6, 2.0))), {"run": [5]}, table)

    assert used(gpus["run"]) == {0: 4.0}


def relayed(name: str) -> dict[int, Process]:
    """PID 50 writes the log, 90 trains under an own parent, as containers do; 60 trains for somebody else."""
    return dict([process(50, 1, name=name), process(80, 1, name="containerd-shim"), process(90, 80, name="python"),
                 process(60, 1, name="python")])  # fmt: skip


@pytest.mark.parametrize(
    ("name", "said"),
    [
        pytest.param("docker", "docker", id="docker logs > file"),
        pytest.param("dockerd", "Docker's daemon", id="the json-file driver"),
        pytest.param("containerd", "containerd", id="containerd"),
        pytest.param("kubectl", "kubectl", id="kubectl logs -f"),
        pytest.param("systemd-journal", "journald", id="journald"),
        pytest.param("ssh", "ssh", id="ssh host > file"),
    ],
)
def test_a_log_that_is_passed_on_says_by_whom(name: str, said: str) -> None:
    found = attribute(panel(gpu(0, (90, 4.0))), {"run": [50]}, relayed(name))["run"]

    assert found.devices == ()
    assert found.peak_memory_bytes is None
    assert found.note == f"the log is written by {said}: cannot tell whose GPU memory is this run's"


@pytest.mark.parametrize("name", ["python", "sshd", "octave", "tee"])
def test_a_run_without_gpu_memory_is_not_told_to_be_passed_on(name: str) -> None:
    assert attribute(panel(gpu(0, (90, 4.0))), {"run": [50]}, relayed(name)) == {}


def test_a_log_that_tee_writes_names_who_feeds_it() -> None:
    table = relayed("tee") | {
        50: Process(pid=50, parent=1, group=50, session=1, name="tee", reads="pipe:[7]"),
        51: Process(pid=51, parent=1, group=51, session=1, name="kubectl", writes=frozenset({"pipe:[7]"})),
    }

    assert "written by kubectl" in attribute(panel(gpu(0, (90, 4.0))), {"run": [50]}, table)["run"].note


def test_nothing_is_said_of_a_log_that_is_passed_on_while_all_gpu_memory_has_an_owner() -> None:
    gpus = attribute(panel(gpu(0, (60, 4.0))), {"run": [50], "other": [60]}, relayed("docker"))

    assert gpus.keys() == {"other"}


def test_processes_that_the_log_names_are_the_runs_own() -> None:
    table = relayed("docker")
    samples = panel(gpu(0, (90, 4.0), (60, 1.0)))

    gpus = attribute(samples, {"run": [50], "other": [60]}, table, {"run": Claim(pids=frozenset({90, 60}))})

    assert used(gpus["run"]) == {0: 4.0}
    assert [other.pid for other in gpus["run"].devices[0].others] == [60]
    assert used(gpus["other"]) == {0: 1.0}


def test_two_runs_that_name_the_same_process_get_none_of_it() -> None:
    both = {"run": Claim(pids=frozenset({90})), "other": Claim(pids=frozenset({90}))}

    gpus = attribute(panel(gpu(0, (90, 4.0))), {"run": [50], "other": [60]}, relayed("docker"), both)

    assert not any(found.devices for found in gpus.values())


def test_ray_workers_of_another_cluster_are_said_plainly() -> None:
    named = {"run": Claim(of_workers=True)}

    found = attribute(panel(gpu(0, (90, 4.0))), {"run": [50]}, relayed("python"), named)["run"]

    assert found.note.startswith("the log is written by the driver of Ray workers")


def test_a_real_log_of_ray_names_its_workers(shell: Shell) -> None:
    """The worker has no kinship with the writer of the log but that the log names its process."""
    pids = shell.start("exec 3<&0; setsid bash -c 'TRAIN b PIDS <&3 > /dev/null' & TRAIN a PIDS <&3 > a.log & wait", 2)
    log = shell.folder / "a.log"
    with log.open("ab") as file:
        file.write(b"(TorchTrainer pid=%d) epoch 1\n(RayTrainWorker pid=7, ip=10.0.0.7) epoch 1\n" % pids["b"])
    written = WrittenLog(path=log, writers=[pids["a"]], read_end=lambda limit: log.read_bytes()[-limit:])

    memory = LiveMemory().take(panel(gpu(0, (pids["b"], 6.0))), {"a.log": written})

    assert used(memory["a.log"]) == {0: 6.0}


def test_a_container_in_the_path_of_the_log_is_looked_for_in_the_control_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    container = "0123456789abcdef" * 4
    proc = tmp_path / "proc"
    for pid, group in ((90, f"0::/system.slice/docker-{container}.scope"), (91, f"0::/docker/{'f' * 64}")):
        (proc / str(pid)).mkdir(parents=True)
        (proc / str(pid) / "cgroup").write_text(group + "\n")
    (proc / "50").mkdir()
    (proc / "50" / "cmdline").write_bytes(b"docker\0logs\0-f\0" + container[:12].encode() + b"\0")
    monkeypatch.setattr(claims, "PROC", proc)

    by_path = LogClaims().of("run", Path(f"/var/lib/docker/{container}-json.log"), lambda _: b"", [90, 91], [])
    by_command = LogClaims().of("run", tmp_path / "out.log", lambda _: b"", [90, 91], [50])

    assert by_path.pids == by_command.pids == {90}
    assert LogClaims().of("run", tmp_path / "out.log", lambda _: b"", [90, 91], [91]) == Claim()


def test_why_nothing_was_measured_goes_along_with_what_the_log_prints() -> None:
    silent, printed = run_gpu((), basis="nvml", note="why"), run_gpu((GpuDevice(index=0),), basis="log", note="")

    assert best_known(silent, None, None) == silent
    assert best_known(silent, None, printed) == replace(printed, note="why")
    assert best_known(None, None, printed) == printed
    assert best_known(printed, None, silent) == printed
    assert best_known(None, None) is None


def test_process_ids_of_the_host_are_said_plainly() -> None:
    table = dict([process(50, 1, name="python")])
    samples = panel(gpu(0, (700001, 20.0)), gpu(1, used=0.3))

    alone = attribute(samples, {"run": [50]}, table)["run"]
    shared = attribute(samples, {"run": [50], "other": [51]}, table)["run"]

    assert used(alone) == {0: 20.0}
    assert alone.peak_memory_bytes == 20.0 * GIB
    assert "outside this container" in alone.note
    assert shared.peak_memory_bytes is None
    assert "all runs together" in shared.note


def test_a_busy_gpu_without_a_process_list_is_said_plainly() -> None:
    gpus = attribute(panel(gpu(0, used=20.0)), {"run": [50]}, dict([process(50, 1)]))

    assert used(gpus["run"]) == {0: 20.0}
    assert "does not tell which processes" in gpus["run"].note


def test_memory_that_the_driver_does_not_split_is_the_whole_gpus_where_the_run_is_alone() -> None:
    sample = GpuSample(
        index=0,
        memory_used_bytes=9 * GIB,
        processes=(GpuProcess(pid=50, used_bytes=None),),
        memory_total_bytes=24 * GIB,
    )

    assert used(attribute(panel(sample), {"run": [50]}, dict([process(50, 1)]))["run"]) == {0: 9.0}


@pytest.mark.parametrize(
    "writers",
    [
        pytest.param({}, id="no runs"),
        pytest.param({"run": []}, id="no writer"),
        pytest.param({"run": [60]}, id="other"),
    ],
)
def test_runs_without_gpu_memory_are_left_out(writers: dict[str, list[int]]) -> None:
    table = dict([process(50, 1), process(60, 1)])

    assert attribute(panel(gpu(0, (50, 4.0))), writers, table) == {}


def test_a_loop_of_reused_process_ids_ends() -> None:
    table = dict([process(50, 51), process(51, 50), process(60, 1)])

    assert attribute(panel(gpu(0, (50, 4.0))), {"run": [60]}, table) == {}


def test_peaks_outlive_the_process_and_the_fullest_gpu_decides() -> None:
    table = dict([process(50, 1)])
    look: Callable[[GpuPanel], RunGpu | None] = lambda p: attribute(p, {"run": [50]}, table).get("run")  # noqa: E731

    first = with_peaks(None, look(panel(gpu(0, (50, 8.0)), gpu(1, (50, 3.0)))))
    second = with_peaks(first, look(panel(gpu(0, (50, 2.0)))))
    last = with_peaks(second, None)

    assert second is not None
    assert last is not None
    assert used(second) == {0: 2.0, 1: 0.0}
    assert [device.peak_memory_bytes for device in second.devices] == [8 * GIB, 3 * GIB]
    assert last.peak_memory_bytes == 8 * GIB
    assert [device.memory_used_bytes for device in last.devices] == [None, None]
    assert with_peaks(None, None) is None


def test_the_peak_of_a_log_is_kept_while_the_use_falls() -> None:
    peaks = LogPeaks()
    peaks.add([gpu(0, used=3.0), gpu(1, used=4.0), gpu(0, used=9.0), gpu(1, used=2.0), gpu(0, used=1.0)])

    assert peaks.gpu is not None
    assert peaks.gpu.basis == "log"
    assert used(peaks.gpu) == {0: 1.0, 1: 2.0}
    assert peaks.gpu.peak_memory_bytes == 9 * GIB
    assert LogPeaks().gpu is None
