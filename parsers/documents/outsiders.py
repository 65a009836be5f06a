"""Durations that are no estimate of the run: factors, savings, limits, other people's runs, calendar slots."""

from __future__ import annotations

import re
from functools import lru_cache

from trainmon.estimates import Scope
from trainmon.parsers.documents.alarms import is_alarm, is_threshold
from trainmon.parsers.documents.blocks import Piece
from trainmon.parsers.documents.durations import Span
from trainmon.parsers.documents.labels import Words
from trainmon.parsers.documents.lexicon import TRAIN, counter_of, stage_kinds, techniques, without_brackets
from trainmon.parsers.documents.outline import Outline, in_breakdown, is_own
from trainmon.parsers.documents.readings import Reading, header_of
from trainmon.patterns import pattern

_SAVING_BEFORE = pattern(
    r"\b(?:sav(?:e|es|ed|ing)|adds?|added|adding|reduc(?:e|es|ed|ing)\s+(?:\w+\s+){0,4}by|increas(?:e|es|"
    r"ed)\s+(?:\w+\s+){0,4}by|"
    r"cuts?\s+(?:\w+\s+){0,4}by|shav(?:e|es|ed|ing)|shortens?\s+(?:\w+\s+){0,4}by|gains?|costs?\s+you|costing|los(?:e|es|ing|t)|would\s+(?:also\s+)?cost|extra|"
    r"additional|another|"
    r"hides?|(?:w[io]n|claw|buy)s?\s+back|gagne\w*|[ée]conomis\w+|ahorra\w*|"
    r"faster\s+by|slower\s+by|longer\s+by)\s+(?:you\s+|us\s+|maybe\s+|perhaps\s+|at\s+most\s+|up\s+|roughly\s+|"
    r"about\s+|an?\s+|the\s+|extra\s+|additional\s+|another\s+|off\s+|only\s+)*[+~]?$"
    r"|\b(?:spart|sparen|einspar\w*|gespart)\s+(?:man\s+)?$"
    r"|(?:节?省|减少|增加|额外)\D{0,6}$|(?:^|[\s(（])[+＋]\s?$|(?:^|[:|(,;]\s?)[-−]$",
    re.IGNORECASE,
)
_SAVING_AFTER = pattern(
    r"\s*(?:faster|slower|saved|saving|less|shorter|longer|extra|more|quicker|speed-?up|to\s+spare|left\s+over|of\s+(?:head\s?-?room|slack|margin|buffer|reserve))\b(?!\s+than\s+\d)",
    re.IGNORECASE,
)
_SAVING_LABEL = pattern(
    r"\btime\s+sav(?:ed|ings?)\b|^(?:total\s+)?sav(?:ed|ings?|es?)\b(?!\s+\w)|\bspeed-?up\b|^\W*(?:time\s+)?delta\W*$|\bdifference\b|"
    r"节省|增量|差异|差值|增长|增加",
    re.IGNORECASE,
)
_OF_MODELS = pattern(r"\W*saving\W*", re.IGNORECASE)
"""Among stages it is the model that is saved."""
_COMPARED = pattern(
    r"\breadme\b|^\W*papers?\b|\b(?:the|their|original|in|from|this)\s+(?:\w+\s+)?(?-i:papers?)\b|\b(?:guess|rumou?red|allegedly|supposedly|is\s+said\s+to)\b|\bpapers?\s+(?:reports?|"
    r"says?|claims?|used|took|trains?)|\bpublished\b|\bliterature\b|\breported(?:ly)?\b|\bleaderboard\b|"
    r"\bauthors?\b|\b(?:people|folks|users|others)\s+(?:quote|report|say|claim|mention)\b|"
    r"\b(?-i:(?!We\b|I\b|This\b|It\b|Table|Figure|Fig|Section|Here|Below|Column|Row)[A-Z][\w-]*)\s+(?:[\w-]+\s+)?(?:lists?|reports?|quotes?|cites?|advertises?)\b|"
    r"\bused\s+to\s+take\b|"
    r"\b(?-i:[A-Z][\w-]+)(?:'s|’s)\s+(?:[\w-]+\s+){0,2}(?:paper|report|material|supplement\w*|blog(?:\s?post)?|card|numbers|figures)\b|"
    r"^\W*(?-i:(?!We\b|I\b|This\b|It\b|The\b|Training\b|One\b|Each\b|Time|Total|Hours|Steps|Memory|GPUs?\b|Epochs?|Tokeni[sz]er|Model|Encoder|Decoder|Classifier|Adapter|Baseline|Student|Teacher|Detector)[A-Z][\w-]*(?:['’]s\s+[A-Z][\w-]*)?)\s+(?:trained|needed|required|used|took|spent)\s+(?:its|their|about|around|over)?\b|"
    r"\bcompetitors?\b|\bothers?\s+report|\bthey\s+(?:say|report|claim)|\bgave\s+up\b|"
    r"\b(?:old|previous|former)\s+one\b|\b(?:old|previous|former|last)\s+(?:system|model|attempt|box|machine|server|cluster|node|set-?up|workstation|laptop|card|gpu|version|code|"
    r"grid|institute|lab|office|company|pipeline|runs?|[a-z]\w+\.\w*xlarge)\b|论文|原文|官方",
    re.IGNORECASE,
)
_EARLIER = pattern(
    r"\b(?:previous(?:ly)?|originally|formerly|last\s+(?:spring|summer|autumn|fall|winter|year|quarter|month|week)|in\s+(?:19|20)\d\d)\b[^,;()]*$",
    re.IGNORECASE,
)
_EARLIER_TIMES = pattern(
    r"\W*(?:last\s+(?:year|month|time|week)|letzte[srn]?\s+(?:jahr|monat|woche|mal)|fr[üu]her|previous|earlier|old)\b(?!\s+(?:cards?|gpus?))",
    re.IGNORECASE,
)
_TOOK_BEFORE = pattern(
    r"\b(?:previous|earlier|old|former|last)\s+(?:\w+\s+){0,2}?(?:runs?|experiments?|trainings?|attempts?|versions?)\b.*:\W*$",
    re.IGNORECASE,
)
"""`Previous experiments with the 2B model took:`"""
_AT_THAT_TIME = pattern(
    r"\W*(?:last\s+(?:year|time)|el\s+año\s+pasado|l['’]an(?:née)?\s+(?:dernier|dernière|passée?)|letztes\s+jahr|im\s+vorjahr|去年)\b",
    re.IGNORECASE,
)
_OTHERS = pattern(
    r"\b(?:comparison|compared?)\s+(?:with|to)\s+(?:others?\b|other|prior|existing|published|related|the\s+literature|"
    r"state)|\backnowledge?ments?\b|\bcredits\b|\brelated\s+work\b|\bprior\s+work\b|"
    r"^\W*(?:elsewhere|for\s+(?:comparison|reference)|others?|other\s+(?:people|groups|labs|teams))\W*$|"
    r"原始经验|其他(?:模型|项目|方法)|开源项目|同类",
    re.IGNORECASE,
)
_EQUIVALENT = pattern(r"\s*(?:on|with)?\s*(?:an?\s+)?[\w ]{1,24}\s+equivalent\b", re.IGNORECASE)
_DOWN_FROM = pattern(r"\b(?:down|up)\s+from\s+$", re.IGNORECASE)
_COMPARISON_TABLE = pattern(
    r"\bleaderboard\b|\bcomparison\b.{0,80}\bwith\b|\bcompared\s+(?:to|with)\b|\brecords?\b", re.IGNORECASE
)
_CALENDAR = pattern(r"\btime-?line\b|\bschedule\b|\broad-?map\b|\bcalendar\b|时间线|日程|进度安排", re.IGNORECASE)
_POSITION = pattern(
    r"^\W*(?:day|week|hour|month|phase)s?\s+\d|第\s?[\d一二三四五六七八九十]+\s?[天周月]", re.IGNORECASE
)

_SIGNS = "×x*✕·"
_FACTOR = pattern(
    r"\d\s*(?:(?P<epochs>epochs?|轮)|(?P<steps>(?:optimi[sz]er\s+)?steps?|iter\w*|(?:mini-?)?batch(?:es)?|步))\s*[×x*✕·]\s*~?$",
    re.IGNORECASE,
)


@lru_cache(maxsize=1024)
def is_calendar(heading: str) -> bool:
    """Tell whether a heading announces a calendar; asked for every duration below it."""
    return _CALENDAR.search(heading) is not None


@lru_cache(maxsize=1024)
def _is_about_others(heading: str) -> bool:
    return _OTHERS.search(heading) is not None


@lru_cache(maxsize=1024)
def _is_of_earlier_times(heading: str) -> bool:
    return _EARLIER_TIMES.match(heading) is not None


def factor(piece: Piece, span: Span) -> Reading | None:
    """Read the factor of a product: in `2 epochs × 15 min` the 15 minutes are one epoch's."""
    if not any(sign in piece.text for sign in _SIGNS):
        return None
    match = _FACTOR.search(piece.text[: span.start].rstrip("~≈ ") + " ")
    match = match or _FACTOR.search(piece.text[: span.start])
    if match is None:
        return _many_times(piece, span)
    return Reading(Scope.EPOCH, per="epoch") if match["epochs"] else Reading(Scope.STEP, per="step")


_MANY_BEFORE = pattern(r"(?P<count>\d[\d,]*(?:\.\d+)?)\s*(?P<k>[kM])?(?:\s*[×x*✕·]\s*\d[\d,.]*)*\s*[×x*✕·]\s*~?$")
_MANY_AFTER = pattern(r"\s*(?:/\s*\w+)?\s*[×*✕·]\s*(?P<count>\d[\d,]*(?:\.\d+)?)\s*(?P<k>[kM])?(?!\s*[/\w])")
_MANY = 50


def _many_times(piece: Piece, span: Span) -> Reading | None:
    """Read the factor of `310 × 1.8 s = 558 s`: what is done so many times is a step or a unit, never a run."""
    match = _MANY_BEFORE.search(piece.text[: span.start].rstrip("~≈ ")) or _MANY_AFTER.match(piece.text, span.end)
    if match is None or not re.search(r"=|≈", piece.text[span.end :]):
        return None
    count = float(match["count"].replace(",", "")) * (1000 if match["k"] else 1)
    counted = re.search(rf"(?<![\d,.]){re.escape(match['count'])}\s+(?P<noun>[^\W\d_]{{3,}})", piece.text)
    if counted and counter_of(counted["noun"].removesuffix("s")) in {"epoch", "unit"}:
        per = counted["noun"].removesuffix("s")
        return Reading(Scope.EPOCH if counter_of(per) == "epoch" else Scope.UNIT, per=per)
    if count < _MANY:
        return None
    parts = stage_kinds(" ".join([without_brackets(piece.text[:60]), *(h.text for h in piece.headings[-1:])]))
    return Reading(Scope.UNIT) if parts else Reading(Scope.STEP, per="step")


def no_estimate(piece: Piece, span: Span, words: Words, outline: Outline) -> Reading | None:
    left = piece.text[: span.start]
    header = header_of(piece)
    differs = _SAVING_BEFORE.search(left) or _SAVING_AFTER.match(words.after)
    if (differs and not _is_next_part(words) and span.text[:1] not in "<>") or _SAVING_LABEL.search(words.inner):
        return Reading(Scope.SAVING)
    if _SAVING_LABEL.search(words.label) and not (_OF_MODELS.fullmatch(words.label) and in_breakdown(outline, piece)):
        return Reading(Scope.SAVING)
    if _SAVING_LABEL.search(header):
        return Reading(Scope.SAVING)
    bounded = (span.low_s is None) != (span.high_s is None)
    here = " ".join((words.clause, words.inner)) if words.inner else words.clause or words.sentence
    near = f"{words.label} {here}" if bounded or words.in_brackets or not words.valued else words.label
    if is_threshold(piece, span, words, near, bounded) or is_alarm(piece, span):
        return Reading(Scope.THRESHOLD)
    if _is_comparison(piece, span, words, outline):
        return Reading(Scope.COMPARISON)
    if (
        (_SINCE_START.search(left) or _INTO_RUN.match(words.after))
        or (words.in_brackets and _REACHED.search(words.label or words.clause))
        or _STARTS_IN.search(left)
    ):
        return Reading(Scope.TIMELINE)
    if piece.kind == "cell" and _FROM_TO.match(piece.text):
        return Reading(Scope.TIMELINE)
    if (any(is_calendar(h.text) for h in piece.headings) or is_calendar(piece.lead)) and _POSITION.search(piece.text):
        return Reading(Scope.TIMELINE)
    return None


_INTO_RUN = pattern(r"\s+(?:in(?=\s*[),.;])|into\s+(?:the\s+)?(?:run|training|job)\b)", re.IGNORECASE)
"""`by epoch 40 (about 4 h in)`: a place in the run."""
_MOMENT = r"T?\s?\+?\s?\d[\d.]*(?:\s?[-–]\s?\d[\d.]*)?\s?(?:min|h|hrs?|hours?|d|days?)?"
_FROM_TO = pattern(rf"\W*(?:now|start|{_MOMENT})\s*(?:→|⇒|[-=]>)\s*{_MOMENT}\s*$", re.IGNORECASE)
"""A cell `7h → 18h` is from when to when."""
_SINCE_START = pattern(r"\b[Tt]\s?\+\s?$")
_REACHED = pattern(
    r"\b(?:after|by|at|around|from)\s+(?:about\s+)?(?:(?:step|epoch|iteration)\s+\d[\d,.]*\s?k?|\d[\d,.]*\s?[kM]?\s+(?:steps|epochs|iterations))\W*$",
    re.IGNORECASE,
)
"""`usable after 100k steps (13 hours)`"""
_STARTS_IN = pattern(r"\b(?:starts?|begins?|available|resumes?)\s+(?:again\s+)?in\s*(?:about\s*)?$", re.IGNORECASE)
_ANOTHER = pattern(
    r"[,;]?\s*(?:(?:and|then|plus)\s+)?(?P<what>(?:the\s+)?[a-z][\w\s-]{2,40}?)\s+another\s+$", re.IGNORECASE
)


def _is_next_part(words: Words) -> bool:
    """Tell whether `tokenising takes 6 minutes, the text encoder another 2` goes on from part to part."""
    opening = words.opening.strip()
    if opening == words.clause:
        return False
    joined = re.match(r"\s+(?:of|for)\s", words.after) or words.clause.endswith("+")
    if joined and (stage_kinds(words.after[:30]) or TRAIN.match(words.after.strip())):
        return True
    if not (stage_kinds(opening) or techniques(opening) or TRAIN.search(opening)):
        return False
    return bool(techniques(words.clause)) or _ANOTHER.match(f"{words.clause} ") is not None


def _is_comparison(piece: Piece, span: Span, words: Words, outline: Outline) -> bool:
    left = piece.text[: span.start]
    if (piece.quoted and outline.is_letter) or any(_is_of_earlier_times(h.text) for h in piece.headings):
        return True
    if (
        piece.code is None
        and (left.count('"') % 2 == 1 or left.count("“") > left.count("”"))
        and '"' in piece.text[span.end :] + "”"
    ):
        return True
    if _EARLIER.search(words.clause) or _AT_THAT_TIME.match(words.sentence):
        return True
    if any(_TOOK_BEFORE.search(parent) for parent in piece.parents):
        return True
    if any(_is_about_others(h.text) for h in piece.headings):
        return _first_word(outline.title) not in words.sentence.lower()
    if _DOWN_FROM.search(left) or _EQUIVALENT.match(words.after):
        return True
    if piece.kind == "cell" and piece.group in outline.own_rows and piece.cells and not is_own(piece.cells[0]):
        return piece.cells != piece.header
    if piece.kind == "cell":
        about = " ".join([piece.intro, *(h.text for h in piece.headings[-1:] if h.text != outline.title)])
        own = (
            _first_word(piece.cells[0]) in outline.title.lower()
            if piece.cells and _first_word(piece.cells[0])
            else False
        )
        return bool(_COMPARISON_TABLE.search(about)) and not own and bool(piece.header)
    if "comparison" in f"{words.clause} {words.after}".lower():
        return True
    clause = words.clause if words.sentence.startswith(words.clause) else _OF_THE_LAST.sub("", words.clause)
    return bool(_COMPARED.search(clause if not words.label else f"{words.label} {clause}"))


_OF_THE_LAST = pattern(r"\s*(?:on|with|in|at|using)\s+[^,;]{2,40}[,;]\s*", re.IGNORECASE)
"""In `3 h on the old node, 40 min on the new one` the old node is where the 3 h were."""


def _first_word(text: str) -> str:
    match = re.match(r"[^\W\d_]{3,}", text)
    return match[0].lower() if match else ""
