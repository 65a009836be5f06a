"""Scenarios and hardware as a person types them: which documents speak of them, and what tells plans apart."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence

from trainmon.errors import UsageError
from trainmon.estimates import Estimate, EstimateDocument, Scope
from trainmon.plan.conditions import Conditions
from trainmon.plan.machines import machines_in, machines_typed
from trainmon.plan.plans import plan_of
from trainmon.run_choices import DocumentLine
from trainmon.settings import Settings

_WORDS = re.compile(r"[^\W_]+")
_BRACKETS = re.compile(r"\s*[(（\[][^()（）\[\]]*[)）\]]")
_TIME = re.compile(r"\d\W*(?:s|sec\w*|m|min\w*|h|hrs?|hours?|days?|weeks?)\b|[×=]", re.IGNORECASE)
_OF_RUNS = (Scope.TOTAL, Scope.EPOCH, Scope.STEP, Scope.STAGE)
_OF_EVERY_RUN = frozenset(
    ("total", "time", "per", "step", "steps", "epoch", "epochs", "training", "duration", "estimate")
)
_LONGEST, _MOST = 6, 12
"""Words of a name, and names listed."""


def says(text: str, wanted: str) -> bool:
    """Tell whether all words of `wanted` stand in `text`; `10,000` and `10000` are one word."""
    words = {word.lower() for word in _WORDS.findall(_joined(text))}
    return all(word.lower() in words for word in _WORDS.findall(_joined(wanted)))


def _joined(text: str) -> str:
    return re.sub(r"(?<=\d),(?=\d{3})", "", text)


def speak_of(documents: Iterable[EstimateDocument], wanted: str) -> bool:
    """Tell whether a duration in one of the documents holds under `wanted`."""
    return any(says(conditions.text, wanted) for plan in map(plan_of, documents) for _, conditions in plan.entries)


def check_scenario(documents: Sequence[EstimateDocument], wanted: str) -> None:
    """Raise UsageError, naming the scenarios that there are, where no document speaks of `wanted`."""
    if not documents or speak_of(documents, wanted):
        return
    names = list(dict.fromkeys(name for document in documents for name in scenario_names(document)))
    told = ", ".join(f'"{name}"' for name in names[:_MOST])
    told += f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    what = f"they speak of: {told}" if told else "they tell no scenarios apart"
    raise UsageError(f"no estimate document speaks of scenario {wanted!r}; {what}")


def check_hardware(documents: Sequence[EstimateDocument], wanted: str) -> None:
    """Raise UsageError, naming the hardware that there is, where `wanted` is none and no document speaks of it."""
    if not documents or machines_typed(wanted) or speak_of(documents, wanted):
        return
    told = ", ".join(hardware_names(documents)[:_MOST])
    what = f"they speak of: {told}" if told else "they name none"
    raise UsageError(f"{wanted!r} is no hardware that trainmon knows or an estimate document speaks of; {what}")


def hardware_names(documents: Iterable[EstimateDocument]) -> list[str]:
    """Give the GPUs that the documents name, alone or by the number, each once."""
    facts = (fact for document in documents for fact in document.facts if fact.name == "gpu")
    return sorted({str(machine) for fact in facts for machine in machines_in(str(fact.value))})


def check_choices(documents: Sequence[EstimateDocument], settings: Settings) -> None:
    """Raise UsageError for a scenario or hardware that is unknown, and for a line that holds no duration of a run.

    What was typed where there is no document at all is refused too; a settings file may speak of other folders.
    """
    for name in ("scenario", "hardware"):
        if name in settings.typed and not documents:
            wanted = getattr(settings, name)
            raise UsageError(
                f"no estimate document was found, so there is no {name} {wanted!r} to choose; name one with --estimates"
            )
    for scenario in (settings.scenario, *(one.scenario for one in settings.runs)):
        if scenario:
            check_scenario(documents, scenario)
    for hardware in (settings.hardware, *(one.hardware for one in settings.runs)):
        if hardware:
            check_hardware(documents, hardware)
    for place in (one.estimate for one in settings.runs if one.estimate is not None):
        for document in documents:
            if os.path.abspath(document.path) == os.path.abspath(place.path):  # noqa: PTH100
                _check_line(document, place)


def _check_line(document: EstimateDocument, place: DocumentLine) -> None:
    of_runs = [one for one in document.estimates if one.scope in _OF_RUNS]
    lines = sorted({one.line for one in of_runs})
    if place.line not in lines:
        told = ", ".join(map(str, lines)) or "none"
        raise UsageError(f"{place.path}:{place.line} holds no duration of a run; lines that do: {told}")
    words = list(dict.fromkeys(one.text for one in of_runs if one.line == place.line))
    if place.words and place.words not in words:
        told = ", ".join(f'"{text}"' for text in words)
        raise UsageError(f"{place.path}:{place.line} holds no duration {place.words!r}; it holds {told}")


def scenario_names(document: EstimateDocument) -> Iterator[str]:
    """Give the short labels and headings that tell whole runs apart, or where the document has no totals, others."""
    totals = [one for one in document.estimates if one.scope is Scope.TOTAL]
    held = totals or [one for one in document.estimates if one.scope in _OF_RUNS]
    everywhere = set(held[0].scenario).intersection(*(one.scenario for one in held)) if len(held) > 1 else set()
    names = (bare(level) for one in held for level in one.scenario if level not in {document.title, *everywhere})
    yield from (name for name in names if _is_name(name))


def _is_name(text: str) -> bool:
    words = _WORDS.findall(text.lower())
    return 0 < len(words) <= _LONGEST and not set(words) <= _OF_EVERY_RUN and not _TIME.search(text)


def telling(estimate: Estimate, conditions: Conditions, others: Sequence[Conditions]) -> str:
    """Give the shortest name, if any, that says this plan and none of the `others`."""
    levels = [*reversed(estimate.scenario), estimate.subject]
    names = [name for level in levels for name in (bare(level), level.strip())]
    fit = [
        name
        for name in names
        if _WORDS.search(name) and says(conditions.text, name) and not any(says(o.text, name) for o in others)
    ]
    return min(fit, key=lambda name: len(name.split()), default="")


def bare(level: str) -> str:
    """Give a label without what stands in its brackets and behind its colon."""
    return _BRACKETS.sub("", level).partition(":")[0].strip(" *`#-")
