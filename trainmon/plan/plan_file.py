"""What was read from estimate documents, frozen into a short TOML file that a person can correct and that then wins.

Durations are written with their unit (`low = "40 min"`); a bare number counts seconds. Savings, alarm levels, positions
in calendars, quoted bars and other people's runs are left out: no run is ever held against them.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

from trainmon.errors import UsageError
from trainmon.estimates import Estimate, EstimateDocument, Fact, Scope
from trainmon.plan.documented_ranges import excludes_init
from trainmon.sanitise import clean

_SCOPES = (Scope.TOTAL, Scope.EPOCH, Scope.STEP, Scope.STAGE, Scope.UNIT)
_UNITS = {"days": 86400.0, "h": 3600.0, "min": 60.0, "s": 1.0}
_SECONDS_BY_LETTER = {unit[0]: seconds for unit, seconds in _UNITS.items()}
_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(s|sec|seconds?|min|minutes?|h|hours?|d|days?)\s*")
_TABLE = re.compile(r"\s*\[\[\s*(estimate|fact)\s*\]\]")
_BOTH_KEYS = frozenset({"high", "conditions", "read_from"})
_FLAGS = ("approximate", "device_time", "excludes_init")
_EXCLUDES_INIT = "total_excludes_init"
"""This fact belongs to the total that it stands under; here it is said with that total."""
_ESTIMATE_KEYS = _BOTH_KEYS | {"scope", "stage", "subject", "low", "likely", "text", "words", *_FLAGS}
_FACT_KEYS = _BOTH_KEYS | {"name", "value"}


def plan_toml(documents: Sequence[EstimateDocument]) -> str:
    """Give the plan of `documents` as TOML."""
    lines = [
        "# The plan as it was read. Correct what is wrong, delete what does not apply; trainmon uses it as it stands.",
        f"read_from = {_texts(PurePath(document.path).name for document in documents)}",
        f"title = {_text(next((document.title for document in documents if document.title), ''))}",
    ]
    for document in documents:
        for estimate in _once(document.estimates):
            lines += ["", "[[estimate]]", *_estimate_lines(estimate, document)]
        for fact in (one for one in document.facts if one.name != _EXCLUDES_INIT):
            lines += ["", "[[fact]]", *_fact_lines(fact, document)]
    return "\n".join(lines) + "\n"


def _once(estimates: Iterable[Estimate]) -> Iterator[Estimate]:
    """Leave out what repeats an earlier line under the same conditions, and `a few hours`, which says no number."""
    seen: set[object] = set()
    for one in estimates:
        key = (one.scope, one.stage, one.low_s, one.likely_s, one.high_s, one.scenario, one.device_time)
        told = any(end is not None for end in (one.low_s, one.likely_s, one.high_s))
        if one.scope in _SCOPES and told and key not in seen:
            seen.add(key)
            yield one


def _estimate_lines(estimate: Estimate, document: EstimateDocument) -> Iterator[str]:
    yield f"scope = {_text(estimate.scope.value)}"
    if estimate.stage:
        yield f"stage = {_text(estimate.stage)}"
    if estimate.subject and estimate.subject != estimate.stage:
        yield f"subject = {_text(estimate.subject)}"
    for name, seconds in (("low", estimate.low_s), ("likely", estimate.likely_s), ("high", estimate.high_s)):
        if seconds is not None:
            yield f"{name} = {_text(_duration_text(seconds))}"
    if estimate.approximate:
        yield "approximate = true"
    if estimate.device_time:
        yield "device_time = true  # GPU-hours, never held against a clock"
    if estimate.scope is Scope.TOTAL and excludes_init(estimate, document):
        yield "excludes_init = true  # initialisation comes on top"
    conditions = [level for level in estimate.scenario if level != document.title]
    if conditions:
        yield f"conditions = {_texts(conditions)}"
    yield f"text = {_text(estimate.text)}"
    yield f"words = {_text(estimate.source_text or estimate.text)}"
    yield f"read_from = {_text(f'{PurePath(document.path).name}:{estimate.line}')}"


def _fact_lines(fact: Fact, document: EstimateDocument) -> Iterator[str]:
    yield f"name = {_text(fact.name)}"
    yield f"value = {_text(fact.value) if isinstance(fact.value, str) else f'{fact.value!r}'}"
    if fact.high is not None:
        yield f"high = {fact.high!r}"
    conditions = [level for level in fact.scenario if level != document.title]
    if conditions:
        yield f"conditions = {_texts(conditions)}"
    yield f"read_from = {_text(f'{PurePath(document.path).name}:{fact.line}')}"


def _duration_text(seconds: float) -> str:
    """Give the largest unit in which the number is short and exact."""
    for unit, factor in _UNITS.items():
        value = f"{seconds / factor:.2f}".rstrip("0").rstrip(".")
        if seconds >= factor and abs(float(value) * factor - seconds) < 1e-6:
            return f"{value} {unit}"
    return f"{seconds!r} s"


def _text(text: str) -> str:
    """A TOML basic string; JSON escapes what TOML wants escaped once control characters are gone."""
    return json.dumps(clean(text), ensure_ascii=False)


def _texts(texts: Iterable[str]) -> str:
    return "[" + ", ".join(map(_text, texts)) + "]"


def read_plan(path: Path) -> EstimateDocument:
    """Read a plan; lines are those of the plan file. Raises OSError, and UsageError for what is no plan."""
    try:
        content = path.read_text(encoding="utf-8")
        values = tomllib.loads(content)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{path}: {error}") from None
    lines: dict[str, list[int]] = {"estimate": [], "fact": []}
    for number, line in enumerate(content.splitlines(), start=1):
        if match := _TABLE.match(line):
            lines[match[1]].append(number)
    title = values.get("title", "")
    if not isinstance(title, str):
        raise UsageError(f"{path}: title must be a text")
    estimates = [_estimate(path, at, one, title) for at, one in _tables(path, values, "estimate", lines)]
    facts = [_fact(path, at, one, title) for at, one in _tables(path, values, "fact", lines)]
    return EstimateDocument(path=str(path), title=title, estimates=tuple(estimates), facts=tuple(facts))


def _tables(
    path: Path, values: Mapping[str, Any], name: str, lines: Mapping[str, list[int]]
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    tables = values.get(name, [])
    known = _ESTIMATE_KEYS if name == "estimate" else _FACT_KEYS
    if not isinstance(tables, list):
        raise UsageError(f"{path}: {name} must be written as [[{name}]] tables")
    for number, table in enumerate(tables):
        at = lines[name][number] if number < len(lines[name]) else 1
        unknown = sorted(table.keys() - known) if isinstance(table, dict) else ["?"]
        if unknown:
            raise UsageError(
                f"{path}:{at}: unknown key {unknown[0]!r} in [[{name}]]; known are {', '.join(sorted(known))}"
            )
        yield at, table


def _estimate(path: Path, at: int, table: Mapping[str, Any], title: str) -> Estimate:
    scope = table.get("scope", "total")
    if scope not in {one.value for one in _SCOPES}:
        raise UsageError(f"{path}:{at}: scope {scope!r} is none of {', '.join(one.value for one in _SCOPES)}")
    low, likely, high = (_seconds(path, at, table.get(name), name) for name in ("low", "likely", "high"))
    if low is None and likely is None and high is None:
        raise UsageError(f"{path}:{at}: an estimate needs low, likely or high")
    text, words = _string(path, at, table, "text"), _string(path, at, table, "words")
    stage = _string(path, at, table, "stage") or None
    flags = {name: _flag(path, at, table, name) for name in _FLAGS}
    return Estimate(
        line=at,
        text=text or " to ".join(str(table[name]) for name in ("low", "likely", "high") if name in table),
        scope=Scope(scope),
        subject=_string(path, at, table, "subject") or stage or "",
        stage=stage if scope == Scope.STAGE.value else None,
        scenario=_conditions(path, at, table, title),
        low_s=low,
        likely_s=likely,
        high_s=high,
        source_text=words,
        **flags,
    )


def _fact(path: Path, at: int, table: Mapping[str, Any], title: str) -> Fact:
    name, value, high = _string(path, at, table, "name"), table.get("value"), table.get("high")
    if not name or isinstance(value, bool) or not isinstance(value, int | float | str):
        raise UsageError(f"{path}:{at}: a fact needs a name, and a number or a text as value")
    if high is not None and (isinstance(high, bool) or not isinstance(high, int | float)):
        raise UsageError(f"{path}:{at}: high must be a number")
    return Fact(
        line=at,
        name=name,
        value=value if isinstance(value, str) else float(value),
        high=None if high is None else float(high),
        scenario=_conditions(path, at, table, title),
    )


def _conditions(path: Path, at: int, table: Mapping[str, Any], title: str) -> tuple[str, ...]:
    found = table.get("conditions", [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise UsageError(f"{path}:{at}: conditions must be a list of texts")
    return (title, *found) if title else tuple(found)


def _string(path: Path, at: int, table: Mapping[str, Any], name: str) -> str:
    value = table.get(name, "")
    if not isinstance(value, str):
        raise UsageError(f"{path}:{at}: {name} must be a text")
    return value


def _flag(path: Path, at: int, table: Mapping[str, Any], name: str) -> bool:
    value = table.get(name, False)
    if not isinstance(value, bool):
        raise UsageError(f"{path}:{at}: {name} must be true or false")
    return value


def _seconds(path: Path, at: int, value: object, name: str) -> float | None:
    """Seconds of `40 min`, `1.5 h` or a bare number."""
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e12:
        return float(value)
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise UsageError(f'{path}:{at}: {name} must be a duration such as "40 min" or a number of seconds')
    return round(float(match[1]) * _SECONDS_BY_LETTER[match[2][0]], 6)
