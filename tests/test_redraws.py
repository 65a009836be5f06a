"""Every redraw on a line of its own, and every byte where it was."""

from __future__ import annotations

import pytest

from trainmon.reading.log_window import window_at
from trainmon.reading.redraws import each_redraw
from trainmon.reading.whole_lines import Read


def reader(data: bytes) -> Read:
    return lambda offset, size: data[offset : offset + size]


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        pytest.param(b"a\nb\n", ["a", "b"], id="lines"),
        pytest.param(b"a\r\nb\r\n", ["a", "b"], id="DOS ends"),
        pytest.param(b"start\n\r 1/3\r 2/3\r 3/3\nend\n", ["start", " 1/3", " 2/3", " 3/3", "end"], id="a bar"),
        pytest.param(b"\rbar 1\r     \rtext\n\rbar 2", ["bar 1", "text", "bar 2"], id="erased between"),
        pytest.param(b"o 1\n\ri 1\x1b[A\ro 2\n\ri 2\x1b[A\n", ["o 1", "i 1", "o 2", "i 2"], id="two bars"),
        pytest.param(b"1/9\x08\x08\x082/9\n", ["1/9", "2/9"], id="backspaces"),
    ],
)
def test_each_redraw_is_a_row(data: bytes, rows: list[str]) -> None:
    window = window_at(each_redraw(reader(data)), len(data), len(data), 99, 0)

    assert [row.text for row in window.rows] == rows


def test_offsets_are_those_of_the_log_whatever_way_it_is_read() -> None:
    data = b"".join(b"\r%5d/9999 \xe2\x96\x88 [00:10]\x1b[A" % step for step in range(3000)) + b"\nend\n"
    read = each_redraw(reader(data))
    whole = read(0, len(data))

    assert len(whole) == len(data)
    assert whole.count(b"\n") > 3000
    for size in (1, 7, 64, 1000):
        assert b"".join(read(at, size) for at in range(0, 9000, size))[:9000] == whole[:9000]


def test_a_row_far_inside_a_bar_tells_where_its_piece_is() -> None:
    data = b"begin\n" + b"".join(b"\r%5d/9999 [00:10]" % step for step in range(9000)) + b"\nend\n"
    at = data.index(b" 7777/9999")

    window = window_at(each_redraw(reader(data)), len(data), at, 5, 5)

    row = window.rows[window.anchor]
    assert row.text == " 7777/9999 [00:10]"
    assert data[slice(*row.piece)] == b" 7777/9999 [00:10]"
