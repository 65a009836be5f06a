"""The log of one run as the screens read it: its text anywhere, and what each piece of it was read as."""

from __future__ import annotations

from pathlib import Path

from trainmon.reading.log_text import ChainedText
from trainmon.reading.readable import Extent, LogText, PieceRead
from trainmon.settings import Settings
from trainmon.snapshot import RunSnapshot


class RunLog:
    """Used by one thread."""

    def __init__(self, text: LogText, settings: Settings) -> None:
        self._text, self._settings = text, settings

    def look(self) -> Extent:
        """See how much text there is."""
        return self._text.look()

    def read(self, offset: int, size: int) -> bytes:
        """Give up to `size` bytes of text from `offset` on."""
        return self._text.read(offset, size)

    def explain(self, begin: int, end: int) -> tuple[PieceRead, ...]:
        """Say what the piece from `begin` to `end` was read as, by the formats that the run is read with."""
        from trainmon.exports.formats_text import event_text  # the process of the screens rarely needs the formats
        from trainmon.reading.piece_context import readings_of
        from trainmon.session import new_reader

        found = readings_of(self._text.read, begin, end, new_reader(self._settings))
        return tuple(
            PieceRead(format_name=reading.format_name, events=tuple(map(event_text, reading.events)))
            for reading in found
            if reading.format_name is not None or reading.line.text.strip() or len(found) == 1
        )

    def close(self) -> None:
        """Give up what the text holds."""
        self._text.close()


def live_log(run: RunSnapshot, settings: Settings) -> RunLog | None:
    """The log of a run where it lies, what was rotated away before it; None for a run without a file."""
    if not run.files:
        return None
    log = run.files[0]
    return RunLog(ChainedText([Path(part) for part in (*log.earlier, log.path)]), settings)
