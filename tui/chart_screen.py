"""Screens with charts: one look for all of them, and the actions that change it."""

from __future__ import annotations

from dataclasses import replace

from trainmon.tui.chart_look import ChartLook
from trainmon.tui.screens import BoardScreen


class ChartScreen(BoardScreen):
    """Holds how the charts are looked at, and shows them anew when that changes."""

    def __init__(self) -> None:
        super().__init__()
        self.look = ChartLook()

    def action_log_scale(self) -> None:
        """Draw the charts on a logarithmic scale, or not."""
        self._see(replace(self.look, log=not self.look.log))

    def action_smoothing(self) -> None:
        """Draw smoothed curves, or not."""
        self._see(replace(self.look, smoothed=not self.look.smoothed))

    def action_cursor(self, by: int) -> None:
        """Move the charts' cursor, which starts at the end."""
        self._see(self.look.moved(by))

    def action_zoom(self, factor: float) -> None:
        """Show fewer or more of the steps."""
        self._see(self.look.zoomed(factor))

    def _see(self, look: ChartLook) -> None:
        self.look = look
        self.update_view()
