"""Stages that lines name instead of counting: `***** Running Evaluation *****`, `Saving model checkpoint`."""

from __future__ import annotations

from dataclasses import dataclass, field

from trainmon.events import StageKind, StageMark
from trainmon.timing.spans import Spans

_MAX_NAMES = 40


@dataclass(slots=True)
class MarkedStage:
    """One named stage as lines tell it."""

    name: str
    kind: StageKind
    started_s: float
    last_s: float
    occurrences: int = 0
    open_since_s: float | None = None
    elapsed_s: float | None = None
    """None: no line says how long it takes."""
    spans: Spans = field(default_factory=Spans)
    """When each of them was, as far as lines tell: most take no time that is known."""


class StageMarks:
    """Counts the occurrences of named stages and their time."""

    def __init__(self) -> None:
        self.stages: dict[tuple[StageKind, str], MarkedStage] = {}
        self.latest: MarkedStage | None = None

    def add(self, mark: StageMark, now_s: float) -> None:
        """A line named a stage when the run's clock stood at `now_s`."""
        key = (mark.kind, mark.name.lower() if mark.kind is StageKind.OTHER else "")
        stage = self.stages.get(key)
        if stage is None:
            if len(self.stages) >= _MAX_NAMES:
                return
            stage = self.stages[key] = MarkedStage(mark.name or mark.kind.value, mark.kind, now_s, now_s)
        ends_open = mark.phase == "end" and stage.open_since_s is not None
        if not ends_open:
            stage.occurrences += 1
        duration_s = mark.duration_s
        if duration_s is None and ends_open and stage.open_since_s is not None and now_s > stage.open_since_s:
            duration_s = now_s - stage.open_since_s
        if duration_s is not None:
            stage.elapsed_s = (stage.elapsed_s or 0.0) + duration_s
        if mark.phase != "begin":
            stage.spans.add(now_s - (duration_s or 0.0), duration_s or 0.0)
        stage.open_since_s = now_s if mark.phase == "begin" else None
        stage.last_s = now_s
        self.latest = stage

    def new_attempt(self) -> None:
        """Nothing that a dead program began is still under way."""
        for stage in self.stages.values():
            stage.open_since_s = None
        self.latest = None
