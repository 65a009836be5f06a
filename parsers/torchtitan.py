"""torchtitan: a line a step, its fields set apart by colours or blanks; the total stands where training starts.

Format strings: `torchtitan/components/metrics.py`, `torchtitan/train.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from trainmon.events import EndingKind, Event, Facts, Line, StageKind, StageMark
from trainmon.parsers.base import Sample
from trainmon.parsers.counted import CountedLine, CountedLines
from trainmon.parsers.numbers import NUMBER
from trainmon.patterns import pattern

_FIELD = pattern(rf"(?P<name>[A-Za-z_]\w{{0,40}}): *(?P<value>{NUMBER})(?P<unit>[GM]iB|%)?")
_STARTS = pattern(
    r"(?:Training starts at step (?P<step>\d{1,12})|Trainer is initialized)(?:,? with "
    r"(?P<sizes>.{1,300}?total steps (?P<total>\d{1,12}).{0,60}))?\.?"
)
_SIZES = {
    "local batch size": "batch_size",
    "global batch size": "effective_batch_size",
    "gradient accumulation steps": "gradient_accumulation",
}
_SIZE = pattern(rf"({'|'.join(_SIZES)}) (\d{{1,9}})")


class Torchtitan(CountedLines):
    """Reads steps, validation steps and the line that announces the training."""

    name: ClassVar[str] = "torchtitan"
    title: ClassVar[str] = "torchtitan"
    priority: ClassVar[int] = 20
    needles: ClassVar[tuple[str, ...]] = (
        "step: ",
        "Training starts",
        "Training completed",
        "Trainer is",
        "the checkpoint",
    )
    lines: ClassVar[tuple[CountedLine, ...]] = (
        CountedLine(
            head=pattern(r"(?:\[titan\] )?step: *(?P<step>\d{1,12})  ?(?=loss: +[-\dni])"),
            pair=_FIELD,
            memory_peak=("memory", "GiB"),
            needs="memory:",
        ),
        CountedLine(
            head=pattern(r"(?:\[titan\] )?validate step: *(?P<step>\d{1,12})  ?(?=loss: +[-\dni])"),
            pair=_FIELD,
            kind=StageKind.EVAL,
            names={"loss": "validation loss", "tps": "validation tps"},
            hidden=frozenset({"memory"}),
        ),
    )
    marks = (
        (
            pattern(r"Saving the checkpoint \(or staging.{0,60}"),
            StageMark(kind=StageKind.CHECKPOINT, name="checkpoint", phase="begin"),
        ),
        (
            pattern(r"Finished saving the checkpoint .{0,60}in (?P<seconds>[\d.]{1,12}) seconds\.?"),
            StageMark(kind=StageKind.CHECKPOINT, name="checkpoint", phase="end"),
        ),
        (
            pattern(r"Finished loading the checkpoint in (?P<seconds>[\d.]{1,12}) seconds\.?"),
            StageMark(kind=StageKind.INIT, name="loading the checkpoint", phase="end"),
        ),
    )
    endings = ((pattern(r"Training completed\.?"), EndingKind.FINISHED),)
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(
            "Training starts at step 1, with local batch size 1, global batch size 12, sequence length 8192, "
            "total steps 1000 (warmup 200)",
            "a public log",
        ),
        Sample(
            "step:  2  loss:  6.1098  grad_norm:  4.6416  memory:  2.49GiB(3.14%)  tps: 177,138  tflops: 96.17  "
            "mfu: 9.72%",
            "a public log",
        ),
        Sample("Training completed", "torchtitan"),
    )

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the events of a line."""
        starts = _STARTS.fullmatch(line.text.strip())
        if starts is None:
            return super().parse(line)
        facts: dict[str, float | str] = {}
        if starts["total"]:
            facts["total_steps"] = float(starts["total"])
            facts |= {_SIZES[size[1]]: float(size[2]) for size in _SIZE.finditer(starts["sizes"])}
        if starts["step"] and float(starts["step"]) > 1:
            facts["resumed_from_step"] = float(starts["step"]) - 1
        return (Facts(values=facts),) if facts else ()
