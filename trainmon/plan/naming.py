"""Which runs the lines of a document name: such a line is the plan of those runs, and of no other.

A name counts as a whole word, `hardness_aware` also as `hardness-aware`; the longest name found is the one meant. The
words nearest to a duration decide: its clause, else its sentence; of a table's row the first cell that names a run;
else the headings from the nearest one outwards, where they hold nothing but the name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from trainmon.estimates import Estimate, EstimateDocument, Scope
from trainmon.plan.sections import with_sums_apart
from trainmon.plan.stems import say_nothing, stem, stems

_CLASSES = frozenset(
    stem(word)
    for word in (
        *("base", "baseline", "default", "final", "first", "last", "next", "old", "original", "result", "version"),
        *("tiny", "small", "medium", "middle", "big", "large", "huge", "quick", "slow"),
        *("main", "job", "task", "smoke", "test", "tests", "eval"),
    )
)
"""Names that are said of any run: `Large (20,000 proteins)` is a size, not the run that somebody called `large`."""
_FEWEST_LETTERS = 2
_GAP = r"[\s_./-]?"
_PARTS = re.compile(r"[^\W_]+")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+")
_CLAUSE = re.compile(r",\s|;\s|\s[—–]\s|:\s")
_BEGINS = re.compile(r"\s*(?:[-*+|#>]|\d+[.)]\s|```)")
"""An item, a row, a heading, a fence: no line goes on from the one before it."""
_LABEL = re.compile(r"\s*(?:[-*+•]\s+|\d+[.)]\s+)?(?P<name>[^\s:|][^:|]{0,80}?)\s*(?::|=|\s[-–—])\s+(?P<rest>\S.*)")
_MISTAKEN = frozenset({Scope.SAVING, Scope.THRESHOLD, Scope.STAGE, Scope.TIMELINE, Scope.COMPARISON, Scope.UNIT})
_MOST_LINES = 8
_GIVEN = re.compile(
    r"\bthe\s+[*`\"'“‘]*([^\W\d_][\w-]*(?:\s[\w-]+){0,2}?)[*`\"'”’]*\s+(?:scenario|case)\b", re.IGNORECASE
)
"""`the realistic scenario`."""
_BRACKETS = re.compile(r"[(（][^()（）]*[)）]")
_NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRun:
    """A run on the board."""

    name: str
    log: str
    """Where its log lies: a document speaks for what lies below its folder."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that name some of the runs."""

    words: str
    runs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Part:
    """What a document says to one run: all but the lines of other runs."""

    document: EstimateDocument
    own: frozenset[tuple[int, str]] = frozenset()
    """Line and words of the durations that are said of this run by its name."""
    shared: frozenset[tuple[int, str]] = frozenset()
    """Of those, the ones that are said of other runs in the same words."""
    scenarios: tuple[str, ...] = ()
    """What the document's sentences give to this run by name: `abl-wd0 uses the realistic scenario`."""

    def is_own(self, estimate: Estimate) -> bool:
        """Tell whether the run's name stands with the duration."""
        return (estimate.line, estimate.text) in self.own

    def is_shared(self, estimate: Estimate) -> bool:
        """Tell whether the duration is said of this run and of others by name."""
        return (estimate.line, estimate.text) in self.shared


def part_for(document: EstimateDocument, run: str, runs: Sequence[str]) -> Part:
    """Leave out what `document` says of other runs by name; `runs` are the names of all that it speaks for."""
    document = reclaimed(with_sums_apart(document), tuple(runs))
    phrases = phrases_of(tuple(runs))
    return _part(document, run, phrases) if phrases else Part(document)


@lru_cache(maxsize=256)
def reclaimed(document: EstimateDocument, runs: tuple[str, ...]) -> EstimateDocument:
    """Give items that are nothing but the name of a run and a time to that run, whatever else the name may mean.

    Whoever reads `killed: 3 min` without the logs has to take it for an alarm level, `delta: 3 h` for a difference.
    """
    names = {level for run in runs for level in _names_of(run)}
    told = [_as_total(one) if _label_of(one) in names else one for one in document.estimates]
    return replace(document, estimates=tuple(told)) if tuple(told) != document.estimates else document


def _as_total(estimate: Estimate) -> Estimate:
    if estimate.scope not in _MISTAKEN:
        return estimate
    return replace(estimate, scope=Scope.TOTAL, stage=None, subject=_label_of(estimate))


def _label_of(estimate: Estimate) -> str:
    """The label of an item or a line that its duration follows at once; '' where there is none."""
    found = _LABEL.match(_plain(estimate.source_text))
    if found is None or not found["rest"].startswith(_plain(estimate.text).strip()):
        return ""
    return found["name"].strip().lower()


@lru_cache(maxsize=256)
def phrases_of(runs: tuple[str, ...]) -> tuple[Phrase, ...]:
    """Give the names by which some of the runs, not all, are told apart: longest first. One alone may have a code."""
    owners: dict[str, set[str]] = {}
    for run in runs:
        for words in _names_of(run):
            owners.setdefault(words, set()).add(run)
    alone = len(set(runs)) == 1
    told = [
        Phrase(words, frozenset(named))
        for words, named in owners.items()
        if (_is_code(words) if alone else len(named) < len(set(runs)))
    ]
    return tuple(sorted(told, key=lambda phrase: (-len(phrase.words), phrase.words)))


def _is_code(words: str) -> bool:
    """Tell whether a name lives of its letters and figures (`vit-b`, `r3`); other names are known by their words."""
    return any(len(part) == 1 or any(map(str.isdigit, part)) for part in _PARTS.findall(words))


def _names_of(run: str) -> Iterator[str]:
    """The whole name, and each folder of it."""
    bare = run.partition(" (")[0].lower()
    levels = [level for level in bare.split("/") if level]
    if len(levels) > 1:
        yield bare
    yield from (level for level in levels if _is_telling(level))


def _is_telling(level: str) -> bool:
    words = _PARTS.findall(level)
    letters = [letters for word in words for letters in re.findall(r"[^\W\d_]+", word)]
    if len(level) < _FEWEST_LETTERS or not letters:
        return False
    numbered = any(re.search(r"[^\W\d_]\d|\d[^\W\d_]", word) for word in words) or any(map(str.isdigit, words))
    return numbered or any(not say_nothing(word) and stem(word) not in _CLASSES for word in letters)


@lru_cache(maxsize=1024)
def _part(document: EstimateDocument, run: str, phrases: tuple[Phrase, ...]) -> Part:
    owners = {place: named for place, named in _owners(document, phrases).items() if named}
    scenarios = _scenarios_of(document, run, phrases)
    if not owners:
        return Part(document, scenarios=scenarios)
    barred = {place for place, named in owners.items() if run not in named}
    by_line: dict[int, list[bool]] = {}
    for place in _owners(document, phrases):
        by_line.setdefault(place[0], []).append(place in barred)
    lines = {line for line, each in by_line.items() if all(each)}
    facts = tuple(
        fact
        for fact in document.facts
        if fact.line not in lines and run in (_of_levels(fact.scenario, phrases) or {run})
    )
    lines |= {fact.line for fact in document.facts} - {fact.line for fact in facts}
    return Part(
        replace(
            document,
            estimates=tuple(one for one in document.estimates if (one.line, one.text) not in barred),
            facts=facts,
            derived=tuple(one for one in document.derived if not lines.intersection(one.from_lines)),
        ),
        frozenset(place for place, named in owners.items() if run in named),
        frozenset(place for place, named in owners.items() if run in named and len(named) > 1),
        scenarios,
    )


def _scenarios_of(document: EstimateDocument, run: str, phrases: tuple[Phrase, ...]) -> tuple[str, ...]:
    """The scenarios that sentences with the run's name speak of."""
    sentences = (
        sentence
        for line in document.lines.values()
        if _GIVEN.search(line)
        for sentence in _SENTENCE.split(_plain(line))
    )
    return tuple(
        given[1] for sentence in sentences for given in _GIVEN.finditer(sentence) if run in _named(sentence, phrases)[0]
    )


@lru_cache(maxsize=64)
def _owners(document: EstimateDocument, phrases: tuple[Phrase, ...]) -> dict[tuple[int, str], frozenset[str]]:
    """The runs named with each duration; nobody where none is."""
    return {
        (one.line, one.text): _of_words(one, document, phrases) or _of_levels(one.scenario, phrases)
        for one in document.estimates
    }


def _of_words(estimate: Estimate, document: EstimateDocument, phrases: tuple[Phrase, ...]) -> frozenset[str]:
    line = _plain(estimate.source_text)
    if line.lstrip().startswith("|"):
        return _first(line.split("|"), phrases)
    before, after = _wrapped(document, estimate.line)
    at = len(before) + max(line.find(_plain(estimate.text).strip()), 0)
    sentence, at = _around(f"{before}{line}{after}", at, _SENTENCE)
    clause, _ = _around(sentence, at, _CLAUSE)
    return _first([clause, sentence], phrases)


def _wrapped(document: EstimateDocument, number: int) -> tuple[str, str]:
    """What stands in the lines before and after one, as far as its paragraph or its item of a list goes."""
    lines, first, last = document.lines, number, number
    while first in lines and not _BEGINS.match(lines[first]) and first - 1 in lines and number - first < _MOST_LINES:
        first -= 1
    while last + 1 in lines and not _BEGINS.match(lines[last + 1]) and last - number < _MOST_LINES:
        last += 1
    before = "".join(f"{_plain(lines[one])} " for one in range(first, number))
    return before, "".join(f" {_plain(lines[one])}" for one in range(number + 1, last + 1))


def _plain(text: str) -> str:
    return text.replace("*", "").replace("`", "")


def _around(text: str, at: int, marks: re.Pattern[str]) -> tuple[str, int]:
    """The piece between two marks that holds the place `at`, and where in it that is."""
    begin = max((mark.end() for mark in marks.finditer(text) if mark.end() <= at), default=0)
    finish = min((mark.start() for mark in marks.finditer(text) if mark.start() > at), default=len(text))
    return text[begin:finish], at - begin


def _first(pieces: Iterable[str], phrases: tuple[Phrase, ...]) -> frozenset[str]:
    return next((named for piece in pieces if (named := _named(piece, phrases)[0])), _NOBODY)


def _of_levels(levels: Sequence[str], phrases: tuple[Phrase, ...]) -> frozenset[str]:
    """Of headings and labels, the nearest one that is nothing but a name."""
    for level in reversed(levels):
        named, rest = _named(_BRACKETS.sub(" ", level), phrases)
        if named and not stems(rest):
            return named
    return _NOBODY


def _named(text: str, phrases: tuple[Phrase, ...]) -> tuple[frozenset[str], str]:
    """The runs that `text` names, and what is left of it. `lora contamination_10` names one run of `lora`."""
    found = []
    for phrase in phrases:
        text, times = _pattern(phrase.words).subn(" ", text)
        found += [phrase.runs] if times else []
    if not found:
        return _NOBODY, text
    return frozenset.intersection(*found) or frozenset.union(*found), text


@lru_cache(maxsize=4096)
def _pattern(words: str) -> re.Pattern[str]:
    parts = _GAP.join(re.escape(word) for word in _PARTS.findall(words))
    return re.compile(rf"(?<![\w-]){parts}(?![\w-])", re.IGNORECASE)
