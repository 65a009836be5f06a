"""Boards cross from the process that reads to the screen's, and only what changed does."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
import pytest

from tests import boards
from tests.pseudo_terminal import LONG_S, REPOSITORY
from trainmon import board_process
from trainmon.board_changes import BoardDifference, ChangedBoard
from trainmon.board_process import BoardProcess, ReadingSource, ReadingStoppedError
from trainmon.errors import UsageError
from trainmon.run_choices import PlanChoice
from trainmon.snapshot import Board, Skipped


@dataclass
class Reading:
    """Gives boards; notes in a file what it was asked, which the test's process can read."""

    book: Path
    left: int = 0
    fault: str = ""

    @property
    def behind(self) -> bool:
        return self.left > 0

    def read_on(self, budget_s: float) -> None:
        self.left -= 1
        self._note("read on")

    def refresh(self) -> Board:
        self._note("refresh")
        if self.fault:
            raise ValueError(self.fault)
        return boards.board(boards.every_kind())

    def choose(self, choice: PlanChoice) -> None:
        self._note(f"choose for {choice.runs}")

    def close(self) -> None:
        self._note("closed")

    def _note(self, what: str) -> None:
        with self.book.open("a") as book:
            book.write(f"{what}\n")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return tmp_path / "book"


@pytest.fixture(autouse=True)
def _time_to_close(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine the process may not come to note in a second that it was closed."""
    monkeypatch.setattr(board_process, "_GRACE_S", LONG_S)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONG_S
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)


def test_a_board_is_the_same_on_the_other_side(book: Path) -> None:
    process = BoardProcess(lambda: (Reading(book), "settings"))

    given, board = process.ready(), process.refresh()
    process.close()

    assert given == "settings"
    assert repr(board) == repr(boards.board(boards.every_kind()))
    assert book.read_text().splitlines() == ["refresh", "closed"]


def test_the_source_lives_in_a_process_of_its_own(book: Path) -> None:
    process = BoardProcess(lambda: (Reading(book), os.getpid()))

    pid = process.ready()
    process.close()

    assert pid != os.getpid()


def test_history_is_read_on_while_nobody_asks(book: Path) -> None:
    process = BoardProcess(lambda: (Reading(book, left=3), None))
    process.ready()
    process.refresh()
    process.refresh()
    until(lambda: book.read_text().count("read on\n") == 3)

    process.close()

    assert book.read_text().splitlines() == ["refresh", "refresh", "read on", "read on", "read on", "closed"]


def test_a_choice_and_the_question_behind_it_are_both_heard_while_history_is_read(book: Path) -> None:
    process = BoardProcess(lambda: (Reading(book, left=10**9), None))
    process.ready()

    process.refresh()
    process.choose(PlanChoice(runs=("lora",), no_plan=True))
    process.refresh()
    process.close()

    asked = [line for line in book.read_text().splitlines() if line != "read on"]
    assert asked == ["refresh", "choose for ('lora',)", "refresh", "closed"]


def test_what_the_user_got_wrong_is_told_before_the_screen_starts() -> None:
    def wrong() -> tuple[ReadingSource, None]:
        raise UsageError("no scenario is called fast")

    process = BoardProcess(wrong)

    with pytest.raises(UsageError, match="no scenario is called fast"):
        process.ready()
    process.close()


def test_an_error_while_reading_says_what_went_wrong_where(book: Path) -> None:
    process = BoardProcess(lambda: (Reading(book, fault="no such step"), None))
    process.ready()

    with pytest.raises(ReadingStoppedError, match=r"ValueError: no such step \(test_board_process.py:\d+\)"):
        process.refresh()
    process.close()


def test_a_killed_process_is_told(book: Path) -> None:
    process = BoardProcess(lambda: (Reading(book), os.getpid()))
    pid = process.ready()
    process.refresh()
    os.kill(pid, signal.SIGKILL)

    with pytest.raises(ReadingStoppedError, match="SIGKILL"):
        process.refresh()
    process.close()


def test_boards_made_from_changes_are_the_boards() -> None:
    one, two, *others = boards.every_kind()
    changed = replace(one, step=1.0)
    series = [
        boards.board((one, two)),
        boards.board((one, two, *others)),
        boards.board((two, changed)),
        replace(boards.board((two, changed)), skipped=(Skipped(path="a.pt", reason="binary"),), catching_up=True),
        boards.board(()),
        boards.board((one,)),
    ]
    difference, there = BoardDifference(), ChangedBoard()

    made = [there.take(pickle.loads(pickle.dumps(difference.take(board)))) for board in series]

    assert repr(made) == repr(series)  # equal but for NaN, which equals nothing


def test_only_runs_that_changed_are_sent() -> None:
    one, two, three, *_ = boards.every_kind()
    difference = BoardDifference()
    difference.take(boards.board((one, two, three)))

    change = difference.take(boards.board((three, replace(two, step=1.0), one)))

    assert [run.name for _, run in change.fresh] == [two.name]
    assert change.same_documents


def test_where_only_time_went_by_its_parts_are_the_same() -> None:
    difference, there = BoardDifference(), ChangedBoard()
    board = boards.board(boards.every_kind())
    before = there.take(difference.take(board))

    after = there.take(difference.take(replace(board, taken_at=board.taken_at + 1)))

    assert after.taken_at == before.taken_at + 1
    assert after.runs is before.runs
    assert after.documents is before.documents


def test_the_process_ends_with_the_screens_process_however_that_ends(book: Path) -> None:
    program = (
        "import time\n"
        "from pathlib import Path\n"
        "from tests.test_board_process import Reading\n"
        "from trainmon.board_process import BoardProcess\n"
        f"process = BoardProcess(lambda: (Reading(Path({str(book)!r}), left=10**9), None))\n"
        "process.ready(); process.refresh(); process.refresh()\n"
        "print('shown', flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=REPOSITORY) as screen:
        assert screen.stdout is not None
        assert screen.stdout.readline() == b"shown\n"
        (reading,) = psutil.Process(screen.pid).children()

        screen.kill()

    until(lambda: book.read_text().endswith("closed\n"))
    until(lambda: not reading.is_running() or reading.status() == psutil.STATUS_ZOMBIE)
