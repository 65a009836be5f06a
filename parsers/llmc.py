"""llm.c and build-nanogpt: numbered steps on the screen, terse `s:12 trl:3.5` lines in their log files.

Format strings: `train_gpt2.cu`, `llmc/logger.h`, `train_gpt2.py` of llm.c; `train_gpt2.py` of build-nanogpt.
"""

from __future__ import annotations

import re
from typing import ClassVar

from trainmon.events import EndingKind, StageKind
from trainmon.parsers.base import Sample
from trainmon.parsers.counted import COLON, CountedLine, CountedLines
from trainmon.parsers.numbers import NUMBER
from trainmon.patterns import pattern

_CELLS = pattern(
    rf"\| *\(?(?:(?P<name>train loss|loss|norm|lr):? )?(?P<value>{NUMBER})(?: ?(?P<unit>ms|%|tok/s)\b)?"
    r"(?: \([-+\w.]{1,12}z\))?(?=[ )]*(?:\||$|bf16))",
    re.ASCII,
)
_BARE = pattern(rf"(?P<name>train|val|hella)(?P<unit>) (?P<value>{NUMBER})$", re.ASCII)
_NAMES = {"trl": "train loss", "tel": "val loss", "train": "train loss", "val": "val loss", "hella": "hellaswag"}


class LlmC(CountedLines):
    """Reads both: a step's cell without a name that ends in `ms` is its time."""

    name: ClassVar[str] = "llmc"
    title: ClassVar[str] = "llm.c, build-nanogpt"
    priority: ClassVar[int] = 20
    needles: ClassVar[tuple[str, ...]] = ("s:", "step ", " train ", " val ", " hella ", " iteration time")
    lines: ClassVar[tuple[CountedLine, ...]] = (
        CountedLine(
            head=pattern(r"s:(?P<step>\d{1,12}) (?=trl:)"), pair=COLON, from_zero=True, names=_NAMES, needs="trl:"
        ),
        CountedLine(
            head=pattern(r"s:(?P<step>\d{1,12}) (?=tel:|eval:)"),
            pair=COLON,
            kind=StageKind.EVAL,
            names=_NAMES | {"eval": "hellaswag"},
        ),
        CountedLine(
            head=pattern(r"step +(?P<step>\d{1,12})/(?P<total>\d{1,12}) (?=\| (?:train )?loss )"),
            pair=_CELLS,
            step_time=("ms", 1e-3),
            needs=" ms |",
            hidden=frozenset({"%", "tok/s", ""}),
        ),
        CountedLine(
            head=pattern(r"step +(?P<step>\d{1,12}) ?(?=\| loss: )"),
            pair=COLON,
            from_zero=True,
            step_time=("dt", 1e-3),
            needs="tok/sec:",
        ),
        CountedLine(head=pattern(r"(?P<step>\d{1,12}) (?=train \d+\.\d+$)"), pair=_BARE, from_zero=True, names=_NAMES),
        CountedLine(
            head=pattern(r"(?P<step>\d{1,12}) (?=(?:val|hella) \d+\.\d+$)"),
            pair=_BARE,
            kind=StageKind.EVAL,
            names=_NAMES,
        ),
    )
    endings = (
        (pattern(r"total average iteration time: [\d.]{1,20} ms"), EndingKind.FINISHED),
        (pattern(r"final \d{1,9} iters avg: [\d.]{1,20}ms"), EndingKind.FINISHED),
    )
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("s:0 tel:11.0092", "a public log of llm.c"),
        Sample("s:397 trl:5.7207 lr:0.000341 norm:1.04", "a public log of llm.c"),
        Sample(
            "step    1/21479 | loss 11.007906 (+nanz)| norm 16.3235 (+nanz)| lr 2.86e-06 | 2734.72 ms | "
            "-100.0% bf16 MFU | 167751 tok/s",
            "llm.c",
        ),
        Sample(
            "step    1| loss: 9.649529 | lr: 1.2000e-04 | norm: 9.5134  | dt: 2713.86ms | tok/sec: 193189.05",
            "build-nanogpt",
        ),
        Sample("total average iteration time: 2528.19 ms", "llm.c"),
    )
