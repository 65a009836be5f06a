"""Windows of rows anywhere in a long text, and which line is where."""

from __future__ import annotations

import time

import pytest

from trainmon.reading.log_window import LineIndex, LogWindow, window_at
from trainmon.reading.whole_lines import Read, stretch_before, stretch_from

LINES = 40_000


class Counted:
    """Bytes that know how much of them was read."""

    def __init__(self, data: bytes) -> None:
        self.data, self.read_bytes = data, 0

    def __call__(self, offset: int, size: int) -> bytes:
        assert offset >= 0
        found = self.data[offset : offset + size]
        self.read_bytes += len(found)
        return found


@pytest.fixture(scope="module")
def numbered() -> bytes:
    return b"".join(b"line %d of the log\n" % number for number in range(1, LINES + 1))


def texts(window: LogWindow) -> list[str]:
    return [row.text for row in window.rows]


@pytest.mark.parametrize("at", [0, 1, 12345, 400_000, 10**9])
def test_a_window_holds_whole_lines_around_a_byte(numbered: bytes, at: int) -> None:
    read = Counted(numbered)
    window = window_at(read, len(numbered), at, 100, 100)

    anchor = window.rows[window.anchor]
    within = min(at, len(numbered) - 1)
    assert anchor.offset <= within < anchor.offset + len(anchor.text) + 1
    assert texts(window) == numbered[window.begin : window.end].decode().splitlines()
    assert window.anchor >= 100 or window.at_start
    assert len(window.rows) - window.anchor > 100 or window.at_end
    assert read.read_bytes < 3 << 20


def test_windows_meet_without_a_gap(numbered: bytes) -> None:
    first = window_at(Counted(numbered), len(numbered), 500_000, 50, 50)
    above = window_at(Counted(numbered), len(numbered), first.begin, 50, 50)

    known = {row.offset: row.text for row in above.rows}
    assert [known[row.offset] for row in first.rows if row.offset in known] == [
        row.text for row in first.rows if row.offset in known
    ]
    assert first.rows[0].offset in known
    assert above.begin < first.begin


def test_of_ten_gigabytes_without_a_newline_a_part_is_read() -> None:
    size, asked = 10 << 30, []

    def read(offset: int, count: int) -> bytes:
        asked.append(min(count, size - offset))
        return b"x" * asked[-1]

    window = window_at(read, size, size, 100, 100)

    assert sum(asked) < 128 << 20
    assert 0 < len(window.rows) <= 13
    assert {len(row.text) for row in window.rows} == {1 << 16}


def test_a_bar_redrawn_for_megabytes_is_one_row_with_its_last_state() -> None:
    redraws = b"".join(b"\r%7d/99999 [00:10<00:20, 5.1it/s]" % step for step in range(90_000))
    data = b"begin\n" + redraws + b"\nend\n"

    window = window_at(Counted(data), len(data), len(data), 9, 0)

    assert texts(window) == ["begin", "  89999/99999 [00:10<00:20, 5.1it/s]", "end"]
    assert window.rows[1].offset == len(b"begin\n")


def test_bars_that_write_over_each_other_for_megabytes_end_within_bounds() -> None:
    pair = b"\router\n\rinner %d\x1b[A"
    data = b"".join(pair % step for step in range(200_000))
    read = Counted(data)

    window = window_at(read, len(data), len(data), 50, 0)

    assert read.read_bytes < 6 << 20
    assert texts(window)[-2:] == ["outer", "inner 199999"]


def test_an_empty_text_has_no_rows() -> None:
    window = window_at(Counted(b""), 0, 0, 10, 10)

    assert (window.rows, window.at_start, window.at_end) == ((), True, True)


def test_text_that_vanished_gives_no_rows() -> None:
    assert window_at(lambda offset, size: b"", 5000, 2500, 10, 10).rows == ()


def test_stretches_forward_and_backward_cover_every_byte_once(numbered: bytes) -> None:
    read, at, seen = Counted(numbered), 0, []
    while at < len(numbered):
        stretch = stretch_from(read, at, len(numbered), 10_000)
        seen.append(stretch.data)
        assert (stretch.begin, stretch.data_at) == (at, at)
        at = stretch.end
    assert b"".join(seen) == numbered

    back: list[bytes] = []
    while at > 0:
        stretch = stretch_before(read, at, 10_000)
        back.insert(0, stretch.data)
        assert stretch.end == at
        at = stretch.begin
    assert b"".join(back) == numbered


def whole(index: LineIndex, read: Read, number: int, size: int) -> int:
    offset = None
    while offset is None:
        offset = index.offset_of(read, number, size, time.monotonic() - 1)
    return offset


@pytest.mark.parametrize("number", [1, 2, 17, 39_999, LINES])
def test_a_line_is_found_by_its_number(numbered: bytes, number: int) -> None:
    offset = whole(LineIndex(), Counted(numbered), number, len(numbered))

    assert numbered[offset:].startswith(b"line %d of" % number)


def test_there_is_no_line_behind_the_last(numbered: bytes) -> None:
    assert whole(LineIndex(), Counted(numbered), LINES + 1, len(numbered)) == -1
    assert whole(LineIndex(), Counted(b"a\nb"), 2, 3) == 2


def test_counting_goes_on_where_it_stopped() -> None:
    data = b"%099d\n" % 7 * 100_000
    read, index = Counted(data), LineIndex()
    late = time.monotonic() - 1
    answers = [index.number_at(read, 9_000_000, late) for _ in range(9)]

    assert answers[-1] == 90_001
    assert answers[0] is None
    assert read.read_bytes == 9_000_000
    before = read.read_bytes
    assert whole(index, read, 85_000, len(data)) == 84_999 * 100
    assert read.read_bytes - before < 3 << 20
