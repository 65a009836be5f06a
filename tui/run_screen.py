"""One run: summary, charts, documented against measured, problems, the log's end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import IntEnum
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.widget import Widget
from textual.widgets import Input

from trainmon.snapshot import RunSnapshot
from trainmon.tui import run_sections
from trainmon.tui.chart_screen import ChartScreen
from trainmon.tui.charts_section import all_charts
from trainmon.tui.footer import FittingFooter
from trainmon.tui.log_feed import LogAccess
from trainmon.tui.log_section import LogSection
from trainmon.tui.run_summary import run_summary
from trainmon.tui.screens import CHOOSE, EXPORT, RunViewed
from trainmon.tui.spanview import ClickedLines, LinesView, ScrolledLines
from trainmon.tui.text import Row, fit_row, heading, plain, wrap

_OF_CHARTS = frozenset({"log_scale", "smoothing", "cursor", "zoom"})
_LOG_END, _FEWEST_LINES = 15, 5
"""Lines of the log below the problems, and how many of them however little room there is."""
_MEASURED = "No line of the log says this: it was measured."


class Section(IntEnum):
    """Keys 1 to 5."""

    SUMMARY = 1
    CHARTS = 2
    DOCUMENTED = 3
    PROBLEMS = 4
    LOG = 5


class RunScreen(ChartScreen):
    """Shows one run of the board, by name."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "app.pop_screen", "Back", key_display="esc"),
        *(
            Binding(
                str(each.value),
                f"section({each.value})",
                each.name.capitalize(),
                show=False,
                tooltip="Section of this run",
            )
            for each in Section
        ),
        Binding("tab,bracketright", "turn(1)", "Section", key_display="1-5"),
        Binding("shift+tab,bracketleft", "turn(-1)", show=False),
        Binding("l", "log_scale", "Log scale"),
        Binding("m", "smoothing", "Smooth"),
        Binding("left,h", "cursor(-1)", "Cursor", key_display="←→"),
        Binding("right", "cursor(1)", show=False),
        Binding("z", "zoom(0.5)", "Zoom", key_display="z Z"),
        Binding("Z,shift+z", "zoom(2)", show=False),
        Binding("n", "other(1)", "Next run"),
        Binding("p", "other(-1)", "Run before", show=False, tooltip="Show the run before it in the list"),
        CHOOSE,
        EXPORT,
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
        Binding("down", "choose_problem(1)", show=False, priority=True),
        Binding("up", "choose_problem(-1)", show=False, priority=True),
        Binding("enter", "show_problem", "In the log", tooltip="Show the line of the log that reports this problem"),
    ]

    def __init__(self, name: str, order: Sequence[str], logs: LogAccess) -> None:
        super().__init__()
        self.run_name = name
        self._order = order
        self._section = Section.SUMMARY
        self._logs = logs
        self._reading = False
        """The log of the run is open."""
        self._problem = 0
        self._main_width = 0

    def compose_body(self) -> ComposeResult:
        """Build the screen."""
        yield LinesView(id="head", classes="fixed")
        yield ClickedLines(id="tabs", classes="fixed")
        yield ScrolledLines(id="main")
        yield LogSection(id="log-section")
        yield FittingFooter()

    @property
    def keys_go_to(self) -> Widget:
        """The lines of the log, else those of the section."""
        return self._log.view if self._section is Section.LOG else self._main

    @property
    def chosen_run(self) -> str | None:
        """The run that is shown."""
        return self.run_name

    @property
    def shown_run(self) -> RunSnapshot | None:
        """The run, where the board still has it."""
        runs = self.board.runs if self.board is not None else ()
        return next((run for run in runs if run.name == self.run_name), None)

    def _fit(self) -> None:
        self._main_width = 0
        super()._fit()

    @on(LogSection.Changed)
    def _show_log_end(self) -> None:
        if self._section is Section.PROBLEMS:
            self.update_view()

    @property
    def _main(self) -> LinesView:
        return self.query_one("#main", LinesView)

    @property
    def _log(self) -> LogSection:
        return self.query_one(LogSection)

    def update_view(self) -> None:
        """Show what changed."""
        run, width = self.shown_run, self.size.width
        if run is None or self.board is None:
            gone = "reading the logs" if self.board is None else "this run is no longer there"
            self._main.show([((f" {plain(self.run_name)}: {gone}", "muted"),)])
            return
        self.query_one("#head", LinesView).show(run_sections.head(run, width, self.board.taken_at, self.clock))
        self.query_one("#tabs", LinesView).show([self._tabs(run, width)])
        if self._section in {Section.LOG, Section.PROBLEMS} and not self._reading:
            self._reading = True
            self._log.show_log(self._logs.open(run), self._logs.pause_s)
        if self._section is not Section.LOG:
            self._main.show(self._rows(run, self._inner_width(width)))

    def _inner_width(self, width: int) -> int:
        """Cells for the rows of a section; while the log takes its place it has no size."""
        self._main_width = self._main.size.width or self._main_width
        return max(40, (self._main_width or width - 2) - 1)

    def _tabs(self, run: RunSnapshot, width: int) -> Row:
        row: list[tuple[str, str]] = [(" ", "")]
        for section, text in _titles(run):
            row += [(text, "on-title" if section is self._section else "muted"), (" ", "")]
        return fit_row(tuple(row), width)

    @on(ClickedLines.Clicked)
    def _open_tab(self, event: ClickedLines.Clicked) -> None:
        end = 1
        for section, text in _titles(self.shown_run) if self.shown_run is not None else ():
            begin, end = end, end + len(text) + 1
            if begin <= event.x < end:
                self.action_section(section.value)

    def _rows(self, run: RunSnapshot, width: int) -> list[Row]:
        match self._section:
            case Section.SUMMARY:
                return run_summary(run, self.board, width, self.look)
            case Section.CHARTS:
                return all_charts(run, width, self._main.size.height, self.look)
            case Section.DOCUMENTED:
                return run_sections.documented(run, width)
            case Section.PROBLEMS:
                told = [heading("Problems", width), *run_sections.problems(run, width, chosen=self._problem), ()]
                return [*told, *self._log_end(width, self._main.size.height - len(told))]
            case Section.LOG:
                return []

    def _log_end(self, width: int, room: int) -> list[Row]:
        """Return the last lines of the log, as many as the screen has room for."""
        lines = [piece for line in self._log.last_lines(_LOG_END) for piece in wrap(line, width) or [""]]
        shown: list[Row] = [((piece, "muted"),) for piece in lines[-max(_FEWEST_LINES, room - 1) :]]
        return [heading("End of the log", width), *shown]

    def action_section(self, number: int) -> None:
        """Show a section."""
        self._section = Section(number)
        if not self.is_mounted:  # typed right behind the key that opened it
            self.call_later(self.action_section, number)
            return
        self._main.scroll_home(animate=False, immediate=True)
        self._main.set_class(self._section is Section.LOG, "-away")
        self._log.set_class(self._section is Section.LOG, "-shown")
        self.set_focus(self.keys_go_to)  # at once: the next key may be there already
        self.call_after_refresh(self._keep_focus)  # a late Hide event of its old state takes it away
        if self._section in {Section.LOG, Section.PROBLEMS}:
            self._problem = 0
            self._log.show_end()
        elif self._reading:
            self._reading = False
            self._log.stop()
        self.update_view()
        self.refresh_bindings()

    def _keep_focus(self) -> None:
        if self.focused is None:
            self.set_focus(self.keys_go_to)

    def action_turn(self, by: int) -> None:
        """Show the next section."""
        self.action_section((self._section - 1 + by) % len(Section) + 1)

    def action_scroll(self, by: int) -> None:
        """Scroll by a line; among problems go to the next one."""
        if self._choosing:
            self.action_choose_problem(by)
        else:
            self._main.scroll_relative(y=by, animate=False)

    @property
    def _choosing(self) -> bool:
        run = self.shown_run
        return self._section is Section.PROBLEMS and run is not None and bool(run.problems)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer keys only where they do something, and none while somebody types."""
        if isinstance(self.focused, Input):
            return False
        if action in {"choose_problem", "show_problem"}:
            return self._choosing
        if action in _OF_CHARTS:
            return self._section in {Section.SUMMARY, Section.CHARTS}
        return super().check_action(action, parameters)

    def action_choose_problem(self, by: int) -> None:
        """Go to the next problem."""
        run = self.shown_run
        if run is not None:
            self._problem = min(max(self._problem + by, 0), len(run.problems) - 1)
            self.update_view()
            at = next((y for y, row in enumerate(self._main.rows) if row and row[0][0] == run_sections.CHOSEN), 0)
            self._main.scroll_to_region(Region(0, max(at - 1, 0), 1, 4), animate=False, immediate=True)

    def action_show_problem(self) -> None:
        """Show the line of the log that reports the problem chosen."""
        run = self.shown_run
        if run is not None and self._choosing:
            line = run_sections.ordered_problems(run)[min(self._problem, len(run.problems) - 1)].line
            if line < 1:
                why = "Its line is known once the log was read." if run.preview else _MEASURED
                self.notify(why, markup=False, timeout=4)
                return
            self.action_section(Section.LOG)
            self._log.show_line(line)

    def action_other(self, by: int) -> None:
        """Show the next run of the list that this one was opened from."""
        if self.run_name in self._order:
            self.run_name = self._order[(self._order.index(self.run_name) + by) % len(self._order)]
            self._reading = False
            self.look = replace(self.look, cursor=None, low=0.0, high=1.0)
            self.post_message(RunViewed(self.run_name))
            self.action_section(self._section)


def _titles(run: RunSnapshot) -> Iterator[tuple[Section, str]]:
    """Give the tabs with a blank on both sides."""
    for section in Section:
        count = f" ({len(run.problems)})" if section is Section.PROBLEMS and run.problems else ""
        yield section, f" {section.value} {section.name.capitalize()}{count} "
