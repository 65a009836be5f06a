"""spaCy's training table: one row per evaluation, epoch and step in front, losses summed since the row before.

Format string: `spacy/training/loggers.py` (console_logger): columns `E`, `#`, `LOSS <PIPE>` ..., scores, `SCORE`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from trainmon.events import (
    AttemptMark,
    Counter,
    CounterScope,
    Ending,
    EndingKind,
    Event,
    Line,
    Metrics,
    StageKind,
)
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.numbers import number
from trainmon.patterns import pattern

_HEAD = pattern(r"E\s{2,}#\s{2,}((?:LOSS [^\s].*?)?SCORE)\s*")
_COLUMNS = pattern(r"\s{2,}")
_RULE = pattern(r"-{2,}(?:\s+-{2,})+\s*")
_SECTION = pattern(r"=+ Training pipeline =+\s*")
_SAVED = pattern(r"\W{0,3}Saved pipeline to output directory.*")


class SpaCy(LogFormat):
    """Reads the rows under a header that names their columns."""

    name: ClassVar[str] = "spacy"
    title: ClassVar[str] = "spaCy training tables"
    priority: ClassVar[int] = 15
    needles: ClassVar[tuple[str, ...]] = ("SCORE", "Training pipeline", "Saved pipeline")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("============================= Training pipeline =============================", "spacy 3.8"),
        Sample("E    #       LOSS TOK2VEC  LOSS NER  ENTS_F  ENTS_P  ENTS_R  SCORE ", "spacy 3.8"),
        Sample("---  ------  ------------  --------  ------  ------  ------  ------", "spacy 3.8"),
        Sample("  0     200         33.58    847.68   10.88   44.44    6.20    0.11", "a public page"),
        Sample("✔ Saved pipeline to output directory", "a public page"),
    )

    def __init__(self) -> None:
        self.holding = False
        self._columns: list[str] = []

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the step, the losses and the scores of a row."""
        text = line.text
        head = _HEAD.fullmatch(text)
        if head is not None:
            self._columns = _COLUMNS.split(head[1])
            self.holding = True
            return ()
        if _SECTION.fullmatch(text) is not None:
            return (AttemptMark(text="Training pipeline"),)
        if _SAVED.fullmatch(text) is not None:
            self.holding = False
            return (Ending(kind=EndingKind.FINISHED, text=text.strip()),)
        if not self._columns:
            return None
        return () if _RULE.fullmatch(text) is not None else self._row(text.split())

    def _row(self, cells: list[str]) -> Sequence[Event] | None:
        if len(cells) != len(self._columns) + 2:
            return None
        numbers = [number(cell) for cell in cells]
        epoch, step = numbers[:2]
        if epoch is None or step is None or epoch % 1 or step % 1:
            return None
        values = {name: value for name, value in zip(self._columns, numbers[2:], strict=True) if value is not None}
        losses = {name: value for name, value in values.items() if name.startswith("LOSS ")}
        scores = {name: value for name, value in values.items() if name not in losses}
        counter = Counter(
            current=step,
            scope=CounterScope.RUN,
            name="training",
            kind=StageKind.TRAIN,
            epoch=epoch + 1,
        )
        return (
            counter,
            *([Metrics(values=losses, step=step)] if losses else []),
            *([Metrics(values=scores, step=step, kind=StageKind.EVAL)] if scores else []),
        )
