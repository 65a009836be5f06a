"""Lightning beside its bars: why a fit ended, checkpoints, early stopping; the bars are tqdm's or rich's.

Messages: `lightning/pytorch/loops/fit_loop.py`, `callbacks/model_checkpoint.py`, `callbacks/early_stopping.py`,
`callbacks/timer.py`. A bar never shows how many epochs are to come: the last message does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from trainmon.events import Ending, EndingKind, Event, Facts, Line, StageKind, StageMark
from trainmon.parsers.base import LogFormat, Sample
from trainmon.patterns import pattern

_STOPPED = pattern(
    r"\W{0,3}Trainer\.fit\W{0,2} stopped: (?:\W?(max_epochs|max_steps)=(\d{1,12})\W? reached|.{1,120})\.?"
)
_CHECKPOINT = pattern(
    r"Epoch \d{1,9}, global step (\d{1,15}): (?:(?P<saved>.{1,200}, saving model to .*)|.{1,200} was not in top \d+)"
)
_EARLY = pattern(
    r"Monitored metric \S{1,200} (?:did not improve in the last \d+ records"
    r"|= \S+ is not finite|is not finite).*Signaling Trainer to stop\."
    r"|(?:Stopping threshold|Divergence threshold) reached: .*Signaling Trainer to stop\."
    r"|Time limit reached\. Elapsed time is .*Signaling Trainer to stop\."
)
_NOTE = pattern(r"Metric \S{1,200} improved(?: by \S+ >= min_delta = \S+)?\. New best score: \S+")


class Lightning(LogFormat):
    """Reads the trainer's messages."""

    name: ClassVar[str] = "lightning"
    title: ClassVar[str] = "Lightning trainer messages"
    priority: ClassVar[int] = 15
    needles: ClassVar[tuple[str, ...]] = ("Trainer.fit", ", global step ", "Signaling Trainer", "New best score")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(
            "Epoch 0, global step 20: 'val_loss' reached 0.12345 (best 0.12345), saving model to "
            "'/tmp/epoch=0-step=20.ckpt' as top 1",
            "lightning 2.6",
        ),
        Sample("Epoch 3, global step 128: 'val_loss' was not in top 1", "lightning 2.6"),
        Sample("Metric val_loss improved. New best score: 0.507", "lightning 2.6"),
        Sample(
            "Monitored metric val_loss did not improve in the last 1 records. Best score: 0.507. Signaling Trainer to "
            "stop.",
            "lightning 2.6",
        ),
        Sample("Time limit reached. Elapsed time is 0:00:03. Signaling Trainer to stop.", "lightning 2.6"),
        Sample("`Trainer.fit` stopped: `max_epochs=4` reached.", "lightning 2.6"),
        Sample("`Trainer.fit` stopped: `max_steps=50` reached.", "lightning 2.6"),
    )

    def __init__(self) -> None:
        self._stated: set[tuple[str, str]] = set()

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give how the fit ended and what it was meant to be, or a checkpoint."""
        text = line.text.strip()
        stopped = _STOPPED.fullmatch(text)
        if stopped is not None:
            return (*self._facts(stopped[1], stopped[2]), Ending(kind=EndingKind.FINISHED, text=text))
        saved = _CHECKPOINT.fullmatch(text)
        if saved is not None:
            mark = StageMark(kind=StageKind.CHECKPOINT, name="checkpoint", step=float(saved[1]))
            return (mark,) if saved["saved"] is not None else ()
        if _EARLY.fullmatch(text) is not None:
            return (Ending(kind=EndingKind.EARLY_STOPPED, text=text),)
        return () if _NOTE.fullmatch(text) is not None else None

    def _facts(self, name: str | None, value: str | None) -> Sequence[Event]:
        """State a size once: of a second fit in the same file it says nothing new."""
        if name is None or value is None or (name, value) in self._stated or float(value) <= 0:
            return ()
        self._stated.add((name, value))
        return (Facts(values={"epochs" if name == "max_epochs" else "total_steps": float(value)}),)
