"""Marked runs side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from trainmon import units
from trainmon.tui.chart_screen import ChartScreen
from trainmon.tui.compare_rows import comparison
from trainmon.tui.footer import FittingFooter
from trainmon.tui.screens import EXPORT
from trainmon.tui.spanview import LinesView, ScrolledLines
from trainmon.tui.text import Row, with_clock


class CompareScreen(ChartScreen):
    """Shows the runs that were marked when it was opened."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,c", "app.pop_screen", "Back", key_display="esc"),
        Binding("l", "log_scale", "Log scale"),
        Binding("m", "smoothing", "Smooth"),
        Binding("z", "zoom(0.5)", "Zoom", key_display="z Z"),
        Binding("Z,shift+z", "zoom(2)", show=False),
        Binding("left,h", "cursor(-1)", "Cursor", key_display="←→"),
        Binding("right", "cursor(1)", show=False),
        Binding("t", "by_time", "Time or step"),
        EXPORT,
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
    ]

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self._names = tuple(names)
        self._by_time = False

    def compose_body(self) -> ComposeResult:
        """Build the screen."""
        yield LinesView(id="head", classes="fixed")
        yield ScrolledLines(id="main")
        yield FittingFooter()

    def update_view(self) -> None:
        """Show what changed."""
        by_name = {run.name: run for run in self.board.runs} if self.board is not None else {}
        runs = [by_name[name] for name in self._names if name in by_name]
        main = self.query_one("#main", LinesView)
        head: Row = ((" compare ", "on-title"), (f"  {units.plural(len(runs), 'run')}", "muted"))
        self.query_one("#head", LinesView).show([with_clock(head, self.clock, self.size.width)])
        width = max(40, (main.size.width or self.size.width) - 1)
        height = 9 if self.size.height < 40 else 14
        main.show(comparison(runs, width, height, look=self.look, by_time=self._by_time))

    def action_by_time(self) -> None:
        """Draw the curves over the time since the start, or over the steps."""
        self._by_time = not self._by_time
        self.update_view()

    def action_scroll(self, by: int) -> None:
        """Scroll by a line."""
        self.query_one("#main", LinesView).scroll_relative(y=by, animate=False)
