"""Partial repaints that send the cells that changed: Textual's own begin at the left edge of their widget."""

from __future__ import annotations

from rich.console import Console
from rich.control import Control
from textual._compositor import ChopsUpdate, Compositor


class FineUpdate(ChopsUpdate):
    """An update that leaves out what stands left of each changed span, too."""

    def render_segments(self, console: Console) -> str:
        """Return what is sent to the terminal."""
        sent: list[str] = []
        for y, begin, end in self.spans:
            for chop_end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                left, right = max(x, begin), min(chop_end, end)
                if strip is not None and left < right:
                    sent.append(Control.move_to(left, y).segment.text)
                    sent.append(strip.crop(left - x, right - x).render(console))
        return "".join(sent)


class FineCompositor(Compositor):
    """A compositor whose partial updates are fine ones."""

    def render_partial_update(self) -> ChopsUpdate | None:
        """Return what is to be sent for the regions that changed; None where none did."""
        update = super().render_partial_update()
        return FineUpdate(update.chops, update.spans, update.chop_ends) if update is not None else None
