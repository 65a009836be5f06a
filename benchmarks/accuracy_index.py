"""Facts of public logs from an `INDEX.tsv`: free text written by careful readers, taken only where it is plain."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.accuracy_facts import Case, Fact, noted_facts

_NUMBER = r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"


def index_cases(folder: Path, shown: Mapping[str, Mapping[str, Any]]) -> Iterator[Case]:
    """Read the table `INDEX.tsv`; each row's file lies beside it."""
    with (folder / "INDEX.tsv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            log = folder / row["file"]
            notes = shown.get(row["file"].partition("__")[0], {})
            yield Case(name=row["file"], framework=row["format"], log=log, facts=index_facts(row) | noted_facts(notes))


def index_facts(row: Mapping[str, str]) -> dict[str, Fact]:
    """Give the facts that one row states plainly; what it leaves empty or vague is no fact."""
    facts = {
        "state": _state(row["finished"]),
        "step": _step(row["last_step"]),
        "total_steps": _total(row["total_steps"]),
        "epochs": _epochs(row["total_steps"]),
        "last_loss": _loss(row["last_loss"]),
        "step_time": _step_time(row["mean_step_s"]),
    }
    return {name: fact for name, fact in facts.items() if fact is not None}


def _state(text: str) -> Fact | None:
    if re.fullmatch(r"yes( \([^)]*\))?", text):
        return Fact(values=("finished",))
    if "SIGTERM" in text or "CANCELLED" in text or "KeyboardInterrupt" in text:
        return Fact(values=("interrupted|failed",), why=text)
    if text.startswith("crashed"):
        return Fact(values=("failed",), why=text)
    return Fact(values=("interrupted",), why=text) if text == "no (log just ends)" else None


def _step(last: str) -> Fact | None:
    """`261`, `11798 updates, epoch 3`, or `epoch 22, 55/75` (epochs from 1, as such bars print them)."""
    if hit := re.fullmatch(r"epoch (\d+)( \(0-based\))?, (\d+)/(\d+)", last):
        done = int(hit[1]) - (0 if hit[2] else 1)
        return Fact(values=(done * int(hit[4]) + int(hit[3]),), why=last)
    hit = re.match(r"(\d+)(?: updates|$| \()", last)
    return Fact(values=(int(hit[1]),), why=last) if hit else None


def _total(text: str) -> Fact | None:
    if hit := re.fullmatch(r"(\d+) epochs x (\d+)", text):
        return Fact(values=(int(hit[1]) * int(hit[2]),), why=text)
    if text.isdecimal():
        return Fact(values=(int(text),))
    return Fact(values=(None,), why=text) if "not in log" in text else None


def _epochs(text: str) -> Fact | None:
    hit = re.match(r"(\d+) epochs", text)
    return Fact(values=(int(hit[1]),), why=text) if hit else None


def _loss(text: str) -> Fact | None:
    hit = re.match(_NUMBER, text)
    return Fact(values=(float(hit[0]),), tolerance=_half_unit(hit[0]), why=text) if hit else None


def _step_time(text: str) -> Fact | None:
    """Within 5 %, and half a unit of the last digit that the reader wrote down."""
    hit = re.match(rf"~?({_NUMBER})", text)
    return Fact(values=(float(hit[1]),), tolerance=0.05 * float(hit[1]) + _half_unit(hit[1]), why=text) if hit else None


def _half_unit(printed: str) -> float:
    mantissa, _, exponent = printed.lower().partition("e")
    return 0.501 * 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
