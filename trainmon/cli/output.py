"""The only places that write to stdout and stderr."""

from __future__ import annotations

import io
import os
import shutil
import sys

from trainmon.errors import OutputError


def say(message: str) -> None:
    """One line of talk, on stderr."""
    from trainmon.sanitise import clean

    print(f"trainmon: {clean(message)}", file=sys.stderr)  # noqa: T201 the one place that talks


READER_GONE = 141
"""Exit code where nobody reads on: what a shell gives a program that SIGPIPE ended."""


def take_any_text() -> None:
    """Let stdout write `?` for what its encoding lacks, instead of failing."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def emit(text: str) -> None:
    """Data, on stdout. Raises OutputError where it takes none; exits where nobody reads any more."""
    if sys.stdout is None:
        raise OutputError("cannot write: stdout is closed")
    try:
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left would be tried again at exit
        if isinstance(error, BrokenPipeError):
            sys.exit(READER_GONE)
        raise OutputError(f"cannot write to stdout: {error.strerror or error}") from None


def is_terminal() -> bool:
    """Whether somebody looks at stdout."""
    return sys.stdout is not None and sys.stdout.isatty()


def width() -> int | None:
    """Columns of the terminal, or as `COLUMNS` says; None when stdout is none."""
    return shutil.get_terminal_size().columns if is_terminal() else None
