"""A plan frozen into TOML and read back: nothing lost that runs are held against; errors are told with their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.planned_runs import SAMPLES, a_run, matched, sample_document
from trainmon.errors import UsageError
from trainmon.estimates import Estimate, EstimateDocument, Scope
from trainmon.parsers.documents import read_document, read_text
from trainmon.plan.plan_file import plan_toml, read_plan

HELD = (Scope.TOTAL, Scope.EPOCH, Scope.STEP, Scope.STAGE, Scope.UNIT)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "plan.toml"
    path.write_text(text, encoding="utf-8")
    return path


def claims(document: EstimateDocument) -> set[object]:
    return {
        (one.scope, one.stage, one.low_s, one.likely_s, one.high_s, one.text, one.source_text)
        for one in document.estimates
        if one.scope in HELD
    }


def ends(one: Estimate) -> tuple[object, ...]:
    return one.scope, one.stage, one.low_s, one.likely_s, one.high_s


@pytest.mark.parametrize("name", sorted(folder.parent.name for folder in SAMPLES.glob("*/estimates.md")))
def test_what_is_written_is_read_back(name: str, tmp_path: Path) -> None:
    read = sample_document(name)
    again = read_plan(written(tmp_path, plan_toml([read])))
    assert claims(again) <= claims(read)
    assert set(map(ends, again.estimates)) == {ends(one) for one in read.estimates if one.scope in HELD}
    facts = [(f.name, f.value, f.high) for f in read.facts if f.name != "total_excludes_init"]
    assert [(f.name, f.value, f.high) for f in again.facts] == facts
    assert again.title == read.title


def test_documents_of_every_style_are_read_back(tmp_path: Path) -> None:
    documents = sorted(path for path in (Path(__file__).parent / "documents").iterdir() if path.suffix != ".json")
    assert documents
    for path in documents:
        read = read_document(path)
        again = read_plan(written(tmp_path, plan_toml([read])))
        assert claims(again) <= claims(read)
        held = [
            one for one in read.estimates if one.scope in HELD and (one.low_s, one.likely_s, one.high_s) != (None,) * 3
        ]
        told = {(*ends(one), one.device_time) for one in held}
        assert {(*ends(one), one.device_time) for one in again.estimates} == told
        assert {(one.text, one.approximate) for one in again.estimates} <= {
            (e.text, e.approximate) for e in read.estimates
        }


def test_a_duration_without_a_figure_is_not_frozen(tmp_path: Path) -> None:
    read = read_text("# Plan\n\nTraining takes a few hours. An epoch takes 20 minutes.\n")
    assert len(read.estimates) == 2
    again = read_plan(written(tmp_path, plan_toml([read])))
    assert [one.likely_s for one in again.estimates] == [1200]


def test_savings_and_quoted_bars_are_not_frozen(tmp_path: Path) -> None:
    again = read_plan(written(tmp_path, plan_toml([sample_document("proteins")])))
    assert {one.scope for one in again.estimates} <= set(HELD)


def test_the_lines_are_those_of_the_plan_file(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        '# mine\n\n[[estimate]]\nlow = "40 min"\nhigh = "50 min"\n\n[[estimate]]\nscope = "step"\nlikely = 1.0\n',
    )
    first, second = read_plan(path).estimates
    assert (first.line, first.low_s, first.high_s, first.scope) == (3, 2400, 3000, Scope.TOTAL)
    assert (second.line, second.likely_s, second.scope) == (7, 1.0, Scope.STEP)


def test_a_corrected_plan_wins(tmp_path: Path) -> None:
    corrected = plan_toml([sample_document("lora")]).replace(
        'low = "40 min"\nhigh = "50 min"', 'low = "60 min"\nhigh = "75 min"'
    )
    plan = read_plan(written(tmp_path, corrected))
    choice = matched(a_run("exp", steps=2375), sample_document("lora"), plan).choose(Scope.TOTAL)
    assert choice is not None
    assert choice.documented.source is not None
    assert choice.documented.source.file.endswith("plan.toml")
    assert choice.documented.high_s == 4500


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        pytest.param('"90 s"', 90.0, id="seconds"),
        pytest.param('"1.5 h"', 5400.0, id="hours"),
        pytest.param('"2 days"', 172800.0, id="days"),
        pytest.param('"1 day"', 86400.0, id="one-day"),
        pytest.param('"40 minutes"', 2400.0, id="the-whole-word"),
        pytest.param("12", 12.0, id="a-bare-number"),
    ],
)
def test_durations_are_written_as_people_write_them(value: str, seconds: float, tmp_path: Path) -> None:
    assert read_plan(written(tmp_path, f"[[estimate]]\nlikely = {value}\n")).estimates[0].likely_s == seconds


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("[[estimate]\n", "plan.toml:", id="no-toml"),
        pytest.param('[[estimate]]\nlow = "soon"\n', "plan.toml:1: low must be a duration", id="no-duration"),
        pytest.param(
            "\n[[estimate]]\nscope = 'total'\n", "plan.toml:2: an estimate needs low, likely or high", id="empty"
        ),
        pytest.param("[[estimate]]\nhigh = 1\nspeed = 2\n", "unknown key 'speed'", id="unknown-key"),
        pytest.param("[[estimate]]\nhigh = 1\nscope = 'saving'\n", "scope 'saving' is none of", id="no-scope-of-a-run"),
        pytest.param("[[fact]]\nname = 'epochs'\n", "plan.toml:1: a fact needs a name", id="no-value"),
        pytest.param("estimate = 3\n", "must be written as [[estimate]] tables", id="no-table"),
        pytest.param("[[estimate]]\nhigh = 1\nconditions = 'x'\n", "must be a list of texts", id="no-list"),
    ],
)
def test_what_is_no_plan_is_refused_with_its_place(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read_plan(written(tmp_path, text))
    assert message in str(caught.value)


def test_words_that_toml_would_stumble_over_survive(tmp_path: Path) -> None:
    hostile = Estimate(
        line=1, text='5 "min"\\', scope=Scope.TOTAL, high_s=300.0, source_text="a\x00b\x7f\n]]", scenario=("日本",)
    )
    again = read_plan(written(tmp_path, plan_toml([EstimateDocument(path="x.md", estimates=(hostile,))])))
    assert again.estimates[0].text == '5 "min"\\'
    assert again.estimates[0].scenario == ("日本",)
