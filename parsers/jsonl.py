"""JSON lines that training loops write themselves: one object a line, with steps, epochs and numbers in it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from trainmon.events import Clock, Event, Line, Remainder
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.pydict import read_dict
from trainmon.parsers.records import RecordReader, moment_of
from trainmon.patterns import pattern

_MESSAGES = ("log", "message", "msg", "textPayload", "event", "text")
_LEAST_MESSAGE = 8
_OF_TRAINING = pattern(
    r"epoch|step|iter|batch|loss|train|eval|valid|checkpoint|resum|traceback|error|memory|killed|it/s|%", re.IGNORECASE
)
"""Services write such records, too: a message without any of these is none of a training run."""


_SPLIT = pattern(r"(train|val|valid|test|eval): (?=\{')", re.ASCII)
"""What a record is of, in front of it: `val: {'epoch': 0, 'loss': 0.68}`."""
_HEADED = pattern(r"[A-Za-z\[(][\w .:|()\[\]/-]{0,120}[:>-] (?=\{\")", re.ASCII)


def read_object(text: str) -> dict[str, object] | None:
    """Read a line that is one JSON object (`NaN` and `Infinity` included); None for anything else."""
    text = text.strip()
    if not (text.startswith("{") and text.endswith("}") and '"' in text):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError, MemoryError):
        return None
    return value if isinstance(value, dict) else None


class JsonLines(LogFormat):
    """Reads one object a line; nested objects are joined by `/`."""

    name: ClassVar[str] = "jsonl"
    title: ClassVar[str] = "JSON lines"
    priority: ClassVar[int] = 90
    needles: ClassVar[tuple[str, ...]] = ('{"', '{ "', "{'")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(
            '{"time": "2026-11-20T04:50:48Z", "epoch": 1, "step": 5, "total_steps": 300, "loss": 2.31507, '
            '"lr": 0.00024584717607973423, "sec_per_step": 0.6106, "grad_norm": 0.9009004917506227}',
            "a hand-written loop",
        ),
        Sample(
            '{"event": "eval", "epoch": 1, "val_loss": 1.1362875638182386, "val": {"acc": 0.8, "f1": 0.7}}',
            "a hand-written loop",
        ),
    )

    def __init__(self) -> None:
        self._records = RecordReader()

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the events of one object."""
        text = line.text.strip()
        headed = _HEADED.match(text)  # `logging.py:  99: json_stats: {"_type": "train_iter", ...}`
        text = text[headed.end() :] if headed is not None else text
        split = _SPLIT.match(text)
        text = text[split.end() :] if split is not None else text
        fields = read_dict(text)[0] if text.startswith("{'") else read_object(text)
        if fields is None:
            return None
        if split is not None:
            fields = {"_type": split[1], **fields}
        events = self._records.events(fields)
        return events if events is not None else _message(fields)


def _message(fields: Mapping[str, object]) -> Sequence[Event] | None:
    """A logger's envelope (docker's json-file, python-json-logger): the line it holds, at the time it names."""
    for name in _MESSAGES:
        held = fields.get(name)
        if isinstance(held, str) and len(held) >= _LEAST_MESSAGE and _OF_TRAINING.search(held) is not None:
            moment = moment_of(fields)
            glued = Remainder(text=held.strip())
            return (Clock(time_s=moment), glued) if moment is not None else (glued,)
    return None
