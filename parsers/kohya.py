"""kohya-ss sd-scripts: a bilingual header, and a bar that after a resume counts only the steps that remain.

Format strings: `train_network.py` (`total optimization steps`, `tqdm(range(args.max_train_steps - initial_step))`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from trainmon.events import Counter, CounterScope, Ending, EndingKind, Event, Facts, Line, StageKind
from trainmon.parsers.amended_bars import AmendedBars
from trainmon.parsers.base import Sample
from trainmon.parsers.numbers import number
from trainmon.patterns import pattern

_HEADER = {
    "total optimization steps": "total_steps",
    "num epochs": "epochs",
    "num train images * repeats": "examples",
    "batch size per device": "batch_size",
    "gradient accumulation steps": "gradient_accumulation",
}
_NON_ASCII = r"[^:=]{0,40}[^\x00-\x7f][^:=]{0,40}"
_FACT = pattern(rf"({'|'.join(map(re.escape, _HEADER))}) / {_NON_ASCII}[:=] ?(\d{{1,12}})(?: .*)?")
_SAVED = pattern(r"model saved\.")


class Kohya(AmendedBars):
    """Reads the header and the bar named `steps`, which it shifts by the steps done before a resume."""

    name: ClassVar[str] = "kohya"
    title: ClassVar[str] = "kohya-ss sd-scripts"
    needles: ClassVar[tuple[str, ...]] = ("steps: ", " / ", "model saved.")
    bars: ClassVar[re.Pattern[str]] = pattern(r"steps: +\d{1,3}%\|")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("  num train images * repeats / 学習画像の数×繰り返し回数: 4096", "sd-scripts"),
        Sample("  total optimization steps / 学習ステップ数: 20480", "sd-scripts"),
        Sample("steps:   2%|▏         | 374/20480 [05:00<4:29:16,  1.24it/s, avr_loss=0.0936]", "sd-scripts"),
        Sample("steps:   5%|▊               | 100/2000 [00:57<18:14,  1.74it/s, avr_loss=0.0725]", "sd-scripts"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._total: float | None = None

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the events of a line."""
        text = line.text.strip()
        if (told := _FACT.fullmatch(text)) is not None:
            value = number(told[2])
            if value is None:
                return ()
            if told[1] == "total optimization steps":
                self._total = value
            return (Facts(values={_HEADER[told[1]]: value}),)
        if _SAVED.fullmatch(text) is not None:
            return (Ending(kind=EndingKind.FINISHED, text=text),)
        return super().parse(line)

    def amended(self, counter: Counter) -> Counter:
        """The header states the steps of the whole run; what the bar lacks of them was done before."""
        if self._total is None or counter.total is None:
            return counter
        before = max(self._total - counter.total, 0.0)
        return replace(
            counter,
            current=counter.current + before,
            total=counter.total + before,
            scope=CounterScope.RUN,
            kind=StageKind.TRAIN,
        )
