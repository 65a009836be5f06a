"""Reads one estimate document: bytes on disk to everything that it claims about a run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from trainmon.estimates import Estimate, EstimateDocument, Fact, Scope
from trainmon.parsers.documents.arithmetic import derive
from trainmon.parsers.documents.blocks import read_pieces
from trainmon.parsers.documents.claim import Claim
from trainmon.parsers.documents.claims import read_claims
from trainmon.parsers.documents.contradictions import find_contradictions
from trainmon.parsers.documents.encoding import decode, repair
from trainmon.parsers.documents.facts import read_facts
from trainmon.parsers.documents.formats import source_of
from trainmon.parsers.documents.plan import interval, is_comparable, plan_of
from trainmon.parsers.documents.scenario import scenario_of
from trainmon.patterns import pattern

_LOOK = 200_000
_ABOUT_TRAINING = pattern(r"\b(?:pre-?|fine-?)?train|fine-?tun|\bepoch|训练|微调|\bSFT\b|\bGPU", re.IGNORECASE)
_NAMED_FOR_TIME = pattern(
    r"(?<![^\W_])(?:plan|estimat(?:es?|ions?)|tim(?:es?|ings?)|budget|schedule|durations?|eta|run-?times?)(?![^\W_])",
    re.IGNORECASE,
)
"""`TRAINING_TIME.md`, `eta.txt`, `run-plan.md`: the name says what the lines are about."""
RUN_SCOPES = (Scope.TOTAL, Scope.EPOCH, Scope.STEP, Scope.STAGE)


def read_document(path: Path) -> EstimateDocument:
    """Read a Markdown, text, reStructuredText or notebook file; OSError where it cannot be read, nothing else."""
    return read_data(path.read_bytes(), str(path))


def read_data(data: bytes, path: str = "", *, most_bytes: int | None = None) -> EstimateDocument:
    """Read the bytes of a document; a line that goes beyond `most_bytes` of them is not read. Never raises."""
    if most_bytes is None or len(data) <= most_bytes:
        return read_text(decode(data), path)
    whole = data[: data.rfind(b"\n", 0, most_bytes) + 1]
    document = read_text(decode(whole), path)
    cut = whole.count(b"\n") + 1 if document.unread_from_line is None else document.unread_from_line
    return replace(document, unread_from_line=cut)


def read_text(text: str, path: str = "") -> EstimateDocument:
    """Read a document that is already text; `path` names it and its suffix tells its format. Never raises."""
    source = source_of(repair(text), path)
    pieces = read_pieces(source.lines)
    if source.moved:
        pieces = (replace(piece, line=source.numbers[piece.line]) for piece in pieces)
    shown: dict[int, str] = {}
    for number, line in zip(source.numbers, source.lines, strict=True):
        if line.strip("` "):
            shown.setdefault(number, line.strip())
    read = read_claims(pieces)
    facts = read_facts(read.pieces)
    plan = plan_of(read.pieces, read.claims, facts, read.outline)
    estimates = tuple(_estimate(claim, shown) for claim in read.claims)
    facts_of_all = (*(placed.fact for placed in facts), *_step_times(read.claims))
    return EstimateDocument(
        path=path,
        estimates=estimates,
        facts=tuple(sorted(facts_of_all, key=lambda fact: fact.line)),
        derived=derive(plan),
        contradictions=find_contradictions(plan),
        title=read.outline.title,
        compared=is_comparable(plan),
        unread_from_line=None if read.unread is None else read.unread + 1,
        lines={number + 1: line for number, line in shown.items()},
    )


def looks_like_estimates(text: str, name: str = "") -> bool:
    """Tell whether a document states how long training takes: a total, an epoch, a step or a stage.

    Only the first part of a long document is looked at, and documents without a word of training are none, unless
    the file's `name` says that it is about time.
    """
    start = text[:_LOOK]
    if not _ABOUT_TRAINING.search(start) and not _NAMED_FOR_TIME.search(name):
        return False
    pieces = read_pieces(source_of(repair(start), "").lines)
    return any(claim.scope in RUN_SCOPES and not claim.span.vague for claim in read_claims(pieces).claims)


def _step_times(claims: list[Claim]) -> Iterator[Fact]:
    """Give every stated step time as a fact of the plan too, in seconds."""
    for claim in claims:
        value = interval(claim.span)
        if claim.scope is Scope.STEP and value and not claim.operand:
            high = value[1] if value[1] > value[0] else None
            scenario = scenario_of(claim.piece, claim.words)
            yield Fact(line=claim.piece.line + 1, name="step_time", value=value[0], high=high, scenario=scenario)


def _estimate(claim: Claim, source: dict[int, str]) -> Estimate:
    span, piece = claim.span, claim.piece
    return Estimate(
        line=piece.line + 1,
        text=span.text,
        scope=claim.scope,
        subject=claim.words.label or claim.reading.stage or "",
        stage=claim.reading.stage if claim.scope is Scope.STAGE else None,
        scenario=scenario_of(piece, claim.words),
        low_s=span.low_s,
        high_s=span.high_s,
        likely_s=span.likely_s,
        approximate=span.approximate,
        device_time=span.device_time,
        source_text=source.get(piece.line, piece.text),
    )
