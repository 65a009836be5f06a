"""Which epoch a name speaks of: `Epoch 2/3`, `epoch 0`, `train 1`, `[Epoch 07]`."""

from __future__ import annotations

import re
from functools import lru_cache

from trainmon.events import Facts
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
_FOLD_INSIDE = pattern(r"(?i)\bfold[ _:#=]{0,3}(\d{1,4})(?: ?(?:/|of) ?(\d{1,4}))?(?![\d.]\d)", re.ASCII)
_FOLD_BEGINS = pattern(
    r"(?i)[\W_]{0,100}(?:(?:starting|start|training|running|begin(?:ning)?|cv|on|for|model)[ :]{1,2}){0,3}"
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


def fold_begins(text: str) -> Facts | None:
    """Read a line that says that a fold of a cross-validation begins: `===== Fold 2/5 =====`."""
    match = _FOLD_BEGINS.fullmatch(text)
    if match is None:
        return None
    if match[1]:
        return _fold(match[1], match[2])
    return _fold(match[3], None if "split" in text.lower() else match[4])  # `Split 1/8` may be one of the data


class FoldNames:
    """The fold that the tag of a line (`Fold 2`) or the name of a bar (`Fold 2 Epoch 1/3`) is of: told when it changes.

    Numbers go by in each name, so asking again costs nothing.
    """

    def __init__(self) -> None:
        self._name = ""

    def tagged(self, tag: str) -> tuple[Facts, ...]:
        """Give the fold that a tag names by itself."""
        return self._changed(_FOLD.fullmatch(tag)) if tag else ()

    def named(self, name: str) -> tuple[Facts, ...]:
        """Give the fold that stands in a longer name."""
        return self._changed(_FOLD_INSIDE.search(name)) if "old" in name else ()

    def _changed(self, match: re.Match[str] | None) -> tuple[Facts, ...]:
        if match is None or match[0] == self._name:
            return ()
        self._name = match[0]
        return (_fold(match[1], match[2]),)


def _fold(number: str, folds: str | None) -> Facts:
    return Facts(values={"fold": float(number)} | ({"folds": float(folds)} if folds else {}))
