"""What the user says of single runs: `[runs."name or glob"]` in trainmon.toml; it goes before everything else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from trainmon.errors import UsageError

_PLACE = re.compile(r"(?P<file>.+):(?P<line>[1-9]\d{0,8})")
_KEYS = ("estimate", "hardware", "scenario")


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    """One line of an estimate document."""

    path: Path
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunChoice:
    """What is said of the runs whose name fits `pattern`; None where nothing is."""

    pattern: str = "*"
    scenario: str | None = None
    hardware: str | None = None
    estimate: DocumentLine | None = None


def choice_for(choices: Sequence[RunChoice], run: str) -> RunChoice:
    """Give what is said of a run: under its very name, else under the first pattern that fits."""
    exact = next((one for one in choices if one.pattern == run), None)
    return exact or next((one for one in choices if fnmatchcase(run, one.pattern)), RunChoice())


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
    estimate = _line(texts["estimate"], path.parent, where) if "estimate" in texts else None
    return RunChoice(pattern=pattern, scenario=texts.get("scenario"), hardware=texts.get("hardware"), estimate=estimate)


def _line(place: str, folder: Path, where: str) -> DocumentLine:
    match = _PLACE.fullmatch(place)
    if match is None:
        raise UsageError(f'{where}: estimate must name a document and a line, such as "plan.md:12", not {place!r}')
    document = folder / Path(match["file"]).expanduser()
    if not document.is_file():
        raise UsageError(f"{where}: no such estimate document: {document}")
    return DocumentLine(path=document, line=int(match["line"]))
