"""How the charts of a screen are looked at: scale, smoothing, the part of the steps shown, the cursor. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

_NARROWEST = 1 / 64
_CURSOR_STEP = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartLook:
    """One look, the same for all charts of a screen. Ends and cursor are 0..1 of all steps."""

    log: bool = False
    smoothed: bool = False
    low: float = 0.0
    high: float = 1.0
    cursor: float | None = None
    """None: nobody asked for values yet."""

    @property
    def whole(self) -> bool:
        """Say whether all steps are shown."""
        return self.low <= 0 and self.high >= 1

    @property
    def marks(self) -> list[str]:
        """Words for a chart's title."""
        told = (("log", self.log), ("smoothed", self.smoothed), (f"{1 / (self.high - self.low):.3g}x", not self.whole))
        return [word for word, on in told if on]

    def zoomed(self, factor: float) -> ChartLook:
        """Show `factor` times the steps, around the cursor, else at the end, where the news is."""
        width = min(1.0, max(_NARROWEST, (self.high - self.low) * factor))
        middle = self.high if self.cursor is None else self.cursor
        low = min(max(0.0, middle - width / 2), 1.0 - width)
        return replace(self, low=low, high=low + width)

    def moved(self, by: int) -> ChartLook:
        """Move the cursor, which starts at the end; at an end of what is shown, that goes along."""
        width = self.high - self.low
        cursor = (self.high if self.cursor is None else self.cursor) + by * _CURSOR_STEP * width
        cursor = min(1.0, max(0.0, cursor))
        low = min(max(self.low, cursor - width), cursor)
        low = min(low, 1.0 - width)
        return replace(self, low=low, high=low + width, cursor=cursor)

    def within(self, at: float) -> float:
        """Return where 0..1 of all steps lies, in 0..1 of what is shown."""
        return min(1.0, max(0.0, (at - self.low) / (self.high - self.low)))

    def shown(self, low: float, high: float) -> tuple[float, float]:
        """Return the first and the last step shown of a chart over all steps from `low` to `high`."""
        return low + self.low * (high - low), low + self.high * (high - low)
