"""Moving in a log of which only a window is at hand."""

from __future__ import annotations

import pytest

from trainmon.reading.log_window import window_at
from trainmon.tui.log_scroll import LogScroll, broken


class Reader:
    """Answers what a scroll asks, when it is told to."""

    def __init__(self, data: bytes, width: int = 40, height: int = 10) -> None:
        self.data, self.asked = data, 0
        self.scroll = LogScroll()
        self.scroll.resize(width, height)
        self.scroll.follow()
        self.answer()

    def answer(self) -> None:
        while (ask := self.scroll.take_ask()) is not None:
            self.asked += 1
            size = len(self.data)
            at = size if ask.at is None else ask.at
            window = window_at(
                lambda offset, count: self.data[offset : offset + count], size, at, ask.before, ask.after
            )
            self.scroll.take(ask.ticket, window)

    @property
    def here(self) -> str:
        return self.scroll.lines[self.scroll.cursor].text

    @property
    def shown(self) -> list[str]:
        return [line.text for line in self.scroll.lines[self.scroll.top : self.scroll.top + self.scroll.height]]


def numbered(count: int) -> bytes:
    return b"".join(b"line %d\n" % number for number in range(count))


def test_it_begins_at_the_end_and_follows_it() -> None:
    reader = Reader(numbered(5000))

    assert reader.shown[-1] == reader.here == "line 4999"
    assert len(reader.shown) == 10
    reader.data += b"more\n"
    reader.scroll.refresh(len(reader.data))
    reader.answer()
    assert reader.here == "more"


def test_scrolling_up_leaves_the_end_and_what_is_added_moves_nothing() -> None:
    reader = Reader(numbered(5000))
    reader.scroll.move(-1)
    shown = reader.shown

    reader.data += b"more\n" * 50
    reader.answer()

    assert not reader.scroll.following
    assert (reader.here, reader.shown) == ("line 4998", shown)
    reader.scroll.follow()
    reader.answer()
    assert reader.scroll.following
    assert reader.here == "more"


@pytest.mark.parametrize("answered", [1, 7, 1000], ids=["each", "some", "all at once"])
def test_no_move_is_lost_however_late_the_windows_come(answered: int) -> None:
    reader = Reader(numbered(20_000))
    for turn in range(400):
        reader.scroll.move(-9, page=True)
        if turn % answered == 0:
            reader.answer()
    reader.answer()

    assert reader.here == f"line {19_999 - 400 * 9}"
    for _ in range(50):
        reader.scroll.move(9, page=True)
    reader.answer()
    assert reader.here == f"line {19_999 - 350 * 9}"


def test_pages_meet_and_end_at_the_beginning() -> None:
    reader = Reader(numbered(3000))
    pages = [reader.shown]
    while reader.here != "line 0":
        reader.scroll.move(-10, page=True)
        reader.answer()
        pages.append(reader.shown)

    assert all(len(page) == 10 for page in pages)
    assert pages[1] == [f"line {number}" for number in range(2980, 2990)]
    assert pages[-1][0] == "line 0"
    assert reader.asked < 120


def test_a_row_is_gone_to_and_lines_stand_around_it() -> None:
    data = numbered(5000)
    reader = Reader(data)

    reader.scroll.go_to_row(data.index(b"line 2500\n"))
    reader.answer()

    assert reader.here == "line 2500"
    assert reader.shown[0] == "line 2497"
    assert len(reader.shown) == 10


@pytest.mark.parametrize("character", ["x", "日"])
def test_rows_of_many_screens_can_be_scrolled_through(character: str) -> None:
    data = b"".join(f"{number} {character * 20_000}\n".encode() for number in range(12))
    reader = Reader(data)

    seen = [reader.here]
    while reader.here[:2] != "0 " and len(seen) < 100_000:
        reader.scroll.move(-9, page=True)
        reader.answer()
        seen += reader.shown

    heads = [line.split()[0] for line in seen if line[0].isdigit()]
    assert list(dict.fromkeys(heads)) == [str(number) for number in reversed(range(12))]
    assert max(len(reader.scroll.lines), 1) < 6_000


def test_in_a_long_row_the_line_with_the_wanted_character_is_gone_to() -> None:
    data = b"short\n" + b"x" * 400 + b"HERE" + b"x" * 400 + b"\nshort\n"
    reader = Reader(data)

    reader.scroll.go_to_row(6, lambda text: text.index("HERE"))
    reader.answer()

    assert "HERE" in reader.here


def test_another_width_keeps_the_place() -> None:
    data = b"".join(b"%d %s\n" % (number, b"word " * 30) for number in range(500))
    reader = Reader(data)
    reader.scroll.go_to_row(data.index(b"250 word"))
    reader.answer()

    reader.scroll.resize(17, 6)
    reader.answer()

    assert reader.here.startswith("250 word")
    assert reader.here in reader.shown


def test_a_log_that_became_shorter_is_shown_as_it_is() -> None:
    reader = Reader(numbered(5000))
    reader.scroll.move(-3)

    reader.data = b"new\n"
    reader.scroll.refresh(len(reader.data))
    reader.answer()

    assert reader.shown == ["new"]


def test_bars_that_leave_few_rows_in_many_bytes_do_not_hold_a_move_up_for_ever() -> None:
    data = b"begin\n" + b"".join(b"\router\n\rinner %d\x1b[A" % step for step in range(150_000))
    reader = Reader(data)

    for _ in range(30):
        reader.scroll.move(-9, page=True)
        reader.answer()

    assert reader.here == "begin"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", [(0, "")]),
        ("abc", [(0, "abc")]),
        ("abcdefg", [(0, "abc"), (3, "def"), (6, "g")]),
        ("日本語", [(0, "日"), (1, "本"), (2, "語")]),
        ("é" * 5, [(0, "ééé"), (3, "éé")]),
    ],
)
def test_long_rows_are_broken_at_the_width_of_the_screen(text: str, parts: list[tuple[int, str]]) -> None:
    assert broken(text, 3) == parts
