"""What tests of formats share: text in, the snapshot of its run out."""

from __future__ import annotations

from collections.abc import Iterable

from trainmon.events import Counter, Event, Line, Metrics
from trainmon.parsers import log_formats
from trainmon.parsers.base import LogFormat
from trainmon.reading.reader import LogReader
from trainmon.runs.present import present
from trainmon.runs.state import RunState
from trainmon.runs.status import Liveness
from trainmon.snapshot import RunSnapshot

ARCHIVED_AT = 1_800_000_000.0


def run_of(text: str) -> RunSnapshot:
    """Read a whole log, as an archive."""
    reader, state = LogReader(log_formats(), default_year=2024), RunState()
    state.apply_all(reader.feed(text.encode()))
    state.apply_all(reader.flush())
    return present(state, name="run", files=(), live=Liveness(archive=True), now=ARCHIVED_AT)


def format_of(text: str) -> str | None:
    """The format that reads the only line of a log."""
    readings = list(LogReader(log_formats(), default_year=2024).feed(text.encode() + b"\n", everything=True))
    return readings[0].format_name


def events_of(reader: LogFormat, *lines: str) -> list[Event]:
    """Everything that the lines say, one after the other."""
    return [event for text in lines for event in reader.parse(Line(text=text)) or ()]


def counters(events: Iterable[Event]) -> list[Counter]:
    """The counters among events."""
    return [event for event in events if isinstance(event, Counter)]


def values(events: Iterable[Event]) -> dict[str, float]:
    """All metrics among events, the last of each name."""
    return {name: value for event in events if isinstance(event, Metrics) for name, value in event.values.items()}


def occurrences(run: RunSnapshot, kind: str) -> int:
    """How often stages of a kind happened."""
    return sum(stage.occurrences for stage in run.stages if stage.kind == kind)
