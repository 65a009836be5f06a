"""What all screens share: they show the newest board, and say so when the terminal is too small."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress

from textual import events
from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding
from textual.content import Content
from textual.css.query import NoMatches
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Footer, Static

from trainmon.run_choices import DocumentLine, PlanChoice
from trainmon.snapshot import Board
from trainmon.tui.exporting import export
from trainmon.tui.fine_paint import FineCompositor
from trainmon.tui.spanview import SpanScreen

EXPORT = Binding("e", "export", "Export", tooltip="Write the summary of all runs to a file: md, html, json or csv")
CHOOSE = Binding("c", "choose_plan", "Choose plan", tooltip="Choose the documented line that this run is held against")
MIN_WIDTH, MIN_HEIGHT = 60, 12
_ROOMY_FOOTER = 100


class RunViewed(Message):
    """Another run is shown than the one that was opened; the list's cursor goes with it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class ComparisonWanted(Message):
    """Runs are to be shown side by side."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.names = tuple(names)


class EstimatesWanted(Message):
    """What the documents say is to be shown."""


class ChoiceWanted(Message):
    """What a run is held against is to be chosen, beginning at a line of a document."""

    def __init__(self, name: str, line: DocumentLine | None = None) -> None:
        super().__init__()
        self.name = name
        self.line = line


class PlanChosen(Message):
    """It was chosen."""

    def __init__(self, choice: PlanChoice) -> None:
        super().__init__()
        self.choice = choice


class BoardScreen(SpanScreen):
    """A screen that shows a board; it holds the newest one and no other state of the runs."""

    AUTO_FOCUS = "#main"

    def __init__(self) -> None:
        super().__init__()
        self._compositor = FineCompositor()
        self.board: Board | None = None
        self.clock = ""
        """Where the replay's clock stands; empty when live."""

    def compose(self) -> ComposeResult:
        """Build the screen's own widgets, and the message for small terminals."""
        yield from self.compose_body()
        yield Static(id="too-small")

    def compose_body(self) -> ComposeResult:
        """Build the screen's own widgets."""
        raise NotImplementedError

    @property
    def chosen_run(self) -> str | None:
        """Name of the run that keys are about."""
        return None

    @property
    def keys_go_to(self) -> Widget:
        """What has the focus unless somebody types."""
        return self.query_one("#main")

    def commands(self) -> Iterable[SystemCommand]:
        """What the command palette offers here besides what has a key."""
        return ()

    def action_export(self) -> None:
        """Write the summary to a file that the user names."""
        if self.board is not None:
            self.run_worker(export(self.app, self.board), exclusive=True, group="export")

    def action_choose_plan(self) -> None:
        """Choose what the run is held against."""
        if self.chosen_run is not None:
            self.post_message(ChoiceWanted(self.chosen_run))

    def show(self, board: Board, clock: str = "") -> None:
        """Take a new board."""
        self.board, self.clock = board, clock
        if self.is_mounted and self.is_current:
            self._renew()

    def on_screen_resume(self) -> None:
        """Show what changed while another screen was on top."""
        self._renew()

    def _renew(self) -> None:
        """Show the board, except while the screen opens or closes: then some of its widgets are missing."""
        with suppress(NoMatches):
            self.update_view()

    def update_view(self) -> None:
        """Show what changed."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Paint what is there before the first board."""
        self.update_view()

    def on_resize(self, event: events.Resize) -> None:
        """Fit the content, or say that it does not fit.

        A size that is none any more goes no further: Textual hands each on to the screens behind, and two of them
        would be answered by each other for ever.
        """
        if event.size != self.app.size:
            event.prevent_default()
            return
        width, height = event.size
        for footer in self.query(Footer):
            footer.compact = width < _ROOMY_FOOTER
        small = width < MIN_WIDTH or height < MIN_HEIGHT
        self.set_class(small, "-too-small")
        if small:
            text = f"trainmon needs {MIN_WIDTH}x{MIN_HEIGHT}, this is {width}x{height}"
            for told in self.query("#too-small").results(Static):
                told.update(Content(text))
        else:
            self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        """Show the content anew; what was hidden while the terminal was too small has lost the focus, and its keys."""
        with suppress(NoMatches):
            if self.focused is None:
                self.set_focus(self.keys_go_to)
            self.update_view()
