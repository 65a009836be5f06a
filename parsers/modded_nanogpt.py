"""modded-nanogpt, parameter-golf and their kin: the log begins with the training script itself.

Format strings: `train_gpt.py` of modded-nanogpt. A run stopped by its wall-clock cap has succeeded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from trainmon.events import EndingKind, Event, Line, StageKind
from trainmon.parsers.base import Sample
from trainmon.parsers.counted import CountedLine, CountedLines
from trainmon.patterns import pattern

_FIRST = pattern(
    r"import [\w.]{1,60}(?: as \w{1,40})?(?:, ?[\w.]{1,60})*|from [\w.]{1,80} import .{1,200}|\"\"\".{0,200}"
    r"|#!/usr/bin/.*python.{0,20}"
)
_CODE_OVER = pattern(
    r"={20,}$|Running [Pp]y(?:torch|thon) \d|\[?\d{4}-\d\d-\d\d[ T]\d|step: ?\d{1,12}/\d{1,12} (?:train|val)_loss:"
    r"|\{'|Traceback \(most recent|.{0,200}%\|.{0,200}\d/\d{1,12} \["
)
_MOST_CODE = 20_000
_CLOCK = ("train_time", 1e-3)


class ModdedNanoGPT(CountedLines):
    """Reads steps by their own training clock, from which validations are left out; code is passed over."""

    name: ClassVar[str] = "modded_nanogpt"
    title: ClassVar[str] = "modded-nanogpt, parameter-golf"
    priority: ClassVar[int] = 4
    needles: ClassVar[tuple[str, ...]] = ("_loss:", "import ", "peak memory ", "stopping_early", '"""', "#!/")
    lines: ClassVar[tuple[CountedLine, ...]] = (
        CountedLine(
            head=pattern(r"(?:step: ?)?(?P<step>\d{1,12})/(?P<total>\d{1,12}) (?=train_loss: ?[-\dni])"),
            elapsed=_CLOCK,
            hidden=frozenset({"step_avg", "step"}),
        ),
        CountedLine(
            head=pattern(r"(?:step: ?)?(?P<step>\d{1,12})/(?P<total>\d{1,12}) (?=val_loss: ?[-\dni])"),
            kind=StageKind.EVAL,
            moves=True,
            elapsed=_CLOCK,
            hidden=frozenset({"step_avg", "step"}),
        ),
        CountedLine(
            head=pattern(r"peak memory (?=allocated: \d)"),
            memory_used=("reserved", "MiB"),
            memory_peak=("allocated", "MiB"),
        ),
    )
    endings = ((pattern(r"stopping_early: .{0,200}step: ?\d{1,12}/\d{1,12}.{0,80}"), EndingKind.EARLY_STOPPED),)
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("step:0/19073 val_loss:10.8258 train_time:386ms step_avg:nanms", "a public log"),
        Sample("step:19071/19073 train_loss:2.9587 train_time:2762760ms step_avg:144.94ms", "a public log"),
        Sample("step:19073/19073 val_loss:3.0943 train_time:2763085ms step_avg:144.94ms", "a public log"),
        Sample("5000/20000 train_loss: 2.2804 train_time: 9.9m tok/s: 6620551", "parameter-golf"),
        Sample("5041/20000 val_loss: 2.3492 val_bpb: 1.0734", "parameter-golf"),
        Sample("stopping_early: wallclock_cap train_time:14400039ms step:329430/500000", "parameter-golf"),
        Sample("peak memory allocated: 13017 MiB reserved: 13386 MiB", "parameter-golf"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._code_lines = 0

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the events of a line; () for all of the script that the log begins with."""
        text = line.text.strip()
        if self.holding:
            self._code_lines += 1
            if self._code_lines > _MOST_CODE or _CODE_OVER.match(text) is not None:
                self.holding = False
            else:
                return ()
        elif line.number == 1 and _FIRST.fullmatch(text):
            self.holding, self._code_lines = True, 1
            return ()
        return super().parse(line)
