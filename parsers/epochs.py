"""Which epoch a name speaks of: `Epoch 2/3`, `epoch 0`, `train 1`, `[Epoch 07]`."""

from __future__ import annotations

import re
from functools import lru_cache

from trainmon.patterns import pattern

_OF_TOTAL = pattern(r"(?i)\b(?:epochs?|ep)\b[ :#=\[(]{0,3}(\d{1,9}) ?(?:/|of) ?(\d{1,9})(?!\d|\.\d)", re.ASCII)
_ALONE = pattern(
    r"(?i)(?:\b(?:epoch|ep)[ :#=\[(_-]{0,3}(\d{1,9})|^\W*(?:train"
    r"|training)[ #]{1,2}(\d{1,9})(?: ?/ ?(\d{1,9}))?\W*$|^(\d{1,9})(?=\|\d{1,12}\|Loss: ))(?![\d.]\d|\d)",
    re.ASCII,
)
_BRACKETED = pattern(r"\W{0,3}\[ {0,3}(\d{1,6}) {0,2}/ {0,2}(\d{1,6})\](?=\W|$)", re.ASCII)
_FOLD = pattern(
    r"(?i)(?:(?:cv[ _-]?)?fold|trial|seed|repeat|split)[ :#=]{0,3}(\d{1,4})(?: ?(?:/|of) ?(\d{1,4}))?", re.ASCII
)
_FOLD_BEGINS = pattern(
    r"(?i)[\W_]{0,100}(?:(?:starting|start|training|running|begin(?:ning)?|cv|on)[ :]{1,2}){0,3}"
    r"(?:(?:fold|repeat)[ :#=]{0,3}(\d{1,4})(?: ?(?:/|of) ?(\d{1,4}))?[\W_]{0,100}"
    r"|(?:fold|trial|seed|repeat|split)[ :#]{0,3}(\d{1,4}) ?(?:/|of) ?(\d{1,4})(?:[ :,|-].{0,80})?)",
    re.ASCII,
)


@lru_cache(maxsize=512)
def epoch_in(name: str) -> tuple[int | None, int | None]:
    """Give the epoch's number as printed, and the number of epochs where it is printed too.

    torchtune describes its bar as `1|10|Loss: 2.3`: epoch, step, loss.
    """
    match = _OF_TOTAL.search(name) or _BRACKETED.match(name)
    if match is not None:
        return int(match[1]), int(match[2])
    match = _ALONE.search(name)
    if match is None:
        return None, None
    return int(match[1] or match[2] or match[4]), int(match[3]) if match[3] else None


class EpochNames:
    """Turns printed epoch numbers into numbers from 1: a log that prints an epoch 0 counts from zero."""

    def __init__(self) -> None:
        self._from_zero: dict[bool, bool] = {}  # lines with a total, and those without, may count each in its way
        self._fractional = False

    def read(self, name: str) -> tuple[float | None, float | None]:
        """Give the epoch under way from 1, and the number of epochs."""
        printed, total = epoch_in(name) if name else (None, None)
        return self.number(printed, total)

    def number(self, printed: float | None, total: float | None) -> tuple[float | None, float | None]:
        """The same for numbers that a parser took out itself."""
        if printed is None:
            return None, None
        self._fractional = self._fractional or printed != printed // 1
        if self._fractional:  # `0.25`: epochs done, not the number of one
            return printed, total
        form = total is not None
        self._from_zero[form] = self._from_zero.get(form, False) or printed == 0
        epoch = printed + 1 if self._from_zero[form] else printed
        if (
            total is not None and total < epoch
        ):  # `Epoch 24/24` of a loop from 0: the last index is printed, not the count
            total = epoch
        return epoch, total


class StepNumbers:
    """Turns printed step numbers into steps done: a training line for step 0 shows that a log counts from zero."""

    def __init__(self, *, from_zero: bool = False) -> None:
        self._from_zero = from_zero

    def done(self, printed: float, total: float | None, *, trained: bool = True) -> float:
        """Give the number of steps done; `trained` tells whether the line reports a step, not only where it stands."""
        if printed == 0 and trained:
            self._from_zero = True
        elif self._from_zero and total is not None and printed >= total:
            self._from_zero = False  # it reached its total: it counts what is done
        return printed + 1 if self._from_zero else printed


class Folds:
    """Cross-validation: the epochs of one fold after the other are those of one run."""

    def __init__(self) -> None:
        self._fold: float | None = None
        self._folds: float | None = None
        self._before = 0.0
        self._epochs = 0.0

    def read(self, text: str) -> bool:
        """Tell whether a line says that a fold begins (`===== Fold 2/5 =====`), and remember that."""
        match = _FOLD_BEGINS.fullmatch(text)
        if match is not None:
            fold, folds = (match[1], match[2]) if match[1] else (match[3], match[4])
            self._begin(float(fold), float(folds) if folds else None)
        return match is not None

    def over_all(self, tag: str, epoch: float | None, total_epochs: float | None) -> tuple[float | None, float | None]:
        """Give the epoch of the whole run, and the number of its epochs; `tag` may name the fold: `Fold 2`."""
        match = _FOLD.fullmatch(tag) if tag else None
        if match is not None:
            self._begin(float(match[1]), float(match[2]) if match[2] else None)
        if self._fold is None or epoch is None:
            return epoch, total_epochs
        self._epochs = max(self._epochs, total_epochs or epoch)
        whole = total_epochs * self._folds if total_epochs is not None and self._folds is not None else None
        return epoch + self._before, whole

    def _begin(self, fold: float, folds: float | None) -> None:
        if self._fold is not None and fold != self._fold:
            self._before, self._epochs = self._before + self._epochs, 0.0
        self._fold, self._folds = fold, folds or self._folds
