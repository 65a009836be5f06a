"""The app over an archive: the same screens, a scrubber below each, and the keys that only a known end allows."""

from __future__ import annotations

from typing import ClassVar, Protocol

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input

from trainmon.replay.reel import Reel
from trainmon.tui.app import TrainmonApp
from trainmon.tui.feed import BoardChanged
from trainmon.tui.prompt import Question
from trainmon.tui.run_screen import RunScreen
from trainmon.tui.screens import BoardScreen
from trainmon.tui.scrubber import Scrubber
from trainmon.tui.source import Clock, Source


class Tape(Source, Clock, Protocol):
    """A source whose clock can be driven and whose end is known. The clock is called from the screen's thread."""

    @property
    def reel(self) -> Reel:
        """What lies where; empty while the logs are read."""
        ...

    @property
    def position_s(self) -> float:
        """Where the replay stands, on the reel's axis."""
        ...

    @property
    def playing(self) -> bool:
        """Say whether time goes on."""
        ...

    def step(self, direction: int) -> None:
        """Pause at the next moment at which a log grew, or the one before."""
        ...

    def seek_problem(self, direction: int) -> None:
        """Pause where the next problem was reported, or the one before."""
        ...


class ReplayApp(TrainmonApp):
    """Shows an archive at the moment that its clock shows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("full_stop", "tape_step(1)", "Step on", show=False),
        Binding("comma", "tape_step(-1)", "Step back", show=False),
        Binding("x", "tape_problem(1)", "Problem", tooltip="Go to the next problem, broken run, restart or slowdown"),
        Binding("X,shift+x", "tape_problem(-1)", "Problem before", show=False),
        Binding("percent_sign", "tape_percent", "Go to a percentage", show=False),
    ]

    def __init__(self, tape: Tape, ascii: bool = False, hz: float = 2.0) -> None:  # noqa: A002 the option's name
        super().__init__(tape, ascii=ascii, hz=hz)
        self._tape = tape

    @on(BoardChanged)
    async def _scrub(self, message: BoardChanged) -> None:
        """Show on every screen where the replay stands; do not wait for the next beat while there is more to read."""
        if message.board.catching_up:
            self.feed.hurry()
        for screen in self._screens():
            await self._scrub_on(screen)

    async def _scrub_on(self, screen: BoardScreen) -> None:
        if not screen.query(Scrubber):
            await screen.mount(Scrubber())
        tape, name = self._tape, screen.run_name if isinstance(screen, RunScreen) else None
        screen.query_one(Scrubber).stand(tape.reel, tape.position_s, run_name=name, playing=tape.playing)

    def _open(self, screen: BoardScreen) -> None:
        """Open it with the line on it: a paused replay brings no new board."""
        super()._open(screen)
        screen.call_later(self._scrub_on, screen)

    @on(Scrubber.Sought)
    def _go(self, message: Scrubber.Sought) -> None:
        self.action_clock_seek(message.fraction)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys to somebody who types."""
        if action.startswith("tape_"):
            return not isinstance(self.focused, Input)
        return super().check_action(action, parameters)

    def action_tape_step(self, direction: int) -> None:
        """Go to the next change of any log, or the one before."""
        self._tape.step(direction)
        self.feed.hurry()

    def action_tape_problem(self, direction: int) -> None:
        """Go to the next problem, or the one before."""
        self._tape.seek_problem(direction)
        self.feed.hurry()

    def action_tape_percent(self) -> None:
        """Ask for a percentage and go there."""

        def go(typed: str | None) -> None:
            if not typed:
                return
            fraction = _fraction(typed)
            if fraction is None:
                self.notify("A percentage is a number from 0 to 100.", severity="warning", markup=False, timeout=5)
            else:
                self.action_clock_seek(fraction)

        self.push_screen(
            Question("Go to a percentage of the replay", "enter: go   esc: stay", placeholder="0 to 100"), go
        )


def _fraction(typed: str) -> float | None:
    """0..1; None where no percentage was typed."""
    try:
        percent = float(typed.removesuffix("%"))
    except ValueError:
        return None
    return min(max(percent / 100, 0.0), 1.0) if percent == percent else None


def run_replay(tape: Tape, *, ascii: bool = False, hz: float = 2.0) -> int:  # noqa: A002
    """Show the archive until the user leaves, and return the exit code."""
    app = ReplayApp(tape, ascii=ascii, hz=hz)
    app.run()
    return app.return_code or 0
