"""How long from the command until the present state is on the screen? Beside an empty Textual app under Typer.

    python -m benchmarks.opening [--logs 1,1000,5000] [--mb 256] [--kb 30] [--rounds 5] [--idle 30] [--data FOLDER]

Each program starts in a pseudo-terminal of 120x40 cells, in turns within one run, its bytecode compiled. What it writes
is read until the screen shows

empty     its one word
one log   the last step of a log of `--mb` that is still being written
N logs    15 of the runs (there is room for a few more), each with its percentage; the logs hold `--kb` each, and every
          50th is not over yet

Behind each time stand its CPU seconds: where other programs take the cores, their ratio is the steadier one.

`lag` is how much later than asked for a task of the screen's loop woke that sleeps 10 ms, from then on until all logs
are read (at most `--settle` seconds): 99th percentile and greatest, in milliseconds. `busy` is the processor time that
the screen's process took from one such waking to the next: the lag where nobody else takes the cores, or somewhat more.
`idle` is the CPU share of one core over `--idle` seconds after that, and the bytes written to the terminal. Needs tqdm.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from benchmarks.make_logs import Known, trainer
from benchmarks.opening_terminal import Shown, Terminal, shows_runs, shows_step, shows_word

WANTED_RUNS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What comes after it was shown."""

    lag: str
    """99th percentile and greatest, in milliseconds."""
    busy: str
    settled_s: float
    """From the start until everything was read."""
    idle: str


# -- the logs --------------------------------------------------------------------------------------------------------


def write_open_log(path: Path, size_bytes: int) -> int:
    """Write a Trainer log of about that size whose run is half done; gives its last step."""
    known, written, step = Known(path=str(path)), 0, 0
    total = max(20_000, size_bytes // 45)
    with path.open("w", encoding="utf-8", newline="") as log:
        for step, text in enumerate(trainer(total, known, 1, 50)):  # noqa: B007
            written += log.write(text)
            if written >= size_bytes:
                break
    tail = path.read_bytes()[-4096:].rpartition(b"\r")[2]
    found = re.search(rb"(\d+)/%d" % total, tail)
    if found is None:
        raise SystemExit(f"the log ends with {tail!r} after {step} redraws")
    return int(found[1])


def write_many(folder: Path, count: int, kb: int) -> None:
    """Write small Trainer logs, most of them finished, in 16 variants under many names, an hour old and older."""
    variants, steps = [], max(400 * kb // 30, 20)
    for seed in range(16):
        texts = list(trainer(steps, Known(path=""), seed, 20))
        variants.append(("".join(texts).encode(), "".join(islice(texts, steps * 3 // 4)).encode()))
    began_at = time.time() - 3600 - count
    for number in range(count):
        place = folder / f"group{number // 500:03}"
        place.mkdir(parents=True, exist_ok=True)
        log = place / f"run{number:05}.log"
        log.write_bytes(variants[number % 16][number % 50 == 49])
        os.utime(log, (began_at + number, began_at + number))


def prepare(data: Path, count: int, mb: int, kb: int) -> tuple[Path, Callable[[], Shown]]:
    """The logs, made where they are not there yet, and how the screen shows them."""
    if count == 1:
        place, last = data / f"one_{mb}" / "run00001.log", data / f"one_{mb}.step"
        if not last.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            last.write_text(str(write_open_log(place, mb << 20)))
        return place, lambda: shows_step(int(last.read_text()))
    folder = data / f"many_{count}_{kb}"
    if not folder.exists():
        write_many(folder, count, kb)
    return folder, lambda: shows_runs(min(count, WANTED_RUNS))


# -- measuring -------------------------------------------------------------------------------------------------------


def environment(data: Path) -> dict[str, str]:
    """Bytecode is written and found again, beside the logs and not beside the sources; nothing is remembered."""
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    state = {"XDG_STATE_HOME": str(data / "state"), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    return kept | state | {"PYTHONPYCACHEPREFIX": str(data / "bytecode")}


def open_once(arguments: Sequence[str], shown: Shown, env: dict[str, str]) -> tuple[float, float]:
    """Seconds until it is shown, and the CPU seconds that it took."""
    terminal = Terminal(arguments, env)
    try:
        return terminal.read_until(shown), terminal.cpu_s()
    finally:
        terminal.leave()


def follow_once(logs: Path, shown: Shown, data: Path, settle_s: float, idle_s: float) -> Opening:
    """Open it, wait until everything is read, then let it idle."""
    report = data / "lags.json"
    report.unlink(missing_ok=True)
    terminal = Terminal(["trainmon", str(logs), str(report)], environment(data))
    try:
        shown_s = terminal.read_until(shown)
        while not report.exists() and time.monotonic() - terminal.began_s < settle_s:
            terminal.read(0.1)
        settled_s = time.monotonic() - terminal.began_s
        wakings = json.loads(report.read_text()) if report.exists() else []
        idle = _idled(terminal, idle_s) if idle_s else ""
    finally:
        terminal.leave()
    later = [waking for waking in wakings if waking[0] > terminal.began_s + shown_s]
    return Opening(
        lag=_worst([late_s for _, late_s, _ in later]),
        busy=_worst([processor_s for _, _, processor_s in later]),
        settled_s=settled_s if wakings else float("inf"),
        idle=idle,
    )


def _worst(seconds: Sequence[float]) -> str:
    milliseconds = sorted(1000 * each for each in seconds) or [float("nan")]
    return f"p99 {milliseconds[int(len(milliseconds) * 0.99)]:3.0f} max {milliseconds[-1]:3.0f} ms"


def _idled(terminal: Terminal, seconds: float) -> str:
    terminal.read_for(5.0)
    cpu_s, size, began_s = terminal.cpu_s(), len(terminal.written), time.monotonic()
    terminal.read_for(seconds)
    share = (terminal.cpu_s() - cpu_s) / (time.monotonic() - began_s)
    return f"  idle {share:.2%} {len(terminal.written) - size} B"


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--logs", default="1,1000,5000", help="numbers of logs")
    parser.add_argument("--mb", type=int, default=256, help="size of the one log, in MiB")
    parser.add_argument("--kb", type=int, default=30, help="size of each of many logs, in KB")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--settle", type=float, default=600.0, help="seconds to wait until all is read; 0: do not")
    parser.add_argument("--idle", type=float, default=0.0, help="seconds of idling to measure")
    parser.add_argument("--data", type=Path, help="folder in which the logs are kept")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        compare(options, options.data or Path(temporary))


def compare(options: argparse.Namespace, data: Path) -> None:
    """Let the programs take turns; print medians."""
    data.mkdir(parents=True, exist_ok=True)
    env = environment(data)
    counts = [int(count) for count in options.logs.split(",")]
    made = {count: prepare(data, count, options.mb, options.kb) for count in counts}
    taken: dict[int, list[tuple[float, float]]] = {count: [] for count in (0, *counts)}
    for each in range(options.rounds + 1):  # the first compiles
        for count in taken:
            if count == 0:
                seconds = open_once(["empty"], shows_word, env)
            else:
                logs, shown = made[count]
                seconds = open_once(["trainmon", str(logs)], shown(), env)
            if each:
                taken[count].append(seconds)
    empty_s, empty_cpu_s = _medians(taken[0])
    print(f"load {os.getloadavg()[0]:.1f}; empty app {empty_s:.3f} s, CPU {empty_cpu_s:.2f}; {options.rounds} rounds")
    for count in counts:
        shown_s, cpu_s = _medians(taken[count])
        what = f"1 log of {options.mb} MiB" if count == 1 else f"{count} logs"
        line = f"{what:<18} {shown_s:7.3f} s  x {shown_s / empty_s:5.2f}  CPU {cpu_s:.2f}  x {cpu_s / empty_cpu_s:5.2f}"
        if options.settle:
            logs, shown = made[count]
            after = follow_once(logs, shown(), data, options.settle, options.idle)
            line += f"  all read {after.settled_s:6.1f} s  lag {after.lag}  busy {after.busy}{after.idle}"
        print(line, flush=True)


def _medians(taken: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return statistics.median(one[0] for one in taken), statistics.median(one[1] for one in taken)


if __name__ == "__main__":
    main()
