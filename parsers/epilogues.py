"""What programs print once their training is over: results of a last test, where the model lies now, `Done.`

None of it proves an end by itself, since loops print such things between epochs too: the run weighs them.
"""

from __future__ import annotations

import re

from trainmon.events import Ending, EndingKind
from trainmon.parsers.numbers import NUMBER
from trainmon.patterns import pattern

_FLAGS = re.IGNORECASE | re.ASCII
_PATH = r"(?:to|at|in|as|under|into|:)\W{0,4}\S{1,200}"
_LAST_WORDS = pattern(
    rf"\W{{0,6}}(?:(?:final|test|testing|hold-?out|overall|cv|cross-validation)(?: set)?\b[ \w@/()-]{{0,40}}[:=]\s?"
    rf"|mean_reward ?[:=] ?|mean reward[:=] ?)\W{{0,3}}{NUMBER}.{{0,200}}"
    r"|\W{0,6}(?:all |everything )?(?:done|finished|completed?)\W{0,4}(?:(?:in|after|total|time|took)\b.{1,60})?"
    r"|\W{0,6}total (?:training |elapsed |run ?|wall )?time(?: taken| elapsed| cost)?\b.{0,8}[:=]? ?\d.{0,40}",
    _FLAGS,
)
_RESULT = pattern(
    rf"\W{{0,6}}best (?:iteration|round|trial|score|value|ntree_limit|n_estimators|threshold|model)\b.{{0,40}}?"
    rf"[:=]\s?\W{{0,3}}{NUMBER}.{{0,200}}"
    rf"|\W{{0,6}}best (?:hyper-?)?param(?:eter)?s\b.{{0,20}}[:=].{{0,400}}"
    rf"|\W{{0,6}}(?:accuracy|auc|roc[- _]?auc|f1(?:[- _]score)?|rmse|mae|mse|r2)(?: score)?\s?[:=]\s?{NUMBER}\W{{0,4}}"
    rf"|\W{{0,6}}(?:sav(?:ed|ing)|wrote|exported) (?:the )?(?:final |trained )?(?:model|booster|policy|agent|classifier"
    rf"|predictions|submission|results|weights)\b.{{0,40}}?{_PATH}.{{0,40}}"
    rf"|\W{{0,6}}(?:final |trained )?(?:model|booster|policy|agent|predictions|submission|results|weights)"
    rf" (?:was |were )?(?:saved|written|exported) {_PATH}.{{0,40}}",
    _FLAGS,
)
_OF_A_STEP = pattern(
    r"ckpt|check-?point|\b(?:step|epoch|iter)\w*\W?\d|best[\w-]{0,20}\.(?:pt|pth|h5|keras|ckpt)\b", _FLAGS
)


def epilogue(text: str) -> Ending | None:
    """Give what a line tells of a training that is over."""
    if _LAST_WORDS.fullmatch(text) is not None:
        return Ending(kind=EndingKind.LAST_WORDS, text=text.strip())
    if _RESULT.fullmatch(text) is not None and _OF_A_STEP.search(text) is None:
        return Ending(kind=EndingKind.RESULT, text=text.strip())
    return None
