"""The accuracy benchmark must say wrong when the program is wrong: its rules on small made-up runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.accuracy import find_cases, misses, table, tally
from benchmarks.accuracy_facts import (
    FIELDS,
    Case,
    Fact,
    Stage,
    bar_loss_bounds,
    noted_facts,
    printed_tolerance,
    read_shown,
    truth_facts,
)
from benchmarks.accuracy_index import index_facts
from benchmarks.accuracy_rules import Mark, judge

LOG = "  2%|▏  | 1/50 [00:01<00:50, 1.0s/it]\n{'loss': 0.5125, 'epoch': 0.2}\n{'loss': 0.2512, 'epoch': 0.4}\n"


def truth(**changes: Any) -> dict[str, Any]:
    """A run of 6 steps of 1 s: a slow first one, an evaluation after step 3, a stall of 40 s before step 6."""
    fields: dict[str, Any] = {
        "outcome": "finished",
        "completed_steps": 6,
        "total_steps": 6,
        "epochs": 2,
        "main_stage": "train",
        "last_logged_loss": 0.25119,
        "stages": [
            {
                "stage": "train",
                "total": 6,
                "start": 0.0,
                "step_times": [[1, 9.0], [2, 10.0], [3, 11.0], [4, 14.0], [5, 15.0], [6, 55.0], [7, 56.0]],
            },
            {"stage": "eval@3", "total": None, "start": 11.5, "step_times": [[1, 12.0], [2, 13.0]]},
        ],
        "marks": [{"t": 11.2, "mark": "eval_begin", "step": 3}],
        "metrics": [{"step": 3, "loss": 0.5125}, {"step": 6, "loss": 0.25119}, {"step": 6, "eval_loss": 0.3}],
    }
    return fields | changes


def run(**changes: Any) -> dict[str, Any]:
    """The contract's answer that is right for `truth()`."""
    fields: dict[str, Any] = {
        "state": "finished",
        "problems": [],
        "step": 6,
        "total_steps": 6,
        "total_epochs": 2,
        "step_time_s": {"mean": 1.04, "median": 1.0},
        "stages": [
            {"name": "training", "kind": "train", "total": 6, "occurrences": 1},
            {"name": "evaluation", "kind": "eval", "total": 2, "occurrences": 1},
        ],
        "metrics": {"loss": {"count": 2, "last": 0.2512}, "eval_loss": {"count": 1, "last": 0.3}},
    }
    return fields | changes


def mark_of(field: str, *runs: dict[str, Any], facts: dict[str, Fact] | None = None) -> Mark:
    findings = judge(runs, facts or truth_facts(truth(), LOG))
    return next(finding.mark for finding in findings if finding.field == field)


def test_a_run_that_says_everything_as_it_was_is_right_in_every_field() -> None:
    assert {finding.mark for finding in judge([run()], truth_facts(truth(), LOG))} == {Mark.RIGHT}


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        pytest.param("state", {"state": "interrupted"}, id="another state"),
        pytest.param("step", {"step": 5}, id="one step less"),
        pytest.param("total_steps", {"total_steps": 2}, id="the evaluation bar's total"),
        pytest.param("epochs", {"total_epochs": 3}, id="one epoch more"),
        pytest.param("step_time", {"step_time_s": {"mean": 1.06, "median": 1.0}}, id="mean six percent off"),
        pytest.param("step_time", {"step_time_s": {"mean": 7.8, "median": 1.0}}, id="pauses counted as steps"),
        pytest.param("last_loss", {"metrics": {"loss": {"count": 2, "last": 0.2513}}}, id="last printed digit"),
        pytest.param("last_loss", {"metrics": {"loss": {"count": 2, "last": 0.5125}}}, id="the first loss"),
        pytest.param("loss_count", {"metrics": {"loss": {"count": 3, "last": 0.2512}}}, id="a row counted twice"),
        pytest.param("stages", {"stages": run()["stages"][:1]}, id="no evaluation"),
        pytest.param("stages", {"stages": run()["stages"] + run()["stages"][:1]}, id="a second training"),
        pytest.param(
            "stages",
            {"stages": [run()["stages"][0], run()["stages"][1] | {"occurrences": 2}]},
            id="an evaluation too many",
        ),
        pytest.param(
            "stages",
            {"stages": [run()["stages"][0] | {"total": 3}, run()["stages"][1]]},
            id="training with a wrong total",
        ),
    ],
)
def test_a_false_statement_is_wrong(field: str, changes: dict[str, Any]) -> None:
    assert mark_of(field, run(**changes)) is Mark.WRONG


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        pytest.param("step", {"step": None}, id="step"),
        pytest.param("total_steps", {"total_steps": None}, id="total"),
        pytest.param("step_time", {"step_time_s": None}, id="step time"),
        pytest.param("last_loss", {"metrics": {}}, id="loss"),
        pytest.param("loss_count", {"metrics": {"eval_loss": {"count": 2, "last": 0.2512}}}, id="only evaluation loss"),
        pytest.param("stages", {"stages": []}, id="stages"),
    ],
)
def test_silence_is_absent_and_counts_against(field: str, changes: dict[str, Any]) -> None:
    findings = judge([run(**changes)], truth_facts(truth(), LOG))

    assert mark_of(field, run(**changes)) is Mark.ABSENT
    assert tally(findings)[3] < 100


def test_no_run_at_all_is_never_right_even_where_null_would_be() -> None:
    facts = truth_facts(truth(total_steps=None, epochs=None), "")

    assert {finding.mark for finding in judge([], facts)} <= {Mark.ABSENT, Mark.UNSHOWN}


def test_nothing_to_read_is_right_only_of_a_log_without_training_and_only_if_said() -> None:
    nothing = noted_facts({"step": {"null": "warnings"}, "total_steps": {"null": "warnings"}})

    assert {finding.mark for finding in judge([], nothing)} == {Mark.RIGHT}
    assert {finding.mark for finding in judge(None, nothing)} == {Mark.ABSENT}
    assert Mark.RIGHT not in {finding.mark for finding in judge([], truth_facts(truth(epochs=None), LOG))}


def test_two_runs_out_of_one_log_are_wrong_in_state() -> None:
    assert mark_of("state", run(), run()) is Mark.WRONG


def test_null_is_right_only_where_the_truth_has_none() -> None:
    facts = truth_facts(truth(total_steps=None), LOG)

    assert mark_of("total_steps", run(total_steps=None), facts=facts) is Mark.RIGHT
    assert mark_of("total_steps", run(total_steps=6), facts=facts) is Mark.WRONG


def test_what_the_log_cannot_show_is_not_counted_unless_guessed_wrongly() -> None:
    facts = noted_facts({"total_steps": {"unshown": "never printed", "values": [6]}})

    assert mark_of("total_steps", run(total_steps=None), facts=facts) is Mark.UNSHOWN
    assert mark_of("total_steps", run(total_steps=6), facts=facts) is Mark.UNSHOWN
    assert mark_of("total_steps", run(total_steps=2), facts=facts) is Mark.WRONG


def test_a_run_that_went_to_nan_needs_the_problem_as_well_as_the_end() -> None:
    facts = truth_facts(truth(outcome="nan", last_logged_loss="nan"), LOG)
    problems = [{"kind": "nan", "message": "", "line": 3, "step": 4}]
    metrics = {"loss": {"count": 2, "last": None}}

    assert mark_of("state", run(problems=problems), facts=facts) is Mark.RIGHT
    assert mark_of("state", run(), facts=facts) is Mark.WRONG
    assert mark_of("last_loss", run(problems=problems, metrics=metrics), facts=facts) is Mark.RIGHT
    assert mark_of("last_loss", run(metrics=metrics), facts=facts) is Mark.WRONG
    assert mark_of("last_loss", run(problems=problems), facts=facts) is Mark.WRONG


@pytest.mark.parametrize(
    ("outcome", "state"),
    [("finished", "finished"), ("killed", "interrupted"), ("oom", "failed"), ("error", "failed")],
)
def test_outcomes_are_states(outcome: str, state: str) -> None:
    facts = truth_facts(truth(outcome=outcome), LOG)

    assert mark_of("state", run(state=state), facts=facts) is Mark.RIGHT
    assert mark_of("state", run(state="running"), facts=facts) is Mark.WRONG


def test_step_time_leaves_out_evaluation_and_stalls() -> None:
    assert truth_facts(truth(), LOG)["step_time"].values == (1.0,)


def test_a_data_stage_after_training_is_out_of_order() -> None:
    wanted = (Stage(kinds=("data", "other"), name="fetch", total=420), Stage(kinds=("train",), total=6))
    stages = [run()["stages"][0], {"name": "Fetching", "kind": "data", "total": 420, "occurrences": 1}]

    assert mark_of("stages", run(stages=stages), facts={"stages": Fact(values=wanted)}) is Mark.WRONG
    assert mark_of("stages", run(stages=stages[::-1]), facts={"stages": Fact(values=wanted)}) is Mark.RIGHT


def test_a_log_without_any_loss_must_get_none() -> None:
    facts = truth_facts(truth(last_logged_loss=None, metrics=[]), "train: 5/6")

    assert mark_of("last_loss", run(metrics={}), facts=facts) is Mark.RIGHT
    assert mark_of("last_loss", run(), facts=facts) is Mark.WRONG


@pytest.mark.parametrize(
    ("value", "text", "tolerance"),
    [
        pytest.param(0.25119, "loss 0.2512", 5e-5, id="four digits"),
        pytest.param(0.25119, "loss=0.25 then 0.251", 5e-4, id="the most precise print"),
        pytest.param(2.241083, "lm loss: 2.241083E+00", 5e-7, id="scientific"),
        pytest.param(0.25119, "loss 0.2600", None, id="never printed"),
    ],
)
def test_tolerance_is_half_the_last_printed_digit(value: float, text: str, tolerance: float | None) -> None:
    found = printed_tolerance(value, text)

    assert found is None if tolerance is None else found == pytest.approx(tolerance, rel=0.01)


def test_values_in_bars_count_between_their_changes_and_their_redraws() -> None:
    text = "".join(
        f"\rEpoch 1/3:  2%|▏ | {done}/120 [00:01<01:31,  1.29it/s, loss={loss}]"
        for done, loss in [(0, "2.31"), (1, "2.31"), (1, "2.30"), (2, "2.30"), (2, "2.30"), (3, "2.30")]
    )

    assert bar_loss_bounds(text) == (2, 5)


def test_index_text_is_taken_only_where_it_is_plain() -> None:
    row = {
        "finished": "ends cleanly at 5000, no end marker",
        "last_step": "epoch 22, 55/75",
        "total_steps": "50 epochs x 75",
        "last_loss": "0.2747 last logged; train_loss 0.3117",
        "mean_step_s": "~1.1 s/it",
    }
    facts = index_facts(row)

    assert "state" not in facts
    assert {name: facts[name].values for name in ("step", "total_steps", "epochs")} == {
        "step": (1630,),
        "total_steps": (3750,),
        "epochs": (50,),
    }
    assert facts["last_loss"].values == (0.2747,)
    assert facts["step_time"].tolerance == pytest.approx(0.105, rel=0.01)


def test_an_unknown_field_in_the_notes_is_refused() -> None:
    with pytest.raises(ValueError, match="no such field"):
        noted_facts({"stepz": {"null": ""}})


def test_the_table_and_the_misses_name_what_went_wrong() -> None:
    facts = truth_facts(truth(), LOG)
    case = Case(name="some_log", framework="tqdm", log=Path("some.log"), facts=facts)
    results = [(case, judge([run(step=5)], facts))]

    assert "overall       7      1       0   87.5" in table(results)
    assert misses(results).startswith("some_log  step  WRONG: expected 6, got 5")


def test_every_note_belongs_to_a_log_and_every_log_has_facts(shared: Path) -> None:
    cases = [case for folder in ("generated", "public") for case in find_cases(shared / "logs" / folder, "")]
    names = {case.name.partition("__")[0] for case in cases}

    assert len(cases) >= 80
    assert set(read_shown(Path(__file__).parents[1] / "benchmarks" / "shown.toml")) <= names
    assert all(set(case.facts) == set(FIELDS) for case in cases if case.log.suffix == ".log" and "__" not in case.name)
