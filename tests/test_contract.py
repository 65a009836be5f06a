"""What scripts read: strict JSON, null for the unknown, inert text."""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import report_boards as boards
from tests.hostile_boards import HOSTILE, empty_board, named_board
from tests.report_documents import document
from trainmon.estimates import EstimateDocument, Fact
from trainmon.events import ProblemKind
from trainmon.exports.contract import board_object, estimates_object, json_text, run_object
from trainmon.snapshot import Board, Eta, Interval, MetricInfo, ProblemInfo, RunSnapshot


def strictly(text: str) -> Any:
    """Read JSON as a strict reader does: no NaN, no Infinity."""

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    return json.loads(text, parse_constant=refuse)


def texts_of(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for key, entry in value.items():
                yield from (key, *texts_of(entry))
        case list():
            for entry in value:
                yield from texts_of(entry)


def test_a_finished_run_says_what_the_contract_promises() -> None:
    run = strictly(json_text(run_object(boards.finished_run())))

    assert (run["name"], run["state"], run["attempts"]) == ("mixtral-lora", "finished", 2)
    assert (run["step"], run["total_steps"], run["unit"], run["progress"]) == (2375, 2375, "step", 1)
    assert (run["started_at"], run["ended_at"]) == ("2026-01-31T14:00:00.000Z", "2026-01-31T14:55:00.000Z")
    assert run["problems"][0] == {
        "kind": "stall",
        "message": "no step for 3m 20s",
        "line": 512,
        "step": 1480,
        "count": 1,
    }
    assert run["overhead_s"] == {"init": 45, "eval": 80, "checkpoint": 25, "stall": 200, "other": None}
    assert run["documented"]["total_s"] == {"low": 2400, "high": 3000, "likely": None}
    assert run["documented"]["source"]["line"] == 213
    assert (run["verdict"]["kind"], run["verdict"]["ratio"]) == ("slower", 1.1)
    assert run["stages"][0]["verdict"]["kind"] == "faster"
    assert run["eta"] is None


def test_an_eta_has_seconds_and_moments() -> None:
    run = run_object(boards.running_run())

    assert run["eta"] == {
        "remaining_s": {"low": 1310.0, "likely": 1390.0, "high": 1520.0},
        "finish_at": {
            "low": "2026-01-31T14:42:30.000Z",
            "likely": "2026-01-31T14:43:50.000Z",
            "high": "2026-01-31T14:46:00.000Z",
        },
        "basis": "measured",
    }


def test_nan_and_infinity_are_null_and_flagged() -> None:
    loss = strictly(json_text(run_object(boards.failed_run())))["metrics"]["loss"]

    assert (loss["last"], loss["max"], loss["min"], loss["nan"]) == (None, None, 2.1, True)
    assert strictly(json_text(run_object(boards.finished_run())))["metrics"]["loss"]["nan"] is False


def test_an_unknown_run_is_null_all_over_and_has_no_estimate() -> None:
    run = run_object(boards.bare_run())

    assert run["verdict"] == {
        "kind": "no estimate",
        "ratio": None,
        "text": "",
        "documented": None,
        "measured_s": None,
        "projected": False,
        "so_far": False,
    }
    for name in ("started_at", "elapsed_s", "step", "total_steps", "progress", "step_time_s", "eta", "gpu"):
        assert run[name] is None, name


@pytest.mark.parametrize("at", [math.nan, math.inf, 1e300, -1e300])
def test_a_moment_outside_the_calendar_is_null(at: float) -> None:
    never = Interval(low=at, likely=at, high=at)
    run = RunSnapshot(name="x", files=(), started_at=at, eta=Eta(remaining_s=never, finish_at=never, basis="measured"))

    written = strictly(json_text(run_object(run)))

    assert written["started_at"] is None
    assert written["eta"]["finish_at"] == {"low": None, "likely": None, "high": None}


def test_step_times_of_microseconds_are_not_rounded_away() -> None:
    metric = MetricInfo(count=1, first=1.23456789012, last=1.23456789012, min=0, max=2)
    run = run_object(RunSnapshot(name="x", files=(), elapsed_s=4.2e-05, metrics={"loss": metric}))
    metrics = run["metrics"]

    assert run["elapsed_s"] == 4.2e-05
    assert isinstance(metrics, dict)
    assert metrics["loss"]["first"] == 1.23456789012


def test_every_field_of_a_run_is_written_but_the_series_of_its_charts() -> None:
    written = run_object(boards.bare_run())

    assert set(written) == {field.name for field in fields(RunSnapshot)} - {"clock_history", "pauses"} | {"why_late"}


def test_a_document_is_written_with_its_lines() -> None:
    written = strictly(json_text(estimates_object([document()])))["documents"][0]

    assert written["path"] == "logs/estimates.md"
    assert written["estimates"][0]["scope"] == "total"
    assert (written["estimates"][0]["low_s"], written["estimates"][0]["likely_s"]) == (2400, None)
    assert written["facts"][1]["value"] == "RTX 3090"
    assert written["derived"][0]["from"] == [41, 63]
    assert "from_lines" not in written["derived"][0]
    assert written["contradictions"][0]["lines"] == [116, 213]


def test_a_fact_that_is_no_number_is_null() -> None:
    written = estimates_object([EstimateDocument(path="x", facts=(Fact(line=1, name="steps", value=math.nan),))])

    assert strictly(json_text(written))["documents"][0]["facts"][0]["value"] is None


@pytest.mark.parametrize("board", [boards.full_board(), empty_board()], ids=["full", "empty"])
def test_a_board_is_ascii_json_with_one_final_newline(board: Board) -> None:
    text = json_text(board_object(board))

    assert text.isascii()
    assert text.endswith("}\n")
    assert strictly(text)["schema"] == "trainmon/1"


@given(st.text(st.characters(), max_size=40) | st.sampled_from(HOSTILE))
def test_no_text_gets_a_control_character_through(text: str) -> None:
    written = strictly(json_text(board_object(named_board(text))))

    for found in texts_of(written):
        assert not {unicodedata.category(char) for char in found} & {"Cc", "Cf", "Cs"}


@given(st.floats(), st.floats(), st.floats())
def test_any_number_survives_strict_reading(first: float, last: float, at: float) -> None:
    metric = MetricInfo(count=1, first=first, last=last, min=min(first, last), max=max(first, last), last_step=at)
    run = RunSnapshot(name="x", files=(), started_at=at, elapsed_s=first, step=last, progress=at, metrics={"m": metric})

    written = strictly(json_text(run_object(run)))["metrics"]["m"]

    assert written["first"] == (first if math.isfinite(first) else None)
    assert written["nan"] is not (math.isfinite(first) and math.isfinite(last))


def test_a_problem_that_no_line_says_has_no_line() -> None:
    stalled = replace(boards.finished_run(), problems=(ProblemInfo(kind=ProblemKind.STALL, message="silent", line=0),))

    assert strictly(json_text(run_object(stalled)))["problems"][0]["line"] is None
