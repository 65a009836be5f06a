"""`trainer_state.json` of the Hugging Face Trainer: the step of each logged value, rewritten with each checkpoint.

Schema: `transformers/trainer_callback.py`, `TrainerState`. The whole document arrives as one line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from trainmon.events import Counter, CounterScope, Ending, EndingKind, Event, Facts, Line, StageKind
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.huggingface import dict_events
from trainmon.parsers.jsonl import read_object
from trainmon.parsers.pydict import numbers_of

_FACTS = {
    "max_steps": "total_steps",
    "num_train_epochs": "epochs",
    "train_batch_size": "batch_size",
    "logging_steps": "logging_steps",
    "save_steps": "save_steps",
    "eval_steps": "eval_steps",
}


class TrainerState(LogFormat):
    """Reads the whole state of a Trainer."""

    name: ClassVar[str] = "trainer_state"
    title: ClassVar[str] = "Hugging Face trainer_state.json"
    priority: ClassVar[int] = 9
    needles: ClassVar[tuple[str, ...]] = ('"log_history"',)
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(
            '{"epoch": 1.5, "eval_steps": 60, "global_step": 180, "log_history": [{"epoch": 0.08, "grad_norm": 0.115, '
            '"learning_rate": 1.9e-05, "loss": 4.161081314086914, "step": 10}, {"epoch": 0.5, "eval_loss": '
            "4.1648783683776855, "
            '"eval_runtime": 1.9, "step": 60}], "logging_steps": 10, "max_steps": 240, "num_train_epochs": 2, '
            '"save_steps": 60}',
            "transformers 5, shortened",
        ),
    )

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the facts, every logged row with its step, the counter, and the end where it was reached."""
        document = read_object(line.text)
        if document is None or not isinstance(document.get("log_history"), list):
            return None
        return list(_events(document))


def _step_time_s(history: Sequence[object], steps: float) -> float | None:
    """The mean over a run that went to its end: its runtime, less that of its evaluations, over its steps."""
    rows = [row for row in history if isinstance(row, dict)]
    last = numbers_of(rows[-1]) if rows else {}
    if "train_runtime" not in last or not steps > 0:
        return None
    evaluations_s = sum(numbers_of(row).get("eval_runtime", 0.0) for row in rows)
    training_s = last["train_runtime"] - evaluations_s
    return training_s / steps if training_s > 0 else None


def _events(document: dict[str, object]) -> Iterator[Event]:
    numbers = numbers_of({name: value for name, value in document.items() if not isinstance(value, dict)})
    facts = {fact: numbers[name] for name, fact in _FACTS.items() if numbers.get(name, 0) > 0}
    if facts:
        yield Facts(values=facts)
    history = document["log_history"]
    assert isinstance(history, list)
    for row in history:
        if isinstance(row, dict):
            yield from (event for event in dict_events(row) if not isinstance(event, Ending))
    step, total = numbers.get("global_step"), numbers.get("max_steps")
    if step is None:
        return
    yield Counter(
        current=step,
        total=total if total and total > 0 else None,
        scope=CounterScope.RUN,
        kind=StageKind.TRAIN,
        epoch=numbers.get("epoch"),
        total_epochs=numbers.get("num_train_epochs"),
        step_time_s=_step_time_s(history, step),
    )
    if total and step >= total:
        yield Ending(kind=EndingKind.FINISHED, text=f"global_step {step:g} of {total:g}")
