"""Settings: flags, then `TRAINMON_*`, then `trainmon.toml` in the log folder, then the user's, then defaults."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from trainmon.errors import UsageError
from trainmon.plan.deadlines import check_deadline
from trainmon.run_choices import PlanChoice, RunChoice, read_choices, with_choice

FILE_NAME = "trainmon.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the user decided."""

    estimates: tuple[Path, ...] = ()
    scenario: str | None = None
    hardware: str | None = None
    formats: Mapping[Path, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    """The user's own formats, by the settings file that they are written in."""
    origin: Path | None = None
    runs: tuple[RunChoice, ...] = ()
    """What the user says of single runs."""
    on_screen: Mapping[str, RunChoice] = field(default_factory=dict)
    """What was chosen on the screen since it was opened, by run; it goes before `runs`."""
    runs_file: Path = Path(FILE_NAME)
    """The settings file in which `[runs]` tables for these logs belong, be it there or not."""
    deadline: str | None = None
    """When the runs are ended from outside: a time of day, a date and time, or a duration from a run's beginning."""
    on_event: str | None = None
    """A command for each alert."""
    desktop: bool = False
    """Alerts go to the desktop too, through the terminal."""
    bell: bool = True
    notes: tuple[str, ...] = ()
    """What was left aside, and why."""
    typed: frozenset[str] = frozenset()
    """Names of the settings that came with the command itself, not from a file or the environment."""

    def choosing(self, choice: PlanChoice) -> Settings:
        """Give the settings with one more choice made on the screen."""
        return replace(self, on_screen=with_choice(self.on_screen, self.runs, choice))


@dataclass(slots=True)
class _Layer:
    values: dict[str, Any] = field(default_factory=dict)
    folder: Path | None = None
    path: Path | None = None
    runs: tuple[RunChoice, ...] = ()


_TEXTS = ("scenario", "hardware", "deadline", "on_event")
_SWITCHES = ("desktop", "bell")
_KNOWN = {"estimates", "formats", "runs", *_TEXTS, *_SWITCHES}
_YES, _NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


def load_settings(
    logs: Iterable[str],
    *,
    config: Path | None = None,
    estimates: Iterable[Path] = (),
    scenario: str | None = None,
    hardware: str | None = None,
    deadline: str | None = None,
    on_event: str | None = None,
    desktop: bool | None = None,
    bell: bool | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """Combine all layers. Raises UsageError for a file that cannot be read or holds an unknown key."""
    environment = os.environ if environment is None else environment
    runs_file = config if config is not None else _beside(logs)
    here = _read(runs_file) if config is not None or _is_there(runs_file) else _Layer()
    layers = [here, *([_users(environment)] if config is None else [])]
    notes = _without_commands(layers[0]) if config is None else ()
    named = tuple(estimates) or _paths(environment.get("TRAINMON_ESTIMATES", "").split(os.pathsep), None)
    by = None if named else next((layer for layer in layers if layer.values.get("estimates")), None)
    if by is not None:
        named = _paths(by.values["estimates"], by.folder)
    merged: dict[str, Any] = {}
    for layer in reversed(layers):
        merged |= layer.values
    merged |= _from_environment(environment)
    typed: dict[str, Any] = {"scenario": scenario, "hardware": hardware, "deadline": deadline}
    typed |= {"on_event": on_event, "desktop": desktop, "bell": bell}
    typed = {name: value for name, value in typed.items() if value is not None}
    merged |= typed
    missing = [path for path in named if not _is_there(path)]
    if missing:
        raise UsageError(f"{f'{by.path}: ' if by else ''}no such estimate document: {missing[0]}")
    return Settings(
        estimates=named,
        scenario=merged.get("scenario"),
        hardware=merged.get("hardware"),
        formats={layer.path: layer.values.get("formats", ()) for layer in layers if layer.path is not None},
        runs=tuple(one for layer in layers for one in layer.runs),
        runs_file=runs_file,
        deadline=check_deadline(merged["deadline"]) if merged.get("deadline") else None,
        origin=next((layer.path for layer in layers if layer.path is not None), None),
        on_event=merged.get("on_event"),
        desktop=merged.get("desktop", False),
        bell=merged.get("bell", True),
        notes=notes,
        typed=frozenset(typed),
    )


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in (*_TEXTS, *_SWITCHES):
        value = environment.get(f"TRAINMON_{name.upper()}")
        if not value:
            continue
        if name in _SWITCHES and value.lower() not in (*_YES, *_NO):
            raise UsageError(f"TRAINMON_{name.upper()} must be 1 or 0, not {value!r}")
        found[name] = value.lower() in _YES if name in _SWITCHES else value
    return found


def _without_commands(layer: _Layer) -> tuple[str, ...]:
    """Whoever unpacks somebody else's logs must not run their commands."""
    if layer.values.pop("on_event", None) is None:
        return ()
    return (f"on_event in {layer.path} is left aside: a log folder names no commands; use the user's own settings",)


def _paths(values: object, folder: Path | None) -> tuple[Path, ...]:
    texts = [values] if isinstance(values, str) else values if isinstance(values, list | tuple) else []
    return tuple((folder or Path()) / Path(str(text)).expanduser() for text in texts if text)


def _beside(logs: Iterable[str]) -> Path:
    """The settings file of the logs: the first that is there, else where it would be."""
    folders = (path if os.path.isdir(path) else path.parent for path in map(Path, logs))  # noqa: PTH112 see `_is_there`
    candidates = [folder / FILE_NAME for folder in folders]
    return next((one for one in candidates if _is_there(one)), candidates[0] if candidates else Path(FILE_NAME))


def _is_there(path: Path) -> bool:
    """Unlike Path's own question, False inside a folder that must not be entered: what reads LOGS says so."""
    return os.path.isfile(path)  # noqa: PTH113


def _users(environment: Mapping[str, str]) -> _Layer:
    home = environment.get("XDG_CONFIG_HOME") or str(Path(environment.get("HOME", "~")).expanduser() / ".config")
    path = Path(home) / "trainmon" / FILE_NAME
    return _read(path) if _is_there(path) else _Layer()


def _read(path: Path) -> _Layer:
    import tomllib  # loaded where there is a settings file at all

    try:
        with path.open("rb") as file:
            values = tomllib.load(file)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{path}: {error}") from None
    unknown = sorted(values.keys() - _KNOWN)
    if unknown:
        raise UsageError(f"{path}: unknown key {unknown[0]!r}; known are {', '.join(sorted(_KNOWN))}")
    for name in _TEXTS:
        if not isinstance(values.get(name, ""), str):
            raise UsageError(f"{path}: {name} must be a text")
    for name in _SWITCHES:
        if not isinstance(values.get(name, True), bool):
            raise UsageError(f"{path}: {name} must be true or false")
    if values.get("deadline"):
        try:
            check_deadline(values["deadline"])
        except UsageError as error:
            raise UsageError(f"{path}: {error}") from None
    if not isinstance(values.get("formats", []), list):
        raise UsageError(f"{path}: formats must be written as [[formats]] tables")
    runs = read_choices(values.pop("runs", {}), path)
    return _Layer(values=values, folder=path.parent, path=path, runs=runs)
