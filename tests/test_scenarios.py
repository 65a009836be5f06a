"""A scenario that nobody wrote down is an error that names those that somebody did."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.planned_runs import SAMPLES, document, sample_document
from trainmon.errors import UsageError
from trainmon.plan.scenarios import check_choices, scenario_names
from trainmon.replay.source import ReplaySource
from trainmon.session import look_once
from trainmon.settings import Settings, load_settings


def test_an_unknown_scenario_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UsageError) as refused:
        check_choices([sample_document("retrieval")], Settings(scenario="nosuch"))
    assert str(refused.value).startswith(
        'no estimate document speaks of scenario \'nosuch\'; they speak of: "Baseline", "HANS"'
    )


@pytest.mark.parametrize("known", ["hans", "HANS", "baseline", "side by side"])
def test_a_scenario_of_any_document_is_taken(known: str) -> None:
    check_choices([sample_document("lora"), sample_document("retrieval")], Settings(scenario=known))


def test_unknown_hardware_is_refused_with_that_which_there_is() -> None:
    plan = document("# Plan\n\n- On 8x A100: 3 hours\n- On a T4: 2 days\n")
    with pytest.raises(UsageError, match=r"'nosuch' is no hardware .*; they speak of: 8x A100, T4"):
        check_choices([plan], Settings(hardware="nosuch"))


@pytest.mark.parametrize("known", ["h100", "RTX 4090", "rtx3090", "3090", "cpu", "the old cluster"])
def test_hardware_that_is_any_or_that_a_document_names_is_taken(known: str) -> None:
    plan = document("# Plan\n\n- On 8x A100: 3 hours\n- On the old cluster: 2 days\n")
    check_choices([plan], Settings(hardware=known))


def test_without_documents_a_scenario_is_no_error() -> None:
    check_choices([], Settings(scenario="nosuch"))


@pytest.mark.parametrize("name", ["scenario", "hardware"])
def test_a_choice_that_is_typed_without_any_document_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "exp.log").write_text("step 1/10 loss 1.0\n")
    typed = {name: "nosuch"}
    settings = load_settings(
        [str(tmp_path)], environment={}, scenario=typed.get("scenario"), hardware=typed.get("hardware")
    )
    with pytest.raises(UsageError, match=f"no estimate document was found, so there is no {name} 'nosuch'"):
        look_once([str(tmp_path)], settings)


def test_names_of_scenarios_are_short_and_no_durations() -> None:
    names = list(dict.fromkeys(scenario_names(sample_document("proteins"))))
    assert {"Small", "Medium", "Large"} <= set(names)
    assert all(len(name.split()) <= 6 and "hours" not in name for name in names)


def test_every_command_refuses_before_it_reads_a_log() -> None:
    settings = Settings(scenario="nosuch")
    for begin in (look_once, ReplaySource):
        with pytest.raises(UsageError, match="they speak of: "):
            begin([str(SAMPLES / "lora")], settings)


def test_a_document_that_tells_nothing_apart_says_so() -> None:
    with pytest.raises(UsageError, match="they tell no scenarios apart"):
        check_choices([document("# Plan\n\nTraining takes 3 hours.\n")], Settings(scenario="nosuch"))


def test_the_choice_of_a_run_is_checked_too(tmp_path: Path) -> None:
    (tmp_path / "trainmon.toml").write_text('[runs.exp]\nscenario = "nosuch"\n')
    (tmp_path / "plan.md").write_text("# Training plan\n\n## Nightly\n\n- Total: 3 hours\n")
    (tmp_path / "exp.log").write_text("step 1/10 loss 1.0\n")
    with pytest.raises(UsageError, match="'nosuch'; they speak of: \"Nightly\""):
        look_once([str(tmp_path)], load_settings([str(tmp_path)], environment={"HOME": str(tmp_path / "home")}))
