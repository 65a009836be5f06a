"""Alarm levels and limits: durations at which somebody is called, something is looked at, or a job is ended."""

from __future__ import annotations

import re
from functools import lru_cache

from trainmon.parsers.documents.blocks import Piece
from trainmon.parsers.documents.durations import Span
from trainmon.parsers.documents.friends import is_time_limit
from trainmon.parsers.documents.labels import Words
from trainmon.parsers.documents.readings import header_of
from trainmon.patterns import pattern

_THRESHOLD = pattern(
    r"\b(?:if|when|whenever|unless|once|should|alert|alarm|warn\w*|threshold|limit|time-?limit|deadline|budget|"
    r"target|goal|constraint|it(?:\s+has|'s|’s)\s+been|do\s+not|don['’]t|never|no\s+(?:job|run)s?|"
    r"kill(?:ed)?|abort|exceed\w*|stay|keep|must|stall\w*|patience|cap|quota|walltime)\b"
    r"|^\W*si\b|\b(?:sollte|darf|wenn|falls|maximal)\b|若|如(?!何|图|下|上)|超过|约束|满足|限制|目标|追求|上限|要求|每阶段|控制在|場合|au-delà|arr[êe]ter|dépass\w+",
    re.IGNORECASE,
)
_ALARMS = pattern(
    r"\bwhen\s+to\s+(?:worry|stop|panic|abort|kill|call|interrupt|intervene|restart|cancel|quit|give\s+up|act)\b|\balarms?\b|\balerts?\b|\bred\s+flags?\b|\bwarning\s+signs?\b|\bsigns?\s+of\s+trouble\b|"
    r"\btrouble-?shoot\w*|\bsymptoms?\b|\bfail(?:ure|ing)?\s+modes?\b|\bworr(?:y|ied|ies)\b|\bpitfalls?\b|"
    r"\bgo(?:es|ing)?\s+wrong\b|^\W*if\s+(?:it|this|that|something|things?|anything|training)\b|\bsanity\b|\b(?:looks?|seems?|feels?)\s+(?:off|wrong|odd|strange|slow|stuck)\b|\bhealthy?\b|\bwatch\s+(?:out\s+)?for\b|\b(?:common|known)\s+(?:issues|problems)\b|故障|报警|告警",
    re.IGNORECASE,
)
_SYMPTOM = pattern(
    r"\W*(?:symptoms?|observations?|problems?|issues?|signs?|warnings?|alerts?|if\b|when\b|you\s+see)", re.IGNORECASE
)
_REMEDY = pattern(
    r"\W*(?:(?:likely|possible|probable)\s+)?(?:meaning|means|causes?|fix(?:es)?|actions?|solutions?|remed\w+|what\s+to\s+do|do|then|check|"
    r"response|diagnosis|reason)\b",
    re.IGNORECASE,
)


_LIMITS = pattern(
    r"\W*(?:(?:hard|time|queue|job|resource|cluster|slurm|wall[\s-]?time)\s+)*(?:limits?|quotas?|constraints|deadlines|time-?outs)\W*",
    re.IGNORECASE,
)


def _lists_symptoms(piece: Piece) -> bool:
    """Tell whether a cell stands in the column of symptoms of a table of symptoms and remedies."""
    if piece.kind != "cell" or not piece.header or not _SYMPTOM.match(header_of(piece)):
        return False
    return any(_REMEDY.match(header) for header in piece.header)


_NOTHING_FOR = pattern(
    r"\b(?:no|not|none|nothing|without|silent|stuck|hang(?:s|ing)?)\b[^.;:]{0,60}\b(?:for|in|within|after)\s*$",
    re.IGNORECASE,
)


@lru_cache(maxsize=1024)
def _tells_of_alarms(heading: str) -> bool:
    return _ALARMS.search(heading) is not None


_LIMIT = pattern(r"\blimits?\b|限制", re.IGNORECASE)
_LIMIT_AFTER = pattern(
    r"\s+that\s+an?\s+(?:session|job|kernel|notebook)\s+(?:may|can)\b|\s+(?:an?|per)\s+session\b"
    r"|\s*(?:[\w-]+\s+){0,2}(?:limit|cap|quota|timeout|deadline)\b",
    re.IGNORECASE,
)


_MEANS = pattern(
    r"(?:/\w+)?\s*(?:[(（][^()（）]*)?[)）]?\s*(?:(?:for|on|with|in|at|per)\s+[\w ]{1,24}?\s)?"
    r"(?:usually\s+|probably\s+|would\s+|may\s+)?"
    r"(?:means?|indicates?|suggests?|hints?|points?\s+(?:to|at)|is\s+(?:a\s+sign|suspicious|too|not\s+normal)|"
    r"sollten?|darf|仍未|说明|表示|请检查)",
    re.IGNORECASE,
)
"""What a bound on its own is said to mean: `more than 60 minutes means a bottleneck`."""
_HARD_LIMIT = pattern(
    r"\btimes?\s+out\b|\b(?:killed|cut\s+off|pre-?empted|evicted|terminated|kicked)\b|约束|追求|上限|#SBATCH",
    re.IGNORECASE,
)
_NAMED_LIMIT = pattern(
    r"\b(?:alert|alarm|threshold|limit|deadline|wall-?time|time-?out|target|goal|budget)s?(?:\s+(?:time|duration|value))?\W*$"
    r"|\b(?:time|job|queue|wall(?:-?clock)?)[\s-]+limit\b|\b(?:time|night|maintenance|compute)[\s-]+(?:window|slot)\b|^\W*(?:max(?:imum|\.)?\s+(?:wall[\s-]?)?(?:time|runtime|duration))\b",
    re.IGNORECASE,
)


_SOMEBODY = r"(?:me|us|him|her|them|someone|somebody|everyone|@\w+|the\s+\w+)"
_CALLS = pattern(
    rf"\b(?:ping|call|tell|notify|alert|warn|page|message|text|e?-?mail|wake|poke|nudge|shout\s+at|write\s+to)\s+{_SOMEBODY}\b"
    rf"|\blet\s+{_SOMEBODY}\s+know\b|^\W*(?:alert|alarm|warn|page|notify|ping)\b"
    r"|\b(?:sag|ruf|weck|schreib|melde?)\w*\s+(?:mir|mich|uns|dich)\b",
    re.IGNORECASE,
)
_UNDONE = pattern(
    r"\b(?:not|never|still|unfinished|hangs?|hanging|stuck|nothing)\b|n['’]t\b|\bnicht\b|\bnoch\b", re.IGNORECASE
)
_ENDED_AFTER = pattern(
    r"\b(?:stop|kill|abort|cancel|terminate|interrupt)\s+(?:it|this|them|(?:the|a|any|every)\s+[\w-]+)\s+(?:\w+\s+)?after\W*$",
    re.IGNORECASE,
)
_LEVEL_AFTER = pattern(r"[<>]=?\s*\d[\d.]*\s*%?\s+(?:\w+\s+)?after\s*$", re.IGNORECASE)
"""`loss < 2.5 after 1 day`"""
_ENDED = pattern(
    r"\b(?:is|are|gets?|will\s+be|be)\s+(?:killed|stopped|aborted|cancell?ed|terminated|cut\s+off|purged)\s+after\W*$|\bs['’]arr[êe]te\s+apr[èe]s\W*$",
    re.IGNORECASE,
)
_SENTENCE_END = pattern(r"[.!?;]\s|\s[—–]\s|[()]")
_CLAUSE_END = pattern(r"[.!?;,:]\s|\s[—–]\s|[()]")


def is_alarm(piece: Piece, span: Span) -> bool:
    """`ping me if it is not done after half an hour`; `stop the run after 12 hours`."""
    text = piece.text
    if _ENDED_AFTER.search(text[: span.start]):
        return True
    if not _CALLS.search(text) or not _UNDONE.search(text):
        return False
    return bool(_CALLS.search(_around(text, span, _SENTENCE_END)) and _UNDONE.search(_around(text, span, _CLAUSE_END)))


def _around(text: str, span: Span, ends: re.Pattern[str]) -> str:
    """Give the piece of `text` between two of its `ends` that holds the span."""
    begin = max((end.end() for end in ends.finditer(text, 0, span.start)), default=0)
    end = ends.search(text, span.end)
    return text[begin : end.start() if end else len(text)]


def is_threshold(piece: Piece, span: Span, words: Words, near: str, bounded: bool) -> bool:
    """Tell whether a duration is an alarm level or a limit; `near` are the words that speak of it."""
    if piece.kind == "cell" and piece.cells == piece.header:
        return bounded or piece.text.rstrip().endswith("?")
    left = piece.text[: span.start]
    if _lists_symptoms(piece) or any(_LIMITS.fullmatch(heading.text) for heading in piece.headings[-1:]):
        return True
    if any(_tells_of_alarms(heading.text) for heading in piece.headings[-1:]) and (
        bounded or _NOTHING_FOR.search(left) or left.rstrip().lower().endswith(" after")
    ):
        return True
    if is_time_limit(left) or _LIMIT_IS.search(left) or _DEADLINE.search(left) or _is_limit_column(piece):
        return True
    if (
        _ENDED.search(left)
        or _LEVEL_AFTER.search(left)
        or (left.rstrip()[-5:].lower() == "after" and _CUT_OFF.search(words.sentence))
    ):
        return True
    if _IF_NOTHING.match(words.sentence):
        return True
    if _EACH_STAGE.search(words.clause) or _LIMIT_AFTER.match(words.after):
        return True
    if bounded and _is_bound(piece, span, words, near):
        return True
    said_before = _NEW_SENTENCE.search(left[left.find(words.label) + len(words.label) :])
    named = not said_before and _NAMED_LIMIT.search(words.label)
    hard = _HARD_LIMIT.search(near) or named or _NAMED_LIMIT.search(words.inner)
    return bool(hard) or "单阶段" in words.after[:6]


def _is_bound(piece: Piece, span: Span, words: Words, near: str) -> bool:
    """Tell whether `> 5 min` is a level at which something is done: by what stands near it, or what follows from it."""
    if _THRESHOLD.search(near) or _SPEED.search(near) or (piece.kind != "cell" and _LIMIT.search(piece.lead)):
        return True
    if _MEANS.match(words.rest) or _THEN.match(words.after):
        return True
    left = piece.text[: span.start]
    return span.low_s is not None and bool(_CONSEQUENCE.match(words.rest)) and not _VALUED.search(left)


_SPEED = pattern(r"\bmuch\s+(?:slower|faster)\b", re.IGNORECASE)
_THEN = pattern(
    r"\s*\?|\s*[,，):]\s*(?:check|ask|look|tell|call|ping|investigate|stop|something|you|kill|abort|arr[êe]te|abbrech|prüf)|(?:以上)?\w{0,6}(?:場合|경우)",
    re.IGNORECASE,
)
_LIMIT_IS = pattern(
    r"\bmax(?:imum)?[_\s-]?(?:wait|run\w*|time|duration|hours)\b\W*(?:to|of|is)?\s*$"
    r"|\b(?:limit|cap|quota|time-?out|target)\s+(?:is|was|of)\s+[^,.;:]{0,24}$|\b(?:limit|cap|quota)\W*$",
    re.IGNORECASE,
)
_EACH_STAGE = pattern(r"每阶段|各阶段|\b(?:each|every|per)\s+stage\b", re.IGNORECASE)
_CONSEQUENCE = pattern(r"\s*(?:→|⇒|[-=]>|[-–—:]\s|\?\s)\s*[a-z]{2}", re.IGNORECASE)
"""`epoch over 6 min: somebody shares the node`."""
_VALUED = pattern(
    r"[:：|=]\s*[~≈<>]?\s*$|\b(?:takes?|took|needs?|requires?|lasts?|runs?|train\w*|total|costs?)\W*(?:for\s+)?[~≈<>]?\s*$",
    re.IGNORECASE,
)
_DEADLINE = pattern(r"\b(?:deadline|due)\W+(?:is\s+)?(?:[^:;|]{0,24}\bin\s+|in\s+)?$", re.IGNORECASE)
_CUT_OFF = pattern(
    r"^\W*(?:if|when|unless|should)\b.*(?:\b(?:not|never|still|unfinished|stuck|nothing)\b|n['’]t\b)"
    r"|\b(?:sessions?|kernels?|notebooks?|allocations?|reservations?)\s+(?:\w+\s+)?(?:ends?|stops?|close[sd]?|lasts?)\b"
    r"|\b(?:disconnects?|times?\s+out|shuts?\s+down|re-?boots?|logs?\s+(?:you\s+)?out|expires?)\b",
    re.IGNORECASE,
)
"""`If it is still in epoch 1 after 30 minutes`; `Colab disconnects after 90 minutes`."""
_NEW_SENTENCE = pattern(r"[.!?]\s")
_IF_NOTHING = pattern(
    r"\W*(?:if|when|should)\b[^.;]*\b(?:nothing|no|not|never|silent|stuck|hangs?)\b[^.;]*\b(?:for|in|within)\W*$",
    re.IGNORECASE,
)
"""`If nothing is printed for 5 minutes`"""
_LIMIT_COLUMN = pattern(
    r"\W*(?:max(?:imum|\.)?\s+(?:wall[\s-]?)?(?:time|runtime|duration|hours)|(?:wall[\s-]?)?time[\s-]?limit|limit)\b",
    re.IGNORECASE,
)


def _is_limit_column(piece: Piece) -> bool:
    """Tell whether a cell stands under `Max time` or `Time limit`, and the table has no column for the shortest."""
    header = header_of(piece)
    return bool(_LIMIT_COLUMN.match(header)) and not any(
        re.match(r"\W*min", one, re.IGNORECASE) for one in piece.header
    )
