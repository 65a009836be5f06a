"""Files to runs: a log alone, or a folder that holds one log and what its trainer wrote beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from trainmon.reading.discover import Candidate
from trainmon.reading.file_kinds import FileKind


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFiles:
    """The files of one run."""

    name: str
    log: Path | None
    """None where only side files are there."""
    earlier: tuple[Path, ...] = ()
    """Parts of the log that were rotated away, oldest first."""
    states: tuple[Path, ...] = ()
    gpu_logs: tuple[Path, ...] = ()
    """All of the folder: whose they are, their times tell."""


def group_runs(
    candidates: Sequence[Candidate], rotated: Mapping[Path, tuple[Path, ...]] = MappingProxyType({})
) -> list[RunFiles]:
    """Put files of one folder together: side files belong to its only log, else to the log whose name they share.

    `rotated`: the older parts of logs, which are no logs of their own.
    """
    older = {path for parts in rotated.values() for path in parts}
    by_folder: dict[Path, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        if candidate.path in older:
            continue
        by_folder[candidate.path.parent].append(candidate)
    runs: list[RunFiles] = []
    for found in by_folder.values():
        logs = [c for c in found if c.kind is FileKind.LOG]
        states = [c for c in found if c.kind is FileKind.STATE]
        gpu_logs = [c for c in found if c.kind is FileKind.GPU]
        for log in logs:
            runs.append(
                RunFiles(
                    name=_name(log, alone=len(logs) == 1),
                    log=log.path,
                    earlier=rotated.get(log.path, ()),
                    states=_of(log, states, logs),
                    gpu_logs=tuple(c.path for c in gpu_logs),
                )
            )
        if not logs:
            runs += [
                RunFiles(name=_name(state, alone=len(states) == 1), log=None, states=(state.path,)) for state in states
            ]
    return _with_unique_names(runs)


def _of(log: Candidate, sides: Iterable[Candidate], logs: Sequence[Candidate]) -> tuple[Path, ...]:
    if len(logs) == 1:
        return tuple(side.path for side in sides)
    owner_of = {side.path: max(logs, key=lambda c: _shared(side.path, c.path)) for side in sides}
    return tuple(path for path, owner in owner_of.items() if owner is log and _shared(path, log.path) > 2)


def _shared(side: Path, log: Path) -> int:
    """Length of the beginning that two file names have in common."""
    length = 0
    for a, b in zip(side.name, log.stem, strict=False):
        if a != b:
            break
        length += 1
    return length


def _name(candidate: Candidate, *, alone: bool) -> str:
    """The folder's name where it holds this run only, else folder and file."""
    path, root = candidate.path, candidate.root
    stem = _stem(path)
    if root == path:
        return stem
    folder = path.parent.relative_to(root)
    if alone and folder != Path():
        return folder.as_posix()
    return (folder / stem).as_posix()


def _stem(path: Path) -> str:
    name = path.name
    for suffix in (".gz", ".bz2", ".xz", ".log", ".txt", ".out", ".jsonl", ".json", ".csv"):
        name = name.removesuffix(suffix)
    return name or path.name


def _with_unique_names(runs: list[RunFiles]) -> list[RunFiles]:
    seen: dict[str, int] = defaultdict(int)
    unique = []
    for run in runs:
        seen[run.name] += 1
        if seen[run.name] == 1:
            unique.append(run)
            continue
        path = run.log or run.states[0]
        name = f"{run.name} ({path.name})" if seen[run.name] == 2 else f"{run.name} ({path})"
        unique.append(replace(run, name=name))
    return unique
