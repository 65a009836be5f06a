"""The document as a whole: which labels stand side by side, which headings are parts of one breakdown."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from trainmon.parsers.documents.blocks import Heading, Piece
from trainmon.parsers.documents.durations import find_durations
from trainmon.parsers.documents.labels import label_of
from trainmon.parsers.documents.lexicon import (
    DONE,
    TOTAL,
    TRAIN,
    bare,
    is_condition,
    stage_kinds,
    techniques,
    without_brackets,
)
from trainmon.patterns import pattern

_PART_COLUMN = pattern(
    r"component|[ée]tape|etapa|schritt|t[âa]che|aufgabe|tarea|stage|phase|step|task|operation|activity|part|item|process|module|组件|模块|阶段|步骤|任务|环节",
    re.IGNORECASE,
)


_HEAD_LINES = 8
_LETTER_HEAD = pattern(r"(?:From|To|Subject|Cc|Date|Sent):\s", re.IGNORECASE)


@dataclass(slots=True)
class Outline:
    """Who stands beside whom: the sets that tell a part from a whole."""

    group_kinds: dict[int, dict[int, set[str]]] = field(default_factory=lambda: defaultdict(dict))
    """Group -> line -> kinds of its label (`total`, `train`, stage kinds); only lines with a duration."""
    heading_kinds: dict[tuple[str, ...], dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    """Path of the parent -> heading -> its kind."""
    techniques: set[str] = field(default_factory=set)
    parts: set[str] = field(default_factory=set)
    """Names of numbered stages and of the rows of tables of parts, in lower case."""
    own_rows: set[int] = field(default_factory=set)
    """Tables of other people's programs and systems, with a row of our own."""
    has_parts: bool = False
    """Initialisation, checkpoints or overhead are timed apart from training."""
    counted: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Group -> (lines that name a whole, lines that name a stage), once asked."""
    ordinal_kinds: dict[tuple[str, ...], set[str]] = field(default_factory=dict)
    """Path of the parent -> the kinds of its numbered headings, once asked."""
    title: str = ""
    is_letter: bool = False
    """Opens with the head of an e-mail: what it quotes somebody else wrote."""


def outline_of(pieces: Iterable[Piece], timed_lines: set[int]) -> Outline:
    """Read the outline; `timed_lines` are the lines that hold a duration."""
    outline = Outline()
    heads = 0
    for piece in pieces:
        heads += piece.line < _HEAD_LINES and _LETTER_HEAD.match(piece.text) is not None
        outline.is_letter = heads > 1
        if piece.kind == "heading":
            _note_heading(outline, piece)
        if piece.kind != "cell" or piece.column == 0:
            named = techniques(piece.text) if piece.kind != "code" or piece.comment else frozenset()
            outline.techniques |= techniques(label_of(piece.text)) if named else frozenset()
        if piece.column == 0 and piece.header and is_own(piece.text) and _SYSTEMS.search(piece.header[0]):
            outline.own_rows.add(piece.group)
        if piece.line not in timed_lines and not (piece.kind in {"item", "cell"} and _LEFT_OUT.search(piece.text)):
            continue
        label = label_of(piece.cells[0] if piece.kind == "cell" and piece.cells else piece.text)
        if numbered := _NUMBERED_LINE.match(label):
            outline.parts.add(bare(label[numbered.end() :]).lower())
        elif piece.kind == "cell" and is_part_table(piece):
            outline.parts.add(bare(part_name(piece)).lower())
        kinds = frozenset[str]() if _CADENCE.search(label) else label_kinds(label)
        if kinds:
            outline.group_kinds[piece.group].setdefault(piece.line, set()).update(kinds)
        outline.has_parts = outline.has_parts or bool(kinds & {"overhead", "init", "checkpoint"})
    return outline


_SYSTEMS = pattern(
    r"\b(?:code\s?base|framework|repo\w*|implementation|method|paper|work|source|project|library|who|authors?|system|"
    r"team)\b",
    re.IGNORECASE,
)
_OWN = pattern(r"\b(?:ours?|us|we|this\s+(?:repo\w*|work|project|guide|code\w*|paper))\b", re.IGNORECASE)


def is_own(name: str) -> bool:
    """Tell whether the first cell of a row names the document's own system: `ours`, `this repo`."""
    return _OWN.search(name) is not None


def _note_heading(outline: Outline, piece: Piece) -> None:
    if not outline.title:
        outline.title = piece.text
    kinds = (
        frozenset[str]()
        if _NO_STAGE_HEADING.search(without_brackets(piece.text))
        else label_kinds(DONE.sub(" ", bare(without_brackets(piece.text))))
    )
    kind = (
        next(iter(sorted(kinds - {"train", "total"})))
        if kinds - {"train", "total"}
        else "train"
        if "train" in kinds
        else ""
    )
    named = techniques(piece.text)
    if named and kind in {"", "train"}:
        kind = "+".join(sorted(named))
    outline.heading_kinds[_path(piece.headings)][piece.text] = kind


_CADENCE = pattern(r"\b(?:every|each)\s+\d", re.IGNORECASE)
"""`ckpt every 4k it (7 s)` is no part beside the others."""
_LEFT_OUT = pattern(r"[:：|–—-]\s*\W*(?:skipped|cached|reused|already|none|not\s+needed|n/a)\b", re.IGNORECASE)
"""A part that takes no time this time is a part all the same: `Embedding: skipped`."""
_NUMBERED_LINE = pattern(r"\W*(?:stage|phase|step)\s+[\w.]{1,4}\s*[:.–-]?\s+", re.IGNORECASE)
_SHARE = pattern(
    r"[(（]\s*[<~≈]?\s*\d+(?:\s*[-–]\s*\d+)?\s*%\s*[)）]\s*$|\d\s*%\s*(?:of|der|du|des)\b|占比?\s*\d+\s*%",
    re.IGNORECASE,
)
_NO_STAGE_HEADING = pattern(
    r"\b(?:is|are|was|why|how|(?:what|how)(?!\s+about\b)|when|can|should|vs\.?)\b(?!\s+(?:long|much\s+time)\b)|^\W*(?:day|week|hour|month)s?\s+\d|为什么|如何",
    re.IGNORECASE,
)


def _path(headings: tuple[Heading, ...]) -> tuple[str, ...]:
    return tuple(heading.text for heading in headings)


@lru_cache(maxsize=4096)
def label_kinds(label: str) -> frozenset[str]:
    """Give everything a label says: stage kinds, `train`, `total`."""
    words = bare(without_brackets(label))
    kinds = set(stage_kinds(words))
    if TRAIN.search(words) or techniques(words):
        kinds.add("train")
    if TOTAL.search(words):
        kinds.add("total")
    return frozenset(kinds)


def _beside(outline: Outline, piece: Piece) -> tuple[int, int]:
    """Count the other lines of a group that name a whole, and those that name a stage."""
    group = outline.group_kinds.get(piece.group, {})
    if piece.group not in outline.counted:
        said = [(_names_whole(kinds), _names_stage(kinds)) for kinds in group.values()]
        outline.counted[piece.group] = sum(one for one, _ in said), sum(one for _, one in said)
    wholes, stages = outline.counted[piece.group]
    own = group.get(piece.line, set())
    return wholes - _names_whole(own), stages - _names_stage(own)


def _names_whole(kinds: set[str]) -> bool:
    return "total" in kinds and "train" not in kinds


def _names_stage(kinds: set[str]) -> bool:
    return bool(kinds - {"train", "total"})


def in_breakdown(outline: Outline, piece: Piece) -> bool:
    """Tell whether the lines beside this one name a total or other stages, so that training is a part of a whole."""
    return any(_beside(outline, piece))


def is_part_of_sum(outline: Outline, piece: Piece, label: str) -> bool:
    """Tell whether a line that names neither stage nor condition stands among parts with a total of their own."""
    words = bare(without_brackets(label))
    wholes, _ = _beside(outline, piece)
    parts = sum(not _names_whole(kinds) for kinds in outline.group_kinds.get(piece.group, {}).values())
    unlike = is_condition(words, counts=parts < _BREAKDOWN or _COUNTED.search(words) is not None)
    return bool(words) and not unlike and len(words) <= _LONGEST_NAME and wholes > 0


_BREAKDOWN = 2
"""Parts beside a line that make a name with a figure (`Novel 5-shot`) one of them."""
_COUNTED = pattern(r"^\W*\d|\d\s?[kM]?\s*(?:epochs?|ep|steps?|iter\w*|samples|images|examples|GPUs?)\b", re.IGNORECASE)
_LONGEST_NAME = 60


def is_item_among_stages(outline: Outline, piece: Piece) -> bool:
    """Tell whether a list item stands beside at least two stages: in a list of things to do one after the other."""
    return piece.kind == "item" and _beside(outline, piece)[1] > 1


def part_name(piece: Piece) -> str:
    """Give the name in a row: its first cell that is more than a number."""
    if piece.header and len(piece.header) == len(piece.cells) and _WHEN_COLUMN.match(piece.header[0]):
        named = next((c for c, head in zip(piece.cells, piece.header, strict=True) if _NAME_COLUMN.match(head)), "")
        if named:
            return named
    return next((cell for cell in piece.cells if len(re.findall(r"[^\W\d_]", cell)) > 1), piece.cells[0])


_WHEN_COLUMN = pattern(
    r"\W*(?:day|date|when|week|time-?line|order|start|begin|tag|datum|时间线|日期|星期)\b", re.IGNORECASE
)
_NAME_COLUMN = pattern(
    r"\W*(?:job|run|task|what|activity|action|stage|phase|step|experiment|work|任务|工作)s?\W*$", re.IGNORECASE
)


def is_part_table(piece: Piece) -> bool:
    """Tell whether the rows of a table are parts of one whole: `| Component | Time |`."""
    return bool(piece.header and _PART_COLUMN.search(piece.header[0]))


def is_column_part(piece: Piece) -> bool:
    """Tell whether the columns of a row are parts and their total: `| Case | Pre-train | Adversarial | Total |`."""
    if piece.kind != "cell" or piece.column < 1 or piece.cells == piece.header:
        return False
    return piece.column in _part_columns(piece.header, piece.cells)


@lru_cache(maxsize=4096)
def _part_columns(header: tuple[str, ...], cells: tuple[str, ...]) -> frozenset[int]:
    """Give the columns of a row that its column `Total` adds up."""
    wholes = [i for i, name in enumerate(header) if TOTAL.search(name) and not _COUNTED_ONE.search(name)]
    if len(wholes) != 1 or len(header) != len(cells) or not _is_timed(cells[wholes[0]]):
        return frozenset()
    parts = [i for i in range(1, len(cells)) if i not in wholes and _is_timed(cells[i])]
    named = all(not is_condition(bare(header[i])) and not _COUNTED_ONE.search(header[i]) for i in parts)
    return frozenset(parts) if named and len(parts) > 1 and max(parts) < wholes[0] else frozenset()


_COUNTED_ONE = pattern(
    r"\bper\b|/|^\W*(?:total\s+)?(?:steps?|samples|iterations|epochs|examples|images|cost|gpus?|price)\W*$",
    re.IGNORECASE,
)


def _is_timed(cell: str) -> bool:
    return bool(find_durations(cell))


def has_numbered_stage(outline: Outline, above: tuple[Heading, ...]) -> bool:
    """Tell whether one of the numbered headings under the same parent is a stage other than training."""
    path = _path(above)
    if path not in outline.ordinal_kinds:
        siblings = outline.heading_kinds.get(path, {})
        outline.ordinal_kinds[path] = {kind for text, kind in siblings.items() if _ORDINAL.match(text)}
    return bool(outline.ordinal_kinds[path] & STAGE_ONLY)


def heading_stage(outline: Outline, piece: Piece) -> tuple[str, str] | None:
    """Give (kind, words) of the innermost heading that is one stage among others, None where none is."""
    headings = piece.headings
    for depth in range(len(headings) - 1, -1, -1):
        heading = headings[depth]
        if heading.level == 1 and depth == 0:
            break
        siblings = outline.heading_kinds.get(_path(headings[:depth]), {})
        kind = siblings.get(heading.text, "")
        if kind in STAGE_ONLY or _SHARE.search(heading.text):
            return kind or "other", heading.text
        if kind == "train" and _ORDINAL.match(heading.text) and has_numbered_stage(outline, headings[:depth]):
            return kind, heading.text
        if kind and kind != "train" and len(outline.techniques) > 1 and "+" not in kind:
            return "train", heading.text
    return None


_ORDINAL = pattern(r"\W*(?:\d+[.)]|(?:phase|step|stage|part)\s+\w+\b|阶段|步骤|第.[步阶])", re.IGNORECASE)


STAGE_ONLY = {"init", "data", "eval", "checkpoint", "overhead", "search"}
