"""What is chosen on the screen: every verdict, band, lateness and forecast follows, and comes back."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.archives import SAMPLES, archive_of
from trainmon.errors import UsageError
from trainmon.estimates import DocumentedRange, Scope, VerdictKind
from trainmon.plan.lateness import why_late
from trainmon.run_choices import DocumentLine, PlanChoice, RunChoice, as_toml, read_choices, with_choice
from trainmon.session import look_once, open_store
from trainmon.settings import Settings, load_settings
from trainmon.snapshot import Board, RunSnapshot
from trainmon.store import Store

MINUTE, HOUR = 60.0, 3600.0
HANS, BASELINE = "hardness_aware", "baseline"


def read_to_the_end(folder: Path, settings: Settings | None = None) -> Store:
    store = open_store([str(folder)], settings or Settings(runs_file=folder / "trainmon.toml"), archive=True)
    while not store.refresh(time.time(), 600.0):
        pass
    store.finish()
    return store


def run_of(board: Board, name: str) -> RunSnapshot:
    return next(run for run in board.runs if run.name == name)


def line(folder: Path, number: int, words: str = "") -> DocumentLine:
    return DocumentLine(path=folder / "estimates.md", line=number, words=words)


def by_scope(run: RunSnapshot) -> dict[Scope, DocumentedRange]:
    return {one.documented.scope: one.documented for one in run.comparisons if one.documented is not None}


@pytest.fixture
def retrieval() -> Callable[[PlanChoice | None], Board]:
    """Boards of a folder of two runs after one more choice."""
    store = read_to_the_end(SAMPLES / "retrieval")

    def board(choice: PlanChoice | None) -> Board:
        if choice is not None:
            store.choose(choice)
        return store.board(0.0)

    return board


def test_verdict_band_and_lateness_follow_the_line_that_is_chosen(
    retrieval: Callable[[PlanChoice | None], Board],
) -> None:
    before = run_of(retrieval(None), HANS)
    chosen = retrieval(PlanChoice(runs=(HANS,), estimate=line(SAMPLES / "retrieval", 20, "30-60 minutes")))
    run = run_of(chosen, HANS)

    assert before.documented is not None
    assert (before.documented.low_s, before.documented.high_s) == (35 * MINUTE, 70 * MINUTE)
    assert run.documented is not None
    assert (run.documented.low_s, run.documented.high_s) == (30 * MINUTE, 60 * MINUTE)
    assert run.documented.reason == "chosen on the screen"
    assert run.verdict is not None
    assert run.verdict.kind is VerdictKind.SLOWER
    assert run.verdict.ratio == pytest.approx(1.42, abs=0.005)
    late, late_before = why_late(run), why_late(before)
    assert late is not None
    assert late_before is not None
    assert late.late_s == pytest.approx(late_before.late_s + 10 * MINUTE)
    assert [choice.pattern for choice in chosen.choices] == [HANS]


def test_the_epoch_and_the_stages_that_stand_with_the_line_come_with_it(
    retrieval: Callable[[PlanChoice | None], Board],
) -> None:
    run = run_of(retrieval(PlanChoice(runs=(HANS,), estimate=line(SAMPLES / "retrieval", 20))), HANS)
    held = by_scope(run)

    lines = [source.line for scope in (Scope.TOTAL, Scope.STAGE) if (source := held[scope].source) is not None]
    assert lines == [20, 16]
    assert held[Scope.EPOCH].high_s == 30 * MINUTE


def test_automatic_takes_the_choice_back(retrieval: Callable[[PlanChoice | None], Board]) -> None:
    before = retrieval(None)
    retrieval(PlanChoice(runs=(HANS,), no_plan=True))
    after = retrieval(PlanChoice(runs=(HANS,)))

    assert after.choices == ()
    assert run_of(after, HANS) == run_of(before, HANS)


def test_a_run_can_be_held_against_no_plan(retrieval: Callable[[PlanChoice | None], Board]) -> None:
    run = run_of(retrieval(PlanChoice(runs=(HANS,), no_plan=True)), HANS)

    assert run.verdict is not None
    assert run.verdict.kind is VerdictKind.NO_ESTIMATE
    assert run.verdict.text == "held against no plan: chosen on the screen"
    assert (run.documented, run.comparisons, why_late(run)) == (None, (), None)


def test_other_runs_stay_as_they_were_and_several_are_chosen_at_once(
    retrieval: Callable[[PlanChoice | None], Board],
) -> None:
    before = retrieval(None)
    one = retrieval(PlanChoice(runs=(HANS,), estimate=line(SAMPLES / "retrieval", 20)))
    both = retrieval(PlanChoice(runs=(HANS, BASELINE), estimate=line(SAMPLES / "retrieval", 26)))

    assert run_of(one, BASELINE) is run_of(before, BASELINE)
    assert {run.documented.high_s for run in both.runs if run.documented is not None} == {70 * MINUTE}


def test_the_stages_of_a_pipeline_are_those_of_the_scenario_chosen() -> None:
    store = read_to_the_end(SAMPLES / "proteins")
    before = run_of(store.board(0.0), "medium")
    store.choose(PlanChoice(runs=("medium",), estimate=line(SAMPLES / "proteins", 45)))
    run = run_of(store.board(0.0), "medium")

    def lines(run: RunSnapshot) -> list[int]:
        return [one.documented.source.line for one in run.comparisons if one.documented and one.documented.source]

    assert lines(before) == [54, 51, 52, 53]
    assert lines(run) == [45, 42, 43, 44]
    assert [one.kind for one in run.comparisons] == [VerdictKind.SLOWER] * 4


def test_the_forecast_of_a_run_before_its_first_step_follows(tmp_path: Path) -> None:
    plan = "# Training plan\n\n## Small\n\n- Total: 2 hours\n\n## Large\n\n- Total: 9 hours\n"
    (tmp_path / "estimates.md").write_text(plan)
    (tmp_path / "night.log").write_text("Training:   0%|          | 0/600 [00:00<?, ?it/s]\n")
    store = open_store([str(tmp_path)], Settings())
    now = time.time()

    def left_h(number: int) -> float:
        store.choose(PlanChoice(runs=("night",), estimate=line(tmp_path, number)))
        store.refresh(now, 600.0)
        (run,) = store.board(now).runs
        assert run.eta is not None
        return run.eta.remaining_s.likely / HOUR

    assert left_h(5) == pytest.approx(2, rel=0.1)
    assert left_h(9) == pytest.approx(9, rel=0.1)


def test_of_several_durations_on_a_line_the_words_say_which(tmp_path: Path) -> None:
    (tmp_path / "estimates.md").write_text(
        "# Plan\n\n| run | T4 | A100 |\n|---|---|---|\n| Total training time | 30 hours | 9 hours |\n"
    )
    bars = "".join(f"\rTraining: {n * 10}%|#| {n * 60}/600 [0{n}:00:00<00:00, 60s/it]" for n in range(10))
    (tmp_path / "night.log").write_text(f"{bars}\nTraining complete.\n")
    store = read_to_the_end(tmp_path)

    def planned_h(words: str) -> float | None:
        store.choose(PlanChoice(runs=("night",), estimate=line(tmp_path, 5, words)))
        (run,) = store.board(0.0).runs
        return None if run.documented is None or run.documented.likely_s is None else run.documented.likely_s / HOUR

    assert [planned_h("30 hours"), planned_h("9 hours")] == [30, 9]


def test_a_line_that_is_no_longer_there_gives_way_to_what_fits(tmp_path: Path) -> None:
    plan = tmp_path / "estimates.md"
    plan.write_text("# Training plan\n\n- Total: 2 hours\n\n- Total on a T4: 9 hours\n")
    bars = "".join(f"\rTraining: {n * 10}%|#| {n * 60}/600 [0{n}:00:00<00:00, 60s/it]" for n in range(10))
    (tmp_path / "night.log").write_text(f"{bars}\nTraining complete.\n")
    store = read_to_the_end(tmp_path)
    store.choose(PlanChoice(runs=("night",), estimate=line(tmp_path, 5, "9 hours")))
    assert run_of(store.board(0.0), "night").documented is not None
    plan.write_text("# Training plan, shorter now\n\n- Total: 2 hours\n")
    store.refresh(time.time() + 10, 600.0, rescan=True)
    run = run_of(store.board(0.0), "night")

    assert run.documented is not None
    assert run.documented.likely_s == 2 * HOUR
    assert "chosen" not in run.documented.reason


def test_a_replay_holds_its_runs_against_the_choice_at_every_moment() -> None:
    archive = archive_of(SAMPLES / "retrieval")
    halfway = archive.axis.span_s / 2
    before = [run_of(archive.board(at), HANS).verdict for at in (halfway, archive.axis.span_s)]
    archive.choose(PlanChoice(runs=(HANS,), estimate=line(SAMPLES / "retrieval", 20)))
    boards = [archive.board(at) for at in (halfway, archive.axis.span_s)]
    highs = [documented.high_s for board in boards if (documented := run_of(board, HANS).documented) is not None]
    archive.choose(PlanChoice(runs=(HANS,)))
    after = [run_of(archive.board(at), HANS).verdict for at in (halfway, archive.axis.span_s)]

    assert highs == [60 * MINUTE, 60 * MINUTE]
    assert [choice.pattern for choice in boards[0].choices] == [HANS]
    assert after == before


# -- for good, in trainmon.toml ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "words"), [pytest.param(20, "30-60 minutes", id="line"), pytest.param(0, "", id="no-plan")]
)
def test_the_lines_for_the_settings_say_the_same_as_the_choice(number: int, words: str, tmp_path: Path) -> None:
    folder = SAMPLES / "retrieval"
    estimate = line(folder, number, words) if number else None
    store = read_to_the_end(folder)
    store.choose(PlanChoice(runs=(HANS,), estimate=estimate, no_plan=estimate is None))
    board = store.board(0.0)
    (tmp_path / "trainmon.toml").write_text(as_toml(board.choices, tmp_path))
    settings = load_settings([str(folder)], config=tmp_path / "trainmon.toml", environment={"HOME": str(tmp_path)})
    written = run_of(look_once([str(folder)], settings, archive=True), HANS)
    chosen = run_of(board, HANS)

    assert settings.runs_file == tmp_path / "trainmon.toml"
    assert written.verdict is not None
    assert chosen.verdict is not None
    assert (written.verdict.kind, written.verdict.ratio) == (chosen.verdict.kind, chosen.verdict.ratio)
    assert "your settings" in (written.documented.reason if written.documented else written.verdict.text)


@pytest.mark.parametrize(
    "name",
    ["lora/run 1", 'with "quotes" and \\', "tab\tand\x1b[31m", "日本語/訓練", "[brackets]*", "\u202ertl", "\x7f"],
)
def test_any_name_of_a_run_can_be_written_and_is_read_back(name: str, tmp_path: Path) -> None:
    (tmp_path / "estimates.md").write_text("- Total: 2 hours\n")
    chosen = with_choice({}, (), PlanChoice(runs=(name,), estimate=line(tmp_path, 1, "2 hours")))
    text = as_toml(chosen.values(), tmp_path)
    (read,) = read_choices(tomllib.loads(text)["runs"], tmp_path / "trainmon.toml")

    assert text.replace("\n", "").isprintable()
    assert (read.pattern, read.estimate) == (name, line(tmp_path, 1, "2 hours"))


def test_a_name_of_bytes_that_are_no_text_becomes_a_pattern_that_fits_it() -> None:
    text = as_toml(with_choice({}, (), PlanChoice(runs=("run\udcff[1]",), no_plan=True)).values(), Path())

    assert text == '[runs."run?[[]1]"]\nestimate = "none"\n'


def test_hardware_that_is_written_for_a_run_stays() -> None:
    written = (RunChoice(pattern="night-*", hardware="A100", scenario="long"),)
    chosen = with_choice({}, written, PlanChoice(runs=("night-1",), no_plan=True))

    assert (chosen["night-1"].hardware, chosen["night-1"].scenario) == ("A100", None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            'estimate = "plan.md:3"\nwords = "5 hours"\n',
            "holds no duration '5 hours'; it holds \"2 hours\"",
            id="words",
        ),
        pytest.param('words = "5 hours"\n', "words tell durations of one line apart", id="no-line"),
    ],
)
def test_words_that_say_nothing_are_refused(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "plan.md").write_text("# Plan\n\n- Total: 2 hours\n")
    (tmp_path / "trainmon.toml").write_text(f'[runs."night"]\n{text}')
    with pytest.raises(UsageError, match=message):
        look_once([str(tmp_path)], load_settings([str(tmp_path)], environment={"HOME": str(tmp_path)}))
