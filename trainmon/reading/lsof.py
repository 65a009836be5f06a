"""Who holds files open for writing where there is no /proc (macOS): what lsof says."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping

LSOF_TIMEOUT_S = 5.0


def scan_lsof(paths: Mapping[str, str]) -> tuple[dict[str, set[int]], bool]:
    """Resolved path -> path as asked; the answer is by path as asked, and whether lsof could be run."""
    if not paths:
        return {}, True
    command = ["lsof", "-w", "-F", "pan", "--", *paths]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=LSOF_TIMEOUT_S, check=False, text=True, errors="replace"
        )
    except (OSError, subprocess.TimeoutExpired):
        return {}, False
    held: dict[str, set[int]] = {}
    for real, pid in lsof_writers(done.stdout):
        if real in paths:
            held.setdefault(paths[real], set()).add(pid)
    return held, True


def lsof_writers(text: str) -> Iterable[tuple[str, int]]:
    """(path, pid) of the files open for writing in the output of `lsof -F pan` (p: process, a: access, n: name)."""
    pid, access = 0, ""
    for line in text.splitlines():
        kind, value = line[:1], line[1:]
        if kind == "p" and value.isdigit():
            pid, access = int(value), ""
        elif kind == "a":
            access = value.strip()
        elif kind == "n" and access in ("w", "u"):
            yield value, pid
