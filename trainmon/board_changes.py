"""A board as what changed since the board before: of thousands of runs most stay as they are from one to the next."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, replace

from trainmon.snapshot import Board, RunSnapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardChange:
    """What makes a board from the one before."""

    board: Board
    """Without its runs, and without the skipped files and documents where those stayed the same."""
    fresh: tuple[tuple[int, RunSnapshot], ...]
    """Runs that are new or changed, under numbers that no other had."""
    order: array[int] | None
    """The numbers of all runs in their order; None where that is the order before."""
    same_skipped: bool
    same_documents: bool


class BoardDifference:
    """Gives changes; remembers what it gave last. A snapshot that is the same object as before did not change."""

    def __init__(self) -> None:
        self._last = Board(taken_at=0.0)
        self._numbers: dict[int, int] = {}
        """Number by the identity of the runs of the last board, which keeps them alive."""
        self._order: array[int] = array("L")
        self._next = 0

    @property
    def has_given(self) -> bool:
        """Whether there was a board already."""
        return self._last.taken_at > 0

    def take(self, board: Board) -> BoardChange:
        """Give what changed since the board taken before."""
        fresh, numbers = [], {}
        for run in board.runs:
            number = self._numbers.get(id(run))
            if number is None:
                number, self._next = self._next, self._next + 1
                fresh.append((number, run))
            numbers[id(run)] = number
        order = array("L", numbers.values())
        same_order, same_skipped = order == self._order, board.skipped == self._last.skipped
        same_documents = board.documents == self._last.documents
        self._last, self._numbers, self._order = board, numbers, order
        bare = replace(
            board,
            runs=(),
            skipped=() if same_skipped else board.skipped,
            documents=() if same_documents else board.documents,
        )
        return BoardChange(
            board=bare,
            fresh=tuple(fresh),
            order=None if same_order else order,
            same_skipped=same_skipped,
            same_documents=same_documents,
        )


class ChangedBoard:
    """Makes boards from changes. What did not change is the same object as in the board before."""

    def __init__(self) -> None:
        self._board = Board(taken_at=0.0)
        self._runs: dict[int, RunSnapshot] = {}

    def take(self, change: BoardChange) -> Board:
        """Give the board that this change leads to."""
        last, runs = self._board, self._board.runs
        if change.order is not None:
            known = self._runs | dict(change.fresh)
            self._runs = {number: known[number] for number in change.order}
            runs = tuple(self._runs.values())
        self._board = replace(
            change.board,
            runs=runs,
            skipped=last.skipped if change.same_skipped else change.board.skipped,
            documents=last.documents if change.same_documents else change.board.documents,
        )
        return self._board
