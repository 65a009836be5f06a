"""rsl_rl (Isaac Lab, legged_gym, mjlab): one block of right-aligned names per learning iteration, zero-based.

Format strings: `rsl_rl/runners/on_policy_runner.py` (log) and `rsl_rl/utils/logger.py`: a ruled box with
`Learning iteration {it}/{tot_iter}`, then `{name:>{pad}} {value}` up to the ETA.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from trainmon.events import Counter, CounterScope, Event, Line, Metrics, StageKind
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.numbers import NUMBER, duration_s, number
from trainmon.parsers.pairs import is_metric_name
from trainmon.patterns import pattern

_HEAD = pattern(r"\s*Learning iteration (\d{1,12})/(\d{1,12})\s*")
_FIELD = pattern(rf"\s*([A-Za-z][\w/ .()%-]{{0,80}}):\s+(?:({NUMBER})(s| steps/s.*)?|(\d[\d:]{{3,12}}))\s*")
_RULE = pattern(r"[#-]{20,}\s*")
_NO_METRICS = frozenset({"Total timesteps", "Total steps", "Iteration time", "Total time", "Time elapsed", "ETA"})
_MOST_FIELDS = 200


class RslRl(LogFormat):
    """Reads a block as one record."""

    name: ClassVar[str] = "rsl_rl"
    title: ClassVar[str] = "rsl_rl (Isaac Lab, legged_gym)"
    priority: ClassVar[int] = 15
    needles: ClassVar[tuple[str, ...]] = ("Learning iteration ",)
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("                          Learning iteration 66/30000                            ", "mjlab"),
        Sample("                            Total steps: 1608 ", "mjlab"),
        Sample("                       Steps per second: 101 ", "mjlab"),
        Sample("                        Collection time: 0.183s ", "mjlab"),
        Sample("                        Mean value loss: 0.4399", "mjlab"),
        Sample("             Metrics/slip_velocity_mean: 0.3317", "mjlab"),
        Sample("--------------------------------------------------------------------------------", "mjlab"),
        Sample("                         Iteration time: 0.24s", "mjlab"),
        Sample("                           Time elapsed: 00:00:16", "mjlab"),
        Sample("                                    ETA: 01:59:44", "mjlab"),
    )

    def __init__(self) -> None:
        self.holding = False
        self._done = self._total = 0.0
        self._fields: dict[str, str] = {}

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give a block's events at its last line."""
        text = line.text
        head = _HEAD.fullmatch(text)
        if head is not None:
            events = list(self._record()) if self.holding else []
            self._done, self._total, self._fields, self.holding = float(head[1]) + 1, float(head[2]), {}, True
            return [*events, self._counter(None, None)]
        if not self.holding:
            return None
        field = _FIELD.fullmatch(text)
        if field is None:
            return () if _RULE.fullmatch(text) is not None else None
        if len(self._fields) < _MOST_FIELDS:
            self._fields[field[1].strip()] = (field[2] + (field[3] or "")[:1]) if field[2] else field[4]
        if field[1].strip() != "ETA":
            return ()
        self.holding = False
        return list(self._record())

    def _counter(self, elapsed_s: float | None, step_time_s: float | None) -> Counter:
        return Counter(
            current=self._done,
            total=self._total,
            unit="iteration",
            scope=CounterScope.RUN,
            name="iterations",
            kind=StageKind.TRAIN,
            elapsed_s=elapsed_s,
            elapsed_resolution_s=0.01 if "Total time" in self._fields else 1.0,
            step_time_s=step_time_s,
        )

    def _record(self) -> Iterator[Event]:
        fields = self._fields
        spent = fields.get("Total time") or fields.get("Time elapsed") or ""
        yield self._counter(duration_s(spent), duration_s(fields.get("Iteration time", "")))
        values = {
            name: value
            for name, text in fields.items()
            if name not in _NO_METRICS and is_metric_name(name) and (value := number(text)) is not None
        }
        if values:
            yield Metrics(values=values, step=self._done)
