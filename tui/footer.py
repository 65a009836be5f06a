"""The line of keys: where it is too narrow for all, some give way, but never help and the way out."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

_FIRST_TO_GO = ("group", "export", "compare", "sort", "smoothing", "log_scale", "mark")
"""Actions that give way first, in this order; then the others, the last one first."""
_Look = tuple[str, str, bool]
"""What a key's look depends on."""
_ALWAYS = frozenset({"help", "quit", "back", "app.pop_screen"})


class FittingFooter(Footer):
    """Shows as many keys as fit; `?` names the others."""

    def __init__(self) -> None:
        super().__init__(show_command_palette=False)
        self._shown: list[_Look] = []

    def compose(self) -> ComposeResult:
        """Build the keys that fit."""
        kept = self._fitting(list(super().compose()))
        self._shown = _looks_of(kept)
        yield from kept

    def bindings_changed(self, screen: Screen[object]) -> None:
        """Build them anew where others are active now: this is told with each change of the focus, too."""
        self._bindings_ready = True
        if screen.app.app_focus:
            self.call_after_refresh(self._renew)

    def on_resize(self) -> None:
        """Build them anew where others fit now."""
        self.call_after_refresh(self._renew)

    async def _renew(self) -> None:
        if self.is_attached and _looks_of(self._fitting(list(super().compose()))) != self._shown:
            await self.recompose()

    def _fitting(self, keys: Sequence[Widget]) -> list[Widget]:
        kept = list(keys)
        width = self.app.size.width
        while sum(map(self._width_of, kept)) > width + 1:  # no gap behind the last one
            going = [each for each in kept if isinstance(each, FooterKey) and each.action not in _ALWAYS]
            if not going:
                break
            kept.remove(min(reversed(going), key=_rank))
        return kept

    def _width_of(self, key: Widget) -> int:
        """A compact key has one gap behind it; else it has one on both sides, and its words one behind them."""
        if not isinstance(key, FooterKey):
            return 0
        return len(key.key_display) + len(key.description) + (2 if self.compact else 3)


def _rank(key: FooterKey) -> int:
    return _FIRST_TO_GO.index(key.action) if key.action in _FIRST_TO_GO else len(_FIRST_TO_GO)


def _looks_of(keys: Sequence[Widget]) -> list[_Look]:
    return [
        (each.action, each.key_display, each.has_class("-disabled")) for each in keys if isinstance(each, FooterKey)
    ]
