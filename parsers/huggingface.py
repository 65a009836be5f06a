"""Hugging Face Trainer: printed dicts of versions 4 and 5, header and metrics blocks, and what tools built on it add.

Format strings: `transformers/trainer_callback.py` (ProgressCallback, PrinterCallback), `trainer.py`
(`Running training`), `trainer_pt_utils.py` (`log_metrics`).
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
    Remainder,
    StageKind,
    StageMark,
)
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.numbers import duration_s, number
from trainmon.parsers.pairs import memory_of
from trainmon.parsers.pydict import numbers_of, read_dict
from trainmon.patterns import pattern

_TRAINER_KEYS = ("'loss'", "'epoch'", "'learning_rate'", "'eval_", "'train_", "'reward'", "'test_")
_OTHER_KEYS = ("'step':", "'iter':", "'iteration':")
"""The Trainer prints no step in its dicts: those that hold one are somebody else's."""
_FACTS = {
    "Num examples": "examples",
    "Num Epochs": "epochs",
    "Instantaneous batch size per device": "batch_size",
    "Total train batch size (w. parallel, distributed & accumulation)": "effective_batch_size",
    "Gradient Accumulation steps": "gradient_accumulation",
    "Total optimization steps": "total_steps",
    "Num update steps per epoch": "steps_per_epoch",
    "Continuing training from global step": "resumed_from_step",
}


_PATTERNS = {
    "section": pattern(r"\*{5} Running (\w+) \*{5}"),
    "metrics": pattern(r"\*{3,5} ?(train|eval|test|predict)\w* metrics ?\*{3,5}", re.IGNORECASE),
    "fact": pattern(rf"({'|'.join(map(re.escape, _FACTS))}) ?=? ([\d,]{{1,20}})", re.ASCII),
    "other": pattern(
        r"(?:Batch size|Number of trainable parameters|Training with DataParallel.*) ?= ?[\d,]{1,20}"
        r"|Continuing training from (?:checkpoint|epoch)\b.*"
        r"|Will skip the first \d+ epochs then the first \d+ batches.*"
    ),
    "block": pattern(
        r"((?:train|eval|test|predict)_[\w./-]{1,60}|epoch|perplexity"
        r"|total_flos) += +((?:[-+]?[\d.,]{1,30}(?:e[-+]?\d+)?|nan|inf"
        r"|(?:\d+ days?, )?[\d:.]{4,20})(?:[KMG][BF])?)",
        re.ASCII,
    ),
    "checkpoint": pattern(r"Saving (?:the )?model checkpoint to (\S{1,300})"),
    "checkpoint_step": pattern(r"(?:checkpoint|step|iter)[-_]?(\d{1,12})\b", re.ASCII),
    "best": pattern(r"Loading best (?:adapter )?model from .*"),
    "end": pattern(r"Training completed\. Do not forget.*"),
}


class HuggingFace(LogFormat):
    """Reads what a Trainer prints beside its bar."""

    name: ClassVar[str] = "huggingface"
    title: ClassVar[str] = "Hugging Face Trainer (also TRL, axolotl, ms-swift, Unsloth)"
    priority: ClassVar[int] = 20
    needles: ClassVar[tuple[str, ...]] = (
        "{'",
        "***",
        "=",
        "Training completed",
        " model ",
        "Continuing training",
        "Will skip",
    )
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("***** Running training *****", "transformers"),
        Sample("  Num examples = 3,452", "transformers"),
        Sample("  Num Epochs = 100", "transformers"),
        Sample("  Total train batch size (w. parallel, distributed & accumulation) = 16", "transformers"),
        Sample("  Total optimization steps = 21,500", "transformers"),
        Sample(
            "{'loss': 1.1014, 'grad_norm': 0.7186666131019592, 'learning_rate': 6.666666666666667e-05, 'epoch': 0.01}",
            "transformers 4",
        ),
        Sample("{'loss': nan, 'grad_norm': nan, 'learning_rate': 0.00027, 'epoch': 1.4}", "transformers 4.57"),
        Sample(
            "{'loss': '3.412', 'grad_norm': '0.9297', 'learning_rate': '1.071e-05', 'epoch': '0.0179'}",
            "transformers 5",
        ),
        Sample("***** Running Evaluation *****", "transformers"),
        Sample(
            "{'eval_loss': 0.28716009855270386, 'eval_runtime': 30.3068, 'eval_samples_per_second': 39.133, "
            "'epoch': 2.98}",
            "transformers 4",
        ),
        Sample("Saving model checkpoint to out/checkpoint-500", "transformers"),
        Sample("Training completed. Do not forget to share your model on huggingface.co/models =)", "transformers"),
        Sample(
            "{'train_runtime': 7423.2015, 'train_samples_per_second': 4.027, 'train_steps_per_second': 0.252, "
            "'train_loss': 0.31165919985089985, 'epoch': 1.0}",
            "transformers 4",
        ),
        Sample("***** train metrics *****", "transformers"),
        Sample("  train_loss               =      0.0024", "transformers"),
        Sample("  train_runtime            = 15:28:49.72", "transformers"),
    )

    def __init__(self) -> None:
        self._section = ""

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the metrics of a dict, or the facts and marks of the Trainer's messages."""
        text = line.text.strip().removeprefix("[transformers] ").lstrip()
        if text.startswith("{'"):
            if not any(key in text for key in _TRAINER_KEYS) or any(key in text for key in _OTHER_KEYS):
                return None
            values, rest = read_dict(text)
            if values is None:
                return None
            if "llamafactory" in line.extra.get("logger", ""):
                return ()  # for its web page, beside the same dict from the Trainer
            events = dict_events(values)
            return [*events, Remainder(text=rest)] if rest else list(events)
        return self._message(text)

    def _message(self, text: str) -> Sequence[Event] | None:
        if "***" in text:
            return self._heading(text)
        if " = " in text:
            fact = _PATTERNS["fact"].fullmatch(text)
            if fact is not None:
                return self._fact(fact[1], fact[2])
            block = _PATTERNS["block"].fullmatch(text)
            if block is not None:
                return _block_events(block[1], block[2])
            return () if _PATTERNS["other"].fullmatch(text) else None
        fact = _PATTERNS["fact"].fullmatch(text)
        if fact is not None:
            return self._fact(fact[1], fact[2])
        saved = _PATTERNS["checkpoint"].fullmatch(text)
        if saved is not None:
            step = _PATTERNS["checkpoint_step"].search(saved[1])
            return (StageMark(kind=StageKind.CHECKPOINT, name="checkpoint", step=float(step[1]) if step else None),)
        if _PATTERNS["end"].fullmatch(text):
            return (Ending(kind=EndingKind.FINISHED, text=text),)
        return () if _PATTERNS["best"].fullmatch(text) or _PATTERNS["other"].fullmatch(text) else None

    def _heading(self, text: str) -> Sequence[Event] | None:
        metrics = _PATTERNS["metrics"].fullmatch(text)
        if metrics is not None:
            return (Ending(kind=EndingKind.FINISHED, text=text),)  # written when all of that part is over
        section = _PATTERNS["section"].fullmatch(text)
        if section is None:
            return None
        self._section = section[1].lower()
        if self._section in ("evaluation", "prediction"):
            return (StageMark(kind=StageKind.EVAL, name="evaluation", phase="begin"),)
        return ()

    def _fact(self, words: str, value: str) -> Sequence[Event]:
        read = number(value)
        if read is None or (words == "Num examples" and self._section in ("evaluation", "prediction")):
            return ()
        return (Facts(values={_FACTS[words]: read}),)


def dict_events(values: dict[str, object]) -> Iterator[Event]:
    """Give the events of one logged dict, whatever wrote it: a Trainer's output, or a line of its JSON side files."""
    found = numbers_of(values)
    epoch, step = found.pop("epoch", None), found.pop("step", None)
    counter = _counter(values, epoch)
    if counter is not None:
        step = counter.current
        yield counter
        for name in ("percentage", "elapsed_time", "remaining_time"):
            found.pop(name, None)
    ended = "train_runtime" in found and (
        "train_loss" in found or ("train_samples_per_second" in found and "loss" not in found)
    )
    evaluated = "loss" not in found and any(name.startswith(("eval_", "test_")) for name in found)
    if found:
        kind = StageKind.OTHER if ended else StageKind.EVAL if evaluated else StageKind.TRAIN
        yield Metrics(values=found, step=step, epoch=epoch, kind=kind)
    memory = memory_of(found)
    if memory is not None:
        yield memory
    if ended:
        yield Ending(kind=EndingKind.FINISHED, text=f"train_runtime {found['train_runtime']:g} s")
    elif evaluated:
        runtime = next(
            (
                value
                for name, value in found.items()
                if name.endswith("_runtime") and name.startswith(("eval_", "test_"))
            ),
            None,
        )
        if runtime is not None:
            yield StageMark(kind=StageKind.EVAL, name="evaluation", phase="end", duration_s=runtime, step=step)


def _counter(values: dict[str, object], epoch: float | None) -> Counter | None:
    """ms-swift puts step and total in one string: `'global_step/max_steps': '5/60'`, and the run's clock beside it."""
    steps = values.get("global_step/max_steps")
    if not isinstance(steps, str):
        return None
    current, _, total = steps.partition("/")
    done, elapsed = number(current), values.get("elapsed_time")
    if done is None:
        return None
    return Counter(
        current=done,
        total=number(total),
        scope=CounterScope.RUN,
        kind=StageKind.TRAIN,
        epoch=epoch,
        elapsed_s=duration_s(elapsed) if isinstance(elapsed, str) else None,
    )


def _block_events(name: str, value: str) -> Sequence[Event]:
    """One line of a metrics block: the same values as the dict before it, so a summary and no new evaluation."""
    read = number(value)
    if read is None and name.endswith("_runtime"):
        read = duration_s(value)
    if read is None or name == "epoch":
        return ()
    return (Metrics(values={name: read}, kind=StageKind.OTHER),)
