"""The user's command, really run."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from tests import boards
from trainmon.alerts.alerting import Alerting
from trainmon.alerts.hooks import CommandHook
from trainmon.alerts.memory import AlertMemory
from trainmon.errors import UsageError

LONG_S = 180.0


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + LONG_S
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)


def program(folder: Path, text: str) -> str:
    """A command that runs a Python program; the folder's name has a blank and a quote in it."""
    folder = folder / "it's mine"
    folder.mkdir(exist_ok=True)
    path = folder / "hook.py"
    path.write_text(text)
    quoted = str(path).replace("'", "'\"'\"'")
    return f"{sys.executable} '{quoted}'"


def test_the_command_gets_the_event_on_stdin_and_in_its_arguments(tmp_path: Path) -> None:
    out = tmp_path / "out"
    text = (
        "import json, os, sys\n"
        f"open({str(out)!r} + '.new', 'w').write(json.dumps([sys.argv[1:], sys.stdin.read()]))\n"
        f"os.rename({str(out)!r} + '.new', {str(out)!r})\n"
    )
    hook = CommandHook(program(tmp_path, text) + " --title '{run}: {event}' {text} {other} $HOME ;")

    hook.tell({"run": "a; $(touch x) {text}", "event": "failed", "text": "-rf"}, '{"a": 1}')
    until(out.exists)
    hook.close()

    arguments, stdin = json.loads(out.read_text())
    assert arguments == ["--title", "a; $(touch x) {text}: failed", "./-rf", "{other}", "$HOME", ";"]
    assert stdin == '{"a": 1}'
    assert hook.take_notes() == []


@pytest.mark.parametrize(
    ("text", "note"),
    [
        pytest.param("import sys; sys.exit('no \\x1b[2J bus')", "exit status 1: no ␛[2J bus", id="fails"),
        pytest.param("import sys; sys.stdin.close(); sys.exit(3)", "exit status 3", id="does not read"),
        pytest.param("import time; time.sleep(600)", "killed after 0.3 s", id="never ends"),
    ],
)
def test_what_goes_wrong_becomes_a_note(tmp_path: Path, text: str, note: str) -> None:
    hook = CommandHook(program(tmp_path, text), timeout_s=0.3 if "600" in text else LONG_S)

    hook.tell({}, "x" * 1_000_000)
    notes: list[str] = []

    def noted() -> bool:
        notes.extend(hook.take_notes())
        return bool(notes)

    until(noted)
    hook.close()

    assert note in notes[0]


def test_a_command_that_ends_late_takes_its_children_with_it(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    text = (
        "import os, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(pids)!r} + '.new', 'w').write(str(child.pid))\n"
        f"os.rename({str(pids)!r} + '.new', {str(pids)!r})\n"
        "time.sleep(600)\n"
    )
    time_enough = iter((2.0, 10.0, 60.0, LONG_S))
    while not pids.exists():  # a busy machine takes some seconds to start two programs
        hook = CommandHook(program(tmp_path, text), timeout_s=next(time_enough))
        hook.tell({}, "")
        until(hook.take_notes)

    until(lambda: is_gone(int(pids.read_text())))


def is_gone(pid: int) -> bool:
    """Whether a process ended; whoever inherited it may not have asked for its status yet."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_only_so_many_run_at_once_and_the_rest_waits(tmp_path: Path) -> None:
    running = tmp_path / "running"
    running.mkdir()
    text = (
        "import os, sys, time\n"
        f"mine = os.path.join({str(running)!r}, str(os.getpid()))\n"
        "open(mine, 'w').close()\n"
        f"while not os.path.exists({str(tmp_path / 'go')!r}): time.sleep(0.01)\n"
        "os.rename(mine, mine + '.done')\n"
    )
    hook = CommandHook(program(tmp_path, text), at_once=2, most_waiting=3)

    for _ in range(2):
        hook.tell({}, "")
    until(lambda: len(list(running.iterdir())) == 2)
    for _ in range(5):
        hook.tell({}, "")
    seen = len(list(running.iterdir()))
    (tmp_path / "go").touch()
    until(lambda: len(list(running.glob("*.done"))) == 5)

    assert seen == 2
    assert len([note for note in hook.take_notes() if "left out" in note]) == 2


@pytest.mark.parametrize(
    "command",
    [
        pytest.param("", id="empty"),
        pytest.param("notify-send 'unfinished", id="an open quote"),
        pytest.param("no-such-program-here --now", id="unknown"),
    ],
)
def test_a_command_that_cannot_run_is_a_usage_error(command: str) -> None:
    with pytest.raises(UsageError, match="on-event"):
        CommandHook(command)


def test_a_board_s_news_reaches_the_command_once_with_the_run(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    hook = CommandHook(program(tmp_path, f"import sys; open({str(out)!r}, 'a').write(sys.stdin.read())"))
    memory = tmp_path / "alerts.json"
    fine, failed = boards.within(), replace(boards.out_of_memory(), files=boards.within().files)
    alerting, second = Alerting(AlertMemory(memory), hook), Alerting(AlertMemory(memory), hook)

    for each in (alerting, second):
        each.take(boards.board([fine]))
    bulletins = [each.take(boards.board([failed])) for each in (alerting, second, alerting)]
    until(lambda: out.exists() and out.read_text().endswith("\n"))
    alerting.close()

    (line,) = out.read_text().splitlines()
    event = json.loads(line)
    assert event["schema"] == "trainmon/1"
    assert event["event"]["kind"] == "failed"
    assert event["event"]["at"] == "2026-02-02T02:40:00Z"
    assert event["run"]["state"] == "failed"
    assert [len(bulletin.alerts) for bulletin in bulletins] == [1, 1, 0]
    assert [len(bulletin.first_told) for bulletin in bulletins] == [1, 0, 0]


def test_a_memory_that_cannot_be_written_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("a file")
    alerting = Alerting(AlertMemory(tmp_path / "blocked" / "alerts.json"), notes=["left aside"])

    first = alerting.take(boards.board([boards.within()]))
    second = alerting.take(boards.board([replace(boards.out_of_memory(), files=boards.within().files)]))

    assert first.notes[0] == "left aside"
    assert "alerts are not remembered" in first.notes[1]
    assert second.notes == ()
