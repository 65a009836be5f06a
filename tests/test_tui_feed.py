"""The feed thread: what it posts, when it waits, how it ends."""

from __future__ import annotations

from dataclasses import replace
from queue import Empty, Queue

import pytest
from textual.message import Message

from tests import boards
from trainmon.snapshot import Board
from trainmon.tui.feed import BoardChanged, Feed, FeedStopped

HZ = 200.0
LONG_S = 180.0


class CountingSource(boards.BoardSource):
    """Gives a new board each time, and counts."""

    def __init__(self) -> None:
        super().__init__(boards.board())
        self.asked: Queue[int] = Queue()
        self.count = 0

    def refresh(self) -> Board:
        self.count += 1
        self.asked.put(self.count)
        return replace(self.board, taken_at=float(self.count), notes=(f"board {self.count}",))


class OlderSource(CountingSource):
    """Gives the same board each time, a little later."""

    def refresh(self) -> Board:
        return replace(self.board, taken_at=super().refresh().taken_at / 10_000)


class Broken(boards.BoardSource):
    def refresh(self) -> Board:
        raise OSError("the folder is gone")


def posted(feed_source: boards.BoardSource) -> tuple[Feed, Queue[Message]]:
    messages: Queue[Message] = Queue()
    return Feed(feed_source, messages.put, HZ), messages


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(boards.BoardSource(boards.board()), id="the same board"),
        pytest.param(OlderSource(), id="a board that differs in the moment"),
    ],
)
def test_an_unchanged_board_is_posted_once(source: boards.BoardSource) -> None:
    feed, messages = posted(source)
    feed.start()

    first = messages.get(timeout=LONG_S)
    feed.acknowledge()
    with pytest.raises(Empty):
        messages.get(timeout=10 / HZ)
    feed.close()

    assert isinstance(first, BoardChanged)


def test_boards_do_not_pile_up_while_the_screen_does_not_take_them() -> None:
    source = CountingSource()
    feed, messages = posted(source)
    feed.start()
    messages.get(timeout=LONG_S)

    while source.asked.get(timeout=LONG_S) < 20:
        pass
    waiting = messages.qsize()
    feed.acknowledge()
    newest = messages.get(timeout=LONG_S)
    feed.close()

    assert waiting == 0
    assert isinstance(newest, BoardChanged)
    assert newest.board.taken_at >= 20


def test_a_newer_board_replaces_one_that_waits() -> None:
    older, newer = BoardChanged(boards.board()), BoardChanged(boards.board())

    assert older.can_replace(newer)
    assert not older.can_replace(FeedStopped("gone"))


def test_closing_the_feed_closes_the_source() -> None:
    source = boards.BoardSource(boards.board())
    feed, messages = posted(source)
    feed.start()
    messages.get(timeout=LONG_S)

    feed.close(wait_s=LONG_S)

    assert source.closed


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_error_of_the_source_reaches_the_screen() -> None:
    source = Broken(boards.board())
    feed, messages = posted(source)
    feed.start()

    message = messages.get(timeout=LONG_S)
    feed.close(wait_s=LONG_S)

    assert isinstance(message, FeedStopped)
    assert message.error == "OSError: the folder is gone"
    assert source.closed
