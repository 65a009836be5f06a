"""A run named for a section of a plan is held against that section, and never against the total that ends the last."""

from __future__ import annotations

import pytest

from tests.planned_runs import a_run, document, matched
from trainmon.estimates import Scope
from trainmon.plan.sections import with_sums_apart

_MINUTE = 60.0
_BY_NAME = """# Plan

## Pretraining
- Training: 30 min

## Adapter tuning
- Training: 15 min

## Distillation
- Training: 10 min

Total: 55 min
"""
_NUMBERED = """# Plan

## Phase 1: Pretraining
Estimated time: 30 min

## Phase 2: Adapter tuning
Estimated time: 15 min

## Phase 3: Distillation
Estimated time: 10 min

**Total: 55 min**
"""
_IN_PROSE = """# Plan

### Pretraining
Takes about 30 min on one T4.

### Adapter
It needs 15 min.

### Distillation
10 min. All three together take 55 min.
"""


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(_BY_NAME, id="headings"),
        pytest.param(_NUMBERED, id="numbered-headings"),
        pytest.param(_IN_PROSE, id="prose"),
    ],
)
@pytest.mark.parametrize(("name", "minutes"), [("pretrain", 30), ("adapter", 15), ("distill", 10)])
def test_a_run_named_for_a_section_is_held_against_what_it_says(text: str, name: str, minutes: float) -> None:
    choice = matched(a_run(name), document(text)).choose(Scope.TOTAL)
    assert choice is not None
    assert choice.unlike == ""
    assert choice.documented.likely_s == minutes * _MINUTE


@pytest.mark.parametrize("text", [pytest.param(_BY_NAME, id="headings"), pytest.param(_NUMBERED, id="numbered")])
def test_the_total_of_all_sections_is_not_of_the_last(text: str) -> None:
    last = with_sums_apart(document(text)).estimates[-1]
    assert last.scenario == ("Plan", "all 3")


def test_a_total_of_its_own_section_stays_there() -> None:
    text = "# Plan\n\n## Small\n- Total: 1 h\n\n## Large\n- Data: 2 h\n- Training: 6 h\n- Total: 8 h\n"
    assert [one.scenario for one in with_sums_apart(document(text)).estimates] == [
        one.scenario for one in document(text).estimates
    ]
