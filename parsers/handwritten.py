"""Progress lines that people print themselves (`Epoch 1/3 Step 10/300 loss 2.24 0.36s/step`), notes of checkpoints."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar

from trainmon.events import Clock, Counter, CounterScope, Event, Line, Metrics, StageKind, StageMark
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.epilogues import epilogue
from trainmon.parsers.epochs import EpochNames, FoldNames, StepNumbers, fold_begins
from trainmon.parsers.glossary import in_english
from trainmon.parsers.numbers import NUMBER, number
from trainmon.parsers.pairs import gpu_memory, is_eval_name, leftover, metric_events, read_pairs
from trainmon.parsers.printed_time import PrintedTime, moment_told
from trainmon.parsers.progress_line import ProgressLine, progress_line
from trainmon.parsers.wordless import Count
from trainmon.patterns import pattern

_SAVED = pattern(
    r"(?:\W{0,3}(?:(?:successfully|now)\s+)?(?:sav(?:ed|ing)|wrote|writing|stored)\b.{0,60}?(?:checkpoint|ckpt"
    r"|model state|state to|weights to|model to)"
    r"|\W{0,3}(?:checkpoint|ckpt)\s*(?:->|→|=>|saved|written)|Save model to \S{1,300}$)",
    re.I | re.A,
)
_STEP_IN_PATH = pattern(r"(?:checkpoint|ckpt|steps?|iter(?:ation)?)[-_ /=]{0,8}0*(\d{1,12})(?![\d.]\d|\d)", re.I | re.A)
_EVAL_HEAD = pattern(
    r"\W{0,6}(?:(?:best|final|avg|average|mean|overall)[ _])?(?:val(?:id(?:ation)?)?|eval(?:uation)?|test|dev)\.?"
    r"(?:[ _/]{1,4}(?:\w{1,20}[ _/]){0,2}(?:loss|(?:pix|pixel_?)?acc\w*|auc|f1|ppl|perplexity|error|score|map|iou|miou"
    r"|rmse|mae|mse|bleu|rouge\w*|wer|reward)\b|\]?:)",
    re.I | re.A,
)
_TRAIN_HEAD = pattern(
    r"\W{0,6}(?:(?:avg|average|mean|final)[ _])?(?:(?P<whole>train(?:ing)?)|(?:mini-?)?batch)[ _/.:-]{1,3}"
    r"(?:loss|acc\w*|ppl|perplexity|error|reward|metrics)\b",
    re.I | re.A,
)
_COMPARED = pattern(
    rf"\W{{0,3}}(?P<name>(?:val(?:id(?:ation)?)?|dev|test|eval(?:uation)?)[ _]\w{{1,24}})\s+"
    rf"(?:did not improve|has not improved|(?:has )?improved|decreased|increased)"
    rf"(?:\s*:\s*|[ (]{{1,2}}(?:from )?(?:{NUMBER})\s*(?:-+>|=>|→|to)\s*)(?P<value>{NUMBER})(?P<rest>.*)",
    re.I | re.A,
)
"""`val loss did not improve: 0.51`, `Validation loss decreased (0.69 --> 0.68).  Saving model ...`: the newer value."""
_RESULTS = pattern(r"[ :|-]{0,3}\{(?!.*(?:loss|train|lr\b|learning|grad))", re.IGNORECASE)
"""`epoch 0: {'accuracy': 0.68, 'f1': 0.81}`: what an evaluation returned, printed as it is."""
_EVAL_HEADING = pattern(
    r"\W{0,12}(?:val(?:id(?:ation)?)?|eval(?:uation)?|test(?:ing)?|dev)"
    r"(?:[ -](?:error|results?|set|metrics|performance|epoch \d{1,6}))?\s*[:=*-]{1,12}\s*",
    re.I | re.A,
)
_SPLIT_LINE = pattern(
    r"\W{0,12}(?:(?P<eval>validat(?:ing|ion)|evaluat(?:ing|ion)|testing)|training)"
    r"(?: (?:phase|started|begins))?\W{0,12}",
    re.I | re.A,
)
_LOSS_FIRST = pattern(r"\W{0,3}(?:train(?:ing)?[ _])?loss\s?[:=]", re.I | re.A)
_BLANKS = pattern(r" {2,8}")
_SPLIT_WORDS = frozenset({"val", "valid", "validation", "test", "eval", "evaluation", "dev"})
_SETTINGS = frozenset({"lr", "learning_rate", "learning rate"})
"""What a line tells that begins an epoch, too: `Epoch 1/2 (lr=0.01)`."""
_MOST_LEFT_LETTERS = 12


class Handwritten(LogFormat):
    """Reads counters with metrics beside them, metrics of an epoch, and notes of saved checkpoints."""

    name: ClassVar[str] = "handwritten"
    title: ClassVar[str] = "hand-written progress lines"
    priority: ClassVar[int] = 80
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Epoch 1/3 Step 10/300 loss 2.2411 lr 4.8e-04 0.36s/step", "a hand-written loop"),
        Sample("epoch 1/3 step 10/100 loss=2.2411 lr=4.834e-04 (0.373 s/it) eta 00:01:48", "a hand-written loop"),
        Sample("[1/4] it    7/70 | loss: 2.24544 | 2.07 it/s | eta 00:02:12", "a hand-written loop"),
        Sample(
            "Epoch 1/4 [=.............................]   3% 3/80 loss: 2.3721 ETA: 00:01:11 ", "a hand-written bar"
        ),
        Sample("[rank1] step 20/180 loss 7.6047 lr 0.01", "a loop under accelerate"),
        Sample(
            "[Step 100/100] Loss: 4.5230 | Global Tokens/s: 254.31 | GPU Mem (GB): 0.95 | Peak Mem: 16.37",
            "a public log",
        ),
        Sample("Step 12800: grad_norm=0.2181, loss=0.0112, param_norm=1382.5397", "openpi"),
        Sample("Epoch [001/300] - Train Loss: 145.13, Valid Loss: 70.66, LR: [0.001]", "a public page"),
        Sample("Epoch 1: train_loss=1.8927 val_auc=0.540", "a hand-written loop"),
        Sample("epoch 0 loss 1.6420", "a hand-written loop"),
        Sample("Epoch 1 finished: val_loss 1.1327 (100/100 batches, 20/20 val batches)", "a hand-written loop"),
        Sample("eval: epoch=3 val_loss=0.3439 acc=88.54%", "a hand-written loop"),
        Sample("val_loss: 1.3518", "a hand-written loop"),
        Sample("val loss did not improve: 0.5095", "a hand-written loop"),
        Sample("Validation loss decreased (0.693147 --> 0.683147).  Saving model ...", "a copy of EarlyStopping"),
        Sample("Saved checkpoint to ckpt-300.pt", "a hand-written loop"),
        Sample("epoch 1 done, checkpoint saved", "a hand-written loop"),
    )

    def __init__(self) -> None:
        self._epochs = EpochNames()
        self._steps: dict[str, StepNumbers] = {}
        self._time = PrintedTime()
        self._folds = FoldNames()
        self._trained_names: set[str] = set()
        self._under_way: float | None = None  # the epoch whose share was told last
        self._told: tuple[float, int] | None = None  # the step told last, and by which rank
        self._epoch: float | None = None  # told last
        self._evaluates = False  # a line said by itself that an evaluation begins
        self._trained_total: float | None = None  # of the counter of training
        self._results_at = -1  # the line behind a heading of results
        self._announced = False  # the last note of a checkpoint said that it is being saved, not that it is

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the counter, the metrics and the marks of a line that begins with its counter."""
        text = in_english(line.text)
        progress = progress_line(text)
        if progress is not None:
            progress = self._of_split(progress)
            if self._told_by_another(progress, line.rank):
                return ()
            moment = moment_told(progress.rest) if line.time_s is None else None
            return [*([Clock(time_s=moment)] if moment is not None else ()), *self._events(progress)]
        fold = fold_begins(text)
        if fold is not None:
            return (fold,)
        split = _SPLIT_LINE.fullmatch(text)
        self._evaluates = split["eval"] is not None if split is not None else self._evaluates
        if _EVAL_HEADING.fullmatch(text) is not None:
            self._results_at = line.number + 1
            return (StageMark(kind=StageKind.EVAL, name="evaluation", phase="announced"),)
        if split is not None:
            announced = StageMark(kind=StageKind.EVAL, name="evaluation", phase="announced")
            return (announced,) if split["eval"] is not None else ()
        results = _only_values(text) if line.number == self._results_at else {}
        if any(value % 1 for value in results.values()):  # `TEST:` above `EVAL_PERIOD: 500` heads settings
            return (Metrics(values=results, kind=StageKind.EVAL),)
        found = _trained(text) or _metrics_alone(text) or _values_alone(text) or _compared(text) or self._saved(text)
        last = epilogue(text)
        return found if last is None else (*(found or ()), last)

    def _of_split(self, line: ProgressLine) -> ProgressLine:
        """Below `Validating`, a counter of another length than the training's counts the evaluation."""
        total = line.step.total if line.step is not None else None
        if self._evaluates and total is not None and self._trained_total not in (None, total):
            return line._replace(evaluated=True)
        self._evaluates = self._evaluates and line.step is None
        self._trained_total = total if total is not None and not line.evaluated else self._trained_total
        return line

    def _told_by_another(self, line: ProgressLine, rank: int | None) -> bool:
        """Where every rank prints, the first to tell a step tells it for all."""
        if rank is None or line.step is None or line.evaluated:
            return False
        told, self._told = self._told, (line.step.n, rank)
        if told is None or told[0] != line.step.n or told[1] == rank:
            return False
        self._told = told
        return True

    def _events(self, line: ProgressLine) -> Iterator[Event]:
        printed = line.epoch
        epoch, total_epochs = self._epochs.number(printed.n, printed.total) if printed is not None else (None, None)
        yield from self._folds.tagged(line.tag)
        step: float | None = None
        self._epoch = epoch if epoch is not None else self._epoch
        if line.evaluated and epoch is None:
            epoch = self._epoch  # so that the evaluation of the next one is told apart
        if line.step is not None:
            counter = self._counter(line, line.step, epoch, total_epochs)
            step = None if line.evaluated else counter.current
            if not line.evaluated or counter.total is not None:  # `Eval @ step 300`: a step of the training
                yield counter
        elif epoch is not None and not line.evaluated:
            told = {name.lower() for name in line.values} - _SETTINGS
            told_over = bool(told or line.over or line.saved or line.took_s is not None)
            over = told_over and not line.begun and line.share is None
            # `====> Epoch: 8` behind lines of the epoch 8 tells its end.
            over = over or (line.share is None and epoch == self._under_way)
            self._under_way = epoch if line.share is not None else None
            done = epoch if over else epoch - 1 + (line.share or 0.0)
            yield self._epoch_counter(done, epoch, total_epochs, line)
        if line.values:
            values = line.values
            evaluated = line.evaluated or (line.step is None and _RESULTS.match(line.rest) is not None)
            if line.evaluated:  # `[Valid] Loss 0.5` beside `[Train] Loss 0.4`: two curves
                values = {f"{line.split} {n}" if n in self._trained_names else n: v for n, v in values.items()}
            else:
                self._trained_names.update(name for name in values if not is_eval_name(name))
            yield from metric_events(values, step=step, all_eval=evaluated)
        memory = gpu_memory(line.rest) if "mem" in line.rest.lower() else None
        if memory is not None:
            yield memory
        if line.saved:
            yield StageMark(kind=StageKind.CHECKPOINT, name="checkpoint", step=step)

    def _epoch_counter(self, done: float, epoch: float, total_epochs: float | None, line: ProgressLine) -> Counter:
        elapsed_s, step_time_s = line.elapsed_s, line.took_s
        if elapsed_s is None and step_time_s is None and line.lone_s is not None:
            elapsed_s, step_time_s = self._time.read(done, line.lone_s)
        return Counter(
            current=done, total=total_epochs, unit="epoch", scope=CounterScope.EPOCHS, name="epoch",
            epoch=epoch, total_epochs=total_epochs, elapsed_s=elapsed_s, step_time_s=step_time_s,
        )  # fmt: skip

    def _counter(self, line: ProgressLine, count: Count, epoch: float | None, total_epochs: float | None) -> Counter:
        trained = any(not is_eval_name(name) for name in line.values)
        numbers = self._steps.setdefault(count.unit + ("/eval" if line.evaluated else ""), StepNumbers())
        stage = "" if any(map(str.isdigit, line.tag)) else line.tag
        done = numbers.done(count.n, count.total, trained=trained or line.step_time_s is not None)
        elapsed_s, step_time_s = line.elapsed_s, line.step_time_s
        if elapsed_s is None and step_time_s is None and line.lone_s is not None:
            elapsed_s, step_time_s = self._time.read(done, line.lone_s)
        return Counter(
            current=done,
            total=count.total,
            unit=count.unit,
            scope=CounterScope.RUN if count.whole and not line.evaluated else CounterScope.UNKNOWN,
            name="evaluation" if line.evaluated else stage or count.unit,
            kind=StageKind.EVAL if line.evaluated else StageKind.TRAIN if trained else None,
            epoch=epoch,
            total_epochs=total_epochs,
            elapsed_s=elapsed_s,
            step_time_s=step_time_s,
        )

    def _saved(self, text: str) -> Sequence[Event] | None:
        if _SAVED.match(text) is None:
            return None
        told, self._announced = self._announced, "saving" in text.lower()
        if told and not self._announced:
            return ()  # `Saving ...` told of it already
        step = _STEP_IN_PATH.search(text)
        return (StageMark(kind=StageKind.CHECKPOINT, name="checkpoint", step=float(step[1]) if step else None),)


def _values_alone(text: str) -> Sequence[Event] | None:
    """`loss:0.0051, accuracy:0.9982, recall:0.9927`: a loop that prints nothing but what it measured."""
    if _LOSS_FIRST.match(text) is None:
        return None
    values = read_pairs(text)
    several = len(values) > 1 and not any(map(str.isalpha, leftover(text)))
    return list(metric_events(values)) if several and any(value % 1 for value in values.values()) else None


def _compared(text: str) -> Sequence[Event] | None:
    """A result that is told against the best one so far."""
    match = _COMPARED.match(text)
    value = number(match["value"]) if match is not None else None
    if match is None or value is None:
        return None
    saved = (StageMark(kind=StageKind.CHECKPOINT, name="checkpoint"),) if "saving" in match["rest"].lower() else ()
    return (Metrics(values={match["name"]: value}, kind=StageKind.EVAL), *saved)


def _only_values(text: str) -> dict[str, float]:
    """The named numbers of a line that holds little else."""
    values = read_pairs(text)
    return values if values and sum(map(str.isalpha, leftover(text))) <= _MOST_LEFT_LETTERS else {}


def _trained(text: str) -> Sequence[Event] | None:
    """`train Loss: 0.79 Acc: 0.61` by itself: what the epoch came to whose number stands on a line above."""
    head = _TRAIN_HEAD.match(text)
    values = _only_values(text) if head is not None else {}
    if head is None or not values:
        return None
    if head["whole"] is None:  # `batch loss: 3.2`: of a step
        return list(metric_events(values))
    return [StageMark(kind=StageKind.TRAIN, name="epoch", phase="end"), *metric_events(values)]


def _metrics_alone(text: str) -> Sequence[Event] | None:
    """`val_loss: 1.3518`, `eval: epoch=3 val_loss=0.34`: results of an evaluation, with little else on the line."""
    if _EVAL_HEAD.match(text) is None or "{'" in text:
        return None
    # `test: 10240` is the size of a set.
    text = _BLANKS.sub(" ", text)  # `Val   Loss: 0.5` below `Train Loss: 0.5`
    values = {name: value for name, value in read_pairs(text).items() if value % 1 or name.lower() not in _SPLIT_WORDS}
    if not values or sum(map(str.isalpha, leftover(text))) > _MOST_LEFT_LETTERS:
        return None
    if "/" in text and not any("/" in name for name in values):
        return None
    return (Metrics(values=values, kind=StageKind.EVAL),)
