"""What a user can get wrong or a machine can refuse: messages that say what to do next, each with its exit code."""

from __future__ import annotations


class TrainmonError(Exception):
    """Base of every error that reaches the user as one line."""

    exit_code = 1


class UsageError(TrainmonError):
    """The command line or the settings cannot be followed."""

    exit_code = 2


class NothingReadableError(TrainmonError):
    """None of the LOGS holds anything to read."""

    exit_code = 3


class OutputError(TrainmonError):
    """Stdout takes no data: closed, or its disk is full."""
