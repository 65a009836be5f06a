"""Who on this machine holds a log open for writing, and how processes are related.

An empty answer has two meanings, "nobody writes it any more" and "this process cannot see who does";
`WriterScan.alive` keeps them apart. Reads `/proc`; where there is none (macOS), asks lsof.
"""

# ruff: noqa: PTH114, PTH115, PTH116, PTH118, PTH119, PTH208 - a scan makes thousands of these calls, and Path objects treble its cost

from __future__ import annotations

import os
import time
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from trainmon.reading.lsof import scan_lsof
from trainmon.reading.mounts import on_foreign_mounts

PROC = Path("/proc")
INITIAL_PID_NAMESPACE = "pid:[4026531836]"  # PROC_PID_INIT_INO of the kernel
DELETED = " (deleted)"
Key = tuple[int, int]
"""(device, inode)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterScan:
    """Which processes hold which file open for writing."""

    writers: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Path as asked -> process IDs; files without a writer are left out."""
    judged: frozenset[str] = frozenset()
    """Paths of which the absence in `writers` means that nobody writes them."""

    def alive(self, path: str) -> bool | None:
        """True: written by a process here; False: by nobody; None: this process cannot know."""
        if self.writers.get(path):
            return True
        return False if path in self.judged else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process as far as kinship goes."""

    pid: int
    parent: int
    group: int
    session: int
    name: str = ""
    reads: str = ""
    """The pipe or socket that is its standard input: `pipe:[1234]`."""
    writes: frozenset[str] = frozenset()
    """The same of its standard output and error."""
    job: str = ""
    """Its Slurm job, where that was asked for."""


class WriterWatch:
    """Scans at most every `every_s` seconds, and rarer where scans are dear: they cost at most 0.2 % of a core."""

    def __init__(self, every_s: float = 3.0) -> None:
        self._every_s = every_s
        self._next_at = float("-inf")
        self._last = WriterScan()

    def scan(
        self, paths: Iterable[str], now: float, deleted: Callable[[], Mapping[str, os.stat_result]] = dict
    ) -> WriterScan:
        """The last scan, or a new one when it is due at `now` (seconds of any steady clock)."""
        if now >= self._next_at:
            began = time.thread_time()
            self._last = writers_of(paths, deleted())
            self._next_at = now + max(self._every_s, 500.0 * (time.thread_time() - began))
        return self._last


def writers_of(paths: Iterable[str], deleted: Mapping[str, os.stat_result] = MappingProxyType({})) -> WriterScan:
    """Look through the open files of all processes for writers of `paths`. Reads no file content, never raises.

    `deleted`: what those of them that are gone were when they were seen last; their writers still hold them.
    """
    asked = _resolved(paths)
    foreign = on_foreign_mounts(asked)
    files = {
        path: found
        for path, real in asked.items()
        if path not in foreign and (found := stat_of(real) or deleted.get(path)) is not None
    }
    keys: dict[Key, list[str]] = {}
    for path, found in files.items():
        keys.setdefault((found.st_dev, found.st_ino), []).append(path)
    if PROC.joinpath("self", "fd").is_dir():
        held, hidden_owners = _scan_proc(keys, {os.path.basename(asked[path]) for path in files})
        devices = {found.st_dev: found for found in files.values()}
        seen_devices = {device for device, found in devices.items() if _namespace_sees(found)}
        judged = frozenset(p for p, s in files.items() if s.st_uid not in hidden_owners and s.st_dev in seen_devices)
    else:
        held, seen = scan_lsof({asked[path]: path for path in files})
        judged = frozenset(files) if seen and all(s.st_uid == os.getuid() for s in files.values()) else frozenset()
    return WriterScan(
        writers={path: tuple(sorted(pids)) for path, pids in held.items()},
        judged=judged,
    )


def _resolved(paths: Iterable[str]) -> dict[str, str]:
    """Path as asked -> path without links; folders hold many logs and are resolved once."""
    folders: dict[str, str] = {}
    found = {}
    for path in paths:
        folder, name = os.path.split(path)
        if name in ("", ".", "..") or os.path.islink(path):
            found[path] = os.path.realpath(path)
            continue
        if folder not in folders:
            folders[folder] = os.path.realpath(folder)
        found[path] = os.path.join(folders[folder], name)
    return found


def process_table(jobs_of: Container[int] = ()) -> dict[int, Process]:
    """All visible processes by ID; of those in `jobs_of` also the Slurm job."""
    if not PROC.joinpath("self", "stat").exists():
        return _process_table_psutil()
    pids = (int(name) for name in os.listdir(PROC) if name.isdigit())
    found = (_read_process(pid, job=_slurm_job(pid) if pid in jobs_of else "") for pid in pids)
    return {process.pid: process for process in found if process is not None}


def stat_of(path: str | Path) -> os.stat_result | None:
    """What is known of a file; None where it is not there or must not be looked at."""
    try:
        return os.stat(path)
    except OSError:
        return None


def _scan_proc(keys: Mapping[Key, list[str]], names: set[str]) -> tuple[dict[str, set[int]], set[int]]:
    """Path -> writers, and the users of whom some process could not be looked at."""
    held: dict[str, set[int]] = {}
    hidden: list[int] = []
    for name in os.listdir(PROC) if keys else ():
        if not name.isdigit():
            continue
        try:
            numbers = os.listdir(f"/proc/{name}/fd")
        except PermissionError:
            hidden.append(int(name))
            continue
        except OSError:  # it ended meanwhile
            continue
        for number in numbers:
            for path in _written(name, number, keys, names):
                held.setdefault(path, set()).add(int(name))
    return held, _owners(hidden)


def _written(pid: str, number: str, keys: Mapping[Key, list[str]], names: set[str]) -> Iterable[str]:
    """Paths that this descriptor writes. The name of the link decides first: a stat of each one may hang on NFS."""
    link = f"/proc/{pid}/fd/{number}"
    try:
        target = os.readlink(link)
        if not target.startswith("/") or os.path.basename(target.removesuffix(DELETED)) not in names:
            return ()
        found = os.stat(link)
        paths = keys.get((found.st_dev, found.st_ino), ())
        return paths if paths and _opened_for_writing(pid, number) else ()
    except OSError:
        return ()


def _opened_for_writing(pid: str, number: str) -> bool:
    """Access mode from the octal `flags:` line of fdinfo (proc(5))."""
    for line in Path(f"/proc/{pid}/fdinfo/{number}").read_text().splitlines():
        if line.startswith("flags:"):
            return int(line.split()[1], 8) & os.O_ACCMODE != os.O_RDONLY
    return False


def _owners(pids: list[int]) -> set[int]:
    """Users whose files these processes may hold: their own, and those of whoever started them (sudo)."""
    known: dict[int, tuple[int, set[int]]] = {}
    for start in pids:
        pid = start
        while pid > 1 and pid not in known:
            known[pid] = _parent_and_users(pid)
            pid = known[pid][0]
    return set().union(*(users for _parent, users in known.values()))


def _parent_and_users(pid: int) -> tuple[int, set[int]]:
    """Parent and real/effective users; nothing for kernel threads, which hold no files (children of process 2)."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(errors="replace")
    except OSError:
        return 0, set()
    fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    parent = int(fields.get("PPid", "0"))
    users = set() if 2 in (pid, parent) else {int(user) for user in fields.get("Uid", "").split()[:2]}
    return parent, users


def _namespace_sees(found: os.stat_result) -> bool:
    """Whether all writers are visible: in a container only those of files that are the container's own."""
    try:
        if os.readlink("/proc/self/ns/pid") == INITIAL_PID_NAMESPACE:
            return True
        return os.stat("/").st_dev == found.st_dev
    except OSError:
        return False


def _read_process(pid: int, job: str) -> Process | None:
    """From `/proc/PID/stat`, whose second field is the name in brackets and may hold anything (proc(5))."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    name = text[text.find("(") + 1 : text.rfind(")")]
    _state, parent, group, session = text[text.rfind(")") + 2 :].split(None, 4)[:4]
    return Process(
        pid=pid,
        parent=int(parent),
        group=int(group),
        session=int(session),
        name=name,
        reads=_channel(pid, 0),
        writes=frozenset(channel for number in (1, 2) if (channel := _channel(pid, number))),
        job=job,
    )


def _channel(pid: int, number: int) -> str:
    try:
        target = os.readlink(f"/proc/{pid}/fd/{number}")
    except OSError:
        return ""
    return target if target.startswith(("pipe:", "socket:")) else ""


def _slurm_job(pid: int) -> str:
    """From the environment, which only its own user may read."""
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return ""
    for entry in environment.split(b"\0"):
        if entry.startswith(b"SLURM_JOB_ID="):
            return entry.partition(b"=")[2].decode(errors="replace")
    return ""


def _process_table_psutil() -> dict[int, Process]:
    import psutil  # 16 ms, and only where there is no /proc

    table: dict[int, Process] = {}
    for process in psutil.process_iter(["pid", "ppid", "name"]):
        pid, info = process.pid, process.info
        try:
            group, session = os.getpgid(pid), os.getsid(pid)
        except OSError:
            group = session = 0
        table[pid] = Process(pid=pid, parent=info["ppid"] or 0, group=group, session=session, name=info["name"] or "")
    return table
