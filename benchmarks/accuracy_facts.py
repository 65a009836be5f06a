"""What is right for each log: facts from truth files, less what the log itself cannot show.

A run's truth file was written by the training script itself (its own steps, clocks, stages, metrics). A log shows
less than that, and sometimes counts differently; `shown.toml` holds, per log and with a reason, where that is so.
"""

from __future__ import annotations

import itertools
import json
import math
import re
import statistics
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FIELDS = ("state", "step", "total_steps", "epochs", "stages", "last_loss", "loss_count", "step_time")
PAUSE_FACTOR = 3.0
"""An interval this many times the median is a pause, a stall or warm-up: no step takes so long by itself."""
_STATES = {"finished": "finished", "nan": "finished", "killed": "interrupted", "oom": "failed", "error": "failed"}
_EVALUATION = {"eval", "val", "valid", "evaluate", "validate", "test", "predict"}
_DATA = {"fetch", "embed", "download", "encode"}
_PAUSE_MARKS = ("eval", "save", "stall", "epoch_end", "val")
_NUMBER = re.compile(r"[-+]?\d+\.\d+(?:[eE][-+]?\d+)?|[-+]?\d+[eE][-+]?\d+")
_BAR = re.compile(r"\d+/\d+\D.*?\bloss\s*[=:]\s*(?P<loss>[-+.\deE]+|nan)|\bloss=(?P<rich>[-+.\deE]+).*\d+/\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stage that the log shows. None: not asked."""

    kinds: tuple[str, ...]
    name: str = ""
    """Pattern that the stage's name must hold, whatever the case."""
    total: float | None = None
    occurrences: tuple[int, ...] = ()
    """Any of these is right; for evaluation their sum over all stages of the kind may be meant, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What one field must say. `values` are alternatives; (None,) says that null is right."""

    values: tuple[Any, ...] = ()
    tolerance: float = 0.0
    """Absolute, for numbers."""
    shown: bool = True
    """False: the log cannot show it, so the field is not counted, unless the program states something else."""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One log and all that is right about it."""

    name: str
    framework: str
    log: Path
    side_files: tuple[Path, ...] = ()
    ended_at: float | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)


def generated_cases(folder: Path, shown: Mapping[str, Mapping[str, Any]]) -> Iterator[Case]:
    """Read every `<name>/<name>.truth.json` with its log; the other files there, but for timings, are side files."""
    for log in sorted(folder.glob("*/*.log")):
        truth_file = log.with_name(f"{log.stem}.truth.json")
        if log.stem != log.parent.name or not truth_file.is_file():
            continue
        truth = json.loads(truth_file.read_text())
        sides = tuple(
            side
            for side in sorted(log.parent.iterdir())
            if side != log and ".truth." not in side.name and ".timing" not in side.name and "timing_" not in side.name
        )
        text = log.read_text(encoding="utf-8", errors="replace")
        facts = truth_facts(truth, text) | noted_facts(shown.get(log.stem, {}))
        yield Case(
            name=log.stem,
            framework=str(truth["framework"]),
            log=log,
            side_files=sides,
            ended_at=truth.get("wall_end"),
            facts=facts,
        )


def read_shown(path: Path) -> dict[str, dict[str, Any]]:
    """Read `shown.toml`: per log and field `unshown` or `null` with a reason, or `values` with `why`."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def noted_facts(notes: Mapping[str, Any]) -> dict[str, Fact]:
    """Turn one log's notes into facts that replace those of its truth file."""
    unknown = set(notes) - set(FIELDS)
    if unknown:
        raise ValueError(f"no such field: {', '.join(sorted(unknown))}")
    return {
        name: _noted_stages(note) if name == "stages" and "unshown" not in note else _noted(note)
        for name, note in notes.items()
    }


def _noted(note: Mapping[str, Any]) -> Fact:
    if "null" in note:
        return Fact(values=(None,), why=note["null"])
    if "unshown" in note:
        return Fact(shown=False, why=note["unshown"], values=tuple(note.get("values", ())))
    return Fact(
        values=tuple(tuple(each) if isinstance(each, list) else each for each in note["values"]),
        tolerance=note.get("tolerance", 0.0),
        why=note["why"],
    )


def _noted_stages(note: Mapping[str, Any]) -> Fact:
    stages = tuple(
        Stage(
            kinds=tuple(each["kinds"]),
            name=each.get("name", ""),
            total=each.get("total"),
            occurrences=tuple(each.get("occurrences", ())),
        )
        for each in note["list"]
    )
    return Fact(values=stages, why=note["why"])


def truth_facts(truth: Mapping[str, Any], text: str) -> dict[str, Fact]:
    """Give the fact of every field from a truth file; `text` tells what was printed, and how precisely."""
    return {
        "state": Fact(values=(_STATES[truth["outcome"]], *(["nan"] if truth["outcome"] == "nan" else []))),
        "step": Fact(values=(truth["completed_steps"],)),
        "total_steps": Fact(values=(truth["total_steps"],)),
        "epochs": Fact(values=(truth["epochs"],)),
        "stages": Fact(values=tuple(_truth_stages(truth))),
        "last_loss": _last_loss(truth.get("last_logged_loss"), text),
        "loss_count": _loss_count(sum("loss" in row for row in truth["metrics"]), text),
        "step_time": _step_time(truth),
    }


def _truth_stages(truth: Mapping[str, Any]) -> Iterator[Stage]:
    evaluations: dict[str, int] = {}
    for stage in truth["stages"]:
        kind = stage["stage"].partition("@")[0]
        if stage["stage"] == truth["main_stage"]:
            yield Stage(kinds=("train",), total=truth["total_steps"])
        elif kind in _EVALUATION:
            evaluations[kind] = evaluations.get(kind, 0) + 1
        elif kind in _DATA:
            yield Stage(kinds=("data", "other"), name=kind, total=stage["total"])
        else:
            yield Stage(kinds=("data", "other", "eval", "init"), name=kind, total=stage["total"])
    for count in evaluations.values():
        yield Stage(kinds=("eval",), occurrences=(count,))


def _last_loss(value: float | str | None, text: str) -> Fact:
    if value is None:
        return _no_loss(text)
    value = float(value)
    if math.isnan(value):
        return Fact(values=(math.nan,))
    tolerance = printed_tolerance(value, text)
    if tolerance is None:
        return Fact(values=(value,), shown=False, why="never printed")
    return Fact(values=(value,), tolerance=tolerance)


def _no_loss(text: str) -> Fact:
    if "loss" not in text.lower():
        return Fact(values=(None,))
    return Fact(shown=False, why="not in the truth file")


def printed_tolerance(value: float, text: str) -> float | None:
    """Give half a unit of the last digit with which `text` prints `value`, at its most precise; None if nowhere."""
    best = None
    for token in {*_NUMBER.findall(text)}:
        mantissa, _, exponent = token.lower().partition("e")
        half_unit = 0.5 * 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
        if abs(float(token) - value) <= half_unit * 1.001 and (best is None or half_unit < best):
            best = half_unit
    return None if best is None else best * 1.001


def _loss_count(rows: int, text: str) -> Fact:
    """Rows of their own count exactly; a value in a bar is redrawn, so between its changes and its redraws."""
    in_bars = bar_loss_bounds(text)
    if rows == 0 and not in_bars:
        return _no_loss(text)
    alternatives: list[Any] = [rows] if rows else []
    if in_bars:
        low, high = in_bars
        alternatives += [(low, high)]
        if 0 < rows < 0.9 * low:  # lines of their own besides
            alternatives += [(low + rows, high + rows)]
    return Fact(values=tuple(alternatives))


def bar_loss_bounds(text: str) -> tuple[int, int] | None:
    """How often a loss inside a bar changed (with and without the bar's counter); None where bars show no loss."""
    changes = redraws = 0
    before: tuple[str, str] = ("", "")
    for piece in re.split(r"[\r\n\x08]+", re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)):
        hit = _BAR.search(piece) if "loss" in piece else None
        if hit is None or "val_loss:" in hit.group() or ("%" not in piece and "━" not in piece):
            continue
        now = (hit["loss"] or hit["rich"], re.findall(r"\d+/\d+", piece)[-1])
        changes += now[0] != before[0]
        redraws += now != before
        before = now
    return (changes, redraws) if redraws else None


def _step_time(truth: Mapping[str, Any]) -> Fact:
    """Mean over the intervals between consecutive training steps that are steps alone.

    Left out: intervals that hold a mark of evaluation, saving, stalling or an epoch's end, or anything of another
    stage; then those longer than PAUSE_FACTOR times the median, which are unmarked pauses and warm-up.
    """
    main = next(stage for stage in truth["stages"] if stage["stage"] == truth["main_stage"])
    others = [stage for stage in truth["stages"] if stage is not main]
    moments = [mark["t"] for mark in truth["marks"] if any(word in mark["mark"] for word in _PAUSE_MARKS)]
    moments += [stage["start"] for stage in others] + [time for stage in others for _, time in stage["step_times"]]
    times: Sequence[Sequence[float]] = main["step_times"]
    intervals = [
        (after[1] - before[1], after[0] - before[0])
        for before, after in itertools.pairwise(times)
        if not any(before[1] <= moment <= after[1] for moment in moments)
    ]
    median = statistics.median(seconds / steps for seconds, steps in intervals)
    kept = [each for each in intervals if each[0] / each[1] <= PAUSE_FACTOR * median]
    mean = sum(seconds for seconds, _ in kept) / sum(steps for _, steps in kept)
    return Fact(values=(mean,), tolerance=0.05 * mean)
