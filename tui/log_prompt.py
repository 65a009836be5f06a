"""The line to type in what to search the log for."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from trainmon.tui.log_view import LogView


class SearchPrompt(Input):
    """The line to type in what to search for. The key behind Enter already goes to the log."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", show=False),
        Binding("tab,shift+tab", "stay", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(id="log-search", classes="prompt", placeholder="words, or /a regular expression/")
        self.border_title, self.border_subtitle = "Search the log", "enter: find   esc: back"

    class Given(Message):
        """Enter was pressed."""

        def __init__(self, query: str) -> None:
            super().__init__()
            self.query = query

    async def action_submit(self) -> None:
        """Hand over what was typed."""
        self._leave()
        self.post_message(self.Given(self.value))

    def action_give_up(self) -> None:
        """Search for nothing."""
        self._leave()

    def action_stay(self) -> None:
        """Keep the keys."""

    def open(self) -> None:
        """Take the keys."""
        self.value = ""
        self.display = True
        self.screen.set_focus(self)
        self.call_after_refresh(self._keep_focus)  # a late Hide event of its old state takes it away

    def _keep_focus(self) -> None:
        if self.display and self.screen.focused is None:
            self.screen.set_focus(self)

    def _leave(self) -> None:
        self.display = False
        self.screen.set_focus(self.screen.query_one(LogView))
