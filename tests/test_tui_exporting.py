"""The summary written from the screen: named, never over a file unasked, its path said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import boards
from tests.pressed import app_of, ready, text_of, until
from trainmon.tui.app import TrainmonApp
from trainmon.tui.exporting import ReplacePrompt
from trainmon.tui.overview import Overview
from trainmon.tui.prompt import Question

SIZE = (80, 24)


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def said(app: TrainmonApp) -> str:
    return " ".join(each.message for each in app._notifications)


@pytest.mark.parametrize(
    ("ending", "holds"),
    [("md", "# Training summary"), ("html", "<!doctype html"), ("json", '"trainmon/1"'), ("csv", "state")],
)
async def test_e_writes_the_summary_in_the_format_of_its_name_and_says_the_path(
    ending: str, holds: str, tmp_path: Path
) -> None:
    app, _ = app_of()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, Question))
        assert "trainmon-summary.md" in text_of(app)

        await pilot.press("backspace", "backspace", *ending, "enter")
        await until(pilot, lambda: "Wrote" in said(app))

    written = tmp_path / f"trainmon-summary.{ending}"
    assert str(written) in said(app)
    assert holds in written.read_text().lower() or holds in written.read_text()
    assert "llama-13b-bs8" in written.read_text()


@pytest.mark.parametrize(("answer", "kept"), [("n", True), ("escape", True), ("enter", True), ("y", False)])
async def test_a_file_that_is_there_is_replaced_only_after_a_yes(answer: str, kept: bool, tmp_path: Path) -> None:
    there = tmp_path / "trainmon-summary.md"
    there.write_text("mine")
    app, _ = app_of()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ReplacePrompt))
        assert "This file exists" in text_of(app)

        await pilot.press(answer)
        await until(pilot, lambda: isinstance(app.screen, Overview) and (kept or there.read_text() != "mine"))

    assert (there.read_text() == "mine") == kept


async def test_escape_writes_nothing(tmp_path: Path) -> None:
    app, _ = app_of()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, Overview))

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("typed", "answer"),
    [("x", "ends with .md"), ("/no/such/folder.md", "no such folder")],
    ids=["no known ending", "no folder"],
)
async def test_a_name_that_cannot_be_written_is_said(typed: str, answer: str) -> None:
    app, _ = app_of(boards.board([boards.within()]))
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("ctrl+u", *typed, "enter")
        await until(pilot, lambda: answer in said(app))

        assert app.is_running
