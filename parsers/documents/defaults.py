"""What a duration is about where no label says it: a sentence with a verb, a comment, a price, a cell."""

from __future__ import annotations

import re

from trainmon.estimates import Scope
from trainmon.parsers.documents.blocks import Piece
from trainmon.parsers.documents.durations import Span
from trainmon.parsers.documents.labels import Words
from trainmon.parsers.documents.lexicon import TIME, TRAIN, bare
from trainmon.parsers.documents.readings import Reading, header_of
from trainmon.patterns import pattern

VERB = pattern(
    r"\b(?:takes?|took|taking|taken|ends?\s+in|runs?|ran|running|trains?|trained|training|finish\w*|complet\w*|done|ready|"
    r"reduces?|needs?|needed|requir\w+|lasts?|lasted|wait|"
    r"costs?|it\s+(?:was|is|will\s+be)|it['’]s|spend|spent|expect\w*|estimat\w+|durations?|times?|runtime|"
    r"count\s+on|reckon|would\s+be|comes?\s+to|add(?:s|ed)?\s+up|finetun\w+|fine-tun\w+|converge\w*|process\w*|"
    r"roughly|budget|plan|total|results?|ETA|projects?|projected|measured|benchmarked)\b"
    r"|\b(?:comptez|compter|prévo(?:ir|yez)|calcule|sind\s+das|macht\s+das|ergibt|ergeben|durée|wären?|benötig\w+|rechne\w*|dauer\w*|dura|tarda|prend|braucht|duración)\b|занимает|длится|需要?|要(?!求)|差不多|跑(?!分)|完成|共|合计|耗时|时间|大约|花费|训练",
    re.IGNORECASE,
)
_ON_HARDWARE = pattern(
    r"^\W*(?:of\s+training|(?:of|on|using|with|in|at|wall)\b.{0,40}(?:GPUs?|TPUs?|CPUs?|\d?x?[AHVTLB]\d{2,4}\b|"
    r"\b[1-5]0[5-9]0s?\b|RTX|GTX|laptop|macbook|node|card)"
    r"|\s(?:is|=|at)\s+~?\$)",
    re.IGNORECASE,
)
_RUN_AFTER = pattern(
    r"\W*(?:[\w-]+\s+){0,2}(?:(?:pre-?|fine-?)?train\w*|(?:fine-?)?tun\w+|runs?|estimates?|jobs?|fertig|gedauert|gebraucht|ben[öo]tigt)\b",
    re.IGNORECASE,
)
_NO_ESTIMATE_LABEL = pattern(
    r"\b(?:time-?outs?|expir\w+|ttl|retention|intervals?|frequency|cadence|refresh|poll\w*|window|history|"
    r"look-?back|heart-?beats?|cool-?down|"
    r"audio|video|clips?|recordings?|speech|segment|sampling\s+rate|frame|age|meetings?|stand-?ups?|lectures?|notice|(?:free|trial)\s+(?:period|plan|trial)|support|response|SLA|uptime|"
    r"last\s+updated|posted|warranty|delay|ping|latest|updated|read(?:ing)?\s+time|every|schedule|cron|period|"
    r"half-?life|horizon|forecast|storage|amorti[sz]\w+|power|electricity|subscription)\b",
    re.IGNORECASE,
)


_SAYS = pattern(
    r"\s+(?:(?:will|should|would|usually|typically|alone|only|then)\s+)*"
    r"(?:takes?|took|needs?|requires?|lasts?|runs?|costs?|is|are|was|adds?|dauert|braucht)(?:\s+(?:about|around|roughly|up\s+to))?\W*$",
    re.IGNORECASE,
)


def named_in(words: str) -> str:
    """Give the name of a stage without the verb that it is the subject of."""
    return bare(_SAYS.sub("", bare(words)))[:60]


def _is_aside(piece: Piece) -> bool:
    """Tell whether a duration stands among other words in a column that is not about time."""
    if not piece.header or piece.cells == piece.header:
        return False
    named = TIME.search(header_of(piece)) or TIME.search(piece.cells[0]) or TRAIN.search(piece.cells[0])
    return not named and len(re.findall(r"[^\W\d_]{2,}", piece.text)) > 2 and not VERB.search(piece.text)


def _ends_comment(piece: Piece, span: Span) -> bool:
    """Tell whether a comment ends in its duration, set off from the words before: `# half an epoch, ~17 hours`."""
    return not piece.text[span.end :].strip(" .)") and bool(re.search(r"[,\-–—(#]\s*$", piece.text[: span.start]))


_ON_CARD = pattern(
    r"[,;]\s*(?:so|hence|thus|therefore|makes|making|giving)\s*[~≈]?$|\bon\s+[^.;:]{1,40}(?:that|this|it)(?:\s+(?:is|means|makes)|['’]s)\s*$|\bon\s+(?:an?|one|the|two|\d+\s?[x×]?)\s+(?:[\w-]+\s+){0,2}[A-Z]*\d+\w*\s*$",
    re.IGNORECASE,
)
"""`On a 3090 that is 4 hours, on a T4 13 hours`"""
_FOR_SO_MANY = pattern(r"\s+for\s+(?:all\s+)?[\d,.]+\s?[kM]?\s+(?:epochs|steps|iterations|updates)\b", re.IGNORECASE)
_PRICE_TIMES = pattern(r"\d[\d.]*\s*(?:[$€£]|USD|EUR)?\s*(?:/|per)\s*(?:h|hr|hour)\s*(?:[×x*]|for)\s*$", re.IGNORECASE)
_PEOPLES_WORK = pattern(
    r"\b(?:porting|(?:re)?writ(?:e|ing)(?:-?up)?|refactor\w*|debugging|(?:code|peer)\s+review|approval|procurement|holidays?|"
    r"vacation|travel|hiring)\b|写论文|开发",
    re.IGNORECASE,
)
"""What no machine does."""


def by_default(piece: Piece, span: Span, words: Words) -> Reading | None:
    """Read the whole run where the words speak of time that is taken; None where they do not."""
    if work := next((text for text in (words.clause, words.label) if _PEOPLES_WORK.search(text)), ""):
        return Reading(Scope.STAGE, named_in(work), "other")
    if span.device_time and piece.kind != "cell":
        return Reading(Scope.TOTAL)
    label = words.label or (header_of(piece) if piece.kind == "cell" else "")
    if _NO_ESTIMATE_LABEL.search(words.inner or label) and not re.search(r"time|train", label, re.IGNORECASE):
        return None
    if piece.kind == "cell" and piece.header and not TIME.search(header_of(piece)) and span.short_unit:
        return None
    if piece.kind == "cell" and _is_aside(piece):
        return None
    if (
        words.valued
        or span.text[:4].lower() == "est."
        or piece.kind == "heading"
        or (piece.comment and _ends_comment(piece, span))
    ):
        return Reading(Scope.TOTAL)
    if _FOR_SO_MANY.match(words.after) or _PRICE_TIMES.search(piece.text[: span.start]):
        return Reading(Scope.TOTAL)
    if _ON_CARD.search(words.clause):
        return Reading(Scope.TOTAL)
    around = f"{words.sentence} {words.after}"
    if (
        VERB.search(words.sentence)
        or _RUN_AFTER.match(words.after)
        or _ON_HARDWARE.match(words.after)
        or (piece.comment and words.in_brackets)
    ):
        return Reading(Scope.TOTAL)
    return Reading(Scope.TOTAL) if re.search(r"\b(?:expect|budget|plan)\b", around, re.IGNORECASE) else None
