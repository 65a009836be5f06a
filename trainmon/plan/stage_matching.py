"""Which documented stage a stage of a run is: `Computing embeddings` is `Embedding Computation (50-80 % of all)`."""

from __future__ import annotations

import re
from functools import lru_cache

from trainmon.estimates import Estimate, Scope
from trainmon.events import StageKind
from trainmon.plan.matching import Choice, Matcher
from trainmon.plan.stems import stem, stems
from trainmon.runs.stage_names import kind_by_name
from trainmon.snapshot import StageInfo

_BRACKETS = re.compile(r"[(（][^()（）]*[)）]")
_TRAINING = re.compile(r"\b(?:pre-?|fine-?)?(?:train(?:ing)?|tun(?:e|ing))\b", re.IGNORECASE)
_INIT = re.compile(r"\binit\w*|\bstart-?up\b|\bset-?up\b", re.IGNORECASE)
_EACH = re.compile(
    r"\beach\b|\b(?:per|every)\s+(?!model|run|experiment|dataset|job)\w+|/\s*(?:checkpoint|eval\w*)\b", re.IGNORECASE
)
_FINAL = "final"
_VERBS = frozenset({"load", "comput", "process", "generat", "creat", "prepar", "build", "read", "writ", "convert"})
"""What is done says less than to what: `Loading checkpoint shards` is no `LoRA weights loading`."""
EVALUATING = frozenset({"eval", "valid"})


@lru_cache(maxsize=4096)
def kind_of(name: str) -> StageKind | None:
    """Give the kind of a documented stage; training only where the words say nothing else (`Start full training`)."""
    bare = _BRACKETS.sub(" ", name)
    if _TRAINING.search(bare) and not stems(bare):
        return StageKind.TRAIN
    if _INIT.search(bare):
        return StageKind.INIT
    kind = kind_by_name(bare)
    if kind is StageKind.CHECKPOINT and _FINAL in stems(bare):
        return StageKind.SAVE
    return None if kind is StageKind.TRAIN else kind


def is_stage(estimate: Estimate, stage: StageInfo) -> bool:
    """Tell whether a documented stage is that stage of the run."""
    name = estimate.stage or estimate.subject
    kind = kind_of(name)
    if stage.kind is StageKind.TRAIN or kind is StageKind.TRAIN:
        return stage.kind is kind
    if stage.kind in (StageKind.CHECKPOINT, StageKind.SAVE):
        return stage.kind is kind
    planned, own = stems(_BRACKETS.sub(" ", name)), stems(stage.name)
    if stage.kind is StageKind.EVAL:
        return kind is StageKind.EVAL and planned - EVALUATING <= own
    shared = planned & own
    if kind is StageKind.INIT and stage.kind is not StageKind.INIT:
        return False
    return bool(shared - _VERBS) and 2 * len(shared) >= len(own) and kind is not StageKind.CHECKPOINT


def is_of_one(estimate: Estimate) -> bool:
    """Tell whether the duration is that of one checkpoint or one evaluation of several."""
    if estimate.scope is Scope.UNIT:
        return True
    line = estimate.source_text.replace("*", "")
    at = line.find(estimate.text.strip())
    behind = line[at + len(estimate.text) :][:12] if at >= 0 else ""
    return _EACH.match(behind.strip(" )")) is not None


def documented_stage(matcher: Matcher, stage: StageInfo) -> Choice | None:
    """Find what is documented for a stage: where its name stands on the line itself, else under its heading."""

    def on_its_line(estimate: Estimate) -> bool:
        words = {stem(word) for word in re.findall(r"[A-Za-z]+", estimate.source_text)}
        named = {
            stem(word) for word in re.findall(r"[A-Za-z]+", _BRACKETS.sub(" ", estimate.stage or estimate.subject))
        }
        return under_heading(estimate) and bool(words & named)

    def under_heading(estimate: Estimate) -> bool:
        return not is_of_one(estimate) and is_stage(estimate, stage)

    first = matcher.choose(Scope.STAGE, on_its_line)
    if first is not None and not first.unlike:
        return first
    return matcher.choose(Scope.STAGE, under_heading) or first


def documented_kind(matcher: Matcher, kind: StageKind) -> Choice | None:
    """Find what is documented for a stage that the run has no counter for (initialisation, the final save)."""
    return documented_stage(matcher, StageInfo(name=kind.value, kind=kind))


def prices_pauses(matcher: Matcher) -> bool:
    """Tell whether checkpoints or evaluations are priced apart from the training that they interrupt."""
    return any(
        estimate.scope in (Scope.STAGE, Scope.UNIT)
        and kind_of(estimate.stage or estimate.subject) in (StageKind.CHECKPOINT, StageKind.EVAL)
        for document in matcher.documents
        for estimate in document.estimates
    )


def documented_unit(matcher: Matcher, kind: StageKind) -> Choice | None:
    """Find the duration of one checkpoint or one evaluation."""
    for scope in (Scope.UNIT, Scope.STAGE):
        choice = matcher.choose(scope, lambda e: is_of_one(e) and kind_of(e.stage or e.subject) is kind)
        if choice is not None and not choice.unlike:
            return choice
    return None
