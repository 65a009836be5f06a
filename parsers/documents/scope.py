"""What a duration is about: total, epoch, step, stage, unit, or something that is no estimate of a run."""

from __future__ import annotations

import re

from trainmon.estimates import Scope
from trainmon.parsers.documents.blocks import Piece
from trainmon.parsers.documents.counters import counted
from trainmon.parsers.documents.defaults import VERB, by_default, named_in
from trainmon.parsers.documents.durations import Span
from trainmon.parsers.documents.labels import Words, label_of
from trainmon.parsers.documents.lexicon import (
    DONE,
    TIME,
    TOTAL,
    TRAIN,
    bare,
    stage_kinds,
    techniques,
    without_brackets,
)
from trainmon.parsers.documents.outline import (
    Outline,
    heading_stage,
    in_breakdown,
    is_column_part,
    is_part_table,
    label_kinds,
    part_name,
)
from trainmon.parsers.documents.outsiders import factor, no_estimate
from trainmon.parsers.documents.places import NUMBERED_STAGE, by_place, lists_parts
from trainmon.parsers.documents.readings import Reading, header_of
from trainmon.patterns import pattern

_NO_RUN_IS_SHORTER_S = 1.0


def scope_of(piece: Piece, span: Span, words: Words, outline: Outline) -> Reading | None:
    """Decide what `span` is about; None for a duration that says nothing about a run."""
    return (
        factor(piece, span)
        or no_estimate(piece, span, words, outline)
        or counted(piece, span, words, outline)
        or _labelled(piece, span, words, outline)
    )


def _labelled(piece: Piece, span: Span, words: Words, outline: Outline) -> Reading | None:
    if span.vague and not TIME.search(words.label) and not VERB.search(words.sentence):
        return None
    included = _INCLUDING.search(words.sentence)
    if included and stage_kinds(included["what"]) and not TIME.search(included["what"]):
        return Reading(Scope.TOTAL)
    if _BRINGS.search(words.clause) or (not words.label and _WITH_ALL.match(words.sentence)):
        return Reading(Scope.TOTAL)
    if _OF_THEM.search(words.sentence) and (named := stage_kinds(words.previous)):
        return Reading(Scope.STAGE, named_in(words.previous.partition(" for ")[0]), named[0])
    if _ALL_TAKE.search(words.clause):
        return Reading(Scope.TOTAL)
    readings = (_by_words(text, piece, outline) for text in _label_sources(piece, words, outline))
    reading = next((found for found in readings if found), None)
    reading = reading or _by_context(piece, words, outline) or by_default(piece, span, words)
    reading = reading or (Reading(Scope.TOTAL) if _STEPS_ARE.search(piece.text[: span.start]) else None)
    if reading and 0 < span.top_s < _NO_RUN_IS_SHORTER_S and reading.scope in {Scope.TOTAL, Scope.STAGE}:
        return Reading(Scope.UNIT, per=reading.stage or "")
    return reading


_ALL_TAKE = pattern(
    r"\ball\s+(?:two|three|four|five|six|\d)\s+(?:(?:phases|stages|parts|steps)\s+)?(?:together|combined|takes?|needs?)\b",
    re.IGNORECASE,
)
"""`All three together take 55 min`, whatever section it ends."""
_OF_THEM = pattern(r"\b(?:of\s+(?:them|these|those)|they)\b", re.IGNORECASE)
_BRINGS = pattern(
    r"\b(?:brings?|makes?|takes?)\s+(?:this|it|that|us|the\s+(?:whole|total|sum))\s+"
    r"(?:up\s+)?to\b\s*(?:a\s+total\s+of\s*)?[~≈]?\s*$",
    re.IGNORECASE,
)
_WITH_ALL = pattern(r"\W*(?:including|counting|with\s+all)\s+[^,:|]{3,70},\s", re.IGNORECASE)
"""`Including data preparation and one failed attempt, budget 4 hours`"""
_INCLUDING = pattern(
    r"(?:^|[,;(]\s*|\s)(?:with|including|incl\.)\s+(?:~?[\d.-]+\s*\w+\s+for\s+)?(?P<what>[^,;:.()|=]{3,80})$",
    re.IGNORECASE,
)
"""`with checkpoints and validation ~35 hours` is the whole, not the validation."""
_STEPS_ARE = pattern(
    r"\b\d[\d,.]*\s?k?\s+(?:steps|iterations|updates|pas|pasos|Schritte)\s+(?:are|is|font(?:\s+donc)?|son|sind|ergeben|makes?|come\s+to|take|at\b(?:[^.;]|\.\d){3,30}|in)\s*$",
    re.IGNORECASE,
)


def _label_sources(piece: Piece, words: Words, outline: Outline) -> list[str]:
    clause = words.clause
    sources = [words.inner, clause if not words.label or len(clause) < 80 else "", words.label]
    if piece.kind == "cell":
        header, row = header_of(piece), piece.cells[:1]
        of_part = is_part_table(piece) and piece.column and TOTAL.search(header) and not TOTAL.search(row[0])
        sources += [] if of_part else [header]
        if piece.column and piece.cells:
            kinds = label_kinds(part_name(piece))
            case = bool(piece.header) and _CASE_COLUMN.search(piece.header[0]) is not None
            named = is_part_table(piece) or (
                not case and (kinds - {"train"} or (kinds and in_breakdown(outline, piece)))
            )
            sources.append(part_name(piece) if named else "")
    follow = re.match(
        r"\s*(?:\([^()]*\)\s*)?((?:of|for|to|are|is|goe?s?\s+(?:in)?to)\s+(?:the\s+)?[\w\s-]{3,40}|in\s+(?:all|total)\b)",
        words.after,
    )
    sources.append(follow[1] if follow else "")
    if re.match(r"\W*(?:\w+\s+){0,3}(?:this|it|that)\b", words.sentence, re.IGNORECASE) or not words.label:
        back = re.search(r"\b(?:this|[Ii]t)\b", words.sentence) and not _OF_A_RUN.match(words.previous)
        sources.append(words.previous[-160:] if back else "")
    sources.append(words.opening if not words.label else "")
    return [text for text in sources if text]


_OF_A_RUN = pattern(
    r"\W*(?:the|our|this|each|an?|every)\s+(?:[\w-]+\s+){0,2}?(?:run|job|experiment|training)\s+(?!(?:time|data|set)\b)",
    re.IGNORECASE,
)
"""`The final run checkpoints every 30 min. It needs 40 h`: it is the run."""
_CASE_COLUMN = pattern(
    r"\b(?:scenarios?|cases?|conditions?|situations?|outcomes?|set-?ups?)\b|场景|情况", re.IGNORECASE
)
"""What stands below it says under which condition a whole holds."""
_JOINED = pattern(
    r"\b(?:pre-?|fine-?)?train\w*\s*(?:\+|and|&|,|plus)\s*\w|\w\s*(?:\+|and|&|plus)\s*(?:model\s+)?(?:fine-?)?train",
    re.IGNORECASE,
)


def _by_words(text: str, piece: Piece, outline: Outline) -> Reading | None:
    """Classify by one text; None where it names neither whole nor part."""
    words = DONE.sub(" ", without_brackets(text) if len(text) < 160 else text)
    kinds = stage_kinds(words)
    total = TOTAL.search(words)
    train = TRAIN.search(words)
    named = techniques(words)
    if kinds and not (train and (total or _JOINED.search(words))) and not (train and _train_is_subject(words)):
        return Reading(Scope.STAGE, named_in(words), kinds[0])
    if total:
        stage = None if _ALL_OF_THEM.search(words) else heading_stage(outline, piece)
        if stage and stage[0] != "train" and not train:
            return Reading(Scope.STAGE, bare(stage[1]), stage[0])
        if piece.kind == "item" and (numbered := NUMBERED_STAGE.match(piece.text)):
            return Reading(Scope.STAGE, bare(re.split(r"[\d,，:：]", piece.text[numbered.start() :])[0]), "train")
        return Reading(Scope.TOTAL, kind="total")
    if named and not _sequence(words):
        return _of_technique(words, sorted(named)[0].upper(), piece, outline)
    return _of_training(words, piece, outline) if train else None


_ALL_OF_THEM = pattern(
    r"\ball\s+(?:two|three|four|five|six|\d+)\b|\b(?:everything|end-to-end|grand\s+total|whole\s+(?:pipeline|project|thing))\b",
    re.IGNORECASE,
)


def _of_technique(words: str, name: str, piece: Piece, outline: Outline) -> Reading:
    """Read what a technique takes: a stage where the document has several, or other parts beside it."""
    if (is_part_table(piece) and piece.column > 0) or lists_parts(piece):
        return Reading(Scope.STAGE, named_in(words), "train")
    if len(outline.techniques) > 1:
        return Reading(Scope.STAGE, name, "train")
    return Reading(Scope.STAGE, named_in(words), "train") if in_breakdown(outline, piece) else Reading(Scope.TOTAL)


def _of_training(words: str, piece: Piece, outline: Outline) -> Reading:
    """Read what training takes: the whole run, or a stage where other parts stand beside it."""
    numbered = piece.kind == "heading" and NUMBERED_STAGE.match(piece.text)
    in_row = (is_part_table(piece) and piece.column > 0) or is_column_part(piece) or lists_parts(piece)
    if numbered or in_row or in_breakdown(outline, piece):
        return Reading(Scope.STAGE, named_in(words), "train")
    stage = heading_stage(outline, piece)
    if stage and stage[0] == "train" and not re.search(r"\brun\b", words):
        return Reading(Scope.STAGE, bare(stage[1]), "train")
    return Reading(Scope.TOTAL)


def _train_is_subject(words: str) -> bool:
    """`training takes 3 h and checkpoints ...`: training comes first, and is no adjective of the other word."""
    train = TRAIN.search(words)
    return bool(train and re.match(r"\s+(?:takes?|took|time|runs?|is|on|for|will|with|a|the)\b", words[train.end() :]))


def _sequence(words: str) -> bool:
    return bool(re.search(r"顺序|并行|sequential|parallel", words)) and len(techniques(words)) > 1


def _by_context(piece: Piece, words: Words, outline: Outline) -> Reading | None:
    """Ask parents, the table, the lead paragraph, the headings and the code above, nearest first."""
    for parent in reversed(piece.parents):
        reading = _by_words(label_of(parent), piece, outline)
        if reading:
            return reading
    reading = by_place(piece, words, outline)
    if reading:
        return reading
    lead = label_of(piece.lead) if piece.lead else ""
    if lead and (words.valued or piece.kind == "code"):
        reading = _by_words(lead, piece, outline)
        if reading:
            return reading
    stage = heading_stage(outline, piece)
    about_training = TRAIN.search(f"{words.sentence} {words.after}") or techniques(words.sentence)
    if stage and (words.valued or not about_training):
        return Reading(Scope.STAGE, bare(stage[1]), stage[0])
    return _by_script(piece, words, outline)


def _by_script(piece: Piece, words: Words, outline: Outline) -> Reading | None:
    """Take the technique from the script that the code above runs (`run_sft.sh`), where the document has several."""
    if len(outline.techniques) < 2 or not (words.valued or VERB.search(words.sentence)):
        return None
    named = techniques(" ".join(re.findall(r"\S*(?:run|train)\S*\.(?:sh|py)", piece.code_above)))
    return Reading(Scope.STAGE, next(iter(named)).upper(), "train") if len(named) == 1 else None
