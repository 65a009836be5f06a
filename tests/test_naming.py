"""A line that names a run is the plan of that run and of no other."""

from __future__ import annotations

from typing import Any

import pytest

from tests.planned_runs import a_run, document
from trainmon.estimates import EstimateDocument, Scope
from trainmon.plan.evidence import evidence_of
from trainmon.plan.matching import Choice, matcher_for
from trainmon.plan.naming import KnownRun, part_for, phrases_of

MINUTE = 60.0
NAMES = ("crash", "good", "killed", "plain", "resume", "sleepy")

ROWS = """# This week

We run everything on one RTX 3090.

| run | what | how long |
|---|---|---|
| good | 3 epochs, 900 steps | about 10 minutes |
| sleepy | 600 steps | 5-6 min |
| crash | 3 epochs | 4 min |

The plain run does 1,200 steps at roughly 0.3 s each, so it should be finished in 6 minutes.
"""

SENTENCES = """# Fine-tunes

Each epoch of the good run takes about five minutes, so budget a quarter of an hour for all three.
The sleepy one should be done in five to six minutes.

| experiment | steps | time per step | expected |
|---|---:|---:|---:|
| plain | 1200 | 300 ms | 6 min |
| crash | 600 | 0.5 s | 5 min |
"""


def choice(name: str, read: EstimateDocument, scope: Scope = Scope.TOTAL, **run: Any) -> Choice | None:
    known = [KnownRun(name=each, log=f"logs/{each}.log") for each in NAMES]
    matcher = matcher_for(evidence_of(a_run(name, **run)), [read], f"logs/{name}.log", run=name, runs=known)
    assert matcher is not None
    return matcher.choose(scope)


def line(found: Choice | None) -> int | None:
    return None if found is None or found.documented.source is None else found.documented.source.line


@pytest.mark.parametrize(
    ("name", "steps", "at"),
    [
        pytest.param("good", 900, 7, id="steps-in-its-row"),
        pytest.param("sleepy", 600, 8, id="row-of-one-run-among-rows-of-others"),
        pytest.param("crash", 600, 9, id="epochs-in-its-row"),
        pytest.param("plain", 1200, 11, id="sentence"),
        pytest.param("killed", 600, None, id="a-run-that-no-line-names"),
    ],
)
def test_a_run_takes_the_total_of_the_line_that_names_it(name: str, steps: float, at: int | None) -> None:
    found = choice(name, document(ROWS), steps=steps, epochs=3 if name in {"good", "crash"} else None)
    assert line(found) == at
    assert found is None or not found.unlike


@pytest.mark.parametrize("name", ["crash", "killed", "good"])
def test_the_step_time_of_one_run_is_held_against_no_other(name: str) -> None:
    assert choice(name, document(ROWS), Scope.STEP, steps=600) is None
    assert line(choice("plain", document(ROWS), Scope.STEP, steps=1200)) == 11


@pytest.mark.parametrize("name", ["crash", "sleepy", "killed"])
def test_the_epoch_of_one_run_is_held_against_no_other(name: str) -> None:
    assert choice(name, document(SENTENCES), Scope.EPOCH, steps=600, epochs=3) is None
    assert line(choice("good", document(SENTENCES), Scope.EPOCH, steps=900, epochs=3)) == 3


def test_all_three_of_a_line_about_one_run_are_its_epochs() -> None:
    found = choice("good", document(SENTENCES), steps=900, epochs=3)
    assert found is not None
    assert not found.unlike
    assert (found.documented.likely_s, found.documented.basis) == (15 * MINUTE, "stated")


def test_the_steps_planned_for_another_run_rule_nothing_out() -> None:
    found = choice("good", document(ROWS + "\nEvaluation of each run takes a minute; in total 2 hours.\n"), steps=900)
    assert found is not None
    assert not found.unlike


def test_the_own_line_speaks_even_where_it_does_not_fit() -> None:
    read = document("# Plan\n\n- Total: 9 minutes\n\n| run | steps | total |\n|---|---|---|\n| crash | 300 | 5 min |\n")
    found = choice("crash", read, steps=600)
    assert found is not None
    assert found.unlike == "the plan is for 300 steps, the run has 600"
    other = choice("killed", read, steps=600)
    assert other is not None
    assert other.documented.likely_s == 9 * MINUTE


def test_a_heading_that_is_a_name_speaks_for_the_lines_below_it() -> None:
    read = document("# Plan\n\n## Run `sleepy` (600 steps)\n\n- Total: 5 min\n\n## good\n\n- Total: 10 min\n")
    assert line(choice("sleepy", read, steps=600)) == 5
    assert line(choice("good", read, steps=900)) == 9
    assert choice("killed", read, steps=600) is None


def test_a_sentence_that_names_two_runs_is_said_of_both_and_a_clause_of_its_own_only() -> None:
    both = document("# Plan\n\nThe good and sleepy runs take 10 minutes.\n")
    assert [line(choice(name, both)) for name in ("good", "sleepy", "crash")] == [3, 3, None]
    each = document("# Plan\n\nThe good run takes 10 minutes, the sleepy one 5 minutes.\n")
    totals = [choice(name, each) for name in ("good", "sleepy")]
    assert [found and found.documented.likely_s for found in totals] == [10 * MINUTE, 5 * MINUTE]


def test_a_name_is_a_whole_word_and_the_longest_name_is_the_one_meant() -> None:
    names = ("good", "good_v2", "other")
    read = document("# Plan\n\n- good_v2: 20 minutes\n- goodness: 30 minutes\n- good: 10 minutes\n")
    lines = [{one.line for one in part_for(read, name, names).document.estimates} for name in names]
    assert lines == [{4, 5}, {3, 4}, {4}]


def test_words_that_any_run_may_be_called_bar_nobody() -> None:
    names = ("a/baseline", "a/training", "b/run", "test", "large", "2025-03-01")
    assert {phrase.words for phrase in phrases_of(names)} == {"a/baseline", "a/training", "b/run"}


def test_a_folder_names_all_of_its_runs_and_none_where_all_lie_in_it() -> None:
    read = document("# Plan\n\n- encoders: 20 hours\n- lora: 45 minutes\n", "logs/plan.md")
    names = ("encoders/first", "lora/contamination_0", "lora/contamination_10")
    assert [one.line for one in part_for(read, "lora/contamination_10", names).document.estimates] == [4]
    assert part_for(read, "lora/contamination_10", names[1:]).document is read


def test_a_run_that_the_document_does_not_speak_for_bars_nothing() -> None:
    read = document("# Plan\n\nA run with retrieval takes 2 hours.\n", "logs/encoders/plan.md")
    known = [KnownRun(name=name, log=f"logs/{name}.log") for name in ("retrieval/x1", "encoders/e1")]
    matcher = matcher_for(evidence_of(a_run("e1")), [read], "logs/encoders/e1.log", run="encoders/e1", runs=known)
    assert matcher is not None
    assert line(matcher.choose(Scope.TOTAL)) == 3


def test_a_sentence_may_be_wrapped_over_lines() -> None:
    read = document(
        "# Training\n\nEverything runs on one card. The sleepy one should be over after\n8 minutes. The others take\n"
        "20 minutes.\n\n- The good run is through in\n  10 minutes\n- Evaluation of the crash run: none\n"
    )
    assert [line(choice(name, read)) for name in ("sleepy", "good", "killed")] == [4, 7 + 1, 5]
    assert [one.line for one in part_for(read, "killed", NAMES).document.estimates] == [5]


@pytest.mark.parametrize(
    ("name", "at"),
    [
        pytest.param("vit-b", 4, id="a-single-letter"),
        pytest.param("r3", 5, id="a-letter-and-a-figure"),
        pytest.param("exp_12", 6, id="words-and-a-figure"),
    ],
)
def test_a_run_that_is_alone_is_known_by_its_code(name: str, at: int) -> None:
    read = document("# Plan\n\n- ViT-S: 4 hours\n- ViT-B: 8 hours\n- `r3`: 20 hours\n- exp 12: 30 hours\n")
    alone = [KnownRun(name=name, log=f"logs/{name}.log")]
    matcher = matcher_for(evidence_of(a_run(name)), [read], f"logs/{name}.log", run=name, runs=alone)
    assert matcher is not None
    assert line(matcher.choose(Scope.TOTAL)) == at


def test_a_name_written_with_small_and_capital_letters_is_one_word() -> None:
    read = document("# Plan\n\n- LoRA: 2 hours\n- full finetune: 11 hours\n")
    matcher = matcher_for(evidence_of(a_run("lora")), [read], "logs/lora.log")
    assert matcher is not None
    assert line(matcher.choose(Scope.TOTAL)) == 3


def test_a_name_in_the_title_tells_where_others_stand_beside_it() -> None:
    read = document("# CartPole to Humanoid\n\n| Env | Time |\n|---|---|\n| CartPole | 1 min |\n| Humanoid | 4 h |\n")
    matcher = matcher_for(evidence_of(a_run("humanoid")), [read], "logs/humanoid.log")
    assert matcher is not None
    assert line(matcher.choose(Scope.TOTAL)) == 6


SCENARIOS = """# ETA of the ablations

Three scenarios:

1. **Optimistic**: 0.45 s/step, 20,000 steps -> 2.5 h
2. **Realistic**: 0.6 s/step, 20,000 steps -> 3h20m
3. **Pessimistic**: 1.1 s/step, 20,000 steps -> 6 h

Runs `good` and `sleepy` each use the realistic scenario, run sequentially: 7 h in total.
"""


@pytest.mark.parametrize("scope", [Scope.TOTAL, Scope.STEP])
@pytest.mark.parametrize("name", ["good", "sleepy"])
def test_runs_get_the_scenario_that_a_sentence_gives_to_them(name: str, scope: Scope) -> None:
    found = choice(name, document(SCENARIOS), scope, steps=20_000)
    assert line(found) == 6
    assert found is not None
    assert not found.unlike


def test_no_other_run_gets_the_scenario_of_those_that_are_named() -> None:
    found = choice("plain", document(SCENARIOS), steps=20_000)
    assert found is not None
    assert (found.documented.low_s, found.documented.high_s) == (2.5 * 3600, 6 * 3600)


@pytest.mark.parametrize("words", ["run sequentially: 7 h in total", "take 7 hours in total", "together: 7 h in all"])
def test_a_total_of_runs_that_are_named_together_is_a_bound_for_each(words: str) -> None:
    found = choice("good", document(f"# Training plan\n\nRuns good and sleepy, {words}.\n"), steps=600)
    assert found is not None
    assert (found.documented.low_s, found.documented.high_s) == (None, 7 * 3600)
    assert "for all runs together" in found.documented.reason


def test_a_time_that_each_of_several_runs_takes_is_a_time_of_one() -> None:
    found = choice(
        "good", document("# Training plan\n\nRuns good and sleepy take 7 h each, 14 h in total.\n"), steps=600
    )
    assert found is not None
    assert found.documented.likely_s == 7 * 3600


@pytest.mark.parametrize("other", ["- echo: 4 minutes\n", ""], ids=["beside-another", "alone"])
@pytest.mark.parametrize("name", ["killed", "delta", "limit", "resume"])
def test_a_label_that_is_a_runs_name_is_that_runs_plan_whatever_else_it_means(name: str, other: str) -> None:
    read = document(f"# Training plan\n\n{other}- {name}: 3 minutes\n")
    known = [
        KnownRun(name=name, log=f"logs/{name}.log"),
        *([KnownRun(name="echo", log="logs/echo.log")] if other else []),
    ]
    matcher = matcher_for(evidence_of(a_run(name, steps=400)), [read], f"logs/{name}.log", run=name, runs=known)
    assert matcher is not None
    found = matcher.choose(Scope.TOTAL)
    assert found is not None
    assert (found.documented.likely_s, found.unlike) == (180, "")


def test_a_label_that_no_run_is_called_stays_what_it_is() -> None:
    read = document(
        "# Training plan\n\n- total: 4 minutes\n- killed: 3 minutes\n- killed by the queue after 5 minutes\n"
    )
    assert part_for(read, "echo", ["echo", "good"]).document == read
    claimed = part_for(read, "killed", ["echo", "killed"]).document
    assert [one.scope for one in claimed.estimates] == [Scope.TOTAL, Scope.TOTAL, read.estimates[2].scope]
