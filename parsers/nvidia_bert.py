"""NVIDIA's BERT and its MLPerf kin: printed dicts that look like a Trainer's and use other names.

Keys: `run_pretraining.py` of NVIDIA's MLPerf submissions. `final_loss` of the closing dict is not the last loss.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from trainmon.events import (
    Clock,
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
from trainmon.parsers.pydict import numbers_of, read_dict

_NO_METRICS = frozenset({"training_steps", "global_steps", "samples_trained", "skipped_steps", "timestamp"})


class NvidiaBert(LogFormat):
    """Reads the dict of a logged step, of an evaluation, and the one that closes the run."""

    name: ClassVar[str] = "nvidia_bert"
    title: ClassVar[str] = "NVIDIA BERT (MLPerf) dicts"
    priority: ClassVar[int] = 18
    needles: ClassVar[tuple[str, ...]] = ("'global_steps'", "'e2e_time'", "'training_steps'")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(
            "{'training_steps': 400, 'average_loss': 3.896484375, 'step_loss': 3.896484375, "
            "'learning_rate': 0.00033995985401459854, 'seq/s': 1194.9131910517988, 'global_steps': 393, "
            "'samples_trained': 100608, 'skipped_steps': 7, 'timestamp': 1593140244.6421785}",
            "a public log",
        ),
    )

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the events of one dict."""
        text = line.text.strip()
        if not text.startswith("{'"):
            return None
        fields, _ = read_dict(text)
        return None if fields is None else list(_events(numbers_of(fields)))


def _events(read: Mapping[str, float]) -> Iterator[Event]:
    step = read.get("global_steps", read.get("training_steps"))
    values = {name: value for name, value in read.items() if name not in _NO_METRICS}
    if "e2e_time" in read:
        yield Metrics(
            values={name: value for name, value in values.items() if name != "final_loss"}, kind=StageKind.OTHER
        )
        yield Ending(kind=EndingKind.FINISHED, text=f"e2e_time {read['e2e_time']:g} s")
        return
    if "timestamp" in read:
        yield Clock(time_s=read["timestamp"])
    evaluated = any(name.startswith("eval") for name in values)
    if step is not None and not evaluated:
        yield Counter(current=step, scope=CounterScope.RUN, name="step", kind=StageKind.TRAIN)
    if values:
        yield Metrics(values=values, step=step, kind=StageKind.EVAL if evaluated else StageKind.TRAIN)
