"""nanochat and autoresearch: steps with bars between their cells, evaluations as `Step 00050 | ...`.

Format strings: `scripts/base_train.py`, `mid_train.py`, `chat_sft.py`, `chat_rl.py` of nanochat.
"""

from __future__ import annotations

from typing import ClassVar

from trainmon.events import EndingKind, StageKind
from trainmon.parsers.base import Sample
from trainmon.parsers.counted import CountedLine, CountedLines
from trainmon.patterns import pattern

_EVAL_HEAD = r"Step (?P<step>\d{1,9}) \| (?=Validation |CORE metric|ChatCORE|Pass@)"


class Nanochat(CountedLines):
    """Reads steps counted from 0, each with its own time, and evaluations at the steps done."""

    name: ClassVar[str] = "nanochat"
    title: ClassVar[str] = "nanochat"
    priority: ClassVar[int] = 19
    needles: ClassVar[tuple[str, ...]] = (
        "step ",
        "Step ",
        "Minimum validation",
        "Total training time",
        "Peak memory",
        "peak_vram_mb:",
        "training_seconds:",
    )
    lines: ClassVar[tuple[CountedLine, ...]] = (
        CountedLine(
            head=pattern(
                r"step (?P<step>\d{1,12})(?:/(?P<total>\d{1,12}))? \(\d{1,3}(?:\.\d{1,4})?%\) (?=\| loss: ?[-\dni])"
            ),
            from_zero=True,
            step_time=("dt", 1e-3),
            hidden=frozenset({"epoch", "pq", "rg", "total time", "eta", "remaining"}),
            needs="tok/sec:",
        ),
        CountedLine(
            head=pattern(_EVAL_HEAD),
            kind=StageKind.EVAL,
            names={"CORE metric": "CORE metric", "Pass@1": "val pass@1"},
        ),
        CountedLine(
            head=pattern(r"Step (?P<step>\d{1,9})/(?P<total>\d{1,9}) (?=\| (?:Training loss|Average reward|lrm):)"),
            from_zero=True,
        ),
        CountedLine(head=pattern(r"(?=Peak memory usage: \d)"), memory_peak=("Peak memory usage", "MiB")),
        CountedLine(head=pattern(r"(?=peak_vram_mb: +\d)"), memory_peak=("peak_vram_mb", "MB")),
    )
    endings = (
        (pattern(r"Minimum validation (?:bpb|loss): \d.{0,40}"), EndingKind.FINISHED),
        (pattern(r"training_seconds: +\d[\d.]{0,12}"), EndingKind.FINISHED),
        (pattern(r"Total training time: \d[\d.]{0,12}m"), EndingKind.FINISHED),
    )
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(
            "step 00000/00050 (0.00%) | loss: 6.930737 | lrm: 0.03 | dt: 1722.64ms | tok/sec: 4,755 | bf16_mfu: 0.03 | "
            "epoch: 1 pq: 0 rg: 1 | total time: 0.00m",
            "a public log",
        ),
        Sample(
            "step 00133 (0.00%) | loss: nan | lrm: 1.00 | dt: 4.98ms | tok/sec: 25,696 | mfu: 0.00 | epoch: 1 | "
            "total time: 0.01m",
            "a public log",
        ),
        Sample("Step 00050 | Validation bpb: 1.2345", "nanochat"),
    )
