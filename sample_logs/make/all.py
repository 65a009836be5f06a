"""Makes every sample log again: `python sample_logs/make/all.py OUT [FOLDER/RUN ...]`.

Needs the libraries of requirements.txt in the Python that runs it. Each program runs in a process of its own, in a
fixed folder under /tmp, with stdout and stderr redirected together into the log; a resumed attempt appends. The logs
come out byte for byte the same wherever the libraries, and the path they are installed under, are the same.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nvidia_smi
import truth
from runs import RUNS, Run

HERE = Path(__file__).resolve().parent
WORKPLACE = Path("/tmp/sample-runs")  # tracebacks print it
LIBRARIES = ("tqdm", "torch", "transformers")


def start(run: Run, arguments: str, log: Path, *, begin_s: float, seed: int) -> list[truth.Event]:
    """One attempt, as a process that appends to the log; what it noted."""
    journal = WORKPLACE / "journal.jsonl"
    journal.unlink(missing_ok=True)
    environment = os.environ | {
        "SAMPLE_START": str(begin_s), "SAMPLE_SEED": str(seed), "SAMPLE_JOURNAL": str(journal), "TZ": "UTC",
        "TQDM_MININTERVAL": str(run.redraw_s), "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    command = [sys.executable, "-u", str(WORKPLACE / run.program), *shlex.split(arguments)]
    with log.open("ab") as output:
        subprocess.run(command, cwd=WORKPLACE, stdout=output, stderr=subprocess.STDOUT, env=environment, check=False)
    events = truth.read(journal)
    assert events[-1]["event"] == "outcome", f"{run.key} broke: {log.read_text()[-2000:]}"
    return events


def make(run: Run, folder: Path) -> dict[str, Any]:
    """The log of one run with its truth and timing; what to expect of it."""
    shutil.rmtree(WORKPLACE, ignore_errors=True)
    shutil.copytree(HERE, WORKPLACE, ignore=shutil.ignore_patterns("__pycache__"))
    log = folder / f"{run.name}.log"
    log.unlink(missing_ok=True)
    attempts: list[list[truth.Event]] = []
    truths: list[dict[str, Any]] = []
    begin_s = run.start
    for number, arguments in enumerate(run.attempts):
        attempts.append(start(run, arguments, log, begin_s=begin_s, seed=run.seed + 100 * number))
        begin_s = attempts[-1][-1]["t"] + run.gap_s
        versions = {name: version(name) for name in LIBRARIES}
        truths.append(truth.attempt_truth(run, attempts[-1], log.stat().st_size, versions))
    last = truths[-1] | ({"earlier_attempts": truths[:-1]} if truths[:-1] else {})
    (folder / f"{run.name}.truth.json").write_text(json.dumps(last, separators=(",", ":")) + "\n")
    sizes = [one["log_bytes"] for one in truths]
    rows = (json.dumps(row, separators=(",", ":")) for row in truth.timing(attempts, sizes))
    (folder / f"{run.name}.timing.jsonl").write_text("\n".join(rows) + "\n")
    if run.key == "chatbot/training":
        (folder / "nvidia-smi.csv").write_text("\n".join(nvidia_smi.lines(truths[-1])) + "\n")
    return truth.expectation(run, attempts, last, HERE.parent / run.folder / "estimates.md")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="folder that gets retrieval/, encoders/, ...")
    parser.add_argument("runs", nargs="*", help="FOLDER/RUN; all without one")
    options = parser.parse_args()
    for run in RUNS:
        if options.runs and run.key not in options.runs:
            continue
        folder = options.out / run.folder
        folder.mkdir(parents=True, exist_ok=True)
        expected = make(run, folder)
        kept = folder / "expected.json"
        others = json.loads(kept.read_text())["runs"] if kept.exists() else []
        rows = [row for row in others if row["log"] != expected["log"]] + [expected]
        kept.write_text(json.dumps({"runs": sorted(rows, key=lambda row: row["log"])}, indent=1) + "\n")
        print(run.key, expected["state"], expected["step"], "/", expected["total_steps"], end=" ")
        print(f"{expected['elapsed_s'] / 3600:.2f} h", expected["verdict"], expected["ratio"])


main()
