"""Durations of one of many: per step, per epoch, per checkpoint, per request."""

from __future__ import annotations

import re
from functools import lru_cache

from trainmon.estimates import Scope
from trainmon.parsers.documents.blocks import Piece
from trainmon.parsers.documents.durations import Span, find_durations
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
    without_brackets,
)
from trainmon.parsers.documents.outline import Outline, is_part_of_sum, is_part_table, label_kinds
from trainmon.parsers.documents.readings import Reading, header_of
from trainmon.patterns import pattern

_SECONDS_LONG_RUN = 60.0
"""A whole run or model takes longer: what is shorter is one item of many."""

_LONGEST_STEP_S = 600.0
_BRIEF = 30
"""Characters of a clause that is as good as a label: `plus validation, 1.5 min/epoch`."""
_COMPONENT = pattern(
    r"\b(?:forward|backward)\b|\bgradients?\b|\battention\b|\bkernel|\blayer|\bloss\b|\boptimi[sz]er\b|"
    r"\bcommunication\b|渲染|前向|反向|损失",
    re.IGNORECASE,
)


_ONE_EPOCH = pattern(
    r"\b(?:1|one|an)\s+epoch\s*(?:≈|=|takes?|is)\s*(?:about|~)?\s*(?:\d[\d.,]*\s*[×x*]\s*\d[\d.,]*\s*=\s*)?$",
    re.IGNORECASE,
)
_ONE = pattern(
    r"\W*(?:(?:1|one|an?|une?|eine?|un[ao]?|一|单)\s*)?(?:full\s+)?(?:(?:epoch|epoche|[ée]po(?:que|ca)|エポック|에폭|에포크|轮|个epoch)"
    r"|(?:(?:optimi[sz]er|training|gradient|full)\s+)?(?P<step>step|iteration|schritt|pas|paso|ステップ|스텝|步))\W*",
    re.IGNORECASE,
)
"""A label that is only this: `Une époque`, `1ステップ`."""
_PRODUCT_OF = pattern(r"[×x*✕·]\s*\d[\d,]*\s*(?:epochs?|ep|steps?|runs?)?\s*(?:=|≈)\s*~?$", re.IGNORECASE)
"""What `5.85 min/epoch, × 100 =` comes to is no epoch."""
_EACH_AFTER = pattern(r"\s*(?:for\s+)?(?:each|apiece|jeweils|a\s+(?:pop|piece))\b(?!\s+(?:of|one)\b)", re.IGNORECASE)
_SO_MANY_AT = pattern(
    r"\d\s?[kM]?\s+(?:(?P<epochs>epochs?|ep)|steps|iterations|iters?|updates)\s+(?:at|@)\s*$"
    r"|\b(?:the|an?|one|each|per)\s+(?:(?P<epoch>epoch)|step|iteration)(?:\s+time)?\s+"
    r"(?:(?:down\s+)?(?:to|from|at)|is|was|takes?|needs?|lasts?)\s*$"
    r"|(?:^\W*|[.;:(]\s*|\b(?:and|while|but)\s+|(?P<listed>,\s*))(?:(?P<many>epochs)|steps|iterations)"
    r"(?(listed)|\s+(?:each\s+)?(?:take|last|need|run)(?:\s+(?:each|about|around|roughly|only|some))*)\s*$",
    re.IGNORECASE,
)
"""`12,000 steps at 17 s`; `would bring the step to 150 s`; `epochs take 20 minutes`."""
_PER_LENGTH = pattern(
    r"[^.;:,]{0,30}?\bper\s+(?:\w+\s+)?(?:hour|minute|second)\s+of\s+(?:audio|speech|video|footage|music)\b",
    re.IGNORECASE,
)
_EACH_ONE = pattern(
    r"\beach\s+(?:one|of\s+(?:them|these|those))\s+(?:takes?|took|needs?)\s*(?:about\s*)?$", re.IGNORECASE
)
_EACH_TIME = pattern(r"\s*(?:each|every|per|a)\s+time\b", re.IGNORECASE)
"""What is done `every 250 steps, 40 minutes each time` is done once in so many steps."""
_COUNTED_BEFORE = pattern(
    r"(?<!every )(?<!each )(?<![\d,])\b(?:\d[\d,]*|both|all|every|one|two|three|four|five|six|seven|eight|ten)\s+"
    r"(?P<nouns>[a-z-]{3,}(?:\s+[a-z]{3,})?)"
    r"|\b(?:its|the|our|their|these|all)\s+(?P<ours>epochs|steps|iterations)\b|\b(?P<set>epochs|steps|runs|folds|seeds)\s*[=:]\s*\d+",
    re.IGNORECASE,
)
_ITEM = pattern(
    r"\b(?:an?|one|each|every)\s+(?:[\w@.-]+\s+){0,2}?(?P<word>request|sample|image|file|sentence|checkpoint|evaluation|query|page|video|clip|"
    r"protein|prompt|document|save)\s+(?:then\s+)?(?:takes?|took|needs?|is|costs?|lasts?)\s*$"
    r"|\bof\s+(?P<length>audio|video|speech|footage|music)\s+(?:takes?|took|needs?)\s*$"
    r"|\bprocess(?:es|ed)?\s+[^,.;]{0,40}?\d\s?[kKM]?\s+(?P<many>\w+)\s+in\s*$",
    re.IGNORECASE,
)


_SPEED_OF_USE = pattern(
    r"\b(?:inference|sampling|generation|synthesis|decoding|transcription)\s+(?:speed|latency)\b|\blatency\b|推理(?:速度|性能|延迟)|(?:生成|合成|识别)速度",
    re.IGNORECASE,
)


@lru_cache(maxsize=1024)
def _is_speed_of_use(text: str) -> bool:
    """Tell whether a heading or label announces how fast a trained model answers."""
    return _SPEED_OF_USE.search(text) is not None


def counted(piece: Piece, span: Span, words: Words, outline: Outline) -> Reading | None:
    """Read `per step`, `/epoch`, `Epoch time`, `each request takes`."""
    per = PER_AFTER.match(words.after)
    sources = [
        (per, ""),
        *((_last_per(text), text) for text in _counter_sources(piece, words)),
    ]
    one = _ONE.fullmatch(words.label) or _ONE.fullmatch(header_of(piece))
    if at := _so_many_at(words):
        return at
    if one or _ONE_EPOCH.search(words.clause):
        return Reading(Scope.STEP, per="step") if one and one["step"] else Reading(Scope.EPOCH, per="epoch")
    if _PRODUCT_OF.search(words.clause):
        return None
    if found := _in_prose(words):
        return found
    near = (*(heading.text for heading in piece.headings[-1:]), words.label, header_of(piece))
    if any(text and _is_speed_of_use(text) for text in near):
        return Reading(Scope.UNIT)
    if _EACH_TIME.match(words.after) or _EACH_ONE.search(words.clause):
        return Reading(Scope.UNIT)
    if not (per and counter_of(per["word"])) and _EACH_AFTER.match(words.after):
        return _each(piece, span, words)
    for match, source in sources:
        if match is not None:
            word = match.groupdict().get("front") or match["word"]
            counter = "unit" if word.startswith("次") else counter_of(word)
            if counter and _is_other(piece, span, words, (word, counter, source), outline):
                return None
            if counter:
                return _of_one(piece, span, words, (word, counter, source))
    return None


_ALTOGETHER = pattern(r"\s*(?:altogether|in\s+(?:all|total)|overall)\b", re.IGNORECASE)


def _is_other(piece: Piece, span: Span, words: Words, counted_by: tuple[str, str, str], outline: Outline) -> bool:
    """Tell a part below `Time per fold:`, and a total below `Time per step`, from what is of one fold or step."""
    _, counter, source = counted_by
    if _ALTOGETHER.match(words.after):
        return True
    if source in ("", words.clause, words.inner, words.label, header_of(piece)):
        return False
    if TOTAL.search(words.label) and span.top_s > _LONGEST_STEP_S:
        return True
    return counter in {"unit", "run"} and is_part_of_sum(outline, piece, words.label)


def _so_many_at(words: Words) -> Reading | None:
    """Read `12,000 steps at 17 s`, even where the label is `1 epoch`."""
    at = _SO_MANY_AT.search(words.clause)
    if at is None:
        return None
    return (
        Reading(Scope.EPOCH, per="epoch")
        if at["epochs"] or at["epoch"] or at["many"]
        else Reading(Scope.STEP, per="step")
    )


def _in_prose(words: Words) -> Reading | None:
    """Read `per hour of audio`, `a request takes`."""
    if _PER_LENGTH.match(words.after):
        return Reading(Scope.UNIT)
    if item := _ITEM.search(words.clause):
        return Reading(Scope.UNIT, per=(item["word"] or item["length"] or item["many"]).lower())
    return None


def _of_one(piece: Piece, span: Span, words: Words, counted_by: tuple[str, str, str]) -> Reading | None:
    """Read what is said to be of one; `counted_by` is the word, its counter, and the text that names it."""
    word, counter, source = counted_by
    label = f"{words.inner} {words.label} {header_of(piece)} {words.clause}"
    kinds = stage_kinds(without_brackets(f"{words.label} {words.inner} {header_of(piece)}"))
    inherited = bool(source) and source not in (words.clause, words.inner, words.label, header_of(piece))
    if inherited and (
        _COMPONENT.search(words.label) or (is_part_table(piece) and "total" not in label_kinds(piece.cells[0]))
    ):
        return Reading(Scope.UNIT, per=word)
    if counter == "step":
        return Reading(Scope.UNIT if "eval" in kinds and "inference" in label else Scope.STEP, per=word)
    if counter == "epoch":
        brief = stage_kinds(words.clause) if not kinds and not source and _is_brief(words.clause, span) else ()
        if (kinds or brief) and not (TRAIN.search(label) or source):
            return Reading(Scope.STAGE, bare(words.label or words.clause), (kinds or brief)[0], per="epoch")
        return Reading(Scope.EPOCH, per="epoch")
    many = counter == "run" and (0 < span.top_s < _SECONDS_LONG_RUN or (not source and _TIMES.search(words.clause)))
    if counter == "unit" or many:
        return Reading(Scope.UNIT, per=word)
    return None


_TIMES = pattern(r"\d(?:\s*[a-z]+){0,3}\s*[×x*✕·]\s*~?$", re.IGNORECASE)
"""`40 models × 9 min/model`"""


def _is_brief(clause: str, span: Span) -> bool:
    """Tell whether a clause is as good as a label: short, and no side of an equation."""
    return len(clause) < _BRIEF and span.text[:1] not in "=≈"


_RECURRING = pattern(
    r"(?P<what>[a-z][\w\s-]{2,40}?)\s+(?:every|each|per)\s+(?:\d[\d,.]*\s?k?\s+)?(?:steps?|iterations?|epochs?|updates?)\W*"
    r"(?:takes?|at|[~≈])?\s*$",
    re.IGNORECASE,
)
"""`Checkpoint every 1000 steps, 20 s each`"""
_TAKE = pattern(r"\b(?:takes?|took|needs?|costs?|require)\W*$", re.IGNORECASE)


def _each(piece: Piece, span: Span, words: Words) -> Reading | None:
    """Read `5 epochs, about 5.5 hours each`: what was counted before says of what one takes so long."""
    found = [m["nouns"] or m["ours"] or m["set"] for m in _COUNTED_BEFORE.finditer(piece.text[: span.start])]
    if not found and (recurring := _RECURRING.search(words.clause)) and (kinds := stage_kinds(recurring["what"])):
        return Reading(Scope.UNIT, per=kinds[0])
    if not found:
        return Reading(Scope.UNIT) if _TAKE.search(words.clause) and 0 < span.top_s < _SECONDS_LONG_RUN else None
    nouns = found[-1].split()
    noun = next((noun for noun in nouns if counter_of(noun) not in {"", "unit"}), nouns[-1])
    counter = counter_of(noun)
    if counter in {"epoch", "step"}:
        return Reading(Scope.EPOCH if counter == "epoch" else Scope.STEP, per=noun.lower())
    if counter == "unit" or stage_kinds(without_brackets(words.label)):
        return Reading(Scope.UNIT, per=noun.lower())
    return Reading(Scope.TOTAL)


_OF_ANOTHER = pattern(r"\d[\d.,]*\s*(?:ms|s|sec|min|h)\s*(?:/|\bper\b)\s*\w+", re.IGNORECASE)
"""In a label `2,000 steps, 1.4 s/step:` the rate is a duration of its own."""


def _counter_sources(piece: Piece, words: Words) -> list[str]:
    asked = words.previous if _QUESTION.search(words.previous) else ""
    own = [words.clause, words.inner, asked, _OF_ANOTHER.sub(" ", words.label), header_of(piece)]
    if piece.kind == "cell" and piece.cells:
        own.append(piece.cells[0] if piece.column else "")
    if piece.kind == "cell" and TOTAL.search(header_of(piece)) and not _last_per(header_of(piece)):
        return [text for text in own[:-1] if text]  # a column of totals, whatever the row is called
    if words.clause.rstrip("~≈ ").endswith("=") and any(sign in words.sentence for sign in "×*·"):
        of_it = [words.opening, *own]
        return [text for text in of_it if text and text in words.sentence]  # what a product comes to
    inherited = [label_of(parent) for parent in reversed(piece.parents)]
    kinds = label_kinds(words.label or words.opening) - {"total"}
    if _is_lead(piece.lead) and not kinds and not find_durations(piece.lead):
        inherited.append(label_of(piece.lead))
    if piece.headings and not kinds and _PER_HEADING.search(piece.headings[-1].text):
        inherited.append(piece.headings[-1].text)
    return [text for text in [*own, *inherited] if text]


_QUESTION = pattern(r"\bhow\s+(?:long|much\s+time)\b[^?]{3,80}\?\W*$", re.IGNORECASE)
_PER_HEADING = pattern(r"\bper\b|/|\b(?:epoch|step|iteration|batch)\s+times?\b|每|单[次步轮]", re.IGNORECASE)


def _is_lead(lead: str) -> bool:
    return bool(re.search(r"[:：]\W{0,3}$", lead))


@lru_cache(maxsize=1024)
def _last_per(text: str) -> re.Match[str] | None:
    if not (
        TIME.search(text)
        or TOTAL.search(text)
        or _QUESTION.search(text)
        or TRAIN.search(text)
        or re.match(
            r"(?:[^:：]{1,30}[:：]\s+)?\W*(?:(?:s|secs?|seconds?|min|minutes?|hours?)\s+)?(?:per|pro|je|jede[rn]?|par|por|cada|chaque|ogni|each|every|an?\s|one\s|eine?\s|une?\s|un[ao]\s|(?:the\s+)?(?:first|second|last)\s)",
            text,
            re.IGNORECASE,
        )
        or any(sign in text for sign in "/每单一")
    ):
        return None
    usable = [
        m for m in PER_IN_LABEL.finditer(text) if m["front"] or counter_of(m["word"]) or m["word"].startswith("次")
    ]
    return usable[-1] if usable else None
