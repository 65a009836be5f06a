"""CatBoost: rounds on stdout, zero-based, and the files of `catboost_info/`.

Format strings: `catboost/libs/logging/profile_info.cpp` and `catboost/libs/train_lib`. The number of rounds is not
printed, but follows from the remaining time: it is the time per round so far times the rounds to come.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from trainmon.events import Counter, CounterScope, Ending, EndingKind, Event, Facts, Line, Metrics, StageKind
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.numbers import NUMBER, duration_s, number
from trainmon.patterns import pattern

_ROUND = pattern(
    rf"(?P<n>\d{{1,9}}):\t(?P<scores>(?:[^\t:]{{1,80}}: (?:{NUMBER})(?: \(\d{{1,9}}\))?\t)*)"
    r"total: (?P<total>\d[\d.]{0,12}[a-z]{1,2}(?: \d[\d.]{0,12}[a-z]{1,2}){0,3})"
    r"\tremaining: (?P<remaining>\d[\d.]{0,12}[a-z]{1,2}(?: \d[\d.]{0,12}[a-z]{1,2}){0,3})\s*(?:bestIteration.*)?"
)
_SCORE = pattern(rf"([^\t:]{{1,80}}): ({NUMBER})(?: \(\d{{1,9}}\))?\t")
_NOTE = pattern(
    r"(?P<stopped>Stopped by overfitting detector\s+\(\d+ iterations wait\))|(?P<best>bestTest = .*)"
    r"|bestIteration = \d+|Shrink model to first \d+ iterations\.|Learning rate set to [\d.e-]+"
    r"|Training on fold \[\d+/\d+\]"
)


class CatBoost(LogFormat):
    """Reads stdout and `catboost_training.json`, which is no valid JSON before the run is closed."""

    name: ClassVar[str] = "catboost"
    title: ClassVar[str] = "CatBoost rounds, catboost_training.json"
    priority: ClassVar[int] = 15
    needles: ClassVar[tuple[str, ...]] = (
        "\tremaining: ", "Stopped by overfitting", "bestTest", "bestIteration", "Shrink model", "Learning rate set",
        "Training on fold", '"iteration_count"', '"passed_time"',
    )  # fmt: skip
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Learning rate set to 0.175454", "catboost 1.2"),
        Sample(
            "0:\tlearn: 0.6756870\ttest: 0.6751626\tbest: 0.6751626 (0)\ttotal: 66.5ms\tremaining: 1m 6s",
            "a public page",
        ),
        Sample("49:\tlearn: 0.0867843\ttotal: 172ms\tremaining: 0us", "catboost 1.2"),
        Sample("Stopped by overfitting detector  (10 iterations wait)", "catboost 1.2"),
        Sample("bestTest = 0.9719183139", "catboost 1.2"),
        Sample("bestIteration = 199", "catboost 1.2"),
        Sample(
            '"meta":{"test_sets":["test"],"launch_mode":"Train","iteration_count":500,"name":"experiment"},',
            "catboost 1.2, shortened",
        ),
        Sample(
            '{"learn":[0.2675299183],"iteration":799,"passed_time":97.9249773,"remaining_time":0,'
            '"test":[0.2689316652]}',
            "catboost_training.json",
        ),
    )

    def __init__(self) -> None:
        self._bounds = (0.0, math.inf)
        self._last = -1.0
        self._stopped = False

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the rounds done with the run's own clock, and every score."""
        text = line.text
        if text.startswith(("{", '"meta"')):
            return _file(text)
        match = _ROUND.fullmatch(text)
        if match is not None:
            return list(self._round(match["n"], match["scores"], match["total"], match["remaining"]))
        note = _NOTE.fullmatch(text.strip())
        if note is None:
            return None
        if note["stopped"] is not None:
            self._stopped = True
            return (Ending(kind=EndingKind.EARLY_STOPPED, text=text.strip()),)
        ends = note["best"] is not None and not self._stopped
        return (Ending(kind=EndingKind.FINISHED, text=text.strip()),) if ends else ()

    def _round(self, index: str, scores: str, spent: str, left: str) -> Iterator[Event]:
        done, elapsed_s = float(index) + 1, duration_s(spent)
        if done <= self._last:
            self._bounds, self._stopped = (0.0, math.inf), False
        self._last = done
        yield Counter(
            current=done,
            total=self._total(done, elapsed_s, spent, left),
            unit="iteration",
            scope=CounterScope.RUN,
            name="boosting",
            kind=StageKind.TRAIN,
            elapsed_s=elapsed_s,
            elapsed_resolution_s=_digit_s(elapsed_s, spent),
        )
        values = {name: value for name, value in _scores(scores) if name != "best"}
        if values:
            yield Metrics(values=values, step=done)
        if left == "0us":
            yield Ending(kind=EndingKind.FINISHED, text=f"remaining: {left}")

    def _total(self, done: float, elapsed_s: float | None, spent: str, left: str) -> float | None:
        """Narrow down the number of rounds until only one whole number is left."""
        remaining_s = duration_s(left)
        if elapsed_s is None or remaining_s is None:
            return None
        if left == "0us":
            return done
        off, off_left = _digit_s(elapsed_s, spent), _digit_s(remaining_s, left)
        if elapsed_s > off:
            low = done + done * max(remaining_s - off_left, 0.0) / (elapsed_s + off)
            high = done + done * (remaining_s + off_left) / (elapsed_s - off)
            self._bounds = (max(self._bounds[0], low), min(self._bounds[1], high))
        first, last = math.ceil(self._bounds[0]), self._bounds[1]
        return float(first) if first <= last < first + 1 else None


def _digit_s(seconds: float | None, text: str) -> float:
    """What the last of three printed digits is worth; whole seconds beside minutes."""
    if seconds is None or seconds <= 0 or "m " in text or "h " in text or text.endswith(("m", "h")):
        return 1.0
    return float(10.0 ** (math.floor(math.log10(seconds)) - 2))


def _scores(text: str) -> Iterator[tuple[str, float]]:
    for name, printed in _SCORE.findall(text):
        value = number(printed)
        if value is not None:
            yield name, value


def _file(text: str) -> Sequence[Event] | None:
    """A line of `catboost_training.json`."""
    body = text.strip().rstrip(",")
    try:
        fields = json.loads(body if body.startswith("{") else f"{{{body}}}")
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict):
        return None
    count = meta.get("iteration_count") if isinstance(meta := fields.get("meta"), dict) else None
    if isinstance(count, int) and 0 < count < 10**9:
        return (Facts(values={"total_steps": float(count)}),)
    return list(_row(fields)) or None


def _row(fields: Mapping[str, object]) -> Iterator[Event]:
    index, passed_s = fields.get("iteration"), fields.get("passed_time")
    if not isinstance(index, int) or not isinstance(passed_s, int | float) or not 0 <= index < 10**9:
        return
    done = float(index) + 1
    yield Counter(
        current=done,
        unit="iteration",
        scope=CounterScope.RUN,
        name="boosting",
        kind=StageKind.TRAIN,
        elapsed_s=float(passed_s),
        elapsed_resolution_s=1e-3,
    )
    values = {
        name: float(scores[0])
        for name, scores in fields.items()
        if isinstance(scores, list) and scores and isinstance(scores[0], int | float)
    }
    if values:
        yield Metrics(values=values, step=done)
