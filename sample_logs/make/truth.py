"""From the journals of a run's attempts to what is true about it: truth, timing and expectation."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median, quantiles
from typing import Any

from runs import Run

STEPS_KEPT, ROWS_KEPT = 400, 600
POINT_TOLERANCE = 0.1
"""A documented point is met within this share; no run here comes near the edge."""

Event = dict[str, Any]


def read(journal: Path) -> list[Event]:
    return [json.loads(line) for line in journal.read_text().splitlines()]


def thin(rows: list[Any], kept: int) -> list[Any]:
    """At most `kept` rows, evenly, the first and the last among them."""
    if len(rows) <= kept:
        return rows
    return [rows[round(index * (len(rows) - 1) / (kept - 1))] for index in range(kept)]


def stages_of(events: list[Event]) -> list[Event]:
    """The stages in the order they began, each with its own steps (a nested stage keeps its own)."""
    stages: list[Event] = []
    open_stages: list[Event] = []
    for event in events:
        match event["event"]:
            case "stage":
                opened = {"stage": event["name"], "kind": event["kind"], "total": event["total"], "start": event["t"]}
                open_stages.append(opened | {"end": None, "completed": 0, "step_times": []})
                stages.append(open_stages[-1])
            case "stage_end":
                open_stages.pop()["end"] = event["t"]
            case "step":
                open_stages[-1]["step_times"].append([event["n"], event["t"]])
                open_stages[-1]["completed"] = event["n"]
    for stage in stages:
        stage["step_times"] = thin(stage["step_times"], STEPS_KEPT if stage["kind"] != "eval" else 25)
    return stages


def step_seconds(events: list[Event]) -> dict[str, float] | None:
    """Seconds per training step; evaluations and checkpoints lie between steps and are not in it."""
    seconds, open_kinds = [], []
    for event in events:
        match event["event"]:
            case "stage":
                open_kinds.append(event["kind"])
            case "stage_end":
                open_kinds.pop()
            case "step" if open_kinds[-1] == "train":
                seconds.append(event["seconds"])
    if not seconds:
        return None
    tenths = quantiles(seconds, n=10)
    values = {"mean": fmean(seconds), "median": median(seconds), "p10": tenths[0], "p90": tenths[-1]}
    return {"count": len(seconds)} | {name: round(value, 5) for name, value in values.items()}


def attempt_truth(run: Run, events: list[Event], log_bytes: int, versions: dict[str, str]) -> Event:
    """One process, in the layout of a truth file."""
    stages = stages_of(events)
    training = [stage for stage in stages if stage["kind"] == "train" and stage["step_times"]]
    outcome = events[-1]
    metrics = [event for event in events if event["event"] == "metrics"]
    losses = [event["loss"] for event in metrics if "loss" in event]
    return {
        "name": run.key, "capture_mode": "redirect", "pythonunbuffered": True, "simulated_clock": True,
        "notes": "every time is on the simulated clock; step_times are thinned, completed counts all steps",
        "versions": versions, "main_stage": "train", "log_start_offset": events[0]["log_bytes"],
        "log_bytes": log_bytes, "wall_start": events[0]["t"], "wall_end": outcome["t"],
        "outcome": outcome["outcome"], "outcome_detail": outcome, "total_steps": run.total_steps,
        "start_step": training[0]["step_times"][0][0] - 1 if training else 0, "epochs": run.epochs,
        "completed_steps": training[-1]["completed"] if training else 0, "step_time_s": step_seconds(events),
        "metrics_count": len(metrics), "losses_logged": len(losses),
        "last_logged_loss": losses[-1] if losses else None,
        "stage_order": [stage["stage"] for stage in stages], "stages": stages,
        "marks": [
            {"t": event["t"], "mark": event["kind"], "step": event["step"], "seconds": event["seconds"]}
            for event in events if event["event"] == "pause"
        ],
    }  # fmt: skip


def timing(attempts: list[list[Event]], sizes: list[int]) -> list[Event]:
    """How the log grew on the simulated clock: at `t`, `offset` bytes lay there.

    `sizes` are the bytes after each attempt: a traceback is printed when the program notes nothing any more.
    """
    rows: list[Event] = []
    for events, size in zip(attempts, sizes, strict=True):
        rows += [{"offset": event["bytes"], "t": event["t"]} for event in events if event["event"] == "printed"]
        rows.append({"offset": size, "t": events[-1]["t"]})
    assert all(before["offset"] <= after["offset"] for before, after in pairwise(rows))
    return thin(rows, ROWS_KEPT)


def seconds_by_kind(events: list[Event]) -> dict[str, float]:
    """Seconds of the stages of each kind, and of the checkpoints; an evaluation inside training counts as both."""
    sums: dict[str, float] = {}
    end = events[-1]["t"]
    for stage in stages_of(events):
        sums[stage["kind"]] = sums.get(stage["kind"], 0.0) + (stage["end"] or end) - stage["start"]
    saves = [event["seconds"] for event in events if event["event"] == "pause"]
    return {kind: round(value, 1) for kind, value in (sums | {"checkpoint": sum(saves)}).items()}


def verdict(run: Run, measured_s: float) -> tuple[str, float]:
    """Measured against documented, and the ratio to the nearer bound."""
    plan = run.plan
    assert plan is not None
    low_s, high_s = plan.low_s, plan.high_s
    if plan.likely_s is not None:
        low_s, high_s = plan.likely_s * (1 - POINT_TOLERANCE), plan.likely_s * (1 + POINT_TOLERANCE)
    assert low_s is not None, "a plan has bounds or a point"
    assert high_s is not None, "a plan has bounds or a point"
    if measured_s < low_s:
        return "faster", measured_s / (plan.low_s or plan.likely_s or low_s)
    if measured_s > high_s:
        return "slower", measured_s / (plan.high_s or plan.likely_s or high_s)
    return "within", measured_s / plan.likely_s if plan.likely_s else 1.0


def expectation(run: Run, attempts: list[list[Event]], last: Event, document: Path) -> Event:
    """What a program that reads the log rightly must say about it."""
    by_kind = seconds_by_kind(attempts[-1])
    elapsed_s = last["wall_end"] - attempts[0][0]["t"]
    expected: Event = {
        "log": f"{run.name}.log", "state": run.state, "problems": list(run.problems), "attempts": len(attempts),
        "start_step": last["start_step"], "step": last["completed_steps"], "total_steps": run.total_steps,
        "epochs": run.epochs, "elapsed_s": round(elapsed_s, 1),
        "last_attempt_s": round(last["wall_end"] - last["wall_start"], 1), "seconds_by_kind": by_kind,
        "evaluations": sum(stage["kind"] == "eval" for stage in last["stages"]),
        "checkpoints": len(last["marks"]), "step_time_s": last["step_time_s"], "metrics_count": last["metrics_count"],
        "losses_logged": last["losses_logged"],
        "verdict": None, "ratio": None, "documented": None,
    }  # fmt: skip
    if run.plan:
        lines = document.read_text(encoding="utf-8").splitlines()
        (number,) = [index for index, line in enumerate(lines, 1) if run.plan.text in line]
        measured_s = elapsed_s - (by_kind.get("init", 0.0) if run.plan.excludes_init else 0.0)
        kind, ratio = verdict(run, measured_s)
        bounds = {"low_s": run.plan.low_s, "high_s": run.plan.high_s, "likely_s": run.plan.likely_s}
        expected["documented"] = {"line": number, "text": lines[number - 1]} | bounds
        if run.verdict:
            assert kind == run.verdict, f"{run.key}: {kind} ({ratio:.2f}), the story says {run.verdict}"
            expected |= {"verdict": kind, "ratio": round(ratio, 3)}
    return expected
