"""Claims and facts of one document together, and the questions that arithmetic asks of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from trainmon.estimates import Fact, Scope
from trainmon.parsers.documents.blocks import Piece
from trainmon.parsers.documents.claim import Claim
from trainmon.parsers.documents.durations import Span
from trainmon.parsers.documents.facts import Placed
from trainmon.parsers.documents.outline import Outline
from trainmon.patterns import pattern

Interval = tuple[float, float]

_CASES = {
    "worst": r"worst|conservative|pessimistic|upper|最坏|保守",
    "best": r"best[\s-]+case|optimistic|lower|最好|乐观|(?:^|\|\s*)best(?=\s*(?:\||$))",
    "expected": r"realistic|most\s+likely|typical|average|expected\s+case|一般|典型|(?:^|\|\s*)expected(?=\s*(?:\||$))",
}
CASES = {name: pattern(text, re.IGNORECASE) for name, text in _CASES.items()}
_SIZES = pattern(r"\b(small|medium|large|tiny|full|half)\b", re.IGNORECASE)
_DEVICES = pattern(
    r"\b(cpu|gpu|mps|tpu)\b|\b([AHVTPL]\d{1,3}|RTX\s?\d{4})\b|\b\d{1,4}\s?[x×]?\s?(?:GPU|TPU|card|node)s\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Plan:
    """One document, ready for arithmetic."""

    pieces: list[Piece]
    claims: list[Claim]
    facts: list[Placed]
    outline: Outline
    by_line: dict[int, list[Fact]] = field(default_factory=lambda: defaultdict(list))
    """0-based line -> its facts."""
    named: dict[str, list[Placed]] = field(default_factory=lambda: defaultdict(list))
    """Name -> its facts, in order."""
    things: set[str] | None = None
    """What the document counts, once asked."""
    counts: dict[int, Interval | None] = field(default_factory=dict)
    """Claim (by identity) -> the examples it is about, once asked."""

    def facts_on(self, line: int, name: str) -> list[Fact]:
        """Give the facts of one name on one 0-based line."""
        return [fact for fact in self.by_line.get(line, ()) if fact.name == name]

    def first(self, name: str, piece: Piece | None = None) -> Fact | None:
        """Give the fact that holds at `piece`: of its section, else of an enclosing one, else the document's first."""
        best, rank = None, -1
        for placed in self.named.get(name, ()):
            if piece is not None and placed.piece.quoted != piece.quoted:
                continue
            shared = shared_headings(placed.piece, piece) if piece else 0
            if shared > rank:
                best, rank = placed.fact, shared
        return best

    def here(self, name: str, piece: Piece) -> Fact | None:
        """Give the fact that stands on the line of `piece` or in a heading above it; None otherwise."""
        for line in (piece.line, *(heading.line for heading in reversed(piece.headings))):
            found = self.facts_on(line, name)
            if found:
                return found[0]
        return None


_MOST_CLAIMS = 1000


def is_comparable(plan: Plan) -> bool:
    """Tell whether claims can be held against one another: beyond so many a document is data, not one plan."""
    return len(plan.claims) <= _MOST_CLAIMS


def plan_of(pieces: list[Piece], claims: list[Claim], facts: list[Placed], outline: Outline) -> Plan:
    """Put a document together."""
    plan = Plan(pieces, claims, facts, outline)
    for placed in facts:
        plan.by_line[placed.piece.line].append(placed.fact)
        plan.named[placed.fact.name].append(placed)
    return plan


def shared_headings(one: Piece, other: Piece) -> int:
    """Count the headings that two pieces stand under alike, from the outermost on."""
    count = 0
    for left, right in zip(one.headings, other.headings, strict=False):
        if left != right:
            break
        count += 1
    return count


def interval(span: Span) -> Interval | None:
    """Give (low, high) in seconds, high above 0; None for a bound or a vague duration."""
    low, high = (span.low_s, span.high_s) if span.likely_s is None else (span.likely_s, span.likely_s)
    return None if low is None or not high else (low, high)


def scaled(value: Interval, factor: float) -> Interval:
    """Multiply both ends."""
    return value[0] * factor, value[1] * factor


def ratio_of(one: float, other: float) -> float:
    """Give how far two values lie apart, as a factor of at least 1; 1 where either is not positive."""
    return max(one / other, other / one) if one > 0 and other > 0 else 1.0


def apart(one: Interval, other: Interval) -> float:
    """Give the larger of the factors between the lower and between the upper ends."""
    return max(ratio_of(one[0], other[0]), ratio_of(one[1], other[1]))


def outside(value: Interval, whole: Interval, slack: float = 1.02) -> float:
    """Give the factor by which `value` leaves `whole`, 1.0 where it stays inside."""
    over, under = value[1] / whole[1] if whole[1] else 1.0, whole[0] / value[0] if value[0] else 1.0
    return max(over, under) if max(over, under) > slack else 1.0


def total_of(values: Iterable[Interval]) -> Interval:
    """Add intervals end to end."""
    low = high = 0.0
    for one in values:
        low, high = low + one[0], high + one[1]
    return low, high


def cases_of(claim: Claim) -> set[str]:
    """Give the conditions that tell two claims about the same thing apart: case, size, device."""
    piece, words = claim.piece, claim.words
    own = " | ".join((words.inner, words.label, *piece.parents, piece.lead, *piece.cells[:1]))
    near = own + " | " + " ".join(heading.text for heading in claim.piece.headings[-1:])
    found = {name for name, named in CASES.items() if named.search(near)}
    found |= {match[0].lower() for match in _SIZES.finditer(near)}
    return found | {match[0].lower() for match in _DEVICES.finditer(own)}


_KILO = pattern(r"(?<![\w.-])(\d{1,3}(?:\.\d+)?)\s?[kK]\b(?!\s*(?:tokens?|context|steps|iter))")
_EPOCHS = pattern(
    r"(?<![\w.])(\d+(?:\.\d+)?)\s*epochs?\b|\b(single|one|half)(?:\s+an)?[\s-]+epoch|epochs?\W{1,4}(\d+(?:\.\d+)?)\b",
    re.IGNORECASE,
)
_EPOCH_WORDS = {"single": 1.0, "one": 1.0, "half": 0.5}
_PURPOSE = pattern(
    r"\b(quick(?=\s+(?:test|run|iteration|experiment|check|training))|smoke|fast|retrain\w*|cached|optimi[sz]ed|"
    r"production|sequential|parallel|baseline|hans|all|sft|grpo|frozen|local\w*|early\s+stopping|"
    r"mixed\s+precision|first)\b|\b(p\d\w*\.\w+)",
    re.IGNORECASE,
)


def near_words(claim: Claim) -> str:
    """Give the words that say for what a claim holds: its label, its row, its header, its innermost heading."""
    piece = claim.piece
    header = piece.header[piece.column] if 0 <= piece.column < len(piece.header) else ""
    row = (
        " | ".join(piece.cells[:1])
        if piece.kind == "cell"
        else f"{claim.words.label} {claim.words.inner} {claim.words.clause}"
    )
    heading = piece.headings[-1].text if piece.headings else ""
    lead = piece.lead if len(piece.lead) < 80 and piece.kind != "cell" else ""
    return " | ".join((row, header, re.split(r"[,;]", claim.words.after[:40])[0], *piece.parents[-1:], lead, heading))


_DATASET = pattern(r"\W*(?:\w+\s+){0,3}?(?:data|dataset|samples|examples|size|subset)\b", re.IGNORECASE)


_THINGS = pattern(
    r"\d\s*[kKM]?\s+(?:unique\s+|training\s+)?(pairs|messages|images|proteins|sentences|structures|complexes|"
    r"documents)\b",
    re.IGNORECASE,
)


def counted_things(plan: Plan) -> set[str]:
    """Give the things that the document counts; where they are several, a figure is not just a number of examples."""
    if plan.things is None:
        plan.things = {match[1].lower() for piece in plan.pieces for match in _THINGS.finditer(piece.text)}
    return plan.things


def main_examples(plan: Plan) -> Fact | None:
    """Give the number of examples of the main run: the document's total, else the first that it names for itself."""
    if len(counted_things(plan)) > 1:
        return None
    found = [
        p for p in plan.named.get("examples", ()) if not p.piece.quoted and p.fact.high is None and p.piece.column < 0
    ]
    totals = [p.fact for p in found if re.search(r"\btotal\b", p.piece.text, re.IGNORECASE) and "=" in p.piece.text]
    return totals[0] if totals else found[0].fact if found else None


def epochs_of(claim: Claim, plan: Plan) -> float | None:
    """Give the epochs that a claim is about: named near it, set in the code above, else the document's only one."""
    piece = claim.piece
    if found := plan.facts_on(piece.line, "epochs"):
        return float(found[-1].value)
    if match := _EPOCHS.search(near_words(claim)):
        return _EPOCH_WORDS[match[2].lower()] if match[2] else float(match[1] or match[3])
    if set_above := re.findall(r"(?i)epochs[ =:]+(\d+(?:\.\d+)?)", piece.code_above):
        return float(set_above[-1])
    grouped = {
        float(p.fact.value)
        for p in plan.named.get("epochs", ())
        if p.piece.group == piece.group and piece.code is not None
    }
    if len(grouped) == 1:
        return grouped.pop()
    known = {float(placed.fact.value) for placed in plan.named.get("epochs", ()) if placed.fact.high is None}
    return known.pop() if len(known) == 1 else None


def count_of(claim: Claim, plan: Plan) -> Interval | None:
    """Give the number of examples that a claim is about, as an interval; None where nothing says it."""
    if id(claim) not in plan.counts:
        plan.counts[id(claim)] = _counted(claim, plan)
    return plan.counts[id(claim)]


def _counted(claim: Claim, plan: Plan) -> Interval | None:
    piece = claim.piece
    fact = plan.here("examples", piece)
    own = plan.facts_on(piece.line, "examples")
    kilo = _KILO.search(near_words(claim).rpartition("|")[0] if piece.kind != "cell" else near_words(claim))
    if not own and kilo:
        value = float(kilo[1]) * 1000
        return value, value
    if fact is None:
        grouped = [
            p.fact for p in plan.named.get("examples", ()) if p.piece.group == piece.group and piece.kind == "item"
        ]
        fact = grouped[0] if len(grouped) == 1 else None
    if fact is None and piece.headings and piece.headings[-1].level > 1:
        inside = {
            (p.fact.value, p.fact.high): p.fact
            for p in plan.named.get("examples", ())
            if p.piece.headings == piece.headings and _DATASET.match(p.piece.text)
        }
        fact = next(iter(inside.values())) if len(inside) == 1 else None
    if fact is None or not isinstance(fact.value, float):
        return None
    return fact.value, fact.high or fact.value


_LIMIT = pattern(r"max[_-](?:steps|iters)[ =:]+(\d+)", re.IGNORECASE)


def steps_of(claim: Claim) -> float | None:
    """Give the step limit set in the code above a claim, on its line, or below its comment; None without one."""
    piece = claim.piece
    found = _LIMIT.findall(piece.code_above if piece.code is None and piece.code_above else piece.text)
    if not found:
        found = _LIMIT.findall(piece.code_below)
    return float(found[-1]) if found else None


_SEVERAL = pattern(
    r"\b(?:for|all|both)\s+(?:of\s+)?(?:the\s+)?(?:all|both|\d+|two|three|four|five|six|seven|eight|nine|ten)\b(?!\s*(?:%|"
    r"epochs?|steps|k\b|gpus?))|\ball\s+(?:runs|experiments|models|datasets|seeds|folds)\b",
    re.IGNORECASE,
)


def for_several(claim: Claim) -> bool:
    """Tell whether a total is one of several runs together: `~2.25 hours for all three rates`."""
    return _SEVERAL.search(f"{claim.words.label} {claim.words.clause} | {claim.words.after}") is not None


def purpose_of(claim: Claim) -> set[str]:
    """Give the words that name a particular run: `quick`, `cached`, `parallel`, a method, an instance type."""
    return {match[0].lower() for match in _PURPOSE.finditer(near_words(claim))}


def lines(*claims: Claim) -> tuple[int, ...]:
    """Give the 1-based lines of claims, in order, each once."""
    return tuple(sorted({claim.piece.line + 1 for claim in claims}))


def is_whole(claim: Claim) -> bool:
    """Tell whether a claim is about a whole run on the clock."""
    return claim.scope is Scope.TOTAL and not claim.span.device_time


def show(value: Interval) -> str:
    """Write an interval as people do: `32-48 min`."""
    top = value[1]
    size, unit = next(
        ((s, u) for s, u in ((86400.0, "days"), (3600.0, "h"), (60.0, "min")) if top >= 2 * s), (1.0, "s")
    )
    low, high = f"{value[0] / size:.3g}", f"{value[1] / size:.3g}"
    return f"{low} {unit}" if low == high else f"{low}-{high} {unit}"
