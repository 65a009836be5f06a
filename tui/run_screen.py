"""One run: summary, charts, documented against measured, problems, the log's end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import IntEnum
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from trainmon.snapshot import RunSnapshot
from trainmon.tui import run_sections, totals
from trainmon.tui.chart_look import ChartLook
from trainmon.tui.charts_section import all_charts, first_charts
from trainmon.tui.footer import FittingFooter
from trainmon.tui.screens import CHOOSE, EXPORT, BoardScreen, RunViewed, TailWanted
from trainmon.tui.spanview import LinesView
from trainmon.tui.text import Row, beside, fit_row, heading, plain, wrap
from trainmon.tui.timeline import timeline

_WIDE = 132
_LOG_END, _FEWEST_LINES = 15, 5
"""Lines of the log below the problems, and how many of them however little room there is."""


class Section(IntEnum):
    """Keys 1 to 5."""

    SUMMARY = 1
    CHARTS = 2
    DOCUMENTED = 3
    PROBLEMS = 4
    LOG = 5


class RunScreen(BoardScreen):
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
    ]

    def __init__(self, name: str, order: Sequence[str] = ()) -> None:
        super().__init__()
        self.run_name = name
        self._order = order
        self._section = Section.SUMMARY
        self._look = ChartLook()
        self._tail: Sequence[str] = ()

    def compose_body(self) -> ComposeResult:
        """Build the screen."""
        yield LinesView(id="head", classes="fixed")
        yield LinesView(id="tabs", classes="fixed")
        yield LinesView(id="main")
        yield FittingFooter()

    def on_unmount(self) -> None:
        """Read no more of the log."""
        self.app.post_message(TailWanted(None))

    @property
    def wants_tail(self) -> bool:
        """Say whether the log's end is on the screen."""
        return self._section in {Section.LOG, Section.PROBLEMS}

    @property
    def chosen_run(self) -> str | None:
        """The run that is shown."""
        return self.run_name

    @property
    def shown_run(self) -> RunSnapshot | None:
        """The run, where the board still has it."""
        runs = self.board.runs if self.board is not None else ()
        return next((run for run in runs if run.name == self.run_name), None)

    def take_tail(self, lines: Sequence[str]) -> None:
        """Show the log's last lines, and stay at its end while nobody has scrolled away."""
        follows = self._main.is_vertical_scroll_end or not self._tail
        self._tail = lines
        if self.wants_tail:
            self.update_view()
        if self._section is Section.LOG and follows:
            self._go_to_end()

    def _go_to_end(self) -> None:
        self._main.scroll_to(y=self._main.max_scroll_y, animate=False, immediate=True, force=True)

    @property
    def _main(self) -> LinesView:
        return self.query_one("#main", LinesView)

    def update_view(self) -> None:
        """Show what changed."""
        run, width = self.shown_run, self.size.width
        if run is None or self.board is None:
            gone = "reading the logs" if self.board is None else "this run is no longer there"
            self._main.show([((f" {plain(self.run_name)}: {gone}", "muted"),)])
            return
        self.query_one("#head", LinesView).show(run_sections.head(run, width, self.board.taken_at, self.clock))
        self.query_one("#tabs", LinesView).show([self._tabs(run, width)])
        inner = max(40, (self._main.size.width or width - 2) - 1)
        self._main.show(self._rows(run, inner))

    def _tabs(self, run: RunSnapshot, width: int) -> Row:
        row: list[tuple[str, str]] = [(" ", "")]
        for section in Section:
            count = f" ({len(run.problems)})" if section is Section.PROBLEMS and run.problems else ""
            text = f" {section.value} {section.name.capitalize()}{count} "
            row += [(text, "on-title" if section is self._section else "muted"), (" ", "")]
        return fit_row(tuple(row), width)

    def _rows(self, run: RunSnapshot, width: int) -> list[Row]:
        match self._section:
            case Section.SUMMARY:
                return self._summary(run, width)
            case Section.CHARTS:
                return all_charts(run, width, self._main.size.height, self._look)
            case Section.DOCUMENTED:
                return run_sections.documented(run, width)
            case Section.PROBLEMS:
                told = [heading("Problems", width), *run_sections.problems(run, width), ()]
                return [*told, *self._log_end(width, self._main.size.height - len(told))]
            case Section.LOG:
                return self._wrapped(self._tail, width, "") or [(("  the log is empty", "muted"),)]

    def _log_end(self, width: int, room: int) -> list[Row]:
        """Return the last lines of the log, as many as the screen has room for."""
        lines = self._wrapped(self._tail[-_LOG_END:], width, "muted")
        return [heading("End of the log", width), *lines[-max(_FEWEST_LINES, room - 1) :]]

    def _wrapped(self, lines: Sequence[str], width: int, role: str) -> list[Row]:
        return [((piece, role),) for line in lines for piece in wrap(plain(line), width) or [""]]

    def _summary(self, run: RunSnapshot, width: int) -> list[Row]:
        if width >= _WIDE:
            left_width = width * 11 // 20
            right_width = width - left_width - 3
            left = [*self._facts(run, left_width), (), *run_sections.documented(run, left_width)]
            return beside(left, left_width, first_charts(run, right_width, 11, self._look), gap=3)
        late = run_sections.why_late(run, width)
        return [*late, *([()] if late else []), *self._facts(run, width), (), *first_charts(run, width, 7, self._look)]

    def _facts(self, run: RunSnapshot, width: int) -> list[Row]:
        trouble = [*run_sections.problems(run, width, most=2), ()] if run.problems else []
        return [*trouble, *timeline(run, width), (), *run_sections.figures(run, width), *self._gpus(run, width)]

    def _gpus(self, run: RunSnapshot, width: int) -> list[Row]:
        """Return this machine's GPUs for a run that was measured on them."""
        if run.gpu is None or run.gpu.basis != "nvml":
            return []
        return [(), *totals.gpu_rows(self.board, width)]

    def action_section(self, number: int) -> None:
        """Show a section."""
        self._section = Section(number)
        if not self.is_mounted:  # typed right behind the key that opened it
            self.call_later(self.action_section, number)
            return
        self._main.scroll_home(animate=False, immediate=True)
        self.post_message(TailWanted(self.run_name if self.wants_tail else None))
        self.update_view()
        if self._section is Section.LOG:
            self._go_to_end()

    def action_turn(self, by: int) -> None:
        """Show the next section."""
        self.action_section((self._section - 1 + by) % len(Section) + 1)

    def action_log_scale(self) -> None:
        """Draw the charts on a logarithmic scale, or not."""
        self._see(replace(self._look, log=not self._look.log))

    def action_smoothing(self) -> None:
        """Draw smoothed curves, or not."""
        self._see(replace(self._look, smoothed=not self._look.smoothed))

    def action_cursor(self, by: int) -> None:
        """Move the charts' cursor, which starts at the end."""
        self._see(self._look.moved(by))

    def action_zoom(self, factor: float) -> None:
        """Show fewer or more of the steps."""
        self._see(self._look.zoomed(factor))

    def _see(self, look: ChartLook) -> None:
        self._look = look
        self.update_view()

    def action_scroll(self, by: int) -> None:
        """Scroll by a line."""
        self._main.scroll_relative(y=by, animate=False)

    def action_other(self, by: int) -> None:
        """Show the next run of the list that this one was opened from."""
        if self.run_name in self._order:
            self.run_name = self._order[(self._order.index(self.run_name) + by) % len(self._order)]
            self._tail = ()
            self._look = replace(self._look, cursor=None, low=0.0, high=1.0)
            self.post_message(RunViewed(self.run_name))
            self.action_section(self._section)
