"""Keys that arrive in one burst, as they do over a slow line."""

from __future__ import annotations

from textual import events
from textual.app import App

from tests.pressed import SIZE, app_of, main_text, ready, until
from trainmon.tui.run_screen import RunScreen


def burst(app: App[None], keys: str) -> None:
    """Post all keys before the app looks at the first; `⏎` is Enter, `/` the filter's key."""
    names = {"⏎": "enter", "/": "slash", "-": "minus", "_": "underscore"}
    for key in keys:
        app.post_message(events.Key(names.get(key, key), None if key == "⏎" else key))


async def test_a_burst_of_keys_goes_through_the_filter_the_list_and_the_run() -> None:
    app, _ = app_of()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        burst(app, "/mmarco/baseline⏎⏎3")

        await until(pilot, lambda: isinstance(app.screen, RunScreen))
        await pilot.pause()
        seen = main_text(app)
        await pilot.press("3")
        documented = main_text(app)
        await pilot.press("1")
        summary = main_text(app)

    assert seen == documented != summary


async def test_keys_go_on_after_one_that_leaves() -> None:
    app, _ = app_of()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        burst(app, "⏎qdq")
        await pilot.pause()
        await until(pilot, lambda: len(app.screen_stack) == 1)
