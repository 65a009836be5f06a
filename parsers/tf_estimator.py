"""TensorFlow Estimator, TF-Slim and tensor2tensor: `loss = 0.5, step = 1100 (12.3 sec)`, the time of the last window.

Format strings: `basic_session_run_hooks.py` (LoggingTensorHook, StepCounterHook), `estimator.py`, `slim/learning.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from trainmon.events import Counter, EndingKind, Event, Line, StageKind, StageMark
from trainmon.parsers.base import Sample
from trainmon.parsers.counted import EQUALS, CountedLine, CountedLines
from trainmon.parsers.numbers import number
from trainmon.patterns import pattern

_WINDOW = pattern(r"\(([\d.]{1,20}) sec(/step)?\)")
_TOLD_TWICE = pattern(r"global_step/sec: [\d.]{1,20}|Recording summary at step \d+\.?|examples/sec: [\d.]{1,20}")


class TfEstimator(CountedLines):
    """Reads training steps and evaluations; a step is timed by the window since the line before."""

    name: ClassVar[str] = "tf_estimator"
    title: ClassVar[str] = "TensorFlow Estimator, TF-Slim, tensor2tensor"
    priority: ClassVar[int] = 20
    needles: ClassVar[tuple[str, ...]] = (
        "step = ", "global step ", "global_step/sec", "final step", "Saving checkpoints for", "Finished training!"
    )  # fmt: skip
    lines: ClassVar[tuple[CountedLine, ...]] = (
        CountedLine(
            head=pattern(r"(?=(?:[\w/. ]{1,60} = [-\w.+]{1,30}, ){0,12}(?:global_)?step = (?P<step>\d{1,12})\b)"),
            pair=EQUALS,
            needs="loss = ",
            hidden=frozenset({"step", "global_step"}),
        ),
        CountedLine(head=pattern(r"global step (?P<step>\d{1,12}): (?=loss = .{1,40} sec/step\))"), pair=EQUALS),
        CountedLine(
            head=pattern(r"Saving (?:dict|evaluation summary) for (?:global )?step (?P<step>\d{1,12}): "),
            pair=EQUALS,
            kind=StageKind.EVAL,
            names={"loss": "eval_loss"},
            hidden=frozenset({"global_step"}),
        ),
    )
    marks = (
        (
            pattern(r"Saving checkpoints for (?P<step>\d{1,12}) into .*"),
            StageMark(kind=StageKind.CHECKPOINT, name="checkpoint"),
        ),
    )
    endings = (
        (pattern(r"Loss for final step: .{1,40}"), EndingKind.FINISHED),
        (pattern(r"Finished training! Saving model to disk\."), EndingKind.FINISHED),
    )
    noise = (_TOLD_TWICE,)
    once: ClassVar[bool] = True
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Saving checkpoints for 0 into /tmp/model/model.ckpt.", "TensorFlow 1"),
        Sample("loss = 1.5790311, step = 1", "TensorFlow 1"),
        Sample("global_step/sec: 274.514", "TensorFlow 1"),
        Sample("loss = 0.9899531, step = 101 (0.366 sec)", "TensorFlow 1"),
        Sample("global step 834: loss = 0.2307 (16.493 sec/step)", "TF-Slim"),
        Sample("Saving dict for global step 2000: accuracy = 0.91, global_step = 2000, loss = 0.3", "TensorFlow 1"),
        Sample("Loss for final step: 0.553216.", "TensorFlow 1"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._before: float | None = None

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the events of a line."""
        events = super().parse(line)
        return events and [self._timed(event, line.text) for event in events]

    def _timed(self, event: Event, text: str) -> Event:
        if not isinstance(event, Counter):
            return event
        before, self._before = self._before, event.current
        window = _WINDOW.search(text)
        seconds = number(window[1]) if window is not None else None
        each = window is not None and window[2] is not None
        steps = 1.0 if each else event.current - before if before is not None else 0.0
        return replace(event, step_time_s=seconds / steps) if seconds is not None and steps > 0 else event
