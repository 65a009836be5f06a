"""What a user can get wrong or a machine can refuse: messages that say what to do next, each with its exit code."""

from __future__ import annotations


class TrainmonError(Exception):
    """Base of every error that reaches the user as one line. 1 is for `status`: a run needs somebody."""

    exit_code = 2


class UsageError(TrainmonError):
    """The command line or the settings cannot be followed."""


class NothingReadableError(TrainmonError):
    """None of the LOGS holds anything to read."""

    exit_code = 3


class OutputError(TrainmonError):
    """Stdout takes no data: closed, or its disk is full."""
