"""Holds one run of the JSON contract against the facts of its log: right, wrong, absent or not shown."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from benchmarks.accuracy_facts import Fact, Stage

_EVALUATED = re.compile(r"val|eval|test|dev(?!ice)")
Run = Mapping[str, Any]


class Mark(StrEnum):
    """How a field did."""

    RIGHT = "ok"
    WRONG = "WRONG"
    ABSENT = "absent"
    UNSHOWN = "."
    """The log cannot show it: not counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One field of one log."""

    field: str
    mark: Mark
    expected: str
    got: str
    why: str = ""


def judge(runs: Sequence[Run] | None, facts: Mapping[str, Fact]) -> list[Finding]:
    """Compare every field; `runs` are the runs that the program made of this log and its side files.

    One log is one run: several make `state` wrong, and the last is compared. No run at all: everything is absent,
    but where the log holds no training and the program says that there is nothing to read. None: it said nothing.
    """
    if not runs:
        no_training = runs is not None and all(fact.values == (None,) for fact in facts.values())
        silent = Mark.RIGHT if no_training else Mark.ABSENT
        return [
            Finding(field=name, mark=silent if fact.shown else Mark.UNSHOWN, expected=_expected(fact), got="no run")
            for name, fact in facts.items()
        ]
    return [_finding(name, fact, runs[-1], len(runs)) for name, fact in facts.items()]


def _finding(name: str, fact: Fact, run: Run, count: int) -> Finding:
    match name:
        case "state":
            mark, got = _state(fact, run, count)
        case "stages":
            mark, got = _stages(fact, run.get("stages") or [])
        case "last_loss":
            mark, got = _last_loss(fact, run)
        case "loss_count":
            mark, got = _loss_count(fact, run)
        case "step_time":
            times = run.get("step_time_s") or {}
            value = times.get("mean") if times.get("mean") is not None else times.get("median")
            mark, got = number(fact, value), _text(value)
        case _:
            value = run.get({"epochs": "total_epochs"}.get(name, name))
            mark, got = number(fact, value), _text(value)
    return Finding(field=name, mark=mark, expected=_expected(fact), got=got, why=fact.why)


def number(fact: Fact, value: float | None) -> Mark:
    """Judge a number: alternatives within the tolerance, pairs as ranges, (None,) where only null is right."""
    if value is None:
        return Mark.UNSHOWN if not fact.shown else Mark.RIGHT if None in fact.values else Mark.ABSENT
    if any(_fits(value, wanted, fact.tolerance) for wanted in fact.values):
        return Mark.RIGHT if fact.shown else Mark.UNSHOWN
    return Mark.WRONG if fact.shown or fact.values else Mark.UNSHOWN


def _fits(value: float, wanted: Any, tolerance: float) -> bool:
    if wanted is None:
        return False
    if isinstance(wanted, tuple):
        return bool(wanted[0] <= value <= wanted[1])
    return bool(abs(value - wanted) <= max(tolerance, 1e-9 * abs(wanted)))


def _state(fact: Fact, run: Run, count: int) -> tuple[Mark, str]:
    """The first value is the state; any further are problems that must be listed; `|` separates alternatives."""
    kinds = [problem["kind"] for problem in run.get("problems") or []]
    got = " ".join([str(run.get("state")), *dict.fromkeys(kinds)]) + (f" ({count} runs)" if count > 1 else "")
    if not fact.shown:
        return Mark.UNSHOWN, got
    if run.get("state") is None:
        return Mark.ABSENT, got
    state, *problems = fact.values
    right = run["state"] in state.split("|") and all(kind in kinds for kind in problems)
    return (Mark.RIGHT if right and count == 1 else Mark.WRONG), got


def _stages(fact: Fact, stages: Sequence[Run]) -> tuple[Mark, str]:
    """Every stage that the log shows must be there, in order of kinds, and nothing else may pass for training."""
    got = ", ".join(
        f"{each.get('kind')}:{each.get('name')} {_text(each.get('total'))} x{each.get('occurrences')}"
        for each in stages
    )
    if not fact.shown:
        return Mark.UNSHOWN, got
    if not stages:
        return Mark.ABSENT, got
    wanted: tuple[Stage, ...] = fact.values
    spare = sum(each.get("kind") == "train" for each in stages) > sum("train" in each.kinds for each in wanted)
    places = [_place(each, stages) for each in wanted]
    before = [place for place, each in zip(places, wanted, strict=True) if each.kinds[0] in ("data", "train")]
    in_order = None not in places and before == sorted(before, key=lambda place: place or 0)
    return (Mark.RIGHT if in_order and not spare else Mark.WRONG), got


def _place(wanted: Stage, stages: Sequence[Run]) -> int | None:
    """Give the index of the stage that is meant. Occurrences may be spread over several stages of the kind."""
    near = [
        (index, each)
        for index, each in enumerate(stages)
        if each.get("kind") in wanted.kinds
        and re.search(wanted.name, str(each.get("name", "")), re.IGNORECASE)
        and (wanted.total is None or each.get("total") == wanted.total)
    ]
    for index, each in near:
        if not wanted.occurrences or each.get("occurrences") in wanted.occurrences:
            return index
    if near and sum(each.get("occurrences") or 0 for _, each in near) in wanted.occurrences:
        return near[0][0]
    return None


def training_losses(run: Run) -> dict[str, Run]:
    """Metrics that are a training loss by name: `loss`, `train_loss`, `lm loss`, `actor/loss`; no evaluation's."""
    metrics: Mapping[str, Run] = run.get("metrics") or {}
    return {
        name: metric
        for name, metric in metrics.items()
        if "loss" in name.lower() and not _EVALUATED.search(name.lower())
    }


def _last_loss(fact: Fact, run: Run) -> tuple[Mark, str]:
    losses = training_losses(run)
    got = ", ".join(f"{name}={_text(metric.get('last'))}" for name, metric in losses.items()) or "-"
    if any(isinstance(wanted, float) and math.isnan(wanted) for wanted in fact.values):
        nan_listed = any(problem["kind"] == "nan" for problem in run.get("problems") or [])
        last = losses["loss"].get("last") if "loss" in losses else 0.0
        is_nan = last is None or (isinstance(last, float) and math.isnan(last))
        return (Mark.RIGHT if is_nan and nan_listed else Mark.WRONG if losses else Mark.ABSENT), got
    return _best(number(fact, metric.get("last")) for metric in losses.values()) or number(fact, None), got


def _loss_count(fact: Fact, run: Run) -> tuple[Mark, str]:
    losses = training_losses(run)
    got = ", ".join(f"{name} x{metric.get('count')}" for name, metric in losses.items()) or "-"
    return _best(number(fact, metric.get("count")) for metric in losses.values()) or number(fact, None), got


def _best(marks: Iterable[Mark]) -> Mark | None:
    """Some metric must be right; of several wrong ones one is enough to be wrong."""
    found = set(marks)
    return next((mark for mark in (Mark.RIGHT, Mark.UNSHOWN, Mark.WRONG, Mark.ABSENT) if mark in found), None)


def _expected(fact: Fact) -> str:
    if not fact.shown:
        return "not in the log"
    joint = " + " if any(isinstance(value, Stage) for value in fact.values) else " or "
    return joint.join(_text(value) for value in fact.values)


def _text(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool() | int() | str():
            return str(value)
        case float():
            return f"{value:.6g}"
        case tuple():
            return "..".join(_text(each) for each in value)
        case Stage():
            total = "" if value.total is None else f" {_text(value.total)}"
            times = f" x{'/'.join(map(str, value.occurrences))}" if value.occurrences else ""
            return f"{value.kinds[0]}{':' if value.name else ''}{value.name}{total}{times}"
        case _:
            return repr(value)
