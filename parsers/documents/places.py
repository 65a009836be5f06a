"""What the place of a line says of its duration: under a total, in a calendar, beside parts that have a total."""

from __future__ import annotations

import re

from trainmon.estimates import Scope
from trainmon.parsers.documents.blocks import Piece
from trainmon.parsers.documents.defaults import named_in
from trainmon.parsers.documents.labels import Words
from trainmon.parsers.documents.lexicon import TOTAL, TRAIN, bare, is_case, is_condition, is_generic, without_brackets
from trainmon.parsers.documents.outline import (
    Outline,
    has_numbered_stage,
    heading_stage,
    is_column_part,
    is_item_among_stages,
    is_part_of_sum,
    is_part_table,
    part_name,
)
from trainmon.parsers.documents.outsiders import is_calendar
from trainmon.parsers.documents.readings import Reading
from trainmon.patterns import pattern

NUMBERED_STAGE = pattern(r"\W*(?:[\d.]+\s+)?(?:(?:stage|phase)\s+\w+\b|阶段|第.阶段)", re.IGNORECASE)


def by_place(piece: Piece, words: Words, outline: Outline) -> Reading | None:
    """Read what the place alone says: under a total, in a calendar, in a breakdown."""
    if is_column_part(piece):
        return Reading(Scope.STAGE, bare(piece.header[piece.column]), "other")
    under_total = piece.headings and TOTAL.search(without_brackets(piece.headings[-1].text))
    if under_total and is_condition(words.label) and not (is_part_table(piece) and piece.column > 0):
        return Reading(Scope.TOTAL) if heading_stage(outline, piece) is None else None
    numbered = _NUMBERED_HEADING if piece.kind == "heading" else NUMBERED_STAGE
    if piece.kind in {"heading", "item", "paragraph", "code"} and numbered.match(piece.text):
        return Reading(Scope.STAGE, words.label or bare(piece.text)[:60], "other")
    scheduled = any(is_calendar(heading.text) for heading in piece.headings) and not is_generic(words.label)
    if piece.kind == "item" and scheduled and words.valued and not is_case(words.label):
        return Reading(Scope.STAGE, words.label, "other")
    if _is_to_do(piece, words):
        return Reading(Scope.STAGE, bare(words.label), "other")
    if is_part_table(piece) and piece.column > 0 and piece.cells != piece.header:
        return Reading(Scope.STAGE, bare(part_name(piece)), "other")
    if _NAME_AND_TIME.match(without_brackets(piece.text)) and is_item_among_stages(outline, piece):
        return Reading(Scope.STAGE, bare(words.clause).rstrip(" ,，"), "other")
    beside_total = piece.kind == "cell" and piece.column > 0 and piece.header and not piece.header[0].strip()
    if beside_total and is_part_of_sum(outline, piece, piece.cells[0]):
        return Reading(Scope.STAGE, bare(part_name(piece)), "other")
    if words.label and piece.kind != "cell" and is_part_of_sum(outline, piece, words.label):
        return Reading(Scope.STAGE, words.label, "other")
    if words.label and not is_condition(words.label) and _TOGETHER.search(words.rest):
        return Reading(Scope.STAGE, words.label, "other")
    return _among_parts(piece, words, outline)


def _is_to_do(piece: Piece, words: Words) -> bool:
    """Tell whether a line is one of things to do: a box to check, a branch of a tree, `Create the pod (2 min)`."""
    if not words.label or TRAIN.search(words.label):
        return False
    if _TREE.match(piece.text):
        return True
    if piece.kind != "item":
        return False
    verb = _DO.match(words.label) if words.in_brackets else None
    named = words.label[verb.end() :] if verb else words.label
    return bool(verb or _CHECKBOX.match(piece.text)) and not is_condition(named)


_CHECKBOX = pattern(r"\[[ xX✓]?\]\s")
_TREE = pattern(r"[│|\s]*[├└]─")
_DO = pattern(
    r"(?:create|make|run|up-?load|down-?load|start|install|set\s+up|copy|build|mount|clone|launch|export|merge|convert|generate|collect|"
    r"write|test|check|verify|deploy|push|extract|clean|open|connect|log\s+in|choose|select|request|move|sync|pull)\s+(?:(?:the|an?|your)\s+)?",
    re.IGNORECASE,
)
"""An item that says what to do: `Create the pod (2 min)`."""
_TOGETHER = pattern(r"[.;,]\s+(?:together|altogether|in\s+total|in\s+all|total|both|combined|sum)\b", re.IGNORECASE)
_NUMBERED_HEADING = pattern(r"\W*(?:stage|phase|step|part)\s+(?:\d+|[IVX]+|[A-Z])\b", re.IGNORECASE)
_PHASE = pattern(r"\W*(?:stage|phase)\s+(?:\d+|[IVX]+|[A-Z])\b", re.IGNORECASE)
_HEAD = pattern(r"([A-Z][\w-]+(?:\s[a-z][\w-]+){0,2})\.\s")
"""An item that opens with a name of its own: `Back-translation. The reverse model exists.`"""
_SHORT_NAME = pattern(r"(?:^|[:;,+]\s*)(?P<name>[a-z][^:;,+\d|()]{2,30}?)\s*[~≈<>]?\s*$", re.IGNORECASE)
_GERUND = pattern(
    r"(?!(?:us|assum|includ|runn|start|remain|do|be|hav|expect|depend|accord|dur|follow|someth|noth|everyth|anyth|go|work|exist)ing\b)"
    r"[a-z]{3,}(?<!-)ing\b(?!\s+(?:time|runs?|case|point|duration|budget)\b)",
    re.IGNORECASE,
)
"""What is done for so long: `Relaxing the structures: 2 h`."""
_NUMBERED_STEP = pattern(r"\W*step\s+\d+\b", re.IGNORECASE)
_WEEKDAY = pattern(
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b[\s,&/–-]*(?:night|morning|evening|noon|afternoon)?)+",
    re.IGNORECASE,
)
_NAME_AND_VALUE = pattern(
    r"(?:^|[:;,+]\s*)[a-z][^:;,+|()=]{2,30}?\s[~≈<>]?\d[\d.:–-]*\s?(?:s|sec|seconds?|min|minutes?|h|hrs?|hours?|days?)\s*(?=[;,+.]|$)",
    re.IGNORECASE,
)
_SUBJECT = pattern(
    r"(?:^|[.;]\s)\W*(?:the|our|its|this)\s+(?P<who>[\w+ -]{2,40}?)\s+(?:(?:will|should)\s+)?"
    r"(?:takes?|took|needs?|lasts?|runs?)\b",
    re.IGNORECASE,
)
"""`The egs take 45 min`, where `egs` is the name of a stage."""


def lists_parts(piece: Piece) -> bool:
    """Tell whether a line names parts with their times one after the other: `features 9 min; training 2 h; ...`."""
    return piece.kind != "cell" and len(_NAME_AND_VALUE.findall(piece.text)) > _SOME


_SOME = 2


def _among_parts(piece: Piece, words: Words, outline: Outline) -> Reading | None:
    """Read a name below a numbered stage, and the names of a row such as `features 9 min; report 4 min`."""
    if piece.kind != "cell" and words.label and not is_condition(words.label):
        own = [h for h in piece.headings if h.level > 1 or h.text != outline.title]
        phases = (h for h in reversed(own) if _NUMBERED_HEADING.match(h.text))
        numbered = next(phases, None)
        if numbered is not None:
            return Reading(Scope.STAGE, words.label, "other")
    innermost = piece.headings[-1].text if piece.headings else ""
    phase = _PHASE.match(innermost) and has_numbered_stage(outline, piece.headings[:-1])
    if phase and piece.kind != "cell" and words.label and is_generic(words.label):
        return Reading(Scope.STAGE, bare(innermost), "train" if TRAIN.search(innermost) else "other")
    alone = piece.kind == "code" or not re.search(r"[^\W\d_]{2,}", words.clause + words.label)
    if alone and piece.kind != "cell" and piece.headings and _NUMBERED_STEP.match(heading := piece.headings[-1].text):
        return None if TRAIN.search(heading) else Reading(Scope.STAGE, bare(heading), "other")
    if piece.kind != "cell" and (doing := _GERUND.match(words.label)) and not TRAIN.search(doing[0]):
        return Reading(Scope.STAGE, named_in(words.label), "other")
    if words.label and _WEEKDAY.fullmatch(words.label):
        return Reading(Scope.STAGE, bare(words.clause).partition(":")[2].strip(" ,") or words.label, "other")
    for text in (*reversed(piece.parents), piece.text if piece.kind == "item" else ""):
        if (head := _HEAD.match(text)) and not is_condition(head[1]) and not TRAIN.search(head[1]):
            return Reading(Scope.STAGE, head[1], "other")
    name = _SHORT_NAME.search(words.clause)
    if name and not is_condition(name["name"]) and lists_parts(piece):
        return Reading(Scope.STAGE, bare(name["name"]), "other")
    if (subject := _SUBJECT.search(words.sentence)) and bare(subject["who"]).lower() in outline.parts:
        return Reading(Scope.STAGE, bare(subject["who"]), "other")
    return None


_NAME_AND_TIME = pattern(r"\W*[A-Za-z][^.;:：,，|]{1,40}(?:[,，]\s|\s[–—-]\s)[^.;:,]{2,24}$")
"""An item that is only a name and a duration: `figures, half a day`."""
