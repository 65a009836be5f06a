"""Formats that a user describes in `trainmon.toml`: patterns with named groups, held to a time limit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from trainmon.errors import UsageError
from trainmon.events import Clock, Counter, CounterScope, Ending, EndingKind, Event, Line, StageKind
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.epochs import EpochNames
from trainmon.parsers.numbers import duration_s, number
from trainmon.parsers.pairs import metric_events
from trainmon.patterns import pattern
from trainmon.reading.timestamps import iso_s

if TYPE_CHECKING:
    import regex

TIMEOUT_S = 0.05
MOST_TIMEOUTS = 3
MATCHED_CHARS = 1 << 14
"""Only the head of a line is matched: an innocent pattern is slow on a megabyte too."""
_MOST_PATTERN_CHARS = 2000
_MOST_REPETITIONS = 10_000

_KEYS = {
    "name": str, "title": str, "pattern": str, "patterns": list, "finished": str, "failed": str, "unit": str,
    "sample": str, "samples": list, "zero_based": bool, "priority": int,
}  # fmt: skip
_WORDS = {str: "text", list: "a list", bool: "true or false", int: "a whole number"}
_COUNTER_GROUPS = frozenset({"step", "total_steps", "epoch", "total_epochs", "elapsed", "step_time", "time"})
_MEANT = {
    "total": "total_steps", "max_steps": "total_steps", "steps": "total_steps", "num_steps": "total_steps",
    "epochs": "total_epochs", "num_epochs": "total_epochs", "max_epochs": "total_epochs", "global_step": "step",
    "iter": "step", "iteration": "step",
}  # fmt: skip
"""Names that people give the groups of counters, and those that are read."""
_NAME = pattern(r"[a-z][\w.-]{0,40}", re.ASCII)


class UserFormat(LogFormat):
    """Reads lines by a user's patterns. A pattern that takes too long three times is left out: see `trouble`."""

    patterns: ClassVar[tuple[regex.Pattern[str], ...]]
    finished: ClassVar[regex.Pattern[str] | None]
    failed: ClassVar[regex.Pattern[str] | None]
    unit: ClassVar[str]
    zero_based: ClassVar[bool]

    def __init__(self) -> None:
        self._timeouts: dict[str, int] = {}
        self._epochs = EpochNames()

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give what the first matching pattern's groups say, or the end that a marker says."""
        text = line.text[:MATCHED_CHARS]
        for marker, kind in ((self.failed, EndingKind.FAILED), (self.finished, EndingKind.FINISHED)):
            if marker is not None and self._search(marker, text) is not None:
                return (Ending(kind=kind, text=text.strip()[:400]),)
        for asked in self.patterns:
            match = self._search(asked, text)
            if match is not None:
                return list(self._events({name: part for name, part in match.groupdict().items() if part is not None}))
        return None

    def _search(self, asked: regex.Pattern[str], text: str) -> regex.Match[str] | None:
        if self._timeouts.get(asked.pattern, 0) >= MOST_TIMEOUTS:
            return None
        try:
            return asked.search(text, timeout=TIMEOUT_S)
        except TimeoutError:
            times = self._timeouts[asked.pattern] = self._timeouts.get(asked.pattern, 0) + 1
            if times >= MOST_TIMEOUTS:
                self.trouble = (
                    f"format {self.name}: pattern '{asked.pattern}' took more than {TIMEOUT_S:g} s {times} times "
                    "and is left out; repeat less inside repetitions"
                )
            return None

    def _events(self, groups: Mapping[str, str]) -> Iterator[Event]:
        moment = iso_s(groups.get("time", ""))
        if moment is not None:
            yield Clock(time_s=moment)
        read = {name: number(text) for name, text in groups.items()}
        numbers = {name: value for name, value in read.items() if value is not None}
        epoch, total_epochs = self._epochs.number(numbers.get("epoch"), numbers.get("total_epochs"))
        step, total = numbers.get("step"), numbers.get("total_steps")
        if step is not None:
            step += 1 if self.zero_based else 0
            yield Counter(
                current=step, total=total, unit=self.unit, name=self.unit, kind=StageKind.TRAIN, epoch=epoch,
                total_epochs=total_epochs, elapsed_s=_seconds(groups.get("elapsed", "")),
                step_time_s=_seconds(groups.get("step_time", "")),
            )  # fmt: skip
        elif epoch is not None:
            yield Counter(
                current=epoch, total=total_epochs, unit="epoch", scope=CounterScope.EPOCHS, name="epoch", epoch=epoch,
                total_epochs=total_epochs,
            )  # fmt: skip
        yield from metric_events({n: v for n, v in numbers.items() if n not in _COUNTER_GROUPS}, step=step)


def _seconds(text: str) -> float | None:
    """`0.35`, `350ms`, `1:02:03`: what names no unit is seconds."""
    plain = number(text)
    return plain if plain is not None else duration_s(text)


def user_formats(tables: Sequence[object], path: Path) -> list[type[LogFormat]]:
    """Build the formats of a settings file's `[[formats]]` tables.

    Each table has `name`, `pattern` or `patterns`, and may have `title`, `unit`, `zero_based`, `finished`, `failed`,
    `priority`, `sample` or `samples`. Raises UsageError that names the file, the table, the pattern and the position.
    """
    return [_format(table, f"{path}: format {number}") for number, table in enumerate(tables, 1)]


def _format(table: object, where: str) -> type[LogFormat]:
    if not isinstance(table, dict):
        raise UsageError(f"{where}: expected a table with name and pattern")
    for key, value in table.items():
        if key not in _KEYS:
            raise UsageError(f"{where}: unknown key {key!r}; known: {', '.join(_KEYS)}")
        if not isinstance(value, _KEYS[key]) or (isinstance(value, bool) and _KEYS[key] is int):
            raise UsageError(f"{where}: {key} must be {_WORDS[_KEYS[key]]}")
    name = table.get("name")
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        raise UsageError(f"{where}: needs a name of lower case letters, digits, '-', '_' or '.'")
    compiled = partial(_compile, where=f"{where} ({name})")
    patterns = tuple(compiled(text, key="pattern", named=True) for text in _texts(table, "pattern", "patterns", where))
    if not patterns and "finished" not in table and "failed" not in table:
        raise UsageError(f"{where} ({name}): needs a pattern, or a finished or failed marker")
    samples = tuple(Sample(text) for text in _texts(table, "sample", "samples", where))
    made: type[LogFormat] = type(
        "UserFormat_" + re.sub(r"\W", "_", name),
        (UserFormat,),
        {
            "__module__": __name__,
            "name": name,
            "title": table.get("title", name),
            "priority": table.get("priority", 1),
            "unit": table.get("unit", "step"),
            "zero_based": table.get("zero_based", False),
            "patterns": patterns,
            "finished": compiled(table["finished"], key="finished") if "finished" in table else None,
            "failed": compiled(table["failed"], key="failed") if "failed" in table else None,
            "samples": samples,
        },
    )
    for sample in samples:
        if not made().parse(Line(text=sample.text)):
            raise UsageError(f"{where} ({name}): no pattern matches its sample {sample.text!r}")
    return made


def _texts(table: Mapping[str, object], one: str, many: str, where: str) -> list[str]:
    several = table.get(many, [])
    texts = ([table[one]] if one in table else []) + (several if isinstance(several, list) else [])
    if not all(isinstance(text, str) for text in texts):
        raise UsageError(f"{where}: {many} must hold strings")
    return [str(text) for text in texts]


def _compile(text: str, *, where: str, key: str, named: bool = False) -> regex.Pattern[str]:
    import regex  # 15 ms that nobody without own formats should pay

    if len(text) > _MOST_PATTERN_CHARS or _repetitions(text) > _MOST_REPETITIONS:
        raise UsageError(f"{where}: {key} {text[:80]!r} is too complex; repeat less inside repetitions")
    try:
        compiled = regex.compile(text, regex.VERSION0)
    except regex.error as error:  # its text ends in `at position N`
        raise UsageError(f"{where}: {key} '{text}': {error}") from error
    if named and not compiled.groupindex:
        raise UsageError(f"{where}: {key} '{text}' names no group; write (?P<step>\\d+), (?P<loss>\\S+)")
    for group in compiled.groupindex:
        meant = _MEANT.get(group.lower()) or _nearly(group.lower())
        if group not in _COUNTER_GROUPS and meant in _COUNTER_GROUPS:
            raise UsageError(f"{where}: {key} '{text}': the group {group!r} must be written {meant!r}")
    return compiled


def _nearly(group: str) -> str:
    """The counter's group that was meant by a misspelt one; times are too near to names of metrics."""
    near = get_close_matches(group, _COUNTER_GROUPS - {"time", "elapsed"}, n=1, cutoff=0.88)
    return near[0] if near else group


def _repetitions(text: str) -> int:
    """How many copies of a part the counted repetitions around it make, at most: what makes compiling explode."""
    deepest, totals = 1, [1]
    for match in re.finditer(r"\\.|\(|\)(?:\{(\d*),?(\d*)\})?|(?<!\\)\{(\d+),?(\d*)\}", text, re.DOTALL):
        mark = match[0]
        if mark == "(":
            totals.append(1)
        elif mark[0] == ")":
            inside = totals.pop() if len(totals) > 1 else 1
            totals[-1] = max(totals[-1], inside * _count(match[1], match[2]))
        elif mark[0] == "{":
            totals[-1] = max(totals[-1], _count(match[3], match[4]))
        deepest = max(deepest, totals[-1])
    return deepest


def _count(low: str | None, high: str | None) -> int:
    return max(int(low or 1), int(high or 1)) if len(low or "") < 9 and len(high or "") < 9 else 10**9
