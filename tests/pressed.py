"""The app without a terminal: what tests of the screens press keys on, wait for and look at."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, cast

from textual._context import active_app
from textual.app import App
from textual.message_pump import MessagePump
from textual.pilot import Pilot

from tests import boards
from trainmon.snapshot import Board
from trainmon.tui.app import TrainmonApp
from trainmon.tui.log_view import LogView
from trainmon.tui.runlist import RunList
from trainmon.tui.spanview import LinesView
from trainmon.tui.typeahead import TypeAheadApp

SIZE = (100, 30)
LONG_S = 180.0
"""Only a test that fails waits so long."""
_LOOKS = 3
"""So often in a row an app is found at rest before it is: a task may go on between two messages."""


def app_of(board: Board | None = None) -> tuple[TrainmonApp, boards.BoardSource]:
    """The app over a board, and the source that gives it another one."""
    source = boards.BoardSource(board or boards.board())
    return TrainmonApp(source, hz=100), source


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    """Wait for it, and until it is painted whole; fail with the screen otherwise."""
    deadline = time.monotonic() + LONG_S
    while not condition():
        assert time.monotonic() < deadline, f"it never came\n{text_of(pilot.app)}"
        await pilot.pause(0.01)
    await pilot.pause()


async def ready(pilot: Pilot[None]) -> RunList:
    """The list of runs, once there are some."""
    app = cast(TrainmonApp, pilot.app)
    await until(pilot, lambda: app.board is not None and app.screen.query_one(RunList).current is not None)
    return app.screen.query_one(RunList)


async def at_rest(_min_s: float = 0.0, max_s: float = 1.0) -> None:
    """Wait until nothing is under way in the app: no key, message, callback, layout or paint; `max_s` of CPU at most.

    It stands in for Textual's own `wait_for_idle`, which takes an app that the machine gives no time for an idle one.
    What comes from other threads (boards, lines of a log) is waited for by `until`.
    """
    app, looks, began_s = active_app.get(), 0, time.process_time()
    for _ in range(10):  # a key is posted by a task of its own
        await asyncio.sleep(0)
    while looks < _LOOKS and time.process_time() - began_s < max_s:
        await asyncio.sleep(0)
        if not app.is_running or not app.screen_stack or not await Pilot(app)._wait_for_screen(LONG_S):
            return
        app.screen._on_timer_update()
        looks = looks + 1 if _is_at_rest(app) else 0


def _is_at_rest(app: App[Any]) -> bool:
    if isinstance(app, TypeAheadApp) and (app._typed or (app._handing_on and not app._handing_on.is_finished)):
        return False
    nodes = [app, *(node for screen in app.screen_stack for node in screen.walk_children(with_self=True))]
    if not all(map(_has_done_all, nodes)):
        return False
    screen = app.screen
    unpainted = screen._layout_required or screen._repaint_required or screen._scroll_required
    return not (unpainted or screen._recompose_required or screen._dirty_widgets or screen._callbacks)


def _has_done_all(node: MessagePump) -> bool:
    waiting = node._message_queue.qsize() > 0 or node._pending_message is not None or bool(node._next_callbacks)
    return node._is_mounted and not waiting


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
