"""How often a run saves, evaluates and logs: `evaluates every 1000 steps`, `every 500 steps, validate`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trainmon.parsers.documents.hardware import Found
from trainmon.parsers.documents.quantities import number_of
from trainmon.patterns import pattern

_EVERY = pattern(
    r"\b(?P<verb>eval\w*|validat\w*|sav\w+|checkpoint\w*|"
    r"log\w*)\b[^.;]{0,60}?\bevery\s+(?P<low>\d[\d,]*)\s*(?P<k>k)?\s*(?P<noun>steps|iterations|iters)",
    re.IGNORECASE,
)
_CADENCE = pattern(
    r"(?:^|[.;,:(]\s*)every\s+(?P<low>\d[\d,]*)\s*(?P<k>k)?\s*(?:steps|iterations|iters|updates),?\s+(?:[a-z-]+\s+){0,5}?"
    r"(?P<verb>eval\w*|valid\w*|scor\w+|test\w*|sav\w+|checkpoint\w*|log\w*|print\w*)\b",
    re.IGNORECASE,
)
_CJK = pattern(r"每隔?\s*(?P<low>\d[\d,]*)\s*(?P<k>k)?\s*步[^,，。;；]{0,6}?(?P<verb>评估|验证|测试|保存|存|记录|打印)")
_CADENCES = {"eval": "eval_steps", "vali": "eval_steps", "scor": "eval_steps", "test": "eval_steps",
             "sav": "save_steps", "check": "save_steps", "评估": "eval_steps", "验证": "eval_steps",
             "测试": "eval_steps", "保存": "save_steps", "存": "save_steps"}  # fmt: skip


def find_cadences(text: str) -> Iterator[Found]:
    """Find the steps between two saves, evaluations or lines of the log."""
    for form in (_EVERY, _CADENCE, _CJK):
        for match in form.finditer(text):
            every = number_of(match["low"]) * (1000 if match["k"] else 1)
            yield Found(_cadence(match["verb"]), every, None, match.start())


def _cadence(verb: str) -> str:
    start = verb.lower()
    return next((name for word, name in _CADENCES.items() if start.startswith(word)), "logging_steps")
