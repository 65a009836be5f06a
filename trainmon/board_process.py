"""Boards made in a process of their own: reading takes no time from the screen, and both start side by side.

The process is forked before the screen library is imported. It answers one question after the other over a pair of
pipes, reads on while nobody asks, and ends when its questions end: with the screen's process, however that ended.
"""

from __future__ import annotations

import gc
import os
import pickle
import select
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any, Protocol

from trainmon.board_changes import BoardChange, BoardDifference, ChangedBoard
from trainmon.errors import TrainmonError
from trainmon.reading.guard import guarded
from trainmon.reading.readable import ReadableLog
from trainmon.run_choices import PlanChoice
from trainmon.snapshot import Board, RunSnapshot

_READ_ON_S = 0.1
"""So long at a time is read on before it is seen whether there is a question."""
_GRACE_S = 1.0


class ReadingSource(Protocol):
    """What makes the boards in the process."""

    @property
    def behind(self) -> bool:
        """Whether there is more to read at once."""
        ...

    def read_on(self, budget_s: float) -> None:
        """Read on without a board."""
        ...

    def refresh(self) -> Board:
        """Return the present board."""
        ...

    def choose(self, choice: PlanChoice) -> None:
        """Hold runs against what was chosen on the screen."""
        ...

    def close(self) -> None:
        """Release files and threads."""
        ...


class ReadingStoppedError(TrainmonError):
    """The process that read ended, and this is what is known of why."""


class BoardProcess:
    """A source whose boards come from a process of their own. Used by one thread at a time."""

    def __init__(self, make: Callable[[], tuple[ReadingSource, Any]]) -> None:
        """Start the process; there `make` gives the source, and whatever `ready` is to return."""
        asked, questions = os.pipe()
        answered, answers = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(questions)
            os.close(answered)
            _serve(make, os.fdopen(asked, "rb"), os.fdopen(answers, "wb"))
        os.close(asked)
        os.close(answers)
        self._questions, self._answers = os.fdopen(questions, "wb"), os.fdopen(answered, "rb")
        self._boards = ChangedBoard()
        self._first: Any = None
        """The first board, where something else was asked before it was taken."""
        self._ask("refresh")  # it is made without delay
        self._first_is_due = True

    def ready(self) -> Any:
        """Wait until the source is there, and give what `make` gave with it. Raises what `make` raised."""
        self._settings = self._answer()
        return self._settings

    def refresh(self) -> Board:
        """Return the present board."""
        if self._first_is_due:
            change, self._first_is_due = self._answer(), False
        else:
            change, self._first = self._first or self._put("refresh"), None
        assert isinstance(change, BoardChange)
        board = self._boards.take(change)
        if board.catching_up:
            gc.freeze()  # runs stay and hold no cycles, and looking through thousands of them is felt on the screen
        return board

    def log(self, run: RunSnapshot) -> ReadableLog | None:
        """Return the log of a run: it is read in the screen's process, which needs a few windows of it only."""
        from trainmon.run_log import live_log  # loaded where somebody looks at a log

        return live_log(run, self._settings)

    def choose(self, choice: PlanChoice) -> None:
        """Hold runs against what was chosen on the screen, from the next board on."""
        self._put("choose", choice)

    def close(self) -> None:
        """End the process."""
        with suppress(OSError):
            self._questions.close()
        until = time.monotonic() + _GRACE_S
        while select.select([self._answers], [], [], max(until - time.monotonic(), 0.0))[0]:
            if not os.read(self._answers.fileno(), 1 << 16):  # an answer that nobody took holds the process back
                break
        with suppress(ChildProcessError):
            while os.waitpid(self._pid, os.WNOHANG)[0] == 0:
                if time.monotonic() > until:
                    os.kill(self._pid, signal.SIGKILL)
                    os.waitpid(self._pid, 0)
                    break
                time.sleep(0.01)
        self._answers.close()

    def _put(self, *question: object) -> Any:
        if self._first_is_due:
            self._first, self._first_is_due = self._answer(), False
        self._ask(*question)
        return self._answer()

    def _ask(self, *question: object) -> None:
        with suppress(BrokenPipeError):  # the missing answer tells it
            pickle.dump(question, self._questions)
            self._questions.flush()

    def _answer(self) -> Any:
        try:
            answer = pickle.load(self._answers)  # noqa: S301 from our own process
        except (EOFError, pickle.UnpicklingError):
            raise ReadingStoppedError(self._fate()) from None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _fate(self) -> str:
        with suppress(ChildProcessError):
            _, status = os.waitpid(self._pid, 0)
            if os.WIFSIGNALED(status):
                return f"the reading process was ended by {signal.Signals(os.WTERMSIG(status)).name}"
        return "the reading process ended"


def _serve(make: Callable[[], tuple[ReadingSource, Any]], asked: IO[bytes], answers: IO[bytes]) -> None:
    """Be the process: make the source, answer, and never return."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the screen's process decides when to end
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):  # the terminal is the screen's
            os.dup2(nothing, stream)
        with suppress(BrokenPipeError, EOFError):
            _answer_all(make, asked, answers)
    finally:
        os._exit(0)


def _answer_all(make: Callable[[], tuple[ReadingSource, Any]], asked: IO[bytes], answers: IO[bytes]) -> None:
    gc.disable()
    made, fault = guarded(lambda: _made(make))
    if made is None or isinstance(made, TrainmonError):
        _give(made or ReadingStoppedError(fault), answers)
        return
    source, given = made
    _give(given, answers)
    _, fault = guarded(lambda: _answer_each(source, asked, answers))
    source.close()
    if fault:
        _give(ReadingStoppedError(fault), answers)


def _made(make: Callable[[], tuple[ReadingSource, Any]]) -> tuple[ReadingSource, Any] | TrainmonError:
    try:
        return make()
    except TrainmonError as error:
        return error


def _answer_each(source: ReadingSource, asked: IO[bytes], answers: IO[bytes]) -> None:
    difference = BoardDifference()
    shown = False
    """The first board was taken: before, whoever starts has the processor for itself."""
    while True:
        while shown and source.behind and not select.select([asked], [], [], 0)[0]:
            source.read_on(_READ_ON_S)
        try:
            what, *arguments = pickle.load(asked)  # noqa: S301 from our own process
        except EOFError:
            return
        if what == "choose":
            source.choose(*arguments)
            _give(None, answers)
            continue
        shown = difference.has_given
        _give(difference.take(source.refresh()), answers)
        if not gc.isenabled():  # what was imported and opened stays
            gc.freeze()
            gc.enable()


def _give(answer: object, answers: IO[bytes]) -> None:
    pickle.dump(answer, answers, protocol=pickle.HIGHEST_PROTOCOL)
    answers.flush()
