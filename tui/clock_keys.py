"""Keys that drive a replay's clock, on every screen; they go through to the screens where there is no replay."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from trainmon.tui.feed import Feed
from trainmon.tui.source import Clock
from trainmon.tui.typeahead import TypeAheadApp


class ClockKeysApp(TypeAheadApp):
    """Drives the clock of a source that has one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "clock_pause", "Pause", priority=True),
        Binding("left", "clock_skip(-0.01)", show=False, priority=True),
        Binding("right", "clock_skip(0.01)", show=False, priority=True),
        Binding("g,home", "clock_seek(0)", show=False, priority=True),
        Binding("G,shift+g,end", "clock_seek(1)", show=False, priority=True),
        Binding("plus,equals_sign", "clock_speed(2)", "Speed", key_display="+ -", priority=True),
        Binding("minus", "clock_speed(0.5)", show=False, priority=True),
    ]
    feed: Feed
    _clock: Clock | None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let the keys through where there is no clock, and while somebody types."""
        if action.startswith("clock_"):
            return self._clock is not None and not isinstance(self.focused, Input)
        return super().check_action(action, parameters)

    def action_clock_pause(self) -> None:
        """Stop the replay's clock, or let it go on."""
        self._drive(lambda clock: clock.toggle_pause())

    def action_clock_skip(self, fraction: float) -> None:
        """Move the replay's clock."""
        self._drive(lambda clock: clock.skip(fraction))

    def action_clock_seek(self, fraction: float) -> None:
        """Put the replay's clock to the start or the end."""
        self._drive(lambda clock: clock.seek(fraction))

    def action_clock_speed(self, factor: float) -> None:
        """Make the replay faster or slower."""
        self._drive(lambda clock: clock.change_speed(factor))

    def _drive(self, change: Callable[[Clock], None]) -> None:
        if self._clock is not None:
            change(self._clock)
            self.feed.hurry()
