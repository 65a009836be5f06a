"""Log formats: each module here holds its classes, and lying here is all it takes to be found."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from importlib.metadata import entry_points

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
    for entry in entry_points(group=ENTRY_POINT_GROUP):
        member = entry.load()
        if _is_format(member):
            found.setdefault(member.name, member)
    return tuple(sorted(found.values(), key=lambda known: (known.priority, known.name)))


def format_named(name: str) -> type[LogFormat]:
    """Give the format of that name; KeyError where there is none."""
    for known in log_formats():
        if known.name == name:
            return known
    raise KeyError(name)


def _is_format(member: object) -> bool:
    """A class that can be asked: bases of several formats set no name of their own."""
    return isinstance(member, type) and issubclass(member, LogFormat) and hasattr(member, "name")
