"""Stable-Baselines3 (and its predecessors): one table per rollout or evaluation, keys in sections.

Format string: `stable_baselines3/common/logger.py` (HumanOutputFormat): `| {key} | {value} |` rows between dashes,
section rows `| time/ | |`, their keys indented by four. Spinning Up writes the same without sections.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar

from trainmon.events import AttemptMark, Counter, CounterScope, Event, Line, Metrics, StageKind, StageMark
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.numbers import number
from trainmon.parsers.pairs import is_metric_name
from trainmon.patterns import pattern

_ROW = pattern(
    r"\| (?P<indent> {3})?(?P<key> ?[^|\s][^|]{0,80}?|\s{1,40}[A-Za-z]\w{0,40})\s*\| (?P<value>[^|]{0,80}?)\s*\|"
)
_SECTION = pattern(r"\| [A-Za-z][\w-]{0,40}/\s*\|\s*\|")
_OPENERS = pattern(
    r"\|\s+(?:approxkl|ep_len_mean|ep_reward_mean|total_timesteps|Epoch|AverageEpRet)\s*\|\s*[-\d.e+naif]+\s*\|"
)
_EVALUATED = pattern(r"Eval num_timesteps=(\d{1,15}), episode_reward=.*")
_DASHES = pattern(r"-{5,}\s*")
_ANY_ROW = pattern(r"\|\s{1,40}[A-Za-z][\w ./-]{0,60}?\s*\|\s*[-+]?[\d.]{1,20}(?:e[-+]?\d{1,3})?\s*\|", re.ASCII)
"""Behind a rule of dashes: OpenAI's loggers (baselines, improved-diffusion) print the same without sections."""
_STEPS = ("time/total_timesteps", "total_timesteps", "TotalEnvInteracts", "total timesteps", "step", "steps")
_CLOCKS = ("time/time_elapsed", "time_elapsed", "Time")
_NO_METRICS = frozenset({"iterations", "episodes", "n_updates", "nupdates", "time_elapsed", "Time", "Epoch"})
_MOST_ROWS = 200


class StableBaselines(LogFormat):
    """Reads a table as one record; steps are timesteps of the environment, their number to come is not printed."""

    name: ClassVar[str] = "stable_baselines"
    title: ClassVar[str] = "Stable-Baselines3 tables"
    priority: ClassVar[int] = 15
    needles: ClassVar[tuple[str, ...]] = ("/  ", "Eval num_timesteps=", "Logging to ", "|", "-----")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Logging to ./tb/PPO_9", "stable-baselines3 2"),
        Sample("| time/                   |             |", "stable-baselines3 2.9"),
        Sample("|    fps                  | 773         |", "stable-baselines3 2.9"),
        Sample("|    time_elapsed         | 5           |", "stable-baselines3 2.9"),
        Sample("|    total_timesteps      | 4096        |", "stable-baselines3 2.9"),
        Sample("| train/                  |             |", "stable-baselines3 2.9"),
        Sample("|    loss                 | -0.016      |", "stable-baselines3 2.9"),
        Sample("-----------------------------------------", "stable-baselines3 2.9"),
        Sample("Eval num_timesteps=6000, episode_reward=491.67 +/- 11.79", "stable-baselines3 2.9"),
    )

    def __init__(self) -> None:
        self.holding = False
        self._section = ""
        self._rows: dict[str, str] = {}
        self._ruled_at = -1

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give a table's events at the dashes that end it."""
        text = line.text.rstrip()
        if self.holding:
            return self._inside(text)
        if _DASHES.fullmatch(text) is not None:
            self._ruled_at = line.number
            return None
        behind_rule = line.number == self._ruled_at + 1 and _ANY_ROW.fullmatch(text) is not None
        if behind_rule or _SECTION.fullmatch(text) is not None or _OPENERS.fullmatch(text) is not None:
            self._rows, self._section, self.holding = {}, "", True
            return self._inside(text)
        evaluated = _EVALUATED.fullmatch(text)
        if evaluated is not None:
            return (StageMark(kind=StageKind.EVAL, name="evaluation", step=float(evaluated[1])),)
        if text.startswith("Logging to ") and _is_run_folder(text):
            return (AttemptMark(text=text),)
        return None

    def _inside(self, text: str) -> Sequence[Event] | None:
        row = _ROW.fullmatch(text)
        if row is not None and len(self._rows) < _MOST_ROWS:
            key, value = row["key"].strip(), row["value"].strip()
            if key.endswith("/") and not value:
                self._section = key
            else:
                self._rows[(self._section if row["indent"] else "") + key] = value
            return ()
        if row is None and _DASHES.fullmatch(text) is None:
            return None  # something printed in between
        self.holding = False
        return list(_record(self._rows))


def _is_run_folder(text: str) -> bool:
    return text[-1].isdigit() and "_" in text.rpartition("/")[2]


def _record(rows: dict[str, str]) -> Iterator[Event]:
    """The events of a table: its counter, then what was trained and what was evaluated."""
    values = {name: value for name, text in rows.items() if (value := number(text)) is not None}
    step = next((values[name] for name in _STEPS if name in values), None)
    elapsed_s = next((values[name] for name in _CLOCKS if name in values), None)
    rounded = "step" in values or "steps" in values  # to three digits
    if step is not None:
        yield Counter(
            current=step,
            unit="step" if rounded else "timestep",
            scope=CounterScope.RUN,
            name="timesteps",
            approximate=rounded,
            kind=StageKind.TRAIN,
            elapsed_s=elapsed_s,
        )
    wanted = {name: value for name, value in values.items() if name not in _STEPS and _is_metric(name)}
    trained = {name: value for name, value in wanted.items() if not name.startswith("eval/")}
    if trained:
        yield Metrics(values=trained, step=step)
    if len(trained) < len(wanted):
        evaluated = {name: value for name, value in wanted.items() if name not in trained}
        yield Metrics(values=evaluated, step=step, kind=StageKind.EVAL)


def _is_metric(name: str) -> bool:
    bare = name.rpartition("/")[2]
    return bare not in _NO_METRICS and is_metric_name(bare)
