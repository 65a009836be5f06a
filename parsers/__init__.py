"""Log formats: each module here holds its classes, and lying here is all it takes to be found."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from trainmon.parsers.base import LogFormat

ENTRY_POINT_GROUP = "trainmon.formats"
"""Other distributions offer a LogFormat subclass under this group."""


@cache
def log_formats() -> tuple[type[LogFormat], ...]:
    """Give every format of this folder and of installed plug-ins, in the order in which they are asked."""
    found: dict[str, type[LogFormat]] = {}
    for module in pkgutil.iter_modules(__path__):
        if module.ispkg:
            continue
        members = vars(importlib.import_module(f"{__name__}.{module.name}"))
        for member in members.values():
            if _is_format(member) and member.__module__ == members["__name__"]:
                found.setdefault(member.name, member)
    for member in _plug_ins():
        if _is_format(member):
            found.setdefault(member.name, member)
    return tuple(sorted(found.values(), key=lambda known: (known.priority, known.name)))


def format_named(name: str) -> type[LogFormat]:
    """Give the format of that name; KeyError where there is none."""
    for known in log_formats():
        if known.name == name:
            return known
    raise KeyError(name)


def _plug_ins() -> Iterator[type[LogFormat]]:
    """Load what installed distributions offer; the machinery that knows them takes a tenth of the start-up."""
    if any(_offers_formats(folder) for folder in sys.path):
        from importlib.metadata import entry_points

        for entry in entry_points(group=ENTRY_POINT_GROUP):
            yield entry.load()


def _offers_formats(folder: str) -> bool:
    """Whether the group stands in the entry points of a distribution there; of an archive, which is not opened, yes."""
    try:
        installed = [each for each in os.listdir(folder or ".") if each.endswith((".dist-info", ".egg-info"))]  # noqa: PTH208
    except NotADirectoryError:
        return True
    except OSError:
        return False
    group = ENTRY_POINT_GROUP.encode()
    return any(group in _content(Path(folder, each, "entry_points.txt")) for each in installed)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _is_format(member: object) -> bool:
    """A class that can be asked: bases of several formats set no name of their own."""
    return isinstance(member, type) and issubclass(member, LogFormat) and hasattr(member, "name")
