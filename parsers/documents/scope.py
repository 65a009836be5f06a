"""What a duration is about: total, epoch, step, stage, unit, or something that is no estimate of a run."""

from __future__ import annotations

import re
from dataclasses import dataclass

from trainmon.estimates import Scope
from trainmon.parsers.documents.blocks import Piece
from trainmon.parsers.documents.durations import Span
from trainmon.parsers.documents.labels import Words, label_of
from trainmon.parsers.documents.lexicon import (
    PER_AFTER,
    PER_IN_LABEL,
    TIME,
    TOTAL,
    TRAIN,
    bare,
    counter_of,
    stage_kinds,
    techniques,
    without_brackets,
)
from trainmon.parsers.documents.outline import (
    Outline,
    heading_stage,
    in_breakdown,
    is_part_of_sum,
    is_part_table,
    label_kinds,
    part_name,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """The outcome for one span; `stage` in the document's words, `kind` one of the lexicon's."""

    scope: Scope
    stage: str | None = None
    kind: str = ""
    per: str = ""


_SAVING_BEFORE = re.compile(
    r"\b(?:sav(?:e|es|ed|ing)|adds?|added|adding|reduc(?:e|es|ed|ing)\s+(?:\w+\s+){0,4}by|increas(?:e|es|ed)\s+(?:\w+\s+){0,4}by|"
    r"cuts?\s+(?:\w+\s+){0,4}by|shav(?:e|es|ed|ing)|shortens?\s+(?:\w+\s+){0,4}by|gains?|los(?:e|es)|extra|additional|another|"
    r"faster\s+by|slower\s+by|longer\s+by)\s+(?:you\s+|up\s+|roughly\s+|an?\s+|extra\s+|additional\s+|another\s+|off\s+|only\s+)*[+~]?$"
    r"|(?:节省|减少|增加|额外)\D{0,6}$|(?:^|[\s(（])[+＋]\s?$",
    re.IGNORECASE,
)
_SAVING_AFTER = re.compile(
    r"\s*(?:faster|slower|saved|saving|less|shorter|longer|extra|more|quicker|speed-?up)\b(?!\s+than\s+\d)", re.IGNORECASE
)
_SAVING_LABEL = re.compile(r"\btime\s+sav(?:ed|ings?)\b|^(?:total\s+)?sav(?:ed|ings?|es?)\b(?!\s+\w)|\bspeed-?up\b|\bdelta\b|\bdifference\b|"
    r"节省|增量|差异|差值|增长|增加", re.IGNORECASE)
_THRESHOLD = re.compile(
    r"\b(?:if|when|whenever|unless|once|should|alert|alarm|warn\w*|threshold|limit|time-?limit|deadline|budget|target|goal|constraint|"
    r"kill(?:ed)?|abort|exceed\w*|stay|keep|must|stall\w*|patience|cap|quota|walltime)\b"
    r"|如(?!何|图|下|上)|超过|约束|满足|限制|目标|追求|上限|要求|每阶段|控制在",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"\breadme\b|^\W*papers?\b|\b(?:the|their|original|in|from|this)\s+(?-i:papers?)\b|\bpapers?\s+(?:reports?|says?|claims?|used|took|trains?)|\bpublished\b|\bliterature\b|\breported(?:ly)?\b|\bleaderboard\b|\bauthors?\b|\bused\s+to\s+take\b|"
    r"\bcompetitors?\b|\bothers?\s+report|\bthey\s+(?:say|report|claim)|论文|原文|官方",
    re.IGNORECASE,
)
_EARLIER = re.compile(r"\b(?:previous(?:ly)?|originally|formerly|in\s+(?:19|20)\d\d)\b[^,;()]*$", re.IGNORECASE)
_OTHERS = re.compile(
    r"\b(?:comparison|compared)\s+(?:with|to)\s+(?:other|prior|existing|published|related|the\s+literature|state)|\brelated\s+work\b|\bprior\s+work\b|"
    r"原始经验|其他(?:模型|项目|方法)|开源项目|同类",
    re.IGNORECASE,
)
_EQUIVALENT = re.compile(r"\s*(?:on|with)?\s*(?:an?\s+)?[\w ]{1,24}\s+equivalent\b", re.IGNORECASE)
_DOWN_FROM = re.compile(r"\b(?:down|up)\s+from\s+$", re.IGNORECASE)
_COMPARISON_TABLE = re.compile(r"\bleaderboard\b|\bcomparison\b.{0,80}\bwith\b|\bcompared\s+(?:to|with)\b|\brecords?\b", re.IGNORECASE)
_CALENDAR = re.compile(r"\btime-?line\b|\bschedule\b|\broad-?map\b|\bcalendar\b|时间线|日程|进度安排", re.IGNORECASE)
_POSITION = re.compile(r"^\W*(?:day|week|hour|month|phase)s?\s+\d|第\s?[\d一二三四五六七八九十]+\s?[天周月]", re.IGNORECASE)
_VERB = re.compile(
    r"\b(?:takes?|took|taking|taken|runs?|ran|running|trains?|trained|training|finish\w*|complet\w*|done|ready|reduces?|needs?|needed|requir\w+|lasts?|lasted|wait|"
    r"spend|spent|expect\w*|estimat\w+|durations?|times?|runtime|finetun\w+|fine-tun\w+|converge\w*|process\w*|roughly|budget|plan|total|results?)\b"
    r"|需要?|耗时|时间|大约|花费|训练",
    re.IGNORECASE,
)
_ON_HARDWARE = re.compile(
    r"^\W*(?:of\s+training|(?:of|on|using|with|in|at|wall)\b.{0,40}(?:GPUs?|TPUs?|CPUs?|\d?x?[AHVTLB]\d{2,3}\b|RTX|GTX|laptop|macbook|node|card)"
    r"|\s(?:is|=|at)\s+~?\$)",
    re.IGNORECASE,
)
_RUN_AFTER = re.compile(r"\W*(?:[\w-]+\s+){0,2}(?:(?:pre-?|fine-?)?train\w*|(?:fine-?)?tun\w+|runs?|estimates?|jobs?)\b", re.IGNORECASE)
_NO_ESTIMATE_LABEL = re.compile(
    r"\b(?:time-?outs?|expir\w+|ttl|retention|intervals?|frequency|cadence|refresh|poll\w*|window|history|look-?back|heart-?beats?|cool-?down|"
    r"audio|video|clips?|recordings?|speech|segment|sampling\s+rate|frame|age|notice|trial|support|response|SLA|uptime|"
    r"last\s+updated|posted|warranty|delay|ping|latest|updated|read(?:ing)?\s+time|every|schedule|cron|period|half-?life|horizon|forecast|storage|amorti[sz]\w+|power|electricity|subscription)\b",
    re.IGNORECASE,
)
_SECONDS_LONG_RUN = 60.0
_NO_RUN_IS_SHORTER_S = 1.0


def scope_of(piece: Piece, span: Span, words: Words, outline: Outline) -> Reading | None:
    """Decide what `span` is about; None for a duration that says nothing about a run."""
    return (
        _factor(piece, span)
        or _no_estimate(piece, span, words, outline)
        or _counted(piece, span, words, outline)
        or _labelled(piece, span, words, outline)
    )


_FACTOR = re.compile(r"\d\s*(?:(?P<epochs>epochs?|轮)|(?P<steps>(?:optimi[sz]er\s+)?steps?|iter\w*|步))\s*[×x*✕·]\s*~?$", re.IGNORECASE)


def _factor(piece: Piece, span: Span) -> Reading | None:
    """Read the factor of a product: in `2 epochs × 15 min` the 15 minutes are one epoch's."""
    match = _FACTOR.search(piece.text[: span.start].rstrip("~≈ ") + " ")
    match = match or _FACTOR.search(piece.text[: span.start])
    if match is None:
        return _many_times(piece, span)
    return Reading(Scope.EPOCH, per="epoch") if match["epochs"] else Reading(Scope.STEP, per="step")


_MANY_BEFORE = re.compile(r"(?P<count>\d[\d,.]*)\s*(?P<k>[kM])?\s*[×x*✕·]\s*~?$")
_MANY_AFTER = re.compile(r"\s*(?:/\s*\w+)?\s*[×*✕·]\s*(?P<count>\d[\d,.]*)\s*(?P<k>[kM])?(?!\s*[/\w])")
_MANY = 50


def _many_times(piece: Piece, span: Span) -> Reading | None:
    """Read the factor of `310 × 1.8 s = 558 s`: what is done so many times is a step or a unit, never a run."""
    match = _MANY_BEFORE.search(piece.text[: span.start].rstrip("~≈ ")) or _MANY_AFTER.match(piece.text, span.end)
    if match is None or not re.search(r"=|≈", piece.text[span.end :]):
        return None
    count = float(match["count"].replace(",", "").rstrip(".") or 0) * (1000 if match["k"] else 1)
    if count < _MANY:
        return None
    parts = stage_kinds(" ".join([without_brackets(piece.text[:60]), *(h.text for h in piece.headings[-1:])]))
    return Reading(Scope.UNIT) if parts else Reading(Scope.STEP, per="step")


def _no_estimate(piece: Piece, span: Span, words: Words, outline: Outline) -> Reading | None:
    left = piece.text[: span.start]
    header = _header(piece)
    if _SAVING_BEFORE.search(left) or _SAVING_AFTER.match(words.after) or _SAVING_LABEL.search(words.inner):
        return Reading(Scope.SAVING)
    if _SAVING_LABEL.search(words.label):
        return Reading(Scope.SAVING)
    if _SAVING_LABEL.search(header):
        return Reading(Scope.SAVING)
    bounded = (span.low_s is None) != (span.high_s is None)
    here = " ".join((words.clause, words.inner)) if words.inner else words.clause or words.sentence
    near = f"{words.label} {here}" if bounded or words.in_brackets or not words.valued else words.label
    if _is_threshold(piece, span, words, near, bounded):
        return Reading(Scope.THRESHOLD)
    if _is_comparison(piece, span, words, outline):
        return Reading(Scope.COMPARISON)
    calendar = any(_CALENDAR.search(h.text) for h in piece.headings) or _CALENDAR.search(piece.lead)
    if calendar and _POSITION.search(piece.text):
        return Reading(Scope.TIMELINE)
    return None


_LIMIT = re.compile(r"\blimits?\b|限制", re.IGNORECASE)
_LIMIT_AFTER = re.compile(r"\s*(?:[\w-]+\s+){0,2}(?:limit|cap|quota|timeout|deadline)\b", re.IGNORECASE)


def _is_threshold(piece: Piece, span: Span, words: Words, near: str, bounded: bool) -> bool:
    if piece.kind == "cell" and piece.cells == piece.header:
        return bounded
    if re.search(r"每阶段|各阶段|\b(?:each|every|per)\s+stage\b", words.clause, re.IGNORECASE):
        return True
    if bounded and (_THRESHOLD.search(near) or re.search(r"\bmuch\s+(?:slower|faster)\b", near, re.IGNORECASE)):
        return True
    if _LIMIT_AFTER.match(words.after) or (bounded and _LIMIT.search(piece.lead)):
        return True
    if bounded and re.match(r"\s*[,，)]\s*(?:check|investigate|stop|something|you)", words.after, re.IGNORECASE):
        return True
    hard = re.search(
        r"\b(?:alert|alarm|threshold|time-?limit|deadline|wall-?time|target|goal|budget)\b|约束|追求|上限|#SBATCH", near, re.IGNORECASE
    )
    return bool(hard) or "单阶段" in words.after[:6]


def _is_comparison(piece: Piece, span: Span, words: Words, outline: Outline) -> bool:
    left = piece.text[: span.start]
    if piece.code is None and (left.count('"') % 2 == 1 or left.count("“") > left.count("”")) and '"' in piece.text[span.end :] + "”":
        return True
    if _EARLIER.search(words.clause):
        return True
    if any(_OTHERS.search(h.text) for h in piece.headings):
        return _first_word(outline.title) not in words.sentence.lower()
    if _DOWN_FROM.search(left) or _EQUIVALENT.match(words.after):
        return True
    if piece.kind == "cell":
        about = " ".join([piece.intro, *(h.text for h in piece.headings[-1:])])
        own = _first_word(piece.cells[0]) in outline.title.lower() if piece.cells and _first_word(piece.cells[0]) else False
        return bool(_COMPARISON_TABLE.search(about)) and not own and bool(piece.header)
    return bool(_COMPARED.search(words.clause if not words.label else f"{words.label} {words.clause}"))


def _first_word(text: str) -> str:
    match = re.match(r"[^\W\d_]{3,}", text)
    return match[0].lower() if match else ""


def _header(piece: Piece) -> str:
    return piece.header[piece.column] if piece.column < len(piece.header) and piece.column >= 0 else ""


_COMPONENT = re.compile(
    r"\b(?:forward|backward)\b|\bgradients?\b|\battention\b|\bkernel|\blayer|\bloss\b|\boptimi[sz]er\b|\bcommunication\b|渲染|前向|反向|损失",
    re.IGNORECASE,
)


def _counted(piece: Piece, span: Span, words: Words, outline: Outline) -> Reading | None:
    """Read `per step`, `/epoch`, `Epoch time`, `each request takes`."""
    sources = [(PER_AFTER.match(words.after), ""), *((_last_per(text), text) for text in _counter_sources(piece, words))]
    for match, source in sources:
        if match is None:
            continue
        word = match.groupdict().get("front") or match["word"]
        counter = "unit" if re.match(r"次", word) else counter_of(word)
        label = f"{words.inner} {words.label} {_header(piece)} {words.clause}"
        kinds = stage_kinds(without_brackets(f"{words.label} {words.inner} {_header(piece)}"))
        inherited = bool(source) and source not in (words.clause, words.inner, words.label, _header(piece))
        if inherited and (_COMPONENT.search(words.label) or (is_part_table(piece) and "total" not in label_kinds(piece.cells[0]))):
            return Reading(Scope.UNIT, per=word)
        if counter == "step":
            return Reading(Scope.UNIT, per=word) if "eval" in kinds and "inference" in label else Reading(Scope.STEP, per=word)
        if counter == "epoch":
            if kinds and not (TRAIN.search(label) or source):
                return Reading(Scope.STAGE, bare(words.label), kinds[0], per="epoch")
            return Reading(Scope.EPOCH, per="epoch")
        if counter == "unit" or (counter == "run" and 0 < span.top_s < _SECONDS_LONG_RUN):
            return Reading(Scope.UNIT, per=word)
        if counter == "run":
            return None
    return None


def _counter_sources(piece: Piece, words: Words) -> list[str]:
    own = [words.clause, words.inner, words.label, _header(piece)]
    if piece.kind == "cell" and piece.cells:
        own.append(piece.cells[0] if piece.column else "")
    inherited = [label_of(parent) for parent in reversed(piece.parents)]
    kinds = label_kinds(words.label) - {"total"}
    if _is_lead(piece.lead) and not kinds:
        inherited.append(label_of(piece.lead))
    if piece.headings and not kinds and _PER_HEADING.search(piece.headings[-1].text):
        inherited.append(piece.headings[-1].text)
    return [text for text in [*own, *inherited] if text]


_PER_HEADING = re.compile(r"\bper\b|/|\b(?:epoch|step|iteration|batch)\s+times?\b|每|单[次步轮]", re.IGNORECASE)


def _is_lead(lead: str) -> bool:
    return bool(re.search(r"[:：]\W{0,3}$", lead))


def _last_per(text: str) -> re.Match[str] | None:
    if not (TIME.search(text) or TRAIN.search(text) or re.match(r"\W*(?:per|each|every)", text, re.IGNORECASE) or re.search("[/每单]", text)):
        return None
    usable = [m for m in PER_IN_LABEL.finditer(text) if m["front"] or counter_of(m["word"]) or m["word"].startswith("次")]
    return usable[-1] if usable else None


def _labelled(piece: Piece, span: Span, words: Words, outline: Outline) -> Reading | None:
    if span.vague and not TIME.search(words.label) and not _VERB.search(words.sentence):
        return None
    readings = (_by_words(text, piece, outline) for text in _label_sources(piece, words))
    reading = next((found for found in readings if found), None)
    reading = reading or _by_context(piece, words, outline) or _default(piece, span, words)
    if reading and 0 < span.top_s < _NO_RUN_IS_SHORTER_S and reading.scope in {Scope.TOTAL, Scope.STAGE}:
        return Reading(Scope.UNIT, per=reading.stage or "")
    return reading


def _label_sources(piece: Piece, words: Words) -> list[str]:
    clause = words.clause
    sources = [words.inner, clause if not words.label or len(clause) < 80 else "", words.label]
    if piece.kind == "cell":
        sources += [_header(piece)]
        if piece.column and piece.cells:
            sources.append(part_name(piece) if is_part_table(piece) or "total" in label_kinds(piece.cells[0]) else "")
    follow = re.match(r"\s*(?:\([^()]*\)\s*)?(?:of|for|to)\s+(?:the\s+)?([\w\s-]{3,40})", words.after)
    sources.append(follow[1] if follow else "")
    if re.match(r"\W*(?:\w+\s+){0,3}(?:this|it|that)\b", words.sentence, re.IGNORECASE) or not words.label:
        sources.append(words.previous[-160:] if re.search(r"\b(?:this|it)\b", words.sentence) else "")
    sources.append(words.opening if not words.label else "")
    return [text for text in sources if text]


_JOINED = re.compile(r"\b(?:pre-?|fine-?)?train\w*\s*(?:\+|and|&|,|plus)\s*\w|\w\s*(?:\+|and|&|plus)\s*(?:model\s+)?(?:fine-?)?train", re.IGNORECASE)


def _by_words(text: str, piece: Piece, outline: Outline) -> Reading | None:
    """Classify by one text; None where it names neither whole nor part."""
    words = without_brackets(text) if len(text) < 160 else text
    kinds = stage_kinds(words)
    total = TOTAL.search(words)
    train = TRAIN.search(words)
    named = techniques(words)
    if kinds and not (train and (total or _JOINED.search(words))) and not (train and _train_is_subject(words)):
        return Reading(Scope.STAGE, bare(words)[:60], kinds[0])
    if total:
        stage = heading_stage(outline, piece)
        if stage and stage[0] != "train" and not train:
            return Reading(Scope.STAGE, bare(stage[1]), stage[0])
        return Reading(Scope.TOTAL, kind="total")
    if named and not _sequence(words):
        if len(outline.techniques) > 1:
            return Reading(Scope.STAGE, sorted(named)[0].upper(), "train")
        return Reading(Scope.TOTAL)
    if train:
        if in_breakdown(outline, piece) or (is_part_table(piece) and piece.column > 0):
            return Reading(Scope.STAGE, bare(words)[:60], "train")
        stage = heading_stage(outline, piece)
        if stage and stage[0] == "train" and not re.search(r"\brun\b", words):
            return Reading(Scope.STAGE, bare(stage[1]), "train")
        return Reading(Scope.TOTAL)
    return None


def _train_is_subject(words: str) -> bool:
    """`training takes 3 h and checkpoints ...`: training comes first, and is no adjective of the other word."""
    train = TRAIN.search(words)
    return bool(train and re.match(r"\s+(?:takes?|took|time|runs?|is|on|for|will|with|a|the)\b", words[train.end() :]))


def _sequence(words: str) -> bool:
    return bool(re.search(r"顺序|并行|sequential|parallel", words)) and len(techniques(words)) > 1


def _by_context(piece: Piece, words: Words, outline: Outline) -> Reading | None:
    """Ask parents, the lead paragraph and the headings, nearest first."""
    for parent in reversed(piece.parents):
        reading = _by_words(label_of(parent), piece, outline)
        if reading:
            return reading
    if piece.kind == "item" and any(_CALENDAR.search(h.text) for h in piece.headings) and words.valued:
        return Reading(Scope.STAGE, words.label, "other")
    if is_part_table(piece) and piece.column > 0 and piece.cells != piece.header:
        return Reading(Scope.STAGE, bare(part_name(piece)), "other")
    if words.label and piece.kind != "cell" and is_part_of_sum(outline, piece, words.label):
        return Reading(Scope.STAGE, words.label, "other")
    lead = label_of(piece.lead) if piece.lead else ""
    if lead and (words.valued or piece.kind == "code"):
        reading = _by_words(lead, piece, outline)
        if reading:
            return reading
    stage = heading_stage(outline, piece)
    if stage and (words.valued or not _VERB.search(words.sentence)):
        return Reading(Scope.STAGE, bare(stage[1]), stage[0])
    if len(outline.techniques) > 1 and (words.valued or _VERB.search(words.sentence)):
        named = techniques(" ".join(re.findall(r"\S*(?:run|train)\S*\.(?:sh|py)", piece.code_above)))
        if len(named) == 1:
            return Reading(Scope.STAGE, next(iter(named)).upper(), "train")
    return None


def _default(piece: Piece, span: Span, words: Words) -> Reading | None:
    label = words.label or (_header(piece) if piece.kind == "cell" else "")
    if _NO_ESTIMATE_LABEL.search(words.inner or label) and not re.search(r"time|train", label, re.IGNORECASE):
        return None
    if piece.kind == "cell" and piece.header and not TIME.search(_header(piece)) and span.short_unit:
        return None
    if words.valued or piece.kind == "heading":
        return Reading(Scope.TOTAL)
    around = f"{words.sentence} {words.after}"
    if _VERB.search(words.sentence) or _RUN_AFTER.match(words.after) or _ON_HARDWARE.match(words.after) or (piece.comment and words.in_brackets):
        return Reading(Scope.TOTAL)
    return Reading(Scope.TOTAL) if re.search(r"\b(?:expect|budget|plan)\b", around, re.IGNORECASE) else None
