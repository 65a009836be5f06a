"""The words around one duration: its label, its clause, what follows it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from trainmon.parsers.documents.blocks import Piece
from trainmon.parsers.documents.durations import Span
from trainmon.parsers.documents.lexicon import bare, without_brackets
from trainmon.patterns import pattern

_LABEL = pattern(r"^(?P<label>[^:：=]{1,140}?)\s*(?:[:：](?=\s|$|\W|[\u4e00-\u9fff])|[：]|=(?=\s|~|$)|≈)\s*")
_OPEN_BRACKET = pattern(r"^(?P<label>.*?)\s*[（(\[][^()（）\[\]]*$")
_ENDS_IN_UNIT = (
    r"(?:(?<=\d[smhd])|(?<=\d\s[smhd])|(?<=\smin)|(?<=hours)|(?<=days)|(?<=minutes)|(?<=seconds)|(?<=epochs)|"
    r"(?<=steps))"
)
_SENTENCE = pattern(
    rf"(?<=[a-zA-Z)%\]\d])[.!?;](?=\s+[A-Z(\"“])|{_ENDS_IN_UNIT}\.(?=\s+(?:[~≈]?\d|[~≈]?$))|"
    r"[。；！？]|;\s"
)
_WORD = pattern(r"[A-Za-z\u4e00-\u9fff]{2,}")
_SUFFIX = pattern(r"^\s*(?:/\s*[A-Za-z]+|per\s+[A-Za-z]+)")
_OPERATOR = pattern(r"\d\s*[×*÷]\s*\d|/[A-Za-z]+\s*[×*]")
_CELL_BREAK = pattern(r"\s\|\s|\s•\s")
_NARROWEST = 48
"""Characters: nobody wraps prose to fewer."""
_ARROW_AT_END = pattern(r"(?:→|⇒|➜|⟶|[=-]>)\s*[~≈]?\s*$")
_ARROW = pattern(r"\s(?:→|=>)\s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a line says around one span."""

    label: str
    """The words before the first colon or equals sign, or before the bracket that holds the span; "" for prose."""
    inner: str
    """A second label nearer to the span: `realistic` in `Training: 32-48 minutes (realistic: 40 minutes)`."""
    clause: str
    """The words of the sentence between the previous span and this one."""
    sentence: str
    """The whole sentence left of the span."""
    previous: str
    """The sentence before."""
    after: str
    """What follows in the same sentence, as far as the next span."""
    rest: str
    """Everything that follows on the line and on the next of the same paragraph, later spans included."""
    opening: str
    """The words of the sentence before its first duration."""
    in_brackets: bool
    valued: bool
    """The span stands where a label's value stands, or alone in a cell: no verb is needed to read it."""


def words_around(piece: Piece, span: Span, others: list[Span]) -> Words:
    """Cut the line of `piece` into the words that can say what `span` is about."""
    text = piece.text
    left_all = text[: span.start]
    broken = "|" in left_all or "•" in left_all
    segment_start = max((match.end() for match in _CELL_BREAK.finditer(left_all)), default=0) if broken else 0
    left = left_all[segment_start:]
    bounds = [match.end() for match in _SENTENCE.finditer(left)]
    sentence = left[bounds[-1] if bounds else 0 :]
    previous = left[bounds[-2] if len(bounds) > 1 else 0 : bounds[-1]] if bounds else ""
    before = max((o.end for o in others if o.end <= span.start), default=0)
    begins = len(left_all) - len(sentence)
    runs_on = _runs_on(piece, left, bool(bounds))
    clause = _SUFFIX.sub("", text[before : span.start]) if before > begins else sentence
    first = min((o.start for o in others if o.start >= begins), default=span.start)
    following = min((o.start for o in others if o.start >= span.end), default=len(text))
    goes_on = piece.below and not _LABEL.match(piece.below)
    rest = f"{text[span.end :]} {piece.below}" if goes_on else text[span.end :]
    after = text[span.end : following] if following < len(text) else rest
    ends = _SENTENCE.search(after)
    after = after[: ends.start()] if ends else after
    anew = 0 < before <= begins and (_LABEL.match(sentence) or (len(bounds) > 1 and _LABEL.match(previous.strip())))
    label, inner, bracketed = _labels(sentence, sentence if anew else left)
    if len(label) > len(own := _SENTENCE.split(label)[-1]) and len(label.split()) - len(own.split()) > 2:
        label = bare(own)
    if _OPERATOR.search(label):
        label = ""
    if _OPERATOR.search(inner):
        inner = ""
    alone = piece.kind == "cell" or not _WORD.search(without_brackets(left)) or _is_sentence(runs_on + sentence, after)
    return Words(
        label=label,
        inner=inner,
        clause=(runs_on + clause if before <= begins else clause).strip(),
        sentence=(runs_on + sentence).strip(),
        previous=previous.strip(),
        opening=text[begins:first].strip(),
        rest=rest,
        after=_ARROW.split(_CELL_BREAK.split(after)[0])[0],
        in_brackets=bracketed,
        valued=bool(label)
        or alone
        or _ARROW_AT_END.search(left) is not None
        or _is_value(piece, left, words_after=after),
    )


_NAME_ONLY = pattern(
    r"\W*(?:(?!(?:in|for|after|every|last|next|the|of|at|by|than)\b)[\w.()+-]+\s+){1,5}(?:=\s*)?[~≈<>]?\s*",
    re.IGNORECASE,
)


def _is_sentence(before: str, after: str) -> bool:
    """Tell whether a sentence is nothing but a duration: `90 epochs. Three hours.`"""
    return not _WORD.search(before) and not after.strip(" .;)*")


def _is_value(piece: Piece, left: str, words_after: str) -> bool:
    """Tell whether an item is only a name and its duration (`- DeepAR 4h15`), or the result of a sum (`... = 4h15`)."""
    ends = not words_after.strip(" .;,)*")
    equal = left.rstrip(" ~≈")[-1:] == "=" or words_after.strip() in {"=", "≈"}
    return equal or (piece.kind == "item" and ends and _NAME_ONLY.fullmatch(left) is not None)


def _runs_on(piece: Piece, left: str, bounded: bool) -> str:
    """Give the end of the line above where a sentence runs on from there."""
    if not piece.above or bounded or piece.above.rstrip()[-1:] in ".!?。":
        return ""
    if not re.match(r"[a-z0-9(~≈*]", piece.text) or _LABEL.match(left):
        return ""
    if len(piece.above) + len(piece.text.split(maxsplit=1)[0]) < _NARROWEST:
        return ""  # the next word would have had room: the line was ended on purpose
    cut = [match.end() for match in _SENTENCE.finditer(piece.above)]
    return piece.above[cut[-1] if cut else 0 :].strip() + " "


def _labels(sentence: str, left: str) -> tuple[str, str, bool]:
    bracket = _OPEN_BRACKET.match(left)
    match = _LABEL.match(left)
    if match is None and bracket:
        bracket = _OPEN_BRACKET.match(sentence) or bracket
        if len(bracket["label"]) <= 140 and bracket.string is sentence:
            return bare(bracket["label"]), "", True
    if match is None or (bracket and match.end() > len(bracket["label"]) + 1):
        if bracket and len(bracket["label"]) <= 140:
            inside = left[len(bracket["label"]) :].strip(" ([（")
            within = _LABEL.match(inside)
            return bare(bracket["label"]), bare(within["label"]) if within else "", True
        match = _LABEL.match(sentence)
        return (bare(match["label"]), "", False) if match else ("", "", False)
    rest = left[match.end() :]
    if bracket and len(bracket["label"]) >= match.end():
        inside = left[len(bracket["label"]) :].strip(" ([（")
        nested = _LABEL.match(inside)
        outside = left[match.end() : len(bracket["label"])]
        inner = bare(nested["label"]) if nested else bare(outside) if len(outside) < 60 else ""
        return bare(match["label"]), inner, True
    nested = _LABEL.match(rest)
    return bare(match["label"]), bare(nested["label"]) if nested else "", False


@lru_cache(maxsize=4096)
def label_of(text: str) -> str:
    """Give the label part of a line: what stands before its colon, bracket or dash."""
    match = re.match(r"^([^:：=]{1,140}?)\s*(?:[:：=]|\s[-–—]\s|(?<=[a-z]{3})[.!?]\s|$)", text)
    return bare(match[1] if match else text[:100])
