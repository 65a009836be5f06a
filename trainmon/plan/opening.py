"""What a log says before its first counter: there a program names its data, its settings and its machine."""

from __future__ import annotations

import re

from trainmon.reading.encodings import decoder_for
from trainmon.reading.lines import text_of
from trainmon.reading.prefixes import strip

READ_BYTES = 8 << 10
_MAX_LINES = 40
_LONGEST = 400
_COUNTER = re.compile(r"\d+%\||\b\d+\s?/\s?\d+\b.{0,20}\[|\bit/s|\bs/it|\bloss\b\W{0,3}\s*\d", re.IGNORECASE)


def opening_of(head: bytes) -> str:
    """Give the lines before the first counter of a log that begins with `head`, without timestamps and levels."""
    kept: list[str] = []
    for raw in re.split(rb"[\r\n]+", decoder_for(head).feed(head))[:_MAX_LINES]:
        line = strip(text_of(raw[:_LONGEST])).text.strip()
        if _COUNTER.search(line):
            break
        kept += [line] if line else []
    return "\n".join(kept)
