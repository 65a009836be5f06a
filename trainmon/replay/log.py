"""An archived log as it stood at the moment that the replay's clock shows."""

from __future__ import annotations

from collections.abc import Callable

from trainmon.reading.readable import Extent
from trainmon.replay.text import LogText


class ThenText:
    """The text up to what was written by then; as the clock is driven it grows, or is another one."""

    def __init__(self, text: LogText, visible_bytes: Callable[[], int]) -> None:
        self._text, self._visible_bytes = text, visible_bytes
        self._size = 0

    def look(self) -> Extent:
        """See how much was written by now."""
        self._size = self._visible_bytes()
        return Extent(size=self._size)

    def read(self, offset: int, size: int) -> bytes:
        """Give up to `size` bytes from `offset` on."""
        return self._text.read(offset, min(size, self._size - offset))

    def close(self) -> None:
        """Nothing: the archive keeps the text."""
