"""What trainmon itself wrote, told by its content: a report in a log folder is no plan and no log."""

from __future__ import annotations

import re

SUMMARY_MARK = "<!-- trainmon summary -->"
"""First line of a summary in Markdown; readers of the rendered page do not see it."""
NOT_READ = "made by trainmon"
"""The reason for which such a file is skipped."""
_HEAD, _ENDS = 4096, 3
_BEGINNINGS = re.compile(
    r"(?:<!--\s*trainmon\b"
    r"|\# Training summary\n\s*\d[\d,]* runs?\b.*\. Read at \d{4}-"  # summaries without the mark
    r"|\d{4}-\d\d-\d\d \d\d:\d\d UTC  \d[\d,]* runs?\b"  # status
    r"|.*\n\d[\d,]* durations?, \d[\d,]* facts?, \d[\d,]* derived values?, \d[\d,]* contradictions?\b"  # estimates
    r"|\d[\d,]* finished runs? replayed\. "  # backtest
    r"|run,state,state_reason,files,formats,attempts,)"  # the summary as CSV
)
_SAID = re.compile(
    r"\b(?:made|generated|written|created|produced|exported)\s+(?:automatically\s+)?(?:by|with)\s+[`*_\[]*trainmon\b",
    re.IGNORECASE,
)


def is_own(text: str) -> bool:
    """Tell whether trainmon wrote the text: by how it begins, or because its first or last lines say so."""
    head = text[:_HEAD].lstrip("\ufeff \r\n").replace("\r\n", "\n")
    if _BEGINNINGS.match(head):
        return True
    ends = text[:_HEAD], text[-_HEAD:]
    if not any("trainmon" in end.lower() for end in ends):
        return False
    first, last = (_lines(part) for part in ends)
    return any(_SAID.search(line) for line in (*first[:_ENDS], *last[-_ENDS:]))


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]
