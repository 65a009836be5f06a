"""What a log itself tells of the processes behind it: Ray's `(Worker pid=123)`, the container whose output it is.

The writer of such a log (Ray's driver, Docker's daemon) is not the training. A process that is named counts where the
GPU driver of this machine lists it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from trainmon.reading.processes import PROC

SEARCHED_BYTES = 64 << 10
"""So much of the end of a log is searched for process IDs each time."""
_PID = re.compile(rb"\([A-Za-z_][\w.<>:-]{0,80} pid=(\d{1,7})(?:, ip=[\w.:-]{1,40})?\)")
_CONTAINER = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_CONTAINER_WORD = re.compile(r"[0-9a-f]{12,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The processes on this machine's GPUs that a run's log names."""

    pids: frozenset[int] = frozenset()
    of_workers: bool = False
    """Its lines say which process of Ray they come from."""


class LogClaims:
    """What the logs of all runs have named so far."""

    def __init__(self) -> None:
        self._named: dict[str, frozenset[int]] = {}

    def of(
        self, run: str, log: Path, read_end: Callable[[int], bytes], gpu_pids: Iterable[int], writers: Sequence[int]
    ) -> Claim:
        """The claim of one run; `read_end` gives the last so many bytes of its log. Never raises."""
        named = self._named.get(run, frozenset()) | pids_named(read_end(SEARCHED_BYTES))
        self._named[run] = named
        containers = {*_CONTAINER.findall(os.path.realpath(log))}
        containers.update(word for pid in writers for word in _command(pid) if _CONTAINER_WORD.fullmatch(word))
        found = {pid for pid in gpu_pids if pid in named or (containers and _is_inside(pid, containers))}
        return Claim(pids=frozenset(found), of_workers=bool(named))


def pids_named(text: bytes) -> frozenset[int]:
    """The process IDs in Ray's prefixes (those of other nodes too, which nobody lists here)."""
    return frozenset(int(pid) for pid in _PID.findall(text))


def _is_inside(pid: int, containers: Iterable[str]) -> bool:
    """Control groups carry the whole ID of the container (`docker-<id>.scope`, `/kubepods/.../cri-containerd-<id>`)."""
    try:
        groups = _CONTAINER.findall(PROC.joinpath(str(pid), "cgroup").read_text(errors="replace"))
    except OSError:
        return False
    return any(group.startswith(container) for group in groups for container in containers)


def _command(pid: int) -> list[str]:
    try:
        return PROC.joinpath(str(pid), "cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []
