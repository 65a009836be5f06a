"""Pictures of the screens; look at them before you accept a change (`pytest --snapshot-update`)."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from tests import boards
from tests.pressed import until
from trainmon.snapshot import Board
from trainmon.tui.app import TrainmonApp
from trainmon.tui.log_view import LogView
from trainmon.tui.spanview import LinesView

SnapCompare = Callable[..., bool]
SMALL, LARGE = (80, 24), (200, 50)
OPEN_BASELINE = ("slash", *"mmarco/baseline", "enter", "g", "enter")


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def pressing(*keys: str, awaited: str = "") -> Callable[[Pilot[None]], Awaitable[None]]:
    """Wait for the board, press keys, and wait until the main part holds some text."""

    async def run_before(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, TrainmonApp)
        await until(pilot, lambda: app.board is not None)
        await pilot.pause()
        await pilot.press(*keys)
        if awaited:
            await until(pilot, lambda: any(awaited in str(view.rows) for view in _lines(app)))
        await pilot.pause()

    return run_before


def _lines(app: TrainmonApp) -> list[LinesView | LogView]:
    return [view for view in app.screen.query("*") if isinstance(view, LinesView | LogView) and view.is_on_screen]


def app_of(board: Board | None = None, *, theme: str | None = None, ascii_only: bool = False) -> TrainmonApp:
    app = TrainmonApp(boards.BoardSource(board or boards.board()), ascii=ascii_only, hz=100)
    if theme is not None:
        app.theme = theme
    return app


@pytest.mark.parametrize("size", [(60, 20), SMALL, (120, 40), LARGE], ids=["60x20", "80x24", "120x40", "200x50"])
def test_overview(snap_compare: SnapCompare, size: tuple[int, int]) -> None:
    assert snap_compare(app_of(), run_before=pressing(), terminal_size=size)


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark"])
def test_overview_in_another_theme(snap_compare: SnapCompare, theme: str) -> None:
    assert snap_compare(app_of(theme=theme), run_before=pressing(), terminal_size=(120, 30))


def test_overview_in_ascii(snap_compare: SnapCompare) -> None:
    assert snap_compare(app_of(ascii_only=True), run_before=pressing(), terminal_size=(120, 30))


def test_overview_of_hostile_names(snap_compare: SnapCompare) -> None:
    runs = [replace(boards.within(), name=name) for name in boards.HOSTILE_NAMES]
    assert snap_compare(app_of(boards.board(runs)), run_before=pressing(), terminal_size=SMALL)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "200x50"])
@pytest.mark.parametrize("section", list("12345"), ids=["summary", "charts", "documented", "problems", "log"])
def test_run(snap_compare: SnapCompare, size: tuple[int, int], section: str) -> None:
    awaited = "'loss': 1.5" if section in "45" else ""
    assert snap_compare(app_of(), run_before=pressing(*OPEN_BASELINE, section, awaited=awaited), terminal_size=size)


@pytest.mark.parametrize(
    ("keys", "awaited"),
    [
        pytest.param(("slash", *"2.35", "enter"), "found, past", id="search"),
        pytest.param(("slash", *"2.3"), "", id="prompt"),
        pytest.param(("slash", *"Quota", "enter"), "not found: Quota", id="not found"),
        pytest.param(("up", "up", "enter"), "→ ", id="reading"),
    ],
)
def test_log(snap_compare: SnapCompare, keys: Sequence[str], awaited: str) -> None:
    pressed = pressing(*OPEN_BASELINE, "5", awaited="'loss': 1.5")

    async def run_before(pilot: Pilot[None]) -> None:
        await pressed(pilot)
        await pressing(*keys, awaited=awaited)(pilot)

    assert snap_compare(app_of(), run_before=run_before, terminal_size=SMALL)


def test_pipeline(snap_compare: SnapCompare) -> None:
    assert snap_compare(app_of(boards.board([boards.pipeline()])), run_before=pressing("enter"), terminal_size=SMALL)


def test_failed_run(snap_compare: SnapCompare) -> None:
    failed = boards.board([boards.out_of_memory()])
    assert snap_compare(app_of(failed), run_before=pressing("enter"), terminal_size=(120, 40))


def test_estimates(snap_compare: SnapCompare) -> None:
    assert snap_compare(app_of(), run_before=pressing("d"), terminal_size=(120, 30))


def test_comparison(snap_compare: SnapCompare) -> None:
    assert snap_compare(app_of(), run_before=pressing("space", "space", "c"), terminal_size=(120, 40))


def test_help(snap_compare: SnapCompare) -> None:
    assert snap_compare(app_of(), run_before=pressing("question_mark"), terminal_size=(80, 40))


def test_too_small(snap_compare: SnapCompare) -> None:
    assert snap_compare(app_of(), run_before=pressing(), terminal_size=(50, 10))
