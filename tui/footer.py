"""The line of keys: where it is too narrow for all, some give way, but never help and the way out."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.screen import Screen
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
        kept = self._fitting()
        self._shown = _looks_of(kept)
        for key in kept:
            key.set_reactive(FooterKey.compact, self.compact)  # else each would be styled for its default first
            yield key

    def bindings_changed(self, screen: Screen[object]) -> None:
        """Build them anew where others are active now: this is told with each change of the focus, too."""
        self._bindings_ready = True
        if screen.app.app_focus:
            self.call_after_refresh(self._renew)

    def on_resize(self) -> None:
        """Build them anew where others fit now."""
        self.call_after_refresh(self._renew)

    async def _renew(self) -> None:
        if self.is_attached and _looks_of(self._fitting()) != self._shown:
            await self.recompose()

    def _fitting(self) -> list[FooterKey]:
        kept = [each for each in Footer.compose(self) if isinstance(each, FooterKey)]
        width = self.app.size.width
        while sum(map(self._width_of, kept)) > width + 1:  # no gap behind the last one
            going = [key for key in kept if key.action not in _ALWAYS]
            if not going:
                break
            kept.remove(min(reversed(going), key=_rank))
        return kept

    def _width_of(self, key: FooterKey) -> int:
        """A compact key has one gap behind it; else it has one on both sides, and its words one behind them."""
        return len(key.key_display) + len(key.description) + (2 if self.compact else 3)


def _rank(key: FooterKey) -> int:
    return _FIRST_TO_GO.index(key.action) if key.action in _FIRST_TO_GO else len(_FIRST_TO_GO)


def _looks_of(keys: Sequence[FooterKey]) -> list[_Look]:
    return [(key.action, key.key_display, key.has_class("-disabled")) for key in keys]
