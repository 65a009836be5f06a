"""Lines through one format, and the kinds of events that come of them: what tests of formats are written with."""

from __future__ import annotations

from collections.abc import Iterable

from trainmon.events import Counter, Event, Line, Metrics, StageKind
from trainmon.parsers import format_named
from trainmon.parsers.base import LogFormat


def read(reader: LogFormat | str, *texts: str, foreign: bool = False) -> list[Event]:
    """What a format, or a new one of that name, says of lines in their order.

    It must know every one of them, unless `foreign` ones may be among them.
    """
    reader = format_named(reader)() if isinstance(reader, str) else reader
    found: list[Event] = []
    for number, text in enumerate(texts, 2):
        events = reader.parse(Line(text=text, number=number))
        assert foreign or events is not None, text
        found += events or ()
    return found


def counters(events: Iterable[Event]) -> list[Counter]:
    """The counters among them."""
    return [event for event in events if isinstance(event, Counter)]


def values(events: Iterable[Event], kind: StageKind = StageKind.TRAIN) -> dict[str, float]:
    """The last value of each metric of training, or of another kind."""
    return {k: v for e in events if isinstance(e, Metrics) and e.kind is kind for k, v in e.values.items()}
