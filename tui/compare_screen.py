"""Marked runs side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Footer

from trainmon import units
from trainmon.tui.compare_rows import comparison
from trainmon.tui.screens import EXPORT, BoardScreen
from trainmon.tui.spanview import LinesView
from trainmon.tui.text import Row, with_clock


class CompareScreen(BoardScreen):
    """Shows the runs that were marked when it was opened."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,c", "app.pop_screen", "Back", key_display="esc"),
        Binding("l", "log_scale", "Log scale"),
        Binding("m", "smoothing", "Smooth"),
        EXPORT,
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
    ]

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self._names = tuple(names)
        self._log = False
        self._smoothed = False

    def compose_body(self) -> ComposeResult:
        """Build the screen."""
        yield LinesView(id="head", classes="fixed")
        yield LinesView(id="main")
        yield Footer(show_command_palette=False)

    def update_view(self) -> None:
        """Show what changed."""
        by_name = {run.name: run for run in self.board.runs} if self.board is not None else {}
        runs = [by_name[name] for name in self._names if name in by_name]
        main = self.query_one("#main", LinesView)
        head: Row = ((" compare ", "on-title"), (f"  {units.plural(len(runs), 'run')}", "muted"))
        self.query_one("#head", LinesView).show([with_clock(head, self.clock, self.size.width)])
        width = max(40, (main.size.width or self.size.width) - 1)
        height = 9 if self.size.height < 40 else 14
        main.show(comparison(runs, width, height, log=self._log, smoothed=self._smoothed))

    def action_log_scale(self) -> None:
        """Draw the curves on a logarithmic scale, or not."""
        self._log = not self._log
        self.update_view()

    def action_smoothing(self) -> None:
        """Draw smoothed curves, or not."""
        self._smoothed = not self._smoothed
        self.update_view()

    def action_scroll(self, by: int) -> None:
        """Scroll by a line."""
        self.query_one("#main", LinesView).scroll_relative(y=by, animate=False)
