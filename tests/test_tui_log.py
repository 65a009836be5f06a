"""The log section on the real app without a terminal: follow mode, search, reading, the jump from a problem."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests import boards
from tests.pressed import text_of, until
from trainmon.events import ProblemKind
from trainmon.reading.log_text import GrowingText
from trainmon.reading.readable import Extent, PieceRead, ReadableLog
from trainmon.run_log import RunLog
from trainmon.settings import Settings
from trainmon.snapshot import ProblemInfo, RunSnapshot
from trainmon.tui.app import TrainmonApp
from trainmon.tui.log_section import LogSection
from trainmon.tui.log_view import LogView
from trainmon.tui.spanview import LinesView

SIZE = (80, 24)
FAILURE = "RuntimeError: CUDA out of memory. a rare word"
LINES = [f"{{'loss': {3 - at / 1000:.4f}, 'epoch': {at / 400:.4f}}}" for at in range(2000)]


class FileSource(boards.BoardSource):
    """One run whose log lies in a file."""

    def __init__(self, log: Path, *problems: ProblemInfo) -> None:
        super().__init__(boards.board([replace(boards.within(), problems=problems)]))
        self.path = log

    def log(self, run: RunSnapshot) -> ReadableLog:
        return RunLog(GrowingText(self.path), Settings())


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "train.log"
    path.write_text("\n".join([*LINES[:700], FAILURE, *LINES[700:]]) + "\n")
    return path


def view_of(pilot: Pilot[None]) -> LogView:
    return pilot.app.screen.query_one(LogView)


def here(pilot: Pilot[None]) -> str:
    place = view_of(pilot).place
    return place.lines[place.cursor].text if place.lines else ""


def status(pilot: Pilot[None]) -> str:
    return "".join(text for row in pilot.app.screen.query_one("#log-status", LinesView).rows for text, _ in row)


async def open_log(pilot: Pilot[None], awaited: str) -> None:
    app = pilot.app
    assert isinstance(app, TrainmonApp)
    await until(pilot, lambda: app.board is not None)
    await pilot.press("enter", "5")
    await until(pilot, lambda: awaited in here(pilot))


async def test_it_opens_at_the_end_and_follows_what_is_added(log: Path) -> None:
    async with TrainmonApp(FileSource(log), hz=100).run_test(size=SIZE) as pilot:
        await open_log(pilot, LINES[-1])
        await until(pilot, lambda: "line 2,001" in status(pilot))
        assert " following " in status(pilot)
        assert "not following" not in status(pilot)

        with log.open("a") as file:
            file.write("one more line\n")

        await until(pilot, lambda: here(pilot) == "one more line")
        assert "one more line" in text_of(pilot.app)


async def test_scrolling_up_leaves_the_end_and_a_key_goes_back_to_it(log: Path) -> None:
    async with TrainmonApp(FileSource(log), hz=100).run_test(size=SIZE) as pilot:
        await open_log(pilot, LINES[-1])

        await pilot.press("k")
        assert "not following" in status(pilot)
        shown = view_of(pilot).rows
        with log.open("a") as file:
            file.write("one more line\n")
        await until(pilot, lambda: "it has grown" in status(pilot))
        assert view_of(pilot).rows == shown

        await pilot.press("G")
        await until(pilot, lambda: here(pilot) == "one more line")
        assert "not following" not in status(pilot)


async def test_the_whole_log_can_be_scrolled_through(log: Path) -> None:
    async with TrainmonApp(FileSource(log), hz=100).run_test(size=SIZE) as pilot:
        await open_log(pilot, LINES[-1])

        await pilot.press("g")
        await until(pilot, lambda: here(pilot) == LINES[0])
        await pilot.press(*["pagedown"] * 30, "j", "k")
        page = view_of(pilot).place.height - 1
        await until(pilot, lambda: here(pilot) == LINES[30 * page])
        await pilot.press("F")
        await until(pilot, lambda: here(pilot) == LINES[-1])
        await pilot.press("F")

        assert "not following" in status(pilot)


async def test_what_is_searched_for_is_found_marked_and_gone_through(log: Path) -> None:
    async with TrainmonApp(FileSource(log), hz=100).run_test(size=SIZE) as pilot:
        await open_log(pilot, LINES[-1])

        await pilot.press("slash", *"rare WORD", "enter")
        await until(pilot, lambda: "not found: rare WORD" in status(pilot))
        await pilot.press("slash", *"rare word", "enter")
        await until(pilot, lambda: "rare word" in here(pilot) and "found" in status(pilot))
        (marked,) = (text for row in view_of(pilot).rows for text, role in row if role == "match")
        assert marked == "rare word"

        await pilot.press("slash", *"/'loss': 2.1\\d50/", "enter")
        await until(pilot, lambda: "'loss': 2.1950" in here(pilot))
        await pilot.press("n", "n")
        await until(pilot, lambda: "'loss': 2.1750" in here(pilot))
        await pilot.press("N")
        await until(pilot, lambda: "'loss': 2.1850" in here(pilot))


async def test_keys_typed_right_behind_the_search_are_for_what_it_finds(log: Path) -> None:
    async with TrainmonApp(FileSource(log), hz=100).run_test(size=SIZE) as pilot:
        await open_log(pilot, LINES[-1])

        await pilot.press("slash", *"': 2.2", "enter", "n", "n", "n", "N")

        await until(pilot, lambda: "'loss': 2.2970" in here(pilot))


async def test_a_pattern_that_is_none_is_told(log: Path) -> None:
    async with TrainmonApp(FileSource(log), hz=100).run_test(size=SIZE) as pilot:
        await open_log(pilot, LINES[-1])

        await pilot.press("slash", *"/loss(/", "enter")

        await until(pilot, lambda: "no regular expression" in status(pilot))


class EndlessSource(FileSource):
    """One run whose log takes days to search."""

    def log(self, run: RunSnapshot) -> ReadableLog:
        return EndlessLog()


class EndlessLog:
    LINE = b"step 1 loss 2.5\n"

    def look(self) -> Extent:
        return Extent(size=len(self.LINE) << 40)

    def read(self, offset: int, size: int) -> bytes:
        skipped = offset % len(self.LINE)
        return (self.LINE * (size // len(self.LINE) + 2))[skipped : skipped + size]

    def explain(self, begin: int, end: int) -> tuple[PieceRead, ...]:
        return (PieceRead(format_name=None),)

    def close(self) -> None:
        return


async def test_escape_stops_the_search_then_takes_the_marks_then_goes_back(log: Path) -> None:
    async with TrainmonApp(EndlessSource(log), hz=100).run_test(size=SIZE) as pilot:
        await open_log(pilot, "step 1")

        await pilot.press("slash", *r"/(?!x)step.*quota/", "enter")
        await until(pilot, lambda: "searched" in status(pilot))
        await pilot.press("escape")
        assert "search stopped" in status(pilot)
        assert view_of(pilot).needle is not None
        await pilot.press("escape")
        assert view_of(pilot).needle is None
        await pilot.press("escape")
        assert not pilot.app.screen.query(LogView)


async def test_the_next_run_is_shown_by_n_where_nothing_is_searched(log: Path) -> None:
    source = FileSource(log)
    source.board = boards.board([boards.within(), boards.finished()])
    async with TrainmonApp(source, hz=100).run_test(size=SIZE) as pilot:
        await open_log(pilot, LINES[-1])
        name = pilot.app.screen.chosen_run  # type: ignore[attr-defined]

        await pilot.press("n")

        assert pilot.app.screen.chosen_run != name  # type: ignore[attr-defined]
        await until(pilot, lambda: here(pilot) == LINES[-1])


async def test_enter_tells_what_the_line_under_the_cursor_was_read_as(log: Path) -> None:
    async with TrainmonApp(FileSource(log), hz=100).run_test(size=SIZE) as pilot:
        await open_log(pilot, LINES[-1])

        await pilot.press("enter")
        await until(pilot, lambda: "format huggingface" in text_of(pilot.app))
        assert "→ Metrics" in text_of(pilot.app)
        assert "loss=1.001" in text_of(pilot.app)

        await pilot.press("slash", *"rare", "enter")
        await until(pilot, lambda: "→ Problem" in text_of(pilot.app))
        await pilot.press("enter")
        assert "Read as ─" not in text_of(pilot.app)


@pytest.mark.parametrize("hostile", boards.HOSTILE_NAMES[:5])
async def test_hostile_text_is_shown_and_never_acts(hostile: str, tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    log.write_text(f"{hostile}\nend\n", encoding="utf-8")
    async with TrainmonApp(FileSource(log), hz=100).run_test(size=SIZE) as pilot:
        await open_log(pilot, "end")

        await pilot.press("k", "enter")
        await until(pilot, lambda: "no format knows" in text_of(pilot.app))

        assert "\x1b" not in text_of(pilot.app)
        assert pilot.app.is_running


async def test_enter_on_a_problem_shows_its_line_of_the_log(log: Path) -> None:
    problems = [
        ProblemInfo(kind=ProblemKind.NAN, message="loss is nan", line=1200),
        ProblemInfo(kind=ProblemKind.TRACEBACK, message=FAILURE, line=701),
    ]
    async with TrainmonApp(FileSource(log, *problems), hz=100).run_test(size=SIZE) as pilot:
        app = pilot.app
        assert isinstance(app, TrainmonApp)
        await until(pilot, lambda: app.board is not None)
        await pilot.press("enter", "4")
        await until(pilot, lambda: LINES[-1] in text_of(pilot.app))
        first = next(line for line in text_of(pilot.app).splitlines() if "▸" in line)

        await pilot.press("down")
        second = next(line for line in text_of(pilot.app).splitlines() if "▸" in line)
        await pilot.press("enter")
        wanted = {"701": FAILURE, "1200": LINES[1198]}
        line = wanted["701" if "line 701" in second else "1200"]
        await until(pilot, lambda: here(pilot) == line)

        assert first != second
        assert "not following" in status(pilot)
        await pilot.press("4", "enter")
        other = wanted["701" if "line 701" in first else "1200"]
        await until(pilot, lambda: here(pilot) == other)


async def test_a_problem_that_no_line_reports_leads_nowhere(log: Path) -> None:
    measured = ProblemInfo(kind=ProblemKind.SLOWDOWN, message="1.5x slower", line=0)
    async with TrainmonApp(FileSource(log, measured), hz=100).run_test(size=SIZE, notifications=True) as pilot:
        app = pilot.app
        assert isinstance(app, TrainmonApp)
        await until(pilot, lambda: app.board is not None)

        await pilot.press("enter", "4", "enter")

        await until(pilot, lambda: "it was measured" in text_of(pilot.app))
        assert "Problems ─" in text_of(pilot.app)


async def test_a_line_that_is_no_longer_there_is_told(log: Path) -> None:
    gone = ProblemInfo(kind=ProblemKind.NAN, message="loss is nan", line=99_999)
    async with TrainmonApp(FileSource(log, gone), hz=100).run_test(size=SIZE) as pilot:
        app = pilot.app
        assert isinstance(app, TrainmonApp)
        await until(pilot, lambda: app.board is not None)

        await pilot.press("enter", "4", "enter")

        await until(pilot, lambda: "the log has no line 99,999" in status(pilot))


async def test_a_log_that_is_replaced_is_shown_from_its_new_end(log: Path) -> None:
    async with TrainmonApp(FileSource(log), hz=100).run_test(size=SIZE) as pilot:
        await open_log(pilot, LINES[-1])

        log.write_text("begun again\n")

        await until(pilot, lambda: here(pilot) == "begun again")
        assert LINES[-1] not in text_of(pilot.app)


async def test_the_place_is_kept_while_the_terminal_changes_its_size(log: Path) -> None:
    async with TrainmonApp(FileSource(log), hz=100).run_test(size=SIZE) as pilot:
        await open_log(pilot, LINES[-1])
        await pilot.press("slash", *"rare", "enter")
        await until(pilot, lambda: "rare word" in here(pilot))

        for size in [(60, 12), (200, 50), (40, 8), (80, 24)]:
            await pilot.resize_terminal(*size)
            await pilot.pause()

        assert "rare word" in here(pilot)
        assert "rare word" in text_of(pilot.app)


@contextmanager
def without_threads() -> Iterator[None]:
    import threading

    before = set(threading.enumerate())
    yield
    left = [thread for thread in set(threading.enumerate()) - before if thread.name == "trainmon-log"]
    for thread in left:
        thread.join(60)
    assert not [thread for thread in left if thread.is_alive()]


async def test_leaving_the_section_ends_its_thread(log: Path) -> None:
    with without_threads():
        async with TrainmonApp(FileSource(log), hz=100).run_test(size=SIZE) as pilot:
            await open_log(pilot, LINES[-1])
            await pilot.press("1")
            section = pilot.app.screen.query_one(LogSection)
            assert section._feed is None
            await pilot.press("5")
            await until(pilot, lambda: here(pilot) == LINES[-1])
            await pilot.press("escape")


async def test_what_was_redrawn_can_be_looked_into(tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    bar = "".join(f"\r {at}%|#         | {at}/100 [00:0{at // 10}<00:09, 10.0it/s, loss={at / 8}]" for at in range(100))
    log.write_text(f"begin\n{bar}\nend\n")
    async with TrainmonApp(FileSource(log), hz=100).run_test(size=SIZE) as pilot:
        await open_log(pilot, "end")
        assert len([line for line in text_of(pilot.app).splitlines() if "it/s" in line]) == 1

        await pilot.press("slash", *"loss=5.125", "enter")
        await until(pilot, lambda: "not found: loss=5.125  r: in redraws" in status(pilot))
        await pilot.press("r")
        await until(pilot, lambda: "each redraw" in status(pilot) and "98/100" in text_of(pilot.app))
        await pilot.press("n")
        await until(pilot, lambda: "41/100" in here(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "format tqdm" in text_of(pilot.app))
        assert "current=41" in text_of(pilot.app)

        await pilot.press("r")
        await until(pilot, lambda: "99/100" in here(pilot))
        assert "line 2 " in status(pilot)
