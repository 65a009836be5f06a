"""Which section of a document is whose: a run named for a stage, a total in the last section that is that of all."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from trainmon.estimates import Estimate, EstimateDocument, Scope
from trainmon.plan.evidence import Evidence
from trainmon.plan.stems import numbered_parts, stems

_WHOLES = (Scope.TOTAL, Scope.STAGE)
_ROUNDED = 0.06
"""Sums are rounded, as `about 26 h` for 25 h 20 min."""
_OF_TRAINING = frozenset({"tun", "finetun"})
_BRACKETS = re.compile(r"\s*[(（\[][^()（）\[\]]*[)）\]]")


def is_named_for(evidence: Evidence, stage: Estimate) -> bool:
    """Tell whether a run by its name is this stage and nothing else: `phase2` of `Phase 2: Adapter`, `distill`."""
    numbered = {key for key in evidence.names if numbered_parts(key)}
    if numbered:
        return len(numbered) == 1 and numbered == numbered_parts(stage.source_text).keys()
    own = evidence.names.keys() - evidence.folders - _OF_TRAINING
    return bool(own) and own == stems(_BRACKETS.sub("", stage.stage or "")) - _OF_TRAINING


@lru_cache(maxsize=256)
def with_sums_apart(document: EstimateDocument) -> EstimateDocument:
    """Take totals that add up several sections out of the one that they stand in: they are of `all 3`."""
    apart = tuple(_apart(estimate, document) for estimate in document.estimates)
    return document if apart == document.estimates else replace(document, estimates=apart)


def _apart(estimate: Estimate, document: EstimateDocument) -> Estimate:
    top = _top(estimate)
    if estimate.scope is not Scope.TOTAL or not top or estimate.device_time:
        return estimate
    for depth in range(len(estimate.scenario) - 1, 0, -1):
        sections: dict[str, float] = {}
        for other in document.estimates:
            beside = len(other.scenario) > depth and other.scenario[:depth] == estimate.scenario[:depth]
            if beside and other.scope in _WHOLES and other is not estimate and not other.device_time:
                name = other.scenario[depth]
                sections[name] = max(sections.get(name, 0.0), _top(other))
        own = estimate.scenario[depth] in sections
        if own and len(sections) > 1 and abs(sum(sections.values()) - top) <= _ROUNDED * top:
            levels = (*estimate.scenario[:depth], f"all {len(sections)}", *estimate.scenario[depth + 1 :])
            return replace(estimate, scenario=levels)
    return estimate


def _top(estimate: Estimate) -> float:
    return max(value for value in (estimate.high_s, estimate.likely_s, 0.0) if value is not None)
