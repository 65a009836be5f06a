"""The only places that write to stdout and stderr."""

from __future__ import annotations

import os
import sys

from trainmon.errors import OutputError


def say(message: str) -> None:
    """One line of talk, on stderr."""
    from trainmon.sanitise import clean

    print(f"trainmon: {clean(message)}", file=sys.stderr)  # noqa: T201 the one place that talks


def emit(text: str) -> None:
    """Data, on stdout. Raises OutputError where it takes none; BrokenPipeError where nobody reads any more."""
    if sys.stdout is None:
        raise OutputError("cannot write: stdout is closed")
    try:
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left would be tried again at exit
        raise OutputError(f"cannot write to stdout: {error.strerror or error}") from None


def width() -> int | None:
    """Columns of the terminal; None when stdout is none."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns if sys.stdout is not None else None
    except OSError:
        return None
