"""The line to type in: above the keys of a screen, or on top of the screen as a question."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static


class Prompt(Input):
    """Tells what is typed as `Input.Changed` and `Input.Submitted`; on a board's screen it is hidden until opened."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", show=False),
        Binding("tab,shift+tab", "stay", show=False),
    ]

    def __init__(self, title: str, keys: str, *, placeholder: str = "", value: str = "") -> None:
        super().__init__(value, classes="prompt", placeholder=placeholder, select_on_focus=not value)
        self.border_title, self.border_subtitle = title, keys
        self._before: Widget | None = None
        """What had the keys when it was opened."""

    @property
    def is_open(self) -> bool:
        """Whether somebody types, or typed and went elsewhere."""
        return self.has_class("-open")

    def open(self) -> None:
        """Take the keys."""
        self._before = self.screen.focused
        self.add_class("-open")
        self.screen.set_focus(self)
        self.call_after_refresh(self._keep_focus)  # a late Hide event of its old state takes it away

    async def action_submit(self) -> None:
        """Hand over what was typed."""
        await super().action_submit()
        self._close()

    def action_give_up(self) -> None:
        """Want no words."""
        self.value = ""
        self._close()

    def action_stay(self) -> None:
        """Keep the keys."""

    def _keep_focus(self) -> None:
        if self.is_open and self.screen.focused is None:
            self.screen.set_focus(self)

    def _close(self) -> None:
        if self._before is not None:
            self.remove_class("-open")
            self.screen.set_focus(self._before)
            self._before = None


class NoKeys(Static):
    """A blank line where the screen below a question shows its keys."""


class Question(ModalScreen[str | None]):
    """Asks for one line; gives it as typed, or None where nothing was."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", show=False, priority=True)]

    def __init__(self, title: str, keys: str, *, placeholder: str = "", value: str = "") -> None:
        super().__init__()
        self._prompt = Prompt(title, keys, placeholder=placeholder, value=value)

    def compose(self) -> ComposeResult:
        """Build the line to type in."""
        yield self._prompt
        yield NoKeys()

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        self.dismiss(event.value.strip() or None)
