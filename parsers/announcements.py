"""Sentences that announce an evaluation: `Evaluating...`, `Running validation on the dev set`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from trainmon.events import Event, Line, StageKind, StageMark
from trainmon.parsers.base import LogFormat, Sample
from trainmon.patterns import pattern

_ABOUT = (
    r"(?:(?:on|the|a|an|of|at|after|for|with|model|policy|agent|network|current|full|whole|validation|val|valid|dev|test"
    r"|eval|evaluation|held-?out|set|split|step|epoch|iteration|examples|samples|batches|episodes|performance"
    r"|\d[\d,]{0,12})\b[ :#]{0,2}){0,8}"
)
_ANNOUNCED = pattern(
    rf"\W{{0,12}}(?:(?:now |start(?:ing)? |begin(?:ning)? |runn?(?:ing)? |perform(?:ing)? |do(?:ing)? )?"
    rf"(?:an? |the )?(?:evaluation|validation)(?= ?(?:\.{{2,3}}|…))|(?:start(?:ing)?|begin(?:ning)?|runn?(?:ing)?"
    rf"|perform(?:ing)?|doing) (?:an? |the |full |periodic )?(?:evaluation|validation|eval)\b"
    rf"|(?:now )?(?:evaluating|validating)\b) ?{_ABOUT}[ .…:!=*-]{{0,12}}",
    re.IGNORECASE | re.ASCII,
)


class Announcements(LogFormat):
    """Reads sentences that say no more than that an evaluation comes; its results may follow, or nothing."""

    name: ClassVar[str] = "announcements"
    title: ClassVar[str] = "evaluations that a sentence announces"
    priority: ClassVar[int] = 86
    needles: ClassVar[tuple[str, ...]] = ("valu", "Valu", "VALU", "alidat", "ALIDAT")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Evaluating...", "a hand-written loop"),
        Sample("Running validation on the dev set", "a hand-written loop"),
        Sample("--- Evaluating model at step 500 ---", "a hand-written loop"),
    )

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the announcement."""
        if _ANNOUNCED.fullmatch(line.text) is None:
            return None
        return (StageMark(kind=StageKind.EVAL, name="evaluation", phase="announced"),)
