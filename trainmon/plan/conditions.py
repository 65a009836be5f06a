"""Under which conditions a documented duration holds, as numbers, names and machines that a run can be held against."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from trainmon.estimates import Estimate, EstimateDocument, Fact, Scope
from trainmon.plan.machines import Machine, machines_in
from trainmon.plan.quantities import WORDS, Amount, epochs_in, steps_in, things_in
from trainmon.plan.stems import numbered_parts, stems

_CASES = {
    "best": "best|optimistic",
    "worst": "worst|conservative|pessimistic",
    "expected": "expected|realistic|typical|average|likely",
}
_CASE = {
    name: re.compile(
        rf"\b(?:{words})[- ]case\b|^\W*(?:most )?(?:{words})(?:[ -](?:case|estimate|scenario|time))*\W*(?:\(|$)",
        re.IGNORECASE,
    )
    for name, words in _CASES.items()
}
_CACHED = re.compile(
    r"\b(?:cached|pre-?fetched|pre-?computed|re-?train\w*|fetched (?:before|beforehand))\b", re.IGNORECASE
)
_UNCACHED = re.compile(
    r"\b(?:no|not|nothing|without|un)[- ]?(?:a )?cached?\b|\bfirst (?:time|run|train\w*)\b", re.IGNORECASE
)
_EACH = re.compile(
    r"\beach\b|\b(?:per|every|for one)\s+(?:run|dataset|model|experiment|job|training|config\w*|seed)\b", re.IGNORECASE
)
_COUNT = r"(?P<count>\d{1,2}|two|three|four|five|six|ten)"
_RUNS = r"(?:\w+\s+){0,2}?(?:experiments?|models|runs|datasets|rates|config\w*|variants|seeds|folds|jobs|trainings)\b"
_ALL = re.compile(
    rf"\b(?:all|both|the)\s+{_COUNT}\s+{_RUNS}|\bboth\b|\ball\s+(?:\d|two|three|four|five)\b|\bcomparison time\b",
    re.IGNORECASE,
)
_IN_TOTAL = re.compile(
    r"\bin (?:total|all)\b|\baltogether\b|\b(?:all|taken) together\b|\bcombined\b|\bsum\b", re.IGNORECASE
)
_RUN_COUNT = re.compile(rf"\b{_COUNT}\s+{_RUNS}|\b(?P<times>\d{{1,2}})\s*[×x]\s*[~\d]", re.IGNORECASE)
_ONE_BY_ONE = re.compile(
    r"\bsequential\w*|\bone (?:\w+ )?after (?:the other|another)|\bone by one\b|\bin (?:a row|sequence)\b",
    re.IGNORECASE,
)
_TOGETHER = re.compile(
    r"(?<!data[ -])(?<!model[ -])(?<!tensor[ -])\bparallel\b(?!ism)|\bside by side\b|\bsimultaneous\w*"
    r"|\bat the same time\b|\bconcurrent\w*",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r",\s|;\s|\s\|\s|\.\s|\s[—–]\s|\s/\s")
_CLAUSE_OF_SEVERAL = re.compile(rf"{_CLAUSE.pattern}|\s(?:or|and)\s")
_PRODUCT = re.compile(r"(\d[\d,]*)\s*(?:\w+\s*)?[×x*]\s*~?\d[\d.,-]*[^=]{0,20}=")
_ALIKE_WITHIN = 4
_LONGEST_LABEL = 10
_OWN_FACTS_WITHIN = 6
"""Lines below an estimate in which the settings that it introduces may stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What an estimate assumes; None and empty where it says nothing."""

    words: frozenset[str]
    text: str
    epochs: Amount | None = None
    steps: Amount | None = None
    things: tuple[Amount, ...] = ()
    machines: frozenset[Machine] = frozenset()
    case: str = ""
    """best, expected, worst; '' for none."""
    runs: str = ""
    """`sequential`, `parallel` or `several`: the duration is that of several runs; '' for one."""
    cached: bool | None = None
    computed: bool = False
    """The result of a product that the line spells out: it repeats what is stated elsewhere."""


def conditions_of(estimate: Estimate, document: EstimateDocument) -> Conditions:
    """Read the conditions from the words nearest to the estimate outwards: clause, settings, label, headings."""
    clause = clause_of(estimate, document)
    own = [fact for fact in document.facts if _belongs(fact, estimate)]
    levels = [clause, *([estimate.subject] if estimate.subject else []), *reversed(estimate.scenario)]
    epochs, steps = _lengths(levels, own)
    if epochs is None and steps is None:
        epochs, steps = _lengths_of_alike(estimate, document)
    text = " | ".join([*estimate.scenario, estimate.subject, clause])
    machines = next((found for level in levels if (found := machines_in(level))), frozenset())
    machines = machines or _machines_of_alike(estimate, document)
    return Conditions(
        words=frozenset().union(
            numbered_parts(" ".join(levels)),
            *(stems(level) for level in levels if _is_label(level) and level != document.title),
        ),
        text=text,
        epochs=epochs,
        steps=steps,
        things=_things(levels),
        machines=machines,
        case=_case(levels),
        runs=_runs(estimate, document, levels, machines) if estimate.scope is Scope.TOTAL else "",
        cached=_cached(levels) if _speaks_of_cache(document) else None,
        computed=_PRODUCT.search(clause) is not None,
    )


def clause_of(estimate: Estimate, document: EstimateDocument) -> str:
    """Give the part of the line that speaks of this duration: between commas, and `or` where several stand on it."""
    line, at = _on_line(estimate)
    if at < 0:
        return ""
    marks = _CLAUSE if len(_places(estimate, document)) == 1 else _CLAUSE_OF_SEVERAL
    ends = [match.start() for match in marks.finditer(line)]
    begin = max((end + 1 for end in ends if end < at), default=0)
    finish = min((end for end in ends if end >= at + len(estimate.text)), default=len(line))
    return line[begin:finish].strip()


def _after(estimate: Estimate, document: EstimateDocument) -> str:
    """Give the words behind the duration up to the next one on its line."""
    line, at = _on_line(estimate)
    if at < 0:
        return ""
    later = [place for place in _places(estimate, document) if place > at + len(estimate.text)]
    return line[at : min(later, default=len(line))]


def _on_line(estimate: Estimate) -> tuple[str, int]:
    """The line without emphasis and the place of the duration in it; -1 in a row of a table, whose cells are read."""
    line = estimate.source_text.replace("*", "")
    return line, -1 if line.lstrip().startswith("|") else line.find(estimate.text.replace("*", "").strip())


def _places(estimate: Estimate, document: EstimateDocument) -> list[int]:
    """Where the durations of the estimate's line stand."""
    line, _ = _on_line(estimate)
    return [at for one in document.estimates if one.line == estimate.line and (at := line.find(one.text.strip())) >= 0]


def _belongs(fact: Fact, estimate: Estimate) -> bool:
    """A setting under a comment or a heading that is the estimate's own line."""
    if fact.name not in ("epochs", "total_steps") or not estimate.line < fact.line <= estimate.line + _OWN_FACTS_WITHIN:
        return False
    words = estimate.source_text.lstrip("#/-* ").strip()
    return any(words and level.strip() == words for level in fact.scenario[-3:])


def _lengths(levels: list[str], own: list[Fact]) -> tuple[Amount | None, Amount | None]:
    """Epochs and steps from the nearest words that state either; a limit of steps overrules epochs."""
    stated = {fact.name: float(fact.value) for fact in own if not isinstance(fact.value, str)}
    if "total_steps" in stated:
        return None, Amount(stated["total_steps"], stated["total_steps"])
    if "epochs" in stated:
        return Amount(stated["epochs"], stated["epochs"]), None
    # Settings come as a group of neighbouring levels: `epochs=1`, `max_steps=1969`.
    settings = [level for level in levels if "=" in level]
    for level in levels:
        group = settings if level in settings else [level]
        steps = next((found for one in group if (found := steps_in(one))), None)
        epochs = next((found for one in group if (found := epochs_in(one))), None)
        if steps is not None:
            return None, steps
        if epochs is not None:
            return epochs, None
    return None, None


def _lengths_of_alike(estimate: Estimate, document: EstimateDocument) -> tuple[Amount | None, Amount | None]:
    """Lengths told where the value stands with its product: `11,814 × 30 = 354,420 seconds`, then `= 98.5 hours`."""
    planned = {fact.value for fact in document.facts if fact.name == "total_steps"}
    for other in document.estimates:
        near = abs(other.line - estimate.line) <= _ALIKE_WITHIN and other.scope is estimate.scope
        if not near or not _same_value(other, estimate):
            continue
        clause = clause_of(other, document)
        factor = _PRODUCT.search(clause)
        if factor is not None and float(factor[1].replace(",", "")) in planned:
            steps = float(factor[1].replace(",", ""))
            return None, Amount(steps, steps)
    return None, None


def _machines_of_alike(estimate: Estimate, document: EstimateDocument) -> frozenset[Machine]:
    """The machine named where the same total is told once more, if it is one only: `15 days locally`."""
    if estimate.scope is not Scope.TOTAL:
        return frozenset()
    told = [
        next((found for level in (*reversed(other.scenario), other.source_text) if (found := machines_in(level))), None)
        for other in document.estimates
        if other.scope is estimate.scope and other.line != estimate.line and _bounds(other) == _bounds(estimate)
    ]
    models = {machine.model for machines in told if machines for machine in machines}
    return frozenset(Machine(model) for model in models) if len(models) == 1 else frozenset()


def _is_label(level: str) -> bool:
    """Tell a name or a condition from a sentence, whose words name nothing."""
    return len(level.split()) <= _LONGEST_LABEL


def _same_value(one: Estimate, other: Estimate) -> bool:
    ends = [end for end in _bounds(one) if end is not None], [end for end in _bounds(other) if end is not None]
    return len(ends[0]) == len(ends[1]) and all(abs(a - b) <= 0.01 * b for a, b in zip(*ends, strict=True))


@lru_cache(maxsize=256)
def _speaks_of_cache(document: EstimateDocument) -> bool:
    return any(_CACHED.search(level) for one in document.estimates for level in (*one.scenario, one.source_text))


def _things(levels: list[str]) -> tuple[Amount, ...]:
    return next((found for level in levels if (found := things_in(level))), ())


def _case(levels: list[str]) -> str:
    for level in levels:
        for name, pattern in _CASE.items():
            if pattern.search(level):
                return name
    return ""


def _cached(levels: list[str]) -> bool | None:
    for level in levels:
        if _UNCACHED.search(level):
            return False
        if _CACHED.search(level):
            return True
    return None


def _runs(estimate: Estimate, document: EstimateDocument, levels: list[str], machines: frozenset[Machine]) -> str:
    """Whether the duration is that of several runs, and in which arrangement."""
    behind = _after(estimate, document)
    each, arranged = _EACH.search(behind), _ONE_BY_ONE.search(behind) or _TOGETHER.search(behind)
    if (each is not None and (arranged is None or each.start() < arranged.start())) or _EACH.search(levels[0]):
        return ""
    found = _arrangement([behind, *levels])
    if found in ("sequential", "parallel") or not machines:
        return found
    # The same duration on the same machine is the same plan, told once more.
    told = {
        _arrangement([_after(other, document), *other.scenario])
        for other in document.estimates
        if other.scope is Scope.TOTAL and _bounds(other) == _bounds(estimate)
        and {m.model for m in machines_in(" | ".join(other.scenario))} & {m.model for m in machines}
    }  # fmt: skip
    told -= {"", "several"}
    return told.pop() if len(told) == 1 else found


def _arrangement(levels: list[str]) -> str:
    for level in levels:
        if _ONE_BY_ONE.search(level):
            return "sequential"
        if _TOGETHER.search(level):
            return "parallel"
    return "several" if any(_ALL.search(level) for level in levels) else ""


def _bounds(estimate: Estimate) -> tuple[float | None, float | None, float | None]:
    return estimate.low_s, estimate.likely_s, estimate.high_s


def is_of_all(estimate: Estimate, document: EstimateDocument, conditions: Conditions) -> bool:
    """Tell whether a duration beside the names of several runs is that of all of them: `a and b: 10 h in total`."""
    return bool(conditions.runs) or _IN_TOTAL.search(_after(estimate, document)) is not None or (
        _IN_TOTAL.search(clause_of(estimate, document)) is not None
    )  # fmt: skip


@lru_cache(maxsize=256)
def runs_planned(document: EstimateDocument) -> int | None:
    """How many runs the document speaks of (`all three experiments`, `3 × 45 minutes`); None where it does not say."""
    counts: dict[int, int] = {}
    for estimate in document.estimates:
        for level in {*estimate.scenario, estimate.source_text}:
            for match in _RUN_COUNT.finditer(level):
                word = match["count"] or match["times"]
                number = int(word) if word.isdigit() else int(WORDS[word.lower()])
                if 1 < number <= 20:
                    counts[number] = counts.get(number, 0) + 1
    return max(counts, key=lambda number: counts[number]) if counts else None
