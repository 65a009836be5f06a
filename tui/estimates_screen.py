"""The estimate documents: what each claims, line by line, and where it contradicts itself."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Footer

from trainmon.tui.estimates_rows import document_rows, names
from trainmon.tui.screens import EXPORT, BoardScreen
from trainmon.tui.spanview import LinesView
from trainmon.tui.text import Row, plain, with_clock


class EstimatesScreen(BoardScreen):
    """Shows one document at a time."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,d", "app.pop_screen", "Back", key_display="esc"),
        Binding("n,right,tab", "turn(1)", "Next document", key_display="n"),
        Binding("p,left,shift+tab", "turn(-1)", "Previous", key_display="p"),
        EXPORT,
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._at = 0

    def compose_body(self) -> ComposeResult:
        """Build the screen."""
        yield LinesView(id="head", classes="fixed")
        yield LinesView(id="main")
        yield Footer(show_command_palette=False)

    def update_view(self) -> None:
        """Show what changed."""
        documents = self.board.documents if self.board is not None else ()
        main = self.query_one("#main", LinesView)
        head: Row = (
            (" estimates ", "on-title"),
            (f"  document {self._at % len(documents) + 1} of {len(documents)}" if documents else "", "muted"),
        )
        listed = names(documents, self._at, self.size.width) if len(documents) > 1 else []
        self.query_one("#head", LinesView).show([with_clock(head, self.clock, self.size.width), *listed])
        if documents:
            width = max(40, (main.size.width or self.size.width) - 1)
            main.show(document_rows(documents[self._at % len(documents)], width))
            return
        notes = self.board.notes if self.board is not None else ()
        main.show(
            [
                ((" no estimate document was found or named (--estimates)", "muted"),),
                *(((" " + plain(note), "muted"),) for note in notes),
            ]
        )

    def action_turn(self, by: int) -> None:
        """Show the next document."""
        self._at += by
        self.query_one("#main", LinesView).scroll_home(animate=False, immediate=True)
        self.update_view()

    def action_scroll(self, by: int) -> None:
        """Scroll by a line."""
        self.query_one("#main", LinesView).scroll_relative(y=by, animate=False)
