"""The only places that write to stdout and stderr."""

from __future__ import annotations

import os
import sys


def say(message: str) -> None:
    """One line of talk, on stderr."""
    from trainmon.sanitise import clean

    print(f"trainmon: {clean(message)}", file=sys.stderr)  # noqa: T201 the one place that talks


def emit(text: str) -> None:
    """Data, on stdout."""
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
    sys.stdout.flush()


def width() -> int | None:
    """Columns of the terminal; None when stdout is none."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns
    except OSError:
        return None
