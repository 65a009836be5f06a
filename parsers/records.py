"""Named fields to events: what a line of JSON, logfmt or CSV says, whatever wrote it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping

from trainmon.events import (
    Clock,
    Counter,
    CounterScope,
    Ending,
    EndingKind,
    Event,
    GpuMemory,
    Metrics,
    StageKind,
    StageMark,
)
from trainmon.parsers.epochs import EpochNames, StepNumbers
from trainmon.parsers.numbers import duration_s, number
from trainmon.parsers.pairs import is_eval_name, is_metric_name, memory_of, metric_events
from trainmon.parsers.printed_time import PrintedTime
from trainmon.parsers.pydict import numbers_of
from trainmon.patterns import pattern
from trainmon.reading.timestamps import iso_s

_RUN_STEPS = ("global_step", "trainer/global_step", "current_steps", "num_updates", "_step", "train_step", "step")
_EPOCH_STEPS = (
    "training_iteration", "iteration", "iter", "iter_num", "it", "batch", "batch_idx", "update", "timestep",
    "timesteps",
)  # fmt: skip
_RUN_TOTALS = (
    "total_steps", "max_steps", "num_training_steps", "total_step", "max_step", "max_iters", "total_iters",
    "total_iterations", "total_timesteps",
)  # fmt: skip
_TOTALS = ("steps_total", "num_steps", "steps", "total", "of")
_EPOCH_TOTALS = ("steps_per_epoch", "num_batches", "total_batches", "batches", "batches_per_epoch")
_EPOCHS = ("epoch", "current_epoch", "train/epoch", "trainer/epoch", "ep")
_EPOCHS_TOTAL = ("total_epochs", "num_epochs", "max_epochs", "num_train_epochs", "epochs")
_TIMES = ("time", "timestamp", "ts", "_timestamp", "datetime", "@timestamp", "asctime", "date", "created")
_ELAPSED = (
    "elapsed_time", "elapsed", "elapsed_s", "elapsed_sec", "elapsed_seconds", "time_elapsed_s", "wall", "wall_time",
    "walltime", "_runtime", "time_elapsed", "total_time", "time_total_s",
)  # fmt: skip
_LONE_TIMES = ("time_s", "time_sec", "seconds", "secs", "time")
_STEP_TIMES_S = (
    "sec_per_step", "step_time", "step_time_s", "seconds_per_step", "s_per_step", "iter_time", "time_per_step",
    "sec_per_it", "sec_per_iter", "train_speed(s/it)", "time_per_iteration",
    "s/step", "s/it", "s/iter", "sec/step", "sec/it", "sec/iter", "time_this_iter_s",
)  # fmt: skip
_STEP_TIMES_MS = (
    "step_time_ms",
    "ms_per_step",
    "iter_time_ms",
    "step_ms",
    "time_per_iteration_ms",
    "ms_per_iter",
    "ms/step",
    "ms/it",
    "ms/iter",
)
_LABELS = ("_type", "event", "type", "phase", "split", "mode", "stage", "msg", "message", "status", "kind")
_EVAL_LABELS = frozenset(
    {"eval", "evaluation", "evaluate", "val", "valid", "validation", "validate", "test", "dev",
     "val_iter", "val_epoch", "test_iter", "test_epoch", "test_final"}
)  # fmt: skip
_CHECKPOINT_LABELS = frozenset(
    {"checkpoint", "save", "save_checkpoint", "checkpoint_saved", "saved_checkpoint", "saving"}
)
_END_LABELS = frozenset(
    {"train_end", "training_end", "run_end", "run_stop", "end", "finished", "done", "complete", "completed",
     "training_complete", "training_completed", "training_finished", "train_finished", "finished_training",
     "training_done"}
)  # fmt: skip
_FIELDS = frozenset(
    _RUN_STEPS + _EPOCH_STEPS + _RUN_TOTALS + _TOTALS + _EPOCH_TOTALS + _EPOCHS + _EPOCHS_TOTAL + _TIMES + _ELAPSED
)
COUNTERS = frozenset(_RUN_STEPS + _EPOCH_STEPS + _RUN_TOTALS + _TOTALS + _EPOCH_TOTALS + _EPOCHS + _EPOCHS_TOTAL)
_NO_METRICS = _FIELDS | {
    "remaining_time", "percentage", "eta", "eta_s", "eta_seconds", "timesteps_total", "time_this_iter_s",
}  # fmt: skip
_OF_SOMETHING_ELSE = frozenset(
    {
        "time",
        "timing",
        "timings",
        "times",
        "perf",
        "throughput",
        "speed",
        "eval",
        "val",
        "test",
        "valid",
        "s",
        "ms",
        "sec",
        "secs",
        "seconds",
        "it",
    }
)
_FRACTION = pattern(r"\s*(\d{1,15})\s*/\s*(\d{1,15})\s*", re.ASCII)
_FIRST_MOMENT_S, _LAST_MOMENT_S = 946684800.0, 4102444800.0  # 2000 to 2100: what a number must be to be a date


class RecordReader:
    """Reads the records of one file; remembers whether its counters start at zero."""

    def __init__(self, *, steps_from_zero: bool = False) -> None:
        self._epochs = EpochNames()
        self._steps = StepNumbers(from_zero=steps_from_zero)
        self._time = PrintedTime()
        self._trained: set[str] = set()

    def events(self, fields: Mapping[str, object]) -> list[Event] | None:
        """Give the events of a record, None where it is none of a training run (a configuration, a request log)."""
        numbers = _with_counters(fields, numbers_of(fields))
        label = _label(fields)
        step = _first(numbers, _RUN_STEPS + _EPOCH_STEPS)
        epoch = _first(numbers, _EPOCHS)
        values = {
            name: value
            for name, value in numbers.items()
            if name not in _NO_METRICS and is_metric_name(name) and not name.startswith("config/")
        }
        marked = label in _EVAL_LABELS or label in _END_LABELS or label in _CHECKPOINT_LABELS
        if step is None and epoch is None and not (values and marked) and not any("loss" in name for name in values):
            return None
        return list(self._events(fields, numbers, values, label))

    def _events(
        self, fields: Mapping[str, object], numbers: Mapping[str, float], values: dict[str, float], label: str
    ) -> Iterator[Event]:
        moment = moment_of(fields)
        if moment is not None:
            yield Clock(time_s=moment)
        evaluated = label in _EVAL_LABELS
        if evaluated:  # `val: {'loss': 0.5}` beside `train: {'loss': 0.4}`
            values = {f"{label}_{name}" if name in self._trained else name: v for name, v in values.items()}
        else:
            self._trained.update(name for name in values if not is_eval_name(name))
        counter = self._counter(fields, numbers, values, evaluated=evaluated)
        if counter is not None:
            yield counter
        printed_epoch = _first(numbers, _EPOCHS)
        step = counter.current if counter is not None and counter.unit != "epoch" else _first(numbers, _RUN_STEPS)
        if counter is None and step is not None:
            step = self._steps.done(step, None, trained=False)
        ended = "train_runtime" in values and "loss" not in values
        if ended:
            yield Metrics(values=values, step=step, epoch=printed_epoch, kind=StageKind.OTHER)
        else:
            yield from metric_events(values, step=step, epoch=printed_epoch, all_eval=evaluated)
        memory = _memory(values)
        if memory is not None:
            yield memory
        if label in _CHECKPOINT_LABELS:
            yield StageMark(kind=StageKind.CHECKPOINT, name="checkpoint", step=step)
        if ended or label in _END_LABELS:
            yield Ending(kind=EndingKind.FINISHED, text=label or "train_runtime")

    def _counter(
        self,
        fields: Mapping[str, object],
        numbers: Mapping[str, float],
        values: Mapping[str, float],
        *,
        evaluated: bool,
    ) -> Counter | None:
        """The training counter; an evaluation's own step says nothing about the progress of training."""
        trains = not evaluated and any("eval" not in name and not name.startswith(("val", "test")) for name in values)
        epoch, total_epochs = self._epochs.number(_first(numbers, _EPOCHS), _first(numbers, _EPOCHS_TOTAL))
        word = next((name for name in _RUN_STEPS + _EPOCH_STEPS if name in numbers), None)
        if not trains:
            return None
        if word is None:
            if epoch is None:
                return None
            elapsed = _seconds(fields, (*_ELAPSED, "time"))
            return Counter(
                current=epoch, total=total_epochs, unit="epoch", scope=CounterScope.EPOCHS, name="epoch",
                epoch=epoch, total_epochs=total_epochs, elapsed_s=elapsed,
            )  # fmt: skip
        run_total, epoch_total = _first(numbers, _RUN_TOTALS), _first(numbers, _EPOCH_TOTALS)
        total = run_total if run_total is not None else _first(numbers, _TOTALS) or epoch_total
        scope = CounterScope.RUN if run_total is not None else CounterScope.UNKNOWN
        if epoch_total is not None and total == epoch_total and scope is CounterScope.UNKNOWN:
            scope = CounterScope.EPOCH
        done, elapsed_s = self._steps.done(numbers[word], total), _seconds(fields, _ELAPSED)
        lone_s, grown_s = _seconds(fields, _LONE_TIMES), None
        if elapsed_s is None and lone_s is not None:  # MMEngine's `time` is that of an iteration, others' grows
            elapsed_s = grown_s = self._time.read(done, lone_s)[0]
        return Counter(
            current=done,
            total=total,
            unit=_unit(word),
            scope=scope,
            name=_unit(word),
            kind=StageKind.TRAIN,
            epoch=epoch,
            total_epochs=total_epochs,
            elapsed_s=elapsed_s,
            elapsed_resolution_s=0.1 if elapsed_s is not None and elapsed_s % 1 else 1.0,
            step_time_s=None if grown_s is not None else _step_time(numbers),
            steps_per_epoch=epoch_total,
        )


def _with_counters(fields: Mapping[str, object], numbers: dict[str, float]) -> dict[str, float]:
    """Add the counters that are printed as `"3/10"`, and those of nested objects (`progress/step`), by their names."""
    for name, value in fields.items():
        if isinstance(value, str) and name in _FIELDS and (match := _FRACTION.fullmatch(value)) is not None:
            numbers[name] = float(match[1])
            numbers.setdefault("total_epochs" if name in _EPOCHS else "total", float(match[2]))
    for path in [path for path in numbers if "/" in path]:
        *heads, name = path.split("/")
        if name in COUNTERS and name not in numbers and _OF_SOMETHING_ELSE.isdisjoint(heads) and numbers[path] % 1 == 0:
            numbers[name] = numbers.pop(path)
    return numbers


def _first(numbers: Mapping[str, float], names: tuple[str, ...]) -> float | None:
    for name in names:
        value = numbers.get(name)
        if value is not None and math.isfinite(value):
            return value
    return None


def _unit(word: str) -> str:
    if word.startswith("it") or word == "training_iteration":
        return "iteration"
    return word.removesuffix("_idx").removesuffix("s") if word in _EPOCH_STEPS else "step"


def _label(fields: Mapping[str, object]) -> str:
    """What the record says it is; `""` where it says nothing known."""
    for name in _LABELS:
        value = fields.get(name)
        if isinstance(value, str):
            word = value.strip(" .!").lower().replace(" ", "_")
            if word in _EVAL_LABELS or word in _END_LABELS or word in _CHECKPOINT_LABELS:
                return word
    return ""


def moment_of(fields: Mapping[str, object]) -> float | None:
    """Give the time that a record states, in seconds since the epoch."""
    for name in _TIMES:
        value = fields.get(name)
        if isinstance(value, str):
            moment = iso_s(value) if len(value) > 15 else None
            value = number(value) if moment is None else moment
        if isinstance(value, int | float) and not isinstance(value, bool):
            seconds = value / 1000 if _FIRST_MOMENT_S * 1000 < value < _LAST_MOMENT_S * 1000 else value
            if _FIRST_MOMENT_S < seconds < _LAST_MOMENT_S:
                return float(seconds)
    return None


def _seconds(fields: Mapping[str, object], names: tuple[str, ...]) -> float | None:
    for name in names:
        value = fields.get(name)
        if isinstance(value, bool):
            continue
        if isinstance(value, int | float) and 0 <= value < _FIRST_MOMENT_S:
            return float(value)
        if isinstance(value, str):
            seconds = number(value)
            seconds = duration_s(value) if seconds is None else seconds
            if seconds is not None and 0 <= seconds < _FIRST_MOMENT_S:
                return seconds
    return None


def _step_time(numbers: Mapping[str, float]) -> float | None:
    seconds = _first(numbers, _STEP_TIMES_S)
    if seconds is None:
        milliseconds = _first(numbers, _STEP_TIMES_MS)
        seconds = milliseconds / 1000 if milliseconds is not None else None
    if seconds is None:  # MMEngine's records: `"time": 0.33` is the time of an iteration
        seconds = _first(numbers, ("time",))
    return seconds if seconds is not None and 0 < seconds < 1e6 else None


def _memory(values: Mapping[str, float]) -> GpuMemory | None:
    """Fields that name their unit, and LLaMA-Factory's, which are GiB."""
    gib = 1024.0**3
    used, peak = values.get("vram_allocated"), values.get("vram_reserved")
    if used is not None or peak is not None:
        return GpuMemory(
            used_bytes=used * gib if used is not None else None, peak_bytes=peak * gib if peak is not None else None
        )
    return memory_of(values)
