"""Ultralytics: YOLOv5 to v7 and early v8 draw columns in front of a tqdm bar, later releases draw a bar of their own.

Format strings: `yolov5/train.py`, `ultralytics/engine/trainer.py`, `ultralytics/utils/tqdm.py`. YOLOv5 to v7 print the
index of the epoch and of the last one (`99/99` is the hundredth of a hundred), later releases count from one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from trainmon.events import (
    AttemptMark,
    Counter,
    CounterScope,
    Ending,
    EndingKind,
    Event,
    Facts,
    GpuMemory,
    Line,
    Metrics,
    StageKind,
)
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.numbers import clock_s, number, scaled, size_bytes
from trainmon.parsers.tqdm import Tqdm
from trainmon.patterns import pattern

_HEADER = pattern(r"\s*Epoch\s+(?:gpu_mem|GPU_mem|[a-z]+_loss|lr)\s[\w\s]*", re.ASCII)
_COLUMNS = pattern(
    r"\s*(?P<epoch>\d{1,7})/(?P<epochs>\d{1,7})\s+(?P<memory>\d{1,5}(?:\.\d{1,4})?[GM])?"
    r"(?P<values>(?:\s+-?(?:\d[\d.e+-]{0,24}|nan|inf)){2,24}):?\s*",
    re.ASCII,
)
_VALIDATION = pattern(r"\s*Class\s+Images\s.{0,300}")
_METER = pattern(
    r"""(?P<desc>.*?):\ (?P<percent>\d{1,3})%\ [━╸╺─]{4,200}\ +
    (?:(?P<n>\d[\d.]{0,20}[KMGT]?)B?/(?P<total>\d[\d.]{0,20}[KMGT]?)B?|\d[\d.]{0,12}[KMGT]?B)?
    (?:\ +(?P<rate>\d[\d.]{0,20}\ ?[KMGT]?(?:it|B|s)/\w{1,8}))?
    (?:\ +(?P<elapsed>\d[\d:.]{0,14}s?)(?:<(?P<left>[\d:.]{1,15}s?))?)?\s*""",
    re.ASCII | re.VERBOSE,
)
_ROW = pattern(r"\s*all(?P<cells>(?:\s+(?:\d[\d.e+-]{0,24}|nan)){4,16})\s*", re.ASCII)
_DONE = pattern(r"\s*(\d{1,7} epochs completed in [\d.]{1,16} hours\.)", re.ASCII)
_START = pattern(r"\s*Starting training for (\d{1,7}) epochs\.\.\.", re.ASCII)
_EARLY = pattern(r"\s*(?:EarlyStopping: )?(?:Training stopped early|Stopping training early) as no improvement .*")
_COUNTS = frozenset(
    {"Epoch", "GPU_mem", "gpu_mem", "Instances", "labels", "Labels", "Size", "img_size", "total_labels"}
)


class Ultralytics(LogFormat):
    """Reads the training table, the validation bar below it and its results, and the bars of data preparation."""

    name: ClassVar[str] = "ultralytics"
    title: ClassVar[str] = "Ultralytics YOLO (v5 to v7, v8 and later)"
    priority: ClassVar[int] = 8
    needles: ClassVar[tuple[str, ...]] = (
        "% ━", "% ╸", "% ─", "% ╺", "%|", " epochs completed in ", "Starting training for ", "training early",
        "stopped early", "   all ", "Epoch  ",
    )  # fmt: skip
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Starting training for 8 epochs...", "Ultralytics 8.4"),
        Sample("      Epoch    GPU_mem   box_loss   cls_loss   dfl_loss  Instances       Size", "Ultralytics 8.4"),
        Sample(
            "        1/8         0G      5.317      3.241      3.347          8         64: 0% ──────────── 0/12  0.2s",
            "Ultralytics 8.4",
        ),
        Sample(
            "      22/50      8.38G     0.5277     0.3972     0.8502         52        640: 73% ━━━━━━━━╸─── 55/75 "
            "1.1s/it 1:22<22.1s",
            "a public log",
        ),
        Sample(
            "                 Class     Images  Instances      Box(P          R      mAP50  mAP50-95): 100% "
            "━━━━━━━━━━━━ 2/2 14.6it/s 0.1s",
            "Ultralytics 8.4",
        ),
        Sample(
            "                   all        240        218      0.983      0.972      0.993      0.898", "a public log"
        ),
        Sample(
            "     99/99     6.89G   0.03867   0.02195  0.003025   0.06365       229       640: 100%|██████| 14/14 "
            "[00:05<00:00,  2.39it/s]",
            "a public log, YOLOv7",
        ),
        Sample(
            "100 epochs completed in 0.190 hours.  Labels           P           R      mAP@.5  mAP@.5:.95: 100%|█| 1/1 "
            "[00:02<00:00,  2.42",
            "a public log, YOLOv7",
        ),
    )

    def __init__(self) -> None:
        self._bar = Tqdm()
        self._names: list[str] = []
        self._results: list[str] = []
        self._announced: float | None = None
        self._from_zero = False
        self._epoch: tuple[float | None, float | None] = (None, None)

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the counter of a redraw with its losses, the results of a validation, the marks of start and end."""
        text = line.text
        if "%|" in text:
            drawn = self._over_tqdm(line)
            if drawn is not None:
                return drawn
        own = _METER.fullmatch(text) if "% " in text else None
        if own is not None:
            return list(self._own(own))
        row = _ROW.fullmatch(text)
        if row is not None:
            return self._row(row["cells"].split())
        if _HEADER.fullmatch(text):
            self._names = text.split()
            return ()
        return self._phrase(text)

    def _phrase(self, text: str) -> Sequence[Event] | None:
        done = _DONE.match(text)
        if done is not None:
            return (Ending(kind=EndingKind.FINISHED, text=done[1]),)
        start = _START.match(text)
        if start is not None:
            self._announced, self._from_zero = number(start[1]), False
            return (AttemptMark(text=text.strip()), Facts(values={"epochs": self._announced or 0.0}))
        if _EARLY.fullmatch(text):
            return (Ending(kind=EndingKind.EARLY_STOPPED, text=text.strip()[:200]),)
        return None

    def _over_tqdm(self, line: Line) -> Sequence[Event] | None:
        """Columns in front of a tqdm bar: tqdm's own reader takes the meter, the columns are read here."""
        left = line.text[: line.text.index("%|")].rstrip("0123456789").rstrip()
        if _DONE.match(left):
            return self._phrase(left)
        columns = _COLUMNS.fullmatch(left)
        if columns is None and not _VALIDATION.fullmatch(left):
            return None
        read = self._bar.parse(line) or ()
        events: list[Event] = []
        for event in read:
            if isinstance(event, Counter):
                events.append(self._named(event, columns))
            elif not isinstance(event, Metrics | GpuMemory):
                events.append(event)
        if columns is not None:
            events += self._column_values(columns)
        else:
            self._note_results(left)
        return events

    def _named(self, counter: Counter, columns: re.Match[str] | None) -> Counter:
        if columns is not None:
            self._note_epoch(float(columns["epoch"]), float(columns["epochs"]))
            return self._training(counter)
        return self._validation(counter)

    def _training(self, counter: Counter) -> Counter:
        epoch, total = self._epoch
        return replace(
            counter, name="training", unit="it", kind=StageKind.TRAIN, scope=CounterScope.EPOCH, epoch=epoch,
            total_epochs=total,
        )  # fmt: skip

    def _validation(self, counter: Counter) -> Counter:
        return replace(
            counter, name="validation", unit="it", kind=StageKind.EVAL, epoch=self._epoch[0], total_epochs=None
        )

    def _note_epoch(self, printed: float, total: float) -> None:
        self._from_zero = self._from_zero or printed == 0 or total + 1 == self._announced
        self._epoch = (printed + 1, total + 1) if self._from_zero else (printed, total)

    def _own(self, meter: re.Match[str]) -> Iterator[Event]:
        counter = _counter(meter)
        columns = _COLUMNS.fullmatch(meter["desc"])
        if columns is not None:
            self._note_epoch(float(columns["epoch"]), float(columns["epochs"]))
            if counter is not None:
                yield self._training(counter)
            yield from self._column_values(columns)
        elif _VALIDATION.fullmatch(meter["desc"]):
            self._note_results(meter["desc"])
            if counter is not None:
                yield self._validation(counter)
        elif counter is not None:
            name = meter["desc"].split("...")[0].split(" /")[0].strip()[:60]
            yield replace(counter, name=name, kind=StageKind.DATA)

    def _column_values(self, columns: re.Match[str]) -> Iterator[Event]:
        cells = columns["values"].split()
        names = [name for name in self._names if name not in ("Epoch", "GPU_mem", "gpu_mem")]
        if len(names) != len(cells):
            names = [f"loss_{at + 1}" for at in range(len(cells) - 2)] + ["Instances", "Size"]
        pairs = zip(names, map(number, cells), strict=True)
        values = {name: value for name, value in pairs if name not in _COUNTS and value is not None}
        if values:
            yield Metrics(values=values, in_bar=True)
        used = size_bytes(columns["memory"]) if columns["memory"] else None
        if used:
            yield GpuMemory(used_bytes=used)

    def _note_results(self, head: str) -> None:
        """Name the columns of the row below: `Class Images Instances Box(P R mAP50 mAP50-95)`."""
        part, names = "", []
        for word in head.strip().rstrip(":").split()[2:]:
            before, bracket, name = word.rpartition("(")
            part = f"{before} " if bracket and before != "Box" else "" if bracket else part
            names.append(part + name.rstrip(")"))
        self._results = names

    def _row(self, cells: list[str]) -> Sequence[Event]:
        """`all`, images, instances, then the results."""
        names = self._results[1:] if len(self._results) == len(cells) - 1 else []
        found: Mapping[str, float | None] = dict(zip(names, map(number, cells[2:]), strict=False))
        values = {name: value for name, value in found.items() if value is not None}
        return (Metrics(values=values, kind=StageKind.EVAL),) if values else ()


def _counter(meter: re.Match[str]) -> Counter | None:
    """The counter of Ultralytics' own bar; a finished download shows only its size."""
    if meter["n"] is None:
        return None
    n, total, elapsed = meter["n"], meter["total"], meter["elapsed"] or ""
    seconds = number(elapsed.removesuffix("s")) if elapsed.endswith("s") else clock_s(elapsed)
    return Counter(
        current=scaled(n) or 0.0,
        total=scaled(total),
        unit="B" if "B/" in meter[0] else "it",
        elapsed_s=seconds,
        elapsed_resolution_s=0.1 if elapsed.endswith("s") else 1.0,
        approximate=n[-1] in "KMGT" or total[-1] in "KMGT",
        is_bar=True,
    )
