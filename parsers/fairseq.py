"""fairseq: progress in three dresses (simple, pipes, json), all of them counting updates, each epoch summed up.

Format strings: `fairseq/logging/progress_bar.py`, `fairseq_cli/train.py`, `fairseq/checkpoint_utils.py`.
`oom=0` is a field; `loss` is in bits for many tasks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
from trainmon.parsers.counted import BLANK, EQUALS, pairs_of
from trainmon.parsers.jsonl import read_object
from trainmon.parsers.numbers import number
from trainmon.parsers.pydict import numbers_of
from trainmon.patterns import pattern

_LABEL = pattern(r"(?P<label>[a-z][\w.]{1,60}) \| ")
_INNER = pattern(r"(?:\| )?epoch (?P<epoch>\d{1,6}): +(?P<batch>\d{1,9}) / (?P<batches>\d{1,9}) (?=\w+=)")
_SUMMARY = pattern(r"(?:\| )?epoch (?P<epoch>\d{1,6}) \| (?P<valid>valid on '[^']{1,60}' subset \| )?(?=\w+ [-\dni])")
_DONE = pattern(r"(?:\| )?done training in [\d.]{1,20} seconds.*")
_SAVED = pattern(
    r"(?:\| saved|Saved) checkpoint \S{1,300} \(epoch \d{1,6} @ (?P<step>\d{1,12}) updates.{0,80}?\)"
    r"(?: \(writing took (?P<took>[\d.]{1,20}) seconds\))?"
)
_LIMITS = {
    "total_steps": pattern(r"\bmax_update['\"]?[=:] ?(\d{1,9})\b"),
    "epochs": pattern(r"\bmax_epoch['\"]?[=:] ?(\d{1,9})\b"),
}
_HIDDEN = frozenset({"epoch", "update", "num_updates", "wall", "train_wall", "gb_free", "cuda_gb_free"})


class Fairseq(LogFormat):
    """Reads updates of the run by fairseq's own wall clock, summaries of epochs, and validations."""

    name: ClassVar[str] = "fairseq"
    title: ClassVar[str] = "fairseq"
    priority: ClassVar[int] = 18
    needles: ClassVar[tuple[str, ...]] = ("num_updates", "done training", "aved checkpoint", "max_update")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(
            "| epoch 001:   1000 / 3935 loss=10.189, nll_loss=9.410, ppl=680.32, wps=240541, ups=6.5, wpb=36228, "
            "bsz=1166, num_updates=998, lr=0.000212907, gnorm=90465.337, clip=100%, oom=0, loss_scale=16.000, wall=154",
            "a public log",
        ),
        Sample(
            "| epoch 001 | loss 6.973 | nll_loss 5.687 | ppl 51.50 | wps 239772 | ups 6.6 | num_updates 3930 | "
            "lr 0.000559171 | gnorm 43724.061 | clip 100% | oom 0 | loss_scale 8.000 | wall 596",
            "a public log",
        ),
        Sample(
            "| epoch 001 | valid on 'valid' subset | valid_loss 4.72921 | valid_nll_loss 3.08109 | valid_ppl 8.46 | "
            "num_updates 3930",
            "a public log",
        ),
        Sample(
            '{"epoch": 1, "update": 0.0, "loss": "16.475", "ppl": "91120.8", "wps": "0", "ups": "0", "wpb": "16384", '
            '"bsz": "8", "num_updates": "1", "lr": "2e-05", "gnorm": "20.751", "loss_scale": "4", "train_wall": "99", '
            '"gb_free": "9.3", "wall": "105"}',
            "a public page",
        ),
        Sample("| done training in 1806.8 seconds", "a public log"),
    )

    def __init__(self) -> None:
        self._evaluated: tuple[float | None, float | None] | None = None

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the events of a line."""
        text = line.text.strip()
        if (label := _LABEL.match(text)) is not None:  # a logger's name
            text = text[label.end() :]
        if _DONE.fullmatch(text) is not None:
            return (Ending(kind=EndingKind.FINISHED, text=text[:200]),)
        if (saved := _SAVED.fullmatch(text)) is not None:
            step, took = saved["step"], saved["took"]
            return (
                StageMark(
                    kind=StageKind.CHECKPOINT,
                    name="checkpoint",
                    step=float(step),
                    duration_s=number(took) if took else None,
                ),
            )
        if text.startswith(("Namespace(", "{'_name'")):
            return _limits(text)
        if (inner := _INNER.match(text)) is not None and "num_updates=" in text:
            values, _ = pairs_of(EQUALS, text, inner.end())
            return list(self._events(values, float(inner["epoch"]), batches=float(inner["batches"])))
        if (summary := _SUMMARY.match(text)) is not None and "num_updates " in text:
            values, _ = pairs_of(BLANK, text.replace(" | ", ", "), 0)
            return list(self._events(values, float(summary["epoch"]), valid=bool(summary["valid"])))
        return self._json(text)

    def _json(self, text: str) -> Sequence[Event] | None:
        fields = read_object(text)
        if fields is None or not any(name.endswith("num_updates") for name in fields):
            return None
        numbers = numbers_of(fields)
        split = next((s for s in ("valid_", "train_") if f"{s}num_updates" in numbers), "")
        if split == "train_":
            numbers = {name.removeprefix("train_"): value for name, value in numbers.items()}
        return list(self._events(numbers, numbers.get("epoch"), valid=split == "valid_"))

    def _events(
        self, read: Mapping[str, float], epoch: float | None, *, batches: float | None = None, valid: bool = False
    ) -> Iterator[Event]:
        step = read.get("num_updates", read.get("valid_num_updates"))
        values = {name: value for name, value in read.items() if name.removeprefix("valid_") not in _HIDDEN}
        if valid:
            values = {f"valid_{name.removeprefix('valid_')}": value for name, value in values.items()}
            if (step, epoch) != self._evaluated:
                self._evaluated = (step, epoch)
                yield StageMark(kind=StageKind.EVAL, name="validation", step=step)
            yield Metrics(values=values, step=step, kind=StageKind.EVAL)
            return
        if step is None:
            return
        yield Counter(
            current=step,
            scope=CounterScope.RUN,
            name="step",
            kind=StageKind.TRAIN,
            epoch=epoch,
            elapsed_s=read.get("wall"),
            steps_per_epoch=batches,
        )
        if values:
            yield Metrics(values=values, step=step)


def _limits(text: str) -> Sequence[Event] | None:
    """The configuration names the updates and the epochs at which training ends; 0 is no limit."""
    told = {name: words.search(text) for name, words in _LIMITS.items()}
    values: dict[str, float | str] = {
        name: float(found[1]) for name, found in told.items() if found is not None and float(found[1]) > 0
    }
    return (Facts(values=values),) if values else None
