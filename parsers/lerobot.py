"""LeRobot: `step:48K smpl:2M ep:5K epch:120.97 loss:0.023 ...`, numbers rounded to thousands (`format_big_number`).

Format strings: `lerobot/scripts/train.py` and `lerobot/utils/logging_utils.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar

from trainmon.events import (
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
from trainmon.parsers.batches import CHECKPOINT
from trainmon.parsers.pairs import is_metric_name, read_pairs
from trainmon.patterns import pattern

_LINE = pattern(
    r"step:(?P<n>\d{1,12})(?P<scale>[KMB]?) smpl:\d{1,12}[KMBTQ]? ep:\d{1,12}[KMBTQ]? epch:(?P<epoch>\d{1,9}\.\d\d)"
    r"(?P<rest>(?: \w{1,40}:\S{1,40}){1,40})",
    re.ASCII,
)
_UPDATE = pattern(r"(?:^| )updt_s:(\d{1,9}\.\d{1,6})", re.ASCII)
_TOTAL = pattern(r"cfg\.steps=(\d{1,12}) \(.{1,12}\)", re.ASCII)
_SCALES = {"": 1.0, "K": 1e3, "M": 1e6, "B": 1e9}
_HIDDEN = frozenset({"updt_s", "data_s", "smpl", "ep", "epch"})


class LeRobot(LogFormat):
    """Reads training lines; the lines below step 1,000, which are exact, tell how many steps lie between two."""

    name: ClassVar[str] = "lerobot"
    title: ClassVar[str] = "LeRobot"
    priority: ClassVar[int] = 30
    needles: ClassVar[tuple[str, ...]] = (
        "step:", "cfg.steps=", "Checkpoint policy after", "End of training", "Eval policy",
    )  # fmt: skip
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("cfg.steps=50000 (50K)", "LeRobot, from its format string"),
        Sample(
            "step:48K smpl:2M ep:5K epch:120.97 loss:0.023 grdn:2.950 lr:1.0e-05 updt_s:0.502 data_s:0.010",
            "a public log",
        ),
        Sample("Checkpoint policy after step 50000", "a public log"),
        Sample("End of training", "a public log"),
    )

    def __init__(self) -> None:
        self._step = 0.0
        self._every = 0.0

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the counter and the metrics of a training line, and what header, checkpoints and end say."""
        text = line.text.strip()
        match = _LINE.fullmatch(text)
        if match is not None:
            return list(self._events(match))
        total = _TOTAL.fullmatch(text)
        if total is not None:
            return (Facts(values={"total_steps": float(total[1])}),)
        if text.startswith("Checkpoint policy after step "):
            return (CHECKPOINT,)
        if text.startswith("Eval policy at step "):
            return (StageMark(kind=StageKind.EVAL, name="evaluation"),)
        return (Ending(kind=EndingKind.FINISHED, text=text),) if text == "End of training" else None

    def _events(self, match: re.Match[str]) -> Iterator[Event]:
        step = self._exact(float(match["n"]), _SCALES[match["scale"]])
        update = _UPDATE.search(match["rest"])
        yield Counter(
            current=step, unit="step", scope=CounterScope.RUN, name="step", kind=StageKind.TRAIN,
            step_time_s=float(update[1]) if update is not None else None,
        )  # fmt: skip
        values = {n: v for n, v in read_pairs(match["rest"]).items() if n not in _HIDDEN and is_metric_name(n)}
        yield Metrics(values=values, step=step, epoch=float(match["epoch"]))

    def _exact(self, printed: float, scale: float) -> float:
        """Give the step that a rounded number stands for: the one due, if rounding makes the printed one of it."""
        if scale == 1.0:
            if printed > self._step:
                self._every = printed - self._step
            self._step = printed
            return printed
        due = self._step + self._every
        self._step = due if self._every and abs(due / scale - printed) <= 0.5 else max(printed * scale, self._step)
        return self._step
