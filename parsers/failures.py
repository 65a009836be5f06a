"""Failures of any program: tracebacks, memory, disks, devices, signals, schedulers.

What only looks like one is passed by.

Words: `torch`, CUDA, NCCL and Slurm messages as seen in real logs; JAX and TensorFlow spellings from their sources.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from trainmon.events import Event, Line, Problem, ProblemKind
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.causes import cause_of, fatal_cause, is_harmless
from trainmon.patterns import pattern

_MOST_FOREIGN_LINES = 400
"""Between a traceback's head and its exception; more means that the exception never came."""
_MESSAGE_CHARS = 400

_HEAD = pattern(r"[╭─ ]{0,120}(?:\+ )?(?:Exception Group )?Traceback \(most recent call last\)[:─ ╮]{0,120}")
_INSIDE = pattern(
    r"\s+\S.*|\s*|[│❱╰╯╭─]+.*|> ?File .*|.*│\s*|\[Previous line repeated .*|  ?File \".*"
    r"|(?:During handling of the above|The above) exception.*"
)
_DOTTED = r"(?:[A-Za-z_]\w{0,60}\.){0,8}"
_EXCEPTION = pattern(
    rf"({_DOTTED}[A-Za-z_]\w{{0,60}}(?:Error|Exception|Interrupt|Exit|Warning|Iteration|Timeout|Expired|Abort"
    rf"|Failure|Fault|Group|Empty|Full|Refused|Killed|Died|Failed)"
    rf"|(?:[A-Za-z_]\w{{0,60}}\.){{1,8}}[A-Z]\w{{0,60}})(?:\(\w{{1,60}}\))?(?::(?:\s(?P<message>.*))?)?",
    re.ASCII,
)
_STOPS = pattern(r"(?i)stop|abort|exit|terminat|quit|scale reached")


class Failures(LogFormat):
    """Reads tracebacks up to the exception that ends them, and single lines that report a failure."""

    name: ClassVar[str] = "failures"
    title: ClassVar[str] = "tracebacks, out of memory, signals, Slurm and NCCL failures"
    priority: ClassVar[int] = 5
    needles: ClassVar[tuple[str, ...]] = (
        "Traceback", "emory", "EMORY", "OOM", "oom", "illed", "ill_", "nterrupt", "No space", "uota", "ignal", "SIG",
        "CANCELLED",
        "nccl", "NCCL", "exit", "Exit", "Terminated", "terminated", "terminate", "^C", "nan", "NaN", "fault", "Aborted",
        "core dumped",
        "atchdog", "CUDA", "cuda",
        "CUBLAS", "CUDNN", "loss scale", "Errno 28", "Fatal Python",
    )  # fmt: skip
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Traceback (most recent call last):", "CPython"),
        Sample('  File "train.py", line 181, in <module>', "CPython"),
        Sample("    loss.backward()", "CPython"),
        Sample("ValueError: Expected input batch_size (32) to match target batch_size (17).", "torch 2"),
        Sample(
            "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 78.00 MiB. GPU 0 has a total "
            "capacty of 21.95 GiB",
            "torch 2.1",
        ),
        Sample("Killed", "bash"),
        Sample(
            "slurmstepd: error: *** JOB 1999618 ON r6i4n5 CANCELLED AT 2021-05-27T21:52:36 DUE TO TIME LIMIT ***",
            "a public log",
        ),
        Sample("srun: error: mlperf-h100-0208: task 0: Exited with exit code 1", "a public log"),
        Sample("OSError: [Errno 28] No space left on device", "CPython"),
        Sample("Loss is nan, stopping training", "DETR"),
    )

    def __init__(self) -> None:
        self.holding = False
        self._open: dict[int | None, int] = {}  # ranks inside a traceback, and the foreign lines since its head

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give a Problem for the exception of a traceback and for a line that reports a failure by itself."""
        text = line.text
        if "Traceback (most" in text and _HEAD.fullmatch(text.strip()) is not None:
            self._open[line.rank] = 0
            self.holding = True
            return ()
        if line.rank in self._open:
            found = self._inside(text, line.rank)
            if found is not None:
                return found
        return _alone(text)

    def _inside(self, text: str, rank: int | None) -> Sequence[Event] | None:
        """A line after a traceback's head: part of it, its exception, or something printed in between."""
        exception = _EXCEPTION.fullmatch(text.rstrip())
        if exception is not None:
            self._close(rank)
            name, message = exception[1], exception["message"] or ""
            if name == "SystemExit" and message.strip() in ("", "0"):
                return ()
            kind = cause_of(f"{name}: {message}") or ProblemKind.TRACEBACK
            return (Problem(kind=kind, message=text.strip()[:_MESSAGE_CHARS], fatal=True),)
        if _INSIDE.fullmatch(text) is not None and "%|" not in text:
            return ()
        self._open[rank] += 1
        if self._open[rank] > _MOST_FOREIGN_LINES:
            self._close(rank)
        return None

    def _close(self, rank: int | None) -> None:
        self._open.pop(rank, None)
        self.holding = bool(self._open)


def _alone(text: str) -> Sequence[Event] | None:
    """A failure told in one line."""
    kind = fatal_cause(text)
    if kind is not None:
        return (Problem(kind=kind, message=text.strip()[:_MESSAGE_CHARS], fatal=True),)
    kind = cause_of(text)
    exception = _EXCEPTION.fullmatch(text.rstrip()) is not None
    if kind is None or (not exception and is_harmless(text)):
        return None
    # An exception's own line can stand without its traceback; a sentence about one was caught, unless it says it stops.
    fatal = exception or (kind is ProblemKind.NAN and _STOPS.search(text) is not None)
    return (Problem(kind=kind, message=text.strip()[:_MESSAGE_CHARS], fatal=fatal),)
