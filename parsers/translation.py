"""Translation models of their own loops: TensorFlow's NMT tutorial (`nmt/train.py`) and XLM (`src/trainer.py`)."""

from __future__ import annotations

import re
from typing import ClassVar

from trainmon.events import StageKind, StageMark
from trainmon.parsers.base import Sample
from trainmon.parsers.counted import BLANK, CountedLine, CountedLines
from trainmon.parsers.numbers import NUMBER
from trainmon.patterns import pattern


class TensorflowNmt(CountedLines):
    """Reads the statistics of every so many steps."""

    name: ClassVar[str] = "tf-nmt"
    title: ClassVar[str] = "TensorFlow NMT"
    priority: ClassVar[int] = 30
    needles: ClassVar[tuple[str, ...]] = ("global step ", "# Start step ", "eval dev: ", "eval test: ")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("# Start step 3000, lr 1e-05, Thu May 16 16:53:44 2019", "a public issue"),
        Sample("global step 3100 lr 1e-05 step-time 1.48s wps 0.01K ppl 182.79 bleu 0.00", "a public issue"),
        Sample("eval dev: perplexity 12.31, time 3s, Thu May 16 16:53:44 2019.", "TensorFlow NMT"),
    )
    lines: ClassVar[tuple[CountedLine, ...]] = (
        CountedLine(
            head=pattern(r"global step (?P<step>\d{1,12}) (?=lr )", re.ASCII),
            pair=BLANK,
            step_time=("step-time", 1.0),
            needs="step-time ",
        ),
    )
    marks: ClassVar[tuple[tuple[re.Pattern[str], StageMark], ...]] = (
        (pattern(r"eval dev: perplexity .*"), StageMark(kind=StageKind.EVAL, name="evaluation")),
    )
    noise: ClassVar[tuple[re.Pattern[str], ...]] = (
        pattern(r"# Start step \d{1,12}, lr .*|eval test: perplexity .*|# Save eval, global step \d{1,12}", re.ASCII),
    )


class Xlm(CountedLines):
    """Reads the iterations and, at the end of each epoch, one line a result."""

    name: ClassVar[str] = "xlm"
    title: ClassVar[str] = "XLM"
    priority: ClassVar[int] = 30
    needles: ClassVar[tuple[str, ...]] = (" sent/s - ", " -> ")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(
            "5 -   31.61 sent/s -   987.66 words/s - MT-en-de:  7.5123 || MLM-en:  7.1 -  - model_optimizer lr: 1e-4",
            "XLM, from its format string",
        ),
        Sample("valid_en_mlm_ppl -> 9790.193192", "a public issue"),
    )
    lines: ClassVar[tuple[CountedLine, ...]] = (
        CountedLine(head=pattern(r"(?P<step>\d{1,9}) - +[\d.]{1,12} sent/s - +[\d.]{1,12} words/s - ", re.ASCII)),
        CountedLine(
            head=pattern(r"(?=(?:valid|test)_[\w-]{1,80} -> )", re.ASCII),
            pair=pattern(rf"(?P<name>(?:valid|test)_[\w-]{{1,80}}) -> (?P<value>{NUMBER})(?P<unit>)", re.ASCII),
            kind=StageKind.EVAL,
        ),
    )
