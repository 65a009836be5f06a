"""Whose GPU memory is it: the processes that NVML lists, matched with the processes that write the runs' logs.

The writer of a log is often not the training: `python train.py | tee log`, `srun`, `tmux pipe-pane`. So a GPU process
belongs to a run whose log it writes, or an ancestor of it writes, or that reads its output through pipes; failing
that, to the run whose log names it (`trainmon.gpu.claims`), or to the run of its Slurm job, of its process group, or
of its tmux server, if there is only one such run. Where the writer only passes on what others print (Docker, kubectl,
ssh) and nothing of that helps, the run says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from trainmon.gpu.claims import Claim
from trainmon.gpu.peaks import run_gpu
from trainmon.gpu_snapshot import GpuDevice, GpuPanel, GpuProcess, GpuSample, RunGpu
from trainmon.reading.processes import Process

HOST_PIDS = "the driver reports process IDs from outside this container: memory of the whole GPU"
NO_LIST = "the driver does not tell which processes use the GPU: memory of the whole GPU"
SHARED = "{}, all runs together"
SEVERAL_OWNERS = "a process of this run writes the logs of other runs too"
IDLE_BYTES = 1024.0**3
"""A GPU that uses less, and names no process, is taken for idle: drivers themselves use some hundred MB."""
PASSED_ON = "the log is written by {}: cannot tell whose GPU memory is this run's"
MULTIPLEXERS = ("tmux", "screen")
RELAYS = {
    "dockerd": "Docker's daemon", "docker": "docker", "com.docker": "docker", "containerd": "containerd",
    "conmon": "podman", "podman": "podman", "nerdctl": "nerdctl", "kubectl": "kubectl", "kubelet": "kubelet",
    "oc": "oc", "stern": "stern", "ssh": "ssh", "journalctl": "journald", "systemd-journal": "journald",
    "rsyslogd": "rsyslog", "fluent-bit": "fluent-bit", "raylet": "Ray", "gcs_server": "Ray", "ray::": "Ray",
}  # fmt: skip
"""Programs that write what others print, by the beginning of their name, of which the kernel keeps 15 characters."""
WORKERS = "the driver of Ray workers"

Table = Mapping[int, Process]
Related = Callable[[Process, Process, Table], bool]


def attribute(
    panel: GpuPanel,
    writer_pids: Mapping[str, Sequence[int]],
    process_table: Table,
    claims: Mapping[str, Claim] = MappingProxyType({}),
    *,
    own_ids: bool = False,
) -> dict[str, RunGpu]:
    """GPU memory of each run that has some now; runs without a living writer, or without GPU memory, are left out.

    `own_ids`: the driver is known to report the process IDs of this machine, though it lists none of them now.
    A run whose memory cannot be told from that of others has a note and no device.
    """
    live = {run: pids for run, pids in writer_pids.items() if pids}
    if not live or not panel.samples:
        return {}
    listed = {process.pid for sample in panel.samples for process in sample.processes}
    note = "" if own_ids and listed else _blind(panel, listed, process_table)
    if note:
        return _whole_gpus(panel.samples, live, note)
    owners = _owners(listed, live, process_table, claims)
    unowned = not all(owners.values())
    result = {}
    for run in live:
        devices = tuple(device for sample in panel.samples if (device := _device(sample, run, owners)) is not None)
        if devices:
            shared = any(run in runs and len(runs) > 1 for runs in owners.values())
            result[run] = run_gpu(devices, basis="nvml", note=SEVERAL_OWNERS if shared else "")
        elif unowned and (relay := _relay(live[run], process_table, claims.get(run))):
            result[run] = run_gpu((), basis="nvml", note=PASSED_ON.format(relay))
    return result


def _relay(writers: Sequence[int], table: Table, claim: Claim | None) -> str:
    """The program that passes the output of this run on: the writer of its log, or whoever feeds it through pipes."""
    waiting, seen = [table[pid] for pid in writers if pid in table], set[int]()
    while waiting:
        process = waiting.pop()
        if process.pid in seen:
            continue
        seen.add(process.pid)
        names = [said for start, said in RELAYS.items() if _begins(process.name, start)]
        if names:
            return names[0]
        if process.reads.startswith("pipe:"):
            waiting += [other for other in table.values() if process.reads in other.writes]
    return WORKERS if claim is not None and claim.of_workers else ""


def _begins(name: str, start: str) -> bool:
    """`ssh` is not `sshd`, `oc` no `octave`; names that carry more behind it are cut at a separator."""
    return name == start or (name.startswith(start) and (start.endswith(":") or name[len(start)] in "-:. "))


def _blind(panel: GpuPanel, listed: set[int], table: Table) -> str:
    """Why processes cannot be matched at all; "" where they can."""
    if listed:
        return "" if any(pid in table for pid in listed) else HOST_PIDS
    used = any((sample.memory_used_bytes or 0.0) > IDLE_BYTES for sample in panel.samples)
    return NO_LIST if used else ""


def _whole_gpus(samples: Iterable[GpuSample], live: Mapping[str, Sequence[int]], note: str) -> dict[str, RunGpu]:
    """The GPUs as they are, for lack of better; a peak only where no other run can be meant."""
    busy = [sample for sample in samples if (sample.memory_used_bytes or 0.0) > IDLE_BYTES]
    alone = len(live) == 1
    devices = tuple(
        _entry(sample, sample.memory_used_bytes, sample.memory_used_bytes if alone else None) for sample in busy
    )
    if not devices:
        return {}
    return {run: run_gpu(devices, basis="nvml", note=note if alone else SHARED.format(note)) for run in live}


def _device(sample: GpuSample, run: str, owners: Mapping[int, frozenset[str]]) -> GpuDevice | None:
    own = [process for process in sample.processes if run in owners.get(process.pid, ())]
    if not own:
        return None
    others = tuple(process for process in sample.processes if run not in owners.get(process.pid, ()))
    sizes = [process.used_bytes for process in own if process.used_bytes is not None]
    used: float | None = sum(sizes) if len(sizes) == len(own) else None
    if used is None and not others:
        used = sample.memory_used_bytes
    return _entry(sample, used, used, others)


def _entry(sample: GpuSample, used: float | None, peak: float | None, others: tuple[GpuProcess, ...] = ()) -> GpuDevice:
    return GpuDevice(
        name=sample.name,
        index=sample.index,
        uuid=sample.uuid,
        memory_used_bytes=used,
        peak_memory_bytes=peak,
        memory_total_bytes=sample.memory_total_bytes,
        utilization_percent=sample.utilization_percent,
        others=others,
    )


def _owners(
    listed: set[int], live: Mapping[str, Sequence[int]], table: Table, claims: Mapping[str, Claim]
) -> dict[int, frozenset[str]]:
    """GPU process -> its runs."""
    writers: dict[int, set[str]] = {}
    for run, pids in live.items():
        for pid in pids:
            writers.setdefault(pid, set()).add(run)
    pipes = _pipes_into(writers, table)
    owners = {pid: _by_kinship(pid, writers, pipes, table) for pid in listed}
    for pid, runs in list(owners.items()):
        named = frozenset(run for run, claim in claims.items() if pid in claim.pids and run in live)
        if not runs and len(named) == 1:
            owners[pid] = named
    for related in (_same_job, _same_group, _same_multiplexer):
        served = frozenset().union(*owners.values())
        for pid, runs in list(owners.items()):
            if not runs:
                owners[pid] = _only_run(pid, related, writers, served, table)
    return owners


def _by_kinship(
    pid: int, writers: Mapping[int, set[str]], pipes: Mapping[str, set[str]], table: Table
) -> frozenset[str]:
    """Runs that the process or its nearest ancestor writes for, directly or through pipes."""
    for process in _ancestry(pid, table):
        runs = set(writers.get(process.pid, ()))
        for pipe in process.writes:
            runs |= pipes.get(pipe, set())
        if runs:
            return frozenset(runs)
    return frozenset()


def _pipes_into(writers: Mapping[int, set[str]], table: Table) -> dict[str, set[str]]:
    """Pipe -> runs whose writers read it, also through filters in between (`python ... | ts | tee log`)."""
    pipes: dict[str, set[str]] = {}
    upstream: dict[str, list[Process]] = {}
    for process in table.values():
        for pipe in process.writes:
            upstream.setdefault(pipe, []).append(process)
    for pid, runs in writers.items():
        waiting = [table[pid]] if pid in table else []
        while waiting:
            pipe = waiting.pop().reads
            if pipe.startswith("pipe:") and not runs <= pipes.get(pipe, set()):
                pipes.setdefault(pipe, set()).update(runs)
                waiting += upstream.get(pipe, [])
    return pipes


def _only_run(
    pid: int, related: Related, writers: Mapping[int, set[str]], served: frozenset[str], table: Table
) -> frozenset[str]:
    """The one run that has a related writer and no GPU process of its own; nothing where there are several."""
    process = table.get(pid)
    if process is None:
        return frozenset()
    near = [runs for writer, runs in writers.items() if writer in table and related(process, table[writer], table)]
    runs = frozenset().union(*near)
    return runs if len(runs) == 1 and not runs & served else frozenset()


def _same_job(process: Process, writer: Process, table: Table) -> bool:  # noqa: ARG001 - one shape for all
    """Tasks of `srun` are children of Slurm's daemon, while srun itself writes the log."""
    return bool(process.job) and process.job == writer.job


def _same_group(process: Process, writer: Process, table: Table) -> bool:  # noqa: ARG001
    """A pipeline, or a script with its jobs."""
    return process.group == writer.group > 1


def _same_multiplexer(process: Process, writer: Process, table: Table) -> bool:
    """`tmux pipe-pane 'cat >> log'`: the server starts both the pane and the cat."""
    server = next((a.pid for a in _ancestry(writer.pid, table) if a.name.lower().startswith(MULTIPLEXERS)), None)
    return server is not None and any(ancestor.pid == server for ancestor in _ancestry(process.pid, table))


def _ancestry(pid: int, table: Table) -> Iterator[Process]:
    """The process, its parent, and so on; ends before process 1, and at a loop that a reused ID may make."""
    seen: set[int] = set()
    while pid > 1 and pid in table and pid not in seen:
        seen.add(pid)
        yield table[pid]
        pid = table[pid].parent
