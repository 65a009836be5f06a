"""Keys always go somewhere: no tab and no click on a head, a title or what is told below takes them away."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from tests.pressed import app_of, ready, text_of, until
from trainmon.tui.app import TrainmonApp
from trainmon.tui.prompt import NoKeys
from trainmon.tui.run_screen import RunScreen
from trainmon.tui.screens import BoardScreen
from trainmon.tui.spanview import LinesView

ROOMY = (120, 40)
SCREENS = [
    pytest.param([], id="overview"),
    pytest.param(["enter"], id="run"),
    pytest.param(["enter", "2"], id="charts"),
    pytest.param(["enter", "4"], id="problems"),
    pytest.param(["enter", "5"], id="log"),
    pytest.param(["space", "space", "c"], id="compare"),
    pytest.param(["d"], id="plan"),
    pytest.param(["enter", "c"], id="choosing"),
    pytest.param(["question_mark"], id="help"),
]


def shown(pilot: Pilot[None]) -> BoardScreen:
    screen = pilot.app.screen
    assert isinstance(screen, BoardScreen)
    return screen


@pytest.mark.parametrize("keys", SCREENS)
async def test_a_click_anywhere_leaves_the_keys_where_they_are(keys: list[str]) -> None:
    app, _ = app_of()
    async with app.run_test(size=ROOMY) as pilot:
        await ready(pilot)
        await pilot.press(*keys)
        screen = shown(pilot)

        for view in screen.query(LinesView):
            if view.is_on_screen and view.id != "tabs":
                await pilot.click(view, offset=(1, 0))
                assert screen.focused is screen.keys_go_to, view.id


@pytest.mark.parametrize("keys", SCREENS)
@pytest.mark.parametrize("key", ["tab", "shift+tab"])
async def test_tab_leaves_the_keys_with_what_the_screen_is_about(keys: list[str], key: str) -> None:
    app, _ = app_of()
    async with app.run_test(size=ROOMY) as pilot:
        await ready(pilot)
        await pilot.press(*keys)

        await pilot.press(key)
        assert shown(pilot).focused is shown(pilot).keys_go_to
        await pilot.press(key)
        assert shown(pilot).focused is shown(pilot).keys_go_to


async def test_after_a_tab_the_list_can_still_be_gone_through_and_a_run_opened() -> None:
    app, _ = app_of()
    async with app.run_test(size=ROOMY) as pilot:
        runs = await ready(pilot)

        await pilot.press("tab", "j")
        moved = runs.current
        await pilot.click("#preview", offset=(5, 2))
        await pilot.press("enter")

        assert moved == "pipeline/colbert"
        assert isinstance(app, TrainmonApp)
        assert "pipeline/colbert" in text_of(app).splitlines()[0]


@pytest.mark.parametrize("keys", [*SCREENS, pytest.param(["slash"], id="filter")])
async def test_a_small_terminal_shows_nothing_but_that_it_is_small(keys: list[str]) -> None:
    app, _ = app_of()
    async with app.run_test(size=ROOMY) as pilot:
        await ready(pilot)
        await pilot.press(*keys)

        await pilot.resize_terminal(40, 12)
        await until(pilot, lambda: "needs 60x12" in text_of(app))
        small = text_of(app).split()
        await pilot.resize_terminal(*ROOMY)
        await until(pilot, lambda: "needs 60x12" not in text_of(app))

        assert small == ["trainmon", "needs", "60x12,", "this", "is", "40x12"]


async def test_while_a_question_stands_no_keys_of_the_screen_below_are_offered() -> None:
    app, _ = app_of()
    async with app.run_test(size=ROOMY) as pilot:
        await ready(pilot)
        before = text_of(app).split("\n")[-1]

        await pilot.press("e")
        await until(pilot, lambda: "Write the summary" in text_of(app))
        asked = text_of(app).split("\n")
        covered = app.screen.query_one(NoKeys).region
        await pilot.press("escape")
        await until(pilot, lambda: "Write the summary" not in text_of(app))

        assert "Filter" in before
        assert asked[-1].strip() == ""
        assert (covered.width, covered.bottom) == ROOMY
        assert "enter: write" in asked[-2]
        assert text_of(app).split("\n")[-1] == before


@pytest.mark.parametrize(
    ("title", "order"),
    [
        pytest.param("RUN", "name", id="run"),
        pytest.param("ETA", "time left", id="ETA"),
        pytest.param("VERDICT", "worst first", id="verdict"),
    ],
)
async def test_a_click_on_the_head_of_a_column_sorts_by_it(title: str, order: str) -> None:
    app, _ = app_of()
    async with app.run_test(size=ROOMY) as pilot:
        await ready(pilot)
        await pilot.press("s", "s", "s")  # last activity

        titles = text_of(app).split("\n")[2]
        await pilot.click("#titles", offset=(titles.index(title) + 1, 0))

        await until(pilot, lambda: text_of(app).split("\n")[1].endswith(order))


@pytest.mark.parametrize("section", ["Charts", "Documented", "Problems", "Log", "Summary"])
async def test_a_click_on_a_tab_opens_its_section(section: str) -> None:
    app, _ = app_of()
    async with app.run_test(size=ROOMY) as pilot:
        await ready(pilot)
        await pilot.press("enter", "2" if section == "Summary" else "1")
        screen = app.screen
        assert isinstance(screen, RunScreen)
        await until(pilot, lambda: "5 Log" in text_of(app))

        (tabs,) = (line for line in text_of(app).split("\n") if "5 Log" in line)
        await pilot.click("#tabs", offset=(tabs.index(section), 0))

        await until(pilot, lambda: screen._section.name.capitalize() == section)
        assert screen.focused is screen.keys_go_to
