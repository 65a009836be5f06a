"""Plans told from results: what a document reports to have been measured is no plan of any run.

Left out are the measured columns of tables, tables that give verdicts or say what happened, and of a README
what it tells in the past tense. A planned column beside a measured one stays.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePath

from trainmon.estimates import Estimate, EstimateDocument, Scope

REASON = "reports results, no plan"
_OF_RUNS = (Scope.TOTAL, Scope.EPOCH, Scope.STEP, Scope.STAGE)
_REMNANT = 0.2
"""Less than this share of a document is an aside of a report, such as how long its runs took to make."""
_PAPERS = frozenset(
    (
        "changelog",
        "changes",
        "history",
        "news",
        "release_notes",
        "license",
        "licence",
        "contributing",
        "code_of_conduct",
    )
)
"""What a repository holds beside its documents, by name."""
_WHAT = r"(?:\s+(?:wall[- ]?clock|run|step|training|total|time|duration|runtime|hours|h|min|s|value)s?)*"
_MEASURED = re.compile(rf"(?:actual(?:ly)?|measured|took|observed|elapsed|real){_WHAT}(?:\s*[(\[].*)?", re.IGNORECASE)
_PLANNED = re.compile(rf"(?:plan(?:ned)?|estimated?|expected|documented|budget|forecast){_WHAT}", re.IGNORECASE)
_TOLD = re.compile(r"(?:verdict|outcome|what happened|results?)\s*:.*", re.IGNORECASE)
_VERDICT = re.compile(r"(?:within|slower|faster|on time|as planned|over budget|too slow)", re.IGNORECASE)
_PAST = re.compile(
    r"\b(?:took|lasted|finished|completed|ended|stopped|ran|needed|measured|was done|were done)\b", re.IGNORECASE
)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|,\s+(?:so|and|but)\s")


def plans_only(document: EstimateDocument) -> EstimateDocument:
    """Leave out what is a result, and the facts and contradictions of lines that hold nothing else."""
    readme = PurePath(document.path).stem.lower() == "readme"
    reports = {_table(one) for one in document.estimates if _is_row(one) and _is_reported(one)}
    dropped = [one for one in document.estimates if _is_result(one, reports, readme=readme)]
    if not dropped:
        return document
    kept = tuple(one for one in document.estimates if one not in dropped)
    lines = {one.line for one in dropped} - {one.line for one in kept if one.scope in _OF_RUNS}
    return replace(
        document,
        estimates=kept,
        facts=tuple(fact for fact in document.facts if fact.line not in lines),
        derived=tuple(one for one in document.derived if not lines.intersection(one.from_lines)),
        contradictions=tuple(one for one in document.contradictions if not lines.intersection(one.lines)),
    )


def plan_found(document: EstimateDocument) -> EstimateDocument:
    """Leave out what is a result; of a document that nobody named and that is little else, everything."""
    kept = plans_only(document)
    told, left = (sum(one.scope in _OF_RUNS for one in each.estimates) for each in (document, kept))
    paper = PurePath(document.path).stem.lower().replace("-", "_") in _PAPERS
    return replace(kept, estimates=()) if paper or left < _REMNANT * told else kept


def is_plan(document: EstimateDocument) -> bool:
    """Tell whether something is left that a run can be held against."""
    return any(one.scope in _OF_RUNS for one in document.estimates)


def _is_result(estimate: Estimate, reports: set[tuple[object, ...]], *, readme: bool) -> bool:
    if not _is_row(estimate):
        return readme and _PAST.search(_sentence(estimate)) is not None
    levels = [level.strip() for level in estimate.scenario]
    if any(_PLANNED.fullmatch(level) for level in levels):
        return False
    return _table(estimate) in reports or any(_MEASURED.fullmatch(level) for level in levels)


def _is_row(estimate: Estimate) -> bool:
    return estimate.source_text.lstrip().startswith("|")


def _is_reported(estimate: Estimate) -> bool:
    """Whether the row gives a verdict or says what happened."""
    return any(_TOLD.fullmatch(level.strip()) or _VERDICT.fullmatch(level.strip()) for level in estimate.scenario)


def _table(estimate: Estimate) -> tuple[object, ...]:
    """Rows under one heading with as many cells are those of one table."""
    return (*estimate.scenario[:2], estimate.source_text.count("|"))


def _sentence(estimate: Estimate) -> str:
    at = max(estimate.source_text.find(estimate.text), 0)
    ends = [mark.start() for mark in _SENTENCE.finditer(estimate.source_text)]
    begin = max((end for end in ends if end <= at), default=0)
    return estimate.source_text[begin : min((end for end in ends if end > at), default=None)]
