"""The command line: what is typed becomes a call; data to stdout, talk to stderr, exit codes as documented."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from trainmon.cli.output import say, take_any_text
from trainmon.errors import TrainmonError, UsageError

_COMMANDS = ("watch", "serve", "replay", "summary", "status", "estimates", "backtest", "formats")

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program and exit."""
    typed = list(sys.argv[1:] if arguments is None else arguments)
    first = next((word for word in typed if not word.startswith("-")), None)
    own = ("-h", "--help", "--version", "--install-completion", "--show-completion")
    if typed and typed[0] not in own and (typed[0] != first or first not in _COMMANDS):
        typed.insert(0, "watch")
    take_any_text()
    try:
        _check(typed, first)
        _run(typed)
    except TrainmonError as error:
        say(str(error))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)


def _run(typed: Sequence[str]) -> None:
    """Without options there is nothing that Typer would have to tell apart, and the screen comes 0.1 s sooner."""
    logs = typed[1:]
    if typed[:1] == ["watch"] and logs and not any(word.startswith("-") for word in logs):
        from trainmon.cli.watch import HZ, watch

        sys.exit(watch(logs, {}, hz=HZ, ascii_only=False))
    from trainmon.cli.commands import app

    app(typed, standalone_mode=True)


def _check(typed: Sequence[str], word: str | None) -> None:
    """Nothing typed is empty, and the first word is not nearly a command where it names no LOGS. Raises UsageError."""
    if "" in typed:  # as a path it would be the present folder
        raise UsageError("an empty argument: is a shell variable not set?")
    if word is None or word in _COMMANDS or os.path.lexists(word) or not word.isalpha():
        return
    from difflib import get_close_matches

    meant = get_close_matches(word.lower(), _COMMANDS, n=1, cutoff=0.7)
    if meant:
        raise UsageError(f"no command, file or folder is called {word}: did you mean `trainmon {meant[0]}`?")
