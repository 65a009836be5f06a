"""A replay on the screen: keys drive the clock, the scrubber shows where it stands; in a real terminal, too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.archives import SAMPLES
from tests.pressed import until
from tests.terminal import Pane, needs_tmux
from trainmon.events import ProblemKind, StageKind
from trainmon.replay.reel import Reel, ReelProblem, ReelRun, ReelStage
from trainmon.replay.source import ReplaySource
from trainmon.settings import Settings
from trainmon.snapshot import RunStatus
from trainmon.tui.replay_app import ReplayApp
from trainmon.tui.run_screen import RunScreen
from trainmon.tui.scrubber import Scrubber, scrubber_row

REEL = Reel(
    span_s=100,
    runs=(
        ReelRun(
            name="a",
            begin_s=0,
            end_s=49,
            stages=(
                ReelStage(kind=StageKind.TRAIN, begin_s=0, end_s=49),
                ReelStage(kind=StageKind.INIT, begin_s=0, end_s=9),
            ),
            problems=(ReelProblem(at_s=30, kind=ProblemKind.NAN, run_name="a"),),
        ),
        ReelRun(name="b", begin_s=60, end_s=100, problems=(ReelProblem(at_s=80, kind=ProblemKind.OOM, run_name="b"),)),
    ),
)


def test_the_line_shows_stages_problems_and_where_it_stands() -> None:
    row = scrubber_row(REEL, 25.0, 119, run_name="a", playing=True)
    text = "".join(part for part, _ in row)

    assert text == " ▸ " + "━" * 25 + "◆" + "─" * 4 + "!" + "─" * 19 + "·" * 50 + "  25 %  00:00:25"
    assert [role for _, role in row[1:6]] == ["series-4"] * 5
    assert row[15] == ("━", "accent")


def test_the_line_of_all_runs_shows_every_problem() -> None:
    row = scrubber_row(REEL, 100.0, 119, run_name=None, playing=False)
    text = "".join(part for part, _ in row)

    assert text.startswith(" ‖ ")
    assert [at - 3 for at, sign in enumerate(text) if sign == "!"] == [30, 80]
    assert text[3 + 50 : 3 + 60] == "·" * 10
    assert text.endswith("◆ 100 %  00:01:40")


@pytest.mark.parametrize("width", [10, 60, 61, 133])
def test_the_line_is_as_wide_as_the_screen(width: int) -> None:
    row = scrubber_row(REEL, 3.0, width, run_name=None, playing=True)

    assert sum(len(part) for part, _ in row) == max(width, 29)


def test_while_nothing_is_known_there_is_no_line() -> None:
    assert scrubber_row(Reel(), 0.0, 80, run_name=None, playing=True) == ()


def app_over(folder: Path) -> tuple[ReplayApp, ReplaySource]:
    source = ReplaySource([str(folder)], Settings(), speed=1, steady=lambda: 0.0)
    return ReplayApp(source, hz=50), source


def states(app: ReplayApp) -> dict[str, RunStatus]:
    return {run.name: run.state for run in app.board.runs} if app.board is not None else {}


async def test_keys_drive_the_clock() -> None:
    app, source = app_over(SAMPLES / "lora")
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, lambda: bool(states(app)))
        assert set(states(app).values()) == {RunStatus.WAITING}

        await pilot.press("G")
        await until(pilot, lambda: set(states(app).values()) == {RunStatus.FINISHED})
        await pilot.press("g", "right", "right")
        await until(pilot, lambda: states(app)["contamination_0"] is RunStatus.RUNNING)
        assert source.position_s == pytest.approx(0.02 * source.reel.span_s)
        await pilot.press("full_stop")
        stepped = source.position_s
        assert 0.02 * source.reel.span_s < stepped < 0.03 * source.reel.span_s
        await pilot.press("comma", "comma", "plus")
        assert source.position_s < stepped
        assert source.describe().startswith("2x  ")


async def test_a_percentage_can_be_typed() -> None:
    app, source = app_over(SAMPLES / "lora")
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, lambda: bool(states(app)))
        await pilot.press("percent_sign", "5", "0", "enter")
        await until(pilot, lambda: source.position_s > 0)
        assert source.position_s == pytest.approx(0.5 * source.reel.span_s)

        await pilot.press("percent_sign", "9", "escape")
        await pilot.press("percent_sign", "x", "enter")
        await pilot.pause()
        assert source.position_s == pytest.approx(0.5 * source.reel.span_s)
        assert len(app.screen_stack) == 1


async def test_the_scrubber_stands_on_every_screen_and_takes_clicks() -> None:
    app, source = app_over(SAMPLES / "lora")
    async with app.run_test(size=(119, 30)) as pilot:
        await until(pilot, lambda: bool(app.screen.query(Scrubber)) and bool(states(app)))
        await pilot.click(Scrubber, offset=(3 + 25, 0))
        await until(pilot, lambda: source.position_s > 0)
        assert source.position_s / source.reel.span_s == pytest.approx(0.25, abs=0.01)

        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, RunScreen) and bool(app.screen.query(Scrubber)))
        line = app.screen.query_one(Scrubber)
        await until(pilot, lambda: bool(line.rows and line.rows[0]))
        text = "".join(part for part, _ in line.rows[0])
        assert " 25 %  00:4" in text
        assert "·" in text
        assert line.region.bottom == app.screen.size.height - 1


async def test_problems_are_jumped_to_with_x() -> None:
    app, source = app_over(SAMPLES / "chatbot")
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, lambda: bool(states(app)))
        await pilot.press("x")
        await until(pilot, lambda: any(run.problems for run in app.board.runs) if app.board else False)
        assert source.position_s == pytest.approx(min(p.at_s for run in source.reel.runs for p in run.problems))
        assert not source.playing


@pytest.fixture
def pane(tmp_path: Path) -> Iterator[Pane]:
    made = Pane(tmp_path, 120, 36)
    yield made
    made.close()


@pytest.mark.tmux
@needs_tmux
def test_in_a_terminal_a_replay_runs_through_the_sample_logs(pane: Pane) -> None:
    pane.run("replay", str(SAMPLES), "--speed", "1")
    pane.until(lambda text: bool(re.search(r" 0 % +00:\d\d:\d\d", text)))
    pane.keys("Space")
    pane.until("paused")
    pane.keys("%")
    pane.until("Go to a percentage")
    pane.keys("2", "5", "Enter")
    pane.until(lambda text: all(word in text for word in (" 25 %", "waiting", "finished")))
    pane.keys("Enter")
    pane.until(lambda text: "came true" in text and "with_isotropy" in text)
    pane.keys("G")
    pane.until(lambda text: " 100 %  193:20:41" in text and "finished" in text)
    pane.keys("Escape")
    pane.until("14 runs")
    pane.keys("q")

    assert pane.ended() == 0
