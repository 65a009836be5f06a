"""Pictures of the plan and of choosing; look at them before you accept a change (`pytest --snapshot-update`)."""

from __future__ import annotations

import pytest

from tests import boards
from tests.test_snapshots import SnapCompare, app_of, pressing
from tests.test_tui_choosing import SAMPLES, StoreSource
from trainmon.tui.app import TrainmonApp

SIZES = [
    pytest.param((80, 24), "textual-dark", id="80x24"),
    pytest.param((200, 50), "textual-light", id="200x50-light"),
]


def app_over_samples(theme: str) -> TrainmonApp:
    app = TrainmonApp(StoreSource(SAMPLES / "lora"), hz=100)
    app.theme = theme
    return app


@pytest.fixture(autouse=True)
def _beside_the_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SAMPLES.parent)
    monkeypatch.setattr("tests.test_snapshots_plan.SAMPLES", SAMPLES.relative_to(SAMPLES.parent))


@pytest.mark.parametrize(("size", "theme"), SIZES)
def test_plan(snap_compare: SnapCompare, size: tuple[int, int], theme: str) -> None:
    assert snap_compare(app_over_samples(theme), run_before=pressing("d"), terminal_size=size)


@pytest.mark.parametrize(("size", "theme"), SIZES)
def test_choosing(snap_compare: SnapCompare, size: tuple[int, int], theme: str) -> None:
    assert snap_compare(app_over_samples(theme), run_before=pressing("d", "enter"), terminal_size=size)


def test_chosen(snap_compare: SnapCompare) -> None:
    keys = ("d", "enter", "home", "down", "down", "down", "enter")
    assert snap_compare(app_over_samples("textual-dark"), run_before=pressing(*keys), terminal_size=(120, 40))


def test_narrowed_plan(snap_compare: SnapCompare) -> None:
    app = app_of(boards.board())
    assert snap_compare(app, run_before=pressing("d", "slash", *"epoch"), terminal_size=(100, 30))
