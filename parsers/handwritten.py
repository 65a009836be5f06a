"""Progress lines that people print themselves: `Epoch 1/3 Step 10/300 loss 2.24 lr 4.8e-04 0.36s/step` and its many relatives.

A line counts only if it begins with its counter. `best epoch 3/10`, `patience 2/3`, `Loading checkpoint step 500` do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, NamedTuple

from trainmon.events import Counter, CounterScope, Event, Line, Metrics, StageKind, StageMark
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.epochs import EpochNames, StepNumbers
from trainmon.parsers.numbers import clock_s
from trainmon.parsers.pairs import gpu_memory, is_eval_name, leftover, metric_events, read_pairs

_SPLIT = re.compile(
    r"\W{0,6}(?P<split>train(?:ing)?|val(?:id(?:ation)?)?|test(?:ing)?|eval(?:uat(?:ion|ing))?)\b\]?\W{0,4}(?=\w|\[)", re.I | re.A
)
_COUNT = re.compile(
    r"""(?P<gap>[\s|,;:>\[\](){}=.#*~─—–-]{0,60})
    (?P<word>global[ _-]?step|train(?:ing)?[ _-]?step|optim(?:izer)?[ _-]?step|time-?steps?|epochs?|ep|steps?|iter(?:ation)?s?|it|batch(?:es)?|update|mini-?batch)
    \ {0,3}(?:\#|no\.?|:|=|-)?[ \t]*[\[(]{0,2}[ \t]*
    (?P<n>\d{1,3}(?:,\d{3})+|\d{1,15}(?:\.\d{1,6})?)[\])]?
    (?:[ ]*(?:/|of|out\ of)[ ]*[\[(]?(?P<total>\d{1,3}(?:,\d{3})+|\d{1,15}[kM]?)[\])]?)?(?![\w/]|[.:]\d)""",
    re.I | re.A | re.X,
)
# A counter without a word of its own, behind one that has it: `Epoch 1/4 [===...]  1% 1/80`, `Epoch: [3][ 120/5005]`, `1 [25600/60000 (43%)]`.
_PLAIN = re.compile(
    r"(?:[\s|,;:-]*\[[=#>.\-_ █▏▎▍▌▋▊▉░▒━╸╺*o]{4,200}\]|[\s|,;:-]*\|[=#>.\-_ █░▒━*]{4,200}\|)?[\s|,;:-]*(?:\d{1,3}(?:\.\d+)?%)?[\s|,;:-]*"
    r"[\[(]?[ \t]*(?P<n>\d{1,12})[ \t]*/[ \t]*(?P<total>\d{1,12})(?:[ ]*\(\s*\d{1,3}(?:\.\d+)?%\s*\))?[\])]?(?![\w/]|[.:]\d)",
    re.A,
)
_BRACKET_EPOCH = re.compile(r"\W{0,3}\[[ ]*(\d{1,7})[ ]*/[ ]*(\d{1,7})[ ]*\](?=\s*(?:global[ _]?step|step|iter|it|batch)\b)", re.I | re.A)
_PER_STEP = re.compile(
    r"(?<![\w.])(?P<value>\d{1,9}(?:\.\d{1,9})?) ?(?P<unit>ms|s|secs?|seconds?|us)(?: ?/ ?| per )(?:step|it|iter|iteration|batch|update)\b", re.I | re.A
)
_PER_SECOND = re.compile(
    r"(?<![\w.])(?P<value>\d{1,9}(?:\.\d{1,9})?) ?(?:it|its|iters?|iterations?|steps?|batch(?:es)?)(?: ?/ ?s(?:ec)?| per second)\b", re.I | re.A
)
_ELAPSED = re.compile(r"\b(?:elapsed|time elapsed|total time)(?: time)?[ :=(]{1,3}(\d[\d:.]{1,20}|\d+ days?, [\d:.]{4,12})", re.I | re.A)
_SAVED = re.compile(
    r"(?:\W{0,3}(?:(?:successfully|now)\s+)?(?:sav(?:ed|ing)|wrote|writing|stored)\b.{0,60}?(?:checkpoint|ckpt|model state|state to|weights to|model to)"
    r"|\W{0,3}(?:checkpoint|ckpt)\s*(?:->|→|=>|saved|written))",
    re.I | re.A,
)
_SAVED_TOO = re.compile(r"\b(?:checkpoint|ckpt|model) (?:was |has been )?saved\b", re.I | re.A)
_STEP_IN_PATH = re.compile(r"(?:checkpoint|ckpt|steps?|iter(?:ation)?)[-_ /=]{0,8}0*(\d{1,12})(?![\d.]\d|\d)", re.I | re.A)
_OVER = re.compile(r"[\s|,;:-]*(?:is |was )?(?:finished|done|complete[d]?|ended|over|summary|results?)\b", re.I | re.A)
_NOT_PROGRESS = re.compile(r"\bthat is less than\b|\bbest (?:epoch|step|iter)|\bpatience\b|\bearly[ -]?stop|\bwarm-?up\b|\bresum|\bskipp", re.I | re.A)
_EVAL_HEAD = re.compile(
    r"\W{0,6}(?:(?:best|final|avg|average|mean)[ _])?(?:val(?:id(?:ation)?)?|eval(?:uation)?|test|dev)"
    r"(?:[ _/](?:\w{1,20}[ _/])?(?:loss|acc\w*|auc|f1|ppl|perplexity|error|score|map|iou|miou|rmse|mae|mse|bleu|rouge\w*|wer|reward)\b|\]?:)",
    re.I | re.A,
)
_SPLIT_WORDS = frozenset({"val", "valid", "validation", "test", "eval", "evaluation", "dev"})
_EVAL_SPLITS = ("val", "test", "eval")
_MOST_LEFT_LETTERS = 12


class _Count(NamedTuple):
    word: str
    n: float
    total: float | None


class Handwritten(LogFormat):
    """Reads counters with metrics beside them, metrics of an epoch, and notes of saved checkpoints."""

    name: ClassVar[str] = "handwritten"
    title: ClassVar[str] = "hand-written progress lines"
    priority: ClassVar[int] = 80
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Epoch 1/3 Step 10/300 loss 2.2411 lr 4.8e-04 0.36s/step", "a hand-written loop"),
        Sample("epoch 1/3 step 10/100 loss=2.2411 lr=4.834e-04 (0.373 s/it) eta 00:01:48", "a hand-written loop"),
        Sample("[1/4] it    7/70 | loss: 2.24544 | 2.07 it/s | eta 00:02:12", "a hand-written loop"),
        Sample("Epoch 1/4 [=.............................]   3% 3/80 loss: 2.3721 ETA: 00:01:11 ", "a hand-written bar"),
        Sample("[rank1] step 20/180 loss 7.6047 lr 0.01", "a loop under accelerate"),
        Sample("[Step 100/100] Loss: 4.5230 | Global Tokens/s: 254.31 | GPU Mem (GB): 0.95 | Peak Mem: 16.37", "a public log"),
        Sample("Step 12800: grad_norm=0.2181, loss=0.0112, param_norm=1382.5397", "openpi"),
        Sample("Epoch [001/300] - Train Loss: 145.13, Valid Loss: 70.66, LR: [0.001]", "a public page"),
        Sample("Epoch 1: train_loss=1.8927 val_auc=0.540", "a hand-written loop"),
        Sample("epoch 0 loss 1.6420", "a hand-written loop"),
        Sample("Epoch 1 finished: val_loss 1.1327 (100/100 batches, 20/20 val batches)", "a hand-written loop"),
        Sample("eval: epoch=3 val_loss=0.3439 acc=88.54%", "a hand-written loop"),
        Sample("val_loss: 1.3518", "a hand-written loop"),
        Sample("Saved checkpoint to ckpt-300.pt", "a hand-written loop"),
        Sample("epoch 1 done, checkpoint saved", "a hand-written loop"),
    )

    def __init__(self) -> None:
        self._epochs = EpochNames()
        self._steps: dict[str, StepNumbers] = {}
        self._announced = False  # the last note of a checkpoint said that it is being saved, not that it is

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the counter, the metrics and the marks of a line that begins with its counter."""
        text = line.text
        split = _SPLIT.match(text)
        evaluated = split is not None and split["split"].lower().startswith(_EVAL_SPLITS)
        counts, end = _counts(text, split.end() if split is not None else _past_tag(text))
        if not counts:
            return _metrics_alone(text) or self._saved(text)
        rest = text[end:]
        inner = _SPLIT.match(rest)
        evaluated = evaluated or (inner is not None and inner["split"].lower().startswith(_EVAL_SPLITS) and _names_split(rest, inner))
        if _NOT_PROGRESS.search(text) is not None:
            return None
        values = read_pairs(rest)
        over, saved = _OVER.match(rest) is not None, _SAVED_TOO.search(rest) is not None
        step_time = _step_time(rest)
        if not (values or over or saved or step_time is not None) and not _is_bare(counts, rest):
            return None
        return list(self._events(rest, counts, values, evaluated=evaluated, over=over, saved=saved, step_time=step_time))

    def _events(
        self, rest: str, counts: Mapping[str, _Count], values: dict[str, float], *, evaluated: bool, over: bool, saved: bool, step_time: float | None
    ) -> Iterator[Event]:
        epoch_count, count = counts.get("epoch"), counts.get("step")
        epoch, total_epochs = self._epochs.number(epoch_count.n, epoch_count.total) if epoch_count else (None, None)
        trained = any(not is_eval_name(name) for name in values)
        step: float | None = None
        if count is not None:
            numbers = self._steps.setdefault(count.word + ("/eval" if evaluated else ""), StepNumbers())
            step = numbers.done(count.n, count.total, trained=trained or step_time is not None)
            yield self._counter(rest, count, step, epoch, total_epochs, step_time, evaluated=evaluated, trained=trained)
        elif epoch is not None and not evaluated:
            done = epoch if values or over or saved else epoch - 1
            yield Counter(
                current=done, total=total_epochs, unit="epoch", scope=CounterScope.EPOCHS, name="epoch",
                epoch=epoch, total_epochs=total_epochs,
            )  # fmt: skip
        if values:
            yield from metric_events(values, step=None if evaluated else step, all_eval=evaluated)
        memory = gpu_memory(rest) if "mem" in rest.lower() else None
        if memory is not None:
            yield memory
        if saved:
            yield StageMark(kind=StageKind.CHECKPOINT, name="checkpoint", step=step)

    def _counter(
        self, rest: str, count: _Count, step: float, epoch: float | None, total_epochs: float | None, step_time: float | None,
        *, evaluated: bool, trained: bool,
    ) -> Counter:  # fmt: skip
        elapsed = _ELAPSED.search(rest)
        clock = elapsed[1] if elapsed is not None else ""
        kind = StageKind.EVAL if evaluated else StageKind.TRAIN if trained else None
        return Counter(
            current=step,
            total=count.total,
            unit=count.word,
            name="evaluation" if evaluated else count.word,
            kind=kind,
            epoch=epoch,
            total_epochs=total_epochs,
            elapsed_s=clock_s(clock) if ":" in clock else None,
            step_time_s=step_time,
        )

    def _saved(self, text: str) -> Sequence[Event] | None:
        if _SAVED.match(text) is None:
            return None
        told, self._announced = self._announced, "saving" in text.lower()
        if told and not self._announced:
            return ()  # `Saving ...` told of it already
        step = _STEP_IN_PATH.search(text)
        return (StageMark(kind=StageKind.CHECKPOINT, name="checkpoint", step=float(step[1]) if step else None),)


def _names_split(rest: str, split: re.Match[str]) -> bool:
    """`validation: err=0.9`, `| valid on 'valid' subset`: the word says what the line is about, and is part of no name."""
    return ":" in rest[split.end("split") : split.end()] or rest.startswith(" on ", split.end("split"))


def _is_bare(counts: Mapping[str, _Count], rest: str) -> bool:
    """A counter with its total and hardly a word beside it."""
    return any(c.total is not None for c in counts.values()) and sum(map(str.isalpha, rest)) <= _MOST_LEFT_LETTERS


def _past_tag(text: str) -> int:
    """Where the counter may begin: behind `[rank1] `, `>>> `, `* `."""
    return tag.end() if (tag := re.match(r"\[rank ?\d+\][: ]", text)) is not None else 0


def _counts(text: str, start: int) -> tuple[dict[str, _Count], int]:
    """Read the counters that the line begins with: at most one of epochs and one of steps, and where they end."""
    found: dict[str, _Count] = {}
    bracket = _BRACKET_EPOCH.match(text, start)
    if bracket is not None:
        found["epoch"], start = _Count("epoch", float(bracket[1]), float(bracket[2])), bracket.end()
    for _ in range(3):
        match = _COUNT.match(text, start)
        if match is None:
            break
        word = match["word"].lower()
        key = "epoch" if word.startswith("ep") else "step"
        if key in found:
            break
        total = match["total"]
        found[key] = _Count(_unit(word), _plain_number(match["n"]), _plain_number(total) if total else None)
        start = match.end()
    plain = _PLAIN.match(text, start) if found and "step" not in found else None
    if plain is not None:
        found["step"], start = _Count("batch", float(plain["n"]), float(plain["total"])), plain.end()
    return found, start


def _plain_number(text: str) -> float:
    scale = {"k": 1e3, "M": 1e6}.get(text[-1], 1.0)
    return float(text.rstrip("kM").replace(",", "")) * scale


def _unit(word: str) -> str:
    if word.startswith("ep"):
        return "epoch"
    if word.startswith("it"):
        return "iteration"
    if "batch" in word:
        return "batch"
    return "timestep" if word.startswith("time") else "update" if word == "update" else "step"


def _step_time(text: str) -> float | None:
    match = _PER_STEP.search(text)
    if match is not None:
        unit = match["unit"].lower()
        return float(match["value"]) * (1e-3 if unit == "ms" else 1e-6 if unit == "us" else 1.0)
    match = _PER_SECOND.search(text)
    return 1.0 / float(match["value"]) if match is not None and float(match["value"]) > 0 else None


def _metrics_alone(text: str) -> Sequence[Event] | None:
    """`val_loss: 1.3518`, `eval: epoch=3 val_loss=0.34`: results of an evaluation, with little else on the line."""
    if _EVAL_HEAD.match(text) is None:
        return None
    values = {name: value for name, value in read_pairs(text).items() if value % 1 or name.lower() not in _SPLIT_WORDS}
    if not values:
        return None
    if sum(map(str.isalpha, leftover(text))) > _MOST_LEFT_LETTERS or "/" in text and not any("/" in name for name in values):
        return None
    return (Metrics(values=values, kind=StageKind.EVAL),)

