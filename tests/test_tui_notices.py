"""Alerts on the screen, in the terminal and on the desktop; what is copied and kept."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from textual.pilot import Pilot
from textual.widgets._toast import Toast

from tests import boards
from tests.pressed import until
from trainmon.alerts.alerting import Alerting, Bulletin
from trainmon.alerts.causes import Alert, AlertKind
from trainmon.alerts.memory import AlertMemory
from trainmon.events import ProblemKind
from trainmon.snapshot import Board, ProblemInfo, RunSnapshot
from trainmon.tui import clipboard
from trainmon.tui.app import TrainmonApp
from trainmon.tui.notices import NoticeOptions, desktop_sequence, desktop_text, headline, summary
from trainmon.tui.preferences import Preferences
from trainmon.tui.totals import terminal_title

FINE = boards.within()


def failed(name: str = FINE.name, message: str = "CUDA out of memory") -> RunSnapshot:
    problem = ProblemInfo(kind=ProblemKind.OOM, message=message, line=4)
    return replace(boards.out_of_memory(), name=name, files=FINE.files, problems=(problem,))


def alert(run: RunSnapshot, kind: AlertKind = AlertKind.FAILED, text: str = "failed: no memory") -> Alert:
    return Alert(kind=kind, cause=f"{kind}:1", run=run, text=text, at=0.0)


def app_of(board: Board, folder: Path, **options: bool) -> tuple[TrainmonApp, boards.BoardSource]:
    source = boards.BoardSource(board)
    alerting = Alerting(AlertMemory(folder / "alerts.json"))
    app = TrainmonApp(source, hz=100, alerting=alerting, notices=NoticeOptions(**options))
    return app, source


def toasts(app: TrainmonApp) -> list[str]:
    return [str(toast.render()) for toast in app.screen.query(Toast)]


async def shown(pilot: Pilot[None], source: boards.BoardSource, board: Board) -> None:
    """Let the first board be seen, then give the next one."""
    app = cast(TrainmonApp, pilot.app)
    await until(pilot, lambda: app.board is source.board)
    source.board = board


@pytest.mark.parametrize("name", [name for name in boards.HOSTILE_NAMES if name] + ["mmarco/baseline"])
async def test_a_toast_tells_what_happened_and_nothing_in_it_is_markup(name: str, tmp_path: Path) -> None:
    app, source = app_of(boards.board([replace(FINE, name=name)]), tmp_path)
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await shown(pilot, source, boards.board([failed(name, f"[bold]{name}[/bold] [/] gone")]))
        await until(pilot, lambda: len(toasts(app)) == 1)

        (toast,) = toasts(app)
        assert "[bold]" in toast
        assert "[/] gone" in toast
        assert "\x1b" not in toast


async def test_the_bell_rings_unless_it_is_not_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []
    monkeypatch.setattr(TrainmonApp, "bell", lambda self: rung.append("rung"))
    for bell in (True, False):
        app, source = app_of(boards.board([FINE]), tmp_path / str(bell), bell=bell)
        async with app.run_test(size=(100, 30), notifications=True) as pilot:
            await shown(pilot, source, boards.board([failed()]))
            await until(pilot, lambda app=app: len(toasts(app)) == 1)  # type: ignore[misc]

    assert rung == ["rung"]


async def test_many_things_at_once_are_one_toast(tmp_path: Path) -> None:
    files = [(replace(FINE.files[0], path=f"{at}.log"),) for at in range(5)]
    before = [replace(FINE, name=str(at), files=file) for at, file in enumerate(files)]
    after = [replace(failed(), name=str(at), files=file) for at, file in enumerate(files)]
    app, source = app_of(boards.board(before), tmp_path)
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await shown(pilot, source, boards.board(after))
        await until(pilot, lambda: len(toasts(app)) > 0)
        await pilot.pause()

        assert len(toasts(app)) == 1
        assert "5 alerts: 5 failed" in toasts(app)[0]


async def test_a_low_screen_gives_two_alerts_one_line_and_the_screen_that_opens_all_of_them(tmp_path: Path) -> None:
    files = (replace(FINE.files[0], path="logs/other.log"),)
    app, source = app_of(boards.board([FINE, replace(FINE, name="other", files=files)]), tmp_path)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await shown(pilot, source, boards.board([failed(), replace(failed(), name="other", files=files)]))
        await until(pilot, lambda: bool(toasts(app)))

        assert len(toasts(app)) == 1
        assert "2 alerts" in toasts(app)[0]
        assert "other failed" in toasts(app)[0]
        await pilot.press("enter")
        await until(pilot, lambda: not toasts(app))


async def test_the_next_screen_does_not_tell_it_again(tmp_path: Path) -> None:
    app, source = app_of(boards.board([FINE]), tmp_path)
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await shown(pilot, source, boards.board([failed()]))
        await until(pilot, lambda: len(toasts(app)) == 1)
    again, source = app_of(boards.board([failed()]), tmp_path)
    async with again.run_test(size=(100, 30), notifications=True) as pilot:
        await shown(pilot, source, boards.board([failed()]))
        await until(pilot, lambda: again.board == source.board)
        await pilot.pause(0.1)

        assert toasts(again) == []


OSC = re.compile("\x1b\\][^\x00-\x1f\x7f-\x9f]*\x1b\\\\")


@pytest.mark.parametrize("name", boards.HOSTILE_NAMES)
@pytest.mark.parametrize(
    ("environment", "start"),
    [
        pytest.param({"TERM": "xterm-256color"}, "\x1b]9;trainmon: ", id="OSC 9"),
        pytest.param({"TERM": "foot"}, "\x1b]777;notify;trainmon;", id="OSC 777 of foot"),
        pytest.param({"TERM": "xterm-256color", "VTE_VERSION": "7200"}, "\x1b]777;notify;trainmon;", id="OSC 777"),
    ],
)
def test_a_hostile_name_never_reaches_the_terminal_raw(name: str, environment: dict[str, str], start: str) -> None:
    told = alert(replace(FINE, name=name), text=f"failed: {name}\x9c\x07\x1b\\;rm " * 40)

    sequence = desktop_sequence(desktop_text(Bulletin(alerts=(told,), first_told=frozenset({(told.log, told.cause)}))),
                                environment)  # fmt: skip

    assert sequence.startswith(start)
    assert OSC.fullmatch(sequence)
    assert len(sequence) < 250
    assert all(ord(character) >= 32 for character in headline([told]))


def test_a_semicolon_cannot_begin_another_field() -> None:
    assert desktop_sequence("4;1;50", {}) == "\x1b]9;trainmon: 4;1;50\x1b\\"
    assert desktop_sequence("a;b", {"TERM": "rxvt-unicode"}) == "\x1b]777;notify;trainmon;a,b\x1b\\"


def test_in_tmux_the_sequence_is_handed_through() -> None:
    sequence = desktop_sequence("done", {"TMUX": "/tmp/tmux-0/default,1,0"})

    assert sequence == "\x1bPtmux;\x1b\x1b]9;trainmon: done\x1b\x1b\\\x1b\\"


def test_the_desktop_is_told_by_one_screen_only() -> None:
    told = alert(FINE)

    assert desktop_text(Bulletin(alerts=(told,))) == ""
    assert desktop_text(Bulletin(alerts=(told,), first_told=frozenset({(told.log, told.cause)}))) == (
        "mmarco/baseline failed: no memory"
    )


def test_alerts_are_summed_up() -> None:
    told = [alert(FINE), alert(FINE, AlertKind.NAN), alert(FINE)]

    assert summary(told) == "3 alerts: 2 failed, 1 NaN"
    assert headline(told[:1]) == "mmarco/baseline failed"
    assert terminal_title(boards.board([failed()])) == "trainmon 1 failed"


async def test_the_theme_is_kept_for_the_next_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    path = tmp_path / "state" / "preferences.json"
    app = TrainmonApp(boards.BoardSource(boards.board()), hz=100, preferences=Preferences(path))
    async with app.run_test() as pilot:
        app.theme = "nord"
        await until(pilot, path.exists)

    again = TrainmonApp(boards.BoardSource(boards.board()), preferences=Preferences(path))

    assert again.theme == "nord"


@pytest.mark.parametrize("contents", ["", '{"theme": "no such theme"}', '{"theme": 3}', "[]", "\x00"])
def test_a_preference_that_is_none_means_the_default(contents: str, tmp_path: Path) -> None:
    path = tmp_path / "preferences.json"
    path.write_text(contents)

    app = TrainmonApp(boards.BoardSource(boards.board()), preferences=Preferences(path))

    assert app.theme == TrainmonApp(boards.BoardSource(boards.board())).theme


async def test_y_copies_the_run_under_the_cursor_and_shift_y_its_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    app, _ = app_of(boards.board(), tmp_path)
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await until(pilot, lambda: app.board is not None)
        await pilot.pause()

        await pilot.press("y")
        await until(pilot, lambda: app.clipboard.startswith("lora/llama-13b-bs8, failed"))
        await pilot.press("enter", "n", "Y")
        await until(pilot, lambda: app.clipboard.startswith("{"))

        assert json.loads(app.clipboard)["name"] == "pipeline/colbert"


def test_a_run_in_one_line() -> None:
    assert clipboard.line_of(FINE) == (
        "mmarco/baseline, running, 43 %, step 1,720/4,000, 0.53 s/step, 25m 10s left (23m to 27m), = within"
    )


@pytest.mark.parametrize(
    ("program", "copied"),
    [
        pytest.param('#!/bin/sh\n[ "$*" = "load-buffer -w -" ] && cat > "$OUT"', True, id="tmux takes it"),
        pytest.param("#!/bin/sh\nexit 1", False, id="an old tmux does not know -w"),
        pytest.param(None, False, id="tmux is not there"),
    ],
)
def test_in_tmux_text_goes_to_its_buffer(
    program: str | None, copied: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if program is not None:
        (tmp_path / "tmux").write_text(program)
        (tmp_path / "tmux").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin" if program is not None else str(tmp_path))
    monkeypatch.setenv("OUT", str(tmp_path / "out"))

    assert clipboard.to_tmux("één\n", {"TMUX": "x"}) is copied
    assert not clipboard.to_tmux("one", {})
    if copied:
        assert (tmp_path / "out").read_text() == "één\n"
