"""The app without a terminal: what tests of the screens press keys on, wait for and look at."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, cast

from textual.app import App
from textual.pilot import Pilot

from tests import boards
from trainmon.snapshot import Board
from trainmon.tui.app import TrainmonApp
from trainmon.tui.log_view import LogView
from trainmon.tui.runlist import RunList
from trainmon.tui.spanview import LinesView

SIZE = (100, 30)
LONG_S = 60.0
"""Only a test that fails waits so long."""


def app_of(board: Board | None = None) -> tuple[TrainmonApp, boards.BoardSource]:
    """The app over a board, and the source that gives it another one."""
    source = boards.BoardSource(board or boards.board())
    return TrainmonApp(source, hz=100), source


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    """Wait for it; fail with the screen otherwise."""
    deadline = time.monotonic() + LONG_S
    while not condition():
        assert time.monotonic() < deadline, f"it never came\n{text_of(pilot.app)}"
        await pilot.pause(0.01)


async def ready(pilot: Pilot[None]) -> RunList:
    """The list of runs, once there are some."""
    app = cast(TrainmonApp, pilot.app)
    await until(pilot, lambda: app.board is not None and app.screen.query_one(RunList).current is not None)
    await pilot.pause()
    return app.screen.query_one(RunList)


def text_of(app: App[Any]) -> str:
    """The whole screen."""
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips)


def main_text(app: TrainmonApp) -> str:
    """All lines of the log, of the section or of the plan, in view or not."""
    logs = [view for view in app.screen.query(LogView) if view.is_on_screen]
    part = logs[0] if logs else app.screen.query_one("#main")
    assert isinstance(part, LinesView | LogView)
    return "\n".join("".join(text for text, _ in row) for row in part.rows)
