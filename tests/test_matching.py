"""The right documented duration for a run: by name, numbers, hardware, folder and the user's word; else why none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.planned_runs import a_run, document, matched, sample_document
from trainmon.estimates import EstimateDocument, Scope
from trainmon.plan.evidence import evidence_of
from trainmon.plan.matching import Choice, matcher_for
from trainmon.plan.reach import applicable
from trainmon.snapshot import RunSnapshot

HOUR, MINUTE, DAY = 3600.0, 60.0, 86400.0


def total(run: RunSnapshot, *documents: EstimateDocument, **said: Any) -> Choice:
    choice = matched(run, *documents, **said).choose(Scope.TOTAL)
    assert choice is not None
    return choice


def ends(choice: Choice) -> tuple[float | None, float | None]:
    one = choice.documented
    return (one.likely_s, one.likely_s) if one.low_s is None and one.high_s is None else (one.low_s, one.high_s)


@pytest.mark.parametrize(
    ("name", "low_min", "high_min"),
    [
        pytest.param("baseline_dpr", 30, 60, id="a-folder-named-like-the-heading"),
        pytest.param("hans", 35, 70, id="the-short-name-in-the-heading"),
        pytest.param("HansTrainer-2025-03-03", 35, 70, id="camel-case"),
        pytest.param("hardness_aware", 35, 70, id="the-words-in-its-brackets"),
    ],
)
def test_the_name_of_a_run_picks_the_heading(name: str, low_min: float, high_min: float) -> None:
    choice = total(a_run(name, epochs=2), sample_document("retrieval"))
    assert not choice.unlike
    assert ends(choice) == (low_min * MINUTE, high_min * MINUTE)
    assert "its name" in choice.documented.reason


_PHASES = """# Plan

**Total:** 14-18 hours

### Phase 1: Data preparation (2-3 hours)
- Slices: 15 min

### Phase 2: Adapter training (10-12 hours)
### Phase 3: Evaluation (1-2 hours)
"""


@pytest.mark.parametrize(
    ("name", "low_h", "high_h"),
    [
        pytest.param("phase1", 2, 3, id="phase1"),
        pytest.param("run7/phase_2-adapter", 10, 12, id="in-a-longer-name"),
        pytest.param("Phase 3", 1, 2, id="as-written"),
        pytest.param("everything", 14, 18, id="all-of-it"),
    ],
)
def test_a_run_named_for_a_numbered_phase_is_held_against_that_phase(name: str, low_h: float, high_h: float) -> None:
    assert ends(total(a_run(name), document(_PHASES))) == (low_h * HOUR, high_h * HOUR)


def test_a_run_that_nothing_tells_apart_gets_no_plan_but_a_list_of_those_that_fit() -> None:
    choice = total(a_run("exp42", epochs=2), sample_document("retrieval"))
    assert "2 plans fit equally: 30-60 min (line 20), 35-70 min (line 26)" in choice.unlike
    assert "--scenario" in choice.unlike


@pytest.mark.parametrize(
    ("proteins", "low_h", "high_h"), [pytest.param(5000, 3, 5), pytest.param(10000, 6, 11), pytest.param(20000, 11, 22)]
)
def test_the_total_of_a_bar_picks_the_size(proteins: float, low_h: float, high_h: float) -> None:
    choice = total(a_run("exp", bars={"Fetching sequences": proteins}), sample_document("proteins"))
    assert ends(choice) == (low_h * HOUR, high_h * HOUR)
    assert f"{proteins:,} proteins" in choice.documented.reason


def test_sizes_in_the_first_lines_of_the_log_pick_the_size() -> None:
    opening = "proteins: 10000, pairs: 100000, batch size: 32, epochs: 10"
    choice = total(a_run("exp", bars={"Fetching": 10000}), sample_document("proteins"), opening=opening)
    assert ends(choice) == (6 * HOUR, 11 * HOUR)


def test_a_run_over_cached_data_is_held_against_the_plan_for_retraining() -> None:
    opening = "embeddings_cache.pkl found: fetching and embedding skipped"
    run = a_run("retrain_cached", steps=9683, total_steps=31250, epochs=10)
    choice = total(run, document(PROTEINS_BY_OCCASION), opening=opening)
    assert ends(choice) == (1 * HOUR, 2 * HOUR)


PROTEINS_BY_OCCASION = """# Protein pipeline

## First run, nothing cached

- **Fetching sequences**: 1-2 hours
- **Embedding**: 4-8 hours
- **Total time**: 6-11 hours

## Retraining (embeddings cached)

- **Total time**: 1-2 hours
"""


def test_steps_of_the_run_pick_the_row_of_a_table_by_its_epochs() -> None:
    table = sample_document("chatbot")
    facts = {"steps_per_epoch": 3938.0, "batch_size": 1.0, "examples": 63000.0}
    for epochs, hours in ((1, 35), (2, 67), (3, 100)):
        choice = total(a_run("train", steps=3938.0 * epochs, epochs=epochs, facts=facts), table)
        assert ends(choice) == (hours * HOUR, hours * HOUR), choice


def test_a_limit_of_steps_overrules_the_number_of_epochs() -> None:
    facts = {"steps_per_epoch": 3938.0, "examples": 63000.0}
    choice = total(a_run("train", steps=214, total_steps=500, epochs=1, facts=facts), sample_document("chatbot"))
    assert choice.documented.likely_s == 4 * HOUR
    assert "500 steps" in choice.documented.reason


@pytest.mark.parametrize(
    ("gpus", "likely_or_high"),
    [
        pytest.param(("Tesla T4",), 5 * DAY, id="three-runs-one-after-the-other-are-shared-out"),
        pytest.param(("Tesla V100-SXM2-16GB",) * 4, 1.5 * DAY, id="three-runs-together-bound-one"),
        pytest.param(("NVIDIA A100-SXM4-40GB",) * 8, 21 * HOUR, id="three-runs-side-by-side"),
    ],
)
def test_the_gpus_pick_the_machine(gpus: tuple[str, ...], likely_or_high: float) -> None:
    choice = total(a_run("exp", steps=93750, gpus=gpus), sample_document("encoders"))
    assert not choice.unlike
    assert (choice.documented.high_s or choice.documented.likely_s) == likely_or_high


def test_the_gpu_in_the_first_lines_counts_where_no_driver_tells() -> None:
    opening = "Experiment with_isotropy on 4 x Tesla V100-SXM2-16GB (p3.8xlarge)"
    choice = total(a_run("exp", steps=93750), sample_document("encoders"), opening=opening)
    assert choice.documented.high_s == 1.5 * DAY


def test_the_users_hardware_goes_before_what_the_log_names() -> None:
    run = a_run("exp", steps=93750, gpus=("Tesla T4",))
    choice = total(run, sample_document("encoders"), hardware="p4d.24xlarge")
    assert choice.documented.likely_s == 21 * HOUR


def test_another_gpu_than_the_planned_one_is_not_comparable() -> None:
    choice = total(a_run("exp", steps=2375, gpus=("NVIDIA GeForce RTX 3090",)), sample_document("lora"))
    assert choice.unlike == "the plan is for A100, the run is on 1x RTX 3090"


def test_another_number_of_steps_than_planned_is_not_comparable() -> None:
    choice = total(a_run("exp", steps=4750), sample_document("lora"))
    assert choice.unlike == "the plan is for 2,375 steps, the run has 4,750"


def test_another_batch_size_than_planned_is_not_comparable() -> None:
    choice = total(a_run("exp", steps=2375, facts={"batch_size": 4.0}), sample_document("lora"))
    assert "batch size" in choice.unlike


def test_a_step_time_may_be_compared_whatever_the_number_of_steps() -> None:
    choice = matched(a_run("exp", steps=4750), sample_document("lora")).choose(Scope.STEP)
    assert choice is not None
    assert not choice.unlike


def test_best_expected_and_worst_case_are_one_range() -> None:
    choice = matched(a_run("exp", steps=2375), sample_document("lora")).choose(Scope.STEP)
    assert choice is not None
    one = choice.documented
    assert (one.low_s, one.likely_s, one.high_s) == (0.8, 1.0, 1.2)
    assert "from the best to the worst case, lines 20, 21, 22" in one.reason


def test_a_stated_range_goes_before_its_cases() -> None:
    assert ends(total(a_run("exp", steps=2375), sample_document("lora"))) == (40 * MINUTE, 50 * MINUTE)


def test_all_runs_together_are_no_plan_for_one_however_their_names_agree() -> None:
    choice = total(a_run("contamination_10", steps=2375), sample_document("lora"))
    assert ends(choice) == (40 * MINUTE, 50 * MINUTE)


@pytest.mark.parametrize(
    ("said", "low_min", "high_min"),
    [pytest.param("HANS", 35, 70, id="a-name"), pytest.param("side by side", 35, 70, id="several-words")],
)
def test_the_users_scenario_decides(said: str, low_min: float, high_min: float) -> None:
    choice = total(a_run("baseline", epochs=2), sample_document("retrieval"), scenario=said)
    assert not choice.unlike
    assert ends(choice) == (low_min * MINUTE, high_min * MINUTE)
    assert repr(said) in choice.documented.reason


def test_the_users_scenario_finds_a_number_however_it_is_written() -> None:
    choice = total(a_run("exp"), sample_document("proteins"), scenario="20000 proteins")
    assert ends(choice) == (11 * HOUR, 22 * HOUR)


def test_a_scenario_that_no_document_speaks_of_is_said() -> None:
    choice = total(a_run("hans", epochs=2), sample_document("retrieval"), scenario="nightly")
    assert choice.unlike == "no document speaks of 'nightly'"


def test_a_scenario_of_another_folders_document_is_not_meant_for_this_run() -> None:
    proteins = document("# Proteins\n\n## Small\n\n- Total time: 3-5 hours\n", "logs/proteins/plan.md")
    retrieval = document("# Retrieval\n\n## HANS\n\n- Total time: 35-70 minutes\n", "logs/retrieval/plan.md")
    run = a_run("small", path="logs/proteins/small.log")
    matcher = matcher_for(evidence_of(run), [proteins, retrieval], run.files[0].path, scenario="HANS")
    assert matcher is not None
    choice = matcher.choose(Scope.TOTAL)
    assert choice is not None
    assert not choice.unlike


def test_cpu_and_gpu_are_told_apart() -> None:
    def per_epoch(opening: str) -> tuple[float | None, float | None]:
        matcher = matched(a_run("baseline", epochs=2), sample_document("retrieval"), opening=opening)
        choice = matcher.choose(Scope.EPOCH)
        assert choice is not None
        return ends(choice)

    assert per_epoch("device: cpu, training examples: 16,000") == (25 * MINUTE, 30 * MINUTE)
    assert per_epoch("Using NVIDIA A10G") == (10 * MINUTE, 15 * MINUTE)
    assert per_epoch("") == (15 * MINUTE, 30 * MINUTE)


def test_savings_alarm_levels_and_other_peoples_runs_never_enter() -> None:
    text = """# Plan

- Total: 40-50 minutes
- NVMe saves 5 minutes
- More than 60 minutes: check for bottlenecks
- README: 2 hours on an A10
"""
    read = document(text)
    held = {scope for scope in Scope if matched(a_run("exp"), read).choose(scope) is not None}
    assert Scope.TOTAL in held
    assert ends(total(a_run("exp"), read)) == (40 * MINUTE, 50 * MINUTE)


def test_initialization_on_top_is_taken_from_the_line_or_from_the_arithmetic() -> None:
    assert total(a_run("hans", epochs=2), sample_document("retrieval")).documented.excludes_init
    by_arithmetic = document(
        "# Runs\n\n## Baseline\n\n- Initialization: 2-5 minutes\n- Per epoch: 15-30 minutes\n- Total: 45-90 minutes\n"
    )
    assert total(a_run("exp", epochs=3), by_arithmetic).documented.excludes_init
    with_init = document(
        "# Runs\n\n## Baseline\n\n- Initialization: 2-5 minutes\n- Per epoch: 15-30 minutes\n- Total: 50-100 minutes\n"
    )
    assert not total(a_run("exp", epochs=3), with_init).documented.excludes_init


def paths(groups: list[list[EstimateDocument]]) -> list[list[str]]:
    return [[one.path for one in group] for group in groups]


def test_the_document_in_the_runs_own_folder_goes_before_its_parents_and_siblings_do_not_speak() -> None:
    documents = [
        EstimateDocument(path=path)
        for path in ("logs/plan.md", "logs/a/plan.md", "logs/b/plan.md", "plan.md", "logs/a/deep/plan.md")
    ]
    assert paths(applicable(documents, "logs/a/train.log")) == [["logs/a/plan.md"], ["logs/plan.md"], ["plan.md"]]


def test_a_folder_of_documents_speaks_for_the_folder_around_it() -> None:
    documents = [EstimateDocument(path="project/docs/plan.md")]
    assert paths(applicable(documents, "project/logs/train.log")) == [["project/docs/plan.md"]]


def test_a_document_named_by_the_user_speaks_for_every_run_and_a_corrected_plan_before_it() -> None:
    documents = [EstimateDocument(path="elsewhere/plan.md"), EstimateDocument(path="elsewhere/plan.toml")]
    found = applicable(documents, "logs/train.log", named=[one.path for one in documents])  # type: ignore[misc]
    assert paths(found) == [["elsewhere/plan.toml"], ["elsewhere/plan.md"]]


def test_a_nearer_document_that_fits_nothing_leaves_the_word_to_the_next() -> None:
    near = document("# A100\n\n- Total on an A100: 3 hours\n", "logs/a/plan.md")
    far = document("# T4\n\n- Total on a T4: 9 hours\n", "logs/plan.md")
    run = a_run("exp", path="logs/a/train.log", gpus=("Tesla T4",))
    matcher = matcher_for(evidence_of(run), [near, far], "logs/a/train.log")
    assert matcher is not None
    choice = matcher.choose(Scope.TOTAL)
    assert choice is not None
    assert choice.documented.likely_s == 9 * HOUR


def test_gpu_hours_are_never_held_against_the_clock() -> None:
    plan = document("# Training\n\n- **Compute**: 48 GPU-hours\n- **Training time**: 6 hours\n")
    assert any(estimate.device_time for estimate in plan.estimates)
    assert ends(total(a_run("exp"), plan)) == (6 * HOUR, 6 * HOUR)
    alone = document("# Training\n\nTraining took 48 GPU-hours.\n")
    assert [estimate.device_time for estimate in alone.estimates] == [True]
    assert matched(a_run("exp"), alone).choose(Scope.TOTAL) is None


def test_where_several_plans_fit_the_scenarios_to_choose_from_are_named() -> None:
    run = a_run("exp42", epochs=2)
    unlike = total(run, sample_document("retrieval")).unlike
    assert unlike.endswith('; choose one with --scenario "Baseline" or "HANS"')
    for name, low_min in (("Baseline", 30), ("HANS", 35)):
        assert ends(total(run, sample_document("retrieval"), scenario=name))[0] == low_min * MINUTE


def test_plans_that_no_scenario_tells_apart_are_chosen_by_their_line() -> None:
    two = document("# Plan\n\nThe run takes 3 hours.\n\nThe run takes 9 hours.\n", "logs/plan.md")
    unlike = total(a_run("exp"), two).unlike
    assert unlike.endswith('choose one with estimate = "plan.md:3" for this run in trainmon.toml')


def test_the_users_scenario_is_meant_for_the_runs_that_it_can_apply_to() -> None:
    proteins = sample_document("proteins")
    small, large = a_run("one", bars={"Fetching sequences": 5000}), a_run("two", bars={"Fetching sequences": 20000})
    assert ends(total(small, proteins, scenario="20000 proteins")) == (3 * HOUR, 5 * HOUR)
    assert ends(total(large, proteins, scenario="20000 proteins")) == (11 * HOUR, 22 * HOUR)


def test_the_users_scenario_goes_before_what_the_run_shows_where_no_other_plan_fits_it() -> None:
    only = document("# Plan\n\n## Long\n\n- Total for 900 steps: 3 hours\n", "logs/plan.md")
    choice = total(a_run("exp", steps=600), only, scenario="long")
    assert not choice.unlike
    assert ends(choice) == (3 * HOUR, 3 * HOUR)


@pytest.mark.parametrize(
    "words",
    [
        "2 epochs x 300 steps",
        "2 epochs × 300 steps each",
        "2 epochs of 300 steps",
        "300 steps x 2 epochs",
        "2 epochs with ~300 batches",
    ],
)
def test_epochs_of_so_many_steps_are_the_product(words: str) -> None:
    plan = document(f"# Plan\n\n| run | what | how long |\n|---|---|---|\n| a | {words} | 5-6 min |\n")
    choice = total(a_run("exp", steps=600), plan)
    assert not choice.unlike
    assert "600 steps" in choice.documented.reason
    assert total(a_run("exp", steps=300), plan).unlike == "the plan is for 600 steps, the run has 300"


def test_a_card_that_is_called_by_its_number_is_that_card() -> None:
    read = document("# Plan\n\n| Run | A100 (h:mm) | 3090 (h:mm) |\n|---|---|---|\n| all | 1:40 | 4:05 |\n")
    choice = matched(a_run(gpus=("NVIDIA GeForce RTX 3090",)), read).choose(Scope.TOTAL)
    assert choice is not None
    assert (choice.unlike, choice.documented.likely_s) == ("", 4 * 3600 + 300)


@pytest.mark.parametrize("name", ["hardness", "mmarco/hardness"])
def test_a_folder_that_the_document_lies_in_too_is_no_name_of_its_sections(name: str) -> None:
    text = "# Plan\n\n## mMARCO, hard negatives\n\n- Total: 40-80 minutes\n\n## Hardness\n\n- Total: 30-60 minutes\n"
    read = replace(document(text), path="logs/mmarco/estimates.md")
    evidence = evidence_of(a_run(name, steps=400), "negatives, hard")
    matcher = matcher_for(evidence, [read], "logs/mmarco/hardness.log", run=name)
    assert matcher is not None
    found = matcher.choose(Scope.TOTAL)
    assert found is not None
    assert found.documented.high_s == 3600
