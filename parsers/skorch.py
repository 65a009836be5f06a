"""skorch: one table row per epoch, with the seconds it took.

Format string: `skorch/callbacks/logging.py` (PrintLog), a `tabulate` table without a total; the best values are
coloured. Epochs to come are not printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from trainmon.events import Counter, CounterScope, Ending, EndingKind, Event, Line
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.numbers import number
from trainmon.parsers.pairs import metric_events
from trainmon.patterns import pattern

_HEAD = pattern(r"\s{2,}epoch(\s{2,}.*\S)\s{2,}dur\s*")
_RULE = pattern(r"-{3,}(?:\s+-{2,})+\s*")
_STOPPING = pattern(r"Stopping since \S{1,80} has not improved in the last \d{1,9} epochs\.")


class Skorch(LogFormat):
    """Reads the rows of a `NeuralNet`'s table."""

    name: ClassVar[str] = "skorch"
    title: ClassVar[str] = "skorch tables"
    priority: ClassVar[int] = 15
    needles: ClassVar[tuple[str, ...]] = ("  epoch  ", "Stopping since ")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("  epoch    train_loss    valid_acc    valid_loss    cp     dur", "skorch 1.4"),
        Sample("-------  ------------  -----------  ------------  ----  ------", "skorch 1.4"),
        Sample("      1        0.6995       0.4453        0.6981     +  0.7493", "skorch 1.4"),
        Sample("      2        0.6983       0.4375        0.6990        0.4655", "skorch 1.4"),
        Sample("Stopping since valid_loss has not improved in the last 5 epochs.", "skorch 1.4"),
    )

    def __init__(self) -> None:
        self.holding = False
        self._names: list[str] = []
        self._ends: list[int] = []
        self._elapsed_s = 0.0
        self._epoch = 0.0

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the epoch and the values of a row."""
        text = line.text
        if _HEAD.fullmatch(text) is not None:
            self._names = text.split()
            self._ends = _ends(text)
            self.holding = True
            return ()
        if _STOPPING.fullmatch(text.strip()) is not None:
            return (Ending(kind=EndingKind.EARLY_STOPPED, text=text.strip()),)
        if not self._names:
            return None
        return () if _RULE.fullmatch(text) is not None else self._row(text.rstrip())

    def _row(self, text: str) -> Sequence[Event] | None:
        """Columns are aligned to the right; a cell may be empty, so where a word ends tells what it is."""
        by_end = dict(zip(self._ends, self._names, strict=True))
        cells = {name: word for end, word in _words(text) if (name := by_end.get(end)) is not None}
        words = len(text.split())
        epoch, took_s = number(cells.get("epoch", "")), number(cells.get("dur", ""))
        if len(cells) != words or epoch is None or took_s is None or epoch % 1:
            return None
        if epoch <= self._epoch:
            self._elapsed_s = 0.0
        self._epoch = epoch
        self._elapsed_s += took_s
        counter = Counter(
            current=epoch,
            unit="epoch",
            scope=CounterScope.EPOCHS,
            name="epoch",
            epoch=epoch,
            elapsed_s=self._elapsed_s,
            elapsed_resolution_s=1e-3,
        )
        values = {
            name: value
            for name, word in cells.items()
            if name not in ("epoch", "dur") and (value := number(word)) is not None
        }
        return (counter, *metric_events(values, epoch=epoch))


def _words(text: str) -> list[tuple[int, str]]:
    """Each word with the column in which it ends."""
    found, at = [], 0
    for word in text.split():
        at = text.index(word, at) + len(word)
        found.append((at, word))
    return found


def _ends(text: str) -> list[int]:
    return [end for end, _ in _words(text)]
