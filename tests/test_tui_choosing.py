"""Choosing what a run is held against: what is offered, what is marked, and that the choice reaches the source."""

from __future__ import annotations

import time
from pathlib import Path
from typing import cast

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests import boards
from tests.pressed import text_of, until
from trainmon.run_choices import DocumentLine, PlanChoice
from trainmon.session import open_store
from trainmon.settings import Settings
from trainmon.snapshot import Board
from trainmon.tui.app import TrainmonApp
from trainmon.tui.choosing import ChoosingScreen
from trainmon.tui.estimates_screen import EstimatesScreen
from trainmon.tui.footer import FittingFooter
from trainmon.tui.itemlist import ItemList
from trainmon.tui.overview import Overview
from trainmon.tui.run_screen import RunScreen

SAMPLES = Path(__file__).resolve().parents[1] / "sample_logs"
SIZE = (100, 30)
PLAN = SAMPLES / "retrieval" / "estimates.md"


class StoreSource(boards.BoardSource):
    """Boards of real logs, judged anew after each choice."""

    def __init__(self, folder: Path) -> None:
        self._store = open_store([str(folder)], Settings(runs_file=folder / "trainmon.toml"), archive=True)
        while not self._store.refresh(time.time(), 1.0):
            pass
        self._store.finish()
        super().__init__(self._store.board(0.0))

    def refresh(self) -> Board:
        return self.board

    def choose(self, choice: PlanChoice) -> None:
        super().choose(choice)
        self._store.choose(choice)
        self.board = self._store.board(0.0)


@pytest.fixture
def source() -> StoreSource:
    return StoreSource(SAMPLES / "retrieval")


def app_of(source: boards.BoardSource) -> TrainmonApp:
    return TrainmonApp(source, hz=100)


def listed(app: TrainmonApp) -> list[str]:
    return ["".join(text for text, _ in row) for row in app.screen.query_one(ItemList).rows]


def marked(app: TrainmonApp, sign: str) -> list[str]:
    return [row.split()[1] for row in listed(app) if row.strip().startswith(sign)]


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys, and wait until each was dealt with."""
    app = cast(TrainmonApp, pilot.app)
    await pilot.press(*keys)
    await until(pilot, lambda: not app._typed and (app._handing_on is None or app._handing_on.is_finished))
    await until(pilot, lambda: app.screen.is_mounted and app.screen.focused is not None)
    await pilot.pause()


async def begun(pilot: Pilot[None], *keys: str) -> TrainmonApp:
    app = cast(TrainmonApp, pilot.app)
    await until(pilot, lambda: app.board is not None)
    await pilot.pause()
    if keys:
        await press(pilot, *keys)
    return app


def verdict_line(app: TrainmonApp, run: str) -> str:
    return next(line for line in text_of(app).splitlines() if run in line and "line" in line)


async def test_the_plan_begins_at_the_run_under_the_cursor_with_its_line_and_the_reason(source: StoreSource) -> None:
    async with app_of(source).run_test(size=SIZE) as pilot:
        app = await begun(pilot, "d")

        await until(pilot, lambda: isinstance(app.screen, EstimatesScreen) and app.screen.is_mounted)
        assert isinstance(app.screen, EstimatesScreen)
        assert app.screen.chosen_run == "hardness_aware"
        shown = verdict_line(app, "hardness_aware")
        assert "1.22x slower" in shown
        assert "line 26" in shown
        assert "2 epochs, its name" in shown


async def test_enter_on_a_run_offers_the_lines_and_marks_the_one_that_automatic_leads_to(source: StoreSource) -> None:
    async with app_of(source).run_test(size=SIZE) as pilot:
        app = await begun(pilot, "d", "enter")

        await until(pilot, lambda: isinstance(app.screen, ChoosingScreen) and app.screen.is_mounted)
        assert isinstance(app.screen, ChoosingScreen)
        assert [row.split()[0] for row in listed(app)[1:2]] == ["none"]
        assert marked(app, "●") == ["automatic"]
        assert marked(app, "○") == ["26"]
        assert "held as total 35-70 min" in text_of(app)


async def test_the_line_chosen_is_held_against_the_run_at_once_and_automatic_takes_it_back(source: StoreSource) -> None:
    async with app_of(source).run_test(size=SIZE) as pilot:
        app = await begun(pilot, "d", "enter", "slash", *"baseline total", "enter", "enter")
        await until(pilot, lambda: "1.42x slower" in text_of(app))

        await until(pilot, lambda: isinstance(app.screen, EstimatesScreen) and app.screen.is_mounted)
        assert isinstance(app.screen, EstimatesScreen)
        assert source.chosen == [
            PlanChoice(runs=("hardness_aware",), estimate=DocumentLine(path=PLAN, line=20, words="30-60 minutes"))
        ]
        assert "chosen on the screen" in verdict_line(app, "hardness_aware")
        assert "30-60 min" in verdict_line(app, "baseline")

        await press(pilot, "enter")
        assert marked(app, "●") == ["20"]
        await press(pilot, "home", "enter")
        await until(pilot, lambda: "1.22x slower" in text_of(app))
        assert "[runs." not in text_of(app)


async def test_a_holds_all_runs_of_the_same_line_against_another_one(source: StoreSource) -> None:
    source.choose(PlanChoice(runs=("baseline",), estimate=DocumentLine(path=PLAN, line=26, words="35-70 minutes")))
    async with app_of(source).run_test(size=SIZE) as pilot:
        app = await begun(pilot, "d", "enter", "home", "down", "a")
        await until(pilot, lambda: "2 runs" in " ".join(each.message for each in app._notifications))

    assert source.chosen[-1] == PlanChoice(runs=("baseline", "hardness_aware"), no_plan=True)


async def test_a_run_offers_the_choice_on_its_own_screen(source: StoreSource) -> None:
    async with app_of(source).run_test(size=SIZE) as pilot:
        app = await begun(pilot, "enter", "3", "c")
        await until(pilot, lambda: isinstance(app.screen, ChoosingScreen) and app.screen.is_mounted)
        assert isinstance(app.screen, ChoosingScreen)

        await press(pilot, "home", "down", "enter")
        await until(pilot, lambda: "held against no plan: chosen on the screen" in text_of(app))
        await until(pilot, lambda: isinstance(app.screen, RunScreen) and app.screen.is_mounted)
        assert isinstance(app.screen, RunScreen)


async def test_the_lines_that_make_it_permanent_are_shown_and_copied(
    source: StoreSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    async with app_of(source).run_test(size=SIZE) as pilot:
        app = await begun(pilot, "d", "y")
        assert app.clipboard == ""
        await press(pilot, "enter", "up", "enter")
        await until(pilot, lambda: 'estimate = "estimates.md:2' in text_of(app))
        await press(pilot, "y")
        await until(pilot, lambda: app.clipboard != "")

    assert app.clipboard.startswith('[runs."hardness_aware"]\nestimate = "estimates.md:2')


async def test_a_line_can_be_copied_for_the_settings_without_choosing_it(
    source: StoreSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    async with app_of(source).run_test(size=SIZE) as pilot:
        app = await begun(pilot, "d", "enter", "y")
        await until(pilot, lambda: app.clipboard != "")

    assert app.clipboard == '[runs."hardness_aware"]\nestimate = "estimates.md:26"\nwords = "35-70 minutes"\n'
    assert source.chosen == []


async def test_words_narrow_the_lines_and_escape_shows_them_all_again(source: StoreSource) -> None:
    async with app_of(source).run_test(size=SIZE) as pilot:
        app = await begun(pilot, "d")
        every = len(listed(app))
        await press(pilot, "slash", *"hans epoch")
        narrowed = listed(app)
        assert narrowed[0].startswith("Durations")
        assert [row.replace("●", "").split()[0] for row in narrowed[1:4]] == ["line", "25", "26"]

        await press(pilot, "escape")
        assert len(listed(app)) == every
        await until(pilot, lambda: isinstance(app.screen, EstimatesScreen) and app.screen.is_mounted)
        assert isinstance(app.screen, EstimatesScreen)
        await press(pilot, "escape")
        await until(pilot, lambda: isinstance(app.screen, Overview))


async def test_the_line_under_the_cursor_is_told_with_the_lines_around_it(source: StoreSource) -> None:
    async with app_of(source).run_test(size=(100, 40)) as pilot:
        app = await begun(pilot, "d", "slash", *"25 epoch", "enter")
        await press(pilot, "end")

        told = text_of(app)
        assert "is read as epoch" in told
        assert "    24 " in told
        assert "    26 " in told


async def test_a_click_stands_on_a_line_and_a_second_one_opens_it(source: StoreSource) -> None:
    async with app_of(source).run_test(size=SIZE) as pilot:
        app = await begun(pilot, "d")
        at = next(y for y, row in enumerate(listed(app)) if "baseline" in row)
        await pilot.click(ItemList, offset=(5, at))
        await until(pilot, lambda: isinstance(app.screen, EstimatesScreen) and app.screen.is_mounted)
        assert isinstance(app.screen, EstimatesScreen)
        assert app.screen.chosen_run == "baseline"
        await pilot.click(ItemList, offset=(5, at))
        await until(pilot, lambda: isinstance(app.screen, ChoosingScreen))


async def test_enter_on_a_duration_begins_there_with_the_run_that_the_cursor_stood_on(source: StoreSource) -> None:
    async with app_of(source).run_test(size=SIZE) as pilot:
        app = await begun(pilot, "d", "slash", *"20 total 30-60", "enter", "enter")
        await until(pilot, lambda: isinstance(app.screen, ChoosingScreen) and app.screen.is_mounted)
        assert "hardness_aware" in text_of(app).splitlines()[0]

        await press(pilot, "enter")
        await until(pilot, lambda: bool(source.chosen))

    place = DocumentLine(path=PLAN, line=20, words="30-60 minutes")
    assert source.chosen == [PlanChoice(runs=("hardness_aware",), estimate=place)]


async def test_enter_away_from_the_runs_says_where_they_stand(source: StoreSource) -> None:
    async with app_of(source).run_test(size=SIZE) as pilot:
        app = await begun(pilot, "d", "end", "enter")
        await until(pilot, lambda: "Put the cursor on a run" in " ".join(each.message for each in app._notifications))
        await until(pilot, lambda: isinstance(app.screen, EstimatesScreen) and app.screen.is_mounted)
        assert isinstance(app.screen, EstimatesScreen)


async def test_the_documents_are_turned_over_and_the_board_of_a_vanished_run_is_said() -> None:
    source = StoreSource(SAMPLES)
    async with app_of(source).run_test(size=SIZE) as pilot:
        app = await begun(pilot, "d")
        first = text_of(app).splitlines()[0]
        await press(pilot, "n")
        assert text_of(app).splitlines()[0] != first
        await press(pilot, "p")
        assert text_of(app).splitlines()[0] == first

        await press(pilot, "home", "enter")
        await until(pilot, lambda: isinstance(app.screen, ChoosingScreen))
        source.board = boards.board([boards.within()])
        await until(pilot, lambda: "this run is not there" in text_of(app))


@pytest.mark.parametrize("keys", [("d",), ("d", "enter")], ids=["plan", "choosing"])
async def test_every_line_fits_whatever_the_width(source: StoreSource, keys: tuple[str, ...]) -> None:
    async with app_of(source).run_test(size=(60, 14)) as pilot:
        app = await begun(pilot, *keys)
        for width in (60, 83, 140, 250):
            await pilot.resize_terminal(width, 20)
            await resized(pilot, app, width)
            assert max(len(row) for row in listed(app)) <= width


async def resized(pilot: Pilot[None], app: TrainmonApp, width: int) -> None:
    await until(pilot, lambda: app.screen.query_one(ItemList).outer_size.width == width)


@pytest.mark.parametrize("width", [60, 66, 72, 80, 99, 100, 140])
async def test_help_and_the_way_out_are_always_among_the_keys(width: int) -> None:
    app = app_of(boards.BoardSource(boards.board()))
    async with app.run_test(size=(width, 24)) as pilot:
        await begun(pilot)
        await until(pilot, lambda: fits(app) and "? Help" in text_of(app).splitlines()[-1])

        assert "q Quit" in text_of(app).splitlines()[-1]
        assert "/ Filter" in text_of(app).splitlines()[-1]


async def test_the_keys_come_back_with_the_width() -> None:
    app = app_of(boards.BoardSource(boards.board()))
    async with app.run_test(size=(60, 24)) as pilot:
        await begun(pilot)
        await until(pilot, lambda: fits(app) and "Help" in text_of(app))
        assert "Export" not in text_of(app)
        await pilot.resize_terminal(100, 24)
        await until(pilot, lambda: "Export" in text_of(app))


def fits(app: TrainmonApp) -> bool:
    keys = app.screen.query_one(FittingFooter).children
    return bool(keys) and all(key.region.right <= app.size.width for key in keys)


async def test_typing_a_filter_is_not_taken_for_keys(source: StoreSource) -> None:
    async with app_of(source).run_test(size=SIZE) as pilot:
        app = await begun(pilot, "d", "enter", "slash", "a", "y", "q")

        assert app.screen.query_one(Input).value == "ayq"
        assert source.chosen == []
