"""MLPerf logging: marked lines with a time and a key; `run_stop` says how the run ended.

Format: `mlperf_logging/mllog` (`:::MLLOG {json}`), `mlperf_compliance` (`:::MLL time key: {json}`,
`:::MLPv0.5.0 benchmark time (file:line) key: json`). Several ranks print the same line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, NamedTuple

from trainmon.events import (
    AttemptMark,
    Clock,
    Counter,
    CounterScope,
    Ending,
    EndingKind,
    Event,
    Facts,
    Line,
    Metrics,
    StageKind,
    StageMark,
)
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.pydict import numbers_of
from trainmon.patterns import pattern

_OLD = pattern(
    r"(?:MLPv[\d.]{3,8} (?P<benchmark>[\w-]{1,40})|MLL) (?P<time>\d{9,11}(?:\.\d{1,9})?) "
    r"(?:\([^)]{1,300}\) )?(?P<key>[\w/]{1,80})(?:: (?P<value>.*))?"
)
_FACTS = {
    "global_batch_size": "effective_batch_size",
    "input_batch_size": "effective_batch_size",
    "train_samples": "examples",
    "max_steps": "total_steps",
}
_IDENTITY = ("epoch_num", "epoch_count", "first_epoch_num", "samples_count", "step", "status")
_MARKS = {
    "init_start": (StageKind.INIT, "init", "begin"),
    "init_stop": (StageKind.INIT, "init", "end"),
    "eval_start": (StageKind.EVAL, "evaluation", "begin"),
    "eval_stop": (StageKind.EVAL, "evaluation", "end"),
}


class Entry(NamedTuple):
    """One marked line."""

    time_s: float
    key: str
    value: object
    about: Mapping[str, object]
    """Its metadata: `epoch_num`, `step`, `status`."""


class MlPerf(LogFormat):
    """Reads the marked lines; what ranks repeat counts once."""

    name: ClassVar[str] = "mlperf"
    title: ClassVar[str] = "MLPerf logging (:::MLLOG, :::MLPv0.5.0)"
    priority: ClassVar[int] = 12
    needles: ClassVar[tuple[str, ...]] = (":::ML",)
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(":::MLPv0.5.0 ncf 1541732691.422458649 (ncf.py:242) run_start", "a public log"),
        Sample(
            ':::MLLOG {"namespace": "", "time_ms": 1684040096650, "event_type": "POINT_IN_TIME", '
            '"key": "tracked_stats", "value": {"train_step_timing": 12.160857439041138, '
            '"reduced_train_loss": 2.780529260635376}, "metadata": {"file": "custom_callbacks.py", "lineno": 234, '
            '"step": 4194304}}',
            "a public log",
        ),
        Sample(':::MLPv0.5.0 ncf 1541732724.612158298 (ncf.py:460) run_stop: {"success": true}', "a public log"),
        Sample(
            ':::MLLOG {"namespace": "", "time_ms": 1684043940681, "event_type": "INTERVAL_END", "key": "run_stop", '
            '"value": null, "metadata": {"file": "x.py", "lineno": 137, "status": "success"}}',
            "a public log",
        ),
    )

    def __init__(self) -> None:
        self._seen: dict[str, str] = {}

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the events of a marked line; it may stand behind something else."""
        start = line.text.find(":::ML")
        entry = _entry(line.text[start + 3 :].strip()) if start >= 0 else None
        if entry is None:
            return None
        what = f"{entry.value} {[entry.about.get(name) for name in _IDENTITY]}"
        repeated = self._seen.get(entry.key) == what and entry.key not in ("eval_start", "eval_stop")
        twin = entry.key in ("eval_start", "eval_stop") and self._seen.get("latest") == f"{entry.key} {what}"
        self._seen[entry.key], self._seen["latest"] = what, f"{entry.key} {what}"
        clock = Clock(time_s=entry.time_s)
        return [clock] if repeated or twin else [clock, *_events(entry)]


def _entry(text: str) -> Entry | None:
    if text.startswith("MLLOG "):
        fields = _object(text.removeprefix("MLLOG ").strip())
        time_ms, key, about = fields.get("time_ms"), fields.get("key"), fields.get("metadata")
        if not isinstance(time_ms, int | float) or not isinstance(key, str):
            return None
        return Entry(time_ms / 1000, key, fields.get("value"), about if isinstance(about, dict) else {})
    old = _OLD.fullmatch(text)
    if old is None:
        return None
    value = _value(old["value"])
    if old["benchmark"] is None and isinstance(value, dict):  # v0.6 holds value and metadata in one object
        about = value.get("metadata")
        return Entry(float(old["time"]), old["key"], value.get("value"), about if isinstance(about, dict) else {})
    return Entry(float(old["time"]), old["key"], value, value if isinstance(value, dict) else {})


def _object(text: str) -> Mapping[str, object]:
    value = _value(text)
    return value if isinstance(value, dict) else {}


def _value(text: str | None) -> object:
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        return text


def _events(entry: Entry) -> Iterator[Event]:
    key, value = entry.key, entry.value
    if key == "run_start":
        yield AttemptMark(text=key)
    elif key == "run_stop":
        status = entry.about.get("status", entry.about.get("success"))
        good = status in (None, True, "success")
        yield Ending(kind=EndingKind.FINISHED if good else EndingKind.FAILED, text=f"run_stop: {status}")
    elif key in _MARKS:
        kind, name, phase = _MARKS[key]
        yield StageMark(kind=kind, name=name, phase=phase)
    elif key in _FACTS and isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
        yield Facts(values={_FACTS[key]: float(value)})
    elif key in ("eval_accuracy", "eval_loss", "eval_error", "eval_hit_rate"):
        found = numbers_of({"eval": value} if not isinstance(value, dict) else value)
        accuracy = found.get("value", found.get("eval"))
        if accuracy is not None:
            yield Metrics(values={key: accuracy}, kind=StageKind.EVAL)
    elif key == "tracked_stats" and isinstance(value, dict):
        yield Metrics(values=numbers_of(value))
    elif key in ("epoch_stop", "train_epoch"):
        yield from _epoch(entry)


def _epoch(entry: Entry) -> Iterator[Event]:
    """`epoch_stop` tells an epoch that is over; `train_epoch` (v0.5) one that begins, counted from 0."""
    number = entry.value if entry.key == "train_epoch" else entry.about.get("epoch_num")
    if isinstance(number, int | float) and not isinstance(number, bool) and number >= 0:
        yield Counter(current=float(number), unit="epoch", scope=CounterScope.EPOCHS, name="epoch")
