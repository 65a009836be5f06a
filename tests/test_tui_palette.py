"""The command palette names what the program can do, and does it."""

from __future__ import annotations

import pytest
from textual.command import Command, CommandList

from tests.pressed import app_of, ready, text_of, until
from trainmon.tui.app import TrainmonApp
from trainmon.tui.estimates_screen import EstimatesScreen
from trainmon.tui.prompt import Prompt, Question
from trainmon.tui.runlist import RunList

SIZE = (100, 30)


def first_found(app: TrainmonApp) -> str:
    """The command that Enter takes; the search for it goes on while somebody types."""
    found = app.screen.query_one(CommandList)
    first = found.get_option_at_index(0) if found.option_count else None
    return str(first.hit.text) if isinstance(first, Command) else ""


async def test_the_palette_names_every_command_of_the_list() -> None:
    app, _ = app_of()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)

        titles = [command.title for command in app.get_system_commands(app.screen)]

    wanted = {
        "Open",
        "Mark",
        "Filter",
        "Sort",
        "Sort by time left",
        "Dirs",
        "Compare",
        "Plan",
        "Export",
        "Help",
        "Theme",
    }
    assert wanted <= set(titles)
    assert len(titles) == len(set(titles))
    assert not [title for title in titles if title.startswith("Scroll")]


async def test_the_palette_of_a_run_names_its_sections() -> None:
    app, _ = app_of()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await pilot.press("enter")

        titles = {command.title for command in app.get_system_commands(app.screen)}

    assert {"Summary", "Charts", "Documented", "Problems", "Log", "Next run", "Run before", "Export"} <= titles


@pytest.mark.parametrize(
    ("typed", "then"),
    [
        pytest.param("plan", lambda app: isinstance(app.screen, EstimatesScreen), id="estimates"),
        pytest.param("export", lambda app: isinstance(app.screen, Question), id="export"),
        pytest.param("sort by name", lambda app: "  name" in text_of(app).splitlines()[1], id="sort"),
        pytest.param("dirs", lambda app: " lora/ ─" in text_of(app), id="folders"),
        pytest.param("filter", lambda app: isinstance(app.focused, Prompt), id="filter"),
    ],
)
async def test_a_command_does_what_its_key_does(typed: str, then: object) -> None:
    app, _ = app_of()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await pilot.press("colon")
        await until(pilot, lambda: not app.screen.query(RunList))
        await pilot.press(*typed)
        await until(pilot, lambda: first_found(app).casefold() == typed)
        await pilot.press("enter")

        assert callable(then)
        await until(pilot, lambda: bool(then(app)))
