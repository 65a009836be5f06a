"""What a log format is: one class in one file of this folder, found by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from trainmon.events import Event, Line


@dataclass(frozen=True, slots=True)
class Sample:
    """A real line of the format, kept beside its parser: the test that every format must pass."""

    text: str
    source: str = ""
    """Where the line comes from: a framework's version, or a public repository."""


class LogFormat:
    """Reads one format. One instance reads one file from its start, so it may remember (table headers, blocks).

    A class is found by its module lying in `parsers/`; `priority` orders those that claim the same line.
    """

    name: ClassVar[str]
    """Short and stable: the word in `files[].format` and in `trainmon formats`."""
    title: ClassVar[str]
    """What a person calls it."""
    priority: ClassVar[int] = 50
    """Lower reads first. 10: one framework's unmistakable lines; 50: shared shapes; 90: general readers."""
    needles: ClassVar[tuple[str, ...]] = ()
    """A line that holds none of these is not this format's and costs no pattern. Empty: every line is looked at."""
    samples: ClassVar[tuple[Sample, ...]] = ()
    """Real lines in the order in which a log prints them; each must be claimed."""
    holding: bool = False
    """While an instance sets this (inside a traceback, a table, a block record), it is asked first for every line."""

    trouble: str = ""
    """What an instance gave up, in words for its user; '' as long as all is well."""

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the events of a line, () for a line of this format that says nothing, None for a foreign one.

        Whether a line is claimed depends on its words and shape, never on the digits in it: lines that differ
        in their numbers alone are dispatched alike. Never raises on any text.
        """
        raise NotImplementedError
