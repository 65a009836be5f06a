"""How long does it take to go anywhere in a long log that was read once?

    python -m benchmarks.replay [--mb 256] [--seeks 100] [--kind trainer,tqdm,logging] [--data FOLDER]

Each seek goes to a random moment and gives the whole board there: a checkpoint is restored, the log is read on from it,
the ETA and the verdicts are made. Wall time, the worst of all seeks counts; the goal is 200 ms.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.make_logs import make, write_log
from trainmon.replay.reading import ArchiveReading
from trainmon.settings import Settings

GOAL_S = 0.2


def measure(log: Path, seeks: int) -> float:
    """Read one log, seek in it, print a line; gives the slowest seek in seconds."""
    begun = time.perf_counter()
    archive = ArchiveReading([str(log)], Settings()).step()
    assert archive is not None
    read_s = time.perf_counter() - begun
    chance, times = random.Random(1), []
    for _ in range(seeks):
        position_s = chance.random() * archive.axis.span_s
        begun = time.perf_counter()
        archive.board(position_s)
        times.append(time.perf_counter() - begun)
    times.sort()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    milliseconds = [1000 * value for value in (statistics.median(times), times[int(0.95 * len(times))], times[-1])]
    print(
        f"{log.name}: {log.stat().st_size / 1e6:,.0f} MB read in {read_s:.1f} s; {seeks} seeks:"
        f" median {milliseconds[0]:.0f} ms, 95 % {milliseconds[1]:.0f} ms, worst {milliseconds[2]:.0f} ms;"
        f" peak memory {peak:.0f} MB"
    )
    return times[-1]


def log_of(kind: str, folder: Path, megabytes: float) -> Path:
    """One log of a kind, made now or left by an earlier call."""
    if kind in ("trainer", "sparse", "tqdm", "postfix"):
        return Path(make(kind, folder, megabytes)[0].path)
    path = folder / f"{kind}-{megabytes:g}.log"
    if not path.is_file():
        write_log(kind, path, int(megabytes * 1e6))
    return path


def main() -> int:
    """Measure and compare with the goal; 1 where a seek was slower."""
    parser = argparse.ArgumentParser(prog="benchmarks.replay", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--mb", type=float, default=256.0)
    parser.add_argument("--seeks", type=int, default=100)
    parser.add_argument("--kind", default="trainer,tqdm,logging")
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = options.data or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        worst = max(measure(log_of(kind, folder, options.mb), options.seeks) for kind in options.kind.split(","))
    print(f"worst {1000 * worst:.0f} ms, goal {1000 * GOAL_S:.0f} ms: {'reached' if worst <= GOAL_S else 'missed'}")
    return 0 if worst <= GOAL_S else 1


if __name__ == "__main__":
    sys.exit(main())
