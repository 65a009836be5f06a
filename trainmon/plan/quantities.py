"""Counted things in words: `~10,000 proteins`, `63k messages`, `Messages: 63,000`, `half an epoch`, `MAX_STEPS=500`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from trainmon.parsers.documents.fact_names import fact_name
from trainmon.plan.stems import stem

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)"
_SHORT = r"[kKM](?![A-Za-z])"
_AMOUNT = (
    rf"(?<![\w.,$-])(?P<low>{_NUMBER})\s?(?P<k>{_SHORT})?"
    rf"(?:\s?(?:-|–|to)\s?(?P<high>{_NUMBER})\s?(?P<k2>{_SHORT})?)?"
)
_ADJECTIVES = r"(?:(?:unique|training|train|filtered|labell?ed|random)\s+)?"
_COUNTED = re.compile(rf"{_AMOUNT}\s+{_ADJECTIVES}(?P<noun>[A-Za-z]{{4,}}s|data)\b(?!\s?/|\s+per\b)")
_BARE = re.compile(r"(?<![\w.,$-])(?P<low>\d+(?:\.\d+)?)(?P<k>[kK])\b(?P<high>)(?P<k2>)(?!\s+[a-z]{4,}s\b)")
_OTHER_UNIT = r"\s?(?:h|hrs?|hours?|m|min\w*|s|secs?|seconds?|days?|weeks?|[KMGT]i?B|%)\b"
_LABELLED = re.compile(
    rf"(?P<label>[A-Za-z][A-Za-z _-]{{2,40}}?)\s*[:=]\s*[~≈]?{_AMOUNT}(?![\w.]*\w|\s?/|\s?[-–]\s?\d|{_OTHER_UNIT})"
)
_TIMES_EPOCHS = re.compile(rf"{_AMOUNT}\s*[×x*]\s*\d+\s*epochs?\b")
_EPOCHS = re.compile(
    rf"{_AMOUNT}\s*(?:full\s+)?epochs?\b|(?P<word>half(?:\s+an?)?|single|one|two|three|four|five|ten)[\s-]+epochs?\b",
    re.IGNORECASE,
)
_STEPS = re.compile(
    rf"{_AMOUNT}\s*(?:total\s+|training\s+|optimi[sz]er\s+)?(?:steps|iterations|iters|updates)\b(?!\s?/|\s+per\b)",
    re.IGNORECASE,
)
_EPOCHS_OF_STEPS = re.compile(
    rf"(?P<epochs>\d+)\s*(?:full\s+)?epochs?\s*(?:[x×*]|of|with|at)\s*[~≈]?\s*(?P<of>{_NUMBER})\s*(?:steps|iterations|iters"
    rf"|updates|batches)\b|(?P<steps>{_NUMBER})\s*(?:steps|iterations|iters|updates|batches)\s*[x×*]\s*(?P<times>\d+)"
    r"\s*epochs?\b",
    re.IGNORECASE,
)
"""`2 epochs x 300 steps` are 600 steps."""
_EVERY = re.compile(r"\bevery\s+$", re.IGNORECASE)
WORDS = {"half": 0.5, "single": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10}
_FACTORS = {"k": 1e3, "K": 1e3, "M": 1e6}
_COUNTS_OF_OTHERS = (
    "hour minut second day week month year step epoch iter iteration updat token gpus cor worker experiment "
    "model time seed fold run variant configuration paramet channel lay core shard checkpoint char character "
    "set "
)
_NO_THINGS = frozenset(_COUNTS_OF_OTHERS.split())


@dataclass(frozen=True, slots=True)
class Amount:
    """A number or a range of something; `noun` is a stem, '' where the words name none."""

    low: float
    high: float
    noun: str = ""

    def holds(self, value: float, slack: float) -> bool:
        """Tell whether `value` is the amount, within `slack` as a share."""
        return self.low * (1 - slack) <= value <= self.high * (1 + slack)

    def __str__(self) -> str:
        return f"{self.low:,.6g}" if self.low == self.high else f"{self.low:,.6g}-{self.high:,.6g}"


@lru_cache(maxsize=4096)
def things_in(text: str) -> tuple[Amount, ...]:
    """Give the sizes of data that a text states; epochs, steps, durations and tokens are none."""
    found = [_amount(match, stem(match["noun"])) for match in _COUNTED.finditer(text)]
    found += [_amount(match, "") for pattern in (_BARE, _TIMES_EPOCHS) for match in pattern.finditer(text)]
    for match in _LABELLED.finditer(text):
        noun = stem(match["label"].split()[-1])
        if fact_name(match["label"]) in (None, "examples") and match["label"].rstrip().endswith("s"):
            found.append(_amount(match, noun))
    return tuple(amount for amount in found if amount.noun not in _NO_THINGS and amount.high >= 10)


@lru_cache(maxsize=4096)
def epochs_in(text: str) -> Amount | None:
    """Give the number of epochs that a text states."""
    for name, amount in settings_in(text):
        if name == "epochs":
            return amount
    match = _EPOCHS.search(text)
    if match is None:
        return None
    if match["word"]:
        value = float(WORDS[match["word"].lower().split()[0]])
        return Amount(value, value)
    return _amount(match, "")


@lru_cache(maxsize=4096)
def steps_in(text: str) -> Amount | None:
    """Give the number of steps of the whole run that a text states."""
    for name, amount in settings_in(text):
        if name == "total_steps":
            return amount
    if product := _EPOCHS_OF_STEPS.search(text):
        epochs, each = product["epochs"] or product["times"], product["of"] or product["steps"]
        steps = float(epochs) * float(each.replace(",", ""))
        return Amount(steps, steps)
    for match in _STEPS.finditer(text):
        if not _EVERY.search(text[: match.start()]):
            return _amount(match, "")
    return None


@lru_cache(maxsize=4096)
def settings_in(text: str) -> tuple[tuple[str, Amount], ...]:
    """Give `label: number` pairs whose label is the name of a fact (`batch_size`, `epochs`, `total_steps`, ...)."""
    found = []
    for match in _LABELLED.finditer(text):
        name = fact_name(match["label"].replace("_", " ").strip())
        if name is not None:
            found.append((name, _amount(match, "")))
    return tuple(found)


def _amount(match: re.Match[str], noun: str) -> Amount:
    low = float(match["low"].replace(",", "")) * _FACTORS.get(match["k"] or (match["k2"] or ""), 1.0)
    high = float(match["high"].replace(",", "")) * _FACTORS.get(match["k2"] or "", 1.0) if match["high"] else low
    return Amount(low, max(low, high), noun)
