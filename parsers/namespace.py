"""The settings that a script prints at its start: `Namespace(batch_size=50, epochs=200, ...)` of argparse."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from trainmon.events import Event, Facts, Line
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.numbers import number
from trainmon.patterns import pattern

_OPENS = pattern(r".{0,60}?\b(?:arg(?:parse\.)?)?Namespace\((?=\w{1,80}=)")
_FIELD = pattern(r"(?<![\w.])(?P<name>\w{1,60})=(?P<value>\d{1,12}(?:\.\d{1,6})?)(?=[,)])", re.ASCII)
_NAMES = {
    "epochs": "epochs",
    "num_epochs": "epochs",
    "n_epochs": "epochs",
    "max_epochs": "epochs",
    "max_epoch": "epochs",
    "num_train_epochs": "epochs",
    "batch_size": "batch_size",
    "gradient_accumulation_steps": "gradient_accumulation",
    "accum_iter": "gradient_accumulation",
}


class Namespace(LogFormat):
    """Reads the number of epochs and the size of a batch; what else a script was told is its own."""

    name: ClassVar[str] = "argparse"
    title: ClassVar[str] = "settings printed by argparse"
    priority: ClassVar[int] = 72
    needles: ClassVar[tuple[str, ...]] = ("Namespace(",)
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(
            "Namespace(batch_size=50, data_name='SST-1', dropout=0.5, epochs=200, gpu=0, log_interval=30, "
            "model_mode='rand')",
            "a public log, GluonNLP",
        ),
    )

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the facts among the settings."""
        opens = _OPENS.match(line.text)
        if opens is None:
            return None
        facts: dict[str, float] = {}
        for match in _FIELD.finditer(line.text, opens.end()):
            name, value = _NAMES.get(match["name"]), number(match["value"])
            if name is not None and value is not None and value > 0:
                facts.setdefault(name, value)
        return (Facts(values=facts),) if facts else ()
