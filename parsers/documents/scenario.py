"""The conditions under which a duration holds, gathered from everything around it, outermost first."""

from __future__ import annotations

import re
from functools import lru_cache

from trainmon.parsers.documents.blocks import Piece
from trainmon.parsers.documents.durations import find_durations
from trainmon.parsers.documents.labels import Words, label_of
from trainmon.parsers.documents.lexicon import TIME, bare, is_generic
from trainmon.patterns import pattern

_SETTINGS = pattern(
    r"(?:\b(?P<name>(?:NUM_)?(?:TRAIN_)?EPOCHS|MAX_STEPS|(?:MICRO_|TRAIN_)?BATCH_SIZE|"
    r"GRADIENT_ACCUMULATION_STEPS|USE_4BIT|NUM_GPUS)\s*=\s*(?P<value>[\w.]+)"
    r"|--?(?P<flag>(?:num[_-])?(?:train[_-])?epochs|max[_-](?:steps|iters)|(?:train[_-]|"
    r"device[_-])?batch[_-]?size|gpus|batch|nodes|device)[= ](?P<setting>[\w.]+))"
)
_OPERAND = pattern(r"[×÷*]\s*\d[\d.,]*$")
_HARDWARE_AFTER = pattern(
    r"^\W*((?:on|in|using|with)\s+.{0,50}?(?:GPUs?|TPUs?|CPUs?|[AHVTLB]\d{1,3}\w*|RTX\s?\d+\w*(?:\s?Ti)?|MPS|"
    r"M\d|V100)[\w-]*)"
)
_ENOUGH = 12


def scenario_of(piece: Piece, words: Words | None) -> tuple[str, ...]:
    """Gather the conditions of one line or cell; without `words`, those of the place alone."""
    found = [heading.text for heading in piece.headings]
    found += [piece.lead] if piece.lead and len(piece.lead) < 120 and not is_generic(label_of(piece.lead)) else []
    found += [label_of(parent) for parent in piece.parents]
    if piece.kind == "cell" and piece.cells != piece.header:
        found += _cells(piece)
    if not re.search(
        r"\d\s*epochs?\b", piece.text, re.IGNORECASE
    ):  # a line that names its own is not about those above
        found += _settings(piece.code_below if piece.code is not None else piece.code_above)
    if words is not None:
        found += [label for label in (words.label, words.inner) if not _OPERAND.search(label)]
        found += _brackets(piece.text)
        if hardware := _HARDWARE_AFTER.match(words.after):
            found.append(hardware[1])
    return _tidy(found)


@lru_cache(maxsize=256)
def _is_timed(cell: str) -> bool:
    """Tell whether a cell holds a duration; asked again for every cell beside it."""
    return bool(find_durations(cell))


def _cells(piece: Piece) -> list[str]:
    found = []
    for column, cell in enumerate(piece.cells):
        if column == piece.column or not cell or len(cell) > 60:
            continue
        header = piece.header[column] if column < len(piece.header) else ""
        if column and (TIME.search(header) or _is_timed(cell)):
            continue
        if column == 0 or not re.search(r"\d", cell):
            found.append(cell)
        elif column < 8 and header:
            found.append(f"{header}: {cell}")
    if 0 <= piece.column < len(piece.header):
        found.append(piece.header[piece.column])
    return found


def _brackets(text: str) -> list[str]:
    inside = re.findall(r"[（(]([^()（）]{2,80})[)）]", text)
    return [words for words in inside if not re.match(r"[~<>≈]?\s*\d[\d.,\s-]*\s*[a-z]{1,7}\W*$", words)]


def _settings(code: str) -> list[str]:
    last: dict[str, str] = {}
    for match in _SETTINGS.finditer(code):
        last[(match["name"] or match["flag"]).lower().replace("-", "_")] = match["value"] or match["setting"]
    return [f"{name}={value}" for name, value in last.items()]


def _tidy(found: list[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for text in found:
        words = bare(text)
        if len(words) > 1 and not is_generic(words) and words not in kept:
            kept.append(words)
    return tuple(kept[-_ENOUGH:])
