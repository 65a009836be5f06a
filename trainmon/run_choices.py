"""What the user says of single runs: `[runs."name or glob"]` in trainmon.toml, or with a key on the screen.

It goes before everything else, and what is chosen on the screen before what is written.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from glob import escape
from pathlib import Path

from trainmon.errors import UsageError

_PLACE = re.compile(r"(?P<file>.+):(?P<line>[1-9]\d{0,8})")
_KEYS = ("estimate", "hardware", "scenario", "words")
_NO_PLAN = "none"


class Said(StrEnum):
    """Where the user said it; the words stand in the reason for a verdict."""

    SETTINGS = "your settings"
    SCREEN = "chosen on the screen"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    """One line of an estimate document; where it tells several durations, the one written in these `words`."""

    path: Path
    line: int
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunChoice:
    """What is said of the runs whose name fits `pattern`; None where nothing is."""

    pattern: str = "*"
    scenario: str | None = None
    hardware: str | None = None
    estimate: DocumentLine | None = None
    no_plan: bool = False
    """To be held against nothing: `estimate = "none"`."""
    said: Said = Said.SETTINGS


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChoice:
    """One choice made on the screen, for runs by name; back to automatic where it names neither a line nor no plan."""

    runs: tuple[str, ...]
    estimate: DocumentLine | None = None
    no_plan: bool = False


def choice_for(choices: Sequence[RunChoice], run: str) -> RunChoice:
    """Give what is said of a run: under its very name, else under the first pattern that fits."""
    exact = next((one for one in choices if one.pattern == run), None)
    return exact or next((one for one in choices if fnmatchcase(run, one.pattern)), RunChoice())


def with_choice(
    on_screen: Mapping[str, RunChoice], written: Sequence[RunChoice], choice: PlanChoice
) -> dict[str, RunChoice]:
    """Add a choice to those made on the screen, by run; hardware that is `written` for a run stays."""
    kept = {run: one for run, one in on_screen.items() if run not in choice.runs}
    if choice.estimate is None and not choice.no_plan:
        return kept
    for run in choice.runs:
        kept[run] = replace(
            choice_for(written, run),
            pattern=run,
            scenario=None,
            estimate=choice.estimate,
            no_plan=choice.no_plan,
            said=Said.SCREEN,
        )
    return kept


def as_toml(choices: Iterable[RunChoice], folder: Path) -> str:
    """Write choices as the tables of a settings file that lies in `folder`."""
    return "\n".join(_table(choice, folder) for choice in choices)


def _table(choice: RunChoice, folder: Path) -> str:
    lines = [f"[runs.{_quoted(_pattern(choice.pattern))}]"]
    if choice.no_plan:
        lines.append(f'estimate = "{_NO_PLAN}"')
    elif choice.estimate is not None:
        place = os.path.relpath(choice.estimate.path, folder)
        lines.append(f"estimate = {_quoted(f'{place}:{choice.estimate.line}')}")
        lines += [f"words = {_quoted(choice.estimate.words)}"] if choice.estimate.words else []
    lines += [f"hardware = {_quoted(choice.hardware)}"] if choice.hardware else []
    return "\n".join([*lines, ""])


def _pattern(run: str) -> str:
    """A name that TOML cannot hold, of bytes that are no text, as a pattern that fits it."""
    if run.isprintable() or not any("\ud800" <= character <= "\udfff" for character in run):
        return run
    return re.sub("[\ud800-\udfff]", "?", escape(run))


def _quoted(text: str) -> str:
    """Quote a text as TOML's basic strings are; what acts on a terminal is written as its number."""
    shown = (one if one.isprintable() else f"\\U{ord(one):08x}" for one in re.sub(r'(["\\])', r"\\\1", text))
    return f'"{"".join(shown)}"'


def read_choices(values: object, path: Path) -> tuple[RunChoice, ...]:
    """Read the `runs` tables of the settings file at `path`. Raises UsageError."""
    if not isinstance(values, dict) or not all(isinstance(table, dict) for table in values.values()):
        raise UsageError(f'{path}: runs must be written as [runs."name"] tables')
    return tuple(_choice(str(pattern), table, path) for pattern, table in values.items())


def _choice(pattern: str, table: dict[str, object], path: Path) -> RunChoice:
    where = f'{path}: [runs."{pattern}"]'
    unknown = sorted(table.keys() - set(_KEYS))
    if unknown:
        raise UsageError(f"{where}: unknown key {unknown[0]!r}; known are {', '.join(_KEYS)}")
    texts: dict[str, str] = {}
    for name, value in table.items():
        if not isinstance(value, str) or not value.strip():
            raise UsageError(f"{where}: {name} must be a text")
        texts[name] = value
    place, words = texts.get("estimate"), texts.get("words", "")
    if words and place in (None, _NO_PLAN):
        raise UsageError(f"{where}: words tell durations of one line apart and need an estimate with a line")
    estimate = _line(place, words, path.parent, where) if place is not None and place != _NO_PLAN else None
    return RunChoice(
        pattern=pattern,
        scenario=texts.get("scenario"),
        hardware=texts.get("hardware"),
        estimate=estimate,
        no_plan=place == _NO_PLAN,
    )


def _line(place: str, words: str, folder: Path, where: str) -> DocumentLine:
    match = _PLACE.fullmatch(place)
    if match is None:
        raise UsageError(
            f'{where}: estimate must name a document and a line, such as "plan.md:12", or "none", not {place!r}'
        )
    document = folder / Path(match["file"]).expanduser()
    if not document.is_file():
        raise UsageError(f"{where}: no such estimate document: {document}")
    return DocumentLine(path=document, line=int(match["line"]), words=words)
