"""The line of keys: where it is too narrow for all, some give way, but never help and the way out."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

_FIRST_TO_GO = ("group", "export", "compare", "sort", "smoothing", "log_scale", "mark")
"""Actions that give way first, in this order; then the others, the last one first."""
_ALWAYS = frozenset({"help", "quit", "back", "app.pop_screen"})


class FittingFooter(Footer):
    """Shows as many keys as fit; `?` names the others."""

    def __init__(self) -> None:
        super().__init__(show_command_palette=False)
        self._shown: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        """Build the keys that fit."""
        keys = list(super().compose())
        kept = self._fitting(keys)
        self._shown = tuple(each.action for each in kept if isinstance(each, FooterKey))
        yield from kept

    def on_resize(self) -> None:
        """Build them anew where others fit now."""
        shown = tuple(each.action for each in self._fitting(list(super().compose())) if isinstance(each, FooterKey))
        if shown != self._shown:
            self.call_after_refresh(self.recompose)

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
