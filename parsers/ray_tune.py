"""Ray Tune and RLlib: a status table of trials, printed again and again; a single trial is the run itself.

Format strings: `ray/tune/progress_reporter.py` (`== Status ==`), `ray/tune/experimental/output.py` (`Trial status: `).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from trainmon.events import Counter, CounterScope, Ending, EndingKind, Event, Line, Metrics, StageKind
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.numbers import duration_s, number
from trainmon.parsers.pairs import is_metric_name
from trainmon.patterns import pattern

_COUNTS = pattern(r"(?:\d{1,9}) (?:RUNNING|PENDING|TERMINATED|ERROR|PAUSED)")
_OLD = pattern(r"Number of trials: \*?(\d{1,9})(?:/(\d{1,9}|inf(?:inite)?))?\*? \((.{1,200})\)")
_NEW = pattern(r"Trial status: (\d{1,9} [A-Z]{5,12}(?: \| \d{1,9} [A-Z]{5,12})*)\s*")
_TIME = pattern(
    r"Current time: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\. Total running time: (.{1,40})| \(running for ([\d:.]{4,20})\))"
)
_CELLS = pattern(r"\s*\|\s*|\s{2,}")
_RULE = pattern(r"[+|╭╮╰╯├┤─=-][-+|─=]{8,}[+|╭╮╰╯├┤─=-]?\s*")
_STATES = frozenset({"RUNNING", "TERMINATED"})
_NO_METRICS = frozenset({"iter", "total time (s)", "ts", "loc", "status"})
_MOST_TRIALS = 10_000


class RayTune(LogFormat):
    """Reads the number of trials that are over; of a single trial its iterations and results."""

    name: ClassVar[str] = "ray_tune"
    title: ClassVar[str] = "Ray Tune, RLlib"
    priority: ClassVar[int] = 15
    needles: ClassVar[tuple[str, ...]] = ("Trial status: ", "Number of trials: ", "Current time: ", "Trial name")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Current time: 2022-08-15 16:26:02 (running for 00:15:17.93)", "ray 1.13"),
        Sample("Number of trials: 4/4 (1 RUNNING, 3 TERMINATED)", "ray 1.13"),
        Sample(
            "| Trial name               | ID       | status   | loc       |   iter |   total time (s) |   reward |",
            "ray 0.8",
        ),
        Sample(
            "|--------------------------+----------+----------+-----------+--------+------------------+----------|",
            "ray",
        ),
        Sample(
            "| SAC_Pendulum-v0_79dcd0fe | 79dcd0fe | RUNNING  | pid=11031 |     66 |          163.499 | -1105.85 |",
            "ray 0.8",
        ),
        Sample("Trial status: 1 RUNNING | 14 PENDING", "ray 2"),
        Sample("Current time: 2025-10-26 10:48:59. Total running time: 2min 30s", "ray 2"),
    )

    def __init__(self) -> None:
        self.holding = False
        self._columns: list[str] = []
        self._trials: set[str] = set()
        self._several = False
        self._elapsed_s: float | None = None

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the trials that are over, or the iteration of the only one."""
        text = line.text.strip()
        time = _TIME.fullmatch(text)
        if time is not None:
            self._elapsed_s = duration_s(time[2] or time[1].replace("min", "m").replace("hr", "h"))
            return ()
        old = _OLD.fullmatch(text)
        if old is not None:
            return self._status(old[3], old[2] or old[1])
        new = _NEW.fullmatch(text)
        if new is not None:
            return self._status(new[1], None)
        if "Trial name" in text and "status" in text and text[0] in "|│":
            self._columns = _CELLS.split(text.strip("|│ "))
            self.holding = True
            return ()
        return self._in_table(text) if self._columns else None

    def _status(self, counts: str, stated: str | None) -> Sequence[Event]:
        by_state = {state: float(n) for n, state in (found.split(" ") for found in _COUNTS.findall(counts))}
        total = sum(by_state.values())
        self._several = total > 1 or (stated is not None and stated != "1")
        if not self._several:
            return ()
        whole = number(stated) if stated is not None else total
        return (
            Counter(
                current=by_state.get("TERMINATED", 0.0) + by_state.get("ERROR", 0.0),
                total=whole,
                unit="trial",
                scope=CounterScope.RUN,
                name="trials",
                kind=StageKind.TRAIN,
                elapsed_s=self._elapsed_s,
            ),
        )

    def _in_table(self, text: str) -> Sequence[Event] | None:
        if _RULE.fullmatch(text) is not None:
            if text[0] == "╰":  # boxes of other kinds follow
                self.holding, self._columns = False, []
            return ()
        if not text.startswith(("|", "│")):
            self.holding = False
            self._columns = []
            return None
        cells = dict(zip(self._columns, _CELLS.split(text.strip("|│ ")), strict=False))
        name = cells.get("Trial name", "")
        if len(self._trials) < _MOST_TRIALS:
            self._trials.add(name)
        if self._several or len(self._trials) > 1 or cells.get("status") not in _STATES:
            return ()
        return list(_only(cells))


def _only(cells: dict[str, str]) -> Iterator[Event]:
    """The row of the only trial."""
    values = {name: value for name, cell in cells.items() if (value := number(cell)) is not None}
    done = values.get("iter")
    if done is None:
        return
    yield Counter(
        current=done,
        unit="iteration",
        scope=CounterScope.RUN,
        name="iterations",
        kind=StageKind.TRAIN,
        elapsed_s=values.get("total time (s)"),
        elapsed_resolution_s=1e-3,
    )
    metrics = {name: value for name, value in values.items() if name not in _NO_METRICS and is_metric_name(name)}
    if metrics:
        yield Metrics(values=metrics, step=done)
    if cells.get("status") == "TERMINATED":
        yield Ending(kind=EndingKind.FINISHED, text="the trial terminated")
