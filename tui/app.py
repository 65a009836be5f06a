"""The app: one feed, a stack of screens, and the terminal's title. Screens show boards and never touch state.

Screens that are opened by a key are imported with it: the first one comes a twentieth of a second sooner.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from typing import ClassVar

from textual import events, on
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.filter import Monochrome, NoColor
from textual.screen import Screen
from textual.theme import Theme

from trainmon.alerts.alerting import Alerting
from trainmon.snapshot import Board
from trainmon.tui.clipboard import copy, json_of, line_of
from trainmon.tui.clock_keys import ClockKeysApp
from trainmon.tui.feed import BoardChanged, Feed, FeedStopped
from trainmon.tui.guard import EXIT_INTERRUPTED, TerminalGuard
from trainmon.tui.notices import Alerted, NoticeOptions, desktop_sequence, desktop_text, headline, show_toasts
from trainmon.tui.overview import Overview
from trainmon.tui.plainascii import AsciiFilter
from trainmon.tui.preferences import Preferences
from trainmon.tui.runlist import RunList
from trainmon.tui.screens import (
    BoardScreen,
    ChoiceWanted,
    ComparisonWanted,
    EstimatesWanted,
    PlanChosen,
    RunViewed,
)
from trainmon.tui.source import Clock, Source
from trainmon.tui.text import plain
from trainmon.tui.totals import terminal_title

_TITLE_PAUSE_S = 10.0
_KEEP_TITLE, _RESTORE_TITLE = "\x1b[22;2t", "\x1b[23;2t"


class TrainmonApp(ClockKeysApp):
    """Shows what a source says about training runs."""

    TITLE = "trainmon"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", "Help", key_display="?", tooltip="Keys and signs"),
        Binding("q", "quit", "Quit", tooltip="Leave trainmon"),
        Binding("ctrl+c", "leave", show=False, priority=True),
        Binding("colon", "command_palette", show=False),
        Binding("y", "copy(False)", "Copy the run's line", show=False, tooltip="For a chat; in tmux too"),
        Binding("Y,shift+y", "copy(True)", "Copy the run as JSON", show=False, tooltip="As in status --json"),
    ]

    def __init__(
        self,
        source: Source,
        ascii: bool = False,  # noqa: A002 the option's name
        hz: float = 1.0,
        alerting: Alerting | None = None,
        notices: NoticeOptions | None = None,
        preferences: Preferences | None = None,
    ) -> None:
        super().__init__()
        self.board: Board | None = None
        self._clock = source if isinstance(source, Clock) else None
        self.feed = Feed(source, self.post_message, hz, alerting)
        self._source, self._pause_s = source, 1.0 / hz
        self._notices = notices or NoticeOptions()
        self._preferences = preferences
        self._headline = ""
        self._titled = ""
        self._guard: TerminalGuard | None = None
        if self.no_color:
            self.theme = "ansi-dark"
            self._filters[:] = [NoColor() if isinstance(each, Monochrome) else each for each in self._filters]
        elif preferences is not None and preferences.theme in self.available_themes:
            self.theme = preferences.theme
        if ascii:
            self._filters.append(AsciiFilter())

    def get_default_screen(self) -> Overview:
        """Start with all runs."""
        return Overview()

    def on_mount(self) -> None:
        """Start to ask the source; the first paint does not wait for it."""
        if self._driver is not None and not self.is_headless and sys.__stdin__ is not None and sys.__stdin__.isatty():
            self._guard = TerminalGuard(
                soon=self._soon,
                leave=self.leave,
                suspend=self._suspend,
                repaint=self._repaint,
                terminal=sys.__stdin__.fileno(),
            )
            self._guard.install()
            self._driver.write(_KEEP_TITLE)
            self.set_interval(_TITLE_PAUSE_S, self._set_title)
        if self._preferences is not None and not self.no_color:
            self.theme_changed_signal.subscribe(self, self._keep_theme)
        self.feed.start()

    def _keep_theme(self, theme: Theme) -> None:
        if self._preferences is not None:
            self._preferences.theme = theme.name

    def on_unmount(self) -> None:
        """Stop to ask, and give the terminal its title and its signals back."""
        self.feed.close()
        if self._guard is not None:
            self._guard.remove()
            if self._driver is not None:
                self._driver.write(_RESTORE_TITLE)

    def leave(self, code: int) -> None:
        """End the app with an exit code."""
        self.exit(return_code=code)

    def _soon(self, callback: Callable[[], None]) -> None:
        """Call back in the loop's thread, from a signal handler or another thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.call_later, callback)

    def _suspend(self, stop: Callable[[], None]) -> None:
        if self._driver is not None:
            self._driver.suspend_application_mode()
            stop()
            self._driver.resume_application_mode()
            self._repaint()

    def _repaint(self) -> None:
        self.refresh(layout=True)

    @on(BoardChanged)
    def _show_board(self, message: BoardChanged) -> None:
        self.board = message.board
        self.feed.acknowledge()
        clock = self._clock.describe() if self._clock is not None else ""
        for screen in self._screens():
            screen.show(message.board, clock)
        if not self._titled:
            self._set_title()

    def _screens(self) -> list[BoardScreen]:
        """Return the screens that can take news; none while the app ends and takes them apart."""
        return [screen for screen in self.screen_stack if isinstance(screen, BoardScreen)] if self.is_running else []

    @on(Alerted)
    def _tell(self, message: Alerted) -> None:
        """Call for somebody: toast and bell, the title until a key or click, the desktop where asked for."""
        show_toasts(self, message.bulletin)
        if not message.bulletin.alerts:
            return
        if self._notices.bell:
            self.bell()
        desktop = desktop_text(message.bulletin)
        if self._notices.desktop and desktop and self._driver is not None and not self.is_headless:
            self._driver.write(desktop_sequence(desktop, os.environ))
        self._headline = headline(message.bulletin.alerts)
        self._set_title()

    async def on_event(self, event: events.Event) -> None:
        """Take note that somebody is there."""
        if isinstance(event, events.Key | events.MouseDown):
            self._headline = ""
        await super().on_event(event)

    @on(FeedStopped)
    def _tell_failure(self, message: FeedStopped) -> None:
        """Keep the last board on the screen, and say that it will not change any more."""
        for screen in self._screens():
            if isinstance(screen, Overview):
                screen.failure = plain(f"reading stopped: {message.error}")
                screen.update_view()

    def action_open_run(self, name: str) -> None:
        """Show a run alone."""
        from trainmon.tui.log_feed import LogAccess
        from trainmon.tui.run_screen import RunScreen

        order = next((screen.order for screen in self.screen_stack if isinstance(screen, Overview)), ())
        self._open(RunScreen(name, order, LogAccess(open=self._source.log, pause_s=self._pause_s)))

    @on(RunViewed)
    def _follow_view(self, message: RunViewed) -> None:
        for screen in self._screens():
            if isinstance(screen, Overview):
                screen.query_one(RunList).stand_on(message.name)

    @on(ComparisonWanted)
    def _open_comparison(self, message: ComparisonWanted) -> None:
        from trainmon.tui.compare_screen import CompareScreen

        self._open(CompareScreen(message.names))

    @on(EstimatesWanted)
    def _open_estimates(self) -> None:
        from trainmon.tui.estimates_screen import EstimatesScreen

        run = self.screen.chosen_run if isinstance(self.screen, BoardScreen) else None
        self._open(EstimatesScreen(run))

    @on(ChoiceWanted)
    def _open_choosing(self, message: ChoiceWanted) -> None:
        from trainmon.tui.choosing import ChoosingScreen

        self._open(ChoosingScreen(message.name, message.line))

    @on(PlanChosen)
    def _choose(self, message: PlanChosen) -> None:
        self.feed.choose(message.choice)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer in the palette what the screen can do, then what every app can."""
        from trainmon.tui.palette import commands

        yield from commands(self, screen)
        yield from (each for each in super().get_system_commands(screen) if each.title != "Quit")

    def action_help(self) -> None:
        """Show the keys and signs."""
        from trainmon.tui.help_screen import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self._open(HelpScreen())

    def action_copy(self, whole: bool) -> None:
        """Copy the run under the cursor, or shown: its line, or all of it as JSON."""
        name = self.screen.chosen_run if isinstance(self.screen, BoardScreen) else None
        run = next((run for run in self.board.runs if run.name == name), None) if self.board is not None else None
        if run is not None:
            text, what = (json_of(run), "JSON") if whole else (line_of(run), "line")
            self.run_worker(copy(self, text, f"the run's {what}"))

    def action_leave(self) -> None:
        """End as an interrupt does."""
        self.leave(EXIT_INTERRUPTED)

    def _open(self, screen: BoardScreen) -> None:
        self.clear_notifications()  # whoever goes on has read them; they take lines of the screen that opens
        screen.board = self.board
        screen.clock = self._clock.describe() if self._clock is not None else ""
        self.push_screen(screen)

    def _set_title(self) -> None:
        """Name the progress in the terminal's title, where it changed."""
        if self._guard is None or self._driver is None or self.board is None:
            return
        title = terminal_title(self.board) + (f" ! {self._headline}" if self._headline else "")
        if title != self._titled:
            self._titled = title
            self._driver.write(f"\x1b]2;{title}\x07")


def run(
    source: Source,
    *,
    ascii: bool = False,  # noqa: A002
    hz: float = 1.0,
    mouse: bool = True,
    alerting: Alerting | None = None,
    notices: NoticeOptions | None = None,
    preferences: Preferences | None = None,
) -> int:
    """Show the screens until the user leaves, and return the exit code."""
    app = TrainmonApp(source, ascii=ascii, hz=hz, alerting=alerting, notices=notices, preferences=preferences)
    app.run(mouse=mouse)
    return app.return_code or 0
