"""detectron2 and its ancestor maskrcnn-benchmark: one line every 20 iterations, no total on it.

Format strings: `detectron2/utils/events.py` (CommonMetricPrinter), `engine/hooks.py` (IterationTimer),
`evaluation/evaluator.py`; `maskrcnn_benchmark/engine/trainer.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from trainmon.events import CounterScope, EndingKind, Event, Line, Metrics, StageKind, StageMark
from trainmon.parsers.base import Sample
from trainmon.parsers.batches import CHECKPOINT, BatchLine, BatchLines
from trainmon.parsers.numbers import number
from trainmon.patterns import pattern

_EVALUATES = StageMark(kind=StageKind.EVAL, name="evaluation", phase="begin")
_EVALUATED = StageMark(kind=StageKind.EVAL, name="evaluation", phase="end")
_COPYPASTE = pattern(r"copypaste: (?P<cells>\w[^:]{0,400})", re.ASCII)


class Detectron2(BatchLines):
    """Reads the metric printer, the evaluator's progress and its `copypaste:` results."""

    name: ClassVar[str] = "detectron2"
    title: ClassVar[str] = "detectron2"
    priority: ClassVar[int] = 30
    needles: ClassVar[tuple[str, ...]] = (
        "  iter: ", "epoch/iter: ", "MAX_ITER:", "nference", "Overall training speed", "Exception during training",
        "copypaste: ", "Total training time", "Saving checkpoint to ", "Starting training from iteration",
    )  # fmt: skip
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("  MAX_ITER: 270000", "detectron2, configuration"),
        Sample("Starting training from iteration 0", "detectron2"),
        Sample(
            "eta: 0:11:15  iter: 19  total_loss: 2.339e+06  loss_cls: 1.889e+06  time: 0.2080  last_time: 0.2230  "
            "data_time: 0.0194  last_data_time: 0.0062   lr: 4.9952e-05  max_mem: 1804M",
            "a public log",
        ),
        Sample("Start inference on 5000 batches", "detectron2"),
        Sample(
            "Inference done 11/5000. Dataloading: 0.0007 s/iter. Inference: 0.0512 s/iter. Eval: 0.0003 s/iter. "
            "Total: 0.0522 s/iter. ETA=0:04:20",
            "detectron2",
        ),
        Sample("Total inference time: 0:04:19.123456 (0.051876 s / iter per device, on 1 devices)", "detectron2"),
        Sample("copypaste: Task: bbox", "detectron2"),
        Sample("copypaste: AP,AP50,AP75,APs,APm,APl", "detectron2"),
        Sample("copypaste: 40.2211,61.0402,43.8126,24.1506,43.5201,51.9736", "detectron2"),
        Sample("Overall training speed: 318 iterations in 0:00:38 (0.1204 s / it)", "detectron2"),
        Sample("Total training time: 0:00:39 (0:00:01 on hooks)", "detectron2"),
    )
    lines: ClassVar[tuple[BatchLine, ...]] = (
        BatchLine(
            head=pattern(
                r"(?=(?:eta: [^:]{1,12}:\d\d:\d\d\s+)?(?:epoch/iter: \d{1,9}/|iter: )(?P<step>\d{1,12})\s\s)", re.ASCII
            ),
            scope=CounterScope.RUN,
            from_zero=True,
            needs="data_time: ",
            step_time=("time", 1.0),
            memory_peak=("max_mem", "M"),
            hidden=frozenset({"eta", "iter", "last_time", "last_data_time", "data_time"}),
            eta_ends=True,
        ),
        BatchLine(
            head=pattern(r"Inference done (?P<step>\d{1,9})/(?P<total>\d{1,9})\. ", re.ASCII),
            kind=StageKind.EVAL,
            scope=CounterScope.UNKNOWN,
        ),
    )
    facts: ClassVar[Mapping[str, re.Pattern[str]]] = {"total_steps": pattern(r"MAX_ITER: (\d{1,9})", re.ASCII)}
    marks: ClassVar[tuple[tuple[re.Pattern[str], StageMark], ...]] = (
        (pattern(r"Start inference on \d+ (?:batches|images).*", re.ASCII), _EVALUATES),
        (pattern(r"Total inference time: .*"), _EVALUATED),
        (pattern(r"Saving checkpoint to .*?model_0*(?P<step>\d{1,9})\.pth", re.ASCII), CHECKPOINT),
        (pattern(r"Saving checkpoint to .*\.pth"), CHECKPOINT),
    )
    endings: ClassVar[tuple[tuple[re.Pattern[str], EndingKind], ...]] = (
        (pattern(r"Overall training speed: \d+ iterations in .*", re.ASCII), EndingKind.FINISHED),
        (pattern(r"Total training time: .*"), EndingKind.FINISHED),
    )
    noise: ClassVar[tuple[re.Pattern[str], ...]] = (
        pattern(r"Total inference pure compute time: .*|copypaste: Task: .*|Starting training from iteration \d+"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._columns: list[str] = []
        self._failed = False

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the events of one line; hooks print the closing lines after an exception as well."""
        text = line.text.strip()
        if text.endswith("Exception during training:"):
            self._failed = True
            return ()
        if text.startswith("copypaste: ") and (told := _COPYPASTE.fullmatch(text)) is not None:
            return self._copypaste(told["cells"].split(","))
        if text.startswith(("Overall training", "Total training")) and self._failed:
            return ()
        return super().parse(line)

    def _copypaste(self, cells: list[str]) -> Sequence[Event]:
        """Names on one line, their values on the next."""
        values = [number(cell) for cell in cells]
        if any(value is None for value in values):
            self._columns = [cell.strip() for cell in cells]
            return ()
        found = {name: value for name, value in zip(self._columns, values, strict=False) if value is not None}
        return (Metrics(values=found, kind=StageKind.EVAL),) if found else ()


class MaskRcnnBenchmark(BatchLines):
    """Reads the trainer's meters; its closing line divides by the nominal number of iterations, so nothing is taken."""

    name: ClassVar[str] = "maskrcnn-benchmark"
    title: ClassVar[str] = "maskrcnn-benchmark"
    priority: ClassVar[int] = 31
    needles: ClassVar[tuple[str, ...]] = ("  iter: ", "Total training time", "Start evaluation on", "Total run time")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(
            "eta: 3:06:22  iter: 34280  loss: 0.5488 (0.6772)  loss_classifier: 0.1696 (0.2438)  time: 0.2197 (0.2446)"
            "  data: 0.0027 (0.0280)  lr: 0.000600  max mem: 4512",
            "a public log, shortened",
        ),
        Sample("Start evaluation on coco_2017_val dataset(5000 images).", "maskrcnn-benchmark"),
        Sample("Total run time: 0:01:12.345678 (0.1 s / img per device, on 8 devices)", "maskrcnn-benchmark"),
        Sample("Total training time: 2:19:46.148993 (0.1048 s / it)", "a public log"),
    )
    lines: ClassVar[tuple[BatchLine, ...]] = (
        BatchLine(
            head=pattern(r"(?=(?:eta: [^:]{1,12}:\d\d:\d\d\s+)?iter: (?P<step>\d{1,12})\s\s)", re.ASCII),
            scope=CounterScope.RUN,
            needs="  data: ",
            step_time=("time", 1.0),
            memory_peak=("max mem", "M"),
            hidden=frozenset({"eta", "iter", "data"}),
        ),
    )
    marks: ClassVar[tuple[tuple[re.Pattern[str], StageMark], ...]] = (
        (pattern(r"Start evaluation on .*\(\d+ images\)\.", re.ASCII), _EVALUATES),
        (pattern(r"Total run time: .* s / img per device.*"), _EVALUATED),
    )
    endings: ClassVar[tuple[tuple[re.Pattern[str], EndingKind], ...]] = (
        (pattern(r"Total training time: [^(]{1,40}\([\d.]{1,12} s / it\)", re.ASCII), EndingKind.FINISHED),
    )
