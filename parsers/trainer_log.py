"""Side files of fine-tuning tools: LLaMA-Factory's `trainer_log.jsonl`, ms-swift's `logging.jsonl`.

Schemas: `llamafactory/train/callbacks.py` (LogCallback; `learning_rate` in older files, `lr` in newer) and
`swift/trainers`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from trainmon.events import Counter, CounterScope, Ending, EndingKind, Event, GpuMemory, Line, Metrics, StageKind
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.huggingface import dict_events
from trainmon.parsers.jsonl import read_object
from trainmon.parsers.numbers import duration_s
from trainmon.parsers.pydict import numbers_of

_SWIFT = "global_step/max_steps"
_GIB = 1024.0**3
_BOOKKEEPING = {"throughput", "total_tokens"}
_NO_METRICS = ("current_steps", "total_steps", "epoch", "percentage", "elapsed_time", "remaining_time")


class TrainerLog(LogFormat):
    """Reads the progress rows that a web interface polls: step, total and clock in each."""

    name: ClassVar[str] = "trainer_log"
    title: ClassVar[str] = "LLaMA-Factory trainer_log.jsonl, ms-swift logging.jsonl"
    priority: ClassVar[int] = 8
    needles: ClassVar[tuple[str, ...]] = ('"current_steps"', f'"{_SWIFT}"', '"log_history"')
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(
            '{"current_steps": 5, "total_steps": 2178, "loss": 2.3475, "lr": 1.8348623853211011e-06, "epoch": '
            "0.0022948609457695674, "
            '"percentage": 0.23, "elapsed_time": "0:32:48", "remaining_time": "9 days, 21:39:23"}',
            "LLaMA-Factory",
        ),
        Sample(
            '{"current_steps": 2178, "total_steps": 2178, "epoch": 0.9996414279772236, "percentage": 100.0, '
            '"elapsed_time": "9 days, 22:13:15", "remaining_time": "0:00:00"}',
            "LLaMA-Factory, last row",
        ),
        Sample(
            '{"loss": 20.53074074, "grad_norm": 52.22467041, "learning_rate": 0.0001, "token_acc": 0.0, "epoch": '
            "0.00228768, "
            '"global_step/max_steps": "1/438", "percentage": "0.23%", "elapsed_time": "6s", "remaining_time": '
            '"46m 13s", '
            '"memory(GiB)": 15.97, "train_speed(iter/s)": 0.157583}',
            "ms-swift",
        ),
    )

    def __init__(self) -> None:
        self._swift = False

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the counter and the metrics of one row."""
        fields = read_object(line.text)
        if fields is None:
            return None
        if _SWIFT in fields:
            self._swift = True
            return list(dict_events(fields))
        if "log_history" in fields:  # ms-swift repeats everything in its last line
            return (Ending(kind=EndingKind.FINISHED, text="log_history"),) if self._swift else None
        return list(_row(fields)) if "current_steps" in fields and "total_steps" in fields else None


def _row(fields: dict[str, object]) -> Iterator[Event]:
    numbers = numbers_of(fields)
    step, total, epoch = numbers.get("current_steps"), numbers.get("total_steps"), numbers.get("epoch")
    if step is None:
        return
    elapsed = fields.get("elapsed_time")
    yield Counter(
        current=step,
        total=total,
        scope=CounterScope.RUN,
        kind=StageKind.TRAIN if epoch is not None else StageKind.EVAL,
        name="" if epoch is not None else "prediction",
        elapsed_s=duration_s(elapsed) if isinstance(elapsed, str) else None,
    )
    values = {name: value for name, value in numbers.items() if name not in _NO_METRICS}
    used, reserved = values.pop("vram_allocated", None), values.pop("vram_reserved", None)
    if values:
        evaluated = "loss" not in values and any(name.startswith(("eval_", "predict_")) for name in values)
        yield Metrics(values=values, step=step, epoch=epoch, kind=StageKind.EVAL if evaluated else StageKind.TRAIN)
    if (
        epoch is not None and not values.keys() - _BOOKKEEPING
    ):  # the row that is written when training is over has no loss
        yield Ending(kind=EndingKind.FINISHED, text="last row of the trainer log")
    if used is not None or reserved is not None:
        yield GpuMemory(
            used_bytes=used * _GIB if used is not None else None,
            peak_bytes=reserved * _GIB if reserved is not None else None,
        )
