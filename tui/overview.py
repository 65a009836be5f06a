"""The first screen: every run in one list, worst first."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType

from trainmon.tui import columns, totals
from trainmon.tui.attention import Sort
from trainmon.tui.footer import FittingFooter
from trainmon.tui.prompt import Prompt
from trainmon.tui.roster import Roster
from trainmon.tui.run_sections import preview
from trainmon.tui.runlist import RunList
from trainmon.tui.screens import EXPORT, BoardScreen, ComparisonWanted, EstimatesWanted
from trainmon.tui.spanview import ClickedLines, LinesView

_ROOMY_WIDTH, _ROOMY_HEIGHT = 100, 36
_GPU_HEIGHT_SHARE = 4
"""GPU lines take at most one in so many lines of the screen."""

_ORDER_OF = {
    "state": Sort.WORST,
    "verdict": Sort.WORST,
    "run": Sort.NAME,
    "ETA": Sort.TIME_LEFT,
    "done at": Sort.TIME_LEFT,
    "elapsed": Sort.RECENT,
}
"""Titles of columns that a click sorts by."""


class Overview(BoardScreen):
    """Totals, the list of runs, the GPUs."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", key_display="/", tooltip="Only runs with some words in name or state"),
        Binding("s", "sort", "Sort", tooltip="Take the next order of the runs"),
        Binding("f", "group", "Dirs", tooltip="Group the runs by folder, or show them in one list"),
        Binding("c", "compare", "Compare", tooltip="Put the marked runs side by side"),
        Binding("d", "estimates", "Plan", tooltip="What the estimate documents say"),
        EXPORT,
        Binding("escape", "clear", "Show all runs", show=False, tooltip="Take the filter away"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._roster = Roster()
        self._sort = Sort.WORST
        self._wanted = ""
        self._grouped = False
        self.failure = ""

    def compose_body(self) -> ComposeResult:
        """Build the screen."""
        yield LinesView(id="head", classes="fixed")
        yield ClickedLines(id="titles", classes="fixed")
        yield RunList(id="main")
        yield LinesView(id="preview", classes="fixed")
        yield Prompt("Filter", "enter: keep   esc: all runs", placeholder="words of a name, state, stage or problem")
        yield LinesView(id="gpus", classes="fixed")
        yield FittingFooter()

    @property
    def order(self) -> tuple[str, ...]:
        """Names of the runs as they are listed."""
        return self.query_one(RunList).names

    @property
    def chosen_run(self) -> str | None:
        """The run under the cursor."""
        return self.query_one(RunList).current

    def update_view(self) -> None:
        """Show what changed."""
        width, board = self.size.width, self.board
        runs, roster = self.query_one(RunList), self._roster
        if board is not None:
            roster.take(board.runs, board.logs)
        most = max(1, self.size.height // _GPU_HEIGHT_SHARE)
        self.query_one("#gpus", LinesView).show(totals.gpu_rows(board, width, most=most))
        if board is not None:
            shown = roster.entries(sort=self._sort, wanted=self._wanted, grouped=self._grouped)
            runs.show(shown, board.taken_at, columns.needs_of(roster, grouped=self._grouped))
            self._preview(width)
        self._show_head()
        self.query_one("#titles", LinesView).show([columns.titles(runs.columns)])

    def _show_head(self) -> None:
        head = totals.head(
            self.board,
            self._roster,
            self.size.width,
            sort=self._sort,
            wanted=self._wanted,
            marked=self.query_one(RunList).marks,
            failure=self.failure,
            clock=self.clock,
        )
        self.query_one("#head", LinesView).show(head)

    @on(RunList.Marked)
    def _marked(self) -> None:
        self._show_head()

    @on(RunList.Moved)
    def _moved(self) -> None:
        self._preview(self.size.width)

    def _preview(self, width: int) -> None:
        """Show more of the run under the cursor where the screen has room for it."""
        view = self.query_one("#preview", LinesView)
        current = self.query_one(RunList).current
        run = next((run for run in self.board.runs if run.name == current), None) if self.board is not None else None
        roomy = self.size.height >= _ROOMY_HEIGHT and width >= _ROOMY_WIDTH
        view.set_class(roomy and run is not None, "-shown")
        if roomy and run is not None:
            view.show(preview(run, width - 2, self.size.height // 3))

    def action_filter(self) -> None:
        """Type words that a run must hold to be shown."""
        self.query_one(Prompt).open()

    @on(Prompt.Changed)
    def _narrow(self, event: Prompt.Changed) -> None:
        self._wanted = event.value
        self.update_view()

    def action_clear(self) -> None:
        """Show all runs again."""
        self.query_one(Prompt).action_give_up()

    def commands(self) -> Iterator[SystemCommand]:
        """Offer each order by its name."""
        for order in Sort:
            yield SystemCommand(f"Sort by {order}", "Order of the runs", partial(self._sort_by, order))

    def _sort_by(self, order: Sort) -> None:
        self._sort = order
        self.update_view()

    def action_sort(self) -> None:
        """Take the next order."""
        self._sort_by(self._sort.following)

    @on(ClickedLines.Clicked)
    def _sort_by_title(self, event: ClickedLines.Clicked) -> None:
        column = columns.column_at(self.query_one(RunList).columns, event.x)
        if column is not None and column.title in _ORDER_OF:
            self._sort_by(_ORDER_OF[column.title])

    def action_group(self) -> None:
        """Show the runs under their folders, or in one list."""
        if not self._grouped and not self._roster.has_groups:
            self.notify("All runs lie in one folder.", markup=False, timeout=4)
            return
        self._grouped = not self._grouped
        self.update_view()

    def action_compare(self) -> None:
        """Compare the marked runs of those that are listed."""
        runs = self.query_one(RunList)
        wanted = runs.marked.intersection(runs.names)
        names = [run.name for run in self.board.runs if run.name in wanted] if self.board else []
        if len(names) < 2:
            hidden = "; the filter hides others" if runs.marks[1] else ""
            self.notify(f"Mark two or more runs with space first{hidden}.", markup=False, timeout=4)
            return
        self.post_message(ComparisonWanted(names))

    def action_estimates(self) -> None:
        """Show what the estimate documents say."""
        self.post_message(EstimatesWanted())
