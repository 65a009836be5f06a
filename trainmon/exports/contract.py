"""Boards and estimate documents as the JSON objects of the contract `trainmon/1`: what scripts read.

A field keeps the name it has in `trainmon.snapshot` and `trainmon.estimates`, and its name says how it is written:
`_at` as ISO 8601 in UTC, `_s` as seconds. Unknown is null. NaN and infinities are null too, and a metric that
holds one says so in `nan`. `trainmon.exports.schema` describes every field.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import cast

from trainmon.estimates import Derived, DocumentedRange, EstimateDocument, Verdict, VerdictKind
from trainmon.plan.lateness import why_late
from trainmon.sanitise import clean
from trainmon.snapshot import Board, Interval, MetricInfo, ProblemInfo, RunSnapshot, StepTime

SCHEMA = "trainmon/1"
OVERHEADS = ("init", "eval", "checkpoint", "stall", "other")

JsonObject = dict[str, object]

_NOT_EXPORTED = frozenset({"history", "clock_history", "pauses"})
"""Series for charts: bounded, but thousands of numbers that no script asked for."""
_BOARD_APART = frozenset({"taken_at", "documents", "runs", "choices", "settings_file"})
"""Written otherwise, or a matter of the screen alone."""
_DIGITS = {"ratio": 4, "progress": 6}
_STEP_TIMES = ("mean", "median", "p10", "p90", "last", "now")
_NO_VERDICT = Verdict(kind=VerdictKind.NO_ESTIMATE)


def board_object(board: Board) -> JsonObject:
    """Give what `status --json` and `summary --format json` print."""
    return {
        "schema": SCHEMA,
        "generated_at": _moment(board.taken_at),
        **_fields(board, without=_BOARD_APART),
        "documents": [_document_entry(document) for document in board.documents],
        "runs": [run_object(run) for run in board.runs],
    }


def estimates_object(documents: Iterable[EstimateDocument]) -> JsonObject:
    """Give what `estimates --json` prints."""
    return {"schema": SCHEMA, "documents": [_fields(document, without={"lines"}) for document in documents]}


def json_text(contents: JsonObject) -> str:
    """Give an object as indented ASCII JSON with a final newline: no terminal and no locale can stumble over it."""
    return json.dumps(contents, indent=2, allow_nan=False) + "\n"


def run_object(run: RunSnapshot) -> JsonObject:
    """Give one entry of `runs`: the five overheads always, and always a verdict."""
    written = _fields(run)
    written["overhead_s"] = dict.fromkeys(OVERHEADS) | cast(JsonObject, written["overhead_s"])
    written["verdict"] = _fields(run.verdict or _NO_VERDICT)
    written["why_late"] = _lateness(run)
    return written


def _lateness(run: RunSnapshot) -> JsonObject | None:
    """Give what the difference to the documented time is made of; the parts add up to it. None: the run is not late."""
    late = why_late(run)
    if late is None:
        return None
    measured_s, documented_s = late.step_s if late.step_s is not None else (None, None)
    return {
        "late_s": _seconds(late.late_s),
        "parts": [{"what": what, "late_s": _seconds(part_s)} for what, part_s in late.parts],
        "step_time_s": None
        if measured_s is None or documented_s is None
        else {"measured": _seconds(measured_s), "documented": _seconds(documented_s)},
        "within": [{"what": what, "spent_s": _seconds(spent_s)} for what, spent_s in late.beside],
    }


def _document_entry(document: EstimateDocument) -> JsonObject:
    return {
        "path": clean(document.path),
        "title": clean(document.title),
        "estimate_count": len(document.estimates),
        "contradiction_count": len(document.contradictions),
    }


def _fields(value: object, *, without: Iterable[str] = ()) -> JsonObject:
    assert is_dataclass(value)
    skipped = {*_NOT_EXPORTED, *without}
    names = [field.name for field in fields(value) if field.name not in skipped]
    return {name: _written(getattr(value, name), name) for name in names}


def _written(value: object, name: str) -> object:
    """Write a value that stands under `name`, which tells the unit."""
    match value:
        case StrEnum():
            return value.value
        case str():
            return clean(value)
        case None | bool():
            return value
        case int() | float():
            return _number(value, name)
        case Mapping():
            return {clean(str(key)): _written(entry, name) for key, entry in value.items()}
        case tuple():
            return [_written(entry, name) for entry in value]
        case Interval():
            return {end: _number(getattr(value, end), name) for end in ("low", "likely", "high")}
        case _:
            return _object(value)


def _object(value: object) -> JsonObject:
    """Write what the contract shapes otherwise than its dataclass; anything else field by field."""
    match value:
        case ProblemInfo():
            return _fields(value) | {"line": value.line or None}
        case StepTime():
            return _fields(value) | {part: _seconds(getattr(value, part)) for part in _STEP_TIMES}
        case MetricInfo():
            values = (value.first, value.last, value.min, value.max)
            return _fields(value) | {"nan": not all(math.isfinite(number) for number in values)}
        case DocumentedRange():
            return _documented(value)
        case Derived():
            return _fields(value, without=("from_lines",)) | {"from": list(value.from_lines)}
        case _:
            return _fields(value)


def _documented(documented: DocumentedRange) -> JsonObject:
    """`total_s` is the duration of the documented scope: of the run for `total`, of one epoch for `epoch`."""
    ends = {"low": documented.low_s, "high": documented.high_s, "likely": documented.likely_s}
    return {
        "total_s": {name: None if end is None else _seconds(end) for name, end in ends.items()},
        **_fields(documented, without=("low_s", "high_s", "likely_s")),
    }


def _number(value: float, name: str) -> float | str | None:
    """Write a number as its name says; whole ones without `.0`, so that steps read as steps."""
    if name.endswith("_at"):
        return _moment(value)
    if isinstance(value, int):
        return value
    if not math.isfinite(value):
        return None
    if name.endswith("_s"):
        return _seconds(value)
    if name in _DIGITS:
        return round(value, _DIGITS[name])
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _seconds(value: float) -> float | None:
    """Durations to the millisecond; short ones, which may be steps of microseconds, to six digits."""
    if not math.isfinite(value):
        return None
    return round(value, 3) if abs(value) >= 1000 else float(f"{value:.6g}")


def _moment(at: float) -> str | None:
    """ISO 8601 in UTC, to the millisecond; null outside the calendar."""
    try:
        return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except (OverflowError, OSError, ValueError):
        return None
