"""Why a run is late, as scripts read it: described by the schema, and adding up to the difference."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests import boards
from tests.board_parts import MINUTE, documented, step_time, verdict
from trainmon.estimates import Scope, VerdictKind
from trainmon.exports.contract import json_text, run_object
from trainmon.exports.schema import schema
from trainmon.plan.lateness import why_late
from trainmon.snapshot import RunSnapshot

RUN = Draft202012Validator({"$ref": "#/$defs/run", "$defs": schema()["$defs"]})


def written(run: RunSnapshot) -> Any:
    found = json.loads(json_text(run_object(run)))
    RUN.validate(found)
    return found["why_late"]


@pytest.mark.parametrize("run", boards.every_kind(), ids=lambda run: run.name)
def test_the_reasons_add_up_to_the_difference_and_a_run_in_time_has_none(run: RunSnapshot) -> None:
    late = why_late(run)
    found = written(run)

    assert (found is None) == (late is None)
    if late is not None:
        assert found["late_s"] == pytest.approx(late.late_s, abs=1e-3)
        assert sum(part["late_s"] for part in found["parts"]) == pytest.approx(late.late_s, rel=0.01)


def test_the_step_times_behind_a_late_run_are_written() -> None:
    total = documented(30 * MINUTE, 40 * MINUTE)
    slower = verdict(VerdictKind.SLOWER, 1.5, total, 60 * MINUTE)
    step = verdict(VerdictKind.SLOWER, 1.25, documented(0.5, 0.6, scope=Scope.STEP, subject="step time"), 0.75)
    run = replace(
        boards.finished(), step_time_s=step_time(0.75, 4000), total_steps=4000, stages=(), documented=total,
        overhead_s={"stall": 180.0}, verdict=slower, comparisons=(slower, step),
    )  # fmt: skip
    assert run.step_time_s is not None

    found = written(run)

    assert found["late_s"] == 20 * MINUTE
    assert found["step_time_s"]["documented"] == 0.6
    assert found["step_time_s"]["measured"] == pytest.approx(run.step_time_s.mean, rel=1e-5)
    assert {"what": "stalls", "late_s": 180.0} in found["parts"]
    assert found["within"] == []
    assert sum(part["late_s"] for part in found["parts"]) == pytest.approx(found["late_s"], rel=0.01)


def test_overheads_that_the_plan_does_not_price_apart_are_told_within_the_parts() -> None:
    total = documented(30 * MINUTE, 40 * MINUTE)
    slower = verdict(VerdictKind.SLOWER, 1.5, total, 60 * MINUTE)
    run = replace(
        boards.finished(), step_time_s=step_time(0.75, 4000), total_steps=4000, stages=(), documented=total,
        overhead_s={"eval": 240.0}, verdict=slower, comparisons=(slower,),
    )  # fmt: skip

    found = written(run)

    assert found["step_time_s"] is None
    assert found["within"] == [{"what": "evaluation", "spent_s": 240.0}]
