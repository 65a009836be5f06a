"""`[runs."name"]` in trainmon.toml: which line, scenario and hardware are a run's own, whatever else speaks."""

from __future__ import annotations

from pathlib import Path

import pytest

from trainmon.errors import UsageError
from trainmon.run_choices import choice_for
from trainmon.session import look_once
from trainmon.settings import Settings, load_settings
from trainmon.snapshot import RunSnapshot

HOUR = 3600.0
PLAN = """# Training plan

- Total: 2 hours

| run | steps | total |
|---|---|---|
| other | 300 | 5 hours |

## Long

- Total on an A100: 9 hours
- Total on a T4: 30 hours
"""


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    for name in ("night-1", "night-2", "other"):
        bars = "".join(f"\rTraining: {n * 10}%|#| {n * 60}/600 [0{n % 10}:00<00:00, 1.0it/s]" for n in range(10))
        (tmp_path / f"{name}.log").write_text(f"{bars}\nTraining complete.\n")
    (tmp_path / "plan.md").write_text(PLAN)
    return tmp_path


def settings(logs: Path, text: str, **typed: str) -> Settings:
    (logs / "trainmon.toml").write_text(text)
    return load_settings([str(logs)], environment={"HOME": str(logs / "home")}, **typed)  # type: ignore[arg-type]


def runs(logs: Path, chosen: Settings) -> dict[str, RunSnapshot]:
    return {run.name: run for run in look_once([str(logs)], chosen, archive=True).runs}


def planned_h(run: RunSnapshot) -> float | None:
    return None if run.documented is None or run.documented.likely_s is None else run.documented.likely_s / HOUR


def test_a_run_belongs_to_the_line_that_is_written_for_it_however_little_fits(logs: Path) -> None:
    plain = runs(logs, settings(logs, ""))
    said = runs(logs, settings(logs, '[runs."night-1"]\nestimate = "plan.md:7"\n'))
    assert planned_h(said["night-1"]) == 5
    assert said["night-1"].documented is not None
    assert "your settings" in said["night-1"].documented.reason
    assert said["night-2"].verdict == plain["night-2"].verdict


def test_a_pattern_stands_for_many_runs_and_the_very_name_goes_before_it(logs: Path) -> None:
    said = settings(logs, '[runs."night-*"]\nestimate = "plan.md:3"\n\n[runs."night-2"]\nestimate = "plan.md:11"\n')
    found = runs(logs, said)
    assert (planned_h(found["night-1"]), planned_h(found["night-2"])) == (2, 9)
    assert choice_for(said.runs, "day-1").estimate is None


def test_the_line_goes_before_the_scenario_that_is_typed(logs: Path) -> None:
    found = runs(logs, settings(logs, '[runs."night-1"]\nestimate = "plan.md:3"\n', scenario="T4"))
    assert (planned_h(found["night-1"]), planned_h(found["night-2"])) == (2, 30)


def test_scenario_and_hardware_may_be_said_of_one_run(logs: Path) -> None:
    text = '[runs."night-1"]\nscenario = "Long T4"\n\n[runs."night-2"]\nscenario = "long"\nhardware = "A100"\n'
    found = runs(logs, settings(logs, text))
    assert (planned_h(found["night-1"]), planned_h(found["night-2"])) == (30, 9)


def test_a_document_outside_the_logs_may_be_named(logs: Path) -> None:
    inner = logs / "logs"
    inner.mkdir()
    (logs / "night-1.log").rename(inner / "night-1.log")
    (logs / "far").mkdir()
    (logs / "far" / "notes.txt").write_text("Notes\n\nTraining takes 4 hours in total.\n")
    found = runs(inner, settings(inner, '[runs.night-1]\nestimate = "../far/notes.txt:3"\n'))
    assert planned_h(found["night-1"]) == 4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param('[runs.a]\nestimates = "x"\n', r"\[runs\.\"a\"\]: unknown key 'estimates'", id="unknown-key"),
        pytest.param("[runs.a]\nscenario = 3\n", "scenario must be a text", id="no-text"),
        pytest.param('[runs.a]\nestimate = "plan.md"\n', 'such as "plan.md:12"', id="no-line"),
        pytest.param('[runs.a]\nestimate = "gone.md:3"\n', "no such estimate document", id="no-document"),
        pytest.param('runs = "a"\n', r"runs must be written as \[runs", id="no-table"),
    ],
)
def test_what_cannot_be_meant_is_refused(logs: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        settings(logs, text)


def test_a_line_without_a_duration_is_refused_with_the_lines_that_have_one(logs: Path) -> None:
    said = settings(logs, '[runs."night-1"]\nestimate = "plan.md:1"\n')
    with pytest.raises(UsageError, match=r"plan\.md:1 holds no duration of a run; lines that do: 3, 7, 11, 12"):
        look_once([str(logs)], said)
