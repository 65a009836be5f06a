"""logfmt: lines that are `key=value` from end to end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from trainmon.events import Event, Line
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.records import RecordReader
from trainmon.patterns import pattern

_FIELD = pattern(
    r"""(?<!\S)([A-Za-z_@][\w./@()-]{0,63})=("[^"]{0,2000}"|'[^']{0,2000}'|[^\s"',;|]{1,200})[,;|]?(?!\S)""", re.ASCII
)
_EVENT = pattern(r"[A-Za-z][\w.-]{0,30}(?: [\w.-]{1,30}){0,2}", re.ASCII)
"""structlog prints its event before the fields: `train_step      loss=0.5 step=3`."""
_LEAST_FIELDS = 3
_LEAST_SHARE = 0.7
"""Of a line's characters; below it the pairs stand in a sentence."""


class KeyValue(LogFormat):
    """Reads logfmt; the time of a line may stand in it as `ts=` or `time=`."""

    name: ClassVar[str] = "keyvalue"
    title: ClassVar[str] = "key=value lines (logfmt)"
    priority: ClassVar[int] = 70
    needles: ClassVar[tuple[str, ...]] = ("step=", "epoch=", "iter=", "iteration=", "batch=")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(
            'ts=2026-11-20T04:51:29 level=info msg="train step" epoch=1 step=10 max_steps=300 loss=2.2411 lr=0.000483 '
            "tokens_per_sec=11294 step_time_ms=362.7 eta=00:01:45",
            "a hand-written loop",
        ),
    )

    def __init__(self) -> None:
        self._records = RecordReader()

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the events of one line."""
        text = line.text.strip()
        found = list(_FIELD.finditer(text))
        if len(found) < _LEAST_FIELDS or "(" in found[0][1]:
            return None
        event = text[: found[0].start()].strip()
        if event and _EVENT.fullmatch(event) is None:
            return None
        if sum(match.end() - match.start() + 1 for match in found) < _LEAST_SHARE * len(text[found[0].start() :]):
            return None
        fields = {match[1]: match[2].strip("\"'") for match in found}
        return self._records.events({"event": event, **fields} if event else fields)
