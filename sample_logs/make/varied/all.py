"""Makes the logs of tests/varied_logs again: `python sample_logs/make/varied/all.py OUT [NAME ...]`.

Needs tqdm, torch, transformers, trl, sentence-transformers, accelerate, lightning, keras, fastai, scikit-learn, optuna,
xgboost, lightgbm and rich in the Python that runs it. Each program runs in a process of its own, stdout and stderr into
one file, or on a terminal that `script` records; a further attempt appends.
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import play

HERE = Path(__file__).resolve().parent
WORKPLACE = play.WORK.parent
FAMILIES = tuple(sorted(path.stem for path in HERE.glob("*.py") if path.stem not in ("all", "play")))
BEGAN_S = 1773000000.0
CUTS = (0.3, 0.6, 0.9)
_APART = ("eval", "pause", "stage", "epoch")

Row = dict[str, Any]


def start(family: str, name: str, facts: Row, log: Path) -> list[list[Row]]:
    """Run all attempts of a program; the journal of each."""
    journals, began_s = [], BEGAN_S
    play.WORK.mkdir(parents=True, exist_ok=True)
    for attempt in range(1, (facts.get("attempts") or 1) + 1):
        journal = WORKPLACE / "journal.jsonl"
        journal.unlink(missing_ok=True)
        environment = os.environ | {
            "SAMPLE_START": str(began_s), "SAMPLE_SEED": str(len(name) * 7 + attempt), "SAMPLE_JOURNAL": str(journal),
            "TZ": "UTC", "OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false",
        }  # fmt: skip
        program = f"import sys; sys.path.insert(0, {str(HERE)!r}); import {family}, play; play.main()"
        unbuffered = [] if facts.get("buffered") else ["-u"]
        command = [sys.executable, *unbuffered, "-c", program, name, str(attempt)]
        if facts.get("terminal"):
            environment |= {"TRAINING": shlex.join(command), "TERM": "xterm-256color"}
            typed = f'stty cols {facts["terminal"]} rows 40; eval "$TRAINING"'
            command = ["script", "-q", "-a", "-e", "-c", typed, str(log)]
        with Path(os.devnull).open("wb") if facts.get("terminal") else log.open("ab") as output:
            subprocess.run(
                command, cwd=WORKPLACE / "work", stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                env=environment, check=False,
            )  # fmt: skip
        rows = [json.loads(line) for line in journal.read_text().splitlines()]
        journals.append([*rows, {"event": "printed", "t": rows[-1]["t"], "bytes": log.stat().st_size}])
        began_s = rows[-1]["t"] + 60.0
    return journals


def step_seconds(rows: list[Row]) -> float | None:
    """Mean seconds between training steps with nothing between them."""
    seconds, before, apart = [], None, False
    for row in rows:
        if row["event"] == "train":
            if before is not None and not apart and row["n"] > before["n"]:
                seconds.append((row["t"] - before["t"]) / (row["n"] - before["n"]))
            before, apart = row, False
        elif row["event"] in _APART:
            apart = True
    return round(sum(seconds) / len(seconds), 4) if seconds else None


def cuts(rows: list[Row], size: int) -> Iterator[Row]:
    """Where to cut the log, and between which steps the program then was."""
    steps, n = [], 0.0
    for row in rows:
        if row["event"] == "train":
            n = row["n"]
        elif row["event"] == "printed":
            steps.append((row["bytes"], n))
    for share in CUTS:
        at = int(size * share)
        low = [n for offset, n in steps if offset <= at][-1:] or [0.0]
        high = [n for offset, n in steps if offset >= at][:1] or [n]
        yield {"bytes": at, "low": low[0], "high": high[0]}


def truth(journals: list[list[Row]], facts: Row, size: int) -> Row:
    """What is true about the log."""
    rows = [row for journal in journals for row in journal]
    done = [row["n"] for row in journals[-1] if row["event"] == "train"]
    losses = [row["value"] for row in rows if row["event"] == "loss"]
    found: Row = {
        "attempts": len(journals),
        "evaluations": sum(row["event"] == "eval" for row in rows),
        "step": done[-1:] or None,
        "last_loss": losses[-1] if losses else None,
        "step_time_s": step_seconds(journals[-1]),
        "cuts": list(cuts(rows, size)),
    }
    return found | {name: value for name, value in facts.items() if name not in ("buffered", "terminal")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("names", nargs="*", help="all without one")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    kept = options.out / "truth.json"
    truths = json.loads(kept.read_text()) if kept.exists() else {}
    for family in FAMILIES:
        importlib.import_module(family)
        for name, (program, facts) in [*play.PROGRAMS.items()]:
            if program.__module__ != family or (options.names and name not in options.names):
                continue
            log = WORKPLACE / f"{name}.log"
            log.parent.mkdir(parents=True, exist_ok=True)
            log.unlink(missing_ok=True)
            journals = start(family, name, facts, log)
            data = log.read_bytes()
            (options.out / f"{name}.log.gz").write_bytes(gzip.compress(data, mtime=0))
            truths[name] = truth(journals, facts, len(data))
            print(name, len(data), truths[name]["step"], truths[name]["step_time_s"], flush=True)
    rows = (f" {json.dumps(name)}: {json.dumps(row)}" for name, row in sorted(truths.items()))
    kept.write_text("{\n" + ",\n".join(rows) + "\n}\n")


main()
