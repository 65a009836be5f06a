"""Keys, clicks and changes, pressed on the real app without a terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual import events
from textual.strip import Strip
from textual.widgets import Input, Static

from tests import boards
from tests.board_parts import eta
from tests.pressed import SIZE, app_of, main_text, ready, text_of, until
from trainmon.snapshot import Board, RunSnapshot
from trainmon.tui.app import TrainmonApp
from trainmon.tui.compare_screen import CompareScreen
from trainmon.tui.estimates_screen import EstimatesScreen
from trainmon.tui.feed import FeedStopped
from trainmon.tui.help_screen import HelpScreen
from trainmon.tui.overview import Overview
from trainmon.tui.run_screen import RunScreen
from trainmon.tui.source import Clock
from trainmon.tui.spanview import SpanView


async def test_the_first_paint_does_not_wait_for_a_board() -> None:
    app, _ = app_of()
    app.feed.start = lambda: None  # type: ignore[method-assign]
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()

        assert "reading the logs" in text_of(app)


async def test_every_run_is_listed_worst_first() -> None:
    app, _ = app_of()
    async with app.run_test(size=SIZE) as pilot:
        runs = await ready(pilot)

        text = text_of(app)
        assert runs.current == "lora/llama-13b-bs8"
        assert text.index("✗ failed") < text.index("‖ stalled") < text.index("✓ finished")


@pytest.mark.parametrize(
    ("keys", "name"),
    [
        pytest.param(["down"], "pipeline/colbert", id="down"),
        pytest.param(["f", "j", "j"], "pipeline/colbert", id="j passes over the folder's title"),
        pytest.param(["j", "j", "k"], "pipeline/colbert", id="k"),
        pytest.param(["G"], "mmarco/baseline-seed2", id="G"),
        pytest.param(["end", "g"], "lora/llama-13b-bs8", id="g"),
        pytest.param(["pagedown"], "mmarco/baseline-seed2", id="page down"),
        pytest.param(["end", "pageup"], "lora/llama-13b-bs8", id="page up"),
        pytest.param(["up"], "lora/llama-13b-bs8", id="up stays at the top"),
    ],
)
async def test_keys_move_the_cursor(keys: list[str], name: str) -> None:
    app, _ = app_of()
    async with app.run_test(size=SIZE) as pilot:
        runs = await ready(pilot)

        await pilot.press(*keys)

        assert runs.current == name


async def test_enter_opens_the_run_and_escape_goes_back() -> None:
    app, _ = app_of()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)

        await pilot.press("down", "enter")
        opened = app.screen
        await pilot.press("escape")

        assert isinstance(opened, RunScreen)
        assert opened.run_name == "pipeline/colbert"
        assert isinstance(app.screen, Overview)


async def test_a_click_selects_and_a_second_click_opens() -> None:
    app, _ = app_of()
    async with app.run_test(size=SIZE) as pilot:
        runs = await ready(pilot)

        await pilot.click("#main", offset=(20, 1))
        selected = runs.current
        await pilot.click("#main", offset=(20, 1))

        assert selected == "pipeline/colbert"
        assert isinstance(app.screen, RunScreen)


async def test_a_click_on_a_folder_does_nothing() -> None:
    app, _ = app_of()
    async with app.run_test(size=SIZE) as pilot:
        runs = await ready(pilot)
        await pilot.press("f")

        await pilot.click("#main", offset=(3, 0))

        assert runs.current == "lora/llama-13b-bs8"
        assert isinstance(app.screen, Overview)


async def test_the_filter_narrows_the_list_and_escape_widens_it() -> None:
    app, _ = app_of()
    async with app.run_test(size=SIZE) as pilot:
        runs = await ready(pilot)

        await pilot.press("slash", *"rag", "enter")
        narrowed, text = runs.current, text_of(app)
        await pilot.press("escape")

        assert narrowed == "pipeline/rag-index"
        assert "llama" not in text
        assert "only “rag”" in text
        assert "llama" in text_of(app)
        assert app.focused is runs


async def test_s_changes_the_order() -> None:
    app, _ = app_of()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)

        await pilot.press("s")

        text = text_of(app)
        assert "time left" in text
        assert text.index("hans-resumed") < text.index("colbert") < text.index("resnet50")


async def test_all_runs_stand_in_one_list_until_f_groups_them_by_folder() -> None:
    app, _ = app_of()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)

        one_list = text_of(app)
        await pilot.press("f")
        grouped = text_of(app)
        await pilot.press("f")

        assert "/llama-13b-bs8" in one_list
        assert "lora/ ─" not in one_list
        assert "lora/ ─" in grouped
        assert text_of(app) == one_list


async def test_the_filter_is_a_box_with_a_name_while_words_are_typed() -> None:
    app, _ = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("slash", *"rag")

        assert "┌─ Filter ─" in text_of(app)
        assert "│ rag" in text_of(app)
        await pilot.press("enter")
        assert "Filter ─" not in text_of(app)


async def test_a_notice_stands_above_the_footer_and_over_no_run() -> None:
    runs = [replace(boards.within(), name=f"run-{at:02d}") for at in range(40)]
    app, _ = app_of(boards.board(runs))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        listed = await ready(pilot)
        lines = listed.size.height
        app.notify("loss is nan since step 1,204 " * 2, title="run-07", severity="error", timeout=60, markup=False)
        await until(pilot, lambda: "loss is nan" in text_of(app))
        await pilot.pause()

        text = text_of(app).splitlines()
        assert "loss is nan" in text[-2]
        assert listed.size.height == lines - 2
        assert all("%" in line for line in text[3 : 3 + listed.size.height])


async def test_the_cursor_stays_on_its_run_when_the_order_changes() -> None:
    app, source = app_of()
    async with app.run_test(size=SIZE) as pilot:
        runs = await ready(pilot)
        await pilot.press("slash", *"baseline", "enter", "g")
        assert runs.current == "mmarco/baseline"
        await pilot.press("escape")

        worse = replace(boards.out_of_memory(), name="mmarco/baseline")
        source.board = boards.board([*boards.every_kind()[1:], worse])
        await until(pilot, lambda: app.board is source.board)

        assert runs.current == "mmarco/baseline"


async def test_marked_runs_are_compared() -> None:
    app, _ = app_of()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)

        await pilot.press("space", "space", "c")

        assert isinstance(app.screen, CompareScreen)
        assert "A lora/llama-13b-bs8" in main_text(app)
        assert "B pipeline/colbert" in main_text(app)
        await pilot.press("l", "m")
        assert "log   smoothed" in main_text(app)


async def test_marks_that_a_filter_hides_are_counted_and_not_compared() -> None:
    app, _ = app_of()
    async with app.run_test(size=SIZE) as pilot:
        runs = await ready(pilot)
        await pilot.press("G", "space", "g", "space")
        await pilot.press("slash", *"mmarco", "enter", "g", "space", "space")
        await until(pilot, lambda: "hidden" in text_of(app))
        head = text_of(app).splitlines()[1]
        wanted = runs.marked.intersection(runs.names)

        await pilot.press("c")

        assert "3 marked (and 1 hidden)" in head
        assert isinstance(app.screen, CompareScreen)
        assert set(app.screen._names) == wanted
        assert len(wanted) == 3


async def test_comparing_needs_two_marked_runs() -> None:
    app, _ = app_of()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)

        await pilot.press("space", "c")

        assert isinstance(app.screen, Overview)


async def test_d_shows_the_documents() -> None:
    app, _ = app_of()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)

        await pilot.press("d")

        assert isinstance(app.screen, EstimatesScreen)
        assert "Contradictions" in text_of(app)


async def test_the_question_mark_opens_the_help_once() -> None:
    app, _ = app_of()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)

        await pilot.press("question_mark")
        first = app.screen
        await pilot.press("question_mark")

        assert isinstance(first, HelpScreen)
        assert isinstance(app.screen, Overview)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("1", "Timeline"),
        ("2", "grad_norm"),
        ("3", "Documented against measured"),
        ("4", "torch.cuda.OutOfMemoryError"),
        ("5", "{'loss': 1.5250"),
    ],
)
async def test_number_keys_show_the_sections_of_a_run(key: str, text: str) -> None:
    app, _ = app_of()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)

        await pilot.press("enter", key)
        await until(pilot, lambda: text in main_text(app))

        assert text in main_text(app)


async def test_a_key_typed_right_behind_enter_is_for_the_run() -> None:
    app, _ = app_of()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)

        app.post_message(events.Key("enter", None))
        app.post_message(events.Key("3", "3"))

        await until(pilot, lambda: "Documented against measured" in text_of(app))


async def test_tab_goes_round_the_sections() -> None:
    app, _ = app_of()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await pilot.press("enter")
        first = main_text(app)

        await pilot.press("tab", "tab", "tab", "tab", "tab")

        assert main_text(app) == first


async def test_charts_take_a_log_scale_smoothing_and_a_cursor() -> None:
    app, _ = app_of()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)

        await pilot.press("enter", "2", "l", "m", "left")

        assert "log, smoothed" in main_text(app)
        assert "   at " in main_text(app)


async def test_n_shows_the_next_run() -> None:
    app, _ = app_of()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)

        await pilot.press("enter", "n")

        assert isinstance(app.screen, RunScreen)
        assert app.screen.run_name == "pipeline/colbert"


@pytest.mark.parametrize("keys", [["n", "n"], ["p"]], ids=["next", "previous"])
async def test_the_list_comes_back_on_the_run_that_was_viewed_last(keys: list[str]) -> None:
    app, _ = app_of()
    async with app.run_test(size=SIZE) as pilot:
        runs = await ready(pilot)
        await pilot.press("enter", *keys)
        assert isinstance(app.screen, RunScreen)
        viewed = app.screen.run_name

        await pilot.press("q")

        assert runs.current == viewed != "lora/llama-13b-bs8"
        (line,) = (line for line in text_of(app).splitlines() if "▸" in line)
        assert viewed.rpartition("/")[2] in line


async def test_the_log_opens_at_its_end_each_time() -> None:
    app, source = app_of(boards.board([boards.within()]))
    source.lines = tuple(f"line {at}" for at in range(200))
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)

        await pilot.press("enter", "4")
        await until(pilot, lambda: "line 199" in text_of(app))
        await pilot.press("5")
        await until(pilot, lambda: "line 199" in text_of(app))
        await pilot.press("1", "5")
        await pilot.pause()

        assert "line 190" in text_of(app)
        assert "line 199" in text_of(app)


async def test_the_end_of_the_log_below_the_problems_is_on_the_screen() -> None:
    run = replace(boards.out_of_memory(), problems=boards.out_of_memory().problems * 2)
    app, source = app_of(boards.board([run]))
    source.lines = tuple(f"{at} " + "a long line of a traceback " * 5 for at in range(200))
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)

        await pilot.press("enter", "4")
        await until(pilot, lambda: "199 a long line" in main_text(app))

        assert len(main_text(app).splitlines()) <= max(24, 6 * 6 + 8)
        few = replace(run, problems=run.problems[:1])
        source.board = boards.board([few])
        await until(pilot, lambda: app.board is source.board)
        assert "199 a long line" in text_of(app)


async def test_the_open_run_follows_the_board() -> None:
    app, source = app_of(boards.board([boards.within()]))
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await pilot.press("enter")

        source.board = boards.board([replace(boards.within(), step=1999, eta=eta(60))])
        await until(pilot, lambda: app.board is source.board)

        assert "1,999/4,000" in text_of(app)


async def test_a_run_that_vanishes_leaves_a_message() -> None:
    app, source = app_of(boards.board([boards.within()]))
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await pilot.press("enter")

        source.board = boards.board([boards.slower()])
        await until(pilot, lambda: app.board is source.board)

        assert "no longer there" in text_of(app)


@pytest.mark.parametrize("name", boards.HOSTILE_NAMES)
async def test_hostile_names_are_shown_and_never_act(name: str) -> None:
    run = replace(boards.out_of_memory(), name=name, stage=name, state_reason=name)
    app, source = app_of(boards.board([run, *boards.every_kind()]))
    source.lines = (name,) * 30
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.board is not None)
        await pilot.press("g")
        for key in ("enter", "2", "3", "4", "5"):
            await pilot.press(key)
        await until(pilot, lambda: "End" not in main_text(app))

        assert app.is_running
        assert "\x1b" not in text_of(app)
        await pilot.click("#head", offset=(14, 0))
        await pilot.click("#main", offset=(1, 0))
        assert app.is_running


async def test_below_the_least_size_a_message_stands_and_the_layout_returns() -> None:
    app, _ = app_of()
    async with app.run_test(size=(59, 30)) as pilot:
        await until(pilot, lambda: app.board is not None)
        assert "trainmon needs 60x12, this is 59x30" in text_of(app)

        await pilot.resize_terminal(100, 30)
        await until(pilot, lambda: "✗ failed" in text_of(app))

        assert not app.screen.query_one("#too-small", Static).display


@pytest.mark.parametrize("keys", [[], ["enter"]], ids=["list", "run"])
@pytest.mark.parametrize("between", [[(60, 15)], [(60, 11)], [(40, 8), (60, 15)], [(30, 24)]], ids=str)
async def test_the_footer_comes_back_with_the_size(keys: list[str], between: list[tuple[int, int]]) -> None:
    app, _ = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press(*keys)
        await pilot.pause()
        before = text_of(app).splitlines()[-1]

        for size in (*between, (80, 24)):
            await pilot.resize_terminal(*size)
            await pilot.pause(0.05)

        await until(pilot, lambda: text_of(app).splitlines()[-1] == before)


@pytest.mark.parametrize("keys", [[], ["enter"], ["enter", "2"], ["d"], ["question_mark"], ["space", "space", "c"]])
async def test_a_storm_of_sizes_breaks_nothing(keys: list[str]) -> None:
    app, _ = app_of()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await pilot.press(*keys)

        for width, height in ((1, 1), (200, 60), (60, 12), (61, 13), (300, 5), (2, 90), (80, 24)):
            await pilot.resize_terminal(width, height)

        assert app.is_running


def painted_lines(view: SpanView, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that takes the number of each line that the view paints from now on."""
    painted: list[int] = []
    render = view.render_line

    def counting(y: int) -> Strip:
        painted.append(y)
        return render(y)

    monkeypatch.setattr(view, "render_line", counting)
    return painted


async def test_nothing_is_painted_when_nothing_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    app, source = app_of()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        painted = [painted_lines(view, monkeypatch) for view in app.screen.query(SpanView)]

        source.board = replace(boards.board(), taken_at=source.board.taken_at + 60)
        await until(pilot, lambda: app.board is source.board)
        await pilot.pause()

        assert len(painted) >= 4
        assert not any(painted)


async def test_only_the_line_of_the_run_that_changed_is_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    app, source = app_of()
    async with app.run_test(size=SIZE) as pilot:
        runs = await ready(pilot)
        painted = painted_lines(runs, monkeypatch)

        changed = [replace(run, step=1800) if run.name == "mmarco/baseline" else run for run in source.board.runs]
        source.board = replace(source.board, runs=tuple(changed))
        await until(pilot, lambda: app.board is source.board)
        await pilot.pause()

        assert len(painted) == 1


async def test_five_hundred_runs_scroll_to_their_end() -> None:
    app, _ = app_of(boards.many(500))
    async with app.run_test(size=SIZE) as pilot:
        runs = await ready(pilot)

        await pilot.press("end")

        last = (runs.current or "").rpartition("/")[2]
        assert last.startswith("trial-")
        assert last in text_of(app)
        assert runs.scroll_offset.y > 400


async def test_ascii_mode_sends_nothing_else() -> None:
    app = TrainmonApp(boards.BoardSource(boards.board()), ascii=True, hz=100)
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        picture = app.export_screenshot()

    words = picture.replace("&#160;", " ")
    assert "x failed" in words
    assert not [c for c in words if ord(c) > 127]


async def test_no_color_takes_the_terminals_own_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app, _ = app_of()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)

        assert app.theme == "ansi-dark"
        assert "✗ failed" in text_of(app)


async def test_an_error_of_the_source_stands_on_the_screen() -> None:
    app, _ = app_of()
    async with app.run_test(size=(120, 30)) as pilot:
        await ready(pilot)
        app.post_message(FeedStopped("OSError: [Errno 116] Stale file handle"))
        await pilot.pause()

        assert "reading stopped: OSError: [Errno 116] Stale file handle" in text_of(app)


async def test_q_leaves_and_closes_the_source() -> None:
    app, source = app_of()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)

        await pilot.press("q")

    assert app.return_code == 0
    assert source.closed


class RestlessSource(boards.BoardSource):
    """Gives a new board and a new log line each time."""

    def refresh(self) -> Board:
        self.board = replace(self.board, taken_at=self.board.taken_at + 1)
        self.lines = (*self.lines[-50:], f"line at {self.board.taken_at}")
        return self.board


@pytest.mark.parametrize("keys", [[], ["enter"], ["enter", "5"], ["enter", "5", "escape"]])
async def test_news_that_comes_while_the_app_ends_does_no_harm(keys: list[str]) -> None:
    for _ in range(3):
        app = TrainmonApp(RestlessSource(boards.board()), hz=2000)
        async with app.run_test(size=SIZE) as pilot:
            await ready(pilot)
            await pilot.press(*keys)


async def test_ctrl_c_leaves_with_the_code_of_an_interrupt() -> None:
    app, _ = app_of()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)

        await pilot.press("ctrl+c")

    assert app.return_code == 130


class ReplaySource(boards.BoardSource):
    """A source whose clock can be driven."""

    def __init__(self, board: Board) -> None:
        super().__init__(board)
        self.driven: list[tuple[str, float]] = []

    def toggle_pause(self) -> None:
        self.driven.append(("pause", 0))

    def skip(self, fraction: float) -> None:
        self.driven.append(("skip", fraction))

    def seek(self, fraction: float) -> None:
        self.driven.append(("seek", fraction))

    def change_speed(self, factor: float) -> None:
        self.driven.append(("speed", factor))

    def describe(self) -> str:
        return "60x  01:00:00 of 02:00:00"


async def test_the_cursor_stays_on_the_top_until_it_is_moved() -> None:
    app, source = app_of(boards.board([boards.finished()]))
    async with app.run_test(size=SIZE) as pilot:
        runs = await ready(pilot)

        source.board = boards.board([boards.finished(), boards.out_of_memory()])
        await until(pilot, lambda: app.board is source.board)

        assert runs.current == "lora/llama-13b-bs8"


async def test_a_replays_clock_is_driven_by_keys_and_shown() -> None:
    source = ReplaySource(boards.board())
    app = TrainmonApp(source, hz=100)
    async with app.run_test(size=(140, 30)) as pilot:
        await ready(pilot)

        await pilot.press("space", "right", "left", "g", "G", "plus", "minus")

        assert "60x  01:00:00 of 02:00:00" in text_of(app)
    assert source.driven == [
        ("pause", 0), ("skip", 0.01), ("skip", -0.01), ("seek", 0), ("seek", 1), ("speed", 2), ("speed", 0.5),
    ]  # fmt: skip


@pytest.mark.parametrize("key", ["enter", "d"], ids=["run", "estimates"])
async def test_a_screen_opened_in_a_paused_replay_has_the_clock_at_once(key: str) -> None:
    source = ReplaySource(boards.board())
    app = TrainmonApp(source, hz=100)
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        source.refresh = lambda: pytest.fail("asked")  # type: ignore[method-assign]
        app.feed.close()

        await pilot.press(key)
        await pilot.pause()

        assert text_of(app).splitlines()[0].endswith("60x  01:00:00 of 02:00:00")


async def test_words_can_be_typed_while_a_replay_runs() -> None:
    source = ReplaySource(boards.board())
    app = TrainmonApp(source, hz=100)
    async with app.run_test(size=(140, 30)) as pilot:
        await ready(pilot)

        await pilot.press("slash", "g", "space", "r")

        assert app.screen.query_one(Input).value == "g r"
        assert source.driven == []


def test_a_live_source_is_no_clock() -> None:
    assert not isinstance(boards.BoardSource(boards.board()), Clock)
    assert isinstance(ReplaySource(boards.board()), Clock)


def test_the_run_kinds_of_the_tests_are_all_different() -> None:
    runs: tuple[RunSnapshot, ...] = boards.every_kind()

    assert len({run.name for run in runs}) == len(runs)
