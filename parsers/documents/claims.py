"""Pieces to claims: every duration of a document with its scope and its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from trainmon.estimates import Scope
from trainmon.parsers.documents.bars import Bar, find_bars, is_log_line
from trainmon.parsers.documents.blocks import Piece
from trainmon.parsers.documents.claim import Claim
from trainmon.parsers.documents.columns import cell_spans, is_amount_of_data, labelled_spans, lent_units
from trainmon.parsers.documents.durations import Span, find_durations, with_addend
from trainmon.parsers.documents.labels import Words, words_around
from trainmon.parsers.documents.lexicon import PER_AFTER, TRAIN, stage_kinds
from trainmon.parsers.documents.outline import Outline, outline_of
from trainmon.parsers.documents.positions import find_positions
from trainmon.parsers.documents.readings import Reading
from trainmon.parsers.documents.scope import scope_of
from trainmon.parsers.documents.second_look import as_stated, net_of_parts
from trainmon.patterns import pattern

_CODE_COMMAND = pattern(
    r"^\s*(?:\$|>>>|sudo |python3? |pip |bash |sh |export |from |import |def |class |return |for |while |assert )"
)
_TIME_NEAR = pattern(
    r"\b(?:times?|took|takes?|durations?|ETA|elapsed|runtime|total|hours?|min(?:ute)?s?|train\w*|epoch)\b|时间|耗时|[≈~⏱⏰⏲⏳⌛🕐-🕧]",
    re.IGNORECASE,
)


_MOST_IN_LINE = 64
"""No person writes more durations into one line."""


_MOST = 10_000
"""Durations of one document that are read: no person writes more, and data would take minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """A document cut into pieces, with the durations in them."""

    pieces: list[Piece]
    claims: list[Claim]
    outline: Outline
    unread: int | None = None
    """0-based line from which on nothing was read, as there were too many durations before it."""


def read_claims(pieces: Iterable[Piece]) -> Claims:
    """Read every duration of a document, in order."""
    held: list[Piece] = []
    spans: list[list[Span]] = []
    unread, count = None, 0
    for piece in pieces:
        if count >= _MOST:
            unread = piece.line
            break
        held.append(piece)
        spans.append(_spans(piece))
        count += len(spans[-1]) or len(find_bars(piece.text))
    lent = lent_units(held)
    for index, piece in enumerate(held):
        size = lent.get((piece.group, piece.column)) if piece.kind == "cell" and not spans[index] else None
        spans[index] = cell_spans(piece, size) if size else spans[index]
    claims, outline = _claims(held, list(_without_millions(held, spans)))
    return Claims(pieces=held, claims=claims, outline=outline, unread=unread)


def _claims(pieces: list[Piece], spans: list[list[Span]]) -> tuple[list[Claim], Outline]:
    timed = {piece.line for piece, found in zip(pieces, spans, strict=True) if found}
    outline = outline_of(pieces, timed)
    claims: list[Claim] = []
    previous: Piece | None = None
    for index, piece in enumerate(pieces):
        bars = find_bars(piece.text)
        claims += [_sample(piece, bar, span) for bar in bars for span in bar.spans]
        if not bars:
            claims += _in_line(piece, spans[index], outline, claims, previous)
        claims += _positions(piece, spans[index])
        previous = piece
    return net_of_parts(as_stated(claims, outline), outline), outline


def _spans(piece: Piece) -> list[Span]:
    if piece.code is not None and not piece.comment and _CODE_COMMAND.match(piece.text):
        return []
    if find_bars(piece.text):
        return []
    if piece.kind == "cell" and is_amount_of_data(piece):
        return []
    found = [with_addend(piece.text, span) for span in find_durations(piece.text)[:_MOST_IN_LINE]]
    if piece.kind == "cell" and not found:
        found = cell_spans(piece)
    if not found and piece.kind != "cell" and ":" in piece.text:
        found = labelled_spans(piece.text)[:_MOST_IN_LINE]
    return found


def _without_millions(pieces: list[Piece], spans: list[list[Span]]) -> Iterator[list[Span]]:
    """Leave out `5m` where nothing speaks of time: not the words around it, nor the other cells of its column."""
    timed = {
        (piece.group, piece.column)
        for piece, found in zip(pieces, spans, strict=True)
        if piece.kind == "cell" and any(not span.short_unit for span in found)
    }
    for piece, found in zip(pieces, spans, strict=True):
        beside = piece.kind == "cell" and (piece.group, piece.column) in timed and len(found) == 1
        kept = beside and found[0].text == piece.text.strip()
        yield [span for span in found if not span.short_unit or kept or _speaks_of_time(piece)]


def _speaks_of_time(piece: Piece) -> bool:
    header = piece.header[piece.column] if 0 <= piece.column < len(piece.header) else ""
    text = header if piece.kind == "cell" and piece.header else piece.text
    return bool(_TIME_NEAR.search(text)) or (piece.kind == "item" and bool(stage_kinds(text)))


def _sample(piece: Piece, bar: Bar, span: Span) -> Claim:
    words = words_around(piece, span, list(bar.spans))
    return Claim(piece=piece, span=span, words=words, reading=Reading(Scope.SAMPLE, bar.label), bar=bar)


def _positions(piece: Piece, spans: list[Span]) -> Iterator[Claim]:
    if spans:
        return
    for span in find_positions(piece.text):
        yield Claim(piece=piece, span=span, words=words_around(piece, span, []), reading=Reading(Scope.TIMELINE))


_CONTINUES = pattern(r"^\s*(?:=|≈|~=|≃|->|→|or\b)")
_EQUAL = pattern(
    r"^\s*(?:\w{0,12}\s*)?[)*`\s]*(?:=|≈|~=|≃|,?\s*or\s+(?:about|~|approximately)|,?\s*call\s+it|,?\s*rounded\s+(?:up\s+)?to|,?\s*i\.e\.,?|[（(]\s*(?:or|=|"
    r"≈|about|~)?\s*)\s*[~≈]?\s*$"
)
_CLOSES = pattern(r"\s*(?:(?:/|per)\s*[a-z]+\s*)?[)）,;/，；]")
_FACTOR_AHEAD = pattern(r"\s*(?:/\s*\w+|per\s+\w+)?\s*[)）]?\s*[×*✕·]\s*[\d(~]")
_MARKS = pattern(r"[^\w.]*")
_TIMES = pattern(r"[×x*✕·@]\s*$")


def _in_line(
    piece: Piece, spans: list[Span], outline: Outline, claims: list[Claim], previous: Piece | None
) -> list[Claim]:
    found: list[Claim] = []
    base = len(claims)
    log_line = piece.code is not None and not piece.comment and is_log_line(piece.text)
    for span in spans:
        words = words_around(piece, span, spans)
        reading = Reading(Scope.SAMPLE) if log_line else scope_of(piece, span, words, outline)
        before = found[-1] if found else None
        restates = -1
        if reading is not None and before is not None and (again := _as_before(before, words, reading)):
            reading = again
        if before is not None and reading in _BARE and _becomes(before, piece.text, span):
            reading = before.reading
        if before is not None and _restates(piece.text, before, span):
            if reading is not None and before.reading == Reading(Scope.TOTAL) and PER_AFTER.match(words.after):
                before = found[-1] = replace(before, reading=reading)  # `317 s (5.3 minutes per epoch)`
            restates, reading = base + len(found) - 1, before.reading
        elif before is None and claims and previous and _goes_on(piece, claims[-1], span):
            restates, reading = base - 1, claims[-1].reading
        operand = _is_operand(piece.text, span)
        if reading is None and operand:
            reading = Reading(Scope.TOTAL)
        if reading is None:
            continue
        found.append(Claim(piece=piece, span=span, words=words, reading=reading, restates=restates, operand=operand))
    return found


_RESTATED = {Scope.TOTAL, Scope.STAGE, Scope.EPOCH, Scope.STEP}


def _restates(text: str, before: Claim, span: Span) -> bool:
    """Tell whether a span says the duration before it once more: `98.5 hours ≈ 4.1 days`, `35 hours (1.5 days)`."""
    marks = _MARKS.match(span.text)
    between = text[before.span.end : span.start] + (marks[0] if marks else "")
    alike = _same_value(before.span, span) and before.scope in _RESTATED
    alike = alike or (before.scope is Scope.THRESHOLD and before.span.top_s == span.top_s)
    if re.search(r"[（(]", between) and not _CLOSES.match(text, span.end):
        return False  # `5 hours (3 h active)` says two things
    return alike and not before.operand and _EQUAL.match(between) is not None


_ARROW = pattern(r"\s*(?:→|⇒|[-=]>)\s*[~≈]?\s*")
_AND = pattern(r"(?:^|\s)(?:and|or|plus|then)\W*$", re.IGNORECASE)
_BECOMES = 4.0
_BARE = (Reading(Scope.TOTAL), Reading(Scope.UNIT))


def _becomes(before: Claim, text: str, span: Span) -> bool:
    """Tell whether a span is what the one before it becomes: `each epoch 12 min → 7 min`."""
    arrow = _ARROW.fullmatch(text, before.span.end, span.start) is not None
    arrow = arrow or (text[: before.span.start].endswith("from ") and text[before.span.end : span.start] == " to ")
    one, other = before.span.top_s, span.top_s
    return arrow and before.scope in _RESTATED and bool(one and other) and 1 / _BECOMES < one / other < _BECOMES


_AND_ALSO = pattern(r"\W*(?:and|or)\s+[^.;]{3,60}\s(?:in|for|takes?|took|needs?|needed)\W*$", re.IGNORECASE)
_THAT_IS = pattern(r"(?:^|[,;(]\s*)(?:i\.e\.|that\s+is|which\s+(?:is|makes)|or|so|in\s+all)[\s,:~≈]*$", re.IGNORECASE)
_OURS = pattern(r"\b(?:we|our|ours|us|this|here|my|mine)\b", re.IGNORECASE)
_OTHER_ONES = pattern(
    r"\W*(?:and\s+|but\s+)?(?:the\s+)?(?:last|first|later|early|earlier|other|slow(?:est)?|fast(?:est)?|final|rest)\s*(?:ones?)?\s*"
    r"(?:takes?\s+)?[~≈<>]?\s*",
    re.IGNORECASE,
)


def _as_before(before: Claim, words: Words, reading: Reading) -> Reading | None:
    """Read `they needed a week for A and 4 days for B`, and `an iteration takes 100 s, the last ones 200`, alike."""
    goes_on = _AND.search(words.clause) or _THAT_IS.search(words.clause)
    if before.scope in {Scope.COMPARISON, Scope.SAVING} and goes_on and not _OURS.search(words.clause):
        return before.reading
    if before.scope is Scope.COMPARISON and _AND_ALSO.match(words.clause) and not _OURS.search(words.clause):
        return before.reading
    if before.scope is Scope.STAGE and goes_on and reading.scope is Scope.TOTAL and not reading.kind:
        return None if TRAIN.search(words.clause) else before.reading
    return before.reading if _OTHER_ONES.fullmatch(words.clause) and before.scope is not Scope.TOTAL else None


def _goes_on(piece: Piece, claim: Claim, span: Span) -> bool:
    """Tell whether a line that begins with `=` goes on with the equation above it."""
    above = claim.piece
    near = above.group == piece.group and above.line >= piece.line - 2 and _same_value(claim.span, span)
    return near and _CONTINUES.match(piece.text) is not None


def _is_operand(text: str, span: Span) -> bool:
    """Tell whether a span is a factor of a product whose result follows."""
    factor = _TIMES.search(text[: span.start].rstrip("~≈ ")) or _FACTOR_AHEAD.match(text, span.end)
    return bool(factor) and bool(re.search(r"=|≈", text[span.end :]))


def _same_value(one: Span, other: Span) -> bool:
    """Tell whether two spans can be one duration said twice: within a factor of two and a half of each other."""
    if one.device_time != other.device_time or not one.top_s or not other.top_s:
        return False
    return 0.4 < one.top_s / other.top_s < 2.5
