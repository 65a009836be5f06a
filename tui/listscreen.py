"""Screens made of a list with a cursor: a head above, what its line says at length below, words that narrow it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from trainmon.tui.footer import FittingFooter
from trainmon.tui.itemlist import Item, ItemList
from trainmon.tui.prompt import Prompt
from trainmon.tui.screens import BoardScreen
from trainmon.tui.spanview import LinesView
from trainmon.tui.text import Row

_TOLD_SHARE, _TOLD_MOST = 4, 9
"""What is told of a line takes one in so many lines of the screen, and none of a low one."""
_LOW = 16


class ListScreen(BoardScreen):
    """Shows items; says what the cursor is on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", "Back", key_display="esc", tooltip="Take the filter away, then go back"),
        Binding("slash", "filter", "Filter", key_display="/", tooltip="Only lines with some words"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._wanted = ""

    def compose_body(self) -> ComposeResult:
        """Build the screen."""
        yield LinesView(id="head", classes="fixed")
        yield ItemList(id="main")
        yield LinesView(id="told", classes="fixed")
        yield Prompt("Filter", "enter: keep   esc: all lines", placeholder="words of a line")
        yield FittingFooter()

    def head(self, width: int) -> list[Row]:
        """Return the lines above the list."""
        raise NotImplementedError

    def items(self) -> Sequence[Item]:
        """Return what the list shows."""
        raise NotImplementedError

    @property
    def current(self) -> Item | None:
        """The line under the cursor."""
        return self.query_one(ItemList).current

    def update_view(self) -> None:
        """Show what changed."""
        self.query_one("#head", LinesView).show(self.head(self.size.width))
        self.query_one(ItemList).show(_narrowed(self.items(), self._wanted))
        self._tell()

    @on(ItemList.Moved)
    def _tell(self) -> None:
        """Say at length what the cursor is on, in as many lines as ever, so that the list does not jump."""
        view, height = self.query_one("#told", LinesView), self.size.height
        width = max(40, self.size.width - 2)
        told = self.current.told if self.current is not None else None
        room = min(height // _TOLD_SHARE, _TOLD_MOST) if height > _LOW else 0
        view.set_class(room <= 0, "-away")
        rows = (told(width) if told is not None else [])[: max(0, room - 1)]
        view.show([(("─" * width, "faint"),), *rows, *((),) * (room - 1 - len(rows))])

    def action_filter(self) -> None:
        """Type words that a line must hold to be shown."""
        self.query_one(Prompt).open()

    @on(Prompt.Changed)
    def _narrow(self, event: Prompt.Changed) -> None:
        self._wanted = event.value
        self.update_view()

    def action_back(self) -> None:
        """Show all lines again; leave where they are all shown."""
        prompt = self.query_one(Prompt)
        if prompt.is_open or self._wanted:
            prompt.action_give_up()
        else:
            self.app.pop_screen()


def _narrowed(items: Sequence[Item], wanted: str) -> list[Item]:
    """Keep the lines with all words of `wanted`, and the headings right before each of them."""
    words = wanted.casefold().split()
    if not words:
        return list(items)
    kept: list[Item] = []
    headings: list[Item] = []
    under = False
    for item in items:
        if item.words is None:
            headings = [*([] if under else headings), *([item] if item.row(80) else [])]
        elif _holds(item.words().casefold(), words):
            kept += [*headings, item]
            headings = []
        under = item.words is not None
    return kept


def _holds(text: str, words: Sequence[str]) -> bool:
    return all(word in text for word in words)
