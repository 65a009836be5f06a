"""How fast are logs read? CPU seconds side by side in one run, as ratios, so that the machine hardly matters.

    python -m benchmarks.reading [--mb 64] [--rounds 5] [--kind trainer,sparse,tqdm,postfix,mixed] [--data FOLDER]

Three readers take turns on the same files, each in a process of its own, and the medians of the rounds are compared:

R         reads blocks of 4 MiB and splits them at newlines: what the bytes themselves cost in Python
naive     `benchmarks.naive`: a competent simple reader, a pattern at a time on every piece
trainmon  the program's own reader, from bytes to the state of the run

CPU seconds are user plus system time from after the imports to the end of the last file. A ratio only counts where the
reader found what is in the log: every loss (their number, least, greatest and last) and the last step; of losses that
stand in bars only, the last. Such a row is printed as `inexact` otherwise, with what differs.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.make_logs import KINDS, Known, make

BLOCK_BYTES = 4 << 20
READERS = ("R", "naive", "trainmon")
GOALS = {
    "trainer": ("naive/trainmon >= 8", 8.0),
    "mixed": ("naive/trainmon >= 3", 3.0),
}
Found = dict[str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One round of one reader over the files of one kind."""

    cpu_s: float
    peak_bytes: int
    found: list[Found]


def read_blocks(path: Path) -> Found:
    """The yardstick."""
    with path.open("rb") as log:
        while block := log.read(BLOCK_BYTES):
            block.split(b"\n")
    return {}


def read_naively(path: Path) -> Found:
    """What the simple reader finds."""
    from benchmarks import naive

    found = naive.read(path)
    names = [name for name in ("loss", "lm loss", "train_loss_step") if name in found.metrics]
    losses = found.metrics[names[0]] if names else []
    if not losses:
        return {"step": found.step, "rows": 0}
    return {"step": found.step, "rows": len(losses), "low": min(losses), "high": max(losses), "last": losses[-1]}


def read_as_trainmon(path: Path) -> Found:
    """What the program finds: the file followed to its end, as `status` does it."""
    from trainmon.parsers import log_formats
    from trainmon.reading.follow import FileFollower, ReadingOptions
    from trainmon.runs.present import present
    from trainmon.runs.status import Liveness

    follower = FileFollower(path, ReadingOptions(formats=log_formats()))
    while not follower.caught_up:
        follower.step(now=0.0, deadline_s=math.inf)
    follower.finish()
    run = present(follower.state, name=path.name, files=(), live=Liveness(archive=True), now=0.0)
    losses = [run.metrics[name] for name in ("loss", "lm loss", "train_loss_step") if name in run.metrics]
    if not losses:
        return {"step": run.step, "rows": 0}
    return {
        "step": run.step,
        "rows": losses[0].count,
        "low": losses[0].min,
        "high": losses[0].max,
        "last": losses[0].last,
    }


READ: Mapping[str, Callable[[Path], Found]] = {
    "R": read_blocks,
    "naive": read_naively,
    "trainmon": read_as_trainmon,
}


def take(reader: str, paths: Sequence[str]) -> Taken:
    """Read all files in this process. The first, tiny reading pays for the imports."""
    read = READ[reader]
    with tempfile.NamedTemporaryFile(suffix=".log") as small:
        small.write(b"step 1/2 loss 0.5\n")
        small.flush()
        read(Path(small.name))
    before = resource.getrusage(resource.RUSAGE_SELF)
    found = [read(Path(path)) for path in paths]
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Taken(cpu_s=cpu_s, peak_bytes=after.ru_maxrss * 1024, found=found)


def take_apart(reader: str, paths: Sequence[str]) -> Taken:
    """The same in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.reading", "--take", reader]
    done = subprocess.run(command, input="\n".join(paths), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{reader}: {done.stderr.strip()}")
    return Taken(**json.loads(done.stdout))


def differences(known: Sequence[Known], found: Sequence[Found]) -> list[str]:
    """Say what a reader found otherwise than it was written."""
    wrong = []
    for log, got in zip(known, found, strict=True):
        wanted: dict[str, float] = {"step": log.step, "rows": log.rows, "low": log.low, "high": log.high}
        if not log.exact_rows:
            wanted = {"step": log.step}
        if log.rows:
            wanted["last"] = log.last
        for name, value in wanted.items():
            seen = got.get(name) or 0.0
            if math.isfinite(value) and not math.isclose(seen, value, rel_tol=1e-9):
                wrong.append(f"{Path(log.path).name}: {name} {got.get(name)} instead of {value:g}")
    return wrong


def compare(kind: str, known: Sequence[Known], rounds: int, readers: Sequence[str]) -> dict[str, Any]:
    """Let the readers take turns; medians of their CPU seconds, and what was inexact."""
    paths = [entry.path for entry in known]
    taken: dict[str, list[Taken]] = {reader: [] for reader in readers}
    for _ in range(rounds):
        for reader in readers:
            taken[reader].append(take_apart(reader, paths))
    size_bytes = sum(Path(path).stat().st_size for path in paths)
    result: dict[str, Any] = {"kind": kind, "files": len(paths), "bytes": size_bytes, "rounds": rounds}
    for reader, every in taken.items():
        result[reader] = {
            "cpu_s": statistics.median(each.cpu_s for each in every),
            "peak_bytes": max(each.peak_bytes for each in every),
            "inexact": differences(known, every[0].found) if reader != "R" else [],
        }
    return result


def report(result: Mapping[str, Any]) -> str:
    """Two or three lines for one kind of log."""
    base = result["R"]["cpu_s"]
    lines = [f"{result['kind']}: {result['files']} files, {result['bytes'] / 1e6:.0f} MB, R {base:.3f} CPU-s"]
    for reader in ("naive", "trainmon"):
        if reader not in result:
            continue
        entry = result[reader]
        speed = result["bytes"] / 1e6 / entry["cpu_s"]
        peak = entry["peak_bytes"] / 1e6
        mark = "exact" if not entry["inexact"] else f"INEXACT ({len(entry['inexact'])})"
        lines.append(
            f"  {reader:8} {entry['cpu_s']:8.3f} CPU-s  {entry['cpu_s'] / base:7.1f} x R  {speed:7.0f} MB/CPU-s  "
            f"{peak:5.0f} MB peak  {mark}"
        )
        lines += [f"    {each}" for each in entry["inexact"][:5]]
    if "naive" in result and "trainmon" in result:
        ratio = result["naive"]["cpu_s"] / result["trainmon"]["cpu_s"]
        goal, least = GOALS.get(str(result["kind"]), ("", 0.0))
        counts = not result["naive"]["inexact"] and not result["trainmon"]["inexact"]
        verdict = f"  ({goal}: {'met' if ratio >= least else 'MISSED'})" if goal and counts else ""
        lines.append(f"  naive/trainmon {ratio:.1f}{verdict if counts else '  does not count'}")
    return "\n".join(lines)


def main() -> int:
    """Make the logs, let the readers take turns, print the ratios."""
    parser = argparse.ArgumentParser(prog="benchmarks.reading", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--mb", type=float, default=64.0, help="size of each kind, in 10^6 bytes")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--kind", default=",".join(KINDS))
    parser.add_argument("--readers", default=",".join(READERS))
    parser.add_argument("--data", type=Path, help="keep the logs here for the next time (else a temporary folder)")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--take", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.take:
        print(json.dumps(asdict(take(options.take, sys.stdin.read().split("\n")))))
        return 0
    with tempfile.TemporaryDirectory(prefix="trainmon-reading-") as scratch:
        folder = options.data or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        for kind in options.kind.split(","):
            known = make(kind, folder, options.mb)
            result = compare(kind, known, options.rounds, options.readers.split(","))
            print(json.dumps(result) if options.json else report(result), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
