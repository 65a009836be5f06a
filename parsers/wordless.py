"""Counters that no word names (`[0/5][100/400]`, `1/20  350/400`, `e3 b120/500`), and what a counter is."""

from __future__ import annotations

import re
from typing import NamedTuple

from trainmon.patterns import pattern

_NUMBERS = pattern(
    r"[\s|,;:.-]{0,8}(?:\d{1,3}(?:\.\d{1,4})?%[\s|,:-]{1,4})?[\[(]?(?P<n>\d{1,12}) {0,2}/ {0,2}(?P<total>\d{1,12})"
    r"(?: ?\( {0,2}\d{1,3}(?:\.\d{1,4})?%\))?[\])]?(?![\w/]|[.:]\d)",
    re.A,
)
_UNIT_BEHIND = pattern(
    r"\W{0,6}(?:(?:seen|processed|done|completed|trained(?: on)?)[: ]{1,2})?(?P<n>\d{1,12}) ?/ ?(?P<total>\d{1,12}) "
    r"(?P<word>batches|steps|iterations|iters|epochs|samples|examples|images|tokens)\b",
    re.I | re.A,
)
# Counters of one letter: `e3 b120/500 loss 0.4`, `E1 | B10/100`.
_LETTERED = pattern(r"\W{0,3}e(?:p)?(\d{1,6})[\s,|:/-]{1,4}[bis](\d{1,12})(?:/(\d{1,12}))?(?=[\s,|:])", re.I | re.A)
# Counters that no word names: `[0/5][100/400] Loss_D: 0.5`, `[1,  2000] loss: 2.2`, `(120/400) loss = 0.3`.
_WORDLESS = pattern(
    r"\s{0,8}[\[(]\s*(?P<a>\d{1,12})\s*(?:/\s*(?P<all_a>\d{1,12})\s*)?"
    r"(?:,\s*(?P<b>\d{1,12})\s*(?:/\s*(?P<all_b>\d{1,12})\s*)?)?[\])]:?"
    r"(?:\s*[\[(]\s*(?P<c>\d{1,12})\s*/\s*(?P<all_c>\d{1,12})\s*[\])])?:?(?=\s)",
    re.A,
)
# Epochs, in brackets with the name of the set: `[ Train | 001/080 ] loss = 1.2, acc = 0.5`.
_OF_SET = pattern(r"\s{0,4}\[ ?(?:train|val(?:id)?|test) ?\| ?(?P<n>\d{1,6}) ?/ ?(?P<total>\d{1,6}) ?\]", re.I | re.A)


class Count(NamedTuple):
    """A counter as printed."""

    unit: str
    n: float
    total: float | None
    whole: bool = False
    """Its word says that it counts through the whole run."""


def paired_counts(text: str) -> tuple[dict[str, Count], int]:
    """Read counters in brackets: the first of two counts epochs. Gives them and where they end."""
    match = _WORDLESS.match(text)
    if match is None:
        return {}, 0
    outer = Count("epoch", float(match["a"]), _total(match["all_a"]))
    inner = match["b"] or match["c"]
    if inner is None:
        return {"step": Count("step", outer.n, outer.total)}, match.end()
    return {"epoch": outer, "step": Count("batch", float(inner), _total(match["all_b"] or match["all_c"]))}, match.end()


def bare_counts(text: str, start: int) -> tuple[dict[str, Count], int]:
    """Read `Training... 100/3000 (3.3%)` from behind its word on, `e3 b120/500`, `1/20  350/400`, `10/400 batches`."""
    if (of_set := _OF_SET.match(text)) is not None:
        return {"epoch": Count("epoch", float(of_set["n"]), float(of_set["total"]))}, of_set.end()
    if (lettered := _LETTERED.match(text)) is not None:
        step = Count("batch", float(lettered[2]), _total(lettered[3]))
        return {"epoch": Count("epoch", float(lettered[1]), None), "step": step}, lettered.end()
    if (named := _UNIT_BEHIND.match(text)) is not None:
        count = Count(unit_of(named["word"].lower()), float(named["n"]), float(named["total"]))
        return {"epoch" if count.unit == "epoch" else "step": count}, named.end()
    plain = _NUMBERS.match(text, start)
    if plain is None:
        return {}, 0
    step = Count("step", float(plain["n"]), float(plain["total"]))
    inner = _NUMBERS.match(text, plain.end())
    if inner is None:
        return {"step": step}, plain.end()
    batch = Count("batch", float(inner["n"]), float(inner["total"]))
    return {"epoch": step._replace(unit="epoch"), "step": batch}, inner.end()


def _total(text: str | None) -> float | None:
    return float(text) if text is not None else None


def unit_of(word: str) -> str:
    """The unit that a counter's word names, in lower case."""
    if word.startswith("ep"):
        return "episode" if word.startswith("epi") else "epoch"
    if word.startswith(("tokens", "samples", "examples", "images", "sentences")):
        return word.split()[0].removesuffix("s")
    if word.startswith("it"):
        return "iteration"
    if "batch" in word:
        return "batch"
    return "timestep" if word.startswith("time") else "update" if word == "update" else "step"
