"""The formats that one log is asked of, made when they are first needed: of a hundred a log needs a few."""

from __future__ import annotations

from collections.abc import Sequence

from trainmon.events import Event, Line
from trainmon.parsers.base import LogFormat


class AskedFormats:
    """Instances that remember what they read of this log. With many logs most of the memory would be unused ones."""

    def __init__(self, formats: Sequence[type[LogFormat]]) -> None:
        self._formats: list[LogFormat | type[LogFormat]] = list(formats)

    def ask(self, line: Line, *, but: LogFormat | None) -> tuple[LogFormat | None, Sequence[Event] | None]:
        """Give the first format that claims the line, and what it reads there; `but` was asked already."""
        text = line.text
        for at, candidate in enumerate(self._formats):
            needles = candidate.needles
            if candidate is but or (needles and not any(needle in text for needle in needles)):
                continue
            known = self._made(at)
            events = known.parse(line)
            if events is not None:
                return known, events
        return None, None

    def named(self, name: str) -> LogFormat | None:
        """Give the format of that name."""
        return next((self._made(at) for at, known in enumerate(self._formats) if known.name == name), None)

    @property
    def troubles(self) -> list[str]:
        """What formats gave up, in words."""
        return [known.trouble for known in self._formats if known.trouble]

    def _made(self, at: int) -> LogFormat:
        known = self._formats[at]
        if isinstance(known, type):
            known = self._formats[at] = known()
        return known
