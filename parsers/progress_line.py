"""One progress line that a person's loop printed, taken apart: counters first, then what stands behind them.

A line counts only if it begins with its counter: `best epoch 3/10`, `patience 2/3` and `Loading step 500` do not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from trainmon.parsers.pairs import leftover, read_pairs
from trainmon.parsers.printed_time import elapsed_time, epoch_time, lone_time, step_time
from trainmon.parsers.wordless import Count, bare_counts, paired_counts, unit_of
from trainmon.patterns import pattern

_SPLIT = pattern(
    r"\W{0,6}(?P<split>train(?:ing)?|val(?:id(?:ation)?)?|test(?:ing)?|eval(?:uat(?:ion|ing))?)\b\]?\W{0,4}(?=\w|\[)",
    re.I | re.A,
)
_COUNTED = (
    r"(?P<word>global[ _-]?step|train(?:ing)?[ _-]?step|optim(?:izer)?[ _-]?step|time-?steps?"
    r"|epochs?|episodes?|ep|steps?|iter(?:ation)?s?|it|batch(?:es)?(?:[ _](?:count|idx|index|number))?|update"
    r"|mini-?batch|(?:tokens|samples|examples|images|sentences)(?: seen| processed)?)"
    r"\ {0,3}(?:\#|no\.?|:|=|-)?[ \t]*[\[(]{0,2}[ \t]*"
    r"(?P<n>\d{1,3}(?:,\d{3})+|\d{1,15}(?:\.\d{1,6})?(?:[kM]|st|nd|rd|th)?)[\])]?"
    r"(?:[ ]*\(?(?:/|of|out\ of)[ ]*[\[(]?(?P<total>\d{1,3}(?:,\d{3})+|\d{1,15}[kM]?)[\])]?)?(?![\w/]|[.:]\d)"
)
_COUNT = pattern(rf"(?:[\s|,;:>\[\](){{}}=.#*~-]|[^\x00-\x7f]){{0,60}}{_COUNTED}", re.I | re.A)
_TRAILING = pattern(
    rf"(?<![\w.])(?<![A-Za-z] ){_COUNTED}|[\[(] *(?P<m>\d{{1,12}}) */ *(?P<of>\d{{1,12}}) *[\])](?=\s*$)", re.I | re.A
)
_VERB = pattern(
    r"\W{0,6}(?:(?P<begun>start(?:ing|ed)?|begin(?:ning)?|entering)"
    r"|current|this|now at"
    r"|(?P<over>finish(?:ed|ing)|end(?:ed| of)?|completed?|done with))"
    r"\s+(?=(?:epoch|step|iteration|episode)\b\W{0,4}\d)",
    re.I | re.A,
)
# Before the counter: whose it is (`[pretrain] step 3`, `resnet: Epoch 3/9`, `Fold 2 | Epoch 3`).
_TAG = pattern(
    r"\[rank ?\d+\][: ]|(?!\W*(?:best|sav|load|restor|resum|last|final|checkpoint|early|warn|err|usage|max|total|num"
    r"|(?:train(?:ing)?|val(?:id(?:ation)?)?|test(?:ing)?|eval\w*|dev)\b|(?:ep|epoch|episode|step|iter\w*|it|batch)\W{0,3}\d))"
    r"(?:(?:[\[(<][A-Za-z][\w ./:-]{0,40}[\])>]:?|[A-Za-z][\w./-]{0,40}:|[A-Za-z][\w.-]{0,40} [-|])[ \t]+"
    r"|[\[(]?(?:fold|trial|seed|run|stage|phase|task|round)[ :#]{0,2}\d{1,6}(?: ?(?:/|of) ?\d{1,6})?\s*[|,:;-]\s*)"
    r"(?=\W{0,6}(?:epoch|ep|episode|step|global_step|iter|iteration|it|batch)s?\b)",
    re.I | re.A,
)
_MEASURE = pattern(
    r"(?<![A-Za-z])(?:loss(?:es)?|acc(?:uracy)?|rewards?|returns?|score|err(?:or)?|ppl|perplexity|auc|psnr|mse|mae|nll"
    r"|cost|l[12])(?![A-Za-z])",
    re.I,
)
_HEADING = pattern(r"[\W_]{0,200}epoch[ :#]{0,3}\d{1,9}[\W_]{0,200}", re.I | re.A)
# A counter without a word of its own, behind one that has it: `Epoch 1/4 [===...]  1% 1/80`, `Epoch: [3][ 120/5005]`,
# `1 [25600/60000 (43%)]`.
_PLAIN = pattern(
    r"""(?:[\s|,;:-]*(?:\[[=#>.\-_ █▏▎▍▌▋▊▉░▒━╸╺*o]{4,200}\]|\|[=#>.\-_ █░▒━*]{4,200}\|))?
    [\s|,;:-]*(?:\d{1,3}(?:\.\d+)?%)?[\s|,;:-]*
    [\[(]?[ \t]*(?P<n>\d{1,12})[ \t]*/[ \t]*(?P<total>\d{1,12})(?:[ ]*\(\s*\d{1,3}(?:\.\d+)?%\s*\))?[\])]?
    (?![\w/]|[.:]\d)""",
    re.A | re.X,
)
_BRACKET_EPOCH = pattern(
    r"\W{0,3}\[[ ]*(\d{1,7})[ ]*/[ ]*(\d{1,7})[ ]*\](?=\s*(?:global[ _]?step|step|iter|it|batch)\b)", re.I | re.A
)
_OF_EPOCH = pattern(
    r"[\s:|,-]{0,6}(?P<sure>progress[: ]{0,3}(?:at )?)?(?P<boxed>[\[(])?\s{0,3}"
    r"(?P<share>\d{1,3}(?:\.\d{1,4})?) ?%[\])]?",
    re.I | re.A,
)
_OVER = pattern(r"[\s|,;:-]*(?:is |was )?(?:finished|done|complete[d]?|ended|over|summary|results?)\b", re.I | re.A)
_SAVED_TOO = pattern(r"\b(?:checkpoint|ckpt|model) (?:was |has been )?saved\b", re.I | re.A)
# `Elapsed [8:37:01.05] batch: 350`, `Time: 0.2490 Epoch: 001 Iter: 200/ 526`.
_TIME_FIRST = pattern(
    r"\W{0,3}(?:time|elapsed)(?: time)?[ :=]{1,3}\[?\d[\d:.]{0,20} ?s?\]?[ \t|,;-]{1,4}(?=[A-Za-z])", re.I | re.A
)
_NOT_PROGRESS = pattern(
    r"\bthat is less than\b|\bresum|\bskipp"
    r"|^\W{0,8}(?:epoch|step|iteration|episode) \d{1,12}(?:/\d{1,12})? (?:was|were|is|has|had|gave|seems?|looks?)\b",
    re.I | re.A,
)
_ASIDE = pattern(r"\bbest (?:epoch|step|iter)|\bpatience\b|\bearly[ -]?stop|\bwarm-?up\b", re.I | re.A)
"""What is told of a number that is no progress, unless the line tells a measured value, too."""

_OF_DATA = frozenset({"sample", "example", "image", "sentence", "token"})
_EVAL_SPLITS = ("val", "test", "eval")
_MOST_LEFT_LETTERS = 12


class ProgressLine(NamedTuple):
    """What a progress line says."""

    epoch: Count | None
    step: Count | None
    values: Mapping[str, float]
    rest: str
    """What stands behind the counters."""
    evaluated: bool
    """It reports an evaluation."""
    split: str
    """In the word that it says so with: `valid`."""
    begun: bool
    over: bool
    """It says that the epoch or step begins; that it is over."""
    saved: bool
    step_time_s: float | None
    elapsed_s: float | None
    took_s: float | None
    """What the epoch or step took, in words."""
    lone_s: float | None
    """A time without a word."""
    share: float | None = None
    """How much of the epoch is done."""
    tag: str = ""
    """Whose counter it is: a stage, a model, a fold."""


def progress_line(text: str) -> ProgressLine | None:
    """Take a line apart; None for one that does not begin with a counter, or says nothing beside it."""
    if _NOT_PROGRESS.search(text) is not None:
        return None
    line = _taken_apart(text)
    if line is not None and _ASIDE.search(text) is not None and not any(map(_MEASURE.search, line.values)):
        return None
    return line


def _taken_apart(text: str) -> ProgressLine | None:
    told = _TIME_FIRST.match(text)
    if told is not None:
        line = _taken_apart(text[told.end() :])
        times = told[0].strip(" \t|,;-")
        return line._replace(rest=f"{line.rest} | {times}", elapsed_s=elapsed_time(times)) if line is not None else None
    tag = _TAG.match(text)
    split = _SPLIT.match(text, tag.end() if tag is not None else 0)
    start = split.end() if split is not None else tag.end() if tag is not None else 0
    verb = _VERB.match(text, start)
    counts, end = _counts(text, verb.end() if verb is not None else start)
    if not counts:
        return _wordless(text, split) or _behind_values(text)
    step = counts.get("step")
    if split is not None and step is not None and step.unit in _OF_DATA and step.total is None:
        return None  # `Train samples: 4708, Val samples: 524`
    rest = text[end:]
    line = _line(counts, rest, evaluated=_is_eval(split) or _speaks_of_eval(rest))
    if _is_eval(split) and split is not None:
        line = line._replace(split=split["split"].lower())
    if verb is not None:
        named = verb["over"] is None and verb["begun"] is None and "step" in counts  # `current step: 101th step`
        line = line._replace(over=verb["over"] is not None or named, begun=verb["begun"] is not None)
    if tag is not None and tag[0][:5] != "[rank":
        line = line._replace(tag=tag[0].strip(" \t[](){}<>|:,;-"))
    share = _OF_EPOCH.match(rest) if "step" not in counts else None
    if share is not None and (share["sure"] or share["boxed"] or not line.values):
        # `Train Epoch: 3 [25%]`, `EPOCH 3 - PROGRESS: at 25.1% examples`
        return line._replace(share=min(float(share["share"]) / 100, 1.0))
    speaks = (
        line.values or line.over or line.begun or line.saved or line.step_time_s is not None or line.took_s is not None
    )
    return line if speaks or _is_bare(counts, rest) or _HEADING.fullmatch(text) is not None else None


def _line(counts: Mapping[str, Count], rest: str, *, evaluated: bool) -> ProgressLine:
    elapsed = elapsed_time(rest)
    return ProgressLine(
        epoch=counts.get("epoch"),
        step=counts.get("step"),
        values=read_pairs(rest),
        rest=rest,
        evaluated=evaluated,
        split="val",
        begun=False,
        over=_OVER.match(rest) is not None,
        saved=_SAVED_TOO.search(rest) is not None,
        step_time_s=step_time(rest),
        elapsed_s=elapsed,
        took_s=epoch_time(rest),
        lone_s=lone_time(rest) if elapsed is None else None,
    )


def _wordless(text: str, split: re.Match[str] | None) -> ProgressLine | None:
    """A line that begins with a counter that no word names, and tells what was measured there."""
    counts, end = paired_counts(text)
    evaluated = False
    if not counts:
        counts, end = bare_counts(text, split.end() if split is not None else 0)
        evaluated = _is_eval(split)
    if not counts:
        return None
    line = _line(counts, text[end:], evaluated=evaluated)
    return line if any(_MEASURE.search(name) for name in line.values) else None


def _behind_values(text: str) -> ProgressLine | None:
    """A line of named values with its counter among or behind them: `loss: 0.5 lr: 1e-4 step: 10/600`."""
    found = list(_TRAILING.finditer(text))
    match = next((one for one in found if one["total"]), found[0] if found else None)
    if match is None:
        return None
    head, rest = text[: match.start()], text[match.end() :]
    measured = read_pairs(head)
    if not measured or not (match["total"] or any(_MEASURE.search(name) for name in measured)):
        return None
    if sum(map(str.isalpha, leftover(head))) > _MOST_LEFT_LETTERS:
        return None
    if match["m"] is not None:
        return _line({"step": Count("item", float(match["m"]), float(match["of"]))}, head + rest, evaluated=False)
    if match["total"] is None and match["word"].endswith("s"):
        return None  # `epochs=10`: a setting
    counts, end = _counts(text, match.start())
    return _line(counts, f"{head} | {text[end:]}", evaluated=False) if counts else None


def _is_eval(split: re.Match[str] | None) -> bool:
    return split is not None and split["split"].lower().startswith(_EVAL_SPLITS)


def _speaks_of_eval(rest: str) -> bool:
    """`validation: err=0.9`, `| valid on 'valid' subset`: the word is what the line is about, and part of no name."""
    split = _SPLIT.match(rest)
    if split is None or not _is_eval(split):
        return False
    behind = rest[split.end("split") : split.end()]
    return any(mark in behind for mark in ":|[") or rest.startswith(" on ", split.end("split"))


def _is_bare(counts: Mapping[str, Count], rest: str) -> bool:
    """A counter with its total and hardly a word beside it."""
    return any(c.total is not None for c in counts.values()) and sum(map(str.isalpha, rest)) <= _MOST_LEFT_LETTERS


def _counts(text: str, start: int) -> tuple[dict[str, Count], int]:
    """Read the counters that the line begins with: at most one of epochs and one of steps, and where they end."""
    found: dict[str, Count] = {}
    bracket = _BRACKET_EPOCH.match(text, start)
    if bracket is not None:
        found["epoch"], start = Count("epoch", float(bracket[1]), float(bracket[2])), bracket.end()
    for _ in range(3):
        match = _COUNT.match(text, start)
        if match is None:
            break
        word = match["word"].lower()
        key = "epoch" if unit_of(word) == "epoch" else "step"
        total = match["total"]
        within = key == "step" and total and "epoch" in found and key in found and found[key].total is None
        if key in found and not within:  # `Step: 1210. Epoch: 2/5. Iteration: 210/500`: the last one's epoch is known
            break
        n, of = _plain_number(match["n"]), _plain_number(total) if total else None
        found[key] = Count(unit_of(word), n, of, word.startswith("global"))
        start = match.end()
    plain = _PLAIN.match(text, start) if found and "step" not in found else None
    if plain is not None:
        found["step"], start = Count("batch", float(plain["n"]), float(plain["total"])), plain.end()
    return found, start


def _plain_number(text: str) -> float:
    scale = {"k": 1e3, "m": 1e6}.get(text[-1].lower(), 1.0)
    return float(text.lower().rstrip("kmstndrh").replace(",", "")) * scale
