"""Is a text a log, or a document that quotes one? A document has its few quoted lines among much prose."""

from __future__ import annotations

from trainmon.events import Counter, MetricRows, Metrics
from trainmon.parsers import log_formats
from trainmon.reading.reader import LogReader

_LEAST_SHARE = 0.15


def looks_like_log(head: bytes) -> bool:
    """Tell whether a good part of the lines at the beginning of a text count or measure."""
    reader = LogReader(log_formats())
    pieces = [*reader.feed(head, everything=True), *reader.flush(everything=True)]
    told = sum(any(isinstance(event, Counter | Metrics | MetricRows) for event in piece.events) for piece in pieces)
    return told > _LEAST_SHARE * len(pieces)
